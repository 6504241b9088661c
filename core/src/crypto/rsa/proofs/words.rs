//! Words of 32 bits.
#![cfg(test)]

use std::vec::Vec;

use num_bigint::BigUint;

use super::{Interval, Plain, moduli, numbers_below};
use crate::crypto::rsa::words::kernel::{
    CHUNK_LEN, Chunk, Word, estimate, multiply, subtract_multiple, to_montgomery,
};

const WORD_BITS: u32 = 32;
const WORD: u128 = 1 << WORD_BITS;
const SIZES: [usize; 5] = [4, 5, 6, 8, 16];

impl Word for Plain {
    const ZERO: Self = Self::new(0);
    const ONE: Self = Self::new(1);

    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self) {
        (a.times(b) + c + d).split_at(WORD_BITS)
    }

    fn add(a: Self, b: Self, c: Self) -> (Self, Self) {
        (a + b + c).split_at(WORD_BITS)
    }

    fn quotient(a: Self, b: Self, c: Self, d: Self) -> Self {
        let (sum, _) = (a.times(b) + c).split_at(WORD_BITS);
        sum.times(d).split_at(WORD_BITS).0
    }

    fn complement(self) -> Self {
        Self::new((WORD - 1).checked_sub(self.low).unwrap())
    }

    fn is_zero(self) -> bool {
        self == <Self as Word>::ZERO
    }
}

impl Word for Interval {
    const ZERO: Self = Self::only(0);
    const ONE: Self = Self::only(1);

    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self) {
        assert!([a, b, c, d].iter().all(|word| word.max < WORD));
        let sum = a.times(b) + c + d;
        assert!(sum.max < WORD * WORD, "more than two words");
        sum.split_at(WORD_BITS)
    }

    fn add(a: Self, b: Self, c: Self) -> (Self, Self) {
        let (low, above) = (a + b + c).split_at(WORD_BITS);
        assert!(above.max <= 1, "more than one bit above R");
        (low, above)
    }

    fn quotient(_: Self, _: Self, _: Self, _: Self) -> Self {
        Self::bits(WORD_BITS)
    }

    fn complement(self) -> Self {
        Self { min: WORD - 1 - self.max, max: WORD - 1 - self.min }
    }

    /// So that what follows is judged too.
    fn is_zero(self) -> bool {
        false
    }
}

#[test]
fn no_sum_of_any_operands_exceeds_two_words() {
    let any = Interval::bits(WORD_BITS);
    for size in SIZES {
        let number = vec![[any; CHUNK_LEN]; size];
        let mut result = number.clone();
        multiply(&mut result, number.as_flattened().iter().copied(), &number, &number, any);
        assert!(result.as_flattened().iter().all(|word| word.max < WORD));
        assert!(subtract_multiple(&mut result, any, &number).max < WORD);
    }
}

#[test]
fn words_and_unbounded_numbers_agree_and_are_right() {
    // How often the product exceeded R, or did not.
    let mut exceeded = [0; 2];
    for size in SIZES {
        let r_bits = WORD_BITS * u32::try_from(CHUNK_LEN * size).unwrap();
        let r = BigUint::from(1_u32) << r_bits;
        for n in [r_bits, r_bits - 1, r_bits - 511].into_iter().flat_map(moduli) {
            let inverse = minus_inverse(&n);
            let inverse_modulo_r = n.modinv(&r).unwrap();
            for a in numbers_below(&r) {
                for b in numbers_below(&r).iter().rev().take(3) {
                    let words = product(&to_words(&a, size), &to_words(b, size), &n, inverse);
                    let unbounded =
                        product(&plain(&a, size), &plain(b, size), &n, Plain::new(inverse.into()));
                    assert_eq!(unbounded, plain(&from_words(&words), size));

                    // What q is follows from what the product is to be divisible by.
                    let q = (&a * b * &r - &a * b) % &r;
                    let q = q * &inverse_modulo_r % &r;
                    let sum = (&a * b + q * &n) / &r;
                    assert!(sum < &r + &n);
                    let is_above = sum >= r;
                    exceeded[usize::from(is_above)] += 1;
                    let result = from_words(&words);
                    assert_eq!(result, if is_above { sum - &n } else { sum });
                    assert!(*b >= n || result < &n << 1);
                }
            }
        }
    }
    assert!(exceeded.iter().all(|times| *times > 100), "{exceeded:?}");
}

#[test]
fn the_way_into_montgomery_form_is_right_for_every_length() {
    for bits in [2048, 2047, 2049, 2080, 2081, 2559, 2560, 3072, 4065, 4096, 8191, 8192] {
        for n in moduli(bits) {
            let size = usize::try_from(bits.div_ceil(WORD_BITS * 16)).unwrap();
            let r = BigUint::from(1_u32) << (WORD_BITS * 16 * u32::try_from(size).unwrap());
            for x in numbers_below(&r) {
                let mut words = to_words(&x, size);
                let mut memory = vec![[0xabcd; CHUNK_LEN]; size];
                let len = usize::try_from(bits).unwrap();
                to_montgomery(&mut words, &to_words(&n, size), len, &mut memory);
                assert_eq!(from_words(&words) % &n, (&x * &r) % &n, "{bits} bits");
            }
        }
    }
}

/// Of h R + x, with x < R, each step takes q times a divisor of at least
/// R (rounded_up - 1) / 2^16. What it leaves is not negative, and soon less than R.
#[test]
fn quotients_are_never_too_large_and_found_in_a_few_steps() {
    for rounded_up in [0x8001, 0x8002, 0x9249, 0xaaab, 0xc000, 0xfffe, 0xffff, 0x1_0000] {
        let edges = (0..32).flat_map(|bit| [1 << bit, (1 << bit) - 1, u32::MAX << bit]);
        for first in edges.chain([0x1_0001, rounded_up, rounded_up << 15, u32::MAX - 1]) {
            // In units of R / 2^16, from the largest x on.
            let mut left = ((u64::from(first) + 1) << 16) - 1;
            let mut steps = 0;
            while left >> 16 != 0 {
                let h = u32::try_from(left >> 16).unwrap();
                let q = estimate(h, rounded_up.try_into().unwrap());
                assert!(q >= 1);
                // The largest divisor is less than R rounded_up / 2^16.
                assert!(u64::from(q) * u64::from(rounded_up) <= u64::from(h) << 16);
                // The smallest one leaves the most.
                left -= u64::from(q) * u64::from(rounded_up - 1);
                steps += 1;
            }
            assert!(steps <= 6, "{first:x} / {rounded_up:x}: {steps} steps");
        }
    }
}

/// For numbers that already are what the formulas run over.
fn product<W: Word + FromWord>(
    a: &[Chunk<W>],
    b: &[Chunk<W>],
    n: &BigUint,
    minus_inverse: W,
) -> Vec<Chunk<W>> {
    let n: Vec<_> = to_words(n, b.len()).iter().map(|chunk| chunk.map(W::from_word)).collect();
    let mut result = vec![[W::ONE; CHUNK_LEN]; b.len()];
    multiply(&mut result, a.as_flattened().iter().copied(), b, &n, minus_inverse);
    result
}

trait FromWord {
    fn from_word(word: u32) -> Self;
}

impl FromWord for u32 {
    fn from_word(word: u32) -> Self {
        word
    }
}

impl FromWord for Plain {
    fn from_word(word: u32) -> Self {
        Self::new(word.into())
    }
}

fn minus_inverse(n: &BigUint) -> u32 {
    let word = BigUint::from(WORD);
    let inverse = n.modinv(&word).unwrap();
    (word - inverse).try_into().unwrap()
}

fn to_words(number: &BigUint, size: usize) -> Vec<Chunk<u32>> {
    let mut chunks = vec![[0; CHUNK_LEN]; size];
    let digits = number.to_u32_digits();
    assert!(digits.len() <= CHUNK_LEN * size);
    for (word, digit) in chunks.as_flattened_mut().iter_mut().zip(digits) {
        *word = digit;
    }
    chunks
}

fn from_words(chunks: &[Chunk<u32>]) -> BigUint {
    BigUint::from_slice(chunks.as_flattened())
}

fn plain(number: &BigUint, size: usize) -> Vec<Chunk<Plain>> {
    to_words(number, size).iter().map(|chunk| chunk.map(Plain::from_word)).collect()
}
