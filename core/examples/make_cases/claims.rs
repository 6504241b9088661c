//! Registered claims (RFC 7519, section 4.1) and those of RFC 9068.

use crate::generator::keys::Keys;
use crate::generator::setup::{
    AUDIENCE, EXPIRY, ISSUER, LEEWAY, NOW, SECOND_AUDIENCE, claims, header,
};
use crate::generator::suite::{Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    expiry(suite, keys);
    starts(suite, keys);
    numeric_dates(suite, keys);
    issuer(suite, keys);
    audience(suite, keys);
    identities(suite, keys);
    required(suite, keys);
    rfc_9068(suite, keys);
    confirmation(suite, keys);
}

/// A token that is bound to a key (RFC 7800) is none for whoever bears it.
fn confirmation(suite: &mut Suite, keys: &Keys) {
    let bound = |cnf: &str| keys.token(header(), claims().raw("cnf", cnf));
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    for (name, cnf) in [
        ("to_a_dpop_key", format!(r#"{{"jkt":"{thumbprint}"}}"#)),
        ("to_a_certificate", format!(r#"{{"x5t#S256":"{thumbprint}"}}"#)),
        ("to_nothing", "{}".to_owned()),
    ] {
        suite.refuse(format!("cnf_{name}"), bound(&cnf), "proof_required");
    }
    for (name, cnf) in [("null", "null"), ("string", r#""key""#), ("array", "[]")] {
        suite.refuse(format!("cnf_{name}"), bound(cnf), "invalid_claim");
    }
    suite.refuse(
        "cnf_and_audience_of_another",
        keys.token(
            header(),
            claims().raw("cnf", "{}").text("aud", "https://other.example.com/mcp"),
        ),
        "audience_mismatch",
    );
}

fn expiry(suite: &mut Suite, keys: &Keys) {
    let token = keys.token(header(), claims());
    for (policy, leeway) in
        [("leeway_0", 0), ("leeway_30", 30), ("default", LEEWAY), ("leeway_300", 300)]
    {
        suite
            .accept(format!("exp_last_second_{policy}_accepted"), &token)
            .with_policy(policy)
            .at(EXPIRY + leeway - 1);
        suite
            .refuse(format!("exp_reached_{policy}"), &token, "expired")
            .with_policy(policy)
            .at(EXPIRY + leeway);
    }
    suite.refuse("exp_long_ago", &token, "expired").at(EXPIRY + 1_000_000_000);
    suite.refuse("exp_zero", keys.token(header(), claims().raw("exp", "0")), "expired");
    suite.refuse("exp_one", keys.token(header(), claims().raw("exp", "1")), "expired");
}

fn starts(suite: &mut Suite, keys: &Keys) {
    let nbf = |value: u64| keys.token(header(), claims().raw("nbf", value.to_string()));
    let iat = |value: u64| keys.token(header(), claims().raw("iat", value.to_string()));
    for (policy, leeway) in
        [("leeway_0", 0), ("leeway_30", 30), ("default", LEEWAY), ("leeway_300", 300)]
    {
        suite
            .accept(format!("nbf_reached_{policy}_accepted"), nbf(NOW + leeway))
            .with_policy(policy);
        suite
            .refuse(
                format!("nbf_one_second_ahead_{policy}"),
                nbf(NOW + leeway + 1),
                "not_yet_valid",
            )
            .with_policy(policy);
        suite
            .accept(format!("iat_reached_{policy}_accepted"), iat(NOW + leeway))
            .with_policy(policy);
        suite
            .refuse(
                format!("iat_one_second_ahead_{policy}"),
                iat(NOW + leeway + 1),
                "issued_in_future",
            )
            .with_policy(policy);
    }
    suite.accept("nbf_zero_accepted", nbf(0));
    suite.accept("iat_zero_accepted", iat(0));
    suite.accept("iat_missing_accepted", keys.token(header(), claims().without("iat")));
    suite.refuse("nbf_after_exp", nbf(EXPIRY + 1), "not_yet_valid");
}

/// NumericDate: any JSON number in range, and nothing else (RFC 7519, section 2).
fn numeric_dates(suite: &mut Suite, keys: &Keys) {
    for (name, value) in [
        ("1_7e9", "1.7e9"),
        ("17e8", "17e8"),
        ("capital_e_and_plus", "1.7E+9"),
        ("minus_in_exponent", "170000000000e-2"),
        ("fraction_of_zeros", "1700000000.000"),
        ("fraction_and_exponent", "0.00017e13"),
        ("exponent_with_leading_zeros", "1.7e0009"),
        ("long_fraction_of_zeros", "1700000000.0000000000000000000000000000000000000000"),
    ] {
        suite.accept(
            format!("exp_as_{name}_accepted"),
            keys.token(header(), claims().raw("exp", value)),
        );
    }
    // Fractions of a second are rounded up.
    let half = |name: &str| keys.token(header(), claims().raw(name, format!("{NOW}.5")));
    suite
        .accept("exp_half_a_second_ahead_accepted", half("exp"))
        .with_policy("leeway_0")
        .expires_at(Some(NOW + 1));
    suite
        .refuse("exp_half_a_second_ago", half("exp"), "expired")
        .with_policy("leeway_0")
        .at(NOW + 1);
    suite.refuse("nbf_half_a_second_ahead", half("nbf"), "not_yet_valid").with_policy("leeway_0");
    suite
        .refuse("iat_half_a_second_ahead", half("iat"), "issued_in_future")
        .with_policy("leeway_0");
    let tiny = keys
        .token(header(), claims().raw("exp", format!("{NOW}.00000000000000000000000000000001")));
    suite
        .accept("exp_a_tiny_fraction_ahead_accepted", tiny)
        .with_policy("leeway_0")
        .expires_at(Some(NOW + 1));
    let greatest = (1_u64 << 53) - 1;
    suite
        .accept(
            "exp_greatest_accepted",
            keys.token(header(), claims().raw("exp", greatest.to_string())),
        )
        .expires_at(Some(greatest));
    for (name, value) in
        [("1e_minus_999", "1e-999"), ("0_0", "0.0"), ("0e0", "0e0"), ("0_5", "0.5")]
    {
        suite.refuse(
            format!("exp_as_{name}"),
            keys.token(header(), claims().raw("exp", value)),
            "expired",
        );
    }

    let wrong = [
        ("string", r#""1700000000""#),
        ("null", "null"),
        ("bool", "true"),
        ("array", "[1700000000]"),
        ("object", "{}"),
        ("negative", "-1"),
        ("negative_large", "-1700000000"),
        ("1e999", "1e999"),
        ("1e400", "1e400"),
        ("2_to_the_53", "9007199254740992"),
        ("2_to_the_64", "18446744073709551616"),
        ("2_to_the_64_and_the_usual_time", "18446744075409551616"),
        ("forty_digits", "1700000000000000000000000000000000000000"),
        ("exponent_past_2_to_the_64", "1e18446744073709551625"),
    ];
    for name in ["exp", "nbf", "iat"] {
        for (form, value) in wrong {
            let token = keys.token(header(), claims().raw(name, value));
            suite.refuse(format!("{name}_{form}"), token, "invalid_claim");
        }
    }
}

fn issuer(suite: &mut Suite, keys: &Keys) {
    let token = |claims: Members| keys.token(header(), claims);
    suite.refuse("iss_missing", token(claims().without("iss")), "missing_claim");
    for (name, value) in [
        ("of_another", "https://other.auth0.com/"),
        ("without_trailing_slash", "https://tenant.auth0.com"),
        ("with_two_trailing_slashes", "https://tenant.auth0.com//"),
        ("in_capitals", "HTTPS://TENANT.AUTH0.COM/"),
        ("with_a_capital_in_the_host", "https://Tenant.auth0.com/"),
        ("with_default_port", "https://tenant.auth0.com:443/"),
        ("with_path", "https://tenant.auth0.com/x"),
        ("with_prefix", "https://attacker.example/https://tenant.auth0.com/"),
        ("with_suffix", "https://tenant.auth0.com/.attacker.example"),
        ("substring", "tenant.auth0.com"),
        ("http", "http://tenant.auth0.com/"),
        ("empty", ""),
        ("with_space", "https://tenant.auth0.com/ "),
        ("with_nul", "https://tenant.auth0.com/\0"),
        ("percent_encoded", "https://tenant%2Eauth0.com/"),
    ] {
        suite.refuse(format!("iss_{name}"), token(claims().text("iss", value)), "issuer_mismatch");
    }
    let array = format!("[\"{ISSUER}\"]");
    for (name, value) in
        [("array", &*array), ("number", "1"), ("null", "null"), ("object", "{}"), ("bool", "true")]
    {
        suite.refuse(format!("iss_{name}"), token(claims().raw("iss", value)), "invalid_claim");
    }
}

fn audience(suite: &mut Suite, keys: &Keys) {
    let raw = |value: &str| keys.token(header(), claims().raw("aud", value));
    let text = |value: &str| keys.token(header(), claims().text("aud", value));
    let other = "https://tenant.auth0.com/userinfo";
    suite.accept("aud_array_accepted", raw(&format!("[\"{AUDIENCE}\"]")));
    suite
        .accept("aud_array_with_several_accepted", raw(&format!("[\"{other}\",\"{AUDIENCE}\"]")))
        .audience(&[other, AUDIENCE]);
    suite.accept(
        "aud_array_with_escapes_accepted",
        raw(r#"["https:\/\/mcp.example.com\/mc\u0070"]"#),
    );
    let both = "two_audiences";
    suite.accept("aud_first_of_two_accepted", text(AUDIENCE)).with_policy(both);
    suite
        .accept("aud_second_of_two_accepted", text(SECOND_AUDIENCE))
        .with_policy(both)
        .audience(&[SECOND_AUDIENCE]);
    suite.refuse("aud_neither_of_two", text(other), "audience_mismatch").with_policy(both);

    suite.refuse("aud_missing", keys.token(header(), claims().without("aud")), "missing_claim");
    suite.refuse("aud_empty_array", raw("[]"), "audience_mismatch");
    suite.refuse(
        "aud_array_without_ours",
        raw(&format!("[\"{other}\",\"\"]")),
        "audience_mismatch",
    );
    for (name, value) in [
        ("of_another_server", "https://other.example.com/mcp"),
        ("with_trailing_slash", "https://mcp.example.com/mcp/"),
        ("prefix", "https://mcp.example.com"),
        ("longer", "https://mcp.example.com/mcp2"),
        ("in_capitals", "HTTPS://MCP.EXAMPLE.COM/MCP"),
        ("empty", ""),
        ("two_in_one_string", "https://other.example.com https://mcp.example.com/mcp"),
        ("asterisk", "*"),
        ("with_fragment", "https://mcp.example.com/mcp#x"),
        ("client_id", "client-1"),
    ] {
        suite.refuse(format!("aud_{name}"), text(value), "audience_mismatch");
    }
    for (name, value) in [
        ("number", "1".into()),
        ("null", "null".into()),
        ("bool", "true".into()),
        ("object", format!("{{\"{AUDIENCE}\":true}}")),
        ("array_with_a_number", format!("[\"{AUDIENCE}\",1]")),
        ("array_with_a_null", format!("[null,\"{AUDIENCE}\"]")),
        ("array_in_array", format!("[[\"{AUDIENCE}\"]]")),
    ] {
        suite.refuse(format!("aud_{name}"), raw(&value), "invalid_claim");
    }
}

fn identities(suite: &mut Suite, keys: &Keys) {
    let token = |claims: Members| keys.token(header(), claims);
    suite.accept("sub_missing_accepted", token(claims().without("sub"))).subject(None);
    suite
        .accept("sub_outside_ascii_accepted", token(claims().text("sub", "クライアント 🔑")))
        .subject(Some("クライアント 🔑"));
    suite
        .accept(
            "sub_with_escapes_accepted",
            token(claims().raw("sub", r#""a\"b\\c\ud83d\udd11\n""#)),
        )
        .subject(Some("a\"b\\c🔑\n"));
    suite
        .accept("client_id_missing_accepted", token(claims().without("client_id")))
        .client_id(None);
    let azp = claims().without("client_id").text("azp", "client-2");
    suite.accept("azp_instead_of_client_id_accepted", token(azp)).client_id(Some("client-2"));
    suite.accept("azp_beside_client_id_accepted", token(claims().text("azp", "client-2")));
    suite.accept("jti_accepted", token(claims().text("jti", "0b1c")));
    for name in ["sub", "client_id", "azp", "jti"] {
        for (form, value) in [
            ("number", "1"),
            ("null", "null"),
            ("bool", "false"),
            ("array", r#"["user-1"]"#),
            ("object", "{}"),
        ] {
            suite.refuse(
                format!("{name}_{form}"),
                token(claims().raw(name, value)),
                "invalid_claim",
            );
        }
    }
    let others =
        claims().raw("org_id", "7").raw("email", "null").raw("address", r#"{"country":"AT"}"#);
    suite.accept("other_claims_of_any_type_accepted", token(others));
}

fn required(suite: &mut Suite, keys: &Keys) {
    let token = |claims: Members| keys.token(header(), claims);
    suite.refuse("exp_missing", token(claims().without("exp")), "missing_claim");
    suite
        .accept("exp_missing_where_not_required_accepted", token(claims().without("exp")))
        .with_policy("requires_nothing")
        .expires_at(None);
    suite
        .refuse("expired_where_not_required", token(claims()), "expired")
        .with_policy("requires_nothing")
        .at(EXPIRY + LEEWAY);
    suite
        .refuse(
            "aud_missing_where_nothing_is_required",
            token(claims().without("aud")),
            "missing_claim",
        )
        .with_policy("requires_nothing");
    suite.accept("required_sub_accepted", token(claims())).with_policy("requires_exp_sub");
    suite
        .refuse("required_sub_missing", token(claims().without("sub")), "missing_claim")
        .with_policy("requires_exp_sub");
    suite
        .refuse("required_exp_missing", token(claims().without("exp")), "missing_claim")
        .with_policy("requires_exp_sub");
    suite
        .accept("required_org_id_accepted", token(claims().text("org_id", "org-1")))
        .with_policy("requires_exp_org_id");
    suite
        .refuse("required_org_id_missing", token(claims()), "missing_claim")
        .with_policy("requires_exp_org_id");
    let nested = claims().raw("x", r#"{"org_id":"org-1"}"#);
    suite
        .refuse("required_org_id_only_in_another_claim", token(nested), "missing_claim")
        .with_policy("requires_exp_org_id");
}

/// RFC 9068, section 2: what an access token of that profile always has.
fn rfc_9068(suite: &mut Suite, keys: &Keys) {
    let typed = || header().text("typ", "at+jwt");
    let full = || claims().text("jti", "0b1c");
    let policy = "rfc9068";
    suite.accept("rfc9068_accepted", keys.token(typed(), full())).with_policy(policy);
    let prefixed = typed().text("typ", "application/at+jwt");
    suite
        .accept("rfc9068_typ_with_prefix_accepted", keys.token(prefixed, full()))
        .with_policy(policy);
    let no_scope = full().without("scope");
    suite
        .accept("rfc9068_without_scope_accepted", keys.token(typed(), no_scope))
        .with_policy(policy)
        .scopes(&[]);
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        let token = keys.token(typed(), full().without(name));
        suite.refuse(format!("rfc9068_{name}_missing"), token, "missing_claim").with_policy(policy);
    }
    let azp = full().without("client_id").text("azp", "client-1");
    suite
        .refuse("rfc9068_azp_is_not_client_id", keys.token(typed(), azp), "missing_claim")
        .with_policy(policy);
    suite
        .refuse("rfc9068_typ_missing", keys.token(header(), full()), "type_mismatch")
        .with_policy(policy);
    suite
        .refuse("rfc9068_typ_jwt", keys.token(typed().text("typ", "JWT"), full()), "type_mismatch")
        .with_policy(policy);
}
