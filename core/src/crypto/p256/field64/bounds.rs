//! What the comments claim about sums. Each grows with each of its operands: it is largest where these
//! are. That no limb's carry is lost on the way is left to the comparison with plain integers at the
//! edges of limbs, in `proofs.rs`.
#![cfg(test)]

use num_bigint::BigUint;

use super::P;

/// The lower four limbs of a product stay below 2^256 with a step of the reduction, and are at most p
/// after four; with the upper ones that is below 2 p, so that one subtraction is enough.
#[test]
fn a_reduced_product_is_below_twice_the_prime() {
    let (p, top) = (&prime(), &(BigUint::from(1_u32) << 256_u32));
    let word = BigUint::from(u64::MAX);
    assert!((top - 1_u32 + &word * p) >> 64_u32 < *top);

    // Four steps add a multiple of p that is below 2^256.
    let after_four = (top - 1_u32 + (top - 1_u32) * p) >> 256_u32;
    assert!(after_four <= *p);
    let product = (p - 1_u32) * (p - 1_u32);
    assert!(after_four + (product >> 256_u32) < p * 2_u32);
}

/// The same limb by limb: t below b + p before a step is below it afterwards, for the largest b.
#[test]
fn a_product_with_its_reduction_stays_below_twice_the_prime() {
    let p = &prime();
    let word = &BigUint::from(u64::MAX);
    let b = p - 1_u32;
    let t = &b + p - 1_u32;
    assert!((t + word * &b + word * p) >> 64_u32 < b + p);
    // The fifth limb is one bit.
    assert!(p * 2_u32 < BigUint::from(1_u32) << 257_u32);
}

/// A multiple q (2^64 - 2^32 + 1) has its upper limb below q, so that a carry into it is not lost.
#[test]
fn a_carry_into_the_upper_limb_of_a_multiple_fits() {
    for q in [1, 2, 0xffff_ffff, 1 << 32, (1 << 32) + 1, u64::MAX - 1, u64::MAX] {
        let multiple = u128::from(q) * ((1 << 64) - (1 << 32) + 1);
        assert!(multiple >> 64 < u128::from(q), "{q}");
    }
}

fn prime() -> BigUint {
    P.iter().rev().fold(BigUint::ZERO, |number, word| (number << 64_u32) + *word)
}
