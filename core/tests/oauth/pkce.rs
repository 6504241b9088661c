//! RFC 7636, with S256 alone.

use gatepost::Reason;
use gatepost::oauth::{CodeChallenge, CodeVerifier};

/// RFC 7636, appendix B.
const OCTETS: [u8; 32] = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
];
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn the_example_of_rfc_7636_comes_out() {
    let verifier = CodeVerifier::from_random(&OCTETS);
    assert_eq!(verifier.as_str(), VERIFIER);
    assert_eq!(verifier.challenge().as_str(), CHALLENGE);
    let challenge = CodeChallenge::from_parameters(Some(CHALLENGE), Some("S256")).unwrap();
    assert_eq!(challenge.as_str(), CHALLENGE);
    assert_eq!(challenge.verify(Some(VERIFIER)), Ok(()));
}

#[test]
fn c4_a_challenge_is_always_of_s256() {
    assert_eq!(CodeVerifier::from_random(&[0; 32]).challenge().method(), "S256");
}

#[test]
fn d1_a_request_without_an_s256_challenge_is_refused() {
    for (challenge, method) in [
        (None, None),
        (None, Some("S256")),
        // Without a method it would be `plain`.
        (Some(CHALLENGE), None),
        (Some(CHALLENGE), Some("plain")),
        (Some(CHALLENGE), Some("s256")),
        (Some(CHALLENGE), Some("")),
        (Some(""), Some("S256")),
        (Some(&CHALLENGE[1..]), Some("S256")),
        (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA"), Some("S256")),
        (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="), Some("S256")),
        // Another spelling of the same hash.
        (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"), Some("S256")),
        (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), Some("S256")),
        (Some("é9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"), Some("S256")),
    ] {
        let read = CodeChallenge::from_parameters(challenge, method);
        assert_eq!(read.err(), Some(Reason::InvalidCodeChallenge), "{challenge:?} {method:?}");
    }
    assert_eq!(Reason::InvalidCodeChallenge.oauth_error(), Some("invalid_request"));
}

#[test]
fn another_verifier_is_refused_wherever_it_differs() {
    let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
    for place in 0..VERIFIER.len() {
        let mut other = VERIFIER.to_owned();
        let letter = if other.as_bytes()[place] == b'a' { "b" } else { "a" };
        other.replace_range(place..=place, letter);
        assert_eq!(challenge.verify(Some(&other)), Err(Reason::InvalidCodeVerifier));
    }
    let longer = format!("{VERIFIER}A");
    for verifier in [None, Some(""), Some(CHALLENGE), Some(&longer)] {
        assert_eq!(challenge.verify(verifier), Err(Reason::InvalidCodeVerifier), "{verifier:?}");
    }
    assert_eq!(Reason::InvalidCodeVerifier.oauth_error(), Some("invalid_grant"));
}

#[test]
fn a_verifier_has_43_to_128_unreserved_characters() {
    for len in [43, 44, 127, 128] {
        let verifier = "~".repeat(len);
        assert_eq!(CodeVerifier::parse(&verifier).unwrap().as_str(), verifier);
    }
    for len in [0, 1, 42, 129, 1000] {
        let refused = CodeVerifier::parse(&"~".repeat(len)).err();
        assert_eq!(refused, Some(Reason::InvalidCodeVerifier), "{len}");
    }
    for byte in 0..=u8::MAX {
        let verifier: String = (0..43).map(|_| char::from(byte)).collect();
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert_eq!(CodeVerifier::parse(&verifier).is_ok(), is_unreserved, "{byte}");
    }
}

#[test]
fn a_verifier_is_not_printed() {
    let verifier = CodeVerifier::parse(VERIFIER).unwrap();
    assert_eq!(format!("{verifier:?}"), "CodeVerifier");
}
