//! Inverses modulo p and modulo the order n, in limbs of 64 bits.
//!
//! The binary algorithm keeps two numbers a and b, at first the number to invert and the modulus,
//! with b odd. It halves a while that is even; then it puts the difference of the two in the place
//! of the larger, and the smaller becomes b. At the end a is zero and b is one.
//!
//! Done on whole numbers that is slow. So 31 halvings are done on one word for each number first,
//! made of its 33 highest bits and its 31 lowest ([Pornin 2020](https://eprint.iacr.org/2020/972)).
//! The low bits are right, hence which number is even; the high ones can be too coarse to tell
//! which is larger. What was done is then applied to the whole numbers as a matrix of small
//! factors. Where a guess was wrong one of them comes out negative, and that batch is repeated on
//! whole numbers. That costs less than another inversion would, so it may be forced by whoever
//! likes to.
//!
//! With s the number to invert, m the modulus and k the halvings so far, each in one batch of 31,
//!
//! ```text
//! 2^k a = ± (u s - x m)        2^k b = ∓ (v s - y m)        u b + v a = m
//! ```
//!
//! for some x and y, with u, v ≥ 0. The last of them holds at the beginning, with u = 1 and v = 0,
//! and no step changes it: the factors of a and b have opposite signs, so a difference of the two
//! adds the magnitudes. Hence u ≤ m while b > 0, v ≤ m while a > 0, and v ≤ 2^31 m at the end.
//!
//! On whole numbers each halving divides a b by two at least, and a b < 2^512 at first: after 512
//! it is zero, so 17 batches are enough. A wrong guess that leaves nothing negative may cost more
//! than that; there is one batch to spare, and beyond it all is done on whole numbers.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "indexes are bounded by the sizes of the arrays; sums are argued for one by one"
)]

use super::integer::{self, subtract};

/// Halvings in a batch.
const BATCH: u32 = 31;
const BATCHES: usize = 18;
const LOW_BITS: u64 = (1 << BATCH) - 1;

pub(super) static ORDER: Modulus = Modulus::new(integer::ORDER);
pub(super) static FIELD: Modulus = Modulus::new(integer::PRIME);

/// An odd modulus of 256 bits.
pub(super) struct Modulus {
    m: [u64; 4],
    /// -m^-1 modulo 2^64.
    minus_inverse: u64,
    /// 2^(576 - 31 k) modulo m for each number k of batches.
    powers: [[u64; 4]; BATCHES + 1],
}

impl Modulus {
    const fn new(m: [u64; 4]) -> Self {
        // Newton's iteration doubles the number of good bits, beginning with three.
        let (mut inverse, mut i) = (m[0], 0);
        while i < 5 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(m[0].wrapping_mul(inverse)));
            i += 1;
        }
        let mut powers = [[0; 4]; BATCHES + 1];
        let (mut power, mut exponent) = ([1, 0, 0, 0], 0);
        while exponent <= 576 {
            let halvings = 576 - exponent;
            if halvings % BATCH as usize == 0 && halvings / BATCH as usize <= BATCHES {
                powers[halvings / BATCH as usize] = power;
            }
            power = doubled(&power, &m);
            exponent += 1;
        }
        Self { m, minus_inverse: inverse.wrapping_neg(), powers }
    }

    /// a b / 2^(64 N) modulo m, reduced, for b < m.
    #[inline(always)]
    pub(super) fn multiply<const N: usize>(&self, a: &[u64; N], b: &[u64; 4]) -> [u64; 4] {
        let m = &self.m;
        // Below 2 m before and after each limb of a, as (2 m + 2^64 b + 2^64 m) / 2^64 is but for
        // the fraction.
        let mut t = [0_u64; 5];
        for limb in a {
            let mut carry = 0;
            for j in 0..4 {
                (t[j], carry) = limb.carrying_mul_add(b[j], t[j], carry);
            }
            let (t4, over) = t[4].carrying_add(carry, false);
            let q = t[0].wrapping_mul(self.minus_inverse);
            let (_, mut carry) = q.carrying_mul_add(m[0], t[0], 0);
            for j in 1..4 {
                (t[j - 1], carry) = q.carrying_mul_add(m[j], t[j], carry);
            }
            let (t3, over_again) = t4.carrying_add(carry, false);
            t[3] = t3;
            t[4] = u64::from(over) + u64::from(over_again);
        }
        let number = [t[0], t[1], t[2], t[3]];
        let (difference, is_less) = subtract(&number, m);
        if is_less && t[4] == 0 { number } else { difference }
    }

    /// 2^256 / s modulo m, so that [`Self::multiply`] by it divides by s, for s < m; zero for zero.
    // Inlined into larger functions it becomes slower.
    #[inline(never)]
    pub(super) fn invert(&self, s: &[u64; 4]) -> [u64; 4] {
        self.run(s, false).or_else(|| self.run(s, true)).unwrap_or([0; 4])
    }

    #[inline(always)]
    pub(super) fn run(&self, s: &[u64; 4], is_exact: bool) -> Option<[u64; 4]> {
        let mut state = State {
            a: *s,
            b: self.m,
            u: [1, 0, 0, 0, 0],
            v: [0; 5],
            v_is_negative: true,
            is_exact,
        };
        let mut limbs = 4;
        for (batches, power) in self.powers.iter().enumerate().skip(1) {
            while limbs > 1 && state.a[limbs - 1] | state.b[limbs - 1] == 0 {
                limbs -= 1;
            }
            state.advance(limbs, batches);
            if state.a == [0; 4] {
                // b = 1, so that ± v s = 2^k modulo m.
                let inverse = self.multiply(&state.v, power);
                let is_negative = state.v_is_negative;
                return Some(if is_negative { self.negate(&inverse) } else { inverse });
            }
        }
        None
    }

    fn negate(&self, a: &[u64; 4]) -> [u64; 4] {
        if *a == [0; 4] { [0; 4] } else { subtract(&self.m, a).0 }
    }
}

struct State {
    a: [u64; 4],
    b: [u64; 4],
    /// The magnitudes of the factors of s in a and b, and which of the two is negative.
    u: [u64; 5],
    v: [u64; 5],
    v_is_negative: bool,
    /// Whether all batches are done on whole numbers.
    is_exact: bool,
}

impl State {
    /// The batch that is number `batches`, of numbers of at most so many limbs: u, v ≤ 2^(31 batches)
    /// then.
    #[inline(always)]
    fn advance(&mut self, limbs: usize, batches: usize) {
        match (limbs, batches) {
            (4, ..=4) => self.batch::<4, 2>(),
            (3 | 4, ..=6) => self.batch::<4, 3>(),
            (3, ..=8) => self.batch::<3, 4>(),
            (2, _) => self.batch::<2, 5>(),
            (1, _) => self.batch::<1, 5>(),
            _ => self.batch::<4, 5>(),
        }
    }

    /// 31 halvings of numbers of at most L limbs, whose factors then have at most C.
    #[inline(always)]
    fn batch<const L: usize, const C: usize>(&mut self) {
        let factors = if self.is_exact {
            self.halve_exactly()
        } else if L == 1 {
            let (x, y, factors) = halve(self.a[0], self.b[0]);
            (self.a[0], self.b[0]) = (x, y);
            factors
        } else {
            let (x, y) = self.approximations::<L>();
            let (_, _, factors) = halve(x, y);
            let Factors { x: [xa, xb], y: [ya, yb], is_swapped } = factors;
            let a = combine::<L>(&self.a, xa, &self.b, xb, is_swapped);
            let b = combine::<L>(&self.a, ya, &self.b, yb, !is_swapped);
            if let (Some(a), Some(b)) = (a, b) {
                (self.a, self.b) = (a, b);
                factors
            } else {
                self.halve_exactly()
            }
        };
        self.update_factors::<C>(&factors);
    }

    /// The 33 bits from the highest of a or b on, and the lowest 31, of each.
    #[inline(always)]
    fn approximations<const L: usize>(&self) -> (u64, u64) {
        // Where L limbs are live, or one less, and never one alone.
        let high = if self.a[L - 1] | self.b[L - 1] == 0 && L > 2 { L - 2 } else { L - 1 };
        let unused = (self.a[high] | self.b[high]).leading_zeros();
        let approximation = |number: &[u64; 4]| {
            let two = u128::from(number[high]) << 64 | u128::from(number[high - 1]);
            ((two << unused) >> 64) as u64 & !LOW_BITS | number[0] & LOW_BITS
        };
        (approximation(&self.a), approximation(&self.b))
    }

    /// The batch on whole numbers.
    #[cold]
    #[inline(never)]
    fn halve_exactly(&mut self) -> Factors {
        let (a, b, factors) = halve(Whole(self.a), Whole(self.b));
        (self.a, self.b) = (a.0, b.0);
        factors
    }

    /// A factor is at most 2^31, and so is the sum of a pair: no sum exceeds 2^(64 + 32).
    #[inline(always)]
    fn update_factors<const C: usize>(&mut self, factors: &Factors) {
        let Factors { x: [xa, xb], y: [ya, yb], is_swapped } = *factors;
        let (mut x_sum, mut y_sum) = (0_u128, 0_u128);
        for i in 0..C {
            let (u, v) = (u128::from(self.u[i]), u128::from(self.v[i]));
            x_sum += u * u128::from(xa) + v * u128::from(xb);
            y_sum += u * u128::from(ya) + v * u128::from(yb);
            (self.u[i], self.v[i]) = (x_sum as u64, y_sum as u64);
            x_sum >>= 64;
            y_sum >>= 64;
        }
        self.v_is_negative ^= is_swapped;
    }
}

/// What a batch did: `2^31 a' = ± (x[0] a - x[1] b)` and `2^31 b' = ∓ (y[0] a - y[1] b)`, with the
/// lower signs where `is_swapped`.
#[derive(Clone, Copy)]
struct Factors {
    x: [u32; 2],
    y: [u32; 2],
    is_swapped: bool,
}

/// Halves x 31 times, where y is odd.
///
/// x = ± (p x0 - q y0) / 2^k after k halvings, and y likewise with factors r and s. Both sums p + q
/// and r + s are at most 2^k: a difference is followed by a halving, and p + r + q + s ≤ 2^(k + 1).
/// So each factor fits into half a word, and so do those of the difference, before it is halved.
#[inline(always)]
fn halve<T: Halving>(mut x: T, mut y: T) -> (T, T, Factors) {
    let (mut factors, mut is_swapped) = (Packed { x: 1, y: 1 << 32 }, false);
    let mut left = BATCH;
    let zeros = x.trailing_zeros().min(left);
    x = x.shifted(zeros);
    factors = factors.of_half(zeros);
    left -= zeros;
    while left > 0 {
        let is_less;
        (x, y, is_less) = x.difference_and_smaller(&y);
        factors = factors.of_difference(is_less);
        is_swapped ^= is_less;
        let zeros = x.trailing_zeros().min(left);
        x = x.shifted(zeros);
        factors = factors.of_half(zeros);
        left -= zeros;
    }
    let halves = |factors: u64| [factors as u32, (factors >> 32) as u32];
    (x, y, Factors { x: halves(factors.x), y: halves(factors.y), is_swapped })
}

/// The factors of x and of y during a batch: that of x0 in the low half, the magnitude of the one of
/// y0 in the high one.
#[derive(Clone, Copy)]
struct Packed {
    x: u64,
    y: u64,
}

impl Packed {
    /// Those of |x - y| and of the smaller of the two, which is x where it `is_less`.
    #[inline(always)]
    fn of_difference(self, is_less: bool) -> Self {
        let y = if is_less { self.x } else { self.y };
        Self { x: self.x.wrapping_add(self.y), y }
    }

    /// Those of x / 2^zeros and y, both times 2^zeros.
    #[inline(always)]
    fn of_half(self, zeros: u32) -> Self {
        Self { x: self.x, y: self.y << zeros }
    }
}

/// A number that is halved, whole or in part.
trait Halving: Copy {
    /// At least 31 for zero.
    fn trailing_zeros(&self) -> u32;
    /// Shifted right by at most 31 bits.
    fn shifted(&self, bits: u32) -> Self;
    /// |x - y|, the smaller of x and y, and whether that is x.
    fn difference_and_smaller(&self, y: &Self) -> (Self, Self, bool);
}

impl Halving for u64 {
    #[inline(always)]
    fn trailing_zeros(&self) -> u32 {
        Self::trailing_zeros(*self)
    }

    #[inline(always)]
    fn shifted(&self, bits: u32) -> Self {
        self >> (bits & 31)
    }

    #[inline(always)]
    fn difference_and_smaller(&self, y: &Self) -> (Self, Self, bool) {
        let is_less = self < y;
        let (difference, opposite) = (self.wrapping_sub(*y), y.wrapping_sub(*self));
        if is_less { (opposite, *self, true) } else { (difference, *y, false) }
    }
}

/// A whole number.
#[derive(Clone, Copy)]
struct Whole([u64; 4]);

impl Halving for Whole {
    fn trailing_zeros(&self) -> u32 {
        self.0[0].trailing_zeros()
    }

    fn shifted(&self, bits: u32) -> Self {
        let a = &self.0;
        let (bits, rest) = (bits & 31, 63 - (bits & 31));
        Self([
            a[0] >> bits | a[1] << 1 << rest,
            a[1] >> bits | a[2] << 1 << rest,
            a[2] >> bits | a[3] << 1 << rest,
            a[3] >> bits,
        ])
    }

    fn difference_and_smaller(&self, y: &Self) -> (Self, Self, bool) {
        let (difference, is_less) = subtract(&self.0, &y.0);
        if is_less {
            (Self(subtract(&y.0, &self.0).0), *self, true)
        } else {
            (Self(difference), *y, false)
        }
    }
}

/// (a f - b g) / 2^31, or its opposite; `None` if that is negative.
///
/// The sum of a column is within ± 2^(64 + 32). a f - b g is divisible by 2^31 since the low bits
/// of the approximations are right, and the quotient is no larger than a or b since neither f nor
/// g exceeds 2^31: it has L limbs.
#[inline(always)]
fn combine<const L: usize>(
    a: &[u64; 4],
    f: u32,
    b: &[u64; 4],
    g: u32,
    is_opposite: bool,
) -> Option<[u64; 4]> {
    let mut words = [0_u64; 5];
    let mut sum = 0_i128;
    for i in 0..L {
        sum += (u128::from(a[i]) * u128::from(f)) as i128;
        sum -= (u128::from(b[i]) * u128::from(g)) as i128;
        words[i] = sum as u64;
        sum >>= 64;
    }
    words[L] = sum as u64;
    let (mask, mut carry) = (u64::from(is_opposite).wrapping_neg(), is_opposite);
    for word in &mut words[..=L] {
        (*word, carry) = (*word ^ mask).carrying_add(0, carry);
    }
    let mut quotient = [0; 4];
    for i in 0..L {
        quotient[i] = words[i] >> BATCH | words[i + 1] << (64 - BATCH);
    }
    (words[L] >> 63 == 0).then_some(quotient)
}

/// 2 a modulo m, for the compiler.
const fn doubled(a: &[u64; 4], m: &[u64; 4]) -> [u64; 4] {
    let top = a[3] >> 63 == 1;
    let twice = [a[0] << 1, a[1] << 1 | a[0] >> 63, a[2] << 1 | a[1] >> 63, a[3] << 1 | a[2] >> 63];
    let (mut difference, mut borrow, mut i) = ([0; 4], false, 0);
    while i < 4 {
        let (less_m, borrow_of_m) = twice[i].overflowing_sub(m[i]);
        let (less_borrow, borrow_of_borrow) = less_m.overflowing_sub(borrow as u64);
        (difference[i], borrow) = (less_borrow, borrow_of_m | borrow_of_borrow);
        i += 1;
    }
    if borrow && !top { twice } else { difference }
}

#[cfg(test)]
mod bounds;

#[cfg(test)]
mod tests {
    use super::*;

    /// Wrong guesses with a negative result, about one for ten thousand numbers, while three limbs
    /// or more are live.
    fn wrong_guesses(modulus: &Modulus, s: &[u64; 4]) -> usize {
        let (a, b) = (*s, modulus.m);
        let (u, v) = ([1, 0, 0, 0, 0], [0; 5]);
        let mut state = State { a, b, u, v, v_is_negative: true, is_exact: false };
        let mut count = 0;
        while state.a[2] | state.a[3] | state.b[2] | state.b[3] != 0 && state.a != [0; 4] {
            let (x, y) = state.approximations::<4>();
            let (_, _, Factors { x, y, is_swapped }) = halve(x, y);
            let a = combine::<4>(&state.a, x[0], &state.b, x[1], is_swapped);
            let b = combine::<4>(&state.a, y[0], &state.b, y[1], !is_swapped);
            count += usize::from(a.is_none() || b.is_none());
            state.batch::<4, 5>();
        }
        count
    }

    #[test]
    fn wrong_guesses_are_repeated_on_whole_numbers() {
        let mut word = 1_u64;
        let mut random = || {
            word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            word ^ word >> 32
        };
        let one = [1, 0, 0, 0];
        let mut wrong = 0;
        for case in 0..60_000 {
            let modulus = if case % 2 == 0 { &ORDER } else { &FIELD };
            let s = [random(), random(), random(), random() >> (case % 64) & (u64::MAX >> 1)];
            if wrong_guesses(modulus, &s) > 0 {
                wrong += 1;
                let inverse = modulus.invert(&s);
                assert_eq!(modulus.multiply(&s, &inverse), one);
                assert_eq!(modulus.run(&s, true), Some(inverse));
            }
        }
        assert!(wrong > 0);
    }
}
