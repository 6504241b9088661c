//! RFC 8414 and OpenID Connect Discovery, as a client and a resource server read them.

use gatepost::Reason;
use gatepost::limits::MAX_METADATA_LEN;
use gatepost::oauth::{ServerMetadata, server_metadata_urls};
use serde_json::{Value, json};

const ISSUER: &str = "https://id.example/tenant";

/// A document that serves every role, with some members replaced; `null` removes one.
pub(crate) fn document(members: &Value) -> String {
    let mut document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/jwks",
        "response_types_supported": ["code", "code id_token"],
        "code_challenge_methods_supported": ["plain", "S256"],
    });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    document.to_string()
}

/// What `judge` makes of the document with these members.
fn of<T>(members: &Value, judge: impl Fn(&ServerMetadata<'_>) -> T) -> Result<T, Reason> {
    let document = document(members);
    let mut memory = [0; 4096];
    ServerMetadata::parse(&document, ISSUER, &mut memory).map(|server| judge(&server))
}

fn flow(members: &Value) -> Result<(), Reason> {
    of(members, |server| server.require_code_flow().map(drop)).and_then(|result| result)
}

#[test]
fn c2_documents_are_looked_for_in_this_order() {
    let urls = |issuer| -> Vec<_> {
        server_metadata_urls(issuer).unwrap().map(|url| url.to_string()).collect()
    };
    let root = [
        "https://auth.example.com/.well-known/oauth-authorization-server",
        "https://auth.example.com/.well-known/openid-configuration",
    ];
    assert_eq!(urls("https://auth.example.com"), root);
    assert_eq!(urls("https://auth.example.com/"), root);
    let below = [
        "https://auth.example.com:8443/.well-known/oauth-authorization-server/a/tenant1",
        "https://auth.example.com:8443/.well-known/openid-configuration/a/tenant1",
        "https://auth.example.com:8443/a/tenant1/.well-known/openid-configuration",
    ];
    assert_eq!(urls("https://auth.example.com:8443/a/tenant1"), below);
    assert_eq!(urls("https://auth.example.com:8443/a/tenant1/"), below);
    for issuer in [
        "auth.example.com",
        "http://auth.example.com",
        "https://auth.example.com?a",
        "https://auth.example.com#a",
        "https://me@auth.example.com",
        "file:///etc",
        "",
    ] {
        assert_eq!(server_metadata_urls(issuer).map(drop), Err(Reason::Misuse), "{issuer}");
    }
}

#[test]
fn c3_the_issuer_is_the_one_that_was_asked_for() {
    assert_eq!(of(&json!({}), |server| server.issuer().to_owned()).unwrap(), ISSUER);
    for issuer in [
        "https://id.example/tenant/",
        "https://id.example",
        "https://ID.example/tenant",
        "https://id.example:443/tenant",
        "https://id.example/%74enant",
        "https://honest.example",
        "",
    ] {
        let parsed = of(&json!({ "issuer": issuer }), |_| ());
        assert_eq!(parsed, Err(Reason::MetadataMismatch), "{issuer}");
    }
    assert_eq!(of(&json!({ "issuer": null }), |_| ()), Err(Reason::InvalidMetadata));
    assert_eq!(of(&json!({ "issuer": [ISSUER] }), |_| ()), Err(Reason::InvalidMetadata));
    // Escapes say the same.
    let escaped = document(&json!({})).replace('/', r"\/");
    assert!(ServerMetadata::parse(&escaped, ISSUER, &mut [0; 4096]).is_ok());
    // What can be no issuer is not asked for, least of all what has a template in it.
    for issuer in ["https://id.example/{tenantid}/v2.0", "http://id.example", "x"] {
        let document = document(&json!({ "issuer": issuer }));
        let parsed = ServerMetadata::parse(&document, issuer, &mut [0; 4096]).map(drop);
        assert_eq!(parsed, Err(Reason::Misuse), "{issuer}");
    }
}

#[test]
fn c4_a_server_without_pkce_is_not_used() {
    assert_eq!(flow(&json!({})), Ok(()));
    for methods in [json!(null), json!([]), json!(["plain"]), json!(["s256"]), json!(["S256 "])] {
        let members = json!({ "code_challenge_methods_supported": methods });
        assert_eq!(flow(&members), Err(Reason::PkceNotSupported), "{members}");
        let required = of(&members, |server| server.require_pkce()).unwrap();
        assert_eq!(required, Err(Reason::PkceNotSupported));
        // A resource server has no use for it.
        assert!(of(&members, |server| server.require_jwks_uri().is_ok()).unwrap());
    }
    assert_eq!(
        flow(&json!({ "code_challenge_methods_supported": "S256" })),
        Err(Reason::InvalidMetadata)
    );
}

#[test]
fn a1_either_document_does_and_both_agree() {
    let oauth = document(&json!({}));
    let openid = document(&json!({
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "registration_endpoint": "https://id.example/register",
    }));
    let (mut one, mut two) = ([0; 2048], [0; 2048]);
    let oauth = ServerMetadata::parse(&oauth, ISSUER, &mut one).unwrap();
    let openid = ServerMetadata::parse(&openid, ISSUER, &mut two).unwrap();
    assert!(openid.require_code_flow().is_ok());
    assert_eq!(oauth.require_agreement(&openid), Ok(()));
    for (member, value) in [
        ("authorization_endpoint", "https://id.example/authorize2"),
        ("token_endpoint", "https://evil.example/token"),
        ("jwks_uri", "https://evil.example/jwks"),
        ("registration_endpoint", "https://evil.example/register"),
    ] {
        let other = document(&json!({ member: value }));
        let mut memory = [0; 2048];
        let other = ServerMetadata::parse(&other, ISSUER, &mut memory).unwrap();
        assert_eq!(openid.require_agreement(&other), Err(Reason::MetadataMismatch), "{member}");
        assert_eq!(other.require_agreement(&openid), Err(Reason::MetadataMismatch), "{member}");
    }
    let other = r#"{"issuer":"https://id.example/other"}"#;
    let mut memory = [0; 64];
    let other = ServerMetadata::parse(other, "https://id.example/other", &mut memory).unwrap();
    assert_eq!(oauth.require_agreement(&other), Err(Reason::MetadataMismatch));
}

#[test]
fn a1_each_role_asks_for_what_it_needs() {
    for member in ["authorization_endpoint", "token_endpoint", "response_types_supported"] {
        let members = json!({ member: null });
        assert_eq!(flow(&members), Err(Reason::InvalidMetadata), "{member}");
        assert!(of(&members, |server| server.require_jwks_uri().is_ok()).unwrap());
    }
    let without_keys = json!({ "jwks_uri": null });
    assert_eq!(flow(&without_keys), Ok(()));
    let required = of(&without_keys, |server| server.require_jwks_uri().map(drop)).unwrap();
    assert_eq!(required, Err(Reason::InvalidMetadata));

    assert_eq!(
        flow(&json!({ "response_types_supported": ["token"] })),
        Err(Reason::InvalidMetadata)
    );
    assert_eq!(
        flow(&json!({ "response_types_supported": ["code token"] })),
        Err(Reason::InvalidMetadata)
    );
    for (grants, expected) in [
        (json!(["authorization_code"]), Ok(())),
        // Not listed, it is the default.
        (json!([]), Ok(())),
        (json!(["client_credentials"]), Err(Reason::InvalidMetadata)),
    ] {
        assert_eq!(flow(&json!({ "grant_types_supported": grants })), expected, "{grants}");
    }
}

#[test]
fn a2_registration_and_client_metadata_documents_are_read() {
    let read = |members: &Value| {
        of(members, |server| {
            let endpoint = server.registration_endpoint().map(str::to_owned);
            (server.reads_client_metadata_documents(), endpoint)
        })
    };
    assert_eq!(read(&json!({})), Ok((false, None)));
    let both = json!({
        "client_id_metadata_document_supported": true,
        "registration_endpoint": "https://id.example/register",
    });
    assert_eq!(read(&both), Ok((true, Some("https://id.example/register".to_owned()))));
    let text = json!({ "client_id_metadata_document_supported": "true" });
    assert_eq!(read(&text), Err(Reason::InvalidMetadata));
}

#[test]
fn a7_whether_responses_name_the_issuer_is_read() {
    let sends_issuer = |value: Value| {
        let members = json!({ "authorization_response_iss_parameter_supported": value });
        of(&members, |server| server.sends_issuer())
    };
    assert_eq!(sends_issuer(json!(null)), Ok(false));
    assert_eq!(sends_issuer(json!(false)), Ok(false));
    assert_eq!(sends_issuer(json!(true)), Ok(true));
    assert_eq!(sends_issuer(json!(1)), Err(Reason::InvalidMetadata));
}

#[test]
fn a8_endpoints_are_https_except_on_this_machine() {
    for member in ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
    {
        for url in [
            "http://id.example/x",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/x",
            "",
            "https://id.example/x#y",
            "https://me:secret@id.example/x",
            "https://id.example/\u{e9}",
        ] {
            let parsed = of(&json!({ member: url }), |_| ());
            assert_eq!(parsed, Err(Reason::InvalidMetadata), "{member} {url}");
        }
        for url in ["http://localhost:9000/x", "http://127.0.0.1/x", "https://other.example/x?y=z"]
        {
            assert_eq!(of(&json!({ member: url }), |_| ()), Ok(()), "{member} {url}");
        }
    }
}

#[test]
fn c13_scopes_and_methods_are_listed() {
    let members = json!({
        "scopes_supported": ["openid", "offline_access"],
        "token_endpoint_auth_methods_supported": ["none"],
        "dpop_signing_alg_values_supported": ["ES256"],
    });
    let listed = of(&members, |server| {
        (
            server.scopes_supported().unwrap().any(|scope| scope == "offline_access"),
            server.token_endpoint_auth_methods_supported().unwrap().count(),
            server.dpop_algorithms().unwrap().count(),
        )
    });
    assert_eq!(listed, Ok((true, 1, 1)));
    assert!(of(&json!({}), |server| server.scopes_supported().is_none()).unwrap());
}

#[test]
fn documents_are_bounded_and_strict() {
    let start = document(&json!({}));
    let parse = |document: &str| ServerMetadata::parse(document, ISSUER, &mut [0; 4096]).map(drop);
    let fits = format!("{start}{}", " ".repeat(MAX_METADATA_LEN - start.len()));
    assert_eq!(parse(&fits), Ok(()));
    assert_eq!(parse(&format!("{fits} ")), Err(Reason::TooLarge));
    let twice = start.replacen('{', r#"{"\u0069ssuer":"https://evil.example","#, 1);
    assert_eq!(parse(&twice), Err(Reason::DuplicateMember));
    assert_eq!(parse("<html>"), Err(Reason::InvalidJson));
    let short = ServerMetadata::parse(&start, ISSUER, &mut [0; 47]).map(drop);
    assert_eq!(short, Err(Reason::MemoryTooSmall));
    assert!(ServerMetadata::parse(&start, ISSUER, &mut [0; 48]).is_ok());
}
