//! What a client asks for, and what it makes of the answers.

use gatepost::Reason;
use gatepost::limits::MAX_REQUESTED_SCOPES;
use gatepost::oauth::{
    AuthorizationRequest, Grant, Registration, ResourceMetadataDocument, ServerMetadata,
    TokenRequest, initial_scope, resource_metadata_urls, step_up_scope,
    verify_authorization_response_issuer,
};
use serde_json::{Value, json};

use crate::server_metadata::document;

const ISSUER: &str = "https://id.example/tenant";
const RESOURCE: &str = "https://mcp.example.com/mcp";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const REQUEST: AuthorizationRequest<'static> = AuthorizationRequest {
    client_id: "client 1",
    redirect_uri: "http://127.0.0.1:3000/callback?a=b",
    resource: RESOURCE,
    audience: None,
    scope: None,
    state: "s&t=a%",
    code_challenge: CHALLENGE,
};

fn url(request: &AuthorizationRequest<'_>, members: &Value) -> Result<String, Reason> {
    let document = document(members);
    let (mut memory, mut text) = ([0; 4096], [0; 1024]);
    let server = ServerMetadata::parse(&document, ISSUER, &mut memory).unwrap();
    request.write_url(&server, &mut text).map(str::to_owned)
}

#[test]
fn c1_metadata_of_the_resource_are_looked_for_and_must_be_its_own() {
    let urls = |resource| -> Vec<_> {
        resource_metadata_urls(resource).unwrap().map(|url| url.to_string()).collect()
    };
    assert_eq!(
        urls(RESOURCE),
        [
            "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
            "https://mcp.example.com/.well-known/oauth-protected-resource",
        ]
    );
    assert_eq!(
        urls("https://mcp.example.com/mcp?k=v"),
        [
            "https://mcp.example.com/.well-known/oauth-protected-resource/mcp?k=v",
            "https://mcp.example.com/.well-known/oauth-protected-resource",
        ]
    );
    // At the root there is one place, and it is not asked twice.
    let root = ["https://mcp.example.com/.well-known/oauth-protected-resource"];
    assert_eq!(urls("https://mcp.example.com"), root);
    assert_eq!(urls("https://mcp.example.com/"), root);

    // A document that another server, or one on the same host, would like to be used for this.
    for other in ["https://evil.example/mcp", "https://mcp.example.com/other"] {
        let document = json!({ "resource": other, "authorization_servers": [ISSUER] }).to_string();
        let mut memory = [0; 1024];
        let parsed = ResourceMetadataDocument::parse(&document, RESOURCE, &mut memory);
        assert_eq!(parsed.unwrap_err(), Reason::MetadataMismatch);
    }
}

#[test]
fn c4_no_url_leads_to_a_server_without_pkce() {
    let without = json!({ "code_challenge_methods_supported": null });
    assert_eq!(url(&REQUEST, &without), Err(Reason::PkceNotSupported));
    for code_challenge in ["", "short", &CHALLENGE[1..], &CHALLENGE.replace('-', "+"), "é"] {
        let request = AuthorizationRequest { code_challenge, ..REQUEST };
        let written = url(&request, &json!({}));
        assert_eq!(written, Err(Reason::InvalidCodeChallenge), "{code_challenge}");
    }
}

#[test]
fn c5_the_resource_is_in_authorization_and_token_requests() {
    let expected = format!(
        "https://id.example/authorize?response_type=code&client_id=client%201\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback%3Fa%3Db&state=s%26t%3Da%25\
         &code_challenge={CHALLENGE}&code_challenge_method=S256\
         &resource=https%3A%2F%2Fmcp.example.com%2Fmcp"
    );
    assert_eq!(url(&REQUEST, &json!({})), Ok(expected.clone()));
    let scoped = AuthorizationRequest { scope: Some("a b"), ..REQUEST };
    assert_eq!(url(&scoped, &json!({})), Ok(format!("{expected}&scope=a%20b")));
    // `audience` comes besides, never instead.
    let with_audience = AuthorizationRequest { audience: Some("api://a"), ..REQUEST };
    let written = url(&with_audience, &json!({}));
    assert_eq!(written, Ok(format!("{expected}&audience=api%3A%2F%2Fa")));
    // The query that an endpoint has is kept.
    let with_query = json!({ "authorization_endpoint": "https://id.example/authorize?p=b2c" });
    let written = url(&REQUEST, &with_query).unwrap();
    assert!(written.starts_with("https://id.example/authorize?p=b2c&response_type=code&"));

    let code = Grant::AuthorizationCode {
        code: "c/d",
        redirect_uri: "https://app.example/cb",
        code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    };
    let refresh = Grant::RefreshToken { refresh_token: "r" };
    for (grant, begin) in [
        (
            code,
            "grant_type=authorization_code&code=c%2Fd&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
             &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (refresh, "grant_type=refresh_token&refresh_token=r"),
    ] {
        let request = TokenRequest { grant, client_id: "1", resource: RESOURCE };
        let body = format!("{begin}&client_id=1&resource=https%3A%2F%2Fmcp.example.com%2Fmcp");
        assert_eq!(request.write_body(&mut [0; 512]), Ok(&*body));
        let short = request.write_body(&mut vec![0; body.len() - 1]).map(drop);
        assert_eq!(short, Err(Reason::MemoryTooSmall));
        for resource in ["", "mcp", "https://mcp.example.com/#a"] {
            let written = TokenRequest { resource, ..request }.write_body(&mut [0; 512]).map(drop);
            assert_eq!(written, Err(Reason::Misuse), "{resource}");
        }
        let debug = format!("{request:?}");
        assert!(!debug.contains("dBjft") && !debug.contains("c/d") && !debug.contains("\"r\""));
    }
    for request in [
        AuthorizationRequest { resource: "https://mcp.example.com/#a", ..REQUEST },
        AuthorizationRequest { resource: "", ..REQUEST },
        AuthorizationRequest { client_id: "", ..REQUEST },
        AuthorizationRequest { redirect_uri: "", ..REQUEST },
        AuthorizationRequest { state: "", ..REQUEST },
        AuthorizationRequest { audience: Some(""), ..REQUEST },
        AuthorizationRequest { scope: Some(""), ..REQUEST },
    ] {
        assert_eq!(url(&request, &json!({})), Err(Reason::Misuse));
    }
}

#[test]
fn c6_an_answer_names_the_issuer_that_was_recorded() {
    let verify = verify_authorization_response_issuer;
    for sends_issuer in [true, false] {
        assert_eq!(verify(ISSUER, sends_issuer, Some(ISSUER)), Ok(()));
        for iss in [
            "https://id.example/tenant/",
            "https://ID.example/tenant",
            "https://id.example:443/tenant",
            "https://id.example/%74enant",
            "https://evil.example",
            "",
        ] {
            let verified = verify(ISSUER, sends_issuer, Some(iss));
            assert_eq!(verified, Err(Reason::IssuerMismatch), "{iss}");
        }
    }
    assert_eq!(verify(ISSUER, true, None), Err(Reason::IssuerMismatch));
    assert_eq!(verify(ISSUER, false, None), Ok(()));
}

#[test]
fn c7_the_challenge_decides_then_what_is_advertised() {
    let scope = |challenged: Option<&str>, supported: Value| {
        let document = json!({
            "resource": RESOURCE, "authorization_servers": [ISSUER], "scopes_supported": supported,
        });
        let document = document.to_string();
        let (mut memory, mut text) = ([0; 4096], [0; 4096]);
        let resource = ResourceMetadataDocument::parse(&document, RESOURCE, &mut memory).unwrap();
        initial_scope(challenged, &resource, &mut text).map(|scope| scope.map(str::to_owned))
    };
    let some = |scope: &str| Ok(Some(scope.to_owned()));
    assert_eq!(scope(Some("a b"), json!(["c"])), some("a b"));
    assert_eq!(scope(Some("a  b a "), json!(["c"])), some("a b"));
    assert_eq!(scope(None, json!(["c", "d", "c"])), some("c d"));
    assert_eq!(scope(Some(" "), json!(["c"])), some("c"));
    assert_eq!(scope(None, json!(null)), Ok(None));
    assert_eq!(scope(Some(""), json!([])), Ok(None));
    for bad in ["a\"b", "a\\", "a\nb", "é"] {
        assert_eq!(scope(Some(bad), json!(null)), Err(Reason::InvalidMetadata), "{bad}");
        assert_eq!(scope(None, json!(["a", bad])), Err(Reason::InvalidMetadata), "{bad}");
    }
    assert_eq!(scope(None, json!(["a b"])), Err(Reason::InvalidMetadata));
    let many = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
    let most = many(MAX_REQUESTED_SCOPES);
    assert_eq!(scope(None, json!(most)), some(&most.join(" ")));
    assert_eq!(scope(None, json!(many(MAX_REQUESTED_SCOPES + 1))), Err(Reason::TooLarge));
}

#[test]
fn c8_a_step_up_keeps_what_was_requested() {
    let step = |requested: &str, challenged: &str| {
        step_up_scope(requested, challenged, &mut [0; 2048]).map(|scope| scope.map(str::to_owned))
    };
    let some = |scope: &str| Ok(Some(scope.to_owned()));
    assert_eq!(step("a b", "c"), some("a b c"));
    assert_eq!(step("a b", "b c a"), some("a b c"));
    assert_eq!(step("", "c"), some("c"));
    assert_eq!(step("ab", "a"), some("ab a"));
    // To ask once more for what was not granted is how clients loop.
    assert_eq!(step("a b", "b"), Ok(None));
    assert_eq!(step("a b", ""), Ok(None));
    assert_eq!(step("a", "\u{1}"), Err(Reason::InvalidMetadata));
    let many: Vec<_> = (0..MAX_REQUESTED_SCOPES).map(|i| i.to_string()).collect();
    assert!(step(&many[1..].join(" "), "x").is_ok());
    assert_eq!(step(&many.join(" "), "x"), Err(Reason::TooLarge));
    assert_eq!(step_up_scope("a", "b", &mut [0; 2]), Err(Reason::MemoryTooSmall));
    assert_eq!(step_up_scope("a", "b", &mut [0; 3]), Ok(Some("a b")));
}

#[test]
fn c9_registration_follows_the_order_of_the_specification() {
    let choose = |members: Value, is_preregistered, has_document| {
        let document = document(&members);
        let mut memory = [0; 4096];
        let server = ServerMetadata::parse(&document, ISSUER, &mut memory).unwrap();
        match Registration::choose(&server, is_preregistered, has_document) {
            Registration::Preregistered => "preregistered",
            Registration::MetadataDocument => "document",
            Registration::Dynamic { endpoint } => {
                assert_eq!(endpoint, "https://id.example/register");
                "dynamic"
            }
            Registration::AskUser => "ask",
        }
    };
    let documents = json!({ "client_id_metadata_document_supported": true });
    let dynamic = json!({ "registration_endpoint": "https://id.example/register" });
    let mut both = documents.clone();
    both["registration_endpoint"] = dynamic["registration_endpoint"].clone();
    for members in [&documents, &dynamic, &both, &json!({})] {
        assert_eq!(choose(members.clone(), true, true), "preregistered");
    }
    assert_eq!(choose(both.clone(), false, true), "document");
    assert_eq!(choose(both, false, false), "dynamic");
    assert_eq!(choose(dynamic, false, true), "dynamic");
    assert_eq!(choose(documents, false, false), "ask");
    assert_eq!(choose(json!({}), false, true), "ask");
}
