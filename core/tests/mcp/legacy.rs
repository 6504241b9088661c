//! The document for clients of the MCP revision 2025-03-26.

use gatepost::Reason;
use gatepost::mcp::Guard;
use gatepost::oauth::{LegacyServerMetadata, Provider, ResourceMetadata};

use crate::common::{AUDIENCE, ISSUER};
use crate::request::get;

#[test]
fn the_document_of_the_revision_2025_03_26_is_a_switch() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let legacy = LegacyServerMetadata::new(
        ISSUER,
        "https://issuer.example/authorize",
        "https://issuer.example/token",
    )
    .unwrap();
    let guard = Guard::new(&metadata).unwrap().with_legacy_metadata(&legacy);
    let answer = get("/.well-known/oauth-authorization-server").ask(&guard).answer();
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains(r#""issuer":"https://issuer.example""#));
}

#[test]
fn with_auth0_the_document_of_the_revision_2025_03_26_is_there_unless_switched_off() {
    const TENANT: &str = "https://tenant.auth0.com/";
    let ask = |guard: &Guard<'_>| get("/.well-known/oauth-authorization-server").ask(guard);
    let of_tenant = ResourceMetadata::new(AUDIENCE, TENANT)
        .and_then(|metadata| metadata.with_scopes_supported("mcp:read"))
        .unwrap();
    let guard = Guard::new(&of_tenant).unwrap().with_provider(Provider::Auth0);
    let answer = ask(&guard).answer();
    assert_eq!(answer.status, 200);
    for part in [
        r#"{"issuer":"https://tenant.auth0.com/","#,
        r#""https://tenant.auth0.com/authorize?audience=https%3A%2F%2Fmcp.example%2Fmcp""#,
        r#""token_endpoint":"https://tenant.auth0.com/oauth/token""#,
        r#""scopes_supported":["mcp:read"]"#,
    ] {
        assert!(answer.body.contains(part), "{}", answer.body);
    }

    // Tokens may be meant for another identifier than the resource.
    let for_another = guard.with_legacy_audience("urn:notes").unwrap();
    assert_eq!(
        ask(&for_another).answer().body,
        answer.body.replace("https%3A%2F%2Fmcp.example%2Fmcp", "urn%3Anotes")
    );

    // Where there is none, a stranger is asked for a token as anywhere.
    let two = [TENANT, "https://other.auth0.com/"];
    let of_two = ResourceMetadata::new(AUDIENCE, &two).unwrap();
    let elsewhere = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&of_tenant).unwrap().with_provider(Provider::Auth0);
    for guard in [
        guard.without_legacy_metadata(),
        Guard::new(&of_tenant).unwrap().with_provider(Provider::Okta),
        Guard::new(&of_tenant).unwrap(),
        Guard::new(&of_two).unwrap().with_provider(Provider::Auth0),
        Guard::new(&elsewhere).unwrap().with_provider(Provider::Auth0),
    ] {
        assert_eq!(ask(&guard).answer().status, 401);
    }
}

#[test]
fn an_audience_for_a_document_that_is_not_there_is_a_mistake() {
    let two = ["https://tenant.auth0.com/", "https://other.auth0.com/"];
    for (issuers, provider, audience, is_good) in [
        (&two[..1], Provider::Auth0, "urn:notes", true),
        (&two[..1], Provider::Auth0, "", false),
        (&two[..1], Provider::Generic, "urn:notes", false),
        (&two[..], Provider::Auth0, "urn:notes", false),
        (&[ISSUER], Provider::Auth0, "urn:notes", false),
    ] {
        let metadata = ResourceMetadata::new(AUDIENCE, issuers).unwrap();
        let guard = Guard::new(&metadata).unwrap().with_provider(provider);
        let made = guard.with_legacy_audience(audience).map(|_| ());
        assert_eq!(made, if is_good { Ok(()) } else { Err(Reason::Misuse) }, "{issuers:?}");
    }
}
