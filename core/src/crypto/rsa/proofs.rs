//! What the comments in `tiles/kernel.rs` and `words/kernel.rs` claim about sums and carries.
//!
//! The formulas of both run here over three kinds of numbers: the words of the processor; numbers
//! that have no end, [`Plain`]; and ranges of numbers, [`Interval`], for which every sum and carry
//! of every possible operand lies between two ends, and a range that leaves its word fails the
//! test. Where the first two agree on operands at the edges, and the ranges hold, no word
//! overflows.
#![cfg(test)]

mod tiles;
mod words;

use core::cell::Cell;
use core::ops::Add;
use std::vec::Vec;

use num_bigint::BigUint;

/// A sum without an end, as far as any could get: `above` 2^128 and `low`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plain {
    above: u128,
    low: u128,
}

impl Plain {
    const fn new(number: u128) -> Self {
        Self { above: 0, low: number }
    }

    /// What is left of and above the lowest `bits` bits.
    fn split_at(self, bits: u32) -> (Self, Self) {
        let low = self.low & ((1 << bits) - 1);
        assert!(self.above >> bits == 0, "there is an end after all");
        (Self::new(low), Self::new(self.above << (128 - bits) | self.low >> bits))
    }

    /// For factors of at most 64 bits.
    fn times(self, other: Self) -> Self {
        assert!(self.above == 0 && other.above == 0);
        Self::new(self.low.checked_mul(other.low).unwrap())
    }
}

impl Add for Plain {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { above: self.above + other.above + u128::from(carry), low }
    }
}

/// Every number from `min` to `max`. Making one beyond two words fails the test.
#[derive(Clone, Copy, Debug)]
struct Interval {
    min: u128,
    max: u128,
}

std::thread_local! {
    /// The largest end of a sum of this test.
    static LARGEST: Cell<u128> = const { Cell::new(0) };
}

impl Interval {
    const fn only(number: u128) -> Self {
        Self { min: number, max: number }
    }

    /// Every number of so many bits.
    const fn bits(bits: u32) -> Self {
        Self { min: 0, max: (1 << bits) - 1 }
    }

    fn holds(self, number: u128) -> bool {
        (self.min..=self.max).contains(&number)
    }

    /// The lowest `bits` bits, and what is above them.
    fn split_at(self, bits: u32) -> (Self, Self) {
        let above = Self { min: self.min >> bits, max: self.max >> bits };
        let low = if above.min == above.max {
            let mask = (1 << bits) - 1;
            Self { min: self.min & mask, max: self.max & mask }
        } else {
            Self::bits(bits)
        };
        (low, above)
    }

    fn times(self, other: Self) -> Self {
        let max = self.max.checked_mul(other.max).expect("a product of more than two words");
        Self { min: self.min * other.min, max }
    }
}

impl Add for Interval {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let max = self.max.checked_add(other.max).expect("a sum of more than two words");
        LARGEST.set(LARGEST.get().max(max));
        Self { min: self.min + other.min, max }
    }
}

/// Odd moduli of `bits` bits: the ends of the range, and some with words of ones and of zeros.
fn moduli(bits: u32) -> Vec<BigUint> {
    let one = BigUint::from(1_u32);
    let top = &one << (bits - 1);
    let all = (&one << bits) - &one;
    let half = &one << (bits / 2);
    vec![
        &top + &one,
        &top + &half + &one,
        &all - ((&half - &one) << 1),
        &all - &one - &one,
        &all - (&one << (bits - 2)),
        // A third of a power of two has every second bit, whatever the length of a word.
        ((&all << 1_u32) / 3_u32) | &top | &one,
        all,
    ]
}

/// Numbers below `bound`: both ends and what lies between them.
fn numbers_below(bound: &BigUint) -> Vec<BigUint> {
    let one = BigUint::from(1_u32);
    let bits = bound.bits();
    let mut random = BigUint::from(0x9e37_79b9_7f4a_7c15_u64);
    while random.bits() < bits {
        random = &random * &random + 12_345_u32;
    }
    vec![
        BigUint::ZERO,
        one.clone(),
        BigUint::from(2_u32),
        &one << (bits / 2),
        (&one << (bits - 1)) - &one,
        bound / 3_u32,
        bound >> 1_u32,
        random % bound,
        bound - 2_u32,
        bound - &one,
    ]
}
