//! Whole requests, from the head to the answer.

use gatepost::mcp::{Authority, Guard, Operation, Rule, Rules, Step};
use gatepost::oauth::{
    Challenges, DpopVerifier, FixedReplayStore, Header, LegacyServerMetadata, Provider,
    RequestHead, ResourceMetadata,
};
use gatepost::{
    Algorithm, Algorithms, ClaimRule, KeySet, Policy, PresentedToken, Reason, Strings, UnixTime,
};

use crate::common::{self, AUDIENCE, ISSUER, NOW, claims_with, key_set, policy};
use crate::request::{Outcome, Request, call, get, modern, post};

const METADATA_URL: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp";
fn metadata() -> ResourceMetadata<'static> {
    ResourceMetadata::new(AUDIENCE, ISSUER).unwrap().with_scopes_supported("mcp:read").unwrap()
}

fn rules() -> Rules<'static, 16, 16> {
    let rules = [
        Rule::tool("write").needs(&["mcp:write mcp:audit", "mcp:all"]),
        Rule::tools_beginning_with("admin_").needs("mcp:admin"),
        Rule::tool("admin_reset").refused(),
        Rule::tool("ping").public(),
        Rule::method("tools/list").public(),
    ];
    Rules::new(&rules, &[("mcp:all", "mcp:read"), ("mcp:admin", "mcp:all")], "mcp:read").unwrap()
}

fn done() -> Outcome {
    Outcome::Done(Some("alice".to_owned()))
}

#[test]
fn s2_s4_s5_the_document_is_at_both_places_and_says_the_resource_as_it_is() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    for target in
        ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]
    {
        let answer = get(target).with("Origin", "https://anywhere.example").ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (200, None));
        assert_eq!(answer.value("Content-Type"), Some("application/json"));
        assert_eq!(answer.value("Access-Control-Allow-Origin"), Some("*"));
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["resource"], AUDIENCE);
        assert_eq!(document["authorization_servers"], serde_json::json!([ISSUER]));
        let refused = Request { method: "POST", ..get(target) }.ask(&guard).answer();
        assert_eq!((refused.status, refused.value("Allow")), (405, Some("GET, HEAD, OPTIONS")));
    }
    assert_eq!(get("/.well-known/oauth-authorization-server").ask(&guard).answer().status, 401);
}

#[test]
fn targets_of_metadata_are_those_that_strangers_are_answered_at() {
    let metadata = metadata();
    let guard = || Guard::new(&metadata).unwrap();
    let legacy =
        LegacyServerMetadata::new(ISSUER, "https://issuer.example/a", "https://issuer.example/t")
            .unwrap();
    for (guard, documents) in [(guard(), 3), (guard().with_legacy_metadata(&legacy), 4)] {
        let mut answered = 0;
        for target in [
            "/mcp",
            "/",
            "/health",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp",
            "https://mcp.example/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource/mcp?a=b",
            "/.well-known/oauth-protected-resource/other",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
        ] {
            let is_answered = get(target).ask(&guard).answer().status == 200;
            assert_eq!(guard.is_metadata_target(target), is_answered, "{target}");
            answered += u32::from(is_answered);
        }
        assert_eq!(answered, documents);
    }
}

#[test]
fn s3_s7_s9_s10_without_credentials_the_challenge_leads_on_and_accuses_of_nothing() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    for request in [
        call("write"),
        get("/mcp"),
        call("write").with("Authorization", "Basic dTpw"),
        // Without DPoP its scheme is none that is understood.
        call("write").with("Authorization", "DPoP a.b.c"),
    ] {
        let answer = request.ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (401, Some(Reason::CredentialsMissing)));
        assert_eq!(
            answer.challenge(),
            format!(r#"Bearer scope="mcp:read", resource_metadata="{METADATA_URL}""#)
        );
        assert_eq!(answer.value("Cache-Control"), Some("no-store"));
    }
    // What the headers say is asked for needs more.
    let answer = modern("tools/call", Some("write")).ask(&guard).answer();
    assert!(answer.challenge().contains(r#"scope="mcp:write mcp:audit""#));
}

#[test]
fn s7_s8_s16_s17_a_bad_token_is_401_with_its_reason() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    for (claims, reason) in [
        (&[("exp", "1600000000")][..], Reason::Expired),
        (&[("aud", r#""https://other.example""#)], Reason::AudienceMismatch),
        (&[("aud", "-")], Reason::MissingClaim),
        (&[("iss", r#""https://other.example""#)], Reason::IssuerMismatch),
        (
            &[("cnf", r#"{"jkt":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}"#)],
            Reason::ProofRequired,
        ),
    ] {
        let answer = call("x").with_token(claims).ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (401, Some(reason)));
        let challenge = answer.challenge().to_owned();
        let parsed = Challenges::parse(&challenge).unwrap().next().unwrap();
        assert!(parsed.error().unwrap() == "invalid_token");
        let described = format!(r#"error_description="{}""#, reason.description());
        assert!(challenge.contains(&described), "{challenge}");
        assert_eq!(parsed.resource_metadata(&mut [0; 256]), Ok(Some(METADATA_URL)));
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&body["error"], &body["reason"]),
            (&"invalid_token".into(), &reason.name().into())
        );
    }
}

#[test]
fn s8_s19_malformed_credentials_are_400_and_those_in_the_query_are_none() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    let token = common::token(Algorithm::Es256, common::CLAIMS);
    for (request, reason) in [
        (call("x").with("Authorization", "Bearer"), Reason::InvalidCredentials),
        (call("x").with("Authorization", "Bearer a b"), Reason::InvalidCredentials),
        (
            call("x")
                .with("Authorization", format!("Bearer {token}"))
                .with("authorization", "Basic x"),
            Reason::SeveralCredentials,
        ),
    ] {
        let answer = request.ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (400, Some(reason)));
        assert!(answer.challenge().contains(r#"error="invalid_request""#));
    }
    let target: &'static str = Box::leak(format!("/mcp?access_token={token}").into_boxed_str());
    let answer = get(target).ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::CredentialsMissing)));
    // Any case of the scheme, and of the header.
    let request = call("x").with("AUTHORIZATION", format!("bEaReR  {token}"));
    assert_eq!(request.ask(&guard), done());
}

#[test]
fn s11_s12_what_lacks_a_scope_is_403_with_all_of_them() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let answer = call("write").with_scope("mcp:read mcp:write").ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (403, Some(Reason::InsufficientScope)));
    assert_eq!(
        answer.challenge(),
        format!(
            r#"Bearer error="insufficient_scope", error_description="the token lacks a required scope", scope="mcp:write mcp:audit", resource_metadata="{METADATA_URL}""#
        )
    );
    for scope in ["mcp:audit mcp:write", "mcp:all"] {
        assert_eq!(call("write").with_scope(scope).ask(&guard), done(), "{scope}");
    }
    assert_eq!(call("other").with_scope("mcp:read").ask(&guard), done());
    let answer = call("other").with_scope("mcp:write").ask(&guard).answer();
    assert!(answer.challenge().contains(r#"scope="mcp:read""#));
    // A rule that nothing could meet names nothing.
    let answer = call("admin_reset").with_scope("mcp:admin").ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (403, Some(Reason::OperationRefused)));
    assert_eq!(answer.challenge(), format!(r#"Bearer resource_metadata="{METADATA_URL}""#));
}

#[test]
fn s13_a_broad_scope_implies_narrow_ones_and_theirs() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    for tool in ["other", "write", "admin_x"] {
        assert_eq!(call(tool).with_scope("mcp:admin").ask(&guard), done(), "{tool}");
    }
    let answer = call("admin_x").with_scope("mcp:all").ask(&guard).answer();
    assert!(answer.challenge().contains(r#"scope="mcp:admin""#));
}

#[test]
fn operations_are_public_by_name_where_the_headers_tell_them() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    assert_eq!(modern("tools/call", Some("ping")).ask(&guard), Outcome::Done(None));
    assert_eq!(modern("tools/list", None).ask(&guard), Outcome::Done(None));
    assert_eq!(modern("tools/call", Some("other")).ask(&guard).answer().status, 401);
    // Without headers nobody knows before the body is read.
    assert_eq!(call("ping").ask(&guard).answer().status, 401);
    assert_eq!(call("ping").with_scope("none").ask(&guard), done());
    // A bad token is none.
    let request = modern("tools/call", Some("ping")).with_token(&[("exp", "1")]);
    assert_eq!(request.ask(&guard).answer().reason, Some(Reason::Expired));
}

#[test]
fn s28_headers_that_promise_something_public_are_held_to_it() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let mut request = modern("tools/call", Some("ping"));
    request.body = modern("tools/call", Some("write")).body;
    let answer = request.ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (400, Some(Reason::HeaderMismatch)));
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&body["id"], &body["error"]["code"]), (&7.into(), &(-32020).into()));
    // The same, by a body of an older revision.
    let mut request = modern("tools/call", Some("ping"));
    request.body = call("write").body;
    assert_eq!(request.ask(&guard).answer().reason, Some(Reason::HeaderMismatch));
}

#[test]
fn s27_an_origin_that_is_not_allowed_is_403_before_anything_else() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap().with_origins(&["https://app.example"]).unwrap();
    for origin in ["https://app.example", "https://mcp.example"] {
        let answer = call("x").with("Origin", origin).ask(&guard).answer();
        assert_eq!(answer.status, 401);
        assert_eq!(answer.value("Access-Control-Allow-Origin"), Some(origin));
        let exposed = answer.value("Access-Control-Expose-Headers").unwrap();
        assert!(exposed.contains("WWW-Authenticate"));
        assert_eq!(call("x").with("Origin", origin).with_token(&[]).ask(&guard), done());
    }
    for origin in
        ["https://app.example:443", "http://app.example", "null", "", "https://APP.example"]
    {
        let answer = call("x").with("Origin", origin).with_token(&[]).ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (403, Some(Reason::OriginRefused)), "{origin}");
        assert_eq!(answer.value("Access-Control-Allow-Origin"), None);
        assert_eq!(answer.value("WWW-Authenticate"), None);
    }
    let twice =
        call("x").with("Origin", "https://app.example").with("Origin", "https://app.example");
    assert_eq!(twice.ask(&guard).answer().status, 403);
    let any = Guard::new(&metadata).unwrap().with_any_origin();
    let answer = call("x").with("Origin", "null").ask(&any).answer();
    assert_eq!(answer.value("Access-Control-Allow-Origin"), Some("*"));
    for bad in [
        "*",
        "null",
        "https://app.example/",
        "https://App.example",
        "https://app.example:443",
        "about:x",
    ] {
        let refused = Guard::new(&metadata).unwrap().with_origins(bad).map(drop);
        assert_eq!(refused, Err(Reason::Misuse), "{bad}");
    }
}

#[test]
fn preflight_requests_are_answered_without_a_token() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap().with_origins("https://app.example").unwrap();
    let preflight = Request { method: "OPTIONS", ..get("/mcp") }
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "authorization");
    let answer = preflight.clone().with("Origin", "https://app.example").ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (204, None));
    assert!(answer.value("Access-Control-Allow-Headers").unwrap().contains("Authorization"));
    assert_eq!(answer.value("Access-Control-Allow-Origin"), Some("https://app.example"));
    assert_eq!(preflight.with("Origin", "https://b.example").ask(&guard).answer().status, 403);
    // Without what browsers send it is a request like any other.
    assert_eq!(Request { method: "OPTIONS", ..get("/mcp") }.ask(&guard).answer().status, 401);
}

#[test]
fn s31_a_bad_body_is_answered_in_json_rpc_and_only_after_the_token() {
    const NAMELESS: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}"#;
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap().with_max_message_len(100);
    let long = format!(r#"{{"jsonrpc":"2.0","method":"{}"}}"#, "m".repeat(100));
    for (body, status, code) in [
        ("[]", 400, -32600),
        ("{", 400, -32700),
        (r#"{"jsonrpc":"2.0","id":7,"method":"a","id":8}"#, 400, -32600),
        (r#"{"jsonrpc":"1.0","id":7,"method":"a"}"#, 400, -32600),
        ("{}", 400, -32600),
        ("{}}", 400, -32700),
        (&long, 413, -32600),
        (NAMELESS, 400, -32600),
    ] {
        let answer = post(body).with_token(&[]).ask(&guard).answer();
        assert_eq!(answer.status, status, "{body}");
        let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(error["error"]["code"], code, "{body}");
        // That of a message that was read whole.
        assert_eq!(error.get("id"), (body == NAMELESS).then_some(&serde_json::json!(7)), "{body}");
        assert_eq!(answer.value("WWW-Authenticate"), None);
        assert_eq!(post(body).ask(&guard).answer().status, 401);
    }
}

#[test]
fn keys_that_cannot_be_had_are_503_and_never_401() {
    struct NoKeys;
    impl Authority for NoKeys {
        fn validate<'t>(
            &self,
            _compact: &'t str,
            _now: UnixTime,
            _memory: &'t mut [u8],
        ) -> Result<PresentedToken<'t>, Reason> {
            Err(Reason::KeysUnavailable)
        }
    }
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    let answer = call("x").with_token(&[]).ask_of(&guard, &NoKeys).answer();
    assert_eq!((answer.status, answer.reason), (503, Some(Reason::KeysUnavailable)));
    assert_eq!((answer.value("WWW-Authenticate"), answer.value("Retry-After")), (None, Some("5")));
    assert_eq!(call("x").ask_of(&guard, &NoKeys).answer().status, 401);
}

#[test]
fn auth0_says_when_no_audience_was_asked_for() {
    let metadata = metadata();
    let opaque = call("x").with("Authorization", "Bearer X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH");
    let guard = Guard::new(&metadata).unwrap();
    assert_eq!(opaque.ask(&guard).answer().reason, Some(Reason::Malformed));
    let guard = guard.with_provider(Provider::Auth0);
    let answer = opaque.ask(&guard).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::AudienceNotRequested)));
}

#[test]
fn proofs_are_asked_for_where_the_server_takes_them() {
    let metadata = metadata();
    let dpop = |is_required| {
        let store = FixedReplayStore::<4>::new();
        let verifier = DpopVerifier::new(AUDIENCE, store)
            .unwrap()
            .with_algorithms(Algorithms::from(Algorithm::Es256))
            .unwrap();
        Guard::new(&metadata).unwrap().with_dpop(verifier, is_required).unwrap()
    };
    let optional = dpop(false);
    let answer = call("x").ask(&optional).answer();
    let challenges = answer.values("WWW-Authenticate");
    assert_eq!(challenges.len(), 2);
    assert!(challenges[0].starts_with("Bearer ") && !challenges[0].contains("algs"));
    assert!(challenges[1].starts_with("DPoP ") && challenges[1].contains(r#"algs="ES256""#));
    assert_eq!(call("x").with_token(&[]).ask(&optional), done());

    let token = common::token(Algorithm::Es256, common::CLAIMS);
    let answer = call("x").with("Authorization", format!("DPoP {token}")).ask(&optional).answer();
    assert_eq!(answer.reason, Some(Reason::ProofRequired));
    assert!(answer.challenge().starts_with("DPoP "));

    let required = dpop(true);
    let answer = call("x").with_token(&[]).ask(&required).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::ProofRequired)));
    assert!(answer.challenge().starts_with("DPoP "));

    let other = DpopVerifier::new("https://other.example/mcp", FixedReplayStore::<4>::new());
    let refused = Guard::new(&metadata).unwrap().with_dpop(other.unwrap(), false).map(drop);
    assert_eq!(refused, Err(Reason::Misuse));
}

#[test]
fn a_token_bound_to_a_certificate_needs_it() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    let cnf = r#"{"x5t#S256":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}"#;
    let mut request = call("x").with_token(&[("cnf", cnf)]);
    assert_eq!(request.ask(&guard).answer().reason, Some(Reason::ProofRequired));
    request.certificate = Some([8; 32]);
    assert_eq!(request.ask(&guard).answer().reason, Some(Reason::InvalidProof));
    request.certificate = Some([7; 32]);
    assert_eq!(request.ask(&guard), done());
}

#[test]
fn s21_s22_each_request_is_decided_by_its_own_token() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    assert_eq!(call("x").with_token(&[]).ask(&guard), done());
    for request in [call("x"), call("x").with("Mcp-Session-Id", "1"), get("/mcp")] {
        assert_eq!(request.ask(&guard).answer().status, 401);
    }
}

#[test]
fn s29_a_list_shows_what_the_principal_may_use() {
    let (metadata, rules) = (metadata(), rules());
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let keys = key_set(Algorithm::Es256);
    let token = common::token(Algorithm::Es256, &claims_with(&[("scope", r#""mcp:all""#)]));
    let authorization = format!("Bearer {token}");
    let headers = [Header::new("Authorization", &authorization)];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let mut memory = common::memory();
    let step = guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
    let Step::Proceed(principal) = step else { panic!() };
    let tools = ["ping", "write", "other", "admin_x", "admin_reset"];
    let visible = tools.map(|tool| guard.permits(&principal, &Operation::tool(tool)));
    assert_eq!(visible, [true, true, true, false, false]);
}

#[test]
fn memory_that_is_too_small_refuses() {
    let metadata = metadata();
    let guard = Guard::new(&metadata).unwrap();
    let keys = key_set(Algorithm::Es256);
    let token = common::token(Algorithm::Es256, common::CLAIMS);
    let authorization = format!("Bearer {token}");
    let headers = [Header::new("Authorization", &authorization)];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let mut has_proceeded = false;
    for len in 0..2048 {
        let mut memory = vec![0; len];
        match guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory) {
            Step::Proceed(_) => has_proceeded = true,
            Step::Respond(response) => {
                assert!(!has_proceeded, "{len}");
                assert_eq!(response.reason(), Some(Reason::MemoryTooSmall));
                assert_eq!(response.status(), 503);
            }
        }
    }
    assert!(has_proceeded);
    let head = RequestHead { headers: &[], ..head };
    for len in 0..400 {
        let mut memory = vec![0; len];
        let step = guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
        let Step::Respond(response) = step else { panic!("{len}") };
        assert_eq!(response.status(), 401);
    }
}

#[test]
fn claims_of_the_token_decide_where_a_rule_asks_for_them() {
    let metadata = metadata();
    let claims = [ClaimRule::one_of("org_id", "org_a").unwrap()];
    let list =
        [Rule::tool("x").with_claims(&claims), Rule::tool("y").needs("z").with_claims(&claims)];
    let rules = Rules::<4, 4>::new(&list, &[], Strings::NONE).unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    assert_eq!(call("x").with_token(&[("org_id", r#""org_a""#)]).ask(&guard), done());
    for claims in [&[][..], &[("org_id", r#""org_b""#)], &[("org_id", r#"["org_a"]"#)]] {
        let answer = call("x").with_token(claims).ask(&guard).answer();
        assert_eq!((answer.status, answer.reason), (403, Some(Reason::OperationRefused)));
    }
    // For a policy they are part of what makes the token acceptable at all.
    let policy = Policy::new(ISSUER, AUDIENCE).unwrap().with_claim_rules(&claims);
    let keys: KeySet<1> = key_set(Algorithm::Es256);
    let authority = (policy, keys.keys());
    let answer = call("z").with_token(&[]).ask_of(&guard, &authority).answer();
    assert_eq!((answer.status, answer.reason), (401, Some(Reason::ClaimRefused)));
}
