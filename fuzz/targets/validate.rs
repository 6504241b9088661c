//! The whole decision, with a key that takes every signature, so that what stands behind the
//! signature is reached: what is accepted fulfils the policy as `serde_json` reads the token, and
//! whoever remembers tokens says the same of it, now and later.
//!
//! Input: a compact token; or, where a line break is in it, a header and claims with the line break
//! between them, which are encoded here.

#![no_main]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::limits::MEMORY;
use gatepost::{FixedTokenCache, Keys, Policy, Reason, TokenCache, UnixTime, json};
use gatepost_fuzz::keys::AnySignature;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const ISSUER: &str = "https://tenant.auth0.com/";
const AUDIENCE: &str = "https://mcp.example.com/mcp";
const NOW: u64 = 1_699_999_000;
const LEEWAY: u32 = 30;
const SCOPE: &str = "mcp:read";

fuzz_target!(|input: &[u8]| {
    let composed;
    let compact = match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => {
            let (header, claims) = (&input[..at], &input[at + 1..]);
            composed = format!("{}.{}.AAAA", BASE64URL.encode(header), BASE64URL.encode(claims));
            composed.as_bytes()
        }
        None => input,
    };

    let slots = AnySignature::key_set();
    let keys = Keys::from(&slots[..]);

    let policy = Policy::new(ISSUER, AUDIENCE)
        .and_then(|policy| policy.with_leeway(LEEWAY))
        .and_then(|policy| policy.with_required_scopes(SCOPE))
        .expect("a policy that makes sense");
    let mut memory = [0; MEMORY];
    match policy.validate(compact, keys, UnixTime::from_secs(NOW), &mut memory) {
        Ok(token) => {
            let claims: Vec<_> = compact.split(|byte| *byte == b'.').collect();
            let json = BASE64URL.decode(claims[1]).expect("base64 refuses what was accepted");
            // A number beyond f64 is good JSON, which serde_json does not take as a value.
            let Ok(claims) = serde_json::from_slice(&json) else { return };
            assert!(is_same(json::Value::Object(token.claims()), &claims));
            fulfils_the_policy(&claims);
            assert_eq!(claims["iss"], token.issuer());
            assert_eq!(claims["sub"].as_str(), token.subject());
            assert!(token.scopes().any(|scope| scope == SCOPE));
        }
        Err(reason) => assert_ne!(reason, Reason::MemoryTooSmall),
    }

    let cache = FixedTokenCache::<4>::new();
    // Not remembered yet, remembered, and remembered for longer than some tokens last.
    for now in [NOW, NOW, NOW + 3600, NOW + 10_000_000, NOW] {
        let without = verdict(&policy, compact, keys, now);
        assert_eq!(verdict(&policy, compact, keys.remembering(&cache), now), without);
    }
});

/// Who is let in with what, or why nobody is.
fn verdict<C: TokenCache>(
    policy: &Policy<'_>,
    compact: &[u8],
    keys: Keys<'_, AnySignature, C>,
    now: u64,
) -> Result<(String, Vec<String>, String), Reason> {
    let mut memory = [0; MEMORY];
    let token = policy.validate(compact, keys, UnixTime::from_secs(now), &mut memory)?;
    let scopes = token.scopes().map(str::to_owned).collect();
    let rest = format!("{:?} {:?} {:?}", token.client_id(), token.expires_at(), token.algorithm());
    Ok((token.subject().unwrap_or("").to_owned(), scopes, rest))
}

fn fulfils_the_policy(claims: &Value) {
    assert_eq!(claims["iss"], ISSUER);
    let audience = &claims["aud"];
    let is_meant = |value: &Value| *value == AUDIENCE;
    assert!(is_meant(audience) || audience.as_array().is_some_and(|all| all.iter().any(is_meant)));

    // The core rounds fractions up, exactly; f64 may have lost one on the way.
    let seconds = |name: &str| claims.get(name).map(|value| value.as_f64().expect("a number"));
    let (now, leeway) = (NOW as f64, f64::from(LEEWAY));
    assert!(seconds("exp").expect("it is required") + 1.0 + leeway > now);
    assert!(seconds("nbf").is_none_or(|nbf| nbf <= now + leeway));
    assert!(seconds("iat").is_none_or(|iat| iat <= now + leeway));

    let words = |value: &Value| match value {
        Value::String(list) => list.split(' ').any(|word| word == SCOPE),
        Value::Array(list) => list.iter().any(|word| *word == SCOPE),
        _ => false,
    };
    assert!(["scope", "scp", "permissions"].iter().any(|name| words(&claims[*name])));
}

/// Whether the core's view of a document shows what `serde_json` read from it.
fn is_same(ours: json::Value<'_>, theirs: &Value) -> bool {
    match (ours, theirs) {
        (json::Value::Null, Value::Null) => true,
        (json::Value::Bool(ours), Value::Bool(theirs)) => ours == *theirs,
        // How exact serde_json reads a float is its own matter.
        (json::Value::Number(_), Value::Number(_)) => true,
        (json::Value::String(ours), Value::String(theirs)) => ours == **theirs,
        (json::Value::Array(ours), Value::Array(theirs)) => {
            ours.elements().count() == theirs.len()
                && ours.elements().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (json::Value::Object(ours), Value::Object(theirs)) => {
            ours.entries().count() == theirs.len()
                && theirs.iter().all(|(name, theirs)| {
                    ours.member(name).is_some_and(|ours| is_same(ours, theirs))
                })
        }
        _ => false,
    }
}
