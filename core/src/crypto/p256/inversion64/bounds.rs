//! What the comments claim about sums and sizes.
//!
//! Every sum here grows, or falls, with each of its operands. So it is largest and smallest where
//! these are at the ends of what they can be, and there the functions themselves must give what
//! integers without an end give.
#![cfg(test)]

use std::vec::Vec;

use num_bigint::{BigInt, BigUint};

use super::*;

const FULL: u64 = 1 << BATCH;

/// `t` is below 2 m, before and after each limb.
#[test]
fn a_product_stays_below_twice_the_modulus() {
    for modulus in [&ORDER, &FIELD] {
        let m = &integer(&modulus.m);
        let word = &BigUint::from(u64::MAX);
        let (t, b) = (m * 2_u32 - 1_u32, m - 1_u32);
        assert!((t + word * b + word * m) >> 64_u32 < m * 2_u32);
        // So that its highest limb is one bit, and one subtraction is enough.
        assert!(m * 2_u32 < BigUint::from(1_u32) << 257_u32);

        let b = subtract(&modulus.m, &[1, 0, 0, 0]).0;
        let radix = BigUint::from(1_u32) << 320_u32;
        let product = modulus.multiply(&[u64::MAX; 5], &b);
        assert_eq!(integer(&product) * &radix % m, (&radix - 1_u32) * integer(&b) % m);
        assert!(integer(&product) < *m);
    }
}

/// The factors of a row add up to 2^k at most after k halvings: if they do before a difference and
/// the halvings that follow it, they do afterwards. Each step is linear, so the ends of the range of
/// each row are enough: one factor is 2^k and the other zero, or both are.
#[test]
fn the_factors_of_a_batch_fit_into_half_words() {
    let rows = |k: u32| [0, 1 << k, 1 << (32 + k)];
    let halves = |row: u64| [row & 0xffff_ffff, row >> 32];
    for k in 0..BATCH {
        for x in rows(k) {
            for y in rows(k) {
                for is_less in [false, true] {
                    let difference = Packed { x, y }.of_difference(is_less);
                    // Nothing went from the low half into the high one.
                    assert_eq!(
                        halves(difference.x),
                        [halves(x)[0] + halves(y)[0], halves(x)[1] + halves(y)[1]]
                    );
                    for zeros in 1..=BATCH - k {
                        let half = difference.of_half(zeros);
                        for (row, before) in
                            [(half.x, difference.x), (half.y, difference.y << zeros)]
                        {
                            assert_eq!(row, before);
                            assert!(halves(row).iter().sum::<u64>() <= 1 << (k + zeros));
                        }
                    }
                }
            }
        }
    }
    // The first halvings come before any difference.
    for zeros in 0..=BATCH {
        let Packed { x, y } = Packed { x: 1, y: 1 << 32 }.of_half(zeros);
        assert_eq!([halves(x), halves(y)], [[1, 0], [0, 1 << zeros]]);
    }
}

/// Factors of a row at the ends: they add up to 2^31 at most.
fn factors() -> impl Iterator<Item = [u32; 2]> {
    [0, 1, FULL / 2, FULL - 1, FULL].into_iter().flat_map(|one| {
        [0, 1, FULL / 2, FULL - 1, FULL]
            .into_iter()
            .filter(move |other| one + other <= FULL)
            .map(move |other| [one, other].map(|factor| u32::try_from(factor).unwrap()))
    })
}

/// A quotient has as many limbs as the numbers, and no column leaves its 128 bits.
#[test]
fn numbers_after_a_batch_are_no_larger_than_before() {
    fn check<const L: usize>() {
        let numbers: Vec<[u64; 4]> = (0..1 << L)
            .map(|bits| core::array::from_fn(|i| if bits >> i & 1 == 1 { u64::MAX } else { 0 }))
            .collect();
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
            for [f, g] in factors() {
                let exact = BigInt::from(integer(a)) * f - BigInt::from(integer(b)) * g;
                for (is_opposite, exact) in [(false, exact.clone()), (true, -exact)] {
                    let found = combine::<L>(a, f, b, g, is_opposite);
                    let expected = (exact >= BigInt::ZERO).then(|| exact >> BATCH);
                    assert_eq!(found.map(|number| BigInt::from(integer(&number))), expected);
                }
            }
        }
    }
    check::<2>();
    check::<3>();
    check::<4>();
}

/// The sum of a column fits into 128 bits, whatever the words.
#[test]
fn no_carry_of_factors_is_lost() {
    for x in factors() {
        for y in factors() {
            for (u, v) in
                [([u64::MAX; 5], [u64::MAX; 5]), ([u64::MAX; 5], [0; 5]), ([0; 5], [u64::MAX; 5])]
            {
                let (a, b) = ([0; 4], [0; 4]);
                let mut state = State { a, b, u, v, v_is_negative: true, is_exact: false };
                state.update_factors::<5>(&Factors { x, y, is_swapped: false });
                let radix = BigUint::from(1_u32) << 320_u32;
                for (found, [of_u, of_v]) in [(&state.u, x), (&state.v, y)] {
                    let exact = integer(&u) * of_u + integer(&v) * of_v;
                    assert_eq!(integer(found), exact % &radix);
                }
            }
        }
    }
}

/// What the head of the file says of a, b, u and v, after each batch of numbers that reach every
/// number of limbs; a lost carry would end it.
#[test]
fn the_equations_hold_after_each_batch() {
    let mut lengths = std::collections::BTreeSet::new();
    for (modulus, is_exact) in [(&ORDER, false), (&FIELD, false), (&ORDER, true)] {
        let m = integer(&modulus.m);
        for s in operands().into_iter().filter(|s| integer(s) < m && *s != [0; 4]) {
            let (u, v) = ([1, 0, 0, 0, 0], [0; 5]);
            let mut state = State { a: s, b: modulus.m, u, v, v_is_negative: true, is_exact };
            let mut limbs = 4;
            for batches in 1.. {
                while limbs > 1 && state.a[limbs - 1] | state.b[limbs - 1] == 0 {
                    limbs -= 1;
                }
                lengths.insert((limbs, batches));
                state.advance(limbs, batches);
                let [a, b] = [&state.a, &state.b].map(|number| integer(number));
                let [u, v] = [&state.u, &state.v].map(|number| integer(number));
                assert_eq!(&u * &b + &v * &a, m, "{s:x?}");
                let exponent = BATCH * u32::try_from(batches).unwrap();
                let power = BigUint::from(1_u32) << exponent;
                assert!(u <= power && v <= power && v <= &m << BATCH);
                let (left, right) = (&power * b % &m, v * integer(&s) % &m);
                let right = if state.v_is_negative { (&m - right) % &m } else { right };
                assert_eq!(left, right, "{s:x?}");
                if state.a == [0; 4] {
                    // On whole numbers 512 halvings are enough.
                    assert!(batches < BATCHES || !is_exact);
                    break;
                }
            }
        }
    }
    // Every kind of batch that `advance` knows.
    for (limbs, batches) in [(4, 4), (4, 5), (4, 7), (3, 6), (3, 8), (3, 9), (2, 9), (1, 14)] {
        assert!(lengths.contains(&(limbs, batches)), "{limbs} limbs in batch {batches}");
    }
    assert!(BATCH as usize * (BATCHES - 1) >= 512);
}

/// Powers of two and their neighbours, which take the longest, and runs of ones.
fn operands() -> Vec<[u64; 4]> {
    let mut operands = Vec::new();
    for bit in 0..256_usize {
        let mut power = [0; 4];
        power[bit / 64] = 1 << (bit % 64);
        operands.extend([power, subtract(&power, &[1, 0, 0, 0]).0]);
        for modulus in [&ORDER.m, &FIELD.m] {
            operands.extend([subtract(modulus, &power).0, integer::add(&power, &[3, 0, 0, 1]).0]);
        }
    }
    operands
}

fn integer(words: &[u64]) -> BigUint {
    words.iter().rev().fold(BigUint::ZERO, |number, word| (number << 64_u32) + *word)
}
