//! Tokens that the authorization server is asked about.

use gatepost::limits::{MAX_INTROSPECTION_LEN, MAX_TOKEN_LEN, MEMORY};
use gatepost::mcp::{
    Authority, Guard, Introspection, Operation, RESPONSE_MEMORY, Rule, Rules, Step,
};
use gatepost::oauth::{FixedReplayStore, Header, ReplayStore, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, ClaimRule, Confirmation, Policy, Reason, UnixTime};

use crate::common::{self, AUDIENCE, CLAIMS, ISSUER, NOW, base64url, claims_with};
use crate::proof::{ISSUERS, Proof, thumbprint, verifier};

const OPAQUE: &str = "2YotnFZFEjr1zCsicMWpAA";

/// A response that says these claims.
fn active(claims: &str) -> String {
    claims.replacen('{', r#"{"active":true,"#, 1)
}

fn judge(policy: Policy<'_>, response: &str) -> Result<Confirmation, Reason> {
    let mut memory = common::memory();
    let presented = policy.validate_introspected(OPAQUE, response.as_bytes(), NOW, &mut memory)?;
    Ok(presented.confirmation())
}

#[test]
fn what_is_said_of_a_token_is_judged_as_what_it_says_itself() {
    let jkt = format!(r#"{{"jkt":"{}"}}"#, base64url([7; 32]));
    let certificate = format!(r#"{{"x5t#S256":"{}"}}"#, base64url([7; 32]));
    let rules = [ClaimRule::one_of("org_id", "org_a").unwrap()];
    let policies = [
        common::policy(),
        common::policy().with_required_scopes("mcp:admin").unwrap(),
        common::policy().with_required_claims("jti").unwrap(),
        common::policy().with_claim_rules(&rules),
        common::policy().with_client_as_audience(),
    ];
    let changes: &[(&str, &str)] = &[
        ("x", "1"),
        ("iss", r#""https://other.example""#),
        ("iss", "1"),
        ("sub", "-"),
        ("sub", "1"),
        ("client_id", r#""app""#),
        ("client_id", "[]"),
        ("aud", "-"),
        ("aud", r#""https://other.example""#),
        ("aud", r#"["https://other.example","https://mcp.example/mcp"]"#),
        ("aud", r#"["https:\/\/mcp.example\/mcp"]"#),
        ("aud", "[]"),
        ("aud", "null"),
        ("exp", "-"),
        ("exp", "1699999970"),
        ("exp", "1699999971"),
        ("exp", r#""1700000600""#),
        ("nbf", "1700000030"),
        ("nbf", "1700000031"),
        ("iat", "1700000030"),
        ("iat", "1700000031"),
        ("iat", "null"),
        ("scope", "-"),
        ("scope", r#""mcp:admin""#),
        ("scope", r#"["mcp:read"]"#),
        ("scp", r#"["mcp:admin"]"#),
        ("permissions", r#"["mcp:admin"]"#),
        ("jti", r#""1""#),
        ("jti", "1"),
        ("org_id", r#""org_a""#),
        ("org_id", r#""org_b""#),
        ("cnf", &jkt),
        ("cnf", &certificate),
        ("cnf", "{}"),
        ("cnf", r#"{"jkt":"AA"}"#),
        ("cnf", r#""x""#),
    ];
    let keys = common::key_set(Algorithm::Es256);
    let mut refused = std::collections::BTreeSet::new();
    for (policy, change) in policies.into_iter().flat_map(|p| changes.iter().map(move |c| (p, *c)))
    {
        let claims = claims_with(&[change]);
        let token = common::token(Algorithm::Es256, &claims);
        let mut memory = common::memory();
        let expected = policy
            .validate_before_proof(&token, &keys, NOW, &mut memory)
            .map(|presented| presented.confirmation());
        assert_eq!(judge(policy, &active(&claims)), expected, "{change:?}");
        refused.extend(expected.err().map(Reason::number));
    }
    assert_eq!(refused, [501, 502, 503, 504, 505, 506, 507, 508, 601, 701].into());
}

#[test]
fn a_token_tells_what_was_said_of_it() {
    let claims = claims_with(&[
        ("iss", "-"),
        ("client_id", r#""\u0061pp""#),
        ("iat", "1600000000"),
        ("token_type", r#""bearer""#),
        ("username", r#""a""#),
    ]);
    let (mut memory, response) = (common::memory(), active(&claims));
    let presented = common::policy()
        .validate_introspected(OPAQUE, response.as_bytes(), NOW, &mut memory)
        .unwrap();
    assert_eq!(presented.confirmation(), Confirmation::NONE);
    let token = presented.into_unbound().unwrap();
    // It does not name its issuer, who was asked.
    assert_eq!(token.issuer(), ISSUER);
    assert_eq!((token.subject(), token.client_id()), (Some("alice"), Some("app")));
    assert_eq!(token.accepted_audience(), AUDIENCE);
    assert!(token.scopes().eq(["mcp:read", "mcp:write"]));
    assert_eq!(token.expires_at(), Some(UnixTime::from_secs(1_700_000_600)));
    assert_eq!(token.issued_at(), Some(UnixTime::from_secs(1_600_000_000)));
    assert_eq!((token.algorithm(), token.key_id()), (None, None));
    assert_eq!(token.claim("username").and_then(|name| name.as_str()), Some("a"));
    assert_eq!(token.claims().as_json(), response);
}

#[test]
fn an_inactive_token_is_refused_whatever_else_is_said() {
    for response in [
        r#"{"active":false}"#.to_owned(),
        CLAIMS.replacen('{', r#"{"active":false,"#, 1),
        r#"{"iss":1,"active":false,"token_type":"refresh_token"}"#.to_owned(),
    ] {
        assert_eq!(judge(common::policy(), &response), Err(Reason::TokenInactive), "{response}");
    }
}

#[test]
fn a_response_that_is_no_such_object_says_nothing_of_the_token() {
    let good = active(CLAIMS);
    let nested = claims_with(&[("x", &format!("{}{}", "[".repeat(32), "]".repeat(32)))]);
    let names: Vec<_> = (0..512).map(|number| format!(r#""{number}":0"#)).collect();
    for response in [
        String::new(),
        "[]".to_owned(),
        "true".to_owned(),
        "{}".to_owned(),
        "<html>".to_owned(),
        CLAIMS.to_owned(),
        format!("{good} x"),
        good.replacen("true", "\"true\"", 1),
        good.replacen("true", "1", 1),
        good.replacen("true", "null", 1),
        // The last one wins elsewhere.
        good.replacen('{', r#"{"active":false,"#, 1),
        good.replacen('{', r#"{"\u0061ctive":false,"#, 1),
        good.replacen('{', r#"{"sub":"root","#, 1),
        format!(r#"{{"active":true,{}}}"#, names.join(",")),
        active(&nested),
    ] {
        let refused = judge(common::policy(), &response);
        assert_eq!(refused, Err(Reason::InvalidIntrospection), "{response}");
    }
    let mut memory = common::memory();
    let refused = common::policy().validate_introspected(OPAQUE, b"\xff", NOW, &mut memory);
    assert_eq!(refused.unwrap_err(), Reason::InvalidIntrospection);
}

#[test]
fn only_access_tokens_are_let_in() {
    let said = |name: &str, value: &str| {
        judge(common::policy(), &active(&claims_with(&[(name, value)]))).map(|_| ())
    };
    for kind in ["Bearer", "bearer", "BEARER", r"\u0042earer"] {
        assert_eq!(said("token_type", &format!("\"{kind}\"")), Ok(()), "{kind}");
    }
    for kind in ["", "refresh_token", "N_A", "mac", "Bearer ", "bea"] {
        let refused = said("token_type", &format!("\"{kind}\""));
        assert_eq!(refused, Err(Reason::TypeMismatch), "{kind}");
    }
    assert_eq!(said("token_type", "null"), Err(Reason::InvalidClaim));
    for kind in ["access_token", "access"] {
        assert_eq!(said("token_use", &format!("\"{kind}\"")), Ok(()));
    }
    for kind in ["Refresh", "refresh", "Offline"] {
        let response = active(&claims_with(&[("typ", &format!("\"{kind}\""))]));
        assert_eq!(judge(common::policy(), &response), Err(Reason::TypeMismatch), "{kind}");
    }
    for kind in [r#""Bearer""#, r#""at+jwt""#, "1"] {
        let response = active(&claims_with(&[("typ", kind)]));
        assert_eq!(judge(common::policy(), &response), Ok(Confirmation::NONE), "{kind}");
    }
    for kind in ["refresh_token", "id", "Access", ""] {
        let refused = said("token_use", &format!("\"{kind}\""));
        assert_eq!(refused, Err(Reason::TypeMismatch), "{kind}");
    }
    assert_eq!(said("token_use", "[]"), Err(Reason::InvalidClaim));
}

#[test]
fn a_token_for_proofs_names_the_key_that_they_are_of() {
    let said = |members: &[(&str, &str)]| {
        judge(common::policy(), &active(&claims_with(members))).map(|it| it.is_bound())
    };
    let jkt = format!(r#"{{"jkt":"{}"}}"#, base64url([7; 32]));
    let certificate = format!(r#"{{"x5t#S256":"{}"}}"#, base64url([7; 32]));
    let kind = ("token_type", r#""DPoP""#);
    assert_eq!(said(&[kind, ("cnf", &jkt)]), Ok(true));
    assert_eq!(said(&[kind]), Err(Reason::ProofRequired));
    assert_eq!(said(&[kind, ("cnf", &certificate)]), Err(Reason::ProofRequired));
}

#[test]
fn the_token_has_a_limit_and_is_not_looked_into() {
    let response = active(CLAIMS);
    for (token, expected) in [
        ("a".repeat(MAX_TOKEN_LEN), Ok(())),
        ("a".repeat(MAX_TOKEN_LEN + 1), Err(Reason::TooLarge)),
        (common::token(ISSUERS, "{}"), Ok(())),
        ("\0".to_owned(), Ok(())),
        (String::new(), Err(Reason::Malformed)),
    ] {
        let mut memory = common::memory();
        let judged = common::policy()
            .validate_introspected(&token, response.as_bytes(), NOW, &mut memory)
            .map(|_| ());
        assert_eq!(judged, expected);
    }
}

#[test]
fn memory_that_is_too_small_is_said() {
    let claims = claims_with(&[("iss", "-"), ("sub", r#""\u0061lice""#)]);
    let response = active(&claims);
    let mut verdicts = Vec::new();
    for len in 0..200 {
        let mut memory = vec![0; len];
        let judged = common::policy()
            .validate_introspected(OPAQUE, response.as_bytes(), NOW, &mut memory)
            .map(|_| ());
        verdicts.push(judged);
    }
    let first = verdicts.iter().position(Result::is_ok).unwrap();
    let (small, enough) = verdicts.split_at(first);
    assert!(small.iter().all(|verdict| *verdict == Err(Reason::MemoryTooSmall)));
    assert!(enough.iter().all(Result::is_ok));
    // Five names take 8 bytes each, and then take turns with the issuer and "alice".
    assert_eq!(first, 40);
}

/// A request to a guard, and the verdict about it.
struct Asked<'a> {
    headers: &'a [(&'a str, &'a str)],
    certificate: Option<[u8; 32]>,
    authority: &'a dyn Authority,
}

struct Dyn<'a>(&'a dyn Authority);

impl Authority for Dyn<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<gatepost::PresentedToken<'t>, Reason> {
        self.0.validate(compact, now, memory)
    }
}

impl Asked<'_> {
    /// The subject, or status, reason and challenges.
    fn of<S: ReplayStore>(&self, guard: &Guard<'_, S>) -> Result<String, (u16, Reason, String)> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| Header::new(name, value)).collect();
        let head = RequestHead {
            method: "POST",
            target: "/mcp",
            headers: &headers,
            certificate: self.certificate,
        };
        let mut memory = vec![0; MEMORY + RESPONSE_MEMORY];
        match guard.authenticate(&head, &Dyn(self.authority), NOW, &mut memory) {
            Step::Proceed(principal) => {
                let mut memory = [0; RESPONSE_MEMORY];
                let tool = Operation::tool("write");
                guard
                    .authorize(&head, &principal, &tool, &mut memory)
                    .map(|()| principal.subject().unwrap().to_owned())
                    .map_err(|response| {
                        (response.status(), response.reason().unwrap(), String::new())
                    })
            }
            Step::Respond(response) => {
                let challenge = response.header("WWW-Authenticate").unwrap_or("");
                if response.status() == 503 {
                    assert_eq!(response.header("Retry-After"), Some("5"));
                }
                Err((response.status(), response.reason().unwrap(), challenge.to_owned()))
            }
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn a_guard_says_that_somebody_has_to_be_asked_and_judges_by_the_answer() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let rules =
        Rules::<4, 4>::new(&[Rule::tool("write").needs("mcp:write")], &[], "mcp:read").unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let introspection = Introspection::new(common::policy());
    let credentials = bearer(OPAQUE);
    let ask = |response: Option<&str>| {
        let authority = match response {
            Some(response) => introspection.with_response(response.as_bytes()),
            None => introspection,
        };
        let headers = [("Authorization", &*credentials)];
        Asked { headers: &headers, certificate: None, authority: &authority }.of(&guard)
    };
    let unavailable = (503, Reason::IntrospectionUnavailable, String::new());
    assert_eq!(ask(None), Err(unavailable));
    assert_eq!(ask(Some(&active(CLAIMS))), Ok("alice".to_owned()));
    let reader = active(&claims_with(&[("scope", r#""mcp:read""#)]));
    assert_eq!(ask(Some(&reader)), Err((403, Reason::InsufficientScope, String::new())));
    let invalid = (503, Reason::InvalidIntrospection, String::new());
    assert_eq!(ask(Some("{}")), Err(invalid.clone()));
    assert_eq!(ask(Some(&" ".repeat(1 << 20))), Err(invalid));
    let (status, reason, challenge) = ask(Some(r#"{"active":false}"#)).unwrap_err();
    assert_eq!((status, reason), (401, Reason::TokenInactive));
    assert!(challenge.contains(
        r#"error="invalid_token", error_description="the authorization server says that the token is not active""#
    ));
}

#[test]
fn nobody_is_asked_where_the_answer_is_plain() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap();
    let introspection = Introspection::new(common::policy());
    let (credentials, long) = (bearer(OPAQUE), bearer(&"a".repeat(MAX_TOKEN_LEN + 1)));
    let reason = |headers: &[(&str, &str)]| {
        Asked { headers, certificate: None, authority: &introspection }.of(&guard).unwrap_err().1
    };
    let token = ("Authorization", &*credentials);
    assert_eq!(reason(&[]), Reason::CredentialsMissing);
    assert_eq!(reason(&[token, token]), Reason::SeveralCredentials);
    assert_eq!(reason(&[token, ("Origin", "https://evil.example")]), Reason::OriginRefused);
    assert_eq!(reason(&[("Authorization", "Bearer a b")]), Reason::InvalidCredentials);
    assert_eq!(reason(&[("Authorization", &*long)]), Reason::TooLarge);
    assert_eq!(reason(&[token]), Reason::IntrospectionUnavailable);
}

#[test]
fn json_web_tokens_are_left_to_their_keys() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap();
    let keys = common::key_set(ISSUERS);
    let jwts = (common::policy(), keys.keys());
    let said = active(&claims_with(&[("sub", r#""bob""#)]));
    let introspection =
        Introspection::new(common::policy()).with_response(said.as_bytes()).with_jwts(&jwts);
    let who = |token: &str| {
        let credentials = bearer(token);
        let headers = [("Authorization", &*credentials)];
        Asked { headers: &headers, certificate: None, authority: &introspection }
            .of(&guard)
            .map_err(|(_, reason, _)| reason)
    };
    let good = common::token(ISSUERS, CLAIMS);
    assert_eq!(who(&good), Ok("alice".to_owned()));
    // A forged one is not given another chance.
    let forged = common::token(Algorithm::Es256, CLAIMS);
    assert_eq!(who(&forged), Err(Reason::KeyAlgorithmMismatch));
    assert_eq!(who("eyJ..x"), Err(Reason::InvalidBase64));
    for opaque in [OPAQUE, "a.b", "ya29.c.b0AX", "ory_at_a.b", "eyJ", "eyJ.a", "eyJ.a.b.c.d", "..."]
    {
        assert_eq!(who(opaque), Ok("bob".to_owned()), "{opaque}");
    }
}

#[test]
fn an_opaque_token_is_bound_to_keys_like_any_other() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let jkt = base64url(thumbprint(Algorithm::Es256));
    let both = format!(r#"{{"jkt":"{jkt}","x5t#S256":"{}"}}"#, base64url([7; 32]));
    let said = active(&claims_with(&[("cnf", &both), ("token_type", r#""DPoP""#)]));
    let introspection = Introspection::new(common::policy()).with_response(said.as_bytes());
    let ask = |scheme: &str, proof: &str, certificate| {
        let guard = Guard::new(&metadata)
            .unwrap()
            .with_dpop(verifier(FixedReplayStore::<4>::new()), false)
            .unwrap();
        let credentials = format!("{scheme} {OPAQUE}");
        let headers = [("Authorization", &*credentials), ("DPoP", proof)];
        Asked { headers: &headers, certificate, authority: &introspection }
            .of(&guard)
            .map_err(|(_, reason, _)| reason)
    };
    let proof = Proof::new(Algorithm::Es256, OPAQUE).text();
    assert_eq!(ask("DPoP", &proof, Some([7; 32])), Ok("alice".to_owned()));
    assert_eq!(ask("DPoP", &proof, Some([8; 32])), Err(Reason::InvalidProof));
    assert_eq!(ask("DPoP", &proof, None), Err(Reason::ProofRequired));
    assert_eq!(ask("Bearer", &proof, Some([7; 32])), Err(Reason::ProofRequired));
    let other = Proof::new(Algorithm::Es256, "2YotnFZFEjr1zCsicMWpAB").text();
    assert_eq!(ask("DPoP", &other, Some([7; 32])), Err(Reason::InvalidProof));
    let other = Proof::new(Algorithm::EdDsa, OPAQUE).text();
    assert_eq!(ask("DPoP", &other, Some([7; 32])), Err(Reason::InvalidProof));
}

#[test]
fn a_response_has_a_limit_and_the_largest_fits_into_the_memory() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap();
    let credentials = bearer(OPAQUE);
    let headers = [("Authorization", &*credentials)];
    // All that is read holds an escape.
    let claims = claims_with(&[
        ("iss", r#""https:\/\/issuer.example""#),
        ("aud", r#"["https:\/\/mcp.example\/mcp"]"#),
        ("scope", r#""mcp:rea\u0064 mcp:write""#),
    ]);
    let room = MAX_INTROSPECTION_LEN - active(&claims).len() - r#","client_id":"\n""#.len();
    for (len, expected) in
        [(room, Ok("alice".to_owned())), (room + 1, Err(Reason::InvalidIntrospection))]
    {
        let said =
            active(&claims).replacen('{', &format!(r#"{{"client_id":"\n{}","#, "x".repeat(len)), 1);
        assert_eq!(said.len(), MAX_INTROSPECTION_LEN + len - room);
        let introspection = Introspection::new(common::policy()).with_response(said.as_bytes());
        let asked = Asked { headers: &headers, certificate: None, authority: &introspection };
        assert_eq!(asked.of(&guard).map_err(|(_, reason, _)| reason), expected);
    }
}

#[test]
fn nothing_that_was_said_of_a_token_is_printed() {
    let said = active(CLAIMS);
    let introspection = Introspection::new(common::policy()).with_response(said.as_bytes());
    assert!(!format!("{introspection:?}").contains("alice"));
}
