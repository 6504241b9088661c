//! The field of the vector code against big integers, with plain lanes: numbers at the edges of
//! what a factor may be.

use num_bigint::{BigInt, BigUint};

use crate::arch::lanes::plain::Vector;
use crate::arch::lanes::plain::p256::parts::{
    is_zero, multiply, square, sum_of_products, weakly_reduced,
};
use crate::arch::testing::{Random, rounds};

const LOW_52: u64 = (1 << 52) - 1;

fn prime() -> BigInt {
    BigInt::from((1_u128 << 32) - 1) * (BigInt::from(1) << 224)
        + (BigInt::from(1) << 192)
        + (BigInt::from(1) << 96)
        - 1
}

/// Carried numbers below 4 p, of limbs that are zero, one, all ones or anything.
fn factor(random: &mut Random) -> [Vector; 5] {
    core::array::from_fn(|limb| {
        core::array::from_fn(|_| {
            let mask = if limb == 4 { (1 << 50) - (1 << 19) } else { LOW_52 };
            let word = random.word();
            (match word >> 62 {
                0 => word,
                1 => u64::MAX,
                2 => word & 1,
                _ => u64::MAX - (word & 1),
            }) & mask
        })
    })
}

/// The number in a lane, whose limbs may have a sign.
fn value(number: &[Vector; 5], lane: usize) -> BigInt {
    let limbs = number.iter().rev().map(|limb| limb[lane].cast_signed());
    limbs.fold(BigInt::ZERO, |value, limb| (value << 52) + limb)
}

fn is_same(a: &BigInt, b: &BigInt) -> bool {
    (a - b) % prime() == BigInt::ZERO
}

#[test]
fn products_are_those_of_big_integers() {
    let mut random = Random::new(20);
    let r = BigInt::from(1) << 260;
    for _ in 0..rounds(300) {
        let [a, b, c, d] = core::array::from_fn(|_| factor(&mut random));
        let (product, square) = (multiply(&a, &b), square(&a));
        let sum = sum_of_products(&a, &b, &c, &d);
        for lane in 0..8 {
            let [a, b, c, d] = [&a, &b, &c, &d].map(|number| value(number, lane));
            assert!(is_same(&(value(&product, lane) * &r), &(&a * &b)), "{a:x} {b:x}");
            assert!(is_same(&(value(&square, lane) * &r), &(&a * &a)), "{a:x}");
            assert!(is_same(&(value(&sum, lane) * &r), &(&a * &b + &c * &d)), "{a:x} {b:x}");
            assert!(product.iter().all(|limb| limb[lane] <= LOW_52));
            assert!(value(&product, lane) < prime() * 2_u32);
        }
    }
}

#[test]
fn multiples_of_p_are_zero_and_their_neighbours_are_not() {
    let mut random = Random::new(21);
    for multiple in -64_i64..=64 {
        for distance in [0, 1, -1, 1 << 51] {
            // In limbs that are not carried, in many ways.
            let mut limbs =
                [-1, 1 << 44, 0, 1 << 36, (1_i64 << 48) - (1 << 16)].map(|limb| limb * multiple);
            limbs[0] += distance;
            for i in 0..4 {
                let moved = (random.word() >> 55).cast_signed() - 256;
                limbs[i] += moved << 52;
                limbs[i + 1] -= moved;
            }
            let number = limbs.map(|limb| [limb.cast_unsigned(); 8]);
            let expected = if distance == 0 { 0xff } else { 0 };
            assert_eq!(is_zero(number), expected, "{multiple} p + {distance}");
            let reduced = value(&weakly_reduced(number), 0);
            assert!(is_same(&reduced, &value(&number, 0)));
            assert!(reduced < prime() * 21 / 10 && reduced > prime() * 9 / 10);
        }
    }
    assert!(BigUint::try_from(prime()).is_ok_and(|p| p.bits() == 256));
}
