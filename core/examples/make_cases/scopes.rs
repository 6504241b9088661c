//! Scopes: `scope` (RFC 9068, section 2.2.3), `scp` and `permissions`, and those a policy asks for.

use crate::generator::keys::Keys;
use crate::generator::setup::{claims, header};
use crate::generator::suite::{Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    sources(suite, keys);
    wrong_types(suite, keys);
    required(suite, keys);
}

fn bare() -> Members {
    claims().without("scope")
}

fn sources(suite: &mut Suite, keys: &Keys) {
    let mut accept = |name: &str, claims: Members, scopes: &[&str]| {
        suite
            .accept(format!("scopes_{name}_accepted"), keys.token(header(), claims))
            .scopes(scopes);
    };
    accept("none", bare(), &[]);
    accept("empty_scope", bare().text("scope", ""), &[]);
    accept("one", bare().text("scope", "mcp:read"), &["mcp:read"]);
    accept(
        "with_escapes",
        bare().raw("scope", r#""mcp:re\u0061d\u0020mcp:write""#),
        &["mcp:read", "mcp:write"],
    );
    accept(
        "with_several_spaces",
        bare().text("scope", "  mcp:read   mcp:write "),
        &["mcp:read", "mcp:write"],
    );
    accept("of_one_space", bare().text("scope", " "), &[]);
    accept(
        "from_all_three_claims",
        bare().text("scope", "a").raw("scp", r#"["b"]"#).raw("permissions", r#"["c"]"#),
        &["a", "b", "c"],
    );
    accept("twice_the_same", bare().text("scope", "mcp:read mcp:read"), &["mcp:read"]);
    accept("scp_string", bare().text("scp", "mcp:read mcp:write"), &["mcp:read", "mcp:write"]);
    accept(
        "scp_array",
        bare().raw("scp", r#"["mcp:read","mcp:write"]"#),
        &["mcp:read", "mcp:write"],
    );
    accept("scp_empty_array", bare().raw("scp", "[]"), &[]);
    accept("permissions", bare().raw("permissions", r#"["mcp:read"]"#), &["mcp:read"]);
    accept("empty_permissions", bare().raw("permissions", "[]"), &[]);
    accept("array_with_escapes", bare().raw("permissions", r#"["mcp:re\u0061d"]"#), &["mcp:read"]);
}

fn wrong_types(suite: &mut Suite, keys: &Keys) {
    let mut refuse = |name: &str, form: &str, value: &str| {
        let token = keys.token(header(), bare().raw(name, value));
        suite.refuse(format!("{name}_{form}"), token, "invalid_claim");
    };
    for name in ["scope", "scp", "permissions"] {
        refuse(name, "number", "1");
        refuse(name, "null", "null");
        refuse(name, "bool", "true");
        refuse(name, "object", r#"{"mcp:read":true}"#);
        refuse(name, "array_with_a_number", r#"["mcp:read",1]"#);
        refuse(name, "array_in_array", r#"[["mcp:read"]]"#);
    }
    refuse("scope", "array", r#"["mcp:read","mcp:write"]"#);
    refuse("permissions", "string", r#""mcp:read mcp:write""#);
}

fn required(suite: &mut Suite, keys: &Keys) {
    let (one, two) = ("needs_read", "needs_read_and_write");
    let token = |claims: Members| keys.token(header(), claims);
    suite.accept("required_scope_accepted", token(claims())).with_policy(one);
    suite.accept("required_scopes_accepted", token(claims())).with_policy(two);
    let other_order = bare().text("scope", "mcp:write x mcp:read");
    suite
        .accept("required_scopes_in_another_order_accepted", token(other_order))
        .with_policy(two)
        .scopes(&["mcp:read", "mcp:write", "x"]);
    let array = || bare().raw("scp", r#"["mcp:read","mcp:write"]"#);
    suite.accept("required_scopes_from_scp_accepted", token(array())).with_policy(two);
    let permissions = bare().raw("permissions", r#"["mcp:read","mcp:write"]"#);
    suite.accept("required_scopes_from_permissions_accepted", token(permissions)).with_policy(two);
    let escaped = bare().raw("scope", r#""mcp:re\u0061d""#);
    suite
        .accept("required_scope_with_escape_accepted", token(escaped))
        .with_policy(one)
        .scopes(&["mcp:read"]);

    let mut refuse = |name: &str, claims: Members, policy: &'static str| {
        suite
            .refuse(
                format!("required_scope_{name}"),
                keys.token(header(), claims),
                "insufficient_scope",
            )
            .with_policy(policy);
    };
    refuse("missing_one", bare().text("scope", "mcp:read"), two);
    refuse("missing_all", bare().text("scope", "openid profile"), two);
    refuse("missing_without_any_scope", bare(), one);
    refuse("missing_in_empty_scope", bare().text("scope", ""), one);
    refuse("only_a_prefix", bare().text("scope", "mcp:rea"), one);
    refuse("only_longer_ones", bare().text("scope", "mcp:reads xmcp:read"), one);
    refuse("in_capitals", bare().text("scope", "MCP:READ"), one);
    refuse("separated_by_comma", bare().text("scope", "mcp:read,mcp:write"), one);
    refuse("only_in_a_nested_claim", bare().raw("x", r#"{"scope":"mcp:read"}"#), one);
    refuse("only_in_a_claim_of_another_name", bare().text("scopes", "mcp:read"), one);
    // One element of an array is one scope, whatever it holds.
    refuse("in_a_scp_element_with_a_space", bare().raw("scp", r#"["mcp:read mcp:write"]"#), one);
    refuse(
        "in_a_permission_with_a_space",
        bare().raw("permissions", r#"["mcp:read mcp:write"]"#),
        one,
    );
}
