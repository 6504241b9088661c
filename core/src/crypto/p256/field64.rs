//! The field in four limbs of 64 bits.
//!
//! Every element is fully reduced: each function takes and returns integers below p, so none has a
//! bound to keep beyond that. That they do is argued where a carry is dropped, and tested against
//! plain integers at the edges.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are constants within arrays of fixed size; sums are argued for one by one"
)]

use super::field::FieldElement;
use super::integer::{PRIME as P, add, is_less, subtract};
use super::inversion64;

/// An integer below p, the lowest limb first.
#[derive(Clone, Copy)]
pub(crate) struct Element64([u64; 4]);

/// 2^512 modulo p: the factor that brings an integer into Montgomery's form.
const R_SQUARED: Element64 =
    Element64([3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x4_ffff_fffd]);

impl Element64 {
    /// `words` are less than p.
    pub(super) const fn new(words: [u64; 4]) -> Self {
        Self(words)
    }
}

impl FieldElement for Element64 {
    const ZERO: Self = Self([0; 4]);
    const ONE: Self = Self([1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0xffff_fffe]);
    const B: Self = Self([
        0xd89c_df62_29c4_bddf,
        0xacf0_05cd_7884_3090,
        0xe5a2_20ab_f721_2ed6,
        0xdc30_061d_0487_4834,
    ]);

    #[inline(always)]
    fn from_words(words: &[u64; 4]) -> Self {
        Self(*words)
    }

    #[inline(always)]
    fn to_words(self) -> [u64; 4] {
        self.0
    }

    #[inline(always)]
    fn from_integer(integer: &[u64; 4]) -> Option<Self> {
        is_less(integer, &P).then(|| Self(*integer).multiply(&R_SQUARED))
    }

    /// The whole product first, then its reduction.
    #[inline(always)]
    fn multiply(&self, factor: &Self) -> Self {
        let (a, b) = (&self.0, &factor.0);
        let mut product = [0; 8];
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                (product[i + j], carry) = a[i].carrying_mul_add(b[j], product[i + j], carry);
            }
            product[i + 4] = carry;
        }
        reduce(product)
    }

    /// Limb by limb, each with its step of Montgomery's reduction: `t = (t + a[i] b + q p) / 2^64`.
    /// With t below b + p before, as it is at first, it is so afterwards, as the sum is at most
    /// t + (2^64 - 1) (b + p). So it is always below 2 p.
    ///
    /// -1 / p = 1 modulo 2^64, so the multiple q of p that clears the lowest limb is that limb
    /// itself, and (q + q p) / 2^64 = q 2^32 + q (2^64 - 2^32 + 1) 2^128: shifts, a subtraction and
    /// no product.
    #[inline(always)]
    fn square(&self) -> Self {
        let a = &self.0;
        let mut t = [0; 5];
        for limb in a {
            let mut carry = 0;
            for j in 0..4 {
                (t[j], carry) = limb.carrying_mul_add(a[j], t[j], carry);
            }
            let (t4, over) = t[4].carrying_add(carry, false);
            let (low, high) = (t[0] << 32, t[0] >> 32);
            // q (2^64 - 2^32 + 1) in two limbs; it is less than q 2^64, so the upper is below q.
            let (q0, borrow) = t[0].borrowing_sub(low, false);
            let (q1, _) = t[0].borrowing_sub(high, borrow);
            let (s0, carry) = t[1].carrying_add(low, false);
            let (s1, carry) = t[2].carrying_add(high, carry);
            let (s2, carry) = t[3].carrying_add(q0, carry);
            let (s3, carry) = t4.carrying_add(q1, carry);
            t = [s0, s1, s2, s3, u64::from(over) + u64::from(carry)];
        }
        subtract_p_if_at_least([t[0], t[1], t[2], t[3]], t[4] != 0)
    }

    #[inline(always)]
    fn add(&self, addend: &Self) -> Self {
        let (sum, carry) = add(&self.0, &addend.0);
        subtract_p_if_at_least(sum, carry)
    }

    /// The difference, and p where that was below zero: then the carry out of it cancels the borrow.
    #[inline(always)]
    fn subtract(&self, subtrahend: &Self) -> Self {
        let (difference, borrow) = subtract(&self.0, &subtrahend.0);
        let mask = u64::from(borrow).wrapping_neg();
        let (sum, _) = add(&difference, &[P[0] & mask, P[1] & mask, 0, P[3] & mask]);
        Self(sum)
    }

    #[inline(always)]
    fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    #[inline(always)]
    fn halve(&self) -> Self {
        // p is odd, so that one of a and a + p is even.
        let mask = (self.0[0] & 1).wrapping_neg();
        let (a, carry) = add(&self.0, &[P[0] & mask, P[1] & mask, 0, P[3] & mask]);
        let top = u64::from(carry) << 63;
        Self([
            a[0] >> 1 | a[1] << 63,
            a[1] >> 1 | a[2] << 63,
            a[2] >> 1 | a[3] << 63,
            a[3] >> 1 | top,
        ])
    }

    #[inline(always)]
    fn invert(&self) -> Self {
        // a stands for a / R: its inverse R^2 / a is R / a, which that returns, times R^2 / R.
        Self(inversion64::FIELD.invert(&self.0)).multiply(&R_SQUARED)
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }

    #[inline(always)]
    fn equals(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// `product` / 2^256 modulo p, of a product of two elements: Montgomery's reduction.
///
/// -1 / p = 1 modulo 2^64, so the multiple q of p that clears the lowest limb is that limb itself,
/// and (q + q p) / 2^64 = q 2^32 + q (2^64 - 2^32 + 1) 2^128: shifts, a subtraction and no product.
/// The lower four limbs stay below 2^256 with it, and are at most p in the end.
#[inline(always)]
fn reduce(product: [u64; 8]) -> Element64 {
    let [mut a0, mut a1, mut a2, mut a3, ..] = product;
    for _ in 0..4 {
        let (low, high) = (a0 << 32, a0 >> 32);
        // q (2^64 - 2^32 + 1) in two limbs; it is less than q 2^64, so the upper is below q.
        let (q0, borrow) = a0.borrowing_sub(low, false);
        let (q1, _) = a0.borrowing_sub(high, borrow);
        let (s0, carry) = a1.carrying_add(low, false);
        let (s1, carry) = a2.carrying_add(high, carry);
        let (s2, carry) = a3.carrying_add(q0, carry);
        [a0, a1, a2, a3] = [s0, s1, s2, q1 + u64::from(carry)];
    }
    let (sum, carry) = add(&[a0, a1, a2, a3], &[product[4], product[5], product[6], product[7]]);
    subtract_p_if_at_least(sum, carry)
}

/// Of a number of 257 bits that is less than 2 p.
#[inline(always)]
fn subtract_p_if_at_least(number: [u64; 4], top: bool) -> Element64 {
    let (difference, borrow) = subtract(&number, &P);
    let is_less = borrow & !top;
    let mut result = difference;
    for i in 0..4 {
        result[i] = if is_less { number[i] } else { difference[i] };
    }
    Element64(result)
}
