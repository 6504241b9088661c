//! What the comments claim about sums and sizes. Every sum here grows with each of its operands: it
//! is largest where these are.
#![cfg(test)]

use std::vec::Vec;

use num_bigint::BigUint;

use super::*;

/// A row leaves less than 2^256 + p where it found less: so `top` is one bit, and one fold is
/// enough.
#[test]
fn a_product_stays_below_two_to_the_256_and_p() {
    let (p, top) = (integer(&P), BigUint::from(1_u32) << 256_u32);
    let limb = BigUint::from(u32::MAX);
    let t = &top + &p - 1_u32;
    let sum = t + &limb * (&top - 1_u32) + &limb * &p;
    assert!(sum >> 32_u32 < &top + &p);
}

/// A row of limbs at both ends is what integers without an end give.
#[test]
fn no_carry_of_a_row_is_lost() {
    let p = integer(&P);
    let patterns: Vec<[u32; 8]> = (0..256_u32)
        .map(|bits| core::array::from_fn(|i| if bits >> i & 1 == 1 { u32::MAX } else { 0 }))
        .collect();
    for t in &patterns {
        for b in [[u32::MAX; 8], [0; 8], P, MINUS_P, *t] {
            for (a, top) in [(0, 0), (1, 0), (u32::MAX, 0), (0, 1), (u32::MAX, 1)] {
                let before = integer(t) + (BigUint::from(top) << 256_u32);
                // The claim is made for numbers below 2^256 + p.
                if before >= (BigUint::from(1_u32) << 256_u32) + &p {
                    continue;
                }
                let sum = before + integer(&b) * a;
                let q = &sum % (1_u64 << 32);
                let (row, top) = row(*t, top, a, &b, 0);
                assert!(top <= 1);
                let found = integer(&row) + (BigUint::from(top) << 256_u32);
                assert_eq!(found << 32_u32, sum + q * &p, "{t:x?} {a:x} {b:x?}");
            }
        }
    }
    assert_eq!(multiply_add(u32::MAX, u32::MAX, u32::MAX, u32::MAX), (u32::MAX, u32::MAX));
}

fn integer(limbs: &[u32; 8]) -> BigUint {
    BigUint::from_slice(limbs)
}
