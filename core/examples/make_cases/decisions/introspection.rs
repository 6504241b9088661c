//! Tokens that their issuer is asked about.

use crate::generator::decisions::answers::refused;
use crate::generator::decisions::possession::{Client, sent};
use crate::generator::decisions::requests::{call, token, token_with};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;
use crate::generator::setup::{EXPIRY, LEEWAY, claims};
use crate::generator::suite::Members;

const OPAQUE: &str = "2YotnFZFEjr1zCsicMWpAA";
const BASE: &str = "mcp:read";

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    answers(decisions);
    jwts(decisions, keys);
    proofs(decisions, keys);
}

/// What an issuer says of a token.
fn said(change: impl FnOnce(Members) -> Members) -> String {
    change(claims().raw("active", "true").text("token_type", "Bearer")).json()
}

fn answers(decisions: &mut Decisions) {
    let asked = |response: &str| call("x").bearer(OPAQUE).introspected(response);
    let unavailable = |reason| refused(503, reason).schemes(&[]);
    let refusal = |reason| refused(401, reason).scope(BASE);
    let not_asked = call("x").bearer(OPAQUE);
    decisions.respond(
        "opaque_and_nobody_was_asked",
        "opaque",
        not_asked.clone(),
        unavailable("introspection_unavailable"),
    );
    decisions.proceed("opaque_and_active", "opaque", asked(&said(|it| it)), "user-1");
    let unnamed = said(|it| it.without("iss"));
    decisions.proceed("opaque_of_an_unnamed_issuer", "opaque", asked(&unnamed), "user-1");
    decisions.respond(
        "opaque_and_inactive",
        "opaque",
        asked(r#"{"active":false}"#),
        refusal("token_inactive"),
    );
    for (name, response) in [
        ("opaque_and_nothing_said", ""),
        ("opaque_and_no_object_said", "[true]"),
        ("opaque_and_not_said_whether_active", "{}"),
        ("opaque_and_twice_active", r#"{"active":true,"active":true}"#),
    ] {
        let answer = unavailable("invalid_introspection");
        decisions.respond(name, "opaque", asked(response), answer);
    }
    let too_long = said(|it| it.text("x", "x".repeat(8192)));
    let answer = unavailable("invalid_introspection");
    decisions.respond("opaque_and_too_much_said", "opaque", asked(&too_long), answer);

    for (name, reason, response) in [
        (
            "opaque_for_another_audience",
            "audience_mismatch",
            said(|it| it.text("aud", "https://other.example/")),
        ),
        ("opaque_for_no_audience", "missing_claim", said(|it| it.without("aud"))),
        ("opaque_without_an_end", "missing_claim", said(|it| it.without("exp"))),
        (
            "opaque_from_another_issuer",
            "issuer_mismatch",
            said(|it| it.text("iss", "https://tenant.auth0.com")),
        ),
        ("opaque_not_valid_yet", "not_yet_valid", said(|it| it.raw("nbf", "1800000000"))),
        ("opaque_with_a_subject_that_is_a_number", "invalid_claim", said(|it| it.raw("sub", "7"))),
        (
            "opaque_for_refreshing",
            "type_mismatch",
            said(|it| it.text("token_use", "refresh_token")),
        ),
        (
            "opaque_for_something_else",
            "type_mismatch",
            said(|it| it.text("token_type", "urn:example:other")),
        ),
    ] {
        decisions.respond(name, "opaque", asked(&response), refusal(reason));
    }
    let expired = asked(&said(|it| it)).at(EXPIRY + LEEWAY);
    decisions.respond("opaque_and_expired", "opaque", expired, refusal("expired"));
    let step_up = call("write").bearer(OPAQUE).introspected(said(|it| it.text("scope", BASE)));
    let answer = refused(403, "insufficient_scope").scope("mcp:write");
    decisions.respond("opaque_and_a_scope_missing", "opaque", step_up, answer);
    decisions.respond("opaque_where_none_is_taken", "plain", not_asked, refused(401, "malformed"));
    let foreign = call("x").bearer(OPAQUE).with("Origin", "https://evil.example");
    let answer = refused(403, "origin_refused").schemes(&[]);
    decisions.respond("opaque_from_another_page", "opaque", foreign, answer);
}

fn jwts(decisions: &mut Decisions, keys: &Keys) {
    let other = said(|it| it.text("sub", "user-2"));
    let signed = call("x").bearer(token(keys)).introspected(&*other);
    decisions.proceed("signed_where_opaque_ones_are_taken", "opaque", signed.clone(), "user-1");
    let expired = token_with(keys, |claims| claims.raw("exp", "1"));
    let expired = call("x").bearer(expired).introspected(&*other);
    let answer = refused(401, "expired").scope(BASE);
    decisions.respond("signed_and_expired_where_opaque_ones_are_taken", "opaque", expired, answer);
    decisions.proceed("signed_where_all_are_asked_about", "all_introspected", signed, "user-2");
    let not_asked = call("x").bearer(token(keys));
    let answer = refused(503, "introspection_unavailable").schemes(&[]);
    decisions.respond("signed_and_nobody_was_asked", "all_introspected", not_asked, answer);
    // Neither is it one of ours that has three parts, nor one that is encrypted.
    for (name, token) in [
        ("opaque_with_two_dots", "ya29.c.b0AXv"),
        ("opaque_with_a_dot", "ory_at_a.b"),
        ("opaque_because_encrypted", "eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn"),
    ] {
        let asked = call("x").bearer(token).introspected(said(|it| it));
        decisions.proceed(name, "opaque", asked, "user-1");
    }
}

fn proofs(decisions: &mut Decisions, keys: &Keys) {
    let client = Client::new(&keys.p256_other);
    let bound = said(|it| it.text("token_type", "DPoP").raw("cnf", client.confirmation()));
    let with = |proof: String| sent(OPAQUE).with("DPoP", proof).introspected(&*bound);
    let accepted = with(client.proof("opaque", OPAQUE, |claims| claims));
    decisions.proceed("opaque_with_its_proof", "opaque", accepted, "user-1");
    let other = with(client.proof("opaque_other", "another", |claims| claims));
    let answer = refused(401, "invalid_proof").schemes(&["DPoP"]).scope(BASE);
    decisions.respond("opaque_with_the_proof_of_another", "opaque", other, answer);
    let bearer = call("x").bearer(OPAQUE).introspected(&*bound);
    let answer = refused(401, "proof_required").schemes(&["Bearer", "DPoP"]).scope(BASE);
    decisions.respond("opaque_without_its_proof", "opaque", bearer, answer);
    let keyless = said(|it| it.text("token_type", "DPoP"));
    let keyless = call("x").bearer(OPAQUE).introspected(keyless);
    let answer = refused(401, "proof_required").scope(BASE);
    decisions.respond("opaque_for_proofs_of_no_key", "opaque", keyless, answer);
}
