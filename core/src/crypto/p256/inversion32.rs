//! Quotients modulo p and modulo the order n, in signed limbs of 30 bits.
//!
//! [Bernstein and Yang 2019](https://eprint.iacr.org/2019/266): a step halves g, with f added or
//! subtracted where it is odd, and exchanges the two now and then. Thirty steps depend on the
//! lowest thirty bits alone; what they do is then applied to the whole numbers as a matrix of
//! small factors. With the counter starting at a half, numbers of 256 bits need 590 steps at most
//! ([Wuille 2021](https://github.com/sipa/safegcd-bounds)).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays; sums are argued for one by one"
)]

use core::ops::{Add, Mul};

use super::integer;

/// Bits of a limb, and steps in a batch.
const BITS: usize = 30;
const MASK: i32 = (1 << BITS) - 1;

/// Nine limbs; the highest has the sign.
pub(super) type Signed = [i32; 9];

pub(super) static ORDER: Modulus = Modulus::new(integer::ORDER);
pub(super) static FIELD: Modulus = Modulus::new(integer::PRIME);

/// An odd modulus m of 256 bits.
pub(super) struct Modulus {
    m: Signed,
    /// -m^-1 modulo 2^30.
    minus_inverse: i32,
}

impl Modulus {
    const fn new(modulus: [u64; 4]) -> Self {
        let m = limbs(&modulus);
        // Newton's iteration doubles the number of good bits, beginning with three.
        let (mut inverse, mut i) = (m[0], 0);
        while i < 4 {
            inverse = inverse.wrapping_mul(2_i32.wrapping_sub(m[0].wrapping_mul(inverse)));
            i += 1;
        }
        Self { m, minus_inverse: inverse.wrapping_neg() }
    }

    /// Divides each numerator by s modulo m, for s < m; all quotients are zero where s is.
    ///
    /// f and g, at first m and s, are d s / a and e s / a modulo m of each numerator a, at first
    /// with d = 0 and e = a. At the end g is zero and f = ± 1, so that ± d is the quotient.
    #[inline(never)]
    pub(super) fn divide(&self, quotients: &mut [Quotient], s: &[u64; 4]) {
        let (mut f, mut g) = (self.m, limbs(s));
        // Twice the counter of the steps.
        let mut delta = 1;
        while g != [0; 9] {
            let matrix = steps(&mut delta, f[0], g[0]);
            self.apply(&matrix, &mut f, &mut g);
            for Quotient { d, e } in quotients.iter_mut() {
                self.apply(&matrix, d, e);
            }
        }
        for Quotient { d, .. } in quotients {
            self.reduce(d, f[8] < 0);
        }
    }

    /// (d, e) becomes 2^-30 times the matrix times (d, e) modulo m: a multiple of m is added that
    /// makes it divisible. For f and g, which are divisible without, it is zero.
    ///
    /// The factors of a row are at most 2^30 together, and that of m is from -2^29 to below 2^29.
    /// So the larger of |d| and |e| grows by m / 2 at most, to less than 11 m in 20 batches, and a
    /// sum of limbs is within 2^60 + 2^59 + 2^31.
    #[inline(never)]
    fn apply(&self, &[[u, v], [q, r]]: &Matrix, d: &mut Signed, e: &mut Signed) {
        let multiple = |d_factor: i32, e_factor: i32| {
            let low = d_factor.wrapping_mul(d[0]).wrapping_add(e_factor.wrapping_mul(e[0]));
            i64::from(low.wrapping_mul(self.minus_inverse) << 2 >> 2)
        };
        let (d_multiple, e_multiple) = (multiple(u, v), multiple(q, r));
        let [u, v, q, r] = [u, v, q, r].map(i64::from);
        let (mut d_sum, mut e_sum) = (0_i64, 0_i64);
        for i in 0..9 {
            let [d_limb, e_limb, m_limb] = [d[i], e[i], self.m[i]].map(i64::from);
            let (d_low, d_carry) = column(d_sum, [u, v, d_multiple], [d_limb, e_limb, m_limb]);
            let (e_low, e_carry) = column(e_sum, [q, r, e_multiple], [d_limb, e_limb, m_limb]);
            if i > 0 {
                (d[i - 1], e[i - 1]) = (d_low as i32, e_low as i32);
            }
            (d_sum, e_sum) = (d_carry, e_carry);
        }
        (d[8], e[8]) = (d_sum as i32, e_sum as i32);
    }

    /// Brings d, or its opposite, from within ± 11 m to below m.
    fn reduce(&self, d: &mut Signed, is_opposite: bool) {
        self.scale_and_add(d, if is_opposite { -1 } else { 1 }, 0);
        while d[8] >= 0 {
            self.scale_and_add(d, 1, -1);
        }
        while d[8] < 0 {
            self.scale_and_add(d, 1, 1);
        }
    }

    /// d becomes `scale` d + `multiple` m, both factors from -1 to 1.
    fn scale_and_add(&self, d: &mut Signed, scale: i32, multiple: i32) {
        let mut sum = 0;
        for (limb, m) in d.iter_mut().zip(&self.m) {
            sum += *limb * scale + m * multiple;
            *limb = sum & MASK;
            sum >>= BITS;
        }
        // The highest limb keeps its sign.
        d[8] |= sum << BITS;
    }
}

/// A numerator, and later a quotient.
pub(super) struct Quotient {
    d: Signed,
    e: Signed,
}

impl Quotient {
    pub(super) const fn new(numerator: &[u64; 4]) -> Self {
        Self { d: [0; 9], e: limbs(numerator) }
    }

    /// The quotient, when the numerator has been divided.
    pub(super) fn words(&self) -> [u64; 4] {
        let limb = |i: usize| self.d.get(i).map_or(0, |limb| u128::from(limb.unsigned_abs()));
        core::array::from_fn(|i| {
            let (first, shift) = (64 * i / BITS, 64 * i % BITS);
            let bits = limb(first)
                | limb(first + 1) << BITS
                | limb(first + 2) << (2 * BITS)
                | limb(first + 3) << (3 * BITS);
            (bits >> shift) as u64
        })
    }
}

/// Factors of f and g, first in the new f, then in the new g.
type Matrix = [[i32; 2]; 2];

/// Thirty steps. A row's factors add up to at most 2^k after k of them, in magnitude: a step
/// doubles one row or the other, or adds the two.
fn steps(delta: &mut i32, f: i32, g: i32) -> Matrix {
    let (mut f, mut g) = (f, g);
    let mut matrix = [[1, 0], [0, 1]];
    for _ in 0..BITS {
        step(delta, &mut f, &mut g, &mut matrix);
    }
    matrix
}

#[inline(always)]
fn step(delta: &mut i32, f: &mut i32, g: &mut i32, [[u, v], [q, r]]: &mut Matrix) {
    if *g & 1 != 0 {
        if *delta > 0 {
            *delta = -*delta;
            (*f, *g) = (*g, f.wrapping_neg());
            (*u, *q) = (*q, -*u);
            (*v, *r) = (*r, -*v);
        }
        *g = g.wrapping_add(*f);
        *q += *u;
        *r += *v;
    }
    *delta += 2;
    *g >>= 1;
    *u <<= 1;
    *v <<= 1;
}

/// What a column of a row adds up to: a limb, and what it carries on. Generic, so that its bounds are
/// shown with intervals.
#[inline(always)]
fn column<N: Number>(carry: N, [u, v, multiple]: [N; 3], [d, e, m]: [N; 3]) -> (N, N) {
    (carry + u * d + v * e + multiple * m).split()
}

trait Number: Copy + Add<Output = Self> + Mul<Output = Self> {
    /// The lowest 30 bits, and what is above them.
    fn split(self) -> (Self, Self);
}

impl Number for i64 {
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        (self & Self::from(MASK), self >> BITS)
    }
}

const fn limbs(words: &[u64; 4]) -> Signed {
    let mut limbs = [0; 9];
    let mut i = 0;
    while i < 9 {
        let (word, shift) = (BITS * i / 64, BITS * i % 64);
        let low = words[word] >> shift;
        let high = if word < 3 { words[word + 1] << 1 << (63 - shift) } else { 0 };
        limbs[i] = (low | high) as i32 & MASK;
        i += 1;
    }
    limbs
}

#[cfg(test)]
mod bounds;
