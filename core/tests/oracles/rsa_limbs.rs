//! Powers modulo RSA moduli against `num-bigint`, in limbs of 60 bits and in words of 32, for
//! operands that honest keys and signatures never have.
//!
//! `GATEPOST_CASES=1000000 cargo test --release --package gatepost --all-features --test oracles
//! random_powers` takes a million random cases instead of a few hundred.

use gatepost::internal::rsa::{TiledKey, WordKey};
use gatepost::limits::MAX_RSA_BITS;
use gatepost::{Algorithm, Reason, VerifyingKey};
use num_bigint::BigUint;

use crate::common::random::Random;
use crate::numbers::plus;
use crate::rsa::RsaPair;

/// The exponents at the ends of what the core takes, those in use, and all kinds of bits between.
const EXPONENTS: [u32; 10] =
    [3, 5, 7, 17, 257, 65537, 0x8000_0001, 0xaaaa_aaab, 0xffff_fffb, 0xffff_ffff];

#[test]
fn powers_of_every_length_of_modulus_and_of_edge_operands() {
    let mut lengths = vec![2048, 2049, 2050, 2079, 2080, 2081, 2559, 2560, 2561, 3071, 3072];
    lengths.extend([3073, 3999, 4064, 4065, 4095, 4096, 4097, 8191, 8192]);
    lengths.retain(|bits| *bits <= MAX_RSA_BITS);
    for (i, bits) in lengths.into_iter().enumerate() {
        for (j, modulus) in edge_moduli(bits).iter().enumerate() {
            let powers = Powers::new(modulus, EXPONENTS[(i + j) % EXPONENTS.len()]);
            for base in edge_bases(modulus) {
                powers.check(&base);
            }
        }
    }
}

#[test]
fn powers_with_every_kind_of_exponent() {
    let modulus = &edge_moduli(2048)[1];
    for exponent in EXPONENTS {
        let powers = Powers::new(modulus, exponent);
        edge_bases(modulus).iter().for_each(|base| powers.check(base));
    }
}

/// Cases that are nothing but runs of ones, of zeros and of random bits.
#[test]
fn random_powers() {
    let random = &mut Random(20_648);
    let cases = std::env::var("GATEPOST_CASES").map_or(600, |cases| cases.parse().unwrap());
    let per_modulus = 8;
    for _ in 0..cases / per_modulus {
        let bits = if random.below(2) == 0 { 2048 } else { 64 + random.below(MAX_RSA_BITS - 63) };
        let modulus = runs(bits, random);
        // Long exponents are seldom, since they take their time.
        let exponent = match random.below(16) {
            0 => u32::try_from(random.word() >> 32).unwrap() | 0x8000_0001,
            1 => 65537,
            _ => *random.choose(&[3, 5, 7, 17]),
        };
        let powers = Powers::new(&modulus, exponent);
        for _ in 0..per_modulus {
            let len = 2 + random.below(bits - 1);
            powers.check(&(runs(len, random) % &modulus));
        }
    }
}

/// A result that is hardly more than the modulus, before the last subtraction, belongs to an
/// encoded message that is hardly more than zero: chance makes one in 2^38 signatures. Here they
/// are made from what they open to.
#[test]
fn signatures_that_open_to_very_small_numbers() {
    let random = &mut Random(20);
    for (bits, exponent) in [(2048, 3), (2056, 65537), (3072, 17), (4096, 65537)] {
        let pair = RsaPair::new(bits, exponent, random);
        let modulus = BigUint::from_bytes_be(&pair.modulus());
        let powers = Powers::new(&modulus, u32::try_from(exponent).unwrap());
        for small in 0..20 {
            let encoded = plus(&vec![0; pair.len()], small);
            let signature = pair.close(&encoded).unwrap();
            for key in &powers.keys {
                assert_eq!(opened(&**key, &signature).as_ref(), Some(&encoded));
            }
        }
    }
}

#[test]
fn numbers_that_are_no_modulus_and_no_signature() {
    let modulus = [0xff; 256];
    for exponent in [&[3][..], &[1, 0, 1]] {
        let even = [&modulus[..255], &[0xfe]].concat();
        assert_eq!(TiledKey::from_numbers(&even, exponent).err(), Some(Reason::InvalidKey));
        assert_eq!(WordKey::from_numbers(&even, exponent).err(), Some(Reason::InvalidKey));
        let long = [0xff; MAX_RSA_BITS / 8 + 1];
        assert_eq!(TiledKey::from_numbers(&long, exponent).err(), Some(Reason::UnsupportedKey));
        assert_eq!(WordKey::from_numbers(&long, exponent).err(), Some(Reason::UnsupportedKey));
        assert_eq!(TiledKey::from_numbers(&[], exponent).err(), Some(Reason::InvalidKey));
        assert_eq!(WordKey::from_numbers(&[], exponent).err(), Some(Reason::InvalidKey));
        for key in keys(&modulus, exponent) {
            // The verdict is the judge's.
            assert!(key.open(&[1; 256], &mut |_| true) && !key.open(&[1; 256], &mut |_| false));
            for signature in [&[][..], &[0; 255], &[0; 257], &[0xff; 256], &[0xff; 257]] {
                assert_eq!(opened(&*key, signature), None);
            }
            let refused = key.verify(Algorithm::Es256, b"", &[0; 256]);
            assert_eq!(refused, Err(Reason::KeyAlgorithmMismatch));
        }
    }
}

/// Both ways to raise to a power, and what they must give.
struct Powers {
    modulus: BigUint,
    exponent: u32,
    keys: [Box<dyn Key>; 2],
}

impl Powers {
    fn new(modulus: &BigUint, exponent: u32) -> Self {
        let keys = keys(&modulus.to_bytes_be(), &BigUint::from(exponent).to_bytes_be());
        Self { modulus: modulus.clone(), exponent, keys }
    }

    /// `base`, and the same plus the modulus, which must be refused.
    fn check(&self, base: &BigUint) {
        let len = self.modulus.to_bytes_be().len();
        let expected = bytes(&power(base, self.exponent, &self.modulus), len).unwrap();
        let beyond = bytes(&(base + &self.modulus), len);
        let base = bytes(base, len).unwrap();
        for key in &self.keys {
            let opened = opened(&**key, &base);
            assert_eq!(opened.as_ref(), Some(&expected), "{} {}", self.modulus, self.exponent);
            if let Some(beyond) = &beyond {
                assert_eq!(self::opened(&**key, beyond), None);
            }
        }
    }
}

trait Key {
    fn open(&self, signature: &[u8], judge: &mut dyn FnMut(&[u8]) -> bool) -> bool;

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), Reason>;
}

macro_rules! key {
    ($key:ty) => {
        impl Key for $key {
            fn open(&self, signature: &[u8], judge: &mut dyn FnMut(&[u8]) -> bool) -> bool {
                self.open(signature, judge)
            }

            fn verify(
                &self,
                algorithm: Algorithm,
                message: &[u8],
                signature: &[u8],
            ) -> Result<(), Reason> {
                VerifyingKey::verify(self, algorithm, message, None, signature)
            }
        }
    };
}
key!(TiledKey);
key!(WordKey);

fn keys(modulus: &[u8], exponent: &[u8]) -> [Box<dyn Key>; 2] {
    [
        Box::new(TiledKey::from_numbers(modulus, exponent).unwrap()),
        Box::new(WordKey::from_numbers(modulus, exponent).unwrap()),
    ]
}

/// By products and remainders alone. `modpow` makes a table of sixteen powers and squares 64 times,
/// however short the exponent is: fifty times as much work for an exponent of 3.
fn power(base: &BigUint, exponent: u32, modulus: &BigUint) -> BigUint {
    let mut power = base.clone();
    for bit in (0..exponent.ilog2()).rev() {
        power = &power * &power % modulus;
        if exponent >> bit & 1 == 1 {
            power = power * base % modulus;
        }
    }
    power % modulus
}

fn opened(key: &dyn Key, signature: &[u8]) -> Option<Vec<u8>> {
    let mut opened = None;
    let judged = key.open(signature, &mut |encoded| {
        opened = Some(encoded.to_vec());
        true
    });
    assert_eq!(judged, opened.is_some());
    opened
}

/// Odd numbers of `bits` bits: the ends of the range, and limbs and words that are all ones, all
/// zeros and of every second bit.
fn edge_moduli(bits: usize) -> Vec<BigUint> {
    let one = &BigUint::from(1_u32);
    let top = one << (bits - 1);
    let all = (one << bits) - one;
    let mut moduli = vec![
        &top + one,
        all.clone(),
        &all - 2_u32,
        &all - (one << (bits - 2)),
        ((&all << 1_u32) / 3_u32) | &top | one,
    ];
    for limb in [32, 60, 64] {
        // One limb of zeros among ones, and of ones among zeros.
        let ones = ((one << limb) - one) << (limb * (bits / limb / 2));
        moduli.extend([&all - &ones, &top | one | ones]);
    }
    moduli
}

/// Numbers below `modulus`: both ends, and limbs and words that are all ones.
fn edge_bases(modulus: &BigUint) -> Vec<BigUint> {
    let one = &BigUint::from(1_u32);
    let bits = modulus.bits();
    let mut bases = vec![
        BigUint::ZERO,
        one.clone(),
        BigUint::from(2_u32),
        modulus - one,
        modulus - 2_u32,
        modulus >> 1_u32,
        (one << (bits - 1)) - one,
    ];
    for limb in [32, 60] {
        bases.extend([(one << limb) - one, one << limb, modulus - (one << limb)]);
    }
    bases
}

/// A number of `bits` bits, odd, of runs of ones, of zeros and of random bits.
fn runs(bits: usize, random: &mut Random) -> BigUint {
    let mut number = BigUint::from(1_u32);
    let mut len = 1;
    while len < bits - 1 {
        let run = (1 + random.below(100)).min(bits - 1 - len);
        let run_bits = match random.below(3) {
            0 => BigUint::ZERO,
            1 => (BigUint::from(1_u32) << run) - 1_u32,
            _ => BigUint::from_bytes_be(&random.bytes(13)) >> (104 - run),
        };
        number |= run_bits << len;
        len += run;
    }
    number | BigUint::from(1_u32) << (bits - 1)
}

fn bytes(number: &BigUint, len: usize) -> Option<Vec<u8>> {
    let bytes = number.to_bytes_be();
    let zeros = len.checked_sub(bytes.len())?;
    Some([vec![0; zeros], bytes].concat())
}
