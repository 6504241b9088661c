//! What the comments claim about sums and sizes.
#![cfg(test)]

use num_bigint::BigInt;

use super::*;

/// The factors of a row add up to 2^k at most, in magnitude, after k steps: if they do before one,
/// they do afterwards. Each step is linear, so the ends of the range of each row are enough: one
/// factor is ± 2^k and the other zero.
#[test]
fn the_factors_of_a_row_add_up_to_two_to_the_number_of_steps() {
    let rows = |k: u32| [[1 << k, 0], [-1 << k, 0], [0, 1 << k], [0, -1 << k]];
    let is_within = |row: [i32; 2], k: u32| row[0].unsigned_abs() + row[1].unsigned_abs() <= 1 << k;
    for k in 0..30 {
        for of_f in rows(k) {
            for of_g in rows(k) {
                for (delta, g) in [(1, 1), (-1, 1), (1, 0), (-1, 0)] {
                    let (mut delta, mut f, mut g, mut matrix) = (delta, 1, g, [of_f, of_g]);
                    step(&mut delta, &mut f, &mut g, &mut matrix);
                    assert!(matrix.iter().all(|row| is_within(*row, k + 1)), "{of_f:?} {of_g:?}");
                }
            }
        }
    }
    assert_eq!(BITS, 30);
}

/// Every number from `min` to `max`.
#[derive(Clone, Copy, Debug)]
struct Interval {
    min: i128,
    max: i128,
}

impl Interval {
    const fn only(number: i128) -> Self {
        Self { min: number, max: number }
    }
}

/// A sum that an `i64` does not hold fails the test.
impl Add for Interval {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (min, max) = (self.min + other.min, self.max + other.max);
        assert!(min >= i64::MIN.into() && max <= i64::MAX.into());
        Self { min, max }
    }
}

impl Mul for Interval {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let ends = [
            self.min * other.min,
            self.min * other.max,
            self.max * other.min,
            self.max * other.max,
        ];
        Self { min: *ends.iter().min().unwrap(), max: *ends.iter().max().unwrap() }
    }
}

impl Number for Interval {
    fn split(self) -> (Self, Self) {
        // The bound that the comment gives.
        let bound = (1 << 60) + (1 << 59) + (1 << 31);
        assert!(-bound <= self.min && self.max <= bound, "{self:?}");
        let low = Self { min: 0, max: MASK.into() };
        (low, Self { min: self.min >> BITS, max: self.max >> BITS })
    }
}

/// For any limbs, and the factors of a row at the ends of their range.
#[test]
fn the_sum_of_a_column_stays_within_its_bound() {
    let limb = Interval { min: 0, max: MASK.into() };
    let multiple = Interval { min: -1 << 29, max: (1 << 29) - 1 };
    // Numbers within ± 11 m have this as their highest limb.
    let end = (11 << (256 - 8 * BITS)) + 1;
    let highest = Interval { min: -end, max: end };
    let highest_of_m = Interval { min: 0, max: 1 << 16 };
    for [u, v] in [[1 << 30, 0], [-1 << 30, 0], [0, 1 << 30], [0, -1 << 30]] {
        let factors = [Interval::only(u), Interval::only(v), multiple];
        let mut carry = Interval::only(0);
        for _ in 0..8 {
            (_, carry) = column(carry, factors, [limb; 3]);
        }
        let (_, carry) = column(carry, factors, [highest, highest, highest_of_m]);
        // What the eighth column leaves is below the ninth limb, which must hold it.
        assert!(carry.min >= i32::MIN.into() && carry.max <= i32::MAX.into());
    }
}

/// No more than ± 11 m after 20 batches, which are 600 steps: the larger of |d| and |e| grows by
/// m / 2 at most in each. Exact at both ends, for each row of factors at its ends.
#[test]
fn numerators_grow_by_half_a_modulus_a_batch() {
    for modulus in [&ORDER, &FIELD] {
        let m = value(&modulus.m);
        let end = |number: &BigInt| from_value(number);
        let mut largest = m.clone();
        for _ in 0..20 {
            let grown = &largest + (&m + 1) / 2;
            for [u, v] in
                [[1 << 30, 0], [-1 << 30, 0], [0, 1 << 30], [0, -1 << 30], [1 << 29, -1 << 29]]
            {
                for sign in [1, -1] {
                    let (d, e) = (&largest * sign, &largest * -sign);
                    let (mut d_limbs, mut e_limbs) = (end(&d), end(&e));
                    let row = [u, v];
                    modulus.apply(&[row, [v, u]], &mut d_limbs, &mut e_limbs);
                    for (limbs, [u, v]) in [(d_limbs, [u, v]), (e_limbs, [v, u])] {
                        let found = value(&limbs);
                        assert!(limbs[..8].iter().all(|limb| (0..=MASK).contains(limb)));
                        let sum: BigInt = &d * u + &e * v;
                        assert_eq!(((&found << BITS) - sum) % &m, BigInt::ZERO);
                        assert!(-&grown <= found && found <= grown);
                    }
                }
            }
            largest = grown;
        }
        assert!(largest <= &m * 11 + 20);
        assert!(from_value(&largest)[8] < 11 << (256 - 8 * BITS) | 1);
        for multiple in -11..=11 {
            for (is_opposite, rest) in [(false, 0), (true, 0), (false, 1), (true, 1)] {
                let mut d = from_value(&(&m * multiple + rest));
                modulus.reduce(&mut d, is_opposite);
                let expected = if is_opposite && rest == 1 { &m - 1 } else { BigInt::from(rest) };
                assert_eq!(value(&d), expected);
            }
        }
    }
}

/// An `i32` holds the sums of limbs, whatever these are.
#[test]
fn sums_of_limbs_of_thirty_bits_fit() {
    let mut ones = [MASK; 9];
    ones[8] = 1 << 20;
    let modulus = Modulus { m: ones, minus_inverse: 1 };
    for (scale, multiple) in [(1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0)] {
        for d in [ones, [0; 9]] {
            let mut sum = d;
            modulus.scale_and_add(&mut sum, scale, multiple);
            assert_eq!(value(&sum), value(&d) * scale + value(&ones) * multiple);
        }
    }
}

fn value(limbs: &Signed) -> BigInt {
    limbs.iter().rev().fold(BigInt::ZERO, |number, limb| (number << BITS) + *limb)
}

fn from_value(number: &BigInt) -> Signed {
    let mut rest = number.clone();
    let mut limbs = core::array::from_fn(|_| {
        let low = ((&rest % (1_i64 << BITS)) + (1_i64 << BITS)) % (1_i64 << BITS);
        rest = (&rest - &low) >> BITS;
        i32::try_from(low).unwrap()
    });
    // The highest limb keeps its sign.
    limbs[8] += i32::try_from(rest << BITS).unwrap();
    limbs
}
