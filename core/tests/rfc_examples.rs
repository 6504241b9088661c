//! The examples of the standards: RFC 7515 (appendix A), RFC 7520 (section 4) and RFC 8037
//! (appendix A.4).
//!
//! They are read from the folder that `GATEPOST_VECTORS` names. Of RFC 7520 these are left out:
//!
//! | section | reason |
//! |---|---|
//! | 4.3 | ES512: P-521 is not supported; that it is refused is tested |
//! | 4.5 | detached payload: there is no compact form to read |
//! | 4.6, 4.7 | unprotected headers exist in the JSON serialization alone |
//! | 4.8 | several signatures exist in the JSON serialization alone |
#![cfg(all(feature = "ed25519", feature = "hmac", feature = "p256", feature = "rsa"))]

mod common;

use common::vectors::{folder, public_jwks, read};
use gatepost::{Algorithm, Algorithms, ImportOptions, KeySet, Reason, limits};
use serde_json::Value;

const RFC_7515_PAYLOAD: &str =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

#[test]
fn rfc_7515_appendix_a() {
    let Some(_) = folder() else {
        return eprintln!("left out: RFC 7515, as GATEPOST_VECTORS is not set");
    };
    for (file, algorithm) in
        [("hs256", Algorithm::Hs256), ("rs256", Algorithm::Rs256), ("es256", Algorithm::Es256)]
    {
        let example = read(&format!("rfc7515/{file}.json"));
        assert_eq!(text(&example["algorithm"]), algorithm.name());
        verify(&example["key"], algorithm, text(&example["compact"]), RFC_7515_PAYLOAD);
    }
}

#[test]
fn rfc_7520_section_4() {
    let Some(_) = folder() else {
        return eprintln!("left out: RFC 7520, as GATEPOST_VECTORS is not set");
    };
    for (file, algorithm) in [
        ("4_1.rsa_v15_signature", Algorithm::Rs256),
        ("4_2.rsa-pss_signature", Algorithm::Ps384),
        ("4_4.hmac-sha2_integrity_protection", Algorithm::Hs256),
    ] {
        cookbook(&format!("rfc7520/jws/{file}.json"), algorithm);
    }
}

#[test]
fn rfc_7520_section_4_3_is_of_a_curve_that_is_not_supported() {
    let Some(_) = folder() else {
        return eprintln!("left out: RFC 7520, as GATEPOST_VECTORS is not set");
    };
    let example = read("rfc7520/jws/4_3.ecdsa_signature.json");
    let refused = KeySet::<1>::from_jwks(public_jwks(&example["input"]["key"]));
    assert_eq!(refused.unwrap_err(), Reason::UnsupportedKey);
    let compact = text(&example["output"]["compact"]);
    let keys = common::key_set(Algorithm::Es256);
    let mut memory = common::memory();
    let refused = keys.verify_signature(compact, Algorithms::ASYMMETRIC, &mut memory);
    assert_eq!(refused.unwrap_err(), Reason::AlgorithmNotAllowed);
}

#[test]
fn rfc_8037_appendix_a_4() {
    let Some(_) = folder() else {
        return eprintln!("left out: RFC 8037, as GATEPOST_VECTORS is not set");
    };
    cookbook("rfc7520/curve25519/jws.json", Algorithm::EdDsa);
}

/// Verifies an example in the form of the cookbook that goes with RFC 7520.
fn cookbook(file: &str, algorithm: Algorithm) {
    let example = read(file);
    let input = &example["input"];
    assert_eq!(text(&input["alg"]), algorithm.name(), "{file}");
    let compact = text(&example["output"]["compact"]);
    verify(&input["key"], algorithm, compact, text(&input["payload"]));
}

/// The signature verifies and the payload comes out; with another payload it does not.
fn verify(key: &Value, algorithm: Algorithm, compact: &str, payload: &str) {
    let mut options = ImportOptions::default();
    options.symmetric = algorithm.is_symmetric();
    if algorithm != Algorithm::Es256 && algorithm != Algorithm::EdDsa && !options.symmetric {
        options.rsa_algorithm = algorithm;
    }
    let keys: KeySet<1> = KeySet::from_jwks_with(public_jwks(key), options).unwrap();
    let mut memory = [0; limits::MEMORY];
    let verified = keys.verify_signature(compact, algorithm, &mut memory);
    assert_eq!(verified, Ok(payload.as_bytes()), "{algorithm}");

    let dot = compact.find('.').unwrap();
    let (header, rest) = compact.split_at(dot + 1);
    let first = if rest.starts_with('e') { "a" } else { "e" };
    let tampered = format!("{header}{first}{}", &rest[1..]);
    let refused = keys.verify_signature(&tampered, algorithm, &mut memory);
    assert_eq!(refused, Err(Reason::InvalidSignature), "{algorithm}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
