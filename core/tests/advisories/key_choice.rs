//! Which key a token is verified with: never one that the token chose beyond its exact name.

use core::cell::Cell;

use gatepost::{
    Algorithm, ImportOptions, Issuers, KeySet, KeySlot, Keys, ParsedKey, Policy, PublicKey, Reason,
    VerifyingKey, limits, load,
};

use crate::common::{self, AUDIENCE, CLAIMS, ISSUER, NOW, claims_with, signer};
use crate::{read_keys, verdict};

/// Also nearform/get-jwks: a cache of keys that was not told apart by issuer.
#[test]
fn cve_2025_59936_keys_of_one_issuer_verify_no_token_of_another() {
    let other = "https://other.example";
    // The same name and algorithm, and different keys.
    let ours = read_keys(&[&signer::jwk(Algorithm::Es256, "1")]).unwrap();
    let theirs = read_keys(&[&other_p256_key("1")]).unwrap();
    let entries = [
        (Policy::new(ISSUER, AUDIENCE).unwrap(), ours.keys()),
        (Policy::new(other, AUDIENCE).unwrap(), theirs.keys()),
    ];
    let issuers = Issuers::new(&entries).unwrap();
    let validate = |compact: &str| {
        issuers.validate(compact, NOW, &mut common::memory()).map(|token| token.issuer() == ISSUER)
    };
    let of_ours = common::token(Algorithm::Es256, CLAIMS);
    assert_eq!(validate(&of_ours), Ok(true));
    // Signed by one, and in the other's name.
    let other_claims = claims_with(&[("iss", &format!("{other:?}"))]);
    let in_their_name = common::token(Algorithm::Es256, &other_claims);
    assert_eq!(validate(&in_their_name), Err(Reason::InvalidSignature));
    let by_them = sign_with_other_key(r#"{"alg":"ES256","kid":"1"}"#, &other_claims);
    assert_eq!(validate(&by_them), Ok(false));
    let in_our_name = sign_with_other_key(r#"{"alg":"ES256","kid":"1"}"#, CLAIMS);
    assert_eq!(validate(&in_our_name), Err(Reason::InvalidSignature));
    // Of nobody.
    for issuer in ["https://third.example", "https://other.example/", ""] {
        let claims = claims_with(&[("iss", &format!("{issuer:?}"))]);
        let compact = common::token(Algorithm::Es256, &claims);
        assert_eq!(validate(&compact), Err(Reason::IssuerMismatch), "{issuer}");
    }
}

fn other_p256_key(key_id: &str) -> String {
    let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(common::base64url);
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{key_id}"}}"#)
}

fn sign_with_other_key(header: &str, claims: &str) -> String {
    use p256::ecdsa::signature::Signer;
    let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let input = format!("{}.{}", common::base64url(header), common::base64url(claims));
    let signature: p256::ecdsa::Signature = key.sign(input.as_bytes());
    format!("{input}.{}", common::base64url(signature.to_bytes()))
}

#[test]
fn cve_2025_22149_a_key_that_was_removed_verifies_nothing() {
    let removed = signer::jwk(Algorithm::Es256, "1");
    let kept = other_p256_key("2");
    let before = read_keys(&[&removed, &kept]).unwrap();
    let after = read_keys(&[&kept]).unwrap();
    let by_removed = common::token(Algorithm::Es256, CLAIMS);
    let unnamed = signer::sign(Algorithm::Es256, r#"{"alg":"ES256"}"#, CLAIMS);
    let by_kept = sign_with_other_key(r#"{"alg":"ES256","kid":"2"}"#, CLAIMS);
    assert_eq!(verdict(&by_removed, &before), Ok(()));
    assert_eq!(verdict(&by_removed, &after), Err(Reason::KeyNotFound));
    assert_eq!(verdict(&unnamed, &after), Err(Reason::InvalidSignature));
    assert_eq!(verdict(&by_kept, &after), Ok(()));

    // Slots that are filled again: also where the new set cannot be read.
    let mut slots: [Option<KeySlot<PublicKey>>; 2] = [None, None];
    let mut refill = |jwks: &str| {
        let options = ImportOptions::default();
        let loaded = load(jwks.as_bytes(), options, &mut slots, PublicKey::new, |_| {});
        (loaded, verdict(&by_removed, Keys::from(&slots[..])))
    };
    assert_eq!(refill(&common::jwks(&[&removed, &kept])), (Ok(2), Ok(())));
    assert_eq!(refill(&common::jwks(&[&kept])), (Ok(1), Err(Reason::KeyNotFound)));
    assert_eq!(refill(&common::jwks(&[&removed])), (Ok(1), Ok(())));
    let cut = format!(r#"{{"keys":[{removed},"#);
    assert_eq!(refill(&cut), (Err(Reason::InvalidJson), Err(Reason::KeyNotFound)));
}

/// A key that counts how often it is asked to verify.
struct Counting<'a> {
    key: PublicKey,
    asked: &'a Cell<u32>,
}

impl VerifyingKey for Counting<'_> {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        self.asked.set(self.asked.get() + 1);
        self.key.verify(algorithm, message, prehash, signature)
    }
}

/// Also GHSA-2gx3-rcp4-g85q. Whoever fetches keys sees from the reason that one is missing, and
/// waits before it asks again; the core keeps what it has.
#[test]
fn cve_2026_48524_unknown_keys_cost_nothing_but_a_look() {
    let asked = Cell::new(0);
    let mut slots = [const { None }; 2];
    let jwks = common::jwks(&[&signer::jwk(Algorithm::Es256, "1"), &other_p256_key("2")]);
    let make =
        |parsed: &ParsedKey<'_>| Ok(Counting { key: PublicKey::new(parsed)?, asked: &asked });
    load(jwks.as_bytes(), ImportOptions::default(), &mut slots, make, |_| {}).unwrap();
    let keys = Keys::from(&slots[..]);
    let good = common::token(Algorithm::Es256, CLAIMS);
    let (_, rest) = good.split_once('.').unwrap();
    for i in 0..10_000 {
        let header = common::base64url(format!(r#"{{"alg":"ES256","kid":"unknown {i}"}}"#));
        assert_eq!(verdict(format!("{header}.{rest}"), keys), Err(Reason::KeyNotFound));
    }
    assert_eq!(asked.get(), 0);
    assert_eq!(verdict(&good, keys), Ok(()));
    assert_eq!(asked.get(), 1);
    // One key is asked, never one after the other.
    let forged = sign_with_other_key(r#"{"alg":"ES256","kid":"1"}"#, CLAIMS);
    assert_eq!(verdict(&forged, keys), Err(Reason::InvalidSignature));
    assert_eq!(asked.get(), 2);
    let unnamed = signer::sign(Algorithm::Es256, r#"{"alg":"ES256"}"#, CLAIMS);
    assert_eq!(verdict(&unnamed, keys), Err(Reason::KeyAmbiguous));
    assert_eq!(asked.get(), 2);
}

/// Also GHSA-869p-cjfg-cm3x: the secret was looked up by what the payload says.
#[test]
fn cve_2025_65945_the_payload_chooses_no_key() {
    let keys = read_keys(&[&signer::jwk(Algorithm::Es256, "1"), &other_p256_key("2")]).unwrap();
    for members in [
        [("kid", "\"2\"")],
        [("key", "\"2\"")],
        [("jwk", "{\"kty\":\"oct\"}")],
        [("alg", "\"none\"")],
        [("client_id", "\"2\"")],
    ] {
        let claims = claims_with(&members);
        // The payload names the key that signed, the header another, or none.
        let named = sign_with_other_key(r#"{"alg":"ES256","kid":"1"}"#, &claims);
        assert_eq!(verdict(&named, &keys), Err(Reason::InvalidSignature));
        let unnamed = sign_with_other_key(r#"{"alg":"ES256"}"#, &claims);
        assert_eq!(verdict(&unnamed, &keys), Err(Reason::KeyAmbiguous));
        let right = sign_with_other_key(r#"{"alg":"ES256","kid":"2"}"#, &claims);
        assert_eq!(verdict(&right, &keys), Ok(()));
    }
}

/// Paths, queries and commands in `kid`, of which there are many advisories.
#[test]
fn kid_injection_a_key_identifier_is_bytes_and_no_more() {
    let keys = read_keys(&[
        &signer::jwk(Algorithm::Es256, "1"),
        &other_p256_key("../keys/\\u00e9"),
        &other_p256_key("3"),
    ])
    .unwrap();
    let with = |key_id: &str| {
        let header = format!(r#"{{"alg":"ES256","kid":"{key_id}"}}"#);
        verdict(signer::sign(Algorithm::Es256, &header, CLAIMS), &keys)
    };
    assert_eq!(with("1"), Ok(()));
    assert_eq!(with("\\u0031"), Ok(()));
    for key_id in [
        "../../../../dev/null",
        "/proc/sys/kernel/randomize_va_space",
        "' UNION SELECT 'secret' -- ",
        "1' OR '1'='1",
        "1; rm -rf /",
        "1|whoami",
        "1\\u0000",
        "1 ",
        " 1",
        "01",
        "１",
        "http://attacker.example/key",
        "",
        "*",
        "../keys/e\u{301}",
    ] {
        assert_eq!(with(key_id), Err(Reason::KeyNotFound), "{key_id}");
    }
    assert_eq!(with(&"1".repeat(limits::MAX_KEY_ID_LEN)), Err(Reason::KeyNotFound));
    assert_eq!(with(&"1".repeat(limits::MAX_KEY_ID_LEN + 1)), Err(Reason::InvalidHeader));
    // A path that is the name of a key is its name.
    for key_id in ["../keys/é", "..\\/keys\\/\\u00e9"] {
        let header = format!(r#"{{"alg":"ES256","kid":"{key_id}"}}"#);
        assert_eq!(verdict(sign_with_other_key(&header, CLAIMS), &keys), Ok(()), "{key_id}");
    }
    for key_id in ["1", "true", "null", "[\"1\"]", "{\"1\":1}"] {
        let header = format!(r#"{{"alg":"ES256","kid":{key_id}}}"#);
        let refused = verdict(signer::sign(Algorithm::Es256, &header, CLAIMS), &keys);
        assert_eq!(refused, Err(Reason::InvalidHeader), "{key_id}");
    }
    // Two keys cannot have one name.
    let twice = read_keys(&[&signer::jwk(Algorithm::Es256, "1"), &other_p256_key("1")]);
    assert_eq!(twice.map(drop), Err(Reason::KeyAmbiguous));
    let _ = KeySet::<1>::from_secret(signer::SECRET, Algorithm::Hs256, Some("../x")).unwrap();
}
