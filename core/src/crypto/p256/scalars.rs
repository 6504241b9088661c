//! From a digest and a signature to the factors of the two points, and their digits.

use super::Limbs;
use super::integer::{ORDER, PRIME, add, from_be_bytes, is_less, subtract};

/// 2^256 - n, which has 224 bits.
pub(super) const TWO_TO_256_LESS_ORDER: [u64; 4] =
    [0x0c46_353d_039c_daaf, 0x4319_0552_58e8_617b, 0, 0xffff_ffff];

/// What a signature says: that r is, modulo n, the x of u1 G + u2 Q
/// ([FIPS 186-5, section 6.4.2](https://doi.org/10.6028/NIST.FIPS.186-5)).
///
/// Words of 64 bits, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalars {
    /// The factor of the generator, less than n.
    pub u1: [u64; 4],
    /// The factor of the key, from 1 to below n.
    pub u2: [u64; 4],
    /// From 1 to below n.
    pub r: [u64; 4],
}

impl Scalars {
    /// `signature` is r and s; `None` unless both are from 1 to below n. High values of s are
    /// accepted: nothing in JOSE rules them out.
    #[inline(always)]
    pub(super) fn new<L: Limbs>(digest: &[u8; 32], signature: &[u8; 64]) -> Option<Self> {
        let [r, s] = signature.as_chunks::<32>().0 else { return None };
        let (r, s) = (from_be_bytes(r), from_be_bytes(s));
        if !is_scalar(&r) || !is_scalar(&s) {
            return None;
        }
        // 2^256 < 2 n.
        let hash = from_be_bytes(digest);
        let hash = if is_less(&hash, &ORDER) { hash } else { subtract(&hash, &ORDER).0 };
        let (u1, u2) = L::quotients(&hash, &r, &s);
        Some(Self { u1, u2, r })
    }

    /// r + n, where that is less than p: the other x that is r modulo n.
    #[must_use]
    pub fn other_x(&self) -> Option<[u64; 4]> {
        let (sum, carry) = add(&self.r, &ORDER);
        (!carry && is_less(&sum, &PRIME)).then_some(sum)
    }
}

fn is_scalar(number: &[u64; 4]) -> bool {
    *number != [0; 4] && is_less(number, &ORDER)
}

/// The digits of a scalar k to the base 2^W, from the lowest: odd, positive or negative, and less
/// than 2^W, so that none is zero.
///
/// For an odd k, with b_i the digits of (k + 2^(W N)) / 2 and N digits in all,
///
/// ```text
/// k = Σ (2 b_i + 1 - 2^W) 2^(W i)
/// ```
///
/// as Σ (2^W - 1) 2^(W i) = 2^(W N) - 1. An even k is the opposite of n - k, which is odd.
///
/// Of each digit the item is the place of its magnitude 2 j + 1 in a table of N windows with
/// 2^(W - 1) entries each, and whether it is negative.
#[derive(Clone, Debug)]
pub struct Digits<const W: usize> {
    /// (k + 2^(W N)) / 2, and zeros.
    bits: [u64; 8],
    window: usize,
    is_opposite: bool,
}

impl<const W: usize> Digits<W> {
    /// Digits in all.
    #[allow(clippy::arithmetic_side_effects, reason = "run by the compiler alone")]
    pub const LEN: usize = {
        assert!(W >= 2 && W <= 16);
        256_usize.div_ceil(W)
    };

    /// `scalar` is less than n.
    #[must_use]
    #[inline(always)]
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "all indexes are constants"
    )]
    pub fn new(scalar: &[u64; 4]) -> Self {
        let is_even = scalar[0] & 1 == 0;
        let odd = if is_even { subtract(&ORDER, scalar).0 } else { *scalar };
        let mut bits = [
            odd[0] >> 1 | odd[1] << 63,
            odd[1] >> 1 | odd[2] << 63,
            odd[2] >> 1 | odd[3] << 63,
            odd[3] >> 1,
            0,
            0,
            0,
            0,
        ];
        let top = const { W * Self::LEN - 1 };
        bits[top / 64] |= 1 << (top % 64);
        Self { bits, window: 0, is_opposite: is_even }
    }
}

impl<const W: usize> Iterator for Digits<W> {
    type Item = (usize, bool);

    #[inline(always)]
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "indexes are masked; the window is below 128, and W at most 16"
    )]
    fn next(&mut self) -> Option<(usize, bool)> {
        if self.window >= Self::LEN {
            return None;
        }
        let (word, shift) = (self.window * W / 64, self.window * W % 64);
        let low = self.bits[word & 7] >> shift;
        let high = self.bits[(word + 1) & 7] << 1 << (63 - shift);
        let digit = low | high;
        // With b's top bit the digit is 2 (b - 2^(W - 1)) + 1, without it the opposite of
        // 2 (2^(W - 1) - 1 - b) + 1: the other bits, inverted.
        let is_negative = digit >> (W - 1) & 1 == 0;
        let half = const { 1_usize << (W - 1) };
        let inverted = if is_negative { !digit } else { digit };
        let index = self.window * half + (inverted as usize & (half - 1));
        self.window += 1;
        Some((index, is_negative != self.is_opposite))
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = Self::LEN.saturating_sub(self.window);
        (left, Some(left))
    }
}

impl<const W: usize> ExactSizeIterator for Digits<W> {}

/// The digits of a scalar from the highest place down: each odd and less than 2^(w - 1), positive
/// or negative, one in w + 1 places on average.
///
/// k = 2 k - k has the digits b_(i-1) - b_i, with b_i the bits of k. Where the first of w of them
/// is not zero, their sum is at most 2^(w - 1) in magnitude, since those that are not zero
/// alternate in sign; without the zeros at its end it is the digit of the w places
/// ([Okeya et al. 2004](https://doi.org/10.1007/978-3-540-28628-8_8)). No digit needs to be kept,
/// as it must where they are found from the lowest place up.
#[derive(Clone)]
pub(super) struct SlidingDigits {
    /// A word of zeros below the scalar, and some above.
    bits: [u64; 8],
    /// Where a bit differs from the one below it.
    changes: [u64; 8],
    /// The place of `digit`; above all places at first.
    place: u32,
    /// The place of the magnitude 2 j + 1 in a table of 2^(w - 2) odd multiples, and whether the
    /// digit is negative.
    digit: (usize, bool),
    width: u32,
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are masked; places are below 257, and widths at most 16"
)]
impl SlidingDigits {
    /// The highest place that a digit can have.
    pub(super) const HIGHEST: u32 = 256;

    /// With w = `width`, from 2 to 16.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) const fn new(scalar: &[u64; 4], width: u32) -> Self {
        let [a, b, c, d] = *scalar;
        let bits = [0, a, b, c, d, 0, 0, 0];
        let changes = [
            0,
            a ^ a << 1,
            b ^ (b << 1 | a >> 63),
            c ^ (c << 1 | b >> 63),
            d ^ (d << 1 | c >> 63),
            d >> 63,
            0,
            0,
        ];
        Self { bits, changes, place: Self::HIGHEST + 1, digit: (0, false), width }
    }

    /// The digit at `place`, if there is one: to be asked for each place, from the highest to zero.
    #[inline(always)]
    pub(super) fn at(&mut self, place: u32) -> Option<(usize, bool)> {
        let changes = self.changes[(place as usize / 64 + 1) & 7];
        if changes >> (place % 64) & 1 == 1 && self.place > place {
            let bits = self.bits_down_from(place, self.width + 1);
            let sum = (bits & ((1 << self.width) - 1)) - (bits >> 1);
            let zeros = sum.trailing_zeros();
            // Below place zero all bits are zero, so the digit is not there.
            self.place = place + 1 + zeros - self.width;
            self.digit = ((sum >> zeros).unsigned_abs() as usize >> 1, sum < 0);
        }
        (self.place == place).then_some(self.digit)
    }

    /// `count` bits of the scalar as a number, of which `place` is the highest.
    #[inline(always)]
    const fn bits_down_from(&self, place: u32, count: u32) -> i32 {
        let lowest = place + 65 - count;
        let (word, shift) = (lowest as usize / 64, lowest % 64);
        let low = self.bits[word & 7] >> shift;
        let high = self.bits[(word + 1) & 7] << 1 << (63 - shift);
        ((low | high) & ((1 << count) - 1)) as i32
    }
}
