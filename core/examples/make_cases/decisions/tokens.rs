//! Tokens that are not accepted. Which token is refused why is a matter of `cases.json`; here is
//! what a client is told.

use crate::generator::decisions::answers::refused;
use crate::generator::decisions::requests::{call, token, token_with};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::{Keys, signed};
use crate::generator::setup::{EXPIRY, LEEWAY, NOW, claims, header};

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    let with = |name: &str, value: &str| token_with(keys, |claims| claims.raw(name, value));
    let without = |name: &str| token_with(keys, |claims| claims.without(name));
    let mut refuse = |name: &str, token: &str, reason: &'static str| {
        decisions.respond(name, "plain", call("x").bearer(token), refused(401, reason));
    };

    refuse("not_valid_yet", &with("nbf", "1800000000"), "not_yet_valid");
    refuse("issued_in_the_future", &with("iat", "1800000000"), "issued_in_future");
    refuse(
        "for_another_audience",
        &with("aud", r#""https://other.example/""#),
        "audience_mismatch",
    );
    refuse(
        "for_a_longer_audience",
        &with("aud", r#""https://mcp.example.com/mcp/""#),
        "audience_mismatch",
    );
    refuse("for_no_audience", &without("aud"), "missing_claim");
    refuse("without_an_end", &without("exp"), "missing_claim");
    refuse("from_another_issuer", &with("iss", r#""https://tenant.auth0.com""#), "issuer_mismatch");
    refuse("with_a_subject_that_is_a_number", &with("sub", "7"), "invalid_claim");
    let untrusted = signed(header(), claims(), |message| keys.sign_with_other("ES256", message));
    refuse("signed_by_an_untrusted_key", &untrusted, "invalid_signature");
    let unknown = keys.token(header().text("kid", "nobody"), claims());
    refuse("signed_by_an_unknown_key", &unknown, "key_not_found");
    let unsigned = signed(r#"{"alg":"none"}"#, claims(), |_| Vec::new());
    refuse("signed_by_nobody", &unsigned, "algorithm_not_allowed");
    let proof = keys.token(header().text("typ", "dpop+jwt"), claims());
    refuse("of_another_type", &proof, "type_mismatch");
    let twice = keys.token(header(), claims().again("sub", r#""user-2""#));
    refuse("with_a_claim_twice", &twice, "duplicate_member");
    refuse("with_broken_claims", &keys.token(header(), "{"), "invalid_json");
    refuse("with_padding", &format!("{}=", token(keys)), "invalid_base64");
    refuse("opaque", "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH", "malformed");
    refuse("encrypted", "eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn", "encrypted");

    let just_expired = call("x").bearer(token(keys)).at(EXPIRY + LEEWAY);
    decisions.respond("expired", "plain", just_expired, refused(401, "expired"));
    let just_valid = call("x").bearer(token(keys)).at(EXPIRY + LEEWAY - 1);
    decisions.proceed("not_quite_expired", "plain", just_valid, "user-1");

    // Auth0 issues such tokens where nobody asked for an audience.
    for (name, token, reason) in [
        ("auth0_opaque", "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH", "audience_not_requested"),
        ("auth0_encrypted", "eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn", "audience_not_requested"),
        ("auth0_encrypted_for_us", "eyJhbGciOiJSU0EifQ.a2V5.aXY.Y3Q.dGFn", "encrypted"),
        ("auth0_malformed", "a.b", "malformed"),
    ] {
        decisions.respond(name, "auth0", call("x").bearer(token), refused(401, reason));
    }
    let accepted = call("x").bearer(token(keys)).at(NOW + 1);
    decisions.proceed("auth0_accepted", "auth0", accepted, "user-1");
}
