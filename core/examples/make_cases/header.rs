//! What the header may say (RFC 7515, section 4; RFC 8725, section 3).

use crate::generator::keys::{Keys, signed};
use crate::generator::setup::{claims, header};
use crate::generator::suite::Suite;

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    algorithm(suite, keys);
    typ(suite, keys);
    critical(suite, keys);
    keys_in_header(suite, keys);
}

fn algorithm(suite: &mut Suite, keys: &Keys) {
    suite.refuse("alg_missing", keys.token(header().without("alg"), claims()), "algorithm_missing");
    suite.refuse("header_empty_object", keys.token("{}", claims()), "algorithm_missing");
    suite.refuse(
        "alg_in_capitals_is_another_member",
        keys.token(header().without("alg").text("ALG", "ES256"), claims()),
        "algorithm_missing",
    );
    for (name, value) in [
        ("number", "256"),
        ("null", "null"),
        ("array", r#"["ES256"]"#),
        ("object", "{}"),
        ("bool", "true"),
    ] {
        suite.refuse(
            format!("alg_{name}"),
            keys.token(header().raw("alg", value), claims()),
            "invalid_header",
        );
    }

    for (name, value) in [
        ("lower_case", "none"),
        ("capitals", "NONE"),
        ("mixed_case", "nOnE"),
        ("with_space", "none "),
    ] {
        let header = header().text("alg", value);
        let unsigned = signed(&header, claims(), |_| Vec::new());
        suite.refuse(
            format!("alg_none_{name}_without_signature"),
            unsigned,
            "algorithm_not_allowed",
        );
        suite.refuse(
            format!("alg_none_{name}_with_signature"),
            keys.token(header, claims()),
            "algorithm_not_allowed",
        );
    }
    suite.refuse(
        "alg_none_with_escapes",
        signed(r#"{"alg":"\u006eone"}"#, claims(), |_| Vec::new()),
        "algorithm_not_allowed",
    );
    suite
        .refuse(
            "alg_none_with_symmetric_keys",
            signed(header().text("alg", "none"), claims(), |_| Vec::new()),
            "algorithm_not_allowed",
        )
        .with_keys("secrets");

    let unknown = [
        ("empty", ""),
        ("in_lower_case", "es256"),
        ("with_space_after_it", "ES256 "),
        ("with_nul_after_it", "ES256\0"),
        ("cut_short", "ES25"),
        ("es256k", "ES256K"),
        ("es512", "ES512"),
        ("rs1", "RS1"),
        ("ml_dsa_65", "ML-DSA-65"),
        ("of_encryption", "RSA-OAEP"),
        ("direct_encryption", "dir"),
        ("ed25519_in_lower_case", "ed25519"),
    ];
    for (name, value) in unknown {
        suite.refuse(
            format!("alg_{name}"),
            keys.token(header().text("alg", value), claims()),
            "algorithm_not_allowed",
        );
    }

    let rs256 =
        keys.token_as("RS256", header().text("alg", "RS256").text("kid", "rs256"), claims());
    suite
        .accept("alg_listed_es256_accepted", keys.token(header(), claims()))
        .with_policy("only_es256");
    suite.accept("alg_listed_rs256_accepted", &rs256).with_policy("es256_or_rs256");
    suite.refuse("alg_not_listed_rs256", &rs256, "algorithm_not_allowed").with_policy("only_es256");
    suite
        .refuse("alg_not_listed_es256", keys.token(header(), claims()), "algorithm_not_allowed")
        .with_policy("only_rs256");
    let eddsa =
        keys.token_as("EdDSA", header().text("alg", "EdDSA").text("kid", "eddsa"), claims());
    suite
        .refuse("alg_not_listed_eddsa", eddsa, "algorithm_not_allowed")
        .with_policy("es256_or_rs256");
    let hs256 =
        keys.token_as("HS256", header().text("alg", "HS256").text("kid", "hs256"), claims());
    suite
        .refuse("alg_not_listed_hs256", hs256, "algorithm_not_allowed")
        .with_policy("es256_or_rs256");
}

fn typ(suite: &mut Suite, keys: &Keys) {
    let token = |typ: &str| keys.token(header().text("typ", typ), claims());
    for (name, typ) in [
        ("jwt", "JWT"),
        ("jwt_in_lower_case", "jwt"),
        ("at_jwt", "at+jwt"),
        ("at_jwt_in_capitals", "AT+JWT"),
        ("application_at_jwt", "application/at+jwt"),
        ("application_at_jwt_in_mixed_case", "Application/AT+jwt"),
    ] {
        suite.accept(format!("typ_{name}_accepted"), token(typ));
    }
    for (name, typ) in [
        ("empty", ""),
        ("id_token", "id_token+jwt"),
        ("dpop_proof", "dpop+jwt"),
        ("logout_token", "logout+jwt"),
        ("id_jag", "oauth-id-jag+jwt"),
        ("with_space", "JWT "),
        ("with_parameter", "at+jwt; charset=utf-8"),
        ("of_another_tree", "text/at+jwt"),
        ("prefix_only", "application/"),
    ] {
        suite.refuse(format!("typ_{name}"), token(typ), "type_mismatch");
    }
    for (name, value) in [("number", "1"), ("null", "null"), ("array", r#"["JWT"]"#)] {
        suite.refuse(
            format!("typ_{name}"),
            keys.token(header().raw("typ", value), claims()),
            "invalid_header",
        );
    }

    let pinned = "typ_at_jwt";
    suite.accept("typ_pinned_at_jwt_accepted", token("at+jwt")).with_policy(pinned);
    suite.accept("typ_pinned_in_capitals_accepted", token("AT+JWT")).with_policy(pinned);
    suite
        .accept("typ_pinned_with_prefix_accepted", token("application/at+jwt"))
        .with_policy(pinned);
    suite
        .accept(
            "typ_pinned_with_escape_accepted",
            keys.token(header().raw("typ", r#""at\u002bjwt""#), claims()),
        )
        .with_policy(pinned);
    suite
        .refuse("typ_pinned_but_missing", keys.token(header(), claims()), "type_mismatch")
        .with_policy(pinned);
    suite.refuse("typ_pinned_but_jwt", token("JWT"), "type_mismatch").with_policy(pinned);
    suite
        .refuse(
            "typ_pinned_but_prefix_twice",
            token("application/application/at+jwt"),
            "type_mismatch",
        )
        .with_policy(pinned);
    suite.refuse("typ_pinned_but_longer", token("at+jwts"), "type_mismatch").with_policy(pinned);
    suite.accept("typ_pinned_example_accepted", token("example+jwt")).with_policy("typ_example");
    suite
        .refuse("typ_pinned_example_but_at_jwt", token("at+jwt"), "type_mismatch")
        .with_policy("typ_example");
}

fn critical(suite: &mut Suite, keys: &Keys) {
    let token = |crit: &str| keys.token(header().raw("crit", crit).text("x", "1"), claims());
    for (name, crit) in [
        ("unknown_name", r#"["x"]"#),
        ("two_unknown_names", r#"["x","kid"]"#),
        ("name_that_is_not_there", r#"["y"]"#),
        ("name_of_a_claim", r#"["exp"]"#),
        ("empty_name", r#"[""]"#),
        ("name_with_escape", r#"["\u0078"]"#),
    ] {
        suite.refuse(format!("crit_{name}"), token(crit), "critical_not_understood");
    }
    for (name, crit) in [
        ("empty", "[]"),
        ("string", r#""x""#),
        ("null", "null"),
        ("object", "{}"),
        ("false", "false"),
        ("with_a_number", r#"["x",1]"#),
        ("with_a_null", "[null]"),
        ("with_an_array", r#"[["x"]]"#),
        ("with_a_name_twice", r#"["x","x"]"#),
        ("with_a_name_twice_by_escape", r#"["x","\u0078"]"#),
    ] {
        suite.refuse(format!("crit_{name}"), token(crit), "invalid_header");
    }

    let b64 = |b64: &str| header().raw("b64", b64);
    suite.refuse("b64_false", keys.token(b64("false"), claims()), "critical_not_understood");
    suite.refuse(
        "b64_false_and_critical",
        keys.token(b64("false").raw("crit", r#"["b64"]"#), claims()),
        "critical_not_understood",
    );
    suite.refuse(
        "b64_true_and_critical",
        keys.token(b64("true").raw("crit", r#"["b64"]"#), claims()),
        "critical_not_understood",
    );
    suite.accept("b64_true_accepted", keys.token(b64("true"), claims()));
    for (name, value) in [("string", r#""false""#), ("number", "0"), ("null", "null")] {
        suite.refuse(format!("b64_{name}"), keys.token(b64(value), claims()), "invalid_header");
    }
}

/// Members by which a token names its own key: nobody follows them.
fn keys_in_header(suite: &mut Suite, keys: &Keys) {
    let attacker = crate::generator::keys::p256_jwk(&keys.p256_other);
    let members = [
        ("jku", r#""https://attacker.example/jwks.json""#.into()),
        ("x5u", r#""https://attacker.example/chain.pem""#.into()),
        ("jwk", attacker.json()),
        ("x5c", r#"["MIIB"]"#.into()),
        ("x5t", r#""AAAAAAAAAAAAAAAAAAAAAAAAAAA""#.into()),
    ];
    for (name, value) in members {
        let header = header().raw(name, value);
        suite.accept(format!("{name}_in_header_ignored"), keys.token(&header, claims()));
        let forged = |header, keys: &Keys| {
            signed(header, claims(), |message| keys.sign_with_other("ES256", message))
        };
        suite.refuse(
            format!("{name}_in_header_not_followed"),
            forged(header.clone(), keys),
            "invalid_signature",
        );
        suite
            .refuse(
                format!("{name}_in_header_not_followed_without_kid"),
                forged(header.without("kid"), keys),
                "invalid_signature",
            )
            .with_keys("es256");
    }
}
