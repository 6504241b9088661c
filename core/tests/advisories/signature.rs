//! Signatures that are none, or are not what they should be.

use gatepost::{Algorithm, Keys, PublicKey, Reason, limits};

use crate::common::{self, CLAIMS, base64url, from_base64url, signer};
use crate::verdict;

/// Also CVE-2016-9122: of several signatures only the verified one counts, so there is one.
#[test]
fn cve_2020_28042_a_token_has_one_signature() {
    for algorithm in Algorithm::ALL {
        let keys = common::key_set(algorithm);
        let good = common::token(algorithm, CLAIMS);
        let (input, signature) = good.rsplit_once('.').unwrap();
        assert_eq!(verdict(&good, &keys), Ok(()));
        assert_eq!(verdict(format!("{input}."), &keys), Err(Reason::InvalidSignature));
        assert_eq!(verdict(input, &keys), Err(Reason::Malformed));
        let doubled = format!("{input}.{signature}.{signature}");
        assert_eq!(verdict(&doubled, &keys), Err(Reason::Malformed));

        let (header, payload) = input.split_once('.').unwrap();
        let one = format!(r#"{{"protected":"{header}","signature":"{signature}"}}"#);
        let none = r#"{"protected":"eyJhbGciOiJub25lIn0","signature":""}"#;
        for json in [
            format!(r#"{{"payload":"{payload}","signatures":[{one},{none}]}}"#),
            format!(r#"{{"payload":"{payload}","signatures":[{none},{one}]}}"#),
            format!(r#"{{"payload":"{payload}","signatures":[]}}"#),
        ] {
            assert_eq!(verdict(&json, &keys), Err(Reason::Malformed));
        }
    }
}

#[test]
fn cve_2022_21449_r_and_s_are_neither_zero_nor_the_order() {
    for (algorithm, order) in [
        (Algorithm::Es256, "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"),
        (Algorithm::Es384, "________________________________x2NNgfQ3Ld9YGg2ySLCneuzsGWrMxSlz"),
    ] {
        let keys = common::key_set(algorithm);
        let order = from_base64url(order);
        let zero = vec![0; order.len()];
        let mut one = zero.clone();
        one[order.len() - 1] = 1;
        let good = signer::signature(algorithm, b"x");
        let (r, s) = good.split_at(order.len());
        for a in [&*zero, &order, &one, &vec![0xff; order.len()], r] {
            for b in [&*zero, &order, &one, &vec![0xff; order.len()], s] {
                let good = common::token(algorithm, CLAIMS);
                let input = good.rsplit_once('.').unwrap().0;
                let compact = format!("{input}.{}", base64url([a, b].concat()));
                assert_eq!(verdict(&compact, &keys), Err(Reason::InvalidSignature));
            }
        }
    }
}

#[test]
fn haproxy_2026_the_length_of_an_ecdsa_signature_is_checked_first() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let keys = common::key_set(algorithm);
        let good = common::token(algorithm, CLAIMS);
        let (input, signature) = good.rsplit_once('.').unwrap();
        let signature = from_base64url(signature);
        let with = |signature: &[u8]| verdict(format!("{input}.{}", base64url(signature)), &keys);
        assert_eq!(with(&signature), Ok(()));
        assert_eq!(with(&vec![1; 16 * 1024]), Err(Reason::TooLarge));
        assert_eq!(with(&vec![1; limits::MAX_SIGNATURE_LEN]), Err(Reason::InvalidSignature));
        let half = signature.len() / 2;
        for wrong in [
            signature[..half].to_vec(),
            signature[1..].to_vec(),
            [&signature[..], &[0]].concat(),
            [&[0], &signature[..half], &[0], &signature[half..]].concat(),
            [&signature[..], &signature[..]].concat(),
            in_der(&signature),
        ] {
            assert_eq!(with(&wrong), Err(Reason::InvalidSignature));
        }
    }
}

/// A SEQUENCE of two INTEGERs, as X.509 has it; each with a zero before it, which is right where
/// the first bit is set, and which lenient readers take in any case.
fn in_der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let len = u8::try_from(r.len()).unwrap() + 1;
    [&[0x30, 2 * len + 4, 2, len, 0], r, &[2, len, 0], s].concat()
}

/// Also CVE-2024-25189, CVE-2024-25190 and CVE-2024-25714.
#[test]
fn cve_2016_7036_a_wrong_tag_is_refused_wherever_it_differs() {
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let keys = common::key_set(algorithm);
        let good = common::token(algorithm, CLAIMS);
        let (input, tag) = good.rsplit_once('.').unwrap();
        let tag = from_base64url(tag);
        let with = |tag: &[u8]| verdict(format!("{input}.{}", base64url(tag)), &keys);
        assert_eq!(with(&tag), Ok(()));
        for at in 0..tag.len() {
            for bit in [0, 7] {
                let mut wrong = tag.clone();
                wrong[at] ^= 1 << bit;
                assert_eq!(with(&wrong), Err(Reason::InvalidSignature), "{at}");
            }
            // A tag is never compared for as long as the sender's is.
            assert_eq!(with(&tag[..at]), Err(Reason::InvalidSignature), "{at}");
            assert_eq!(with(&tag[at + 1..]), Err(Reason::InvalidSignature), "{at}");
        }
        assert_eq!(with(&[&tag[..], &[0]].concat()), Err(Reason::InvalidSignature));
    }
}

#[test]
fn cve_2024_51744_a_claim_is_never_judged_before_the_signature() {
    for algorithm in Algorithm::ALL {
        let keys = common::key_set(algorithm);
        for claims in [
            common::claims_with(&[("exp", "1")]),
            common::claims_with(&[("nbf", "1800000000")]),
            common::claims_with(&[("aud", "\"x\"")]),
            common::claims_with(&[("aud", "-")]),
            common::claims_with(&[("exp", "\"soon\"")]),
            common::claims_with(&[("sub", "{}")]),
        ] {
            let good = common::token(algorithm, &claims);
            let (input, signature) = good.rsplit_once('.').unwrap();
            let mut signature = from_base64url(signature);
            signature[9] ^= 4;
            let forged = format!("{input}.{}", base64url(signature));
            assert_eq!(verdict(&forged, &keys), Err(Reason::InvalidSignature));
            assert_ne!(verdict(&good, &keys), Err(Reason::InvalidSignature));
        }
    }
}

/// The library took the key that the header brought along; also CVE-2026-27962, where it did so
/// because none was configured.
#[test]
fn cve_2018_0114_a_key_in_the_header_is_no_key() {
    use p256::ecdsa::signature::Signer;

    let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(base64url);
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"1"}}"#);
    for kid in [r#","kid":"1""#, ""] {
        let header = format!(r#"{{"alg":"ES256","jwk":{jwk}{kid}}}"#);
        let input = format!("{}.{}", base64url(header), base64url(CLAIMS));
        let signature: p256::ecdsa::Signature = key.sign(input.as_bytes());
        let compact = format!("{input}.{}", base64url(signature.to_bytes()));

        let keys = common::key_set(Algorithm::Es256);
        assert_eq!(verdict(&compact, &keys), Err(Reason::InvalidSignature));
        let no_keys = Keys::<PublicKey>::from(&[][..]);
        assert_eq!(verdict(&compact, no_keys), Err(Reason::KeyNotFound));
        // It is a good signature of that key.
        let keys = crate::read_keys(&[&jwk]).unwrap();
        assert_eq!(verdict(&compact, &keys), Ok(()));
    }
}
