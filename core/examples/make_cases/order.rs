//! The order of the checks is a promise: form and header, key, form of the claims, issuer,
//! signature, time, audience, scope.

use crate::generator::keys::{Keys, signed};
use crate::generator::setup::{EXPIRY, NOW, claims, header, header_for};
use crate::generator::suite::{Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    let late = EXPIRY + 1000;
    let wrong_issuer = || claims().text("iss", "https://attacker.example/");
    let wrong_audience = || claims().text("aud", "https://other.example.com/mcp");
    let forged = |header: Members, claims: Members| {
        signed(header, claims, |message| keys.sign_with_other("ES256", message))
    };
    let unknown_kid = || header().text("kid", "nobody");

    let mut refuse = |name: &str, token: String, reason: &'static str| {
        suite
            .refuse(format!("order_{name}"), token, reason)
            .at(late)
            .with_policy("needs_read_and_write");
    };
    // Form before header, header before key, key before payload.
    let broken = keys.token("{", r#"{"x":1,"x":1}"#);
    refuse("broken_header_before_duplicate_in_payload", broken, "invalid_json");
    refuse(
        "alg_none_before_everything",
        signed(r#"{"alg":"none","typ":"x","crit":["x"],"kid":"nobody"}"#, "{}", |_| Vec::new()),
        "algorithm_not_allowed",
    );
    let wrong_types = r#"{"alg":"none","typ":1,"crit":1,"b64":1,"kid":1}"#;
    refuse(
        "alg_none_before_wrong_types_in_header",
        signed(wrong_types, claims(), |_| Vec::new()),
        "algorithm_not_allowed",
    );
    let secret = keys.token_as(
        "HS256",
        header_for("HS256").text("typ", "dpop+jwt").raw("crit", r#"["x"]"#),
        claims(),
    );
    refuse("alg_not_listed_before_typ_and_crit", secret, "algorithm_not_allowed");
    refuse(
        "alg_none_before_broken_payload",
        signed(r#"{"alg":"none"}"#, "{", |_| Vec::new()),
        "algorithm_not_allowed",
    );
    refuse(
        "alg_missing_before_typ",
        keys.token(r#"{"typ":"dpop+jwt"}"#, claims()),
        "algorithm_missing",
    );
    refuse(
        "typ_before_crit",
        keys.token(header().text("typ", "dpop+jwt").raw("crit", r#"["x"]"#), claims()),
        "type_mismatch",
    );
    refuse(
        "typ_before_issuer",
        keys.token(header().text("typ", "dpop+jwt"), wrong_issuer()),
        "type_mismatch",
    );
    refuse(
        "crit_before_broken_payload",
        keys.token(header().raw("crit", r#"["x"]"#), "{"),
        "critical_not_understood",
    );
    refuse(
        "duplicate_in_payload_before_issuer",
        keys.token(header(), wrong_issuer().again("sub", "1")),
        "duplicate_member",
    );
    refuse(
        "typ_before_key",
        keys.token(unknown_kid().text("typ", "dpop+jwt"), claims()),
        "type_mismatch",
    );
    refuse(
        "crit_before_key",
        keys.token(unknown_kid().raw("crit", r#"["x"]"#), claims()),
        "critical_not_understood",
    );
    refuse("key_before_broken_payload", keys.token(unknown_kid(), "{"), "key_not_found");
    refuse(
        "key_before_duplicate_in_payload",
        keys.token(unknown_kid(), claims().again("sub", "1")),
        "key_not_found",
    );
    let bad_last_digit = keys.token(unknown_kid(), claims()) + "=";
    refuse("key_before_broken_signature_part", bad_last_digit, "key_not_found");
    let bad_last_digit = keys.token(header(), wrong_issuer()) + "=";
    refuse("broken_signature_part_before_issuer", bad_last_digit, "invalid_base64");
    // Key, then issuer, then signature.
    refuse("key_before_issuer", keys.token(unknown_kid(), wrong_issuer()), "key_not_found");
    refuse(
        "key_before_missing_issuer",
        keys.token(unknown_kid(), claims().without("iss")),
        "key_not_found",
    );
    refuse(
        "key_algorithm_before_issuer",
        keys.token(header_for("RS256").text("kid", "es256"), wrong_issuer()),
        "key_algorithm_mismatch",
    );
    refuse("issuer_before_signature", forged(header(), wrong_issuer()), "issuer_mismatch");
    refuse("key_before_signature", forged(unknown_kid(), claims()), "key_not_found");
    refuse("key_before_time", keys.token(unknown_kid(), claims()), "key_not_found");
    // Nothing about a claim unless the signature is good.
    refuse("signature_before_expired", forged(header(), claims()), "invalid_signature");
    refuse("signature_before_audience", forged(header(), wrong_audience()), "invalid_signature");
    refuse(
        "signature_before_missing_exp",
        forged(header(), claims().without("exp")),
        "invalid_signature",
    );
    refuse(
        "signature_before_wrong_type_of_exp",
        forged(header(), claims().raw("exp", "true")),
        "invalid_signature",
    );
    refuse(
        "signature_before_wrong_type_of_aud",
        forged(header(), claims().raw("aud", "1")),
        "invalid_signature",
    );
    refuse(
        "signature_before_scope",
        forged(header(), claims().without("scope")),
        "invalid_signature",
    );
    // Time, then audience, then scope.
    refuse("expired_before_audience", keys.token(header(), wrong_audience()), "expired");
    refuse(
        "expired_before_missing_audience",
        keys.token(header(), claims().without("aud")),
        "expired",
    );
    refuse(
        "expired_before_wrong_type_of_aud",
        keys.token(header(), claims().raw("aud", "1")),
        "expired",
    );
    refuse(
        "expired_before_wrong_type_of_sub",
        keys.token(header(), claims().raw("sub", "1")),
        "expired",
    );
    refuse("expired_before_scope", keys.token(header(), claims().without("scope")), "expired");

    let mut refuse_now = |name: &str, claims: Members, reason: &'static str| {
        suite
            .refuse(format!("order_{name}"), keys.token(header(), claims), reason)
            .with_policy("needs_read_and_write");
    };
    let ahead = (NOW + 1000).to_string();
    let ahead_iat = |claims: Members| claims.raw("iat", &*ahead);
    refuse_now(
        "expired_before_not_yet_valid",
        claims().raw("exp", "1").raw("nbf", &*ahead),
        "expired",
    );
    refuse_now(
        "not_yet_valid_before_issued_in_future",
        ahead_iat(claims()).raw("nbf", &*ahead),
        "not_yet_valid",
    );
    refuse_now("issued_in_future_before_audience", ahead_iat(wrong_audience()), "issued_in_future");
    refuse_now("missing_exp_before_audience", wrong_audience().without("exp"), "missing_claim");
    refuse_now(
        "audience_before_wrong_type_of_sub",
        wrong_audience().raw("sub", "1"),
        "audience_mismatch",
    );
    refuse_now("audience_before_scope", wrong_audience().without("scope"), "audience_mismatch");
    refuse_now(
        "wrong_type_of_sub_before_scope",
        claims().without("scope").raw("sub", "1"),
        "invalid_claim",
    );
    refuse_now(
        "wrong_type_of_scp_before_scope",
        claims().text("scope", "x").raw("scp", "1"),
        "invalid_claim",
    );
    suite
        .refuse(
            "order_missing_claim_before_scope",
            keys.token(header(), claims().without("scope")),
            "missing_claim",
        )
        .with_policy("requires_exp_org_id");
}
