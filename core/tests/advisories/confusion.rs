//! Tokens without a signature, and keys taken for keys of another kind.

use base64ct::{Base64, Encoding};
use gatepost::{Algorithm, Algorithms, ImportOptions, KeySet, Reason};
use rsa::pkcs8::{EncodePublicKey, LineEnding};

use crate::common::signer::{self, sign_with_secret};
use crate::common::{self, CLAIMS, base64url, policy};
use crate::{read_keys, verdict, verdict_of};

const HS256: &str = r#"{"alg":"HS256","kid":"1"}"#;

/// Also CVE-2015-2951.
#[test]
fn cve_2015_9235_alg_none_is_never_accepted() {
    for name in ["none", "None", "NONE", "nOnE", "none ", "\\u006eone", "", "null"] {
        for kid in ["", r#","kid":"1""#] {
            let input = format!(
                "{}.{}",
                base64url(format!(r#"{{"alg":"{name}"{kid}}}"#)),
                base64url(CLAIMS)
            );
            for signature in ["", "AA", "AAAA", &base64url([0; 64])] {
                for algorithm in Algorithm::ALL {
                    let keys = common::key_set(algorithm);
                    let compact = format!("{input}.{signature}");
                    assert_eq!(verdict(&compact, &keys), Err(Reason::AlgorithmNotAllowed));
                    let mut memory = common::memory();
                    let all = Algorithm::ALL;
                    let payload = keys.verify_signature(&compact, all, &mut memory);
                    assert_eq!(payload, Err(Reason::AlgorithmNotAllowed));
                }
            }
            // Without the last dot, and with padding.
            let keys = common::key_set(Algorithm::Rs256);
            assert_eq!(verdict(&input, &keys), Err(Reason::Malformed));
            assert!(verdict(format!("{input}.="), &keys).is_err());
        }
    }
    // There is no name to allow it by.
    assert_eq!(Algorithm::from_name("none"), None);
}

/// The ways in which a public key is published, and with them its text: what libraries have
/// taken for the secret of an HMAC.
fn dresses(algorithm: Algorithm) -> Vec<(&'static str, Vec<u8>)> {
    let document = match algorithm {
        Algorithm::Es256 => {
            let key = p256::PublicKey::from(signer::p256_key().verifying_key());
            key.to_public_key_der()
        }
        Algorithm::EdDsa => signer::ed25519_key().verifying_key().to_public_key_der(),
        _ => signer::rsa_key().to_public_key().to_public_key_der(),
    };
    let der = document.unwrap();
    let pem = der.to_pem("PUBLIC KEY", LineEnding::LF).unwrap();
    let jwk = signer::jwk(algorithm, "1");
    let mut dresses = vec![
        ("DER", der.as_bytes().to_vec()),
        ("base64 of DER", Base64::encode_string(der.as_bytes()).into_bytes()),
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line feed", pem.trim_end().as_bytes().to_vec()),
        ("PEM with CRLF", pem.replace('\n', "\r\n").into_bytes()),
        ("PEM behind spaces", format!("  \t\r\n{pem}").into_bytes()),
        ("PEM behind a byte order mark", format!("\u{feff}{pem}").into_bytes()),
        ("PEM behind junk", format!("Bag Attributes\n  name: x\n{pem}").into_bytes()),
        ("base64 of PEM", Base64::encode_string(pem.as_bytes()).into_bytes()),
        ("OpenSSH", open_ssh(algorithm).into_bytes()),
        ("JWK", jwk.clone().into_bytes()),
        ("JWK behind spaces", format!(" \n{jwk}").into_bytes()),
        ("JWK behind a byte order mark", format!("\u{feff}{jwk}").into_bytes()),
        ("JWK in an array", format!("[{jwk}]").into_bytes()),
        ("JWK Set", common::jwks(&[&jwk]).into_bytes()),
        ("base64 of JWK", base64url(&jwk).into_bytes()),
        ("base64 of JWK Set", base64url(common::jwks(&[&jwk])).into_bytes()),
    ];
    if algorithm == Algorithm::Rs256 {
        use rsa::pkcs1::EncodeRsaPublicKey;
        let key = signer::rsa_key().to_public_key();
        dresses.push(("PKCS#1 PEM", key.to_pkcs1_pem(LineEnding::LF).unwrap().into_bytes()));
        dresses.push(("PKCS#1 DER", key.to_pkcs1_der().unwrap().as_bytes().to_vec()));
    }
    dresses
}

fn open_ssh(algorithm: Algorithm) -> String {
    use rsa::traits::PublicKeyParts;
    let (name, fields) = match algorithm {
        Algorithm::Es256 => {
            let point = signer::p256_key().verifying_key().to_sec1_point(false);
            ("ecdsa-sha2-nistp256", vec![b"nistp256".to_vec(), point.as_bytes().to_vec()])
        }
        Algorithm::EdDsa => {
            ("ssh-ed25519", vec![signer::ed25519_key().verifying_key().as_bytes().to_vec()])
        }
        _ => {
            let e = signer::rsa_key().e().to_be_bytes_trimmed_vartime().to_vec();
            ("ssh-rsa", vec![e, [vec![0], signer::rsa_modulus()].concat()])
        }
    };
    let mut blob = Vec::new();
    for field in [vec![name.as_bytes().to_vec()], fields].concat() {
        blob.extend_from_slice(&u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(&field);
    }
    format!("{name} {} somebody@example", Base64::encode_string(&blob))
}

/// A token with the MAC of `secret` does not pass for one of the public key of `algorithm`, with
/// whichever policy; and `secret` does not become a secret.
fn is_no_secret(algorithm: Algorithm, dress: &str, secret: &[u8]) {
    let compact = sign_with_secret(secret, HS256, CLAIMS);
    let keys = common::key_set(algorithm);
    assert_eq!(verdict(&compact, &keys), Err(Reason::AlgorithmNotAllowed), "{dress}");
    let symmetric = policy().with_algorithms(Algorithms::SYMMETRIC).unwrap();
    let refused = verdict_of(symmetric, &compact, &keys);
    assert_eq!(refused, Err(Reason::KeyAlgorithmMismatch), "{dress}");
    let mut memory = common::memory();
    let refused = keys.verify_signature(&compact, Algorithm::ALL, &mut memory);
    assert_eq!(refused, Err(Reason::KeyAlgorithmMismatch), "{dress}");

    for hmac in Algorithms::SYMMETRIC.iter() {
        let refused = KeySet::<1>::from_secret(secret, hmac, Some("1"));
        assert_eq!(refused.unwrap_err(), Reason::KeyNotForVerification, "{algorithm} {dress}");
    }
    let mut options = ImportOptions::default();
    options.symmetric = true;
    let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url(secret));
    let refused = KeySet::<1>::from_jwks_with(common::jwks(&[&jwk]), options);
    assert_eq!(refused.unwrap_err(), Reason::KeyNotForVerification, "{algorithm} {dress}");
}

/// Also CVE-2017-11424 and CVE-2022-29217.
#[test]
fn cve_2016_10555_a_public_rsa_key_is_no_hmac_secret() {
    for (dress, secret) in dresses(Algorithm::Rs256) {
        is_no_secret(Algorithm::Rs256, dress, &secret);
    }
}

/// Also CVE-2026-34950 and GHSA-ww5h-9m49-7xx4: something before the PEM hid it from the check.
#[test]
fn cve_2023_48223_what_stands_before_a_pem_does_not_hide_it() {
    let dresses = dresses(Algorithm::Rs256);
    let (_, pem) = dresses.iter().find(|(name, _)| *name == "PEM").unwrap();
    for before in ["", " ", "\n\n", "\t", "\u{feff}", "\0", "\u{a0}", "# comment\n", "x"] {
        is_no_secret(Algorithm::Rs256, before, &[before.as_bytes(), pem].concat());
    }
}

/// Also GHSA-r6x4, GHSA-ffc3, GHSA-p4g4 and GHSA-w2cx, the four like it.
#[test]
fn cve_2026_48526_a_jwk_is_no_hmac_secret() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        for (dress, secret) in dresses(algorithm) {
            if dress.contains("JWK") || dress.contains("DER") {
                is_no_secret(algorithm, dress, &secret);
            }
        }
    }
    // Members in another order, and other white space.
    let numbers = signer::numbers(Algorithm::Es256);
    for jwk in [
        format!("{{\"use\":\"sig\",\"kid\":\"1\",{numbers}}}"),
        format!("{{ \"alg\" : \"ES256\" ,\n{numbers} }}"),
        format!("{{\"kid\":\"1\",\"keys\":[{{{numbers}}}]}}"),
    ] {
        is_no_secret(Algorithm::Es256, &jwk, jwk.as_bytes());
        is_no_secret(Algorithm::Es256, &jwk, base64url(&jwk).as_bytes());
    }
}

/// Also CVE-2024-37568 and CVE-2024-54150.
#[test]
fn cve_2024_33663_a_public_key_of_a_curve_is_no_hmac_secret() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        for (dress, secret) in dresses(algorithm) {
            is_no_secret(algorithm, dress, &secret);
        }
    }
}

/// The MAC of an empty key: the library read the RSA key's place as a secret that was not there.
#[test]
fn cve_2026_44699_an_rsa_key_without_alg_is_no_empty_secret() {
    let keys = read_keys(&[&format!(r#"{{{},"kid":"1"}}"#, signer::numbers(Algorithm::Rs256))]);
    let keys = keys.unwrap();
    for secret in [&b""[..], &[0; 32], &[0; 64]] {
        let compact = sign_with_secret(secret, HS256, CLAIMS);
        assert_eq!(verdict(&compact, &keys), Err(Reason::AlgorithmNotAllowed));
        let mut memory = common::memory();
        let refused = keys.verify_signature(&compact, Algorithm::ALL, &mut memory);
        assert_eq!(refused, Err(Reason::KeyAlgorithmMismatch));
    }
}

#[test]
fn cve_2026_48523_the_algorithm_of_the_key_binds_whatever_is_allowed() {
    let keys = common::key_set(Algorithm::Rs256);
    let all = policy().with_algorithms(Algorithms::ASYMMETRIC).unwrap();
    for algorithm in
        [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512]
    {
        // Signed by the very key, with an algorithm that is not the key's.
        let compact = common::token(algorithm, CLAIMS);
        assert_eq!(verdict_of(all, &compact, &keys), Err(Reason::KeyAlgorithmMismatch));
        assert_eq!(verdict_of(all, &compact, &common::key_set(algorithm)), Ok(()));
        let unnamed = signer::sign(algorithm, &format!(r#"{{"alg":"{algorithm}"}}"#), CLAIMS);
        assert_eq!(verdict_of(all, &unnamed, &keys), Err(Reason::KeyNotFound));
    }
}

#[test]
fn cve_2026_22817_a_key_without_alg_does_not_take_the_headers() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let jwk = format!(r#"{{{},"kid":"1"}}"#, signer::numbers(algorithm));
        let keys = read_keys(&[&jwk]).unwrap();
        // The one algorithm of its curve, and RS256 for an RSA key.
        assert_eq!(verdict(common::token(algorithm, CLAIMS), &keys), Ok(()));
        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            let compact = common::token(other, CLAIMS);
            let mut memory = common::memory();
            let refused = keys.verify_signature(&compact, Algorithm::ALL, &mut memory);
            assert_eq!(refused, Err(Reason::KeyAlgorithmMismatch), "{other} with {algorithm}");
        }
    }
    // A set of both kinds is none: which of them signed would be the header's choice.
    let public = signer::jwk(Algorithm::Rs256, "1");
    let secret = signer::jwk(Algorithm::Hs256, "2");
    for jwks in [common::jwks(&[&public, &secret]), common::jwks(&[&secret, &public])] {
        for symmetric in [false, true] {
            let mut options = ImportOptions::default();
            options.symmetric = symmetric;
            let refused = KeySet::<2>::from_jwks_with(&jwks, options);
            assert_eq!(refused.unwrap_err(), Reason::MixedKeySet);
        }
    }
    assert_eq!(read_keys(&[&secret]).map(drop), Err(Reason::KeyNotForVerification));
}
