//! Claims of the wrong type, and comparisons that compare something else.

use gatepost::{Algorithm, Issuers, Policy, Reason, UnixTime};

use crate::common::{self, AUDIENCE, CLAIMS, ISSUER, NOW, claims_with, key_set, policy};
use crate::{verdict, verdict_of};

fn with(members: &[(&str, &str)]) -> Result<(), Reason> {
    let compact = common::token(Algorithm::Es256, &claims_with(members));
    verdict(&compact, &key_set(Algorithm::Es256))
}

#[test]
fn cve_2026_25537_a_claim_of_the_wrong_type_is_never_absent() {
    // With nothing required, too, where an absent claim would be accepted.
    let lax = policy().with_required_claims(&[]).unwrap();
    let keys = key_set(Algorithm::Es256);
    for claim in
        ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "client_id", "azp", "scope", "scp"]
    {
        for value in ["null", "true", "{}", "[1]", "[null]", "[[\"a\"]]", "{\"a\":1}"] {
            let compact = common::token(Algorithm::Es256, &claims_with(&[(claim, value)]));
            let refused = verdict_of(lax, &compact, &keys);
            assert_eq!(refused, Err(Reason::InvalidClaim), "{claim}: {value}");
        }
        let of_the_other_kind = match claim {
            "exp" | "nbf" | "iat" => "\"1700000600\"",
            _ => "1700000600",
        };
        assert_eq!(with(&[(claim, of_the_other_kind)]), Err(Reason::InvalidClaim), "{claim}");
    }
    for value in ["\"a\"", "null", "1", "{}", "[1]"] {
        assert_eq!(with(&[("permissions", value)]), Err(Reason::InvalidClaim), "{value}");
    }
    // And absent ones are missing.
    for claim in ["iss", "aud", "exp"] {
        assert_eq!(with(&[(claim, "-")]), Err(Reason::MissingClaim), "{claim}");
    }
}

#[test]
fn ghsa_hm8q_7f3q_5f36_a_time_is_a_number_that_can_be_a_time() {
    for claim in ["exp", "nbf", "iat"] {
        for value in [
            "1e999",
            "-1e999",
            "1e400",
            "-1",
            "-0.5",
            "1e16",
            "\"1700000600\"",
            "true",
            "false",
            "null",
            "[]",
            "[1700000600]",
            "{}",
            "\"\"",
            "\"Infinity\"",
        ] {
            assert_eq!(with(&[(claim, value)]), Err(Reason::InvalidClaim), "{claim}: {value}");
        }
        // What JavaScript would print is no JSON.
        for value in ["NaN", "Infinity", "-Infinity", "+1", "0x6553f100", "1_700", "017"] {
            let claims = CLAIMS.replace('{', &format!("{{\"{claim}x\":{value},"));
            let compact = common::token(Algorithm::Es256, &claims);
            let refused = verdict(&compact, &key_set(Algorithm::Es256));
            assert_eq!(refused, Err(Reason::InvalidJson), "{claim}: {value}");
        }
    }
}

/// Also CVE-2024-53861, where the issuer was looked for within a string.
#[test]
fn cve_2020_26160_issuer_and_audience_are_compared_whole() {
    for audience in [
        "\"\"",
        "[]",
        "[\"\"]",
        "\"https://mcp.example/mcp/\"",
        "\"https://mcp.example/mc\"",
        "\"https://mcp.example/mcp?\"",
        "\"HTTPS://MCP.EXAMPLE/MCP\"",
        "\"x https://mcp.example/mcp\"",
        "\"https://other.example https://mcp.example/mcp\"",
        "[\"https://mcp.example\",\"/mcp\"]",
        "\"https:\\/\\/mcp.example\\/mcp\\u0000\"",
    ] {
        assert_eq!(with(&[("aud", audience)]), Err(Reason::AudienceMismatch), "{audience}");
    }
    for audience in [
        "\"https://mcp.example/mcp\"",
        "\"https:\\/\\/mcp.example\\/mcp\"",
        "[\"https://mcp.example/mcp\"]",
        "[\"\",\"x\",\"https://mcp.example/mcp\"]",
    ] {
        assert_eq!(with(&[("aud", audience)]), Ok(()), "{audience}");
    }
    for issuer in [
        "",
        "https://issuer.exampl",
        "https://issuer.example/",
        "https://issuer.example.attacker.example",
        "x https://issuer.example",
        "https://ISSUER.example",
        "i",
        "https://issuer.example\\u0000",
    ] {
        let refused = with(&[("iss", &format!("\"{issuer}\""))]);
        assert_eq!(refused, Err(Reason::IssuerMismatch), "{issuer}");
    }
    assert_eq!(with(&[("iss", "\"https:\\/\\/issuer.example\"")]), Ok(()));
}

#[test]
fn cve_2025_30144_an_issuer_is_no_list() {
    for issuer in [
        "[\"https://issuer.example\"]",
        "[\"https://attacker.example\",\"https://issuer.example\"]",
        "[]",
        "{\"https://issuer.example\":1}",
    ] {
        assert_eq!(with(&[("iss", issuer)]), Err(Reason::InvalidClaim), "{issuer}");
    }
    let keys = key_set(Algorithm::Es256);
    let entries = [(policy(), keys.keys())];
    let issuers = Issuers::new(&entries).unwrap();
    let claims = claims_with(&[("iss", "[\"https://issuer.example\"]")]);
    let compact = common::token(Algorithm::Es256, &claims);
    let mut memory = common::memory();
    let refused = issuers.validate(&compact, NOW, &mut memory);
    assert_eq!(refused.unwrap_err(), Reason::InvalidClaim);
}

/// The library answered one token with what it had kept of another. Here nothing is kept: the
/// same memory serves both, and time is looked at each time.
#[test]
fn cve_2026_35039_no_token_is_answered_with_another() {
    let keys = key_set(Algorithm::Rs256);
    let alice = common::token(Algorithm::Rs256, CLAIMS);
    let bob = common::token(Algorithm::Rs256, &claims_with(&[("sub", "\"bob\"")]));
    let mut memory = common::memory();
    for _ in 0..3 {
        for (compact, subject) in [(&alice, "alice"), (&bob, "bob")] {
            let token = policy().validate(compact, &keys, NOW, &mut memory).unwrap();
            assert_eq!(token.subject(), Some(subject));
        }
    }
    let later = UnixTime::from_secs(NOW.as_secs() + 630);
    let refused = policy().validate(&alice, &keys, later, &mut memory);
    assert_eq!(refused.unwrap_err(), Reason::Expired);
    let other = Policy::new(ISSUER, "https://other.example").unwrap();
    let refused = other.validate(&alice, &keys, NOW, &mut memory);
    assert_eq!(refused.unwrap_err(), Reason::AudienceMismatch);
}

/// Also CVE-2026-35040, where a pattern with a memory refused every other token.
#[test]
fn cve_2026_35041_what_a_policy_names_is_no_pattern() {
    let keys = key_set(Algorithm::Es256);
    for pattern in
        [".*", "https://issuer.example.*", "^https", "(a+)+$", "*", "https://issuer?example"]
    {
        let compact = common::token(Algorithm::Es256, CLAIMS);
        let of_issuer = Policy::new(pattern, AUDIENCE).unwrap();
        assert_eq!(verdict_of(of_issuer, &compact, &keys), Err(Reason::IssuerMismatch));
        let of_audience = Policy::new(ISSUER, pattern).unwrap();
        assert_eq!(verdict_of(of_audience, &compact, &keys), Err(Reason::AudienceMismatch));
        let of_scope = policy().with_required_scopes(pattern).unwrap();
        assert_eq!(verdict_of(of_scope, &compact, &keys), Err(Reason::InsufficientScope));
    }
    // What makes a pattern slow is a string like any other.
    let slow = format!("{}!", "a".repeat(5000));
    assert_eq!(with(&[("aud", &format!("{slow:?}"))]), Err(Reason::AudienceMismatch));
    for _ in 0..4 {
        assert_eq!(with(&[]), Ok(()));
    }
}

/// Also GHSA-5h2m-4q8j-pqpj: the server let tokens in that were meant for another, or for nobody.
#[test]
fn cve_2025_69196_a_token_for_another_server_is_refused() {
    let keys = key_set(Algorithm::Es256);
    let (a, b) = ("https://a.example/mcp", "https://b.example/mcp");
    let for_a = common::token(Algorithm::Es256, &claims_with(&[("aud", &format!("{a:?}"))]));
    let for_both =
        common::token(Algorithm::Es256, &claims_with(&[("aud", &format!("[{a:?},{b:?}]"))]));
    let for_nobody = common::token(Algorithm::Es256, &claims_with(&[("aud", "-")]));
    let [at_a, at_b] = [a, b].map(|audience| Policy::new(ISSUER, audience).unwrap());
    assert_eq!(verdict_of(at_a, &for_a, &keys), Ok(()));
    assert_eq!(verdict_of(at_b, &for_a, &keys), Err(Reason::AudienceMismatch));
    assert_eq!(verdict_of(at_b, &for_both, &keys), Ok(()));
    for policy in [at_a, at_b, at_a.with_required_claims(&[]).unwrap()] {
        assert_eq!(verdict_of(policy, &for_nobody, &keys), Err(Reason::MissingClaim));
    }
    // No policy is without an audience.
    assert_eq!(Policy::new(ISSUER, "").unwrap_err(), Reason::Misuse);
    assert_eq!(Policy::new(ISSUER, &[]).unwrap_err(), Reason::Misuse);
    assert_eq!(Policy::new(ISSUER, &["x", ""]).unwrap_err(), Reason::Misuse);
}
