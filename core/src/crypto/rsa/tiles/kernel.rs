//! Montgomery multiplication in limbs of 60 bits.
//!
//! A number is `V` tiles of `T` limbs. Products are summed by columns: the product of two limbs
//! has 120 bits, so a column of 128 bits takes up to 256 of them before a carry is due, and the
//! loops within a tile have constant bounds and are unrolled. Measured against limbs of 64 bits
//! this saves the carry of each single product; tiles of six and more limbs stop being unrolled.
//!
//! R = 2^(60 T V) and R ≥ 2^40 n. For a, b < 2 n the result is
//! (a b + q n) / R < 4 n² / R + n ≤ n (1 + 2^-38) < 2 n, so results are never reduced on the way.
//!
//! The formulas are generic over what a limb is, so that they can also run over numbers that never
//! wrap and over intervals: `proofs.rs` holds every bound that is named here to that.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays, sums by the proofs: checks in these \
              loops would cost more than the multiplications"
)]

use core::ops::{Add, Range};

/// Bits of a limb.
pub(super) const BITS: usize = 60;
const MASK: u64 = (1 << BITS) - 1;
/// How much longer R is than the modulus, at least.
pub(super) const SPARE_BITS: usize = 40;

pub(super) type Number<L, const T: usize, const V: usize> = [[L; T]; V];
/// The columns of a tile, the low ones and the high ones: 2 T - 1 for the products, one for the
/// carry.
type Columns<L, const T: usize> = [[<L as Limb>::Sum; T]; 2];

/// What the formulas ask of a limb: less than 2^60 but for doubled ones.
pub(in super::super) trait Limb: Copy {
    /// A sum of products, less than 2^128.
    type Sum: Copy + Add<Output = Self::Sum>;

    const ZERO: Self;
    const EMPTY: Self::Sum;

    fn doubled(self) -> Self;
    fn product(self, other: Self) -> Self::Sum;
    /// The low 60 bits.
    fn low(sum: Self::Sum) -> Self;
    /// The low 60 bits as a sum, and what is above them.
    fn split(sum: Self::Sum) -> (Self::Sum, Self::Sum);
    /// The low 60 bits of the product with the low 60 bits of `sum`.
    fn quotient(sum: Self::Sum, minus_inverse: Self) -> Self;
}

impl Limb for u64 {
    type Sum = u128;

    const ZERO: Self = 0;
    const EMPTY: u128 = 0;

    #[inline(always)]
    fn doubled(self) -> Self {
        self << 1
    }

    #[inline(always)]
    fn product(self, other: Self) -> u128 {
        u128::from(self) * u128::from(other)
    }

    #[inline(always)]
    fn low(sum: u128) -> Self {
        sum as Self & MASK
    }

    /// The shift is written as two, since the double shift that the compiler would choose is slow
    /// on AMD.
    #[inline(always)]
    fn split(sum: u128) -> (u128, u128) {
        let above = (u128::from((sum >> 64) as Self) << 4) + u128::from(sum as Self >> BITS);
        (sum & u128::from(MASK), above)
    }

    #[inline(always)]
    fn quotient(sum: u128, minus_inverse: Self) -> Self {
        (sum as Self).wrapping_mul(minus_inverse) & MASK
    }
}

/// a b / R modulo n, less than 2 n; `minus_inverse` is -n^-1 modulo 2^60.
#[inline(always)]
pub(in super::super) fn multiply<L: Limb, const T: usize, const V: usize>(
    a: &Number<L, T, V>,
    b: &Number<L, T, V>,
    n: &Number<L, T, V>,
    minus_inverse: L,
) -> Number<L, T, V> {
    reduced_product::<false, L, T, V>(a, b, n, minus_inverse)
}

/// a^2 / R modulo n, less than 2 n: each product of two different limbs is made once and counts
/// twice.
#[inline(always)]
pub(in super::super) fn square<L: Limb, const T: usize, const V: usize>(
    a: &Number<L, T, V>,
    n: &Number<L, T, V>,
    minus_inverse: L,
) -> Number<L, T, V> {
    let doubled = a.map(|tile| tile.map(L::doubled));
    reduced_product::<true, L, T, V>(&doubled, a, n, minus_inverse)
}

/// Sums the products of `a` and `b` tile by tile, and reduces; to square, `a` is `b` with its limbs
/// doubled.
#[inline(always)]
fn reduced_product<const SQUARE: bool, L: Limb, const T: usize, const V: usize>(
    a: &Number<L, T, V>,
    b: &Number<L, T, V>,
    n: &Number<L, T, V>,
    minus_inverse: L,
) -> Number<L, T, V> {
    // Whether a column holds the products of the multiplication and of the reduction at once.
    let sums_fit = 2 * T * V < 256;
    let mut q: Number<L, T, V> = [[L::ZERO; T]; V];
    let mut result: Number<L, T, V> = [[L::ZERO; T]; V];
    let mut columns: Columns<L, T> = [[L::EMPTY; T]; 2];
    for k in 0..2 * V - 1 {
        let end = if SQUARE { k.div_ceil(2) } else { (k + 1).min(V) };
        add_products(&mut columns, a, b, k, (k + 1).saturating_sub(V)..end);
        if SQUARE && k.is_multiple_of(2) {
            add_square(&mut columns, &b[k / 2], &a[k / 2]);
        }
        if !sums_fit {
            carry::<L, T>(&mut columns);
        }
        add_products(&mut columns, &q, n, k, (k + 1).saturating_sub(V)..k.min(V));
        if k < V {
            clear_low_tile(&mut columns, &mut q[k], &n[0], minus_inverse);
        } else {
            result[k - V] = take_limbs::<L, T>(&mut columns);
        }
        columns = [columns[1], [L::EMPTY; T]];
    }
    result[V - 1] = take_limbs::<L, T>(&mut columns);
    result
}

/// Adds `q n` with the tile `q` that makes the low T columns zero; their carry goes up.
#[inline(always)]
fn clear_low_tile<L: Limb, const T: usize>(
    columns: &mut Columns<L, T>,
    q: &mut [L; T],
    n: &[L; T],
    minus_inverse: L,
) {
    let columns = columns.as_flattened_mut();
    let mut carry = L::EMPTY;
    for c in 0..T {
        let mut sum = columns[c];
        for i in 0..c {
            sum = sum + q[i].product(n[c - i]);
        }
        sum = sum + carry;
        q[c] = L::quotient(sum, minus_inverse);
        sum = sum + q[c].product(n[0]);
        (_, carry) = L::split(sum);
    }
    for c in T..2 * T - 1 {
        let mut sum = columns[c];
        for i in c + 1 - T..T {
            sum = sum + q[i].product(n[c - i]);
        }
        columns[c] = sum;
    }
    columns[T] = columns[T] + carry;
}

/// Adds `a[i] b[k - i]` for each i of `tiles`.
///
/// Slices and not indexes: so the compiler keeps neither checks nor a second counter in the loop.
#[inline(always)]
fn add_products<L: Limb, const T: usize, const V: usize>(
    columns: &mut Columns<L, T>,
    a: &Number<L, T, V>,
    b: &Number<L, T, V>,
    k: usize,
    tiles: Range<usize>,
) {
    let opposite = k + 1 - tiles.end..k + 1 - tiles.start;
    for (a, b) in a[tiles].iter().zip(b[opposite].iter().rev()) {
        add_product(columns, a, b);
    }
}

#[inline(always)]
fn add_product<L: Limb, const T: usize>(columns: &mut Columns<L, T>, a: &[L; T], b: &[L; T]) {
    let columns = columns.as_flattened_mut();
    for c in 0..2 * T - 1 {
        let mut sum = columns[c];
        for i in (c + 1).saturating_sub(T)..=c.min(T - 1) {
            sum = sum + a[i].product(b[c - i]);
        }
        columns[c] = sum;
    }
}

#[inline(always)]
fn add_square<L: Limb, const T: usize>(columns: &mut Columns<L, T>, a: &[L; T], doubled: &[L; T]) {
    let columns = columns.as_flattened_mut();
    for c in 0..2 * T - 1 {
        let mut sum = columns[c];
        for i in (c + 1).saturating_sub(T)..c.div_ceil(2) {
            sum = sum + doubled[i].product(a[c - i]);
        }
        if c.is_multiple_of(2) {
            sum = sum + a[c / 2].product(a[c / 2]);
        }
        columns[c] = sum;
    }
}

/// Leaves 60 bits in each column but the last one.
#[inline(always)]
fn carry<L: Limb, const T: usize>(columns: &mut Columns<L, T>) {
    let columns = columns.as_flattened_mut();
    let mut carry = L::EMPTY;
    for column in columns.iter_mut().take(2 * T - 1) {
        (*column, carry) = L::split(*column + carry);
    }
    columns[2 * T - 1] = columns[2 * T - 1] + carry;
}

/// Takes the low T columns as limbs; their carry goes to the next column.
#[inline(always)]
fn take_limbs<L: Limb, const T: usize>(columns: &mut Columns<L, T>) -> [L; T] {
    let columns = columns.as_flattened_mut();
    let mut limbs = [L::ZERO; T];
    let mut carry = L::EMPTY;
    for (limb, column) in limbs.iter_mut().zip(columns.iter()) {
        let sum = *column + carry;
        *limb = L::low(sum);
        (_, carry) = L::split(sum);
    }
    columns[T] = columns[T] + carry;
    limbs
}

/// -n^-1 modulo 2^60 for the lowest limb of an odd n.
pub(super) fn minus_inverse(lowest: u64) -> u64 {
    // Newton's iteration doubles the number of good bits, beginning with three.
    let mut inverse = lowest;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg() & MASK
}

/// R^2 modulo n, for n of exactly `bits` bits.
pub(super) fn r_squared<const T: usize, const V: usize>(
    n: &Number<u64, T, V>,
    minus_inverse: u64,
    bits: usize,
) -> Number<u64, T, V> {
    // 2^(bits - 1) < n, doubled until it is R 2^(R_BITS / 2^k) modulo n; k squarings make the
    // second factor R.
    let r_bits = BITS * T * V;
    let squarings = r_bits.trailing_zeros();
    let mut x: Number<u64, T, V> = [[0; T]; V];
    let top = bits - 1;
    x[top / BITS / T][top / BITS % T] = 1 << (top % BITS);
    for _ in top..r_bits + (r_bits >> squarings) {
        double(&mut x);
        reduce_once(&mut x, n);
    }
    for _ in 0..squarings {
        x = square(&x, n, minus_inverse);
    }
    x
}

/// What is beyond T V limbs must be zero.
pub(super) fn from_be_bytes<const T: usize, const V: usize>(bytes: &[u8]) -> Number<u64, T, V> {
    let mut number = [[0; T]; V];
    let mut words = bytes.rchunks(8);
    // At most 59 + 64 bits are pending.
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

/// As many of the low bytes as `bytes` takes.
pub(super) fn to_be_bytes<const T: usize, const V: usize>(
    number: &Number<u64, T, V>,
    bytes: &mut [u8],
) {
    let mut limbs = number.as_flattened().iter();
    // At most 63 + 60 bits are pending.
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

pub(super) fn is_at_least<const T: usize, const V: usize>(
    a: &Number<u64, T, V>,
    b: &Number<u64, T, V>,
) -> bool {
    a.as_flattened().iter().rev().ge(b.as_flattened().iter().rev())
}

/// Brings a number below 2 n below n.
pub(super) fn reduce_once<const T: usize, const V: usize>(
    number: &mut Number<u64, T, V>,
    n: &Number<u64, T, V>,
) {
    if !is_at_least(number, n) {
        return;
    }
    let mut borrow = 0;
    for (a, b) in number.as_flattened_mut().iter_mut().zip(n.as_flattened()) {
        let difference = a.wrapping_sub(*b).wrapping_sub(borrow);
        *a = difference & MASK;
        borrow = difference >> 63;
    }
}

fn double<const T: usize, const V: usize>(number: &mut Number<u64, T, V>) {
    let mut carry = 0;
    for limb in number.as_flattened_mut() {
        let doubled = *limb << 1 | carry;
        *limb = doubled & MASK;
        carry = doubled >> BITS;
    }
}
