//! Limbs of 60 bits.
#![cfg(test)]

use std::vec::Vec;

use num_bigint::BigUint;

use super::{Interval, LARGEST, Plain, moduli, numbers_below};
use crate::crypto::rsa::tiles::kernel::{Limb, multiply, square};

const LIMB_BITS: u32 = 60;
const LIMB: u128 = 1 << LIMB_BITS;

impl Limb for Plain {
    type Sum = Self;

    const ZERO: Self = Self::new(0);
    const EMPTY: Self = Self::new(0);

    fn doubled(self) -> Self {
        self + self
    }

    fn product(self, other: Self) -> Self {
        self.times(other)
    }

    fn low(sum: Self) -> Self {
        sum.split_at(LIMB_BITS).0
    }

    fn split(sum: Self) -> (Self, Self) {
        sum.split_at(LIMB_BITS)
    }

    fn quotient(sum: Self, minus_inverse: Self) -> Self {
        Self::low(Self::low(sum).times(minus_inverse))
    }
}

impl Limb for Interval {
    type Sum = Self;

    const ZERO: Self = Self::only(0);
    const EMPTY: Self = Self::only(0);

    fn doubled(self) -> Self {
        assert!(self.max < LIMB, "a limb of more than 60 bits");
        Self { min: self.min * 2, max: self.max * 2 }
    }

    fn product(self, other: Self) -> Self {
        assert!(self.max < 2 * LIMB && other.max < LIMB, "more than a doubled limb and a limb");
        self.times(other)
    }

    fn low(sum: Self) -> Self {
        sum.split_at(LIMB_BITS).0
    }

    fn split(sum: Self) -> (Self, Self) {
        sum.split_at(LIMB_BITS)
    }

    fn quotient(_: Self, _: Self) -> Self {
        Self::bits(LIMB_BITS)
    }
}

#[test]
fn no_column_of_any_operands_exceeds_two_words() {
    largest_sum_of::<5, 7>();
    largest_sum_of::<4, 13>();
    largest_sum_of::<5, 14>();
    // The products of the multiplication and of the reduction do not fit into a column at once:
    // it is carried between them.
    largest_sum_of::<5, 28>();
}

fn largest_sum_of<const T: usize, const V: usize>() {
    let any = Interval::bits(LIMB_BITS);
    let number = [[any; T]; V];
    let limbs = u128::try_from(T * V).unwrap();
    // The products of a column, and what is carried into it: less than what leaves a column.
    let products = if 2 * limbs < 256 { 2 * limbs } else { limbs };
    let bound = products * (LIMB - 1) * (LIMB - 1) + (1 << (128 - LIMB_BITS + 1));
    let multiply = || multiply(&number, &number, &number, any);
    let square = || square(&number, &number, any);
    for operation in [&multiply as &dyn Fn() -> [[Interval; T]; V], &square] {
        LARGEST.set(0);
        let result = operation();
        assert!(result.as_flattened().iter().all(|limb| limb.max < LIMB));
        assert!(LARGEST.get() <= bound, "{T} × {V}");
        // It is no wild guess.
        assert!(LARGEST.get() >= bound / 100 * 95, "{T} × {V}");
    }
}

#[test]
fn words_unbounded_numbers_and_intervals_agree() {
    agree::<5, 7>(2048);
    agree::<4, 13>(3072);
    agree::<5, 14>(4096);
    agree::<5, 28>(8192);
}

fn agree<const T: usize, const V: usize>(bits: u32) {
    let any = Interval::bits(LIMB_BITS);
    let intervals = multiply(&[[any; T]; V], &[[any; T]; V], &[[any; T]; V], any);
    let largest = r_bits::<T, V>() - 40;
    for n in [bits, bits - 511, largest].into_iter().flat_map(moduli) {
        let inverse = minus_inverse(&n);
        let limbs = numbers_below(&(&n << 1)).iter().map(to_limbs::<T, V>).collect::<Vec<_>>();
        let n = to_limbs(&n);
        for a in &limbs {
            for b in limbs.iter().rev().take(3) {
                let words = multiply(a, b, &n, inverse);
                let plain = multiply(&plain(a), &plain(b), &plain(&n), Plain::new(inverse.into()));
                assert_eq!(plain, self::plain(&words));
                for (limb, interval) in words.as_flattened().iter().zip(intervals.as_flattened()) {
                    assert!(interval.holds(u128::from(*limb)));
                }
            }
            let words = square(a, &n, inverse);
            let plain = square(&plain(a), &plain(&n), Plain::new(inverse.into()));
            assert_eq!(plain, self::plain(&words));
            assert_eq!(words, multiply(a, a, &n, inverse));
        }
    }
}

/// Nothing is subtracted on the way: what is less than 2 n goes in and comes out, up to the
/// longest modulus that the limbs are used for, which is 2^40 times less than R.
#[test]
fn products_of_numbers_below_2n_are_right_and_below_2n() {
    products_are_right::<5, 7>(2048);
    products_are_right::<4, 13>(3072);
    products_are_right::<5, 14>(4096);
    products_are_right::<5, 28>(8192);
}

fn products_are_right<const T: usize, const V: usize>(bits: u32) {
    let largest = r_bits::<T, V>() - 40;
    assert!(bits <= largest, "a modulus of the size that the limbs are for is too long");
    let r = BigUint::from(1_u32) << r_bits::<T, V>();
    for n in [bits - 511, bits - 1, bits, largest].into_iter().flat_map(moduli) {
        let inverse = minus_inverse(&n);
        let twice = &n << 1;
        // The largest that any q could make of the largest operands.
        let worst = ((&twice - 1_u32) * (&twice - 1_u32) + (&r - 1_u32) * &n) / &r;
        assert!(worst < &n + (&n >> 38) + 1_u32);
        for a in numbers_below(&twice) {
            for b in numbers_below(&twice) {
                let words = multiply(&to_limbs(&a), &to_limbs(&b), &to_limbs(&n), inverse);
                let result = from_limbs::<T, V>(&words);
                assert!(result <= worst);
                assert_eq!((result * &r) % &n, (&a * b) % &n);
            }
        }
    }
}

fn r_bits<const T: usize, const V: usize>() -> u32 {
    LIMB_BITS * u32::try_from(T * V).unwrap()
}

fn minus_inverse(n: &BigUint) -> u64 {
    let limb = BigUint::from(LIMB);
    let inverse = n.modinv(&limb).unwrap();
    (limb - inverse).try_into().unwrap()
}

fn to_limbs<const T: usize, const V: usize>(number: &BigUint) -> [[u64; T]; V] {
    let mut rest = number.clone();
    let mut limbs = [[0; T]; V];
    for limb in limbs.as_flattened_mut() {
        *limb = (&rest % LIMB).try_into().unwrap();
        rest >>= LIMB_BITS;
    }
    assert_eq!(rest, BigUint::ZERO);
    limbs
}

fn from_limbs<const T: usize, const V: usize>(limbs: &[[u64; T]; V]) -> BigUint {
    let limbs = limbs.as_flattened().iter().rev();
    limbs.fold(BigUint::ZERO, |number, limb| (number << LIMB_BITS) + *limb)
}

fn plain<const T: usize, const V: usize>(limbs: &[[u64; T]; V]) -> [[Plain; T]; V] {
    limbs.map(|tile| tile.map(|limb| Plain::new(limb.into())))
}
