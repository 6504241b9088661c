//! Every case of `testdata/cases.json`, and that the file is what its generator makes.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use gatepost::{
    AccessToken, Algorithm, Algorithms, ImportOptions, Issuers, KeySet, Policy, Reason, UnixTime,
    limits,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "another test has the decisions")]
#[path = "../examples/make_cases/generator.rs"]
mod generator;

/// Room for the largest set of the file, and for any that is refused for its size.
type Keys = KeySet<24>;

#[test]
fn every_token_is_judged_as_written() {
    let file = File::read();
    let cases = file.list("cases");
    let mut verdicts = Verdicts::default();
    for case in cases {
        let mut memory = [0; limits::MEMORY];
        let result = file.validate(case, &mut memory).map(|token| values(&token));
        let expected = match case["reason"].as_str() {
            Some("ok") => Ok(expected_values(case)),
            _ => Err(reason(case)),
        };
        verdicts.compare(case, &result, &expected);
    }
    verdicts.finish(150);
}

#[test]
fn every_key_set_is_imported_as_written() {
    let file = File::read();
    let mut verdicts = Verdicts::default();
    for case in file.list("key_set_cases") {
        let result = import(&case["key_set"]).map(|keys| {
            let skipped: Vec<_> =
                keys.skipped().map(|(index, reason)| (index, reason.name().to_owned())).collect();
            (keys.keys().iter().count(), skipped)
        });
        let expected = match case["reason"].as_str() {
            Some("ok") => Ok((usize_of(&case["keys"]), skipped(case))),
            _ => Err(reason(case)),
        };
        verdicts.compare(case, &result, &expected);
    }
    verdicts.finish(100);
}

#[test]
fn every_signature_is_judged_as_written() {
    let file = File::read();
    let mut verdicts = Verdicts::default();
    for case in file.list("signature_cases") {
        let mut memory = [0; limits::MEMORY];
        let keys = file.keys(&case["key_set"]);
        let result = keys
            .verify_signature(text(&case["token"]), algorithms(&case["algorithms"]), &mut memory)
            .map(<[u8]>::to_vec);
        let expected = match case["reason"].as_str() {
            Some("ok") => Ok(decode(&case["payload_b64u"])),
            _ => Err(reason(case)),
        };
        verdicts.compare(case, &result, &expected);
    }
    verdicts.finish(30);
}

#[test]
fn names_are_unique_and_numbers_are_those_of_the_reasons() {
    let file = File::read();
    let mut names = BTreeSet::new();
    for list in ["cases", "key_set_cases", "signature_cases"] {
        for case in file.list(list) {
            let name = text(&case["name"]);
            assert!(names.insert(name), "{name} stands there twice");
            let in_words =
                name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
            assert!(in_words, "{name} is not in snake case");
            let number = match text(&case["reason"]) {
                "ok" => 0,
                _ => u64::from(reason(case).number()),
            };
            assert_eq!(case["number"].as_u64(), Some(number), "{name}");
        }
    }
}

#[test]
fn every_reason_that_a_token_or_a_key_can_have_is_there() {
    let file = File::read();
    let lists =
        ["cases", "key_set_cases", "signature_cases"].into_iter().flat_map(|name| file.list(name));
    let seen: BTreeSet<_> = lists.map(|case| usize_of(&case["number"])).collect();
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|reason| !seen.contains(&usize::from(reason.number())))
        // These are about what the caller brings along (memory, slots, rules, proofs, answers), about
        // requests, which `decisions.json` has, and about documents.
        .filter(|reason| !matches!(reason.number(), 108..=199 | 315 | 508..=509 | 602 | 702..))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_file_is_what_the_generator_makes() {
    let made = generator::document();
    assert!(
        made == fs::read_to_string(path()).expect("testdata/cases.json"),
        "run `cargo run -p gatepost --example make_cases > testdata/cases.json`"
    );
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases.json")
}

/// The file, with its key sets imported once.
struct File {
    document: Value,
    key_sets: BTreeMap<String, Keys>,
}

impl File {
    fn read() -> Self {
        let document: Value =
            serde_json::from_str(&fs::read_to_string(path()).expect("testdata/cases.json"))
                .expect("JSON");
        let key_sets = members(&document["key_sets"])
            .iter()
            .map(|(name, key_set)| {
                (name.clone(), import(key_set).unwrap_or_else(|error| panic!("{name}: {error}")))
            })
            .collect();
        Self { document, key_sets }
    }

    fn list(&self, name: &str) -> &[Value] {
        self.document[name].as_array().expect("a list of cases")
    }

    fn keys(&self, name: &Value) -> &Keys {
        &self.key_sets[text(name)]
    }

    fn validate<'t>(
        &self,
        case: &'t Value,
        memory: &'t mut [u8],
    ) -> Result<AccessToken<'t>, Reason> {
        let token = text(&case["token"]);
        let now = UnixTime::from_secs(case["now"].as_u64().expect("a time"));
        let pairs: Vec<(&Value, &Value)> = match case.get("issuers") {
            Some(name) => {
                let pairs = self.document["issuers"][text(name)].as_array().expect("pairs");
                pairs.iter().map(|pair| (&pair[0], &pair[1])).collect()
            }
            None => vec![(&case["policy"], &case["key_set"])],
        };
        let texts: Vec<PolicyTexts<'_>> = pairs
            .iter()
            .map(|(policy, _)| PolicyTexts::new(&self.document["policies"][text(policy)]))
            .collect();
        let entries: Vec<_> = texts
            .iter()
            .zip(&pairs)
            .map(|(texts, (_, keys))| (texts.policy(), self.keys(keys).keys()))
            .collect();
        match case.get("issuers") {
            Some(_) => Issuers::new(&entries).expect("issuers").validate(token, now, memory),
            None => {
                let (policy, keys) = entries[0];
                policy.validate(token, keys, now, memory)
            }
        }
    }
}

/// The lists that a policy borrows.
struct PolicyTexts<'f> {
    members: &'f Value,
    audience: Vec<&'f str>,
    required_scopes: Vec<&'f str>,
    require: Vec<&'f str>,
}

impl<'f> PolicyTexts<'f> {
    fn new(members: &'f Value) -> Self {
        let list =
            |name: &str| members[name].as_array().map(|texts| texts.iter().map(text).collect());
        Self {
            members,
            audience: list("audience").expect("an audience"),
            required_scopes: list("required_scopes").unwrap_or_default(),
            require: list("require").unwrap_or_default(),
        }
    }

    fn policy(&self) -> Policy<'_> {
        let mut policy =
            Policy::new(text(&self.members["issuer"]), &*self.audience).expect("a policy");
        for (name, value) in members(self.members) {
            policy = match &**name {
                "issuer" | "audience" => Ok(policy),
                "algorithms" => policy.with_algorithms(algorithms(value)),
                "leeway" => policy.with_leeway(u32::try_from(usize_of(value)).expect("seconds")),
                "typ" => policy.with_typ(text(value)),
                "required_scopes" => policy.with_required_scopes(&*self.required_scopes),
                "require" => policy.with_required_claims(&*self.require),
                "profile" if value == "rfc9068" => Ok(policy.rfc9068()),
                _ => panic!("{name} is nothing that a policy has"),
            }
            .expect("a policy");
        }
        policy
    }
}

fn import(key_set: &Value) -> Result<Keys, Reason> {
    let algorithm =
        key_set["algorithm"].as_str().map(|name| Algorithm::from_name(name).expect("an algorithm"));
    let kid = key_set["kid"].as_str();
    if let Some(pem) = key_set["pem"].as_str() {
        return Keys::from_pem(pem, algorithm, kid);
    }
    if key_set["secret"].is_string() {
        return Keys::from_secret(
            decode(&key_set["secret"]),
            algorithm.expect("an algorithm"),
            kid,
        );
    }
    let mut options = ImportOptions::default();
    options.symmetric = key_set["symmetric"] == true;
    match key_set["jwks_text"].as_str() {
        Some(jwks) => Keys::from_jwks_with(jwks, options),
        None => Keys::from_jwks_with(key_set["jwks"].to_string(), options),
    }
}

/// What an accepted token is read as: each list sorted, as a set.
#[derive(Debug, PartialEq)]
struct Values {
    subject: Option<String>,
    client_id: Option<String>,
    scopes: BTreeSet<String>,
    audience: BTreeSet<String>,
    expires_at: Option<u64>,
}

fn values(token: &AccessToken<'_>) -> Values {
    Values {
        subject: token.subject().map(String::from),
        client_id: token.client_id().map(String::from),
        scopes: token.scopes().map(String::from).collect(),
        audience: token.audience().map(String::from).collect(),
        expires_at: token.expires_at().map(UnixTime::as_secs),
    }
}

fn expected_values(case: &Value) -> Values {
    let optional = |name: &str| case[name].as_str().map(String::from);
    let set = |name: &str| {
        case[name].as_array().expect("a list").iter().map(|value| text(value).into()).collect()
    };
    Values {
        subject: optional("subject"),
        client_id: optional("client_id"),
        scopes: set("scopes"),
        audience: set("audience"),
        expires_at: case["expires_at"].as_u64(),
    }
}

fn skipped(case: &Value) -> Vec<(usize, String)> {
    let pairs = case["skipped"].as_array().expect("a list");
    pairs.iter().map(|pair| (usize_of(&pair[0]), text(&pair[1]).into())).collect()
}

fn reason(case: &Value) -> Reason {
    let name = text(&case["reason"]);
    *Reason::ALL
        .iter()
        .find(|reason| reason.name() == name)
        .unwrap_or_else(|| panic!("{name} is no reason"))
}

fn algorithms(names: &Value) -> Algorithms {
    let names = names.as_array().expect("a list of algorithms");
    names.iter().fold(Algorithms::NONE, |all, name| {
        all.with(Algorithm::from_name(text(name)).expect("an algorithm"))
    })
}

fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn usize_of(value: &Value) -> usize {
    value.as_u64().and_then(|value| usize::try_from(value).ok()).expect("a number")
}

fn decode(value: &Value) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text(value)).expect("base64url")
}

/// All that went wrong, told at once.
#[derive(Default)]
struct Verdicts {
    count: usize,
    wrong: Vec<String>,
}

impl Verdicts {
    fn compare<T: core::fmt::Debug + PartialEq>(
        &mut self,
        case: &Value,
        result: &Result<T, Reason>,
        expected: &Result<T, Reason>,
    ) {
        self.count += 1;
        if result != expected {
            self.wrong.push(format!(
                "{}:\n  got      {result:?}\n  expected {expected:?}",
                text(&case["name"])
            ));
        }
    }

    fn finish(self, least: usize) {
        let wrong = &self.wrong;
        assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), self.count, wrong.join("\n"));
        assert!(self.count >= least, "{} cases are too few", self.count);
    }
}
