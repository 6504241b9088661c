//! The document for clients of the MCP revision 2025-03-26.

use gatepost::Reason;
use gatepost::oauth::{LegacyServerMetadata, Provider, ServerMetadata};
use serde_json::{Value, json};

use crate::server_metadata::document;

const ISSUER: &str = "https://tenant.auth0.com/";
const RESOURCE: &str = "https://mcp.example.com/mcp";

fn written(legacy: &LegacyServerMetadata<'_>) -> Value {
    serde_json::from_str(legacy.write(&mut [0; 2048]).unwrap()).unwrap()
}

#[test]
fn the_document_stands_at_the_root_alone() {
    for target in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/",
        "https://mcp.example.com/.well-known/oauth-authorization-server",
    ] {
        assert!(LegacyServerMetadata::is_target(target), "{target}");
    }
    for target in [
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-authorization-server?a",
        "/.well-known/openid-configuration",
        "/mcp/.well-known/oauth-authorization-server",
        "/",
        "",
    ] {
        assert!(!LegacyServerMetadata::is_target(target), "{target}");
    }
}

#[test]
fn auth0_has_it_from_the_start() {
    let legacy = Provider::Auth0.legacy_metadata(ISSUER, RESOURCE).unwrap().unwrap();
    assert_eq!(
        written(&legacy),
        json!({
            "issuer": ISSUER,
            "authorization_endpoint":
                "https://tenant.auth0.com/authorize?audience=https%3A%2F%2Fmcp.example.com%2Fmcp",
            "token_endpoint": "https://tenant.auth0.com/oauth/token",
            "registration_endpoint": "https://tenant.auth0.com/oidc/register",
            "jwks_uri": "https://tenant.auth0.com/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
        })
    );
    let refused = Provider::Auth0.legacy_metadata("https://tenant.auth0.com", RESOURCE);
    assert_eq!(refused.map(drop), Err(Reason::Misuse));
    let refused = Provider::Auth0.legacy_metadata(ISSUER, "").map(drop);
    assert_eq!(refused, Err(Reason::Misuse));
    for (provider, issuer) in [
        (Provider::Generic, ISSUER),
        (Provider::Okta, "https://a.okta.com/oauth2/default"),
        (Provider::EntraId, "https://login.microsoftonline.com/t/v2.0"),
        (Provider::Keycloak, "https://id.example/realms/a"),
        (Provider::Cognito, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a"),
    ] {
        assert!(provider.legacy_metadata(issuer, RESOURCE).unwrap().is_none());
    }
}

#[test]
fn others_are_made_of_the_tenants_own_document() {
    let tenant = document(&json!({
        "authorization_endpoint": "https://id.example/authorize?p=b2c",
        "registration_endpoint": "https://id.example/register",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
    }));
    let mut memory = [0; 4096];
    let server = ServerMetadata::parse(&tenant, "https://id.example/tenant", &mut memory).unwrap();
    let legacy = LegacyServerMetadata::of_server(&server)
        .and_then(|legacy| legacy.with_audience("api://a b&c"))
        .and_then(|legacy| legacy.with_scopes_supported(&["mcp:tools"]))
        .unwrap();
    assert_eq!(
        written(&legacy),
        json!({
            "issuer": "https://id.example/tenant",
            "authorization_endpoint":
                "https://id.example/authorize?p=b2c&audience=api%3A%2F%2Fa%20b%26c",
            "token_endpoint": "https://id.example/token",
            "registration_endpoint": "https://id.example/register",
            "jwks_uri": "https://id.example/jwks",
            "scopes_supported": ["mcp:tools"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "code_challenge_methods_supported": ["S256"],
        })
    );
    let len = legacy.write(&mut [0; 2048]).unwrap().len();
    assert_eq!(legacy.write(&mut vec![0; len - 1]), Err(Reason::MemoryTooSmall));

    let without_pkce = document(&json!({ "code_challenge_methods_supported": null }));
    let mut memory = [0; 4096];
    let server =
        ServerMetadata::parse(&without_pkce, "https://id.example/tenant", &mut memory).unwrap();
    let refused = LegacyServerMetadata::of_server(&server).map(drop);
    assert_eq!(refused, Err(Reason::PkceNotSupported));
}

#[test]
fn configured_urls_are_checked() {
    let new = LegacyServerMetadata::new;
    let plain = new(ISSUER, "https://a.example/authorize", "https://a.example/token").unwrap();
    let document = written(&plain);
    assert_eq!(document["authorization_endpoint"], json!("https://a.example/authorize"));
    assert_eq!(document.get("registration_endpoint"), None);
    for (issuer, authorization, token) in [
        ("https://a.example?b", "https://a.example/authorize", "https://a.example/token"),
        (ISSUER, "http://a.example/authorize", "https://a.example/token"),
        (ISSUER, "https://a.example/authorize#", "https://a.example/token"),
        (ISSUER, "https://a.example/authorize", "/token"),
    ] {
        assert_eq!(new(issuer, authorization, token).map(drop), Err(Reason::Misuse));
    }
    let register = plain.clone().with_registration_endpoint("javascript:x").map(drop);
    assert_eq!(register, Err(Reason::Misuse));
    assert_eq!(plain.clone().with_audience("").map(drop), Err(Reason::Misuse));
    assert_eq!(plain.with_scopes_supported("a b").map(drop), Err(Reason::Misuse));
}

#[test]
fn c3_a_client_that_compares_the_issuer_refuses_it() {
    let legacy = Provider::Auth0.legacy_metadata(ISSUER, RESOURCE).unwrap().unwrap();
    let mut text = [0; 2048];
    let fetched = legacy.write(&mut text).unwrap();
    let mut memory = [0; 4096];
    let parsed = ServerMetadata::parse(fetched, "https://mcp.example.com", &mut memory);
    assert_eq!(parsed.unwrap_err(), Reason::MetadataMismatch);
    // For the tenant that it names, it is whole.
    let mut memory = [0; 4096];
    let parsed = ServerMetadata::parse(fetched, ISSUER, &mut memory).unwrap();
    assert!(parsed.require_code_flow().is_ok() && parsed.require_jwks_uri().is_ok());
}
