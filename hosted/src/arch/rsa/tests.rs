//! The vector code against big integers: with plain lanes everywhere, with the processor's where it
//! has them.

use num_bigint::BigUint;

use super::{Constants, MAX_LEN, Modulus, PublicPower};
use crate::arch::lanes::{Block, RIPPLES, plain};
use crate::arch::testing::{Random, instances, rounds};

const BYTES: [usize; 3] = [256, 384, 512];

/// A modulus of `bits` bits, odd, with other bits as they come.
fn modulus(random: &mut Random, bits: usize) -> BigUint {
    let half = BigUint::from(1_u32) << (bits - 1);
    (random.below(&half) + half) | BigUint::from(1_u32)
}

/// Moduli of all sizes at their edges: all ones, one with zeros, and with unused bits on top.
fn moduli(random: &mut Random) -> Vec<BigUint> {
    let mut moduli = vec![];
    for bytes in BYTES {
        let bits = bytes * 8;
        let power = |bit: usize| BigUint::from(1_u32) << bit;
        moduli.extend([
            power(bits) - 1_u32,
            power(bits - 1) + 1_u32,
            power(bits) - power(416) + 1_u32,
        ]);
        moduli.extend([bits, bits, bits - 1, bits - 4, bits - 7].map(|bits| modulus(random, bits)));
        moduli.extend([power(bits - 7) - 1_u32, power(bits - 8) + 1_u32]);
    }
    moduli
}

fn padded(number: &BigUint, len: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; len];
    padded[len - bytes.len()..].copy_from_slice(&bytes);
    padded
}

fn check(key: &PublicPower, n: &BigUint, base: &BigUint, exponent: u32) {
    let len = n.to_bytes_be().len();
    let mut memory = [0; MAX_LEN];
    let power = key.power(&padded(base, len), &mut memory).unwrap();
    let expected = base.modpow(&exponent.into(), n);
    assert_eq!(BigUint::from_bytes_be(power), expected, "{base:x}^{exponent} modulo {n:x}");
    assert_eq!(power.len(), len);
}

#[test]
fn powers_are_those_of_big_integers() {
    let mut random = Random::new(10);
    for n in moduli(&mut random) {
        let bytes = n.to_bytes_be();
        for ifma in instances() {
            // In an emulator, the usual one alone.
            for exponent in [65537, 3, 17, u32::MAX].into_iter().take(rounds(4)) {
                let key = PublicPower::new(ifma, &bytes, exponent).unwrap();
                assert_eq!(key.bits() as u64, n.bits());
                let mut bases: Vec<BigUint> = (0..3_u32).map(BigUint::from).collect();
                bases.extend((1..3_u32).map(|i| &n - i));
                bases.extend([&n >> 1, (&n >> 1) + 1_u32]);
                bases.extend((0..rounds(2)).map(|_| random.below(&n)));
                for base in bases {
                    check(&key, &n, &base, exponent);
                }
            }
        }
    }
}

#[test]
fn what_is_not_below_the_modulus_or_has_another_length_is_no_base() {
    let mut random = Random::new(11);
    for n in moduli(&mut random) {
        let bytes = n.to_bytes_be();
        for ifma in instances() {
            let key = PublicPower::new(ifma, &bytes, 65537).unwrap();
            let mut memory = [0; MAX_LEN];
            assert!(key.power(&bytes, &mut memory).is_none());
            assert!(key.power(&vec![0xff; bytes.len()], &mut memory).is_none());
            assert!(key.power(&bytes[1..], &mut memory).is_none());
            assert!(key.power(&[&[0], bytes.as_slice()].concat(), &mut memory).is_none());
            assert!(key.power(&[], &mut memory).is_none());
        }
    }
}

#[test]
fn other_keys_are_left_to_portable_code() {
    let mut random = Random::new(12);
    let ifma = instances().next().unwrap();
    for len in [0, 1, 128, 255, 257, 320, 383, 385, 511, 513, 1024] {
        assert!(PublicPower::new(ifma, &vec![0xff; len], 65537).is_none());
        assert_eq!(PublicPower::memory_for(len), 0);
    }
    let mut bytes = modulus(&mut random, 2048).to_bytes_be();
    for exponent in [0, 1, 2, 65536] {
        assert!(PublicPower::new(ifma, &bytes, exponent).is_none());
    }
    bytes[255] &= 0xfe;
    assert!(PublicPower::new(ifma, &bytes, 65537).is_none());
    bytes[255] |= 1;
    bytes[0] = 0;
    assert!(PublicPower::new(ifma, &bytes, 65537).is_none());
}

/// Digits that carry far: zeros, ones, all ones, and such that a small multiple is all ones.
fn long_carries<const V: usize>(random: &mut Random) -> [Block<u64>; V] {
    const ALL: u64 = (1 << 52) - 1;
    const CHOICE: [u64; 8] = [0, 1, ALL, ALL - 1, ALL / 3, ALL / 5, 1 << 51, 3];
    let mut number = [Block([0; 8]); V];
    let (mut some, mut run) = (ALL, 0);
    for block in &mut number[..V - 1] {
        for digit in &mut block.0 {
            if run == 0 {
                (some, run) = (CHOICE[random.word() as usize % 8], random.word() % 12);
            }
            run = run.saturating_sub(1);
            *digit = some;
        }
    }
    number
}

fn value<const V: usize>(number: &[Block<u64>; V]) -> BigUint {
    let digits = number.iter().rev().flat_map(|block| block.0.iter().rev());
    digits.fold(BigUint::ZERO, |value, digit| (value << 52) + digit)
}

fn product<const V: usize, const F: usize>(
    key: &PublicPower,
    constants: &Constants<u64, V, F>,
    a: &[Block<u64>; V],
    b: &[Block<u64>; V],
) -> [Block<u64>; V] {
    match key.ifma.0 {
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "the features were found")]
        // SAFETY: there is an `Ifma`.
        crate::arch::Lanes::Processor => unsafe {
            crate::arch::lanes::processor::rsa::montgomery_product(constants, a, b)
        },
        crate::arch::Lanes::Plain => plain::rsa::montgomery_product(constants, a, b),
    }
}

fn check_products<const V: usize, const F: usize>(
    key: &PublicPower,
    constants: &Constants<u64, V, F>,
    n: &BigUint,
    random: &mut Random,
) {
    // 1 / X^(V - 1) and 1 / X
    let r_inverse = value(&constants.c[0]) * value(&constants.c[F - 1]);
    for _ in 0..rounds(60) {
        let (a, b) = (long_carries(random), long_carries(random));
        for (a, b) in [(&a, &b), (&a, &a), (&b, &b)] {
            let product = product(key, constants, a, b);
            let result = value(&product);
            assert!(product.iter().flat_map(|block| block.0).all(|digit| digit < 1 << 52));
            assert!(result < n * (V + 1));
            let expected = value(a) * value(b) * &r_inverse;
            assert_eq!(result % n, expected % n, "{:x} {:x} {n:x}", value(a), value(b));
        }
    }
}

#[test]
fn carries_that_go_far_are_right_wherever_they_are() {
    let mut random = Random::new(13);
    for n in moduli(&mut random) {
        for ifma in instances() {
            let key = PublicPower::new(ifma, &n.to_bytes_be(), 65537).unwrap();
            match &key.modulus {
                Modulus::Bits2048(constants) => check_products(&key, constants, &n, &mut random),
                Modulus::Bits3072(constants) => check_products(&key, constants, &n, &mut random),
                Modulus::Bits4096(constants) => check_products(&key, constants, &n, &mut random),
            }
        }
    }
    // Those of a product's low blocks, of the quotient's block, and of a result.
    let ripples = RIPPLES.take();
    for blocks in [4, 7, 9, 1, 5, 8, 10] {
        assert!(ripples[blocks] > 0, "{blocks}: {ripples:?}");
    }
}
