//! The guard: nothing is let in but with the one token that is good, or where headers and body agree
//! that something public is asked for; and whatever the answer, a client can read it.
//!
//! Input: a byte that chooses the guard; then a request as HTTP/1.1 writes one, its lines separated
//! by line feeds: method and target, headers, an empty line, the body. In it `$TOKEN` stands for a
//! good token, `$WEAK` for one without scopes, and `$BOUND` for one that is bound to a key.

#![no_main]

#[path = "../../core/tests/mcp/lenient.rs"]
mod lenient;

use std::sync::LazyLock;

use gatepost::limits::{MAX_MEMBERS, MEMORY, NAME_LEN, OPERATION_MEMORY};
use gatepost::mcp::{Guard, Operation, Principal, RESPONSE_MEMORY, Response, Rule, Rules, Step};
use gatepost::oauth::{
    Challenges, DpopVerifier, FixedReplayStore, Header, ReplayStore, RequestHead, ResourceMetadata,
};
use gatepost::{KeySet, Policy, Reason, UnixTime};
use gatepost_fuzz::keys::Es256;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const ISSUER: &str = "https://issuer.example";
const RESOURCE: &str = "https://mcp.example.com/mcp";
const METADATA: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// What placeholders stand for, and the claims that the usual ones are followed by.
const TOKENS: [(&str, &str); 3] = [
    ("$TOKEN", r#""scope":"mcp:read mcp:write""#),
    ("$WEAK", r#""scope":"""#),
    ("$BOUND", r#""cnf":{"jkt":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}"#),
];
const GOOD: usize = 0;
const WEAK: usize = 1;

struct Issuer {
    keys: KeySet<1>,
    /// One for each placeholder.
    tokens: [String; 3],
}

static ISSUING: LazyLock<Issuer> = LazyLock::new(|| {
    let key = Es256::new();
    let tokens = TOKENS.map(|(_, claims)| {
        let claims = format!(
            r#"{{"iss":"{ISSUER}","aud":"{RESOURCE}","exp":1700000600,"sub":"alice",{claims}}}"#
        );
        key.sign(br#"{"alg":"ES256"}"#, claims.as_bytes())
    });
    let jwks = format!(r#"{{"keys":[{}]}}"#, key.jwk);
    Issuer { keys: KeySet::from_jwks(jwks).expect("one key"), tokens }
});

fuzz_target!(|input: &[u8]| {
    let [flags, request @ ..] = input else { return };
    let mut request = request.to_vec();
    for ((placeholder, _), token) in TOKENS.iter().zip(&ISSUING.tokens) {
        request = replace(&request, placeholder.as_bytes(), token.as_bytes());
    }
    let Some(request) = Request::parse(&request) else { return };

    let metadata = ResourceMetadata::new(RESOURCE, ISSUER).expect("metadata");
    let rules = [
        Rule::tool("ping").public(),
        Rule::tool("write").needs(&["mcp:write mcp:read", "mcp:all"]),
        Rule::tools_beginning_with("admin_").needs("mcp:admin"),
        Rule::tool("reset").refused(),
        Rule::resources_beginning_with("file:///").needs("mcp:read"),
        Rule::method("tools/list").public(),
    ];
    let rules = Rules::<8, 8>::new(&rules, &[("mcp:admin", "mcp:all")], "mcp:read").expect("rules");
    let guard = Guard::new(&metadata).expect("a guard").with_rules(rules.view());
    let guard = guard.with_origins("https://app.example").expect("an origin");
    if flags & 1 == 0 {
        return ask(&guard, &request);
    }
    let verifier =
        DpopVerifier::new(RESOURCE, FixedReplayStore::<2>::new()).expect("a good resource");
    ask(&guard.with_dpop(verifier, flags & 2 != 0).expect("of this resource"), &request);
});

struct Request<'i> {
    method: &'i str,
    target: &'i str,
    headers: Vec<Header<'i>>,
    body: &'i [u8],
}

impl<'i> Request<'i> {
    fn parse(text: &'i [u8]) -> Option<Self> {
        let (first, mut rest) = line(text);
        let (method, target) = str::from_utf8(first).ok()?.split_once(' ')?;
        let mut headers = Vec::new();
        loop {
            let (next, behind) = line(rest);
            rest = behind;
            if next.is_empty() {
                return Some(Self { method, target, headers, body: rest });
            }
            let at = next.iter().position(|byte| *byte == b':')?;
            headers.push(Header::new(&next[..at], &next[at + 1..]));
        }
    }

    fn values(&self, name: &str) -> Vec<&'i [u8]> {
        let of_name = |header: &&Header<'i>| header.name.eq_ignore_ascii_case(name.as_bytes());
        self.headers.iter().filter(of_name).map(|header| header.value.trim_ascii()).collect()
    }
}

fn ask<S: ReplayStore>(guard: &Guard<'_, S>, request: &Request<'_>) {
    let Request { method, target, headers, body } = request;
    let head = RequestHead { method, target, headers, certificate: None };
    let policy = Policy::new(ISSUER, RESOURCE).expect("a policy");
    let mut memory = [0; MEMORY + RESPONSE_MEMORY];
    let authority = (policy, ISSUING.keys.keys());
    let principal = match guard.authenticate(&head, &authority, NOW, &mut memory) {
        Step::Proceed(principal) => principal,
        Step::Respond(response) => return is_readable(&response),
    };
    let place = token_of(request, &principal);

    let mut memory = [0; OPERATION_MEMORY + RESPONSE_MEMORY];
    let operation = if body.is_empty() {
        Operation::WITHOUT_BODY
    } else {
        match guard.read_operation(&head, body, &mut memory) {
            Ok(operation) => operation,
            Err(response) => return is_readable(&response),
        }
    };
    let mut memory = [0; RESPONSE_MEMORY];
    match guard.authorize(&head, &principal, &operation, &mut memory) {
        Ok(()) => is_permitted(body, place),
        Err(response) => is_readable(&response),
    }
}

/// Which token the bearer brought, seen without the guard; none where the head asks for something
/// public.
fn token_of(request: &Request<'_>, principal: &Principal<'_>) -> Option<usize> {
    let credentials = request.values("Authorization");
    if principal.token().is_none() {
        let is = |name, value: &str| request.values(name) == [value.as_bytes()];
        let names_ping = is("Mcp-Name", "ping") || is("Mcp-Name", "=?base64?cGluZw==?=");
        assert!(is("Mcp-Method", "tools/list") || is("Mcp-Method", "tools/call") && names_ping);
        return None;
    }
    let [value] = credentials[..] else { panic!("several credentials, or none") };
    let text = str::from_utf8(value).expect("a token is ASCII");
    let (scheme, token) = text.split_once(' ').expect("a scheme and a token");
    assert!(scheme.eq_ignore_ascii_case("bearer"), "nobody here can make a proof");
    let place = ISSUING.tokens.iter().position(|good| token.trim_start_matches(' ') == good);
    assert!(matches!(place, Some(GOOD | WEAK)), "let in with another token");
    assert_eq!(principal.subject(), Some("alice"));
    place
}

/// What is permitted is what the rules permit to this token, as `serde_json` reads the body, and as
/// a reader does that takes much beyond JSON.
fn is_permitted(body: &[u8], token: Option<usize>) {
    if body.is_empty() {
        return assert_eq!(token, Some(GOOD), "what no rule speaks of needs a scope");
    }
    // A guard takes numbers beyond f64, those that are none, and surrogates that stand alone, where
    // they decide nothing. `serde_json` refuses such a body; the other reader does not.
    let strict = serde_json::from_slice::<Value>(body).ok();
    for message in lenient::readings(body).into_iter().chain([strict]).flatten() {
        is_permitted_as(&message, token);
    }
}

fn is_permitted_as(message: &Value, token: Option<usize>) {
    let (method, name) = (&message["method"], &message["params"]["name"]);
    let is_call = method == "tools/call";
    if token == Some(GOOD) {
        assert!(!is_call || name != "reset");
        assert!(!(is_call && name.as_str().is_some_and(|name| name.starts_with("admin_"))));
    } else {
        assert!(method == "tools/list" || is_call && name == "ping");
    }
}

fn is_readable(response: &Response<'_>) {
    for (name, value) in response.headers() {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{name}");
    }
    let Some(reason) = response.reason() else {
        assert!(matches!(response.status(), 200 | 204 | 405));
        return;
    };
    assert_eq!(response.status(), reason.http_status());
    assert!(reason.number() < 800, "this is no fault of the server: {reason:?}");
    assert_eq!(response.header("Cache-Control"), Some("no-store"));

    let challenges = response.headers().iter().filter(|(name, _)| *name == "WWW-Authenticate");
    let mut count = 0;
    for (_, value) in challenges {
        let parsed: Vec<_> = Challenges::parse(value).expect("a list of challenges").collect();
        let [challenge] = &parsed[..] else { panic!("{} challenges in one", parsed.len()) };
        assert_eq!(challenge.resource_metadata(&mut [0; 256]), Ok(Some(METADATA)));
        let is_accused = reason != Reason::CredentialsMissing && reason != Reason::OperationRefused;
        assert_eq!(challenge.error().is_some(), is_accused);
        assert!(challenge.scope().is_none_or(|scope| scope != ""));
        count += 1;
    }
    assert!(response.status() != 401 || count > 0);

    let body = response.body().as_bytes();
    gatepost::internal::json_object(body, &mut [0; MAX_MEMBERS * NAME_LEN]).expect("JSON");
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[]),
    }
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|window| window == from) {
        Some(at) => [&text[..at], to, &text[at + from.len()..]].concat(),
        None => text.to_vec(),
    }
}
