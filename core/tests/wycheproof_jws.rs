//! Project Wycheproof's vectors for JSON Web Signatures, `json_web_signature_test.json`: 401
//! tests, 393 of which come out as they are labelled.
//!
//! The file is read from the folder that `GATEPOST_VECTORS` names. Each group's key is loaded as
//! a set of one, all algorithms of its family are allowed, and a key that is refused refuses its
//! tests. The labels of eight tests are wrong or contradict each other (C2SP/wycheproof, issue
//! 236); they are listed here, and one that came out as labelled would fail the test, too.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]

mod common;

use common::vectors::{folder, public_jwks, read};
use gatepost::{Algorithm, Algorithms, ImportOptions, KeySet, Reason, limits};
use serde_json::Value;

/// Test, label, what it is refused with or `None` where it is accepted, and why the label is not
/// followed.
const EXCEPTIONS: [(u64, &str, Option<Reason>, &str); 8] = [
    (346, "valid", Some(Reason::KeyAlgorithmMismatch), "key of PS256, header PS384"),
    (347, "valid", Some(Reason::UnsupportedKey), "key of ES521, which no standard names"),
    (350, "valid", Some(Reason::KeyAlgorithmMismatch), "key of PS256, header PS384"),
    (351, "valid", Some(Reason::UnsupportedKey), "key of ES521, which no standard names"),
    (367, "invalid", None, "the bytes of test 357, which is valid"),
    (370, "invalid", None, "the bytes of test 357, which is valid"),
    (372, "valid", Some(Reason::InvalidBase64), "a question mark in the base64url"),
    (373, "valid", Some(Reason::InvalidBase64), "a question mark in the base64url"),
];

#[test]
fn all_but_the_documented_exceptions_come_out_as_labelled() {
    let Some(_) = folder() else {
        return eprintln!("left out: Wycheproof's JWS vectors, as GATEPOST_VECTORS is not set");
    };
    let file = read("wycheproof/json_web_signature_test.json");
    let (mut tests, mut as_labelled, mut valid, mut wrong) = (0, 0, 0, Vec::new());
    for group in file["testGroups"].as_array().unwrap() {
        let keys = import(group);
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            let label = test["result"].as_str().unwrap();
            let verdict = verify(&keys, test["jws"].as_str());
            tests += 1;
            valid += u32::from(verdict.is_ok());
            let is_as_labelled = verdict.is_ok() == (label == "valid");
            as_labelled += u32::from(is_as_labelled);

            let exception = EXCEPTIONS.iter().find(|exception| exception.0 == id);
            let is_expected = match exception {
                None => is_as_labelled,
                Some((_, wrong_label, refused, _)) => {
                    label == *wrong_label && verdict.err() == *refused
                }
            };
            if !is_expected {
                wrong.push((id, label.to_owned(), verdict, test["comment"].clone()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((tests, as_labelled), (401, 393));
    // 46 labelled valid, less six and with two of the exceptions.
    assert_eq!(valid, 42);
}

fn import(group: &Value) -> Result<KeySet<1>, Reason> {
    let key = group.get("public").unwrap_or(&group["private"]);
    let mut options = ImportOptions::default();
    options.symmetric = key["kty"] == "oct";
    KeySet::from_jwks_with(public_jwks(key), options)
}

/// Verifies with every algorithm of the key's family allowed.
fn verify(keys: &Result<KeySet<1>, Reason>, jws: Option<&str>) -> Result<(), Reason> {
    let keys = keys.as_ref().map_err(|reason| *reason)?;
    // A few tests hold the JSON serialization as an object.
    let jws = jws.ok_or(Reason::Malformed)?;
    let key = keys.keys().iter().next().unwrap();
    let allowed: Algorithms = Algorithm::ALL
        .into_iter()
        .filter(|other| is_same_family(*other, key.algorithm()))
        .collect();
    keys.verify_signature(jws, allowed, &mut [0; limits::MEMORY]).map(|_| ())
}

fn is_same_family(a: Algorithm, b: Algorithm) -> bool {
    let family = |algorithm: Algorithm| match algorithm.name().get(..2) {
        Some("RS" | "PS") => "RSA",
        Some("ES") => "EC",
        Some("HS") => "oct",
        _ => "OKP",
    };
    family(a) == family(b)
}
