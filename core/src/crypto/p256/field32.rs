//! The field in eight limbs of 32 bits, for processors of that width: small rather than unrolled.
//!
//! An element is any integer below 2^256 that stands for it, as 2^256 < 2 p: one of at most two.
//! Only [`FieldElement::is_zero`] and [`FieldElement::to_words`] look at which. So the functions
//! have no bound to keep but the length: whatever a carry is worth, it is added again.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are constants within arrays of fixed size; sums are argued for one by one"
)]

use core::hint::black_box;

use super::field::FieldElement;
use super::inversion32::{self, Quotient};

/// An integer below 2^256, the lowest limb first.
#[derive(Clone, Copy)]
pub(crate) struct Element32([u32; 8]);

const P: [u32; 8] = [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0, 0, 0, 1, 0xffff_ffff];
/// 2^256 - p, which is one in Montgomery's form.
const MINUS_P: [u32; 8] = [1, 0, 0, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_fffe, 0];
/// 2^512 modulo p.
const R_SQUARED: [u64; 4] = [3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x4_ffff_fffd];

impl Element32 {
    /// Splits words.
    pub(super) const fn new(words: [u64; 4]) -> Self {
        let [a, b, c, d] = words;
        Self([
            a as u32,
            (a >> 32) as u32,
            b as u32,
            (b >> 32) as u32,
            c as u32,
            (c >> 32) as u32,
            d as u32,
            (d >> 32) as u32,
        ])
    }
}

impl FieldElement for Element32 {
    const ZERO: Self = Self([0; 8]);
    const ONE: Self = Self(MINUS_P);
    const B: Self = Self::new([
        0xd89c_df62_29c4_bddf,
        0xacf0_05cd_7884_3090,
        0xe5a2_20ab_f721_2ed6,
        0xdc30_061d_0487_4834,
    ]);

    fn from_words(words: &[u64; 4]) -> Self {
        Self::new(*words)
    }

    fn to_words(self) -> [u64; 4] {
        let (difference, is_at_least_p) = sum(&self.0, &MINUS_P, false);
        let [a, b, c, d, e, f, g, h] = if is_at_least_p { difference } else { self.0 };
        let word = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        [word(a, b), word(c, d), word(e, f), word(g, h)]
    }

    fn from_integer(integer: &[u64; 4]) -> Option<Self> {
        let integer = Self::new(*integer);
        let is_below = integer.0.iter().rev().lt(P.iter().rev());
        is_below.then(|| integer.multiply(&Self::new(R_SQUARED)))
    }

    /// Row by row, each with its part of Montgomery's reduction: t = (t + a b[i] + q p) / 2^32.
    /// With t below 2^256 + p before, as it is at first, it is so afterwards, as the sum is below
    /// 2^256 + p + (2^32 - 1) 2^256 + (2^32 - 1) p. So `top` is one bit.
    #[inline(never)]
    fn multiply(&self, factor: &Self) -> Self {
        // What the compiler cannot know to be zero keeps the first step of each row one
        // instruction, as the others are.
        let zero = black_box(0_u32);
        let (mut t, mut top) = ([0; 8], 0);
        for &[even, odd] in self.0.as_chunks().0 {
            (t, top) = row(t, top, even, &factor.0, zero);
            (t, top) = row(t, top, odd, &factor.0, zero);
        }
        Self(fold(t, top != 0))
    }

    fn square(&self) -> Self {
        self.multiply(self)
    }

    #[inline(never)]
    fn add(&self, addend: &Self) -> Self {
        let (sum_, carry) = sum(&self.0, &addend.0, false);
        // What the carry is worth, or nothing: it costs less than a branch.
        let one = u32::from(carry);
        let mask = one.wrapping_neg();
        let (sum_, carry) = sum(&sum_, &[one, 0, 0, mask, mask, mask, mask << 1, 0], false);
        Self(fold(sum_, carry))
    }

    /// Where the difference is below zero p is added, and once more if that was not enough: the
    /// difference is above -2^256 > -2 p.
    #[inline(never)]
    fn subtract(&self, subtrahend: &Self) -> Self {
        let (a, b) = (&self.0, &subtrahend.0);
        let mut difference = [0; 8];
        // Sums of 64 bits, which become a chain of borrows; `borrowing_sub` does not.
        let mut limb = 0_i64;
        macro_rules! limbs {
            ($($i:literal)*) => { $(
                limb += i64::from(a[$i]) - i64::from(b[$i]);
                difference[$i] = limb as u32;
                limb >>= 32;
            )* };
        }
        limbs!(0 1 2 3 4 5 6 7);
        if limb != 0 {
            let carry;
            (difference, carry) = sum(&difference, &P, false);
            if !carry {
                (difference, _) = sum(&difference, &P, false);
            }
        }
        Self(difference)
    }

    fn negate(&self) -> Self {
        Self(P).subtract(self)
    }

    #[inline(never)]
    fn halve(&self) -> Self {
        // p is odd, so that one of a and a + p is even.
        let (number, carry) =
            if self.0[0] & 1 == 0 { (self.0, false) } else { sum(&self.0, &P, false) };
        let [a, b, c, d, e, f, g, h] = number;
        let half = |low: u32, high: u32| low >> 1 | high << 31;
        Self([
            half(a, b),
            half(b, c),
            half(c, d),
            half(d, e),
            half(e, f),
            half(f, g),
            half(g, h),
            half(h, u32::from(carry)),
        ])
    }

    fn invert(&self) -> Self {
        // a stands for a / R, whose inverse R / a is R^2 / a in Montgomery's form.
        let mut quotient = [Quotient::new(&R_SQUARED)];
        inversion32::FIELD.divide(&mut quotient, &self.to_words());
        Self::new(quotient[0].words())
    }

    #[inline(never)]
    fn is_zero(&self) -> bool {
        self.0 == [0; 8] || self.0 == P
    }
}

/// One row of a product. -1 / p = 1 modulo 2^32, so the multiple q of p that clears the lowest limb
/// is that limb itself; and q p = q (2^256 - 2^224 + 2^192 + 2^96 - 1).
#[inline(always)]
fn row(t: [u32; 8], top: u32, a: u32, b: &[u32; 8], zero: u32) -> ([u32; 8], u32) {
    let (q, carry) = multiply_add(a, b[0], t[0], zero);
    let (t1, carry) = multiply_add(a, b[1], t[1], carry);
    let (t2, carry) = multiply_add(a, b[2], t[2], carry);
    let (t3, carry) = multiply_add(a, b[3], t[3], carry);
    let (t4, carry) = multiply_add(a, b[4], t[4], carry);
    let (t5, carry) = multiply_add(a, b[5], t[5], carry);
    let (t6, carry) = multiply_add(a, b[6], t[6], carry);
    let (t7, carry) = multiply_add(a, b[7], t[7], carry);
    let (t3, c) = t3.carrying_add(q, false);
    let (t4, c) = t4.carrying_add(0, c);
    let (t5, c) = t5.carrying_add(0, c);
    let (t6, c) = t6.carrying_add(q, c);
    let (t7, high) = multiply_add(q, 0xffff_ffff, t7, u32::from(c));
    let upper = u64::from(carry) + u64::from(high) + u64::from(top);
    ([t1, t2, t3, t4, t5, t6, t7, upper as u32], (upper >> 32) as u32)
}

/// a b + c + d in two limbs, in which it fits.
#[inline(always)]
fn multiply_add(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    let sum = u64::from(a) * u64::from(b) + u64::from(c) + u64::from(d);
    (sum as u32, (sum >> 32) as u32)
}

/// Adds 2^256 - p for a carry, until there is none.
#[inline(always)]
fn fold(mut number: [u32; 8], mut carry: bool) -> [u32; 8] {
    while carry {
        (number, carry) = sum(&number, &MINUS_P, false);
    }
    number
}

#[inline(always)]
fn sum(a: &[u32; 8], b: &[u32; 8], mut carry: bool) -> ([u32; 8], bool) {
    let mut sum = [0; 8];
    macro_rules! limbs {
        ($($i:literal)*) => { $( (sum[$i], carry) = a[$i].carrying_add(b[$i], carry); )* };
    }
    limbs!(0 1 2 3 4 5 6 7);
    (sum, carry)
}

#[cfg(test)]
mod bounds;
