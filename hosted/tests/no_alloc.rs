//! Once a key has its table, a server's validation allocates nothing: not with a table, not with a
//! cache, whether the token was seen before or not.

#[path = "../../core/tests/common/allocations.rs"]
mod allocations;

use allocations::without_allocation;
use gatepost::{ImportOptions, KeySet, Policy, Reason, UnixTime, limits};
use gatepost_hosted::{HostedKey, SharedTokenCache, Tables};
use serde_json::Value;

#[test]
fn tokens_are_judged_without_allocation() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/cases.json");
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(cases).unwrap()).unwrap();
    let mut algorithms = 0;
    for name in ["es256", "rs256", "es384", "eddsa"] {
        let cases = cases_named(&cases, name);
        algorithms += usize::from(!cases.is_empty());
        for case in cases {
            judge(&case);
        }
    }
    assert_eq!(algorithms, 4);
}

/// A token that is accepted, with its keys and its policy.
struct Case {
    jwks: String,
    issuer: String,
    audience: String,
    token: String,
    now: UnixTime,
}

fn cases_named(document: &Value, algorithm: &str) -> Vec<Case> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = format!("{algorithm}_accepted");
    let cases = document["cases"].as_array().unwrap().iter();
    cases
        .filter(|case| case["name"] == name.as_str())
        .map(|case| {
            let policy = &document["policies"][case["policy"].as_str().unwrap()];
            Case {
                jwks: document["key_sets"][case["key_set"].as_str().unwrap()]["jwks"].to_string(),
                issuer: text(&policy["issuer"]),
                audience: text(&policy["audience"][0]),
                token: text(&case["token"]),
                now: UnixTime::from_secs(case["now"].as_u64().unwrap()),
            }
        })
        .collect()
}

fn judge(case: &Case) {
    let tables = Tables::new(1 << 20);
    let keys: KeySet<24, HostedKey> = KeySet::load(&case.jwks, ImportOptions::default(), |key| {
        HostedKey::with_tables(key, &tables)
    })
    .unwrap();
    keys.keys().iter().for_each(|slot| _ = slot.key().prepare());
    let cache = SharedTokenCache::new(100);
    let policy = Policy::new(&case.issuer, &*case.audience).unwrap();
    let mut memory = vec![0; limits::MEMORY];
    let late = UnixTime::from_secs(case.now.as_secs() + 1_000_000);
    let mut validate = |now| {
        let keys = keys.keys().remembering(&cache);
        policy.validate(&case.token, keys, now, &mut memory).map(|_| ())
    };
    // What a thread keeps of the tables that it looks at is made with the first look.
    assert_eq!(validate(late), Err(Reason::Expired));
    assert!(cache.is_empty());
    for _ in 0..100 {
        assert_eq!(without_allocation("accepted", || validate(case.now)), Ok(()));
        assert_eq!(without_allocation("expired", || validate(late)), Err(Reason::Expired));
    }
}
