//! Montgomery multiplication in words of 32 bits.
//!
//! A number is a slice of chunks of 16 words, least significant first, R one more than the largest
//! number of that length. One product of two words and two words more fit into two words, and are
//! one instruction on a Cortex-M4 (UMAAL). The loop over a chunk is written out, since compilers
//! that optimise for size do not unroll.
//!
//! For a, b < R the sum (a b + q n) / R is below R + n: what exceeds R is one bit, and is gone when
//! n is subtracted once. For a < R, b < n it is below 2 n.
//!
//! The formulas are generic over what a word is, so that they can also run over numbers that never
//! wrap and over intervals: `proofs.rs` holds every bound that is named here to that.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are constants within a chunk, sums are bounded by the proofs: checks in \
              these loops would cost more than the multiplications"
)]

use core::iter::repeat;
use core::mem::swap;
use core::num::NonZeroU32;

pub(in super::super) type Chunk<W> = [W; CHUNK_LEN];

/// Words of a chunk.
pub(in super::super) const CHUNK_LEN: usize = 16;

pub(super) const ZERO: Chunk<u32> = [0; CHUNK_LEN];

/// What the formulas ask of a word: less than 2^32.
pub(in super::super) trait Word: Copy {
    const ZERO: Self;
    const ONE: Self;

    /// The low and the high word of `a b + c + d`.
    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self);
    /// The low and the high word of `a + b + c`.
    fn add(a: Self, b: Self, c: Self) -> (Self, Self);
    /// The low word of `(a b + c) d`.
    fn quotient(a: Self, b: Self, c: Self, d: Self) -> Self;
    /// 2^32 - 1 less this.
    fn complement(self) -> Self;
    fn is_zero(self) -> bool;
}

impl Word for u32 {
    const ZERO: Self = 0;
    const ONE: Self = 1;

    #[inline(always)]
    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self) {
        let sum = u64::from(a) * u64::from(b) + u64::from(c) + u64::from(d);
        (sum as Self, (sum >> 32) as Self)
    }

    #[inline(always)]
    fn add(a: Self, b: Self, c: Self) -> (Self, Self) {
        let sum = u64::from(a) + u64::from(b) + u64::from(c);
        (sum as Self, (sum >> 32) as Self)
    }

    #[inline(always)]
    fn quotient(a: Self, b: Self, c: Self, d: Self) -> Self {
        a.wrapping_mul(b).wrapping_add(c).wrapping_mul(d)
    }

    #[inline(always)]
    fn complement(self) -> Self {
        !self
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self == 0
    }
}

/// Puts a^2 / R modulo n, less than R, into `result`.
#[inline(never)]
pub(super) fn square(
    result: &mut [Chunk<u32>],
    a: &[Chunk<u32>],
    n: &[Chunk<u32>],
    minus_inverse: u32,
) {
    multiply(result, a.as_flattened().iter().copied(), a, n, minus_inverse);
}

/// Puts a b / R modulo n, less than R and less than 2 n, into `result`; `a` is big-endian and less
/// than n.
#[inline(never)]
pub(super) fn multiply_by_bytes(
    result: &mut [Chunk<u32>],
    a: &[u8],
    b: &[Chunk<u32>],
    n: &[Chunk<u32>],
    minus_inverse: u32,
) {
    let words = a.rchunks(4).map(be_word).chain(repeat(0));
    multiply(result, words.take(b.as_flattened().len()), b, n, minus_inverse);
}

/// Puts a b / R modulo n, less than R, into `result`, for `a` of as many words as the others have;
/// `minus_inverse` is -n^-1 modulo 2^32.
#[inline(always)]
pub(in super::super) fn multiply<W: Word>(
    result: &mut [Chunk<W>],
    a: impl Iterator<Item = W>,
    b: &[Chunk<W>],
    n: &[Chunk<W>],
    minus_inverse: W,
) {
    result.fill([W::ZERO; CHUNK_LEN]);
    let mut above = W::ZERO;
    for a in a {
        above = add_row(result, above, a, b, n, minus_inverse);
    }
    if !above.is_zero() {
        subtract_multiple(result, W::ONE, n);
    }
}

/// Makes the sum (sum + a b + q n) / 2^32, with the q that leaves no remainder; `above` is the
/// word above the sum, before and after.
#[inline(never)]
fn add_row<W: Word>(
    sum: &mut [Chunk<W>],
    above: W,
    a: W,
    b: &[Chunk<W>],
    n: &[Chunk<W>],
    minus_inverse: W,
) -> W {
    let (Some(&[sum_0, ..]), Some(&[b_0, ..])) = (sum.first(), b.first()) else {
        return W::ZERO;
    };
    let q = W::quotient(a, b_0, sum_0, minus_inverse);
    // Each word of the result goes one place down; the lowest is zero and goes nowhere.
    let mut nowhere = W::ZERO;
    let mut last = &mut nowhere;
    let (mut carry_b, mut carry_n) = (W::ZERO, W::ZERO);
    for ((sum, b), n) in sum.iter_mut().zip(b).zip(n) {
        macro_rules! add_words {
            ($($i:literal)*) => { $({
                let low;
                (low, carry_b) = W::multiply_add(a, b[$i], sum[$i], carry_b);
                let word;
                (word, carry_n) = W::multiply_add(q, n[$i], low, carry_n);
                if $i == 0 { *last = word } else { sum[$i - 1] = word }
            })* };
        }
        add_words!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        last = &mut sum[CHUNK_LEN - 1];
    }
    let (word, above) = W::add(carry_b, carry_n, above);
    *last = word;
    above
}

/// Makes x into x - q n, for x with a word above it, which is not touched: returns what to add to
/// that word once q was subtracted from it.
///
/// x - q n = x + q (R - n) - q R.
#[inline(never)]
pub(in super::super) fn subtract_multiple<W: Word>(x: &mut [Chunk<W>], q: W, n: &[Chunk<W>]) -> W {
    // R - n is one more than the complement.
    let mut carry = q;
    for (x, n) in x.as_flattened_mut().iter_mut().zip(n.as_flattened()) {
        (*x, carry) = W::multiply_add(q, n.complement(), *x, carry);
    }
    carry
}

/// Brings a number below 2 n below n.
pub(super) fn reduce_once(number: &mut [Chunk<u32>], n: &[Chunk<u32>]) {
    if !is_less(number, n) {
        subtract_multiple(number, 1, n);
    }
}

/// Makes x < R into a number that is x R modulo n and less than R; n has exactly `bits` bits, and
/// `memory` as many chunks as n.
///
/// Long division with a quotient of 16 bits at a time that is never more than the true one, since
/// it is made with a divisor that is rounded up. The number divided by is n shifted up as far as it
/// goes: what is left is the same modulo n.
#[inline(never)]
pub(in super::super) fn to_montgomery(
    x: &mut [Chunk<u32>],
    n: &[Chunk<u32>],
    bits: usize,
    memory: &mut [Chunk<u32>],
) {
    shift_to_the_top(n, bits, memory);
    let divisor = memory;
    // From 2^15 + 1 to 2^16.
    let top = divisor.as_flattened().last().copied().unwrap_or(0);
    let rounded_up = NonZeroU32::MIN.saturating_add(top >> 16);
    for _ in 0..x.as_flattened().len() {
        // Up by one word; what leaves at the top is h.
        let mut h = 0;
        for word in x.as_flattened_mut() {
            swap(word, &mut h);
        }
        // x + h R loses at least one divisor a time, and less than h is what h can be then.
        while h != 0 {
            let q = estimate(h, rounded_up);
            h = h.wrapping_sub(q).wrapping_add(subtract_multiple(x, q, divisor));
        }
    }
}

/// At least 1, at most h R divided by the divisor whose upper 16 bits are one less than
/// `rounded_up`.
pub(in super::super) fn estimate(h: u32, rounded_up: NonZeroU32) -> u32 {
    match h >> 16 {
        0 => ((h << 16) / rounded_up).max(1),
        _ => (h / rounded_up).min(0xffff) << 16,
    }
}

/// Puts `number`, of exactly `bits` bits, shifted so far up that the highest bit is one, into
/// `shifted`.
fn shift_to_the_top(number: &[Chunk<u32>], bits: usize, shifted: &mut [Chunk<u32>]) {
    shifted.fill(ZERO);
    let distance = (shifted.as_flattened().len() * 32).saturating_sub(bits);
    let mut below = 0;
    let words = shifted.as_flattened_mut().iter_mut().skip(distance / 32);
    for (shifted, word) in words.zip(number.as_flattened()) {
        let both = u64::from(*word) << 32 | u64::from(below);
        *shifted = (both << (distance % 32) >> 32) as u32;
        below = *word;
    }
}

/// -n^-1 modulo 2^32 for an odd n.
pub(super) fn minus_inverse(n: &[Chunk<u32>]) -> u32 {
    let lowest = n.as_flattened().first().copied().unwrap_or(1);
    // Newton's iteration doubles the number of good bits, beginning with three.
    let mut inverse = lowest;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(lowest.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

/// Fills `number`, which is long enough.
pub(super) fn read_be_bytes(bytes: &[u8], number: &mut [Chunk<u32>]) {
    let words = bytes.rchunks(4).map(be_word).chain(repeat(0));
    for (place, word) in number.as_flattened_mut().iter_mut().zip(words) {
        *place = word;
    }
}

/// Up to four bytes as a number.
fn be_word(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// As many of the low bytes as `bytes` takes.
pub(super) fn write_be_bytes(number: &[Chunk<u32>], bytes: &mut [u8]) {
    for (bytes, word) in bytes.rchunks_mut(4).zip(number.as_flattened()) {
        for (place, byte) in bytes.iter_mut().rev().zip(word.to_le_bytes()) {
            *place = byte;
        }
    }
}

pub(super) fn is_less(a: &[Chunk<u32>], b: &[Chunk<u32>]) -> bool {
    a.as_flattened().iter().rev().lt(b.as_flattened().iter().rev())
}
