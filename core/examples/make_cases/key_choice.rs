//! Which key a token is checked with: its `kid` and algorithm, or the only one there is.

use crate::generator::keys::{Keys, signed};
use crate::generator::setup::{claims, header, header_for};
use crate::generator::suite::{Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    without_kid(suite, keys);
    with_kid(suite, keys);
    kid_texts(suite, keys);
    other_sources(suite, keys);
}

fn without_kid(suite: &mut Suite, keys: &Keys) {
    let token = keys.token(header().without("kid"), claims());
    suite.accept("kid_missing_with_one_key_accepted", &token).with_keys("es256");
    suite
        .accept("kid_missing_with_one_key_of_the_algorithm_accepted", &token)
        .with_keys("first_issuer");
    suite.refuse("kid_missing_with_two_keys", &token, "key_ambiguous").with_keys("es256_two_keys");
    suite
        .refuse(
            "kid_missing_with_two_keys_and_bad_signature",
            other(keys, header().without("kid")),
            "key_ambiguous",
        )
        .with_keys("es256_two_keys");
    suite
        .refuse("kid_missing_with_no_key_of_the_algorithm", &token, "key_not_found")
        .with_keys("rs256");
    let ps256 = keys.token_as("PS256", header_for("PS256").without("kid"), claims());
    suite.refuse("kid_missing_ps256_token_rs256_key", ps256, "key_not_found").with_keys("rs256");
}

fn with_kid(suite: &mut Suite, keys: &Keys) {
    let kid = |kid: &str| header().text("kid", kid);
    let signed_kid = |value: &str| keys.token(kid(value), claims());
    suite.refuse("kid_unknown", signed_kid("nobody"), "key_not_found");
    suite
        .refuse("kid_unknown_with_one_key", signed_kid("nobody"), "key_not_found")
        .with_keys("es256");
    suite
        .refuse(
            "kid_of_another_key_of_the_algorithm",
            signed_kid("es256-next"),
            "invalid_signature",
        )
        .with_keys("es256_two_keys");
    suite.refuse(
        "kid_of_a_key_of_another_algorithm",
        signed_kid("rs256"),
        "key_algorithm_mismatch",
    );
    suite.refuse("kid_of_a_key_of_another_curve", signed_kid("es384"), "key_algorithm_mismatch");
    let ps256 = keys.token_as("PS256", header_for("PS256").text("kid", "rs256"), claims());
    suite.refuse("kid_of_an_rs256_key_in_a_ps256_token", ps256, "key_algorithm_mismatch");
    let rs512 = signed(header_for("RS512").text("kid", "rs256"), claims(), |message| {
        keys.rsa_2048.pkcs1(crate::generator::rsa_padding::Hash::Sha512, message)
    });
    suite.refuse("kid_of_an_rs256_key_in_an_rs512_token", rs512, "key_algorithm_mismatch");

    let both = "es256_and_rs256_of_one_kid";
    suite.accept("kid_of_two_algorithms_es256_accepted", signed_kid("both")).with_keys(both);
    let rs256 = keys.token_as("RS256", header_for("RS256").text("kid", "both"), claims());
    suite.accept("kid_of_two_algorithms_rs256_accepted", rs256).with_keys(both);

    suite
        .accept("kid_unknown_with_a_key_without_kid_accepted", signed_kid("anything"))
        .with_keys("es256_without_kid");
    suite
        .accept(
            "kid_missing_with_a_key_without_kid_accepted",
            keys.token(header().without("kid"), claims()),
        )
        .with_keys("es256_without_kid");
    let some = "es256_and_one_without_kid";
    suite
        .accept("kid_known_beside_a_key_without_kid_accepted", signed_kid("es256"))
        .with_keys(some);
    suite
        .refuse(
            "kid_known_but_signed_by_the_key_without_kid",
            other(keys, header()),
            "invalid_signature",
        )
        .with_keys(some);
    suite
        .accept(
            "kid_unknown_and_signed_by_the_key_without_kid_accepted",
            other(keys, kid("nobody")),
        )
        .with_keys(some);
    suite
        .accept("jwk_without_alg_takes_that_of_its_curve_accepted", signed_kid("es256"))
        .with_keys("es256_without_alg");
}

/// `kid` is a string, compared octet by octet, and never a path, a query or a pattern.
fn kid_texts(suite: &mut Suite, keys: &Keys) {
    for (name, value) in [
        ("number", "1"),
        ("null", "null"),
        ("array", r#"["es256"]"#),
        ("object", "{}"),
        ("true", "true"),
    ] {
        suite.refuse(
            format!("kid_{name}"),
            keys.token(header().raw("kid", value), claims()),
            "invalid_header",
        );
    }
    for (name, value) in [
        ("in_capitals", "ES256"),
        ("with_space_after_it", "es256 "),
        ("with_nul_after_it", "es256\0"),
        ("cut_short", "es25"),
        ("with_path", "../../../../dev/null"),
        ("with_query", "x' UNION SELECT 'secret"),
        ("with_pattern", ".*"),
        ("with_url", "https://attacker.example/key"),
    ] {
        suite.refuse(
            format!("kid_{name}"),
            keys.token(header().text("kid", value), claims()),
            "key_not_found",
        );
    }
    suite.accept(
        "kid_with_escapes_accepted",
        keys.token(header().raw("kid", r#""\u0065s25\u0036""#), claims()),
    );
    let escaped = "es256_kid_with_escapes";
    suite
        .accept("kid_with_escapes_in_the_key_set_accepted", keys.token(header(), claims()))
        .with_keys(escaped);
    suite
        .accept(
            "kid_with_escapes_on_both_sides_accepted",
            keys.token(header().raw("kid", r#""es\u003256""#), claims()),
        )
        .with_keys(escaped);
    let long = |len: usize| keys.token(header().text("kid", "k".repeat(len)), claims());
    let set = "es256_kid_of_128_octets";
    suite.accept("kid_of_128_octets_accepted", long(128)).with_keys(set);
    suite.refuse("kid_of_127_octets_of_that_kid", long(127), "key_not_found").with_keys(set);
    suite.refuse("kid_of_129_octets", long(129), "invalid_header").with_keys(set);
    suite.refuse("kid_of_3000_octets", long(3000), "invalid_header");
}

fn other_sources(suite: &mut Suite, keys: &Keys) {
    let rs256 = keys.token_as("RS256", header_for("RS256"), claims());
    let ps256 = keys.token_as("PS256", header_for("PS256"), claims());
    let no_kid = ps256_without_kid(keys);
    suite.accept("rsa_jwk_without_alg_is_rs256_accepted", &rs256).with_keys("rsa_without_alg");
    suite
        .refuse("rsa_jwk_without_alg_is_not_ps256", ps256.clone(), "key_not_found")
        .with_keys("rsa_without_alg");
    suite.accept("rsa_pem_is_rs256_accepted", rs256).with_keys("rs256_pem");
    suite.refuse("rsa_pem_is_not_ps256", &no_kid, "key_not_found").with_keys("rs256_pem");
    suite.accept("rsa_pem_imported_for_ps256_accepted", ps256).with_keys("ps256_pem");
    suite.accept("rsa_pem_imported_for_ps256_without_kid_accepted", no_kid).with_keys("ps256_pem");
    suite.accept("ec_pem_accepted", keys.token(header(), claims())).with_keys("es256_pem");
    suite
        .refuse("ec_pem_with_another_key", other(keys, header()), "invalid_signature")
        .with_keys("es256_pem");
}

fn ps256_without_kid(keys: &Keys) -> String {
    keys.token_as("PS256", header_for("PS256").without("kid"), claims())
}

/// A token signed with the second P-256 key.
fn other(keys: &Keys, header: Members) -> String {
    signed(header, claims(), |message| keys.sign_with_other("ES256", message))
}
