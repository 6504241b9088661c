//! Rules for one user, one client, and for certain claims.

use crate::generator::decisions::answers::refused;
use crate::generator::decisions::requests::{Request, call, token, token_with};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    let with = |tool: &str, changes: &[(&str, &str)]| -> Request {
        call(tool).bearer(token_with(keys, |claims| {
            changes.iter().fold(claims, |claims, (name, value)| claims.raw(name, *value))
        }))
    };
    let root = ("sub", r#""root""#);
    let ci = ("client_id", r#""ci""#);
    let lacking = |scope| refused(403, "insufficient_scope").scope(scope);

    decisions.proceed("user_with_a_rule", "people", with("deploy", &[root]), "root");
    decisions.proceed("user_before_client", "people", with("deploy", &[root, ci]), "root");
    let scope = ("scope", r#""deploy:ci""#);
    decisions.proceed("client_with_a_rule", "people", with("deploy", &[ci, scope]), "user-1");
    let scope = ("scope", r#""deploy""#);
    decisions.proceed("anybody_with_the_scope", "people", with("deploy", &[scope]), "user-1");
    decisions.proceed("tool_without_a_rule", "people", call("other").bearer(token(keys)), "user-1");

    let mut lack = |name: &str, request, scope| {
        decisions.respond(name, "people", request, lacking(scope));
    };
    lack("anybody_without_the_scope", with("deploy", &[]), "deploy");
    lack("client_has_a_rule_of_its_own", with("deploy", &[ci, scope]), "deploy:ci");
    lack("user_in_another_case", with("deploy", &[("sub", r#""Root""#)]), "deploy");

    let refusal = || refused(403, "operation_refused");
    let mallory = with("export", &[("sub", r#""mallory""#)]);
    decisions.respond("user_to_whom_it_is_refused", "people", mallory, refusal());
    decisions.proceed("others_to_whom_it_is_not", "people", with("export", &[]), "user-1");

    let scope = ("scope", r#""mcp:report""#);
    for (name, org) in
        [("claim_is_one_of", r#""org_b""#), ("claim_with_escapes", r#""\u006frg_a""#)]
    {
        decisions.proceed(name, "people", with("report", &[("org_id", org), scope]), "user-1");
    }
    let org = ("org_id", r#""org_a""#);
    decisions.respond(
        "claim_without_the_scope",
        "people",
        with("report", &[org]),
        lacking("mcp:report"),
    );
    for (name, changes) in [
        ("claim_is_another", &[("org_id", r#""org_c""#), scope][..]),
        ("claim_in_another_case", &[("org_id", r#""ORG_A""#), scope]),
        ("claim_of_another_type", &[("org_id", r#"["org_a"]"#), scope]),
        ("claim_is_missing", &[scope]),
    ] {
        decisions.respond(name, "people", with("report", changes), refusal());
    }
    let groups = ("groups", r#"["staff","auditors"]"#);
    decisions.proceed("claims_that_all_hold", "people", with("audit", &[groups, org]), "user-1");
    for (name, changes) in [
        ("claims_of_which_one_holds", &[groups][..]),
        ("claim_that_is_no_array", &[("groups", r#""auditors""#), org]),
        ("claim_in_an_inner_array", &[("groups", r#"[["auditors"]]"#), org]),
    ] {
        decisions.respond(name, "people", with("audit", changes), refusal());
    }
}
