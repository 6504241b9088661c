//! What the comments claim about sums. Each grows with each of its operands, or falls: it is largest
//! and smallest where these are at the ends of what they can be, and there the functions must give what
//! integers without an end give.
#![cfg(test)]

use std::vec::Vec;

use num_bigint::BigUint;

use super::{P, add_row, difference, product, reduce, row, squared};

const ENDS: [u64; 3] = [0, 1, u64::MAX];
const MOST: [u64; 4] = [u64::MAX; 4];

/// A row, and the sum with one, lose no carry.
#[test]
fn a_row_and_its_sum_fit_into_their_words() {
    for a in ENDS {
        let of_most = row(a, &MOST);
        assert_eq!(integer(&of_most), integer(&MOST) * a);
        for sum in [[0; 4], MOST] {
            let (lowest, [b, c, d, e]) = add_row(sum, of_most);
            assert_eq!(integer(&[lowest, b, c, d, e]), integer(&sum) + integer(&MOST) * a);
        }
    }
}

/// Products and squares of any numbers of 256 bits, of which each limb is at an end.
#[test]
fn products_and_squares_lose_no_carry() {
    let numbers: Vec<[u64; 4]> =
        (0..81_usize).map(|number| [1, 3, 9, 27].map(|place| ENDS[number / place % 3])).collect();
    for a in &numbers {
        assert_eq!(integer(&squared(a)), integer(a) * integer(a), "{a:x?}");
        for b in &numbers {
            assert_eq!(integer(&product(a, b)), integer(a) * integer(b), "{a:x?} {b:x?}");
        }
    }
}

/// A difference of products of elements is from zero to below p 2^256.
#[test]
fn a_difference_of_products_can_be_reduced() {
    let p = &integer(&P);
    let largest = [P[0] - 1, P[1], P[2], P[3]];
    let most = squared(&largest);
    for (a, b) in [(most, [0; 8]), ([0; 8], most), (most, most), ([0; 8], [1, 0, 0, 0, 0, 0, 0, 0])]
    {
        let found = integer(&difference(a, b));
        assert!(found < p << 256_u32);
        assert_eq!(found % p, (integer(&a) + p * p - integer(&b)) % p);
    }
}

/// The lower four limbs of a number stay below 2^256 with a step of the reduction, and are at most p
/// after four; with the upper ones that is below 2 p, so that one subtraction is enough.
#[test]
fn what_is_below_the_prime_times_two_to_the_256_is_reduced_by_one_subtraction() {
    let (p, top) = (&integer(&P), &(BigUint::from(1_u32) << 256_u32));
    let word = BigUint::from(u64::MAX);
    assert!((top - 1_u32 + &word * p) >> 64_u32 < *top);
    // Four steps add a multiple of p that is below 2^256.
    let after_four = (top - 1_u32 + (top - 1_u32) * p) >> 256_u32;
    assert!(after_four <= *p);
    assert!(after_four + (p - 1_u32) < p * 2_u32);

    let below = [P[0] - 1, P[1], P[2], P[3]];
    for lower in [[0; 4], [1, 0, 0, 0], P, MOST] {
        for upper in [[0; 4], [1, 0, 0, 0], below] {
            let [[a, b, c, d], [e, f, g, h]] = [lower, upper];
            let number = [a, b, c, d, e, f, g, h];
            let found = integer(&reduce(number).0);
            assert!(found < *p);
            assert_eq!((found << 256_u32) % p, integer(&number) % p);
        }
    }
}

/// A multiple q (2^64 - 2^32 + 1) has its upper limb below q, so that a carry into it is not lost.
#[test]
fn a_carry_into_the_upper_limb_of_a_multiple_fits() {
    for q in [1, 2, 0xffff_ffff, 1 << 32, (1 << 32) + 1, u64::MAX - 1, u64::MAX] {
        let multiple = u128::from(q) * ((1 << 64) - (1 << 32) + 1);
        assert!(multiple >> 64 < u128::from(q), "{q}");
    }
}

fn integer(words: &[u64]) -> BigUint {
    words.iter().rev().fold(BigUint::ZERO, |number, word| (number << 64_u32) + *word)
}
