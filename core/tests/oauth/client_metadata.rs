//! Client metadata documents (CIMD draft -01) and the URLs that name them.

use gatepost::Reason;
use gatepost::limits::{MAX_CLIENT_ID_LEN, MAX_CLIENT_METADATA_DOCUMENT_LEN};
use gatepost::oauth::{ApplicationType, AuthMethod, ClientIdUrl, ClientMetadata, ClientRules};
use serde_json::{Value, json};

const URL: &str = "https://app.example.com/oauth/client-metadata.json";

/// The example of the MCP specification.
fn example() -> Value {
    json!({
        "client_id": URL,
        "client_name": "Example MCP Client",
        "client_uri": "https://app.example.com",
        "logo_uri": "https://app.example.com/logo.png",
        "redirect_uris": ["http://127.0.0.1:3000/callback", "http://localhost:3000/callback"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut document = example();
    document[name] = value;
    document
}

fn verdict_of(document: &[u8], url: &str, rules: &ClientRules<'_>) -> Result<(), Reason> {
    let mut memory = [0; 2 * MAX_CLIENT_METADATA_DOCUMENT_LEN];
    ClientMetadata::from_document(document, &ClientIdUrl::parse(url)?, rules, &mut memory).map(drop)
}

fn verdict(document: &Value) -> Result<(), Reason> {
    verdict_of(document.to_string().as_bytes(), URL, &ClientRules::new())
}

#[test]
fn a2_a_client_may_name_itself_by_a_url() {
    let (document, mut memory) = (example().to_string(), [0; 1024]);
    let url = ClientIdUrl::parse(URL).unwrap();
    assert_eq!((url.as_str(), url.host()), (URL, "app.example.com"));
    let rules = ClientRules::new();
    let client =
        ClientMetadata::from_document(document.as_bytes(), &url, &rules, &mut memory).unwrap();
    assert_eq!(client.name(), Some("Example MCP Client"));
    assert_eq!(client.client_uri(), Some("https://app.example.com"));
    assert_eq!(client.logo_uri(), Some("https://app.example.com/logo.png"));
    assert_eq!(client.redirect_uris().count(), 2);
    assert_eq!(client.application_type(), ApplicationType::Native);
    assert_eq!(client.auth_method(), AuthMethod::None);
    assert!(!client.may_refresh());
    // A5: a warning is due.
    assert!(client.is_loopback_only());
}

#[test]
fn a4_a_url_of_a_document_has_a_form() {
    let longest = format!("https://a.example/{}", "a".repeat(MAX_CLIENT_ID_LEN - 18));
    assert_eq!(longest.len(), MAX_CLIENT_ID_LEN);
    for accepted in [
        "https://a.example/client.json",
        "https://a.example:8443/c",
        "https://a.example/c?version=1",
        "https://a.example//",
        "https://127.0.0.1/c",
        longest.as_str(),
    ] {
        assert_eq!(ClientIdUrl::parse(accepted).map(|url| url.as_str()), Ok(accepted));
    }
    let longer = format!("{longest}a");
    for refused in [
        "http://a.example/c",
        "http://localhost/c",
        "HTTPS://a.example/c",
        "https://a.example",
        "https://a.example/",
        "https://a.example/?c",
        "https://a.example/./c",
        "https://a.example/b/../c",
        "https://a.example/b/%2e%2e/c",
        "https://a.example/b%2fc",
        "https://a.example/b/..%5cc",
        "https://a.example/c#",
        "https://a.example/c#d",
        "https://user@a.example/c",
        "https://user:secret@a.example/c",
        "https://:@a.example/c",
        "https:///c",
        "https:/c",
        "https://127.1/c",
        "https://0.0.0.0/c",
        "https://a.example./c",
        "https://%61.example/c",
        "https://a.example/c d",
        "https://a.example\\c",
        "https://a.example/c\n",
        "",
        "s6BhdRkqt3",
        longer.as_str(),
    ] {
        assert_eq!(ClientIdUrl::parse(refused), Err(Reason::InvalidClientId), "{refused}");
    }
}

#[test]
fn a3_a_document_says_whose_it_is_and_what_it_needs() {
    assert_eq!(verdict(&example()), Ok(()));
    for other in [
        "https://app.example.com/oauth/client-metadata.json/",
        "https://app.example.com/oauth/Client-metadata.json",
        "https://app.example.com:443/oauth/client-metadata.json",
        "https://evil.example/client.json",
        "",
    ] {
        assert_eq!(verdict(&with("client_id", json!(other))), Err(Reason::InvalidClientId));
    }
    // Equal once the escapes are read.
    let escaped = example()
        .to_string()
        .replace("https://app.example.com/oauth", r"https:\/\/app.example.com\/oauth");
    assert_eq!(verdict_of(escaped.as_bytes(), URL, &ClientRules::new()), Ok(()));
    for member in ["client_id", "client_name", "redirect_uris"] {
        let reason = match member {
            "redirect_uris" => Reason::InvalidRedirectUri,
            _ => Reason::InvalidClientMetadata,
        };
        assert_eq!(verdict(&with(member, Value::Null)), Err(reason), "{member}");
        let mut without = example();
        without.as_object_mut().unwrap().remove(member);
        assert_eq!(verdict(&without), Err(reason), "{member}");
    }
    for nothing in ["", " ", "\u{a0}", "\u{3000}", "\u{2800}"] {
        let refused = verdict(&with("client_name", json!(nothing)));
        assert_eq!(refused, Err(Reason::InvalidClientMetadata), "{nothing:?}");
    }
    let rules = ClientRules::new();
    for (text, reason) in [
        ("", Reason::InvalidJson),
        ("<html>", Reason::InvalidJson),
        ("[]", Reason::InvalidJson),
        ("{}x", Reason::InvalidJson),
        (r#"{"client_id":"a","client_id":"b"}"#, Reason::DuplicateMember),
    ] {
        assert_eq!(verdict_of(text.as_bytes(), URL, &rules), Err(reason), "{text}");
    }
}

#[test]
fn a3_the_redirect_uri_of_a_request_is_one_of_the_document() {
    let document =
        with("redirect_uris", json!(["https://a.example/cb", "http://[::1]/cb"])).to_string();
    let (url, mut memory) = (ClientIdUrl::parse(URL).unwrap(), [0; 1024]);
    let rules = ClientRules::new();
    let client =
        ClientMetadata::from_document(document.as_bytes(), &url, &rules, &mut memory).unwrap();
    assert!(!client.is_loopback_only());
    for accepted in ["https://a.example/cb", "http://[::1]/cb", "http://[::1]:7/cb"] {
        assert_eq!(client.redirect_uri(accepted).map(|uri| uri.as_str()), Ok(accepted));
    }
    for refused in ["https://a.example/cb/", "https://a.example/cb/..", "http://127.0.0.1/cb", ""] {
        assert_eq!(client.redirect_uri(refused), Err(Reason::InvalidRedirectUri), "{refused}");
    }
}

#[test]
fn a4_a_document_holds_no_secret_and_uses_none() {
    let rules = ClientRules::new()
        .with_auth_methods(&[
            AuthMethod::ClientSecretBasic,
            AuthMethod::ClientSecretPost,
            AuthMethod::None,
            AuthMethod::PrivateKeyJwt,
        ])
        .unwrap();
    let verdict = |document: Value| verdict_of(document.to_string().as_bytes(), URL, &rules);
    assert_eq!(verdict(example()), Ok(()));
    assert_eq!(verdict(with("token_endpoint_auth_method", Value::Null)), Ok(()));
    for (name, value) in [
        ("client_secret", json!("a")),
        ("client_secret", json!("")),
        ("client_secret", Value::Null),
        ("client_secret_expires_at", json!(0)),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("token_endpoint_auth_method", json!("NONE")),
        ("token_endpoint_auth_method", json!(["none"])),
        // A key that others can use, too, is no public key.
        ("jwks", json!({"keys": [{"kty": "oct", "k": "AAAA"}]})),
        ("jwks", json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]})),
        ("jwks", json!({"keys": [{"kty": "new", "d": "AA"}, {"kty": "RSA", "d": "AA"}]})),
        ("jwks", json!({})),
        ("jwks", json!([])),
        ("jwks", json!("{}")),
    ] {
        let refused = verdict(with(name, value.clone()));
        assert_eq!(refused, Err(Reason::InvalidClientMetadata), "{name} {value}");
    }

    let mut with_key = with("token_endpoint_auth_method", json!("private_key_jwt"));
    assert_eq!(verdict(with_key.clone()), Err(Reason::InvalidClientMetadata), "without a key");
    with_key["jwks_uri"] = json!("https://app.example.com/jwks.json");
    assert_eq!(verdict(with_key.clone()), Ok(()));
    with_key["jwks"] = json!({"keys": []});
    assert_eq!(verdict(with_key), Err(Reason::InvalidClientMetadata), "both");
    assert_eq!(
        verdict_of(
            with("token_endpoint_auth_method", json!("private_key_jwt")).to_string().as_bytes(),
            URL,
            &ClientRules::new()
        ),
        Err(Reason::InvalidClientMetadata),
        "not accepted here"
    );
}

#[test]
fn d5_a_document_is_read_up_to_5_kilobytes() {
    assert_eq!(MAX_CLIENT_METADATA_DOCUMENT_LEN, 5120);
    let sized = |len: usize| {
        let document = example().to_string();
        format!("{document}{}", " ".repeat(len - document.len()))
    };
    let verdict = |len| verdict_of(sized(len).as_bytes(), URL, &ClientRules::new());
    assert_eq!(verdict(MAX_CLIENT_METADATA_DOCUMENT_LEN), Ok(()));
    assert_eq!(verdict(MAX_CLIENT_METADATA_DOCUMENT_LEN + 1), Err(Reason::TooLarge));
}
