//! What a header can ask for.

use gatepost::{Algorithm, KeySet, Reason};

use crate::common::{self, CLAIMS, base64url, signer};
use crate::verdict;

/// A token of the test key whose header has these members besides `alg` and `kid`.
fn with_members(algorithm: Algorithm, members: &str) -> String {
    signer::sign(algorithm, &format!(r#"{{"alg":"{algorithm}","kid":"1",{members}}}"#), CLAIMS)
}

/// Also CVE-2026-32597, CVE-2026-35042 and lestrrat-go/jwx#1733.
#[test]
fn cve_2025_59420_crit_is_never_ignored() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Hs256] {
        let keys = common::key_set(algorithm);
        for (members, reason) in [
            // Unknown, and there.
            (r#""crit":["x"],"x":1"#, Reason::CriticalNotUnderstood),
            (r#""crit":["exp"],"exp":1363284000"#, Reason::CriticalNotUnderstood),
            (r#""crit":["urn:example:mfa"],"urn:example:mfa":true"#, Reason::CriticalNotUnderstood),
            // Unknown, and not there.
            (r#""crit":["x"]"#, Reason::CriticalNotUnderstood),
            // Names of the standard itself.
            (r#""crit":["alg"]"#, Reason::CriticalNotUnderstood),
            (r#""crit":["kid","crit"]"#, Reason::CriticalNotUnderstood),
            // Known elsewhere, and no names at all.
            (r#""crit":["b64"],"b64":true"#, Reason::CriticalNotUnderstood),
            (r#""crit":[""]"#, Reason::CriticalNotUnderstood),
            // No list of names.
            (r#""crit":[]"#, Reason::InvalidHeader),
            (r#""crit":"x","x":1"#, Reason::InvalidHeader),
            (r#""crit":null"#, Reason::InvalidHeader),
            (r#""crit":{"x":1}"#, Reason::InvalidHeader),
            (r#""crit":7"#, Reason::InvalidHeader),
            (r#""crit":[1]"#, Reason::InvalidHeader),
            (r#""crit":["x",null],"x":1"#, Reason::InvalidHeader),
            (r#""crit":[["x"]],"x":1"#, Reason::InvalidHeader),
            // A name twice, or the member itself.
            (r#""crit":["x","x"],"x":1"#, Reason::InvalidHeader),
            (r#""crit":["x","\u0078"],"x":1"#, Reason::InvalidHeader),
            (r#""crit":["x"],"crit":[],"x":1"#, Reason::DuplicateMember),
            // By another spelling of its name.
            (r#""\u0063rit":["x"],"x":1"#, Reason::CriticalNotUnderstood),
        ] {
            let compact = with_members(algorithm, members);
            assert_eq!(verdict(&compact, &keys), Err(reason), "{members}");
            let mut memory = common::memory();
            let refused = keys.verify_signature(&compact, algorithm, &mut memory);
            assert_eq!(refused, Err(reason), "{members}");
        }
    }
}

/// Also what joserfc 1.6.6 and 1.8 mended: the payload of an unencoded token is whatever the
/// receiver takes it for.
#[test]
fn cve_2026_48525_an_unencoded_payload_is_refused() {
    let keys = common::key_set(Algorithm::Hs256);
    let headers = [
        r#"{"alg":"HS256","kid":"1","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"HS256","kid":"1","b64":false}"#,
        r#"{"alg":"HS256","kid":"1","b64":true,"crit":["b64"]}"#,
    ];
    for header in headers {
        let header = base64url(header);
        let plain = format!("{header}.{CLAIMS}");
        let tag = base64url(signer::signature(Algorithm::Hs256, plain.as_bytes()));
        let encoded = format!("{header}.{}", base64url(CLAIMS));
        let encoded_tag = base64url(signer::signature(Algorithm::Hs256, encoded.as_bytes()));
        for compact in [
            // Detached, with the tag of the plain payload and of the encoded one.
            format!("{header}..{tag}"),
            format!("{header}..{encoded_tag}"),
            // Encoded after all, and signed plain.
            format!("{encoded}.{tag}"),
            format!("{encoded}.{encoded_tag}"),
        ] {
            assert_eq!(verdict(&compact, &keys), Err(Reason::CriticalNotUnderstood));
            let mut memory = common::memory();
            let refused = keys.verify_signature(&compact, Algorithm::Hs256, &mut memory);
            assert_eq!(refused, Err(Reason::CriticalNotUnderstood));
        }
        // As it is, without dots of its own, and a megabyte of it.
        let dots = format!("{plain}.{tag}");
        assert!(verdict(&dots, &keys).is_err());
        let large = format!("{header}.{}.{tag}", "x".repeat(1 << 20));
        assert_eq!(verdict(&large, &keys), Err(Reason::TooLarge));
    }
    for b64 in ["0", "null", "\"false\"", "[]"] {
        let compact = with_members(Algorithm::Hs256, &format!(r#""b64":{b64}"#));
        assert_eq!(verdict(&compact, &keys), Err(Reason::InvalidHeader), "{b64}");
    }
    // It says what holds anyway.
    let compact = with_members(Algorithm::Hs256, r#""b64":true"#);
    assert_eq!(verdict(&compact, &keys), Ok(()));
}

#[test]
fn cve_2024_21643_no_address_or_certificate_in_a_header_is_followed() {
    let keys = common::key_set(Algorithm::Es256);
    let members = [
        r#""jku":"https://attacker.example/keys""#,
        r#""jku":"http://169.254.169.254/latest/meta-data""#,
        r#""jku":"file:///etc/passwd""#,
        r#""x5u":"https://attacker.example/certificate""#,
        r#""x5c":["MIIB"],"x5t":"AA","x5t#S256":"AA""#,
        // Whatever they are: nobody looks.
        r#""jku":7,"x5u":[],"x5c":{},"jwk":null"#,
    ];
    for members in members {
        // Signed by the key that is configured: the address changes nothing.
        let good = with_members(Algorithm::Es256, members);
        assert_eq!(verdict(&good, &keys), Ok(()), "{members}");
        // Signed by another: nor here.
        let input = good.rsplit_once('.').unwrap().0;
        let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
        let signature: p256::ecdsa::Signature =
            p256::ecdsa::signature::Signer::sign(&key, input.as_bytes());
        let forged = format!("{input}.{}", base64url(signature.to_bytes()));
        assert_eq!(verdict(&forged, &keys), Err(Reason::InvalidSignature), "{members}");
    }
}

#[test]
fn ghsa_9v7f_9g4p_ffgj_a_key_set_is_text_and_never_an_address() {
    for address in [
        "https://issuer.example/keys",
        "file:///etc/passwd",
        "ftp://issuer.example/keys",
        "data:application/json,{\"keys\":[]}",
        "\"https://issuer.example/keys\"",
        "{\"keys\":\"https://issuer.example/keys\"}",
        "/etc/passwd",
    ] {
        let refused = KeySet::<1>::from_jwks(address).unwrap_err();
        assert_eq!(refused, Reason::InvalidJson, "{address}");
    }
}
