//! Powers modulo an RSA modulus, in limbs of 60 bits.
//!
//! A number is `V` tiles of `T` limbs. Products are summed by columns: the product of two limbs
//! has 120 bits, so a column of 128 bits takes up to 256 of them before a carry is due, and the
//! loops within a tile have constant bounds and are unrolled. Measured against limbs of 64 bits
//! this saves the carry of each single product; tiles of six and more limbs stop being unrolled.
//!
//! Multiplication is Montgomery's with R = 2^(60 T V) and R ≥ 2^40 n. For a, b < 2 n the result
//! is below a b / R + n < n (1 + 2^-38) < 2 n, so intermediate results are never reduced.
//!
//! What reads a sender's bytes, [`Modulus::power`], is held to the crate's lints; the arithmetic
//! behind it, on arrays of fixed size, is not, function by function.
use core::ops::Range;

/// Bits of a limb.
const BITS: usize = 60;
const MASK: u64 = (1 << BITS) - 1;
/// How much longer R is than the modulus, at least.
const SPARE_BITS: usize = 40;
/// The columns of a tile, the low ones and the high ones: 2 T - 1 for the products, one for the
/// carry.
type Columns<const T: usize> = [[u128; T]; 2];
type Number<const T: usize, const V: usize> = [[u64; T]; V];

/// An odd modulus with what Montgomery's multiplication needs.
#[derive(Clone)]
pub(super) struct Modulus<const T: usize, const V: usize> {
    n: Number<T, V>,
    /// -n^-1 modulo 2^60.
    minus_inverse: u64,
    /// R^2 modulo n.
    r_squared: Number<T, V>,
    bits: usize,
}

impl<const T: usize, const V: usize> Modulus<T, V> {
    #[allow(clippy::arithmetic_side_effects, reason = "run by the compiler alone")]
    const R_BITS: usize = BITS * T * V;
    /// Whether the columns hold the products of one multiplication and of one reduction at once.
    #[allow(clippy::arithmetic_side_effects, reason = "run by the compiler alone")]
    const SUMS_FIT: bool = 2 * T * V < 256;

    /// `bytes` is big-endian and odd; `None` where it is not, or does not fit.
    #[allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "run once for a key, whose bits are compared with the size of the arrays first"
    )]
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        const { assert!(T <= 5 && T * V < 256) };
        let bits = bytes.len() * 8 - bytes.first()?.leading_zeros() as usize;
        if bits < 2 || bits + SPARE_BITS > Self::R_BITS || bytes.last()? & 1 == 0 {
            return None;
        }
        let n: Number<T, V> = from_be_bytes(bytes);
        // Newton's iteration doubles the number of good bits, beginning with three.
        let mut inverse = n[0][0];
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n[0][0].wrapping_mul(inverse)));
        }
        let minus_inverse = inverse.wrapping_neg() & MASK;
        let mut this = Self { n, minus_inverse, r_squared: [[0; T]; V], bits };

        // 2^(bits - 1) < n, doubled until it is R 2^(R_BITS / 2^k) modulo n; k squarings make the
        // second factor R.
        let squarings = Self::R_BITS.trailing_zeros();
        let mut x: Number<T, V> = [[0; T]; V];
        let top = bits - 1;
        x[top / BITS / T][top / BITS % T] = 1 << (top % BITS);
        for _ in top..Self::R_BITS + (Self::R_BITS >> squarings) {
            double(&mut x);
            if is_at_least(&x, &this.n) {
                subtract(&mut x, &this.n);
            }
        }
        for _ in 0..squarings {
            x = this.square(&x);
        }
        this.r_squared = x;
        Some(this)
    }

    /// Bits of the modulus.
    pub(super) const fn bits(&self) -> usize {
        self.bits
    }

    /// `base` to the power of `exponent`, which is odd and at least 3, as many bytes as the
    /// modulus has; `None` unless `base` has that length and is less than the modulus.
    pub(super) fn power<'m>(
        &self,
        base: &[u8],
        exponent: u32,
        memory: &'m mut [u8],
    ) -> Option<&'m [u8]> {
        let encoded = memory.get_mut(..self.bits.div_ceil(8))?;
        if base.len() != encoded.len() {
            return None;
        }
        let base = from_be_bytes(base);
        if is_at_least(&base, &self.n) {
            return None;
        }
        let factor = self.multiply(&base, &self.r_squared);
        let mut power = factor;
        for bit in (1..exponent.ilog2()).rev() {
            power = self.square(&power);
            if exponent >> bit & 1 == 1 {
                power = self.multiply(&power, &factor);
            }
        }
        // The last bit is one. Its factor without the R takes the R out of the power.
        power = self.multiply(&self.square(&power), &base);
        if is_at_least(&power, &self.n) {
            subtract(&mut power, &self.n);
        }
        to_be_bytes(&power, encoded);
        Some(encoded)
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
impl<const T: usize, const V: usize> Modulus<T, V> {
    /// a b / R modulo n, not quite reduced.
    #[inline(never)]
    fn multiply(&self, a: &Number<T, V>, b: &Number<T, V>) -> Number<T, V> {
        self.reduced_product(|columns, k| {
            add_products(columns, a, b, k, (k + 1).saturating_sub(V)..(k + 1).min(V));
        })
    }

    /// a^2 / R modulo n, not quite reduced: each product of two different tiles counts twice.
    #[inline(never)]
    fn square(&self, a: &Number<T, V>) -> Number<T, V> {
        let doubled = a.map(|tile| tile.map(|limb| limb << 1));
        self.reduced_product(|columns, k| {
            add_products(columns, &doubled, a, k, (k + 1).saturating_sub(V)..k.div_ceil(2));
            if k.is_multiple_of(2) {
                add_square(columns, &a[k / 2], &doubled[k / 2]);
            }
        })
    }

    /// Sums the tiles that `add_tiles(columns, k)` adds for each k of 2 V - 1, and reduces.
    #[inline(always)]
    fn reduced_product(&self, add_tiles: impl Fn(&mut Columns<T>, usize)) -> Number<T, V> {
        let mut q: Number<T, V> = [[0; T]; V];
        let mut result: Number<T, V> = [[0; T]; V];
        let mut columns: Columns<T> = [[0; T]; 2];
        for k in 0..2 * V - 1 {
            add_tiles(&mut columns, k);
            if !Self::SUMS_FIT {
                carry(&mut columns);
            }
            add_products(&mut columns, &q, &self.n, k, (k + 1).saturating_sub(V)..k.min(V));
            if k < V {
                self.clear_low_tile(&mut columns, &mut q[k]);
            } else {
                result[k - V] = take_limbs(&mut columns);
            }
            columns = [columns[1], [0; T]];
        }
        result[V - 1] = take_limbs(&mut columns);
        result
    }

    /// Adds `q n[0]` with the tile `q` that makes the low T columns zero; their carry goes up.
    #[inline(always)]
    fn clear_low_tile(&self, columns: &mut Columns<T>, q: &mut [u64; T]) {
        let columns = columns.as_flattened_mut();
        let n = &self.n[0];
        let mut carry = 0_u128;
        for c in 0..T {
            let mut sum = columns[c];
            for i in 0..c {
                sum += u128::from(q[i]) * u128::from(n[c - i]);
            }
            sum += carry;
            q[c] = (sum as u64).wrapping_mul(self.minus_inverse) & MASK;
            sum += u128::from(q[c]) * u128::from(n[0]);
            carry = shift_limb(sum);
        }
        for c in T..2 * T - 1 {
            let mut sum = columns[c];
            for i in c + 1 - T..T {
                sum += u128::from(q[i]) * u128::from(n[c - i]);
            }
            columns[c] = sum;
        }
        columns[T] += carry;
    }
}

/// Adds `a[i] b[k - i]` for each i of `tiles`.
///
/// Slices and not indexes: so the compiler keeps neither checks nor a second counter in the loop.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn add_products<const T: usize, const V: usize>(
    columns: &mut Columns<T>,
    a: &Number<T, V>,
    b: &Number<T, V>,
    k: usize,
    tiles: Range<usize>,
) {
    let opposite = k + 1 - tiles.end..k + 1 - tiles.start;
    for (a, b) in a[tiles].iter().zip(b[opposite].iter().rev()) {
        add_product(columns, a, b);
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn add_product<const T: usize>(columns: &mut Columns<T>, a: &[u64; T], b: &[u64; T]) {
    let columns = columns.as_flattened_mut();
    for c in 0..2 * T - 1 {
        let mut sum = columns[c];
        for i in (c + 1).saturating_sub(T)..=c.min(T - 1) {
            sum += u128::from(a[i]) * u128::from(b[c - i]);
        }
        columns[c] = sum;
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn add_square<const T: usize>(columns: &mut Columns<T>, a: &[u64; T], doubled: &[u64; T]) {
    let columns = columns.as_flattened_mut();
    for c in 0..2 * T - 1 {
        let mut sum = columns[c];
        for i in (c + 1).saturating_sub(T)..c.div_ceil(2) {
            sum += u128::from(doubled[i]) * u128::from(a[c - i]);
        }
        if c.is_multiple_of(2) {
            sum += u128::from(a[c / 2]) * u128::from(a[c / 2]);
        }
        columns[c] = sum;
    }
}

/// Leaves 60 bits in each column but the last ones.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn carry<const T: usize>(columns: &mut Columns<T>) {
    let columns = columns.as_flattened_mut();
    let mut carry = 0;
    for column in columns.iter_mut().take(2 * T - 1) {
        let sum = *column + carry;
        *column = sum & u128::from(MASK);
        carry = sum >> BITS;
    }
    columns[2 * T - 1] += carry;
}

/// Takes the low T columns as limbs; their carry goes to the next column.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn take_limbs<const T: usize>(columns: &mut Columns<T>) -> [u64; T] {
    let columns = columns.as_flattened_mut();
    let mut limbs = [0; T];
    let mut carry = 0;
    for (limb, column) in limbs.iter_mut().zip(columns.iter()) {
        let sum = column + carry;
        *limb = sum as u64 & MASK;
        carry = sum >> BITS;
    }
    columns[T] += carry;
    limbs
}

/// `sum >> 60`, without the double shift that the compiler would choose and that is slow on AMD.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the argument above"
)]
#[inline(always)]
fn shift_limb(sum: u128) -> u128 {
    (u128::from((sum >> 64) as u64) << 4) + u128::from(sum as u64 >> BITS)
}

/// What is beyond T V limbs must be zero.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "at most 124 bits are pending"
)]
fn from_be_bytes<const T: usize, const V: usize>(bytes: &[u8]) -> Number<T, V> {
    let mut number = [[0; T]; V];
    let mut words = bytes.rchunks(8);
    let (mut bits, mut available) = (0_u128, 0);
    for limb in number.as_flattened_mut() {
        if available < BITS
            && let Some(word) = words.next()
        {
            bits |= u128::from(be_word(word)) << available;
            available += 64;
        }
        *limb = bits as u64 & MASK;
        bits >>= BITS;
        available = available.saturating_sub(BITS);
    }
    number
}

/// Up to eight bytes as a number; eight of them in one load.
fn be_word(bytes: &[u8]) -> u64 {
    match bytes.try_into() {
        Ok(bytes) => u64::from_be_bytes(bytes),
        Err(_) => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "at most 124 bits are pending, and a chunk has at most eight bytes"
)]
fn to_be_bytes<const T: usize, const V: usize>(number: &Number<T, V>, bytes: &mut [u8]) {
    let mut limbs = number.as_flattened().iter();
    let (mut bits, mut available) = (0_u128, 0);
    for chunk in bytes.rchunks_mut(8) {
        while available < 64 {
            bits |= u128::from(limbs.next().copied().unwrap_or(0)) << available;
            available += BITS;
        }
        let word = (bits as u64).to_be_bytes();
        match chunk.first_chunk_mut() {
            Some(whole) => *whole = word,
            None => chunk.copy_from_slice(&word[8 - chunk.len()..]),
        }
        bits >>= 64;
        available -= 64;
    }
}

fn double<const T: usize, const V: usize>(number: &mut Number<T, V>) {
    let mut carry = 0;
    for limb in number.as_flattened_mut() {
        let doubled = *limb << 1 | carry;
        *limb = doubled & MASK;
        carry = doubled >> BITS;
    }
}

fn is_at_least<const T: usize, const V: usize>(a: &Number<T, V>, b: &Number<T, V>) -> bool {
    a.as_flattened().iter().rev().ge(b.as_flattened().iter().rev())
}

fn subtract<const T: usize, const V: usize>(a: &mut Number<T, V>, b: &Number<T, V>) {
    let mut borrow = 0;
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        let difference = a.wrapping_sub(*b).wrapping_sub(borrow);
        *a = difference & MASK;
        borrow = difference >> 63;
    }
}
