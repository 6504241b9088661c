//! Where the usual authorization servers differ.

use gatepost::oauth::Provider;
use gatepost::{Reason, ScopeClaims};

const RESOURCE: &str = "https://mcp.example.com/mcp";

#[test]
fn names_find_their_provider() {
    for provider in Provider::ALL {
        assert_eq!(Provider::from_name(provider.name()), Some(provider));
    }
    assert_eq!(Provider::from_name("Auth0"), None);
}

#[test]
fn issuers_have_the_form_that_tokens_will_have() {
    let accepted = [
        (Provider::Generic, "https://id.example"),
        (Provider::Generic, "https://id.example/a/b/"),
        (Provider::Generic, "http://localhost:9797"),
        (Provider::Auth0, "https://tenant.eu.auth0.com/"),
        (Provider::Auth0, "https://login.example.com/"),
        (Provider::Okta, "https://dev-1.okta.com/oauth2/default"),
        (Provider::Okta, "https://id.example.com/oauth2/aus9o8wzkhckw9TLa0h7z"),
        (Provider::EntraId, "https://sts.windows.net/fa15d692-e9c7-4460-a743-29f29522229/"),
        (
            Provider::EntraId,
            "https://login.microsoftonline.com/fa15d692-e9c7-4460-a743-29f29522229/v2.0",
        ),
        (Provider::EntraId, "https://a.b2clogin.com/fa15d692-e9c7-4460-a743-29f29522229/v2.0/"),
        (Provider::Keycloak, "https://id.example/realms/mcp"),
        (Provider::Keycloak, "https://id.example/auth/realms/mcp"),
        (Provider::Keycloak, "http://localhost:8080/realms/mcp"),
        (Provider::Cognito, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf"),
    ];
    for (provider, issuer) in accepted {
        assert_eq!(provider.require_issuer(issuer), Ok(()), "{issuer}");
        assert_eq!(provider.policy(issuer, RESOURCE).unwrap().issuer(), issuer);
    }
    for (provider, issuer) in [
        (Provider::Generic, "id.example"),
        (Provider::Generic, "http://id.example"),
        (Provider::Generic, "https://id.example?a"),
        (Provider::Auth0, "https://tenant.auth0.com"),
        (Provider::Auth0, "https://tenant.auth0.com//"),
        (Provider::Auth0, "https://tenant.auth0.com/api/v2/"),
        (Provider::Okta, "https://dev-1.okta.com"),
        (Provider::Okta, "https://dev-1.okta.com/oauth2"),
        (Provider::Okta, "https://dev-1.okta.com/oauth2/"),
        (Provider::Okta, "https://dev-1.okta.com/oauth2/default/"),
        (Provider::EntraId, "https://sts.windows.net/tenant"),
        (Provider::EntraId, "https://login.microsoftonline.com/tenant/v2.0/x"),
        (Provider::EntraId, "https://login.microsoftonline.com/common/v2.0"),
        (Provider::EntraId, "https://login.microsoftonline.com/organizations/v2.0"),
        (Provider::EntraId, "https://login.microsoftonline.com/{tenantid}/v2.0"),
        (Provider::EntraId, "https://login.microsoftonline.com/v2.0"),
        (Provider::EntraId, "https://sts.windows.net//"),
        (Provider::Keycloak, "https://id.example/realms/mcp/"),
        (Provider::Keycloak, "https://id.example/realms/"),
        (Provider::Keycloak, "https://id.example/mcp"),
        (Provider::Cognito, "https://cognito-idp.eu-west-1.amazonaws.com"),
        (Provider::Cognito, "https://cognito-idp.eu-west-1.amazonaws.com/"),
        (Provider::Cognito, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/"),
    ] {
        assert_eq!(provider.require_issuer(issuer), Err(Reason::Misuse), "{issuer}");
        assert_eq!(provider.policy(issuer, RESOURCE).map(drop), Err(Reason::Misuse));
    }
}

#[test]
fn scopes_are_taken_from_where_the_provider_writes_them() {
    let claims = |provider: Provider| {
        let ScopeClaims { scope, scp, permissions, .. } = provider.scope_claims();
        (scope, scp, permissions)
    };
    assert_eq!(claims(Provider::Generic), (true, true, true));
    assert_eq!(claims(Provider::Auth0), (true, false, true));
    assert_eq!(claims(Provider::Okta), (false, true, false));
    assert_eq!(claims(Provider::EntraId), (false, true, false));
    assert_eq!(claims(Provider::Keycloak), (true, false, false));
    assert_eq!(claims(Provider::Cognito), (true, false, false));
}

#[test]
fn only_auth0_explains_a_token_that_is_none() {
    let opaque = "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH";
    // {"alg":"dir","enc":"A256GCM","iss":"https://tenant.auth0.com/"}
    let direct = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiaXNzIjoiaHR0cHM6Ly90ZW5hbnQuYXV0aDAuY29t\
        LyJ9..aXY.Y2lwaGVy.dGFn";
    // Encrypted for a key of the API's: an audience was asked for.
    let for_the_api = "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.a2V5.aXY.Y2lwaGVy.dGFn";
    for provider in Provider::ALL {
        let is_explained = provider == Provider::Auth0;
        assert_eq!(provider.explains_opaque_tokens(), is_explained);
        let explained = |reason| if is_explained { Reason::AudienceNotRequested } else { reason };
        for (compact, reason, expected) in [
            (opaque, Reason::Malformed, explained(Reason::Malformed)),
            (direct, Reason::Encrypted, explained(Reason::Encrypted)),
            (for_the_api, Reason::Encrypted, Reason::Encrypted),
            ("", Reason::Malformed, Reason::Malformed),
            ("a.b", Reason::Malformed, Reason::Malformed),
            ("a..", Reason::Malformed, Reason::Malformed),
            (opaque, Reason::Expired, Reason::Expired),
            (direct, Reason::InvalidSignature, Reason::InvalidSignature),
        ] {
            let judged = provider.judge_foreign_token(compact, reason);
            assert_eq!(judged, expected, "{} {compact}", provider.name());
        }
    }
}

#[test]
fn the_reasons_that_are_explained_are_those_of_the_reader() {
    for (compact, reason) in [
        ("X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH", Reason::Malformed),
        ("eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", Reason::Encrypted),
    ] {
        let mut memory = [0; 1024];
        let refused = gatepost::UntrustedToken::parse(compact, &mut memory).map(drop).unwrap_err();
        assert_eq!(refused, reason);
        let explained = Provider::Auth0.judge_foreign_token(compact, refused);
        assert_eq!(explained, Reason::AudienceNotRequested);
    }
}

#[test]
fn what_else_differs_is_data() {
    for provider in Provider::ALL {
        let sends_audience = matches!(provider, Provider::Auth0 | Provider::Okta);
        assert_eq!(provider.heeds_audience(), sends_audience);
    }
}
