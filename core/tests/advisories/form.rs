//! Size, depth and form: what has to be refused before it costs anything.

use gatepost::{Algorithm, Algorithms, KeySet, Reason, UntrustedToken, limits};

use crate::common::{self, AUDIENCE, CLAIMS, NOW, base64url, claims_with, key_set, policy, signer};
use crate::verdict;

/// Also CVE-2025-27144 and the GHSA-f83f of fulcio: memory for each of the parts that the dots
/// make.
/// That there is no allocation is tested in `no_alloc.rs`.
#[test]
fn cve_2025_30204_a_megabyte_of_dots_is_not_split() {
    let keys = key_set(Algorithm::Es256);
    for dots in [
        ".".repeat(1 << 20),
        format!("Bearer {}", ".".repeat(1 << 20)),
        "a.".repeat(1 << 19),
        format!("{}{}", common::token(Algorithm::Es256, CLAIMS), ".".repeat(1 << 20)),
    ] {
        assert_eq!(verdict(&dots, &keys), Err(Reason::TooLarge));
    }
    for dots in [0, 1, 3, 5, 6, 100, limits::MAX_TOKEN_LEN] {
        assert_eq!(verdict(".".repeat(dots), &keys), Err(Reason::Malformed), "{dots}");
    }
}

#[test]
fn cve_2025_61920_a_huge_part_is_refused_before_it_is_decoded() {
    // Of letters that are no base64url, which nobody comes to see.
    let huge = "!".repeat(64 << 20);
    let good = common::token(Algorithm::Es256, CLAIMS);
    let [header, payload, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let keys = key_set(Algorithm::Es256);
    for compact in [
        format!("{huge}.{payload}.{signature}"),
        format!("{header}.{huge}.{signature}"),
        format!("{header}.{payload}.{huge}"),
    ] {
        assert_eq!(verdict(&compact, &keys), Err(Reason::TooLarge));
    }
    // Just too much for each of the parts.
    let more = |len: usize| "!".repeat(len.div_ceil(3) * 4 + 4);
    for compact in [
        format!("{}.{payload}.{signature}", more(limits::MAX_HEADER_LEN)),
        format!("{header}.{}.{signature}", more(limits::MAX_PAYLOAD_LEN)),
        format!("{header}.{payload}.{}", more(limits::MAX_SIGNATURE_LEN)),
    ] {
        assert_eq!(verdict(&compact, &keys), Err(Reason::TooLarge));
    }
}

#[test]
fn cve_2025_65015_a_reason_holds_nothing_of_the_token() {
    const MARK: &str = "bearer-of-the-mark";
    let keys = key_set(Algorithm::Es256);
    let claims = claims_with(&[("sub", &format!("{MARK:?}")), ("aud", &format!("{MARK:?}"))]);
    let header = format!(r#"{{"alg":"ES256","kid":"{MARK}"}}"#);
    for compact in [
        MARK.to_owned(),
        format!("{MARK}.{MARK}.{MARK}"),
        signer::sign(Algorithm::Es256, &header, CLAIMS),
        signer::sign(Algorithm::Es256, &format!(r#"{{"alg":"{MARK}"}}"#), CLAIMS),
        common::token(Algorithm::Es256, &claims),
        common::token(Algorithm::Es256, &format!(r#"{{"{MARK}":"{MARK}""#)),
        common::token(Algorithm::Es256, &claims_with(&[("iss", &format!("{MARK:?}"))])),
    ] {
        let reason = verdict(&compact, &keys).unwrap_err();
        let shown = format!("{reason} {reason:?} {reason:#?} {}", reason.name());
        assert!(!shown.contains(MARK) && !shown.contains(&compact), "{shown}");
    }
    // Nor do the types that hold a token show it.
    let claims = claims_with(&[("sub", &format!("{MARK:?}"))]);
    let compact = common::token(Algorithm::Es256, &claims);
    let (mut first, mut second) = (common::memory(), common::memory());
    let untrusted = UntrustedToken::parse(&compact, &mut first).unwrap();
    let token = policy().validate(&compact, &keys, NOW, &mut second).unwrap();
    assert_eq!(token.subject(), Some(MARK));
    let shown = format!("{untrusted:?} {token:?}");
    assert!(!shown.contains(MARK) && !shown.contains(AUDIENCE), "{shown}");
    // Nor a set its secret.
    let secret = KeySet::<1>::from_secret(signer::SECRET, Algorithm::Hs256, None).unwrap();
    assert!(!format!("{secret:?}").contains("known to everybody"));
}

/// Also GHSA-8wjv-2p76-3863; the stack that this runs on in `limits.rs` is smaller.
#[test]
fn cve_2025_53864_nesting_is_bounded() {
    let keys = key_set(Algorithm::Es256);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [limits::MAX_DEPTH, 1000, 4000] {
        let compact = common::token(Algorithm::Es256, &claims_with(&[("x", &nested(depth))]));
        assert_eq!(verdict(&compact, &keys), Err(Reason::TooDeep), "{depth}");
    }
    let claims = claims_with(&[("x", &nested(100_000))]);
    let compact = common::token(Algorithm::Es256, &claims);
    assert_eq!(verdict(&compact, &keys), Err(Reason::TooLarge));
    let jwks = format!(r#"{{"keys":[{}]}}"#, nested(100_000));
    assert_eq!(KeySet::<1>::from_jwks(&jwks).unwrap_err(), Reason::TooDeep);
}

/// Also CVE-2024-21664 and dvsekhvalnov/jose2go#39: a part that is not there.
#[test]
fn cve_2026_34986_nothing_panics_where_parts_are_missing() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Hs256] {
        let keys = key_set(algorithm);
        let good = common::token(algorithm, CLAIMS);
        let parts: Vec<_> = good.split('.').collect();
        let mut texts = Vec::new();
        // Each beginning and each end of a good token.
        for at in 0..good.len() {
            texts.extend([good[..at].to_owned(), good[at + 1..].to_owned()]);
        }
        // Each combination of parts that are there, empty, or an empty object.
        let choices = |part: &str| ["".to_owned(), part.to_owned(), base64url("{}")];
        for header in choices(parts[0]) {
            for payload in choices(parts[1]) {
                for signature in choices(parts[2]) {
                    texts.push(format!("{header}.{payload}.{signature}"));
                }
            }
        }
        for text in texts.iter().filter(|text| **text != good) {
            assert!(verdict(text, &keys).is_err(), "{text}");
            let (mut first, mut second) = (common::memory(), common::memory());
            assert!(keys.verify_signature(text, algorithm, &mut first).is_err(), "{text}");
            let _ = UntrustedToken::parse(text, &mut second);
        }
        // Each size of memory.
        for len in 0..CLAIMS.len() {
            let refused = policy().validate(&good, &keys, NOW, &mut vec![0; len]).map(|_| ());
            assert_eq!(refused, Err(Reason::MemoryTooSmall), "{len}");
        }
    }
    let jwks = common::jwks(&[&signer::jwk(Algorithm::Rs256, "1")]);
    for at in 0..jwks.len() {
        assert!(KeySet::<1>::from_jwks(&jwks[..at]).is_err(), "{at}");
    }
}

/// Also CVE-2022-39227: the text was a token to one reader and JSON to another.
#[test]
fn cve_2023_51774_a_token_has_one_form() {
    let keys = key_set(Algorithm::Rs256);
    let good = common::token(Algorithm::Rs256, CLAIMS);
    let [header, payload, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let forged = base64url(claims_with(&[("sub", "\"admin\"")]));
    let real = format!(r#""protected":"{header}","payload":"{payload}","signature":"{signature}""#);
    for text in [
        format!("{{{real}}}"),
        // The JSON form around a compact one: to a lenient decoder the first two dots split it.
        format!(r#"{{"  {header}.{forged}.":"",{real}}}"#),
        format!(r#"{header}.{forged}.{{{real}}}"#),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("Bearer {good}"),
        format!("\"{good}\""),
        format!("{good},{good}"),
        format!("{good}.{good}"),
        good.replace('.', " "),
        good.replace('.', ".."),
    ] {
        assert!(verdict(&text, &keys).is_err(), "{text}");
        let mut memory = common::memory();
        let refused = keys.verify_signature(&text, Algorithms::ASYMMETRIC, &mut memory);
        assert!(refused.is_err(), "{text}");
    }
    // Five parts are a JWE, whatever they hold.
    let encrypted = base64url(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    for compact in [
        format!("{encrypted}.AA.AA.AA.AA"),
        format!("{encrypted}....{payload}"),
        format!("{header}.{payload}.{signature}.."),
        format!("..{good}"),
    ] {
        assert_eq!(verdict(&compact, &keys), Err(Reason::Encrypted), "{compact}");
    }
}

/// Also CVE-2025-45768: secrets shorter than the hash, which `import` shows.
#[test]
fn ghsa_hxm8_2xgr_2p9m_a_token_has_one_spelling() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Hs256] {
        let keys = key_set(algorithm);
        let good = common::token(algorithm, CLAIMS);
        assert_eq!(verdict(&good, &keys), Ok(()));
        let parts: Vec<_> = good.split('.').map(str::to_owned).collect();
        for part in 0..3 {
            for insertion in ["=", "==", " ", "\n", "\t", "\0", "+", "/", "!", "\u{e9}", "%3D"] {
                for at in [0, 5, parts[part].len()] {
                    let mut changed = parts.clone();
                    changed[part].insert_str(at, insertion);
                    assert!(verdict(changed.join("."), &keys).is_err(), "{insertion:?}");
                }
            }
        }
        // Another last letter that decodes to the same bytes, where the last one has bits to
        // spare.
        let (input, signature) = good.rsplit_once('.').unwrap();
        if signature.len() % 4 != 0 {
            let last = signature.chars().last().unwrap();
            let next = char::from(u8::try_from(last).unwrap() + 1);
            let other = format!("{input}.{}{next}", &signature[..signature.len() - 1]);
            assert_eq!(verdict(&other, &keys), Err(Reason::InvalidBase64), "{algorithm}");
        }
    }
}

/// On a machine whose words have 32 bits nothing that is computed from a length overflows.
#[test]
fn cve_2016_9123_lengths_fit_thirty_two_bits() {
    let most = [
        limits::MAX_TOKEN_LEN,
        limits::MAX_JWK_SET_LEN,
        limits::MEMORY,
        limits::MAX_RSA_BITS,
        limits::MAX_MEMBERS * limits::NAME_LEN,
        limits::MAX_SECRET_LEN,
    ];
    for most in most {
        assert!(u32::try_from(most * 8).is_ok_and(|bits| i32::try_from(bits).is_ok()));
    }
}
