//! The field of the vector code against big integers, with plain lanes everywhere and with the
//! processor's where it has them: numbers at the edges of what a factor may be.

use core::mem::transmute;

use num_bigint::{BigInt, BigUint};

use crate::arch::lanes::plain;
use crate::arch::testing::{Random, instances, rounds};

/// The limbs of a number in each of eight lanes.
type Number = [[u64; 8]; 5];

const LOW_52: u64 = (1 << 52) - 1;

/// An operation of the field, with the lanes that the first argument names.
macro_rules! with_lanes {
    ($ifma:ident, $operation:ident($(&$number:ident),+)) => {
        with_lanes!(@ $ifma, $operation($(&$number),+), ($(&transmute::<Number, _>($number)),+))
    };
    ($ifma:ident, $operation:ident($number:ident)) => {
        with_lanes!(@ $ifma, $operation($number), (transmute::<Number, _>($number)))
    };
    (@ $ifma:ident, $operation:ident $numbers:tt, $vectors:tt) => {
        match $ifma.0 {
            #[cfg(target_arch = "x86_64")]
            #[allow(
                unsafe_code,
                clippy::missing_transmute_annotations,
                clippy::useless_transmute,
                reason = "the features were found, and a vector is eight words, as the types say"
            )]
            // SAFETY: there is an `Ifma`; a vector and an array of eight words are the same bits.
            crate::arch::Lanes::Processor => unsafe {
                transmute(crate::arch::lanes::processor::p256::parts::$operation $vectors)
            },
            crate::arch::Lanes::Plain => plain::p256::parts::$operation $numbers,
        }
    };
}

fn prime() -> BigInt {
    BigInt::from((1_u128 << 32) - 1) * (BigInt::from(1) << 224)
        + (BigInt::from(1) << 192)
        + (BigInt::from(1) << 96)
        - 1
}

/// Carried numbers below 4 p, of limbs that are zero, one, all ones or anything.
fn factor(random: &mut Random) -> Number {
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
fn value(number: &Number, lane: usize) -> BigInt {
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
        for ifma in instances() {
            let product: Number = with_lanes!(ifma, multiply(&a, &b));
            let square: Number = with_lanes!(ifma, square(&a));
            let sum: Number = with_lanes!(ifma, sum_of_products(&a, &b, &c, &d));
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
            for ifma in instances() {
                let zeros: u8 = with_lanes!(ifma, is_zero(number));
                assert_eq!(zeros, expected, "{multiple} p + {distance}");
                let reduced: Number = with_lanes!(ifma, weakly_reduced(number));
                let reduced = value(&reduced, 0);
                assert!(is_same(&reduced, &value(&number, 0)));
                assert!(reduced < prime() * 21 / 10 && reduced > prime() * 9 / 10);
            }
        }
    }
    assert!(BigUint::try_from(prime()).is_ok_and(|p| p.bits() == 256));
}
