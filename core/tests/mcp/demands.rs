//! Demands of the specification on servers that no other test is about.

use gatepost::mcp::{Guard, Rule, Rules};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, Policy, Reason, Strings};

use crate::common::{self, AUDIENCE, ISSUER, claims_with, key_set};
use crate::request::{Outcome, Request, call, get, modern, post};

fn metadata() -> ResourceMetadata<'static> {
    ResourceMetadata::new(AUDIENCE, ISSUER).unwrap()
}

fn done(subject: &str) -> Outcome {
    Outcome::Done(Some(subject.to_owned()))
}

#[test]
fn s18_a_token_for_others_is_refused_and_nothing_of_it_comes_back() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    for (claim, reason) in [
        (("aud", r#""https://mcp.example""#), Reason::AudienceMismatch),
        (("aud", r#""https://mcp.example/mcp/""#), Reason::AudienceMismatch),
        (("aud", r#""https://mcp.example/mcp/more""#), Reason::AudienceMismatch),
        (("aud", r#"["https://api.example","https://MCP.example/mcp"]"#), Reason::AudienceMismatch),
        (("aud", "[]"), Reason::AudienceMismatch),
        (("aud", "-"), Reason::MissingClaim),
        (("iss", r#""https://issuer.example/""#), Reason::IssuerMismatch),
    ] {
        let token = common::token(Algorithm::Es256, &claims_with(&[claim]));
        let request = call("x").with("Authorization", format!("Bearer {token}"));
        let answer = request.ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (401, Some(reason)), "{claim:?}");
        let headers = answer.headers.iter().map(|(_, value)| value.as_str());
        for text in headers.chain([&*answer.body]) {
            assert!(token.split('.').all(|part| !text.contains(part)), "{text}");
            assert!(!text.contains("alice") && !text.contains("mcp:write"), "{text}");
        }
    }
    // One that is for others as well is for this server.
    let both = ("aud", r#"["https://api.example","https://mcp.example/mcp"]"#);
    let token = common::token(Algorithm::Es256, &claims_with(&[both]));
    let request = call("x").with("Authorization", format!("Bearer {token}"));
    assert_eq!(request.ask(&guard), done("alice"));
    // What the server adds to its own answer says nothing of it either.
    let authorization = format!("Bearer {token}");
    let headers = [
        Header::new("Authorization", &authorization),
        Header::new("Origin", "https://mcp.example"),
    ];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let mut added = guard.response_headers(&head).peekable();
    assert!(added.peek().is_some());
    assert!(added.all(|(_, value)| token.split('.').all(|part| !value.contains(part))));
}

#[test]
fn s25_a_session_id_is_no_authentication() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    let in_session =
        |id: &str| call("x").with("MCP-Protocol-Version", "2025-11-25").with("Mcp-Session-Id", id);
    let of_bob = [("sub", r#""bob""#)];
    assert_eq!(in_session("1").with_token(&[]).ask(&guard), done("alice"));
    // Whoever has learned it is nobody without a token, and themselves with theirs.
    let answer = in_session("1").ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::CredentialsMissing)));
    assert_eq!(in_session("1").with_token(&of_bob).ask(&guard), done("bob"));
    let expired = in_session("1").with_token(&[("exp", "1")]).ask(&guard).answer();
    assert_eq!((expired.status, expired.reason), (401, Some(Reason::Expired)));
    // Which one it is, and whether there is one, decides nothing.
    for request in [call("x"), in_session("2"), in_session(""), in_session("1\u{e9}")] {
        assert_eq!(request.clone().with_token(&[]).ask(&guard), done("alice"));
        assert_eq!(request.with("Mcp-Session-Id", "3").ask(&guard).answer().status, 401);
    }
}

#[test]
fn s26_what_earlier_revisions_ask_for_without_a_body_needs_a_token_as_well() {
    let metadata = metadata();
    let rules = Rules::<1, 4>::new(&[], &[], "mcp:read").unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    for method in ["GET", "DELETE"] {
        let request = Request { method, ..get("/mcp") }
            .with("Mcp-Session-Id", "1")
            .with("Last-Event-ID", "2");
        let answer = request.ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (401, Some(Reason::CredentialsMissing)));
        assert_eq!(answer.value("Mcp-Session-Id"), None);
        assert_eq!(request.clone().with_scope("other").ask(&guard).answer().status, 403);
        assert_eq!(request.with_scope("mcp:read").ask(&guard), done("alice"));
    }
}

#[test]
fn s30_no_refusal_is_kept_by_caches() {
    let metadata = metadata();
    let rules = Rules::<1, 4>::new(&[], &[], "mcp:admin").unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    for (request, status) in [
        (call("x").with("Authorization", "Bearer"), 400),
        (call("x"), 401),
        (call("x").with_token(&[("exp", "1")]), 401),
        (call("x").with_token(&[]), 403),
        (call("x").with("Origin", "https://evil.example"), 403),
        (post("{").with_token(&[]), 400),
    ] {
        let answer = request.ask(&guard).answer();
        assert_eq!(answer.status, status);
        assert_eq!(answer.values("Cache-Control"), ["no-store"]);
    }
}

#[test]
fn s32_every_request_about_a_task_is_authorized() {
    let metadata = metadata();
    let list = [
        Rule::methods_beginning_with("tasks/").needs("mcp:tasks"),
        Rule::method("tasks/cancel").needs("mcp:cancel"),
    ];
    let rules = Rules::<2, 4>::new(&list, &[], Strings::NONE).unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    for method in ["tasks/get", "tasks/update", "tasks/cancel", "tasks/result", "tasks/list"] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{"taskId":"t"}}}}"#);
        assert_eq!(post(&body).ask(&guard).answer().status, 401, "{method}");
        // Having the task's identifier gives nothing: the scopes of this token do.
        let answer = post(&body).with_scope("mcp:read").ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (403, Some(Reason::InsufficientScope)));
        let needed = if method == "tasks/cancel" { "mcp:cancel" } else { "mcp:tasks" };
        assert!(answer.challenge().contains(&format!("scope=\"{needed}\"")), "{method}");
        assert_eq!(post(&body).with_scope(needed).ask(&guard), done("alice"), "{method}");
    }
    // The same where headers say it.
    assert_eq!(modern("tasks/list", None).ask(&guard).answer().status, 401);
}

#[test]
fn s34_a_server_on_this_machine_asks_for_a_token_as_well() {
    const LOCAL: &str = "http://127.0.0.1:3000/mcp";
    let metadata = ResourceMetadata::new(LOCAL, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap();
    let keys = key_set(Algorithm::Es256);
    let authority = (Policy::new(ISSUER, LOCAL).unwrap(), keys.keys());
    let answer = call("x").ask_of(&guard, &authority).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::CredentialsMissing)));
    let url = "http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp";
    assert_eq!(answer.challenge(), format!("Bearer resource_metadata=\"{url}\""));
    let of_another = call("x").with_token(&[]).ask_of(&guard, &authority).answer();
    assert_eq!(of_another.reason, Some(Reason::AudienceMismatch));
    let own = call("x").with_token(&[("aud", &format!("{LOCAL:?}"))]);
    assert_eq!(own.ask_of(&guard, &authority), done("alice"));
    // A page that the user has open there is somebody else.
    let page = own.with("Origin", "https://evil.example").ask_of(&guard, &authority).answer();
    assert_eq!(page.status, 403);
}
