//! Credentials: a token comes out just where one header is `Bearer` or `DPoP`, spaces and a token68,
//! and every refusal has what its reason names.
//!
//! Input: the values of the headers, separated by line feeds, which no header holds.

#![no_main]

use gatepost::Reason;
use gatepost::oauth::Credentials;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let values: Vec<_> = input.split(|byte| *byte == b'\n').collect();
    let verdict = Credentials::from_values(values.iter().copied());
    let [value] = values[..] else {
        assert_eq!(verdict, Err(Reason::SeveralCredentials));
        return;
    };
    // As Latin-1: every byte is a character.
    let value: String = value.iter().copied().map(char::from).collect();
    let value = value.trim_matches([' ', '\t']);
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim_start_matches(' ');
    let scheme = scheme.to_ascii_lowercase();

    let expected = match &*scheme {
        "bearer" if is_token68(token) => Some(Ok(Credentials::Bearer(token))),
        "dpop" if is_token68(token) => Some(Ok(Credentials::Dpop(token))),
        _ => None,
    };
    if expected.is_some() || matches!(verdict, Ok(Credentials::Bearer(_) | Credentials::Dpop(_))) {
        assert_eq!(Some(verdict), expected);
        return;
    }
    let is_known = matches!(&*scheme, "bearer" | "dpop");
    match verdict {
        Ok(_) => assert!(!is_known),
        Err(Reason::SeveralCredentials) => assert!(value.contains(',')),
        Err(reason) => {
            assert_eq!(reason, Reason::InvalidCredentials);
            assert!(is_known || !is_token(&scheme));
        }
    }
});

fn is_token68(text: &str) -> bool {
    let characters = text.trim_end_matches('=');
    !characters.is_empty()
        && characters.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}
