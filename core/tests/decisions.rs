//! Every decision of `testdata/decisions.json`, and that the file is what its generator makes.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use gatepost::mcp::{
    Authority, Guard, Introspection, NoDpop, Operation, OperationKind, Principal, RESPONSE_MEMORY,
    Response, Rule, Rules, Step,
};
use gatepost::oauth::{
    DpopNonces, DpopVerifier, FixedReplayStore, Header, LegacyServerMetadata, Provider,
    ReplayStore, RequestHead, ResourceMetadata, SealKey, SealKeys,
};
use gatepost::{
    AccessToken, Algorithm, Algorithms, ClaimRule, KeySet, Policy, PresentedToken, Reason,
    UnixTime, limits,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "another test has the cases")]
#[path = "../examples/make_cases/generator.rs"]
mod generator;

#[test]
fn every_request_is_decided_as_written() {
    let file = read();
    let mut wrong = Vec::new();
    for decision in list(&file["decisions"]) {
        let (got, expected) = (decide(&file, decision), Outcome::expected(decision));
        if got != expected {
            let name = text(&decision["name"]);
            wrong.push(format!("{name}:\n  got      {got:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} decisions:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn names_are_unique_and_numbers_are_those_of_the_reasons() {
    let file = read();
    let mut names = BTreeSet::new();
    for decision in list(&file["decisions"]) {
        let name = text(&decision["name"]);
        assert!(names.insert(name), "{name} stands there twice");
        let in_words =
            name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        assert!(in_words, "{name} is not in snake case");
        let number = reason(decision).map_or(0, Reason::number);
        assert_eq!(decision["number"], number, "{name}");
        let is_answered = decision["outcome"] == "respond";
        assert_eq!(is_answered, decision["status"] != 0, "{name}");
        assert!(is_answered || number == 0, "{name} is let in, and refused");
    }
}

#[test]
fn every_reason_that_a_guard_can_give_is_there() {
    let file = read();
    let seen: HashSet<_> = list(&file["decisions"]).iter().filter_map(reason).collect();
    let of_requests = Reason::ALL.into_iter().filter(|reason| match reason.number() {
        // How many proofs a store holds is its own affair.
        802 => false,
        // Of states; and mistakes in the configuration.
        705 | 706 | 900.. => false,
        111..=118 | 108 | 141 | 509 | 601..=899 => true,
        _ => false,
    });
    let missing: Vec<_> = of_requests.filter(|reason| !seen.contains(reason)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // What a token is refused for is in `cases.json`; here is some of every stage.
    for stage in 1..=5 {
        assert!(seen.iter().any(|reason| reason.number() / 100 == stage), "{stage}xx");
    }
}

#[test]
fn the_file_is_what_the_generator_makes() {
    assert!(
        generator::decisions() == fs::read_to_string(path()).expect("testdata/decisions.json"),
        "run `cargo run -p gatepost --example make_decisions > testdata/decisions.json`"
    );
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Proceed(Granted),
    Respond { status: u16, reason: Option<Reason>, headers: Vec<[String; 2]>, body: String },
}

/// Who sent a request that is let in, and what it asks for.
#[derive(Debug, PartialEq, Eq)]
struct Granted {
    subject: Option<String>,
    client: Option<String>,
    scopes: Vec<String>,
    operation: [Option<String>; 3],
}

impl Granted {
    fn of(principal: &Principal<'_>, operation: &Operation<'_>) -> Self {
        let kind = match operation.kind() {
            OperationKind::Tool => "tool",
            OperationKind::Prompt => "prompt",
            OperationKind::Resource => "resource",
            OperationKind::Task => "task",
            OperationKind::Response => "response",
            _ => "method",
        };
        let scopes = principal.token().into_iter().flat_map(AccessToken::scopes);
        Self {
            subject: principal.subject().map(String::from),
            client: principal.client_id().map(String::from),
            scopes: scopes.map(String::from).collect(),
            operation: [Some(kind), operation.method(), operation.name()]
                .map(|part| part.map(String::from)),
        }
    }
}

impl Outcome {
    fn expected(decision: &Value) -> Self {
        if decision["outcome"] == "proceed" {
            let optional = |value: &Value| value.as_str().map(String::from);
            return Self::Proceed(Granted {
                subject: optional(&decision["subject"]),
                client: optional(&decision["client"]),
                scopes: texts(&decision["scopes"]).into_iter().map(String::from).collect(),
                operation: ["kind", "method", "name"]
                    .map(|name| optional(&decision["operation"][name])),
            });
        }
        let pairs = list(&decision["headers"]).iter();
        Self::Respond {
            status: decision["status"].as_u64().and_then(|n| n.try_into().ok()).expect("a status"),
            reason: reason(decision),
            headers: pairs.map(|pair| [0, 1].map(|i| text(&pair[i]).into())).collect(),
            body: text(&decision["body"]).into(),
        }
    }

    fn of(response: &Response<'_>) -> Self {
        let headers = response.headers().iter();
        Self::Respond {
            status: response.status(),
            reason: response.reason(),
            headers: headers.map(|(name, value)| [(*name).into(), (*value).into()]).collect(),
            body: response.body().into(),
        }
    }
}

/// The keys that the decisions need, or none that are to be had, and which tokens are asked about.
struct Keys<'p>(Policy<'p>, Option<KeySet<2>>, Option<&'p str>);

impl Keys<'_> {
    fn introspection<'a>(&'a self, response: Option<&'a [u8]>) -> Option<Introspection<'a>> {
        let introspection = Introspection::new(self.0);
        let introspection = match self.2? {
            "all" => introspection,
            _ => introspection.with_jwts(self),
        };
        Some(match response {
            Some(response) => introspection.with_response(response),
            None => introspection,
        })
    }
}

impl Authority for Keys<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let Self(policy, keys, _) = self;
        let keys = keys.as_ref().ok_or(Reason::KeysUnavailable)?;
        policy.validate_before_proof(compact, keys, now, memory)
    }
}

fn decide(file: &Value, decision: &Value) -> Outcome {
    let guard = &file["guards"][text(&decision["guard"])];
    let servers = texts(&guard["authorization_servers"]);
    let scopes = texts(&guard["scopes_supported"]);
    let metadata = ResourceMetadata::new(text(&guard["resource"]), &*servers)
        .and_then(|metadata| metadata.with_scopes_supported(&*scopes))
        .expect("metadata");
    let origins = guard["origins"].as_array().map(|_| texts(&guard["origins"]));
    let legacy = legacy(&guard["legacy"]);
    let lists: Vec<_> = list(&guard["rules"]).iter().map(RuleLists::new).collect();
    let claims: Vec<_> = lists.iter().map(RuleLists::claims).collect();
    let rules: Vec<_> =
        lists.iter().zip(&claims).map(|(lists, claims)| lists.rule(claims)).collect();
    let hierarchy: Vec<_> =
        list(&guard["hierarchy"]).iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    let base = texts(&guard["base"]);
    let rules = Rules::<16, 16>::new(&rules, &hierarchy, &*base).expect("rules");

    let provider = Provider::from_name(text(&guard["provider"])).expect("a provider");
    let mut made =
        Guard::new(&metadata).expect("a guard").with_provider(provider).with_rules(rules.view());
    made = match &origins {
        Some(origins) => made.with_origins(&**origins).expect("origins"),
        None => made.with_any_origin(),
    };
    made = match &legacy {
        Some(legacy) => made.with_legacy_metadata(legacy),
        None if guard["legacy"] == Value::Bool(false) => made.without_legacy_metadata(),
        None => made,
    };
    if let Some(len) = guard["max_message_len"].as_u64() {
        made = made.with_max_message_len(len.try_into().expect("a length"));
    }

    let audience = texts(&guard["policy"]["audience"]);
    let policy = Policy::new(text(&guard["policy"]["issuer"]), &*audience).expect("a policy");
    let keys = guard["key_set"].get("jwks").map(|jwks| KeySet::from_jwks(jwks.to_string()));
    let introspected = guard["introspection"].as_str();
    let keys = Keys(policy, keys.map(|keys| keys.expect("keys")), introspected);

    let dpop = &guard["dpop"];
    if dpop.is_null() {
        return ask::<NoDpop>(&made, &keys, decision);
    }
    let algorithms = texts(&dpop["algorithms"]).into_iter().fold(Algorithms::NONE, |all, name| {
        all.with(Algorithm::from_name(name).expect("an algorithm"))
    });
    let mut verifier = DpopVerifier::new(text(&guard["resource"]), FixedReplayStore::<4>::new())
        .and_then(|verifier| verifier.with_algorithms(algorithms))
        .expect("a verifier");
    let nonces = &dpop["nonces"];
    let secrets: Vec<_> = nonces["secrets"].as_array().into_iter().flatten().map(secret).collect();
    let seal_keys: Vec<_> = secrets
        .iter()
        .map(|(number, secret)| SealKey::new(*number, secret).expect("a secret"))
        .collect();
    if let Some(lifetime) = nonces["lifetime"].as_u64() {
        let nonces = SealKeys::new(&seal_keys)
            .and_then(|keys| DpopNonces::new(keys, lifetime.try_into().expect("seconds")))
            .expect("nonces");
        verifier = verifier.with_nonces(nonces);
    }
    let made = made.with_dpop(verifier, dpop["required"] == true).expect("of this resource");
    ask(&made, &keys, decision)
}

/// Asks for what comes before as well.
fn ask<S: ReplayStore>(guard: &Guard<'_, S>, keys: &Keys<'_>, decision: &Value) -> Outcome {
    for earlier in list(&decision["before"]) {
        let outcome = ask_once(guard, keys, earlier);
        assert!(matches!(outcome, Outcome::Proceed(_)), "{}: {outcome:?}", decision["name"]);
    }
    ask_once(guard, keys, decision)
}

/// Both steps of a guard.
fn ask_once<S: ReplayStore>(guard: &Guard<'_, S>, keys: &Keys<'_>, decision: &Value) -> Outcome {
    let request = &decision["request"];
    let headers: Vec<_> = list(&request["headers"])
        .iter()
        .map(|pair| Header::new(text(&pair[0]), text(&pair[1])))
        .collect();
    let bytes = |name: &str| request[name].as_str().map(decode);
    let head = RequestHead {
        method: text(&request["method"]),
        target: text(&request["target"]),
        headers: &headers,
        certificate: bytes("certificate_b64u").map(|hash| hash.try_into().expect("32 bytes")),
    };
    let now = UnixTime::from_secs(decision["now"].as_u64().expect("seconds"));
    let mut memory = vec![0; limits::MEMORY + RESPONSE_MEMORY];
    let response = bytes("introspection_b64u");
    let step = match keys.introspection(response.as_deref()) {
        Some(introspection) => guard.authenticate(&head, &introspection, now, &mut memory),
        None => guard.authenticate(&head, keys, now, &mut memory),
    };
    let principal = match step {
        Step::Proceed(principal) => principal,
        Step::Respond(response) => return Outcome::of(&response),
    };
    authorize(guard, &head, &principal, bytes("body_b64u").as_deref())
}

fn authorize<S: ReplayStore>(
    guard: &Guard<'_, S>,
    head: &RequestHead<'_>,
    principal: &Principal<'_>,
    body: Option<&[u8]>,
) -> Outcome {
    let mut memory = vec![0; limits::OPERATION_MEMORY + RESPONSE_MEMORY];
    let operation = match body {
        Some(body) => match guard.read_operation(head, body, &mut memory) {
            Ok(operation) => operation,
            Err(response) => return Outcome::of(&response),
        },
        None => Operation::WITHOUT_BODY,
    };
    let mut memory = [0; RESPONSE_MEMORY];
    match guard.authorize(head, principal, &operation, &mut memory) {
        Ok(()) => Outcome::Proceed(Granted::of(principal, &operation)),
        Err(response) => Outcome::of(&response),
    }
}

/// The number of a secret, and the secret.
fn secret(pair: &Value) -> (u8, Vec<u8>) {
    let number = pair[0].as_u64().and_then(|number| number.try_into().ok());
    (number.expect("a number"), decode(text(&pair[1])))
}

fn legacy(value: &Value) -> Option<LegacyServerMetadata<'_>> {
    let member = |name: &str| text(&value[name]);
    if !value.is_object() {
        return None;
    }
    let endpoints = (member("authorization_endpoint"), member("token_endpoint"));
    LegacyServerMetadata::new(member("issuer"), endpoints.0, endpoints.1)
        .and_then(|legacy| legacy.with_audience(member("audience")))
        .map(Some)
        .expect("a document")
}

/// What a rule borrows: the lists of scopes, and for each claim the list of its values.
struct RuleLists<'f> {
    members: &'f Value,
    needs: Vec<&'f str>,
    values: Vec<Vec<&'f str>>,
}

impl<'f> RuleLists<'f> {
    fn new(members: &'f Value) -> Self {
        let needs = if members["needs"].is_null() { Vec::new() } else { texts(&members["needs"]) };
        let values = list(&members["claims"])
            .iter()
            .map(|claim| texts(claim.get("one_of").unwrap_or(&claim["includes"])));
        Self { members, needs, values: values.collect() }
    }

    fn claims(&self) -> Vec<ClaimRule<'_>> {
        let claims = list(&self.members["claims"]).iter().zip(&self.values);
        let rules = claims.map(|(claim, values)| match claim.get("one_of") {
            Some(_) => ClaimRule::one_of(text(&claim["name"]), &**values),
            None => ClaimRule::includes(text(&claim["name"]), &**values),
        });
        rules.map(|rule| rule.expect("a rule")).collect()
    }

    fn rule<'r>(&'r self, claims: &'r [ClaimRule<'r>]) -> Rule<'r> {
        let pattern = text(&self.members["pattern"]);
        let is_prefix = self.members["prefix"] == true;
        let rule = match (text(&self.members["kind"]), is_prefix) {
            ("tool", false) => Rule::tool(pattern),
            ("tool", true) => Rule::tools_beginning_with(pattern),
            ("prompt", false) => Rule::prompt(pattern),
            ("prompt", true) => Rule::prompts_beginning_with(pattern),
            ("resource", false) => Rule::resource(pattern),
            ("resource", true) => Rule::resources_beginning_with(pattern),
            ("method", false) => Rule::method(pattern),
            ("method", true) => Rule::methods_beginning_with(pattern),
            (kind, _) => panic!("{kind} is nothing that rules speak of"),
        };
        let mut rule = rule.with_claims(claims).needs(&*self.needs);
        if self.members["public"] == true {
            rule = rule.public();
        }
        if self.members["refused"] == true {
            rule = rule.refused();
        }
        let (user, client) = (&self.members["user"], &self.members["client"]);
        if user.is_array() {
            rule = rule.for_user(text(&user[0]), text(&user[1]));
        }
        if client.is_array() {
            rule = rule.for_client(text(&client[0]), text(&client[1]));
        }
        rule
    }
}

fn read() -> Value {
    serde_json::from_str(&fs::read_to_string(path()).expect("testdata/decisions.json"))
        .expect("JSON")
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/decisions.json")
}

fn reason(decision: &Value) -> Option<Reason> {
    let name = text(&decision["reason"]);
    let reason = Reason::ALL.into_iter().find(|reason| reason.name() == name);
    assert!(reason.is_some() || name == "ok", "{name} is no reason");
    reason
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).expect("base64url")
}
