//! Several issuers: each with its own keys, audience and algorithms, and nothing shared.

use crate::generator::keys::{Keys, signed};
use crate::generator::rsa_padding::Hash;
use crate::generator::setup::{
    AUDIENCE, SECOND_AUDIENCE, SECOND_ISSUER, claims, header, header_for, second_claims,
};
use crate::generator::suite::{Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    let es256 = || header().text("kid", "key-1");
    let rs256 = || header_for("RS256").text("kid", "key-2");
    let by_first = |header: Members, claims: Members| keys.token(header, claims);
    let by_second = |header: Members, claims: Members| {
        signed(header, claims, |message| keys.sign_with_other("ES256", message))
    };
    let first_rs256 = keys.token_as("RS256", rs256(), claims());
    let second_rs256 = signed(rs256(), second_claims(), |message| {
        keys.rsa_2048_other.pkcs1(Hash::Sha256, message)
    });

    let two = "two";
    suite.accept("issuers_first_accepted", by_first(es256(), claims())).with_issuers(two);
    suite.accept("issuers_first_rs256_accepted", &first_rs256).with_issuers(two);
    suite
        .accept("issuers_second_accepted", by_second(es256(), second_claims()))
        .with_issuers(two)
        .audience(&[SECOND_AUDIENCE]);
    suite
        .accept("issuers_second_rs256_accepted", &second_rs256)
        .with_issuers(two)
        .audience(&[SECOND_AUDIENCE]);
    let escaped = second_claims().raw("iss", format!("\"{}\"", SECOND_ISSUER.replace('/', r"\/")));
    suite
        .accept("issuers_second_with_escapes_accepted", by_second(es256(), escaped))
        .with_issuers(two)
        .audience(&[SECOND_AUDIENCE]);
    let no_kid = es256().without("kid");
    suite
        .accept("issuers_first_without_kid_accepted", by_first(no_kid.clone(), claims()))
        .with_issuers(two);
    suite
        .accept("issuers_second_without_kid_accepted", by_second(no_kid.clone(), second_claims()))
        .with_issuers(two)
        .audience(&[SECOND_AUDIENCE]);

    let mut refuse = |name: &str, token: String, reason: &'static str| {
        suite.refuse(format!("issuers_{name}"), token, reason).with_issuers(two);
    };
    refuse(
        "first_signed_by_the_key_of_the_second",
        by_second(es256(), claims()),
        "invalid_signature",
    );
    refuse(
        "second_signed_by_the_key_of_the_first",
        by_first(es256(), second_claims()),
        "invalid_signature",
    );
    refuse(
        "first_signed_by_the_key_of_the_second_without_kid",
        by_second(no_kid, claims()),
        "invalid_signature",
    );
    refuse(
        "unknown",
        by_first(es256(), claims().text("iss", "https://attacker.example/")),
        "issuer_mismatch",
    );
    refuse(
        "prefix_of_the_second",
        by_second(es256(), second_claims().text("iss", "https://login.example.org/realms/")),
        "issuer_mismatch",
    );
    refuse("missing", by_first(es256(), claims().without("iss")), "missing_claim");
    refuse(
        "array_of_both",
        by_first(
            es256(),
            claims().raw("iss", format!("[\"https://tenant.auth0.com/\",\"{SECOND_ISSUER}\"]")),
        ),
        "invalid_claim",
    );
    refuse(
        "first_for_the_audience_of_the_second",
        by_first(es256(), claims().text("aud", SECOND_AUDIENCE)),
        "audience_mismatch",
    );
    refuse(
        "second_for_the_audience_of_the_first",
        by_second(es256(), second_claims().text("aud", AUDIENCE)),
        "audience_mismatch",
    );
    refuse("unknown_kid", by_first(es256().text("kid", "nobody"), claims()), "key_not_found");
    refuse(
        "unknown_before_key",
        by_first(es256().text("kid", "nobody"), claims().text("iss", "x")),
        "issuer_mismatch",
    );
    refuse(
        "broken_payload_before_key",
        keys.token(es256().text("kid", "nobody"), "{"),
        "invalid_json",
    );
    refuse(
        "unknown_before_typ",
        by_first(es256().text("typ", "dpop+jwt"), claims().text("iss", "x")),
        "issuer_mismatch",
    );
    refuse(
        "alg_none",
        signed(r#"{"alg":"none"}"#, claims(), |_| Vec::new()),
        "algorithm_not_allowed",
    );

    let own = "two_with_their_own_algorithms";
    suite
        .accept("issuers_own_algorithms_first_es256_accepted", by_first(es256(), claims()))
        .with_issuers(own);
    suite
        .accept("issuers_own_algorithms_second_rs256_accepted", second_rs256)
        .with_issuers(own)
        .audience(&[SECOND_AUDIENCE]);
    suite
        .refuse("issuers_own_algorithms_first_rs256", first_rs256, "algorithm_not_allowed")
        .with_issuers(own);
    suite
        .refuse(
            "issuers_own_algorithms_second_es256",
            by_second(es256(), second_claims()),
            "algorithm_not_allowed",
        )
        .with_issuers(own);
}
