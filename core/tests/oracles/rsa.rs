//! RSA against the crate `rsa`.

use gatepost::internal::rsa::{TiledKey, WordKey};
use gatepost::{Algorithm, KeySet, Reason, VerifyingKey, limits};
use p256::elliptic_curve::bigint::ConcatenatingMul;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::common::random::Random;
use crate::common::{jwks, signer};
use crate::numbers::{mutations, plus, sum};

const RSA_ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// 2^32 - 5, the largest prime that an exponent can be.
const LARGE_EXPONENT: u64 = 4_294_967_291;

#[test]
fn rsa_of_every_size_and_exponent() {
    let random = &mut Random(1);
    let mut sizes = vec![
        (2048, 3),
        (2048, 17),
        (2048, LARGE_EXPONENT),
        (2049, 65537),
        (2050, 3),
        (2056, 65537),
        (2999, LARGE_EXPONENT),
        (3071, 65537),
        (3072, 3),
        (3073, 17),
        (4095, 65537),
        (4096, 3),
        (4096, LARGE_EXPONENT),
    ];
    if cfg!(feature = "rsa-8192") {
        sizes.extend([(4097, 65537), (8191, 3)]);
    }
    for (bits, exponent) in sizes {
        let key = RsaPair::new(bits, exponent, random);
        for algorithm in RSA_ALGORITHMS {
            let message = random.bytes(40);
            let good = key.sign(algorithm, &message, random);
            assert_eq!(key.verify(algorithm, &message, &good), Ok(()), "{bits} {exponent}");
            for bad in key.edges(&good).into_iter().chain(mutations(&good, 12, random)) {
                key.verify(algorithm, &message, &bad).ok();
            }
        }
    }
}

/// What opens to an encoding that is right but for one bit or byte.
#[test]
fn rsa_encodings_with_one_thing_wrong() {
    let random = &mut Random(2);
    for bits in [2048, 2049, 2055] {
        let key = RsaPair::new(bits, 65537, random);
        for algorithm in RSA_ALGORITHMS {
            let message = random.bytes(7);
            let good = key.open(&key.sign(algorithm, &message, random));
            assert_eq!(key.verify(algorithm, &message, &key.close(&good).unwrap()), Ok(()));
            let last = good.len() - 1;
            for at in [0, 1, 2, 10, last - 84, last - 65, last - 49, last - 32, last] {
                for bit in [0, 6, 7] {
                    let mut bad = good.clone();
                    bad[at] ^= 1 << bit;
                    // Where it exceeds the modulus no signature opens to it.
                    if let Some(signature) = key.close(&bad) {
                        let refused = key.verify(algorithm, &message, &signature);
                        assert_eq!(refused, Err(Reason::InvalidSignature), "{bits} {at} {bit}");
                    }
                }
            }
        }
    }
}

/// RSA-PSS with every length of salt but the right one.
#[test]
fn rsa_pss_salts_of_other_lengths() {
    let random = &mut Random(3);
    let key = RsaPair::new(2048, 65537, random);
    let mut accepted = 0;
    for salt_len in [0, 1, 20, 31, 32, 33, 48, 64, 190] {
        let scheme = rsa::Pss::<Sha256>::new_with_salt(salt_len);
        let digest = Sha256::digest(b"message");
        let signature = key.private.sign_with_rng(random, scheme, &digest).unwrap();
        accepted += u32::from(key.verify(Algorithm::Ps256, b"message", &signature).is_ok());
    }
    assert_eq!(accepted, 1);
}

/// The same key here and there.
pub(crate) struct RsaPair {
    private: PrivateKey,
    /// A set for each of [`RSA_ALGORITHMS`].
    sets: [KeySet<1>; 6],
    tiled: TiledKey,
    words: WordKey,
}

impl RsaPair {
    /// A key of exactly `bits` bits, of many small primes: those are found at once.
    pub(crate) fn new(bits: u32, exponent: u64, random: &mut Random) -> Self {
        let one = BoxedUint::one();
        let private = loop {
            let mut primes: Vec<BoxedUint> = Vec::new();
            let mut product = one.clone();
            while product.bit_width() + 300 < bits {
                let prime = prime(256, exponent, random);
                product = product.concatenating_mul(&prime);
                primes.push(prime);
            }
            let last = prime(bits - product.bit_width(), exponent, random);
            product = product.concatenating_mul(&last);
            primes.push(last);
            if product.bit_width() == bits {
                break PrivateKey::from_primes(primes, BoxedUint::from(exponent)).unwrap();
            }
        };
        let public = private.as_public_key();
        let modulus = public.n().to_be_bytes_trimmed_vartime();
        let exponent = public.e().to_be_bytes_trimmed_vartime();
        let numbers = signer::rsa_numbers(&modulus, &exponent);
        let sets = RSA_ALGORITHMS.map(|algorithm| {
            KeySet::from_jwks(jwks(&[&format!(r#"{{{numbers},"alg":"{algorithm}"}}"#)])).unwrap()
        });
        let tiled = TiledKey::from_numbers(&modulus, &exponent).unwrap();
        let words = WordKey::from_numbers(&modulus, &exponent).unwrap();
        Self { private, sets, tiled, words }
    }

    pub(crate) fn len(&self) -> usize {
        self.private.size()
    }

    pub(crate) fn modulus(&self) -> Vec<u8> {
        self.bytes(self.private.n().as_ref())
    }

    /// What all say, who must agree.
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
        let public = self.private.as_public_key();
        let theirs = match algorithm {
            Algorithm::Rs256 => public.pkcs1v15_verify::<Sha256>(message, signature),
            Algorithm::Rs384 => public.pkcs1v15_verify::<Sha384>(message, signature),
            Algorithm::Rs512 => public.pkcs1v15_verify::<Sha512>(message, signature),
            Algorithm::Ps256 => public.pss_verify::<Sha256>(message, signature),
            Algorithm::Ps384 => public.pss_verify::<Sha384>(message, signature),
            _ => public.pss_verify::<Sha512>(message, signature),
        };
        let set = RSA_ALGORITHMS.iter().position(|known| *known == algorithm).unwrap();
        let slot = self.sets[set].keys().iter().next().unwrap();
        let ours = slot.key().verify(algorithm, message, None, signature);
        let theirs = theirs.map_err(|_| Reason::InvalidSignature);
        assert_eq!(ours, theirs, "{} bytes, {algorithm}, {signature:02x?}", self.len());
        // One of these is the same again, with the words of this processor.
        assert_eq!(self.tiled.verify(algorithm, message, None, signature), ours);
        assert_eq!(self.words.verify(algorithm, message, None, signature), ours);
        ours
    }

    fn sign(&self, algorithm: Algorithm, message: &[u8], random: &mut Random) -> Vec<u8> {
        let key = &self.private;
        match algorithm {
            Algorithm::Rs256 => key.pkcs1v15_sign::<Sha256>(message),
            Algorithm::Rs384 => key.pkcs1v15_sign::<Sha384>(message),
            Algorithm::Rs512 => key.pkcs1v15_sign::<Sha512>(message),
            Algorithm::Ps256 => key.pss_sign_with_rng::<Sha256, _>(random, message),
            Algorithm::Ps384 => key.pss_sign_with_rng::<Sha384, _>(random, message),
            _ => key.pss_sign_with_rng::<Sha512, _>(random, message),
        }
        .unwrap()
    }

    /// The encoding that a signature opens to, as long as the modulus.
    fn open(&self, signature: &[u8]) -> Vec<u8> {
        let number = self.number(signature).unwrap();
        let opened = rsa::hazmat::rsa_encrypt(self.private.as_public_key(), &number).unwrap();
        self.bytes(&opened)
    }

    /// The signature that opens to this encoding, if it is less than the modulus.
    pub(crate) fn close(&self, encoded: &[u8]) -> Option<Vec<u8>> {
        let number = self.number(encoded).filter(|number| number < self.private.n().as_ref())?;
        let closed = rsa::hazmat::rsa_decrypt(None::<&mut Random>, &self.private, &number);
        Some(self.bytes(&closed.unwrap()))
    }

    fn number(&self, bytes: &[u8]) -> Option<BoxedUint> {
        BoxedUint::from_be_slice(bytes, self.private.n().bits_precision()).ok()
    }

    fn bytes(&self, number: &BoxedUint) -> Vec<u8> {
        let trimmed = number.to_be_bytes_trimmed_vartime();
        let mut bytes = vec![0; self.len() - trimmed.len()];
        bytes.extend_from_slice(&trimmed);
        bytes
    }

    /// Numbers at the ends of the range, a good one beyond it, and good ones of the wrong length.
    fn edges(&self, good: &[u8]) -> Vec<Vec<u8>> {
        let n = self.modulus();
        let zero = vec![0; self.len()];
        let ones = vec![0xff; self.len()];
        let mut edges = vec![
            plus(&zero, 1),
            plus(&zero, 2),
            plus(&n, -1),
            plus(&n, 1),
            sum(good, &n),
            [&[0], good].concat(),
            [good, &[0]].concat(),
            good[1..].to_vec(),
            good[..good.len() - 1].to_vec(),
            good.iter().skip_while(|byte| **byte == 0).copied().collect(),
            Vec::new(),
            vec![0],
            [good, good].concat(),
            vec![0xff; limits::MAX_SIGNATURE_LEN + 1],
        ];
        edges.extend([n, zero, ones]);
        edges
    }
}

/// A prime of `bits` bits such that `exponent` has an inverse.
fn prime(bits: u32, exponent: u64, random: &mut Random) -> BoxedUint {
    loop {
        let prime: BoxedUint =
            crypto_primes::random_prime(random, crypto_primes::Flavor::Any, bits);
        let bytes = prime.to_be_bytes();
        let remainder = bytes.iter().fold(0_u128, |remainder, byte| {
            (remainder << 8 | u128::from(*byte)) % u128::from(exponent)
        });
        // All exponents here are primes.
        if remainder != 1 {
            return prime;
        }
    }
}
