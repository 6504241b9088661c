//! What clients say of themselves: a registration request, a metadata document, a redirect URI.
//!
//! Whatever is accepted has redirect URIs that lead where they seem to, and the answer to a
//! registration says all of it.

#![no_main]

use std::net::IpAddr;

use gatepost::oauth::{
    AuthMethod, ClientCredentials, ClientIdUrl, ClientMetadata, ClientRules, RedirectRules,
    RegisteredClient,
};
use gatepost::{Reason, UnixTime, limits};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const SCHEMES: &[&str] = &["com.example.app", "cursor"];
const METHODS: &[AuthMethod] = &[
    AuthMethod::None,
    AuthMethod::ClientSecretBasic,
    AuthMethod::ClientSecretPost,
    AuthMethod::PrivateKeyJwt,
];

fuzz_target!(|input: &[u8]| {
    let redirects = RedirectRules::new().with_private_use_schemes(SCHEMES).expect("two schemes");
    let rules = ClientRules::new()
        .with_auth_methods(METHODS)
        .expect("some methods")
        .with_redirect_rules(redirects);

    if let Ok(text) = str::from_utf8(input) {
        if let Ok(uri) = redirects.parse(text) {
            assert!(uri.allows(text));
            check_redirect_uri(text);
        }
        if let Ok(url) = ClientIdUrl::parse(text) {
            assert!(text.starts_with("https://") && text.len() <= limits::MAX_CLIENT_ID_LEN);
            assert!(text.contains(url.host()));
            check_uri(text);
        }
    }

    let mut memory = vec![0; 2 * input.len()];
    match ClientMetadata::from_registration(input, &rules, &mut memory) {
        Ok(client) => {
            let asked =
                serde_json::from_slice(input).expect("serde_json refuses what was accepted");
            check_client(&client, &asked);
            check_answer(&client, &asked, &rules);
        }
        Err(reason) => assert_ne!(reason, Reason::MemoryTooSmall),
    }

    // A document of the client that it names.
    let Ok(asked) = serde_json::from_slice::<Value>(input) else { return };
    let Some(client_id) = asked["client_id"].as_str() else { return };
    let Ok(url) = ClientIdUrl::parse(client_id) else { return };
    let mut memory = vec![0; 2 * input.len()];
    if let Ok(client) = ClientMetadata::from_document(input, &url, &rules, &mut memory) {
        check_client(&client, &asked);
        assert!(client.name().is_some());
        assert!(!client.auth_method().needs_secret());
        assert!(asked.get("client_secret").is_none());
        assert!(asked.get("client_secret_expires_at").is_none());
        assert!(input.len() <= limits::MAX_CLIENT_METADATA_DOCUMENT_LEN);
    }
});

fn check_client(client: &ClientMetadata<'_>, asked: &Value) {
    let uris: Vec<_> = client.redirect_uris().map(|uri| uri.as_str()).collect();
    assert!(!uris.is_empty());
    let listed = asked["redirect_uris"].as_array().expect("an array was accepted");
    assert!(uris.iter().copied().eq(listed.iter().map(|uri| uri.as_str().expect("a string"))));
    for uri in client.redirect_uris() {
        check_redirect_uri(uri.as_str());
        assert!(client.application_type().allows(&uri));
        assert!(client.redirect_uri(uri.as_str()).is_ok());
    }
    for page in [client.client_uri(), client.logo_uri(), client.jwks_uri()].into_iter().flatten() {
        let page = page.to_ascii_lowercase();
        assert!(page.starts_with("https://") || page.starts_with("http://"), "{page}");
    }
    assert!(!client.name().unwrap_or("").chars().any(char::is_control));
}

/// The answer reads back as what it says, and registers as the same client again.
fn check_answer(client: &ClientMetadata<'_>, asked: &Value, rules: &ClientRules<'_>) {
    let now = UnixTime::from_secs(1_700_000_000);
    let mut credentials = ClientCredentials::new("id", now).expect("an identifier");
    if client.auth_method().needs_secret() {
        credentials = credentials.with_secret("secret", Some(now)).expect("a secret");
    }
    let mut memory = [0; 1 << 16];
    let answer = client.write_registration(&credentials, &mut memory).expect("room for it");
    let written: Value = serde_json::from_str(answer).expect("the answer is no JSON");
    for (name, value) in written.as_object().expect("the answer is no object") {
        let is_substituted = matches!(
            &**name,
            "client_id"
                | "client_id_issued_at"
                | "client_secret"
                | "client_secret_expires_at"
                | "application_type"
                | "token_endpoint_auth_method"
                | "grant_types"
                | "response_types"
        );
        assert!(is_substituted || asked[name] == *value, "{name}");
    }
    let has_secret = written.get("client_secret").is_some();
    assert_eq!(has_secret, written.get("client_secret_expires_at").is_some());
    assert_eq!(has_secret, client.auth_method().needs_secret());

    let mut memory = vec![0; 2 * answer.len()];
    if let Ok(read) = RegisteredClient::parse(answer.as_bytes(), &mut memory) {
        assert_eq!((read.client_id(), read.auth_method()), ("id", client.auth_method()));
        assert_eq!(read.client_secret().is_some(), has_secret);
    } else {
        assert!(answer.len() > limits::MAX_REGISTRATION_LEN);
    }
    let mut memory = vec![0; 2 * answer.len()];
    if let Ok(again) = ClientMetadata::from_registration(answer.as_bytes(), rules, &mut memory) {
        let mut memory = [0; 1 << 16];
        let second = again.write_registration(&credentials, &mut memory).expect("room for it");
        assert_eq!(serde_json::from_str::<Value>(second).expect("no JSON"), written);
    } else {
        assert!(answer.len() > limits::MAX_REGISTRATION_LEN);
    }
}

/// What no URI may have that a stranger named: seen in its text, without a reader of URIs.
fn check_uri(text: &str) {
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte)));
    let (_, rest) = text.split_once(':').expect("a scheme");
    let rest = rest.split('?').next().unwrap_or("");
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            assert!(!authority.contains(['@', '%']), "{text}");
            path
        }
        None => rest,
    };
    let path = path.to_ascii_lowercase().replace("%2e", ".");
    assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{text}");
    assert!(!path.contains("%2f") && !path.contains("%5c"), "{text}");
}

fn check_redirect_uri(text: &str) {
    check_uri(text);
    let (scheme, rest) = text.split_once(':').expect("a scheme");
    if SCHEMES.contains(&scheme) {
        return;
    }
    let rest = rest.strip_prefix("//").expect("an authority");
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    match &*scheme.to_ascii_lowercase() {
        "https" => assert!(!host.is_empty()),
        "http" => {
            let is_local_name = host.eq_ignore_ascii_case("localhost");
            assert!(is_local_name || address.is_ok_and(|address| address.is_loopback()), "{text}");
        }
        _ => panic!("{text}"),
    }
}
