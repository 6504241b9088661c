//! What an issuer says of a token: what is accepted fulfils the policy as `serde_json` reads it, and
//! the verdict is that about a signed token with the same claims, but for what only one of the two
//! has.
//!
//! Input: the response of an introspection endpoint.

#![no_main]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::limits::{MAX_INTROSPECTION_LEN, MEMORY};
use gatepost::{Confirmation, Keys, Policy, Reason, UnixTime};
use gatepost_fuzz::keys::AnySignature;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const ISSUER: &str = "https://tenant.auth0.com/";
const AUDIENCE: &str = "https://mcp.example.com/mcp";
const NOW: u64 = 1_699_999_000;
const LEEWAY: u32 = 30;
const OPAQUE: &str = "2YotnFZFEjr1zCsicMWpAA";

fuzz_target!(|response: &[u8]| {
    let policy = Policy::new(ISSUER, AUDIENCE)
        .and_then(|policy| policy.with_leeway(LEEWAY))
        .and_then(|policy| policy.with_required_scopes("mcp:read"))
        .expect("a policy that makes sense");
    let now = UnixTime::from_secs(NOW);
    let mut memory = [0; MEMORY];
    let verdict = policy
        .validate_introspected(OPAQUE, response, now, &mut memory)
        .map(|presented| presented.confirmation());
    assert_ne!(verdict, Err(Reason::MemoryTooSmall));

    // A number beyond f64 is good JSON, which serde_json does not take as a value.
    let read = serde_json::from_slice::<Value>(response).ok();
    if verdict.is_ok() {
        assert!(response.len() <= MAX_INTROSPECTION_LEN);
        let Some(said) = &read else { return };
        assert_eq!(said["active"], true);
        assert!(said.get("iss").is_none_or(|issuer| issuer == ISSUER));
        let exp = said["exp"].as_f64().expect("it is required");
        assert!(exp + 1.0 + f64::from(LEEWAY) > NOW as f64);
        let kind = said["token_type"].as_str().map(str::to_ascii_lowercase);
        assert!(matches!(kind.as_deref(), None | Some("bearer" | "dpop")));
        assert_ne!(said["token_use"], "refresh_token");
    }
    let signed = signed(&policy, response, now);
    let says_no_more = |said: &Value| said.get("token_type").or(said.get("token_use")).is_none();
    match read {
        Some(said) if said["active"] == true && says_no_more(&said) => match signed {
            // The names of members are as many, and as long, as those of claims.
            Err(reason) if reason.number() < 200 => {
                assert_eq!(verdict, Err(Reason::InvalidIntrospection));
            }
            Err(Reason::MissingClaim) if said.get("iss").is_none() => {
                assert_ne!(verdict, Err(Reason::IssuerMismatch));
            }
            signed => assert_eq!(verdict, signed),
        },
        Some(said) if said["active"] == false => {
            assert!(matches!(verdict, Err(Reason::TokenInactive | Reason::InvalidIntrospection)))
        }
        _ => {}
    }
});

/// The verdict about a token with these claims, by a key that takes every signature.
fn signed(policy: &Policy<'_>, claims: &[u8], now: UnixTime) -> Result<Confirmation, Reason> {
    let compact =
        format!("{}.{}.AAAA", BASE64URL.encode(r#"{"alg":"ES256"}"#), BASE64URL.encode(claims));
    let slots = AnySignature::key_set();
    let keys = Keys::from(&slots[..]);
    let mut memory = [0; MEMORY];
    policy
        .validate_before_proof(&compact, keys, now, &mut memory)
        .map(|presented| presented.confirmation())
}
