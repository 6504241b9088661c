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

    #[inline(always)]
    fn multiply(&self, factor: &Self) -> Self {
        reduce(product(&self.0, &factor.0))
    }

    #[inline(always)]
    fn square(&self) -> Self {
        reduce(squared(&self.0))
    }

    #[inline(always)]
    fn difference_of_products([a, b]: [&Self; 2], [c, d]: [&Self; 2]) -> Self {
        reduce(difference(product(&a.0, &b.0), product(&c.0, &d.0)))
    }

    #[inline(always)]
    fn product_less_square([a, b]: [&Self; 2], c: &Self) -> Self {
        reduce(difference(product(&a.0, &b.0), squared(&c.0)))
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

/// The product of two numbers, row by row: each is made whole and then added, which takes one
/// addition for each product less than to add them as they come.
#[inline(always)]
fn product(a: &[u64; 4], b: &[u64; 4]) -> [u64; 8] {
    let [p0, mut t @ ..] = row(a[0], b);
    let mut product = [p0, 0, 0, 0, 0, 0, 0, 0];
    for i in 1..4 {
        (product[i], t) = add_row(t, row(a[i], b));
    }
    [product[4], product[5], product[6], product[7]] = t;
    product
}

/// a b, which is at most (2^64 - 1) (2^256 - 1): the upper word is below 2^64 - 1.
#[inline(always)]
fn row(a: u64, b: &[u64; 4]) -> [u64; 5] {
    let [(l0, h0), (l1, h1), (l2, h2), (l3, h3)] = b.map(|b| a.carrying_mul(b, 0));
    let (r1, carry) = l1.carrying_add(h0, false);
    let (r2, carry) = l2.carrying_add(h1, carry);
    let (r3, carry) = l3.carrying_add(h2, carry);
    [l0, r1, r2, r3, h3 + u64::from(carry)]
}

/// The lowest word of the sum, and the others: (2^256 - 1) + (2^64 - 1) (2^256 - 1) is less than
/// 2^320.
#[inline(always)]
fn add_row(sum: [u64; 4], row: [u64; 5]) -> (u64, [u64; 4]) {
    let (s0, carry) = sum[0].carrying_add(row[0], false);
    let (s1, carry) = sum[1].carrying_add(row[1], carry);
    let (s2, carry) = sum[2].carrying_add(row[2], carry);
    let (s3, carry) = sum[3].carrying_add(row[3], carry);
    (s0, [s1, s2, s3, row[4] + u64::from(carry)])
}

/// The products of different limbs, twice, and then the squares: ten products instead of sixteen.
///
/// No sum is more than a^2 < 2^512, so the highest word takes all carries.
#[inline(always)]
fn squared(a: &[u64; 4]) -> [u64; 8] {
    let [a0, a1, a2, a3] = *a;
    let (l01, h01) = a0.carrying_mul(a1, 0);
    let (l02, h02) = a0.carrying_mul(a2, 0);
    let (l03, h03) = a0.carrying_mul(a3, 0);
    let (l12, h12) = a1.carrying_mul(a2, 0);
    let (l13, h13) = a1.carrying_mul(a3, 0);
    let (l23, h23) = a2.carrying_mul(a3, 0);
    let (p2, carry) = l02.carrying_add(h01, false);
    let (p3, carry) = l03.carrying_add(h02, carry);
    let (p4, carry) = l13.carrying_add(h03, carry);
    let (p5, carry) = l23.carrying_add(h13, carry);
    let p6 = h23 + u64::from(carry);
    let (p3, carry) = p3.carrying_add(l12, false);
    let (p4, carry) = p4.carrying_add(h12, carry);
    let (p5, carry) = p5.carrying_add(0, carry);
    let p6 = p6 + u64::from(carry);

    let (d1, carry) = l01.carrying_add(l01, false);
    let (d2, carry) = p2.carrying_add(p2, carry);
    let (d3, carry) = p3.carrying_add(p3, carry);
    let (d4, carry) = p4.carrying_add(p4, carry);
    let (d5, carry) = p5.carrying_add(p5, carry);
    let (d6, carry) = p6.carrying_add(p6, carry);
    let d7 = u64::from(carry);

    let [(s0, s1), (s2, s3), (s4, s5), (s6, s7)] = a.map(|a| a.carrying_mul(a, 0));
    let (s1, carry) = d1.carrying_add(s1, false);
    let (s2, carry) = d2.carrying_add(s2, carry);
    let (s3, carry) = d3.carrying_add(s3, carry);
    let (s4, carry) = d4.carrying_add(s4, carry);
    let (s5, carry) = d5.carrying_add(s5, carry);
    let (s6, carry) = d6.carrying_add(s6, carry);
    [s0, s1, s2, s3, s4, s5, s6, d7 + s7 + u64::from(carry)]
}

/// The difference of two products of elements, and p 2^256 where that is below zero: so it is
/// always from zero to below p 2^256. The carry out of it cancels the borrow.
#[inline(always)]
fn difference(minuend: [u64; 8], subtrahend: [u64; 8]) -> [u64; 8] {
    let mut difference = [0; 8];
    let mut borrow = false;
    for i in 0..8 {
        (difference[i], borrow) = minuend[i].borrowing_sub(subtrahend[i], borrow);
    }
    let mask = u64::from(borrow).wrapping_neg();
    let [d0, d1, d2, d3, upper @ ..] = difference;
    let ([d4, d5, d6, d7], _) = add(&upper, &[P[0] & mask, P[1] & mask, 0, P[3] & mask]);
    [d0, d1, d2, d3, d4, d5, d6, d7]
}

/// `number` / 2^256 modulo p, of a number below p 2^256: Montgomery's reduction.
///
/// -1 / p = 1 modulo 2^64, so the multiple q of p that clears the lowest limb is that limb itself,
/// and (q + q p) / 2^64 = q 2^32 + q (2^64 - 2^32 + 1) 2^128: shifts, a subtraction and no product.
/// The lower four limbs stay below 2^256 with it, and are at most p in the end, so that the sum
/// with the upper four is below 2 p.
#[inline(always)]
fn reduce(number: [u64; 8]) -> Element64 {
    let [mut a0, mut a1, mut a2, mut a3, ..] = number;
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
    let (sum, carry) = add(&[a0, a1, a2, a3], &[number[4], number[5], number[6], number[7]]);
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

#[cfg(test)]
mod bounds;
