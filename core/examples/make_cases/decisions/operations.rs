//! Scopes of operations, and what needs no token.

use crate::generator::decisions::answers::{refused, rejected};
use crate::generator::decisions::requests::{
    Request, call, get, message, modern_body, modern_call, post, read, token, token_for, token_with,
};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

const BASE: &str = "mcp:read";

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    challenges(decisions, keys);
    step_up(decisions, keys);
    public(decisions, keys);
    resources(decisions, keys);
    subscriptions(decisions, keys);
}

/// What a client learns about scopes before it has a token that is any good.
fn challenges(decisions: &mut Decisions, keys: &Keys) {
    let missing = || refused(401, "credentials_missing");
    decisions.respond("challenge_names_the_base", "tools", call("write"), missing().scope(BASE));
    decisions.respond("challenge_of_a_get", "tools", get("/mcp"), missing().scope(BASE));
    let scope = "mcp:write mcp:audit";
    let told = modern_call("write");
    decisions.respond("challenge_names_what_headers_tell", "tools", told, missing().scope(scope));
    let told = modern_call("admin_x");
    decisions.respond("challenge_of_a_prefix", "tools", told, missing().scope("mcp:admin"));
    let told = modern_call("admin_reset");
    decisions.respond("challenge_of_what_is_refused", "tools", told, missing());
    let expired = token_with(keys, |claims| claims.raw("exp", "1600000000"));
    let request = modern_call("write").bearer(expired);
    let answer = refused(401, "expired").scope(BASE);
    decisions.respond("challenge_of_a_bad_token", "tools", request, answer);
    let request = call("x").with("Authorization", "Bearer");
    decisions.respond(
        "no_scope_for_bad_form",
        "tools",
        request,
        refused(400, "invalid_credentials"),
    );
}

fn step_up(decisions: &mut Decisions, keys: &Keys) {
    let with = |tool: &str, scope: &str| call(tool).bearer(token_for(keys, scope));
    let lacking = |scope| refused(403, "insufficient_scope").scope(scope);
    let all = "mcp:write mcp:audit";
    let mut lack = |name: &str, request: Request, scope| {
        decisions.respond(name, "tools", request, lacking(scope));
    };
    lack("step_up_one_of_two", with("write", "mcp:read mcp:write"), all);
    lack("step_up_none", with("write", ""), all);
    lack("step_up_base", with("other", "mcp:write"), BASE);
    lack("step_up_base_without_body", get("/mcp").bearer(token_for(keys, "x")), BASE);
    lack("step_up_prefix", with("admin_x", "mcp:all"), "mcp:admin");
    lack("step_up_other_case", with("other", "MCP:READ"), BASE);
    lack("step_up_no_part_of_a_word", with("other", "mcp:reader xmcp:read"), BASE);
    let prompt = message("prompts/get", r#"{"name":"greet"}"#);
    let only_read = token_for(keys, "mcp:read");
    lack("step_up_prompt", prompt.clone().bearer(&only_read), "mcp:prompts");
    let completion =
        r#"{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"b"}}"#;
    let completion = message("completion/complete", completion);
    lack("step_up_completion_of_a_prompt", completion.bearer(&only_read), "mcp:prompts");
    let logging = message("logging/setLevel", r#"{"level":"debug"}"#);
    lack("step_up_method_prefix", logging.bearer(&only_read), "mcp:admin");
    let modern = modern_call("write").bearer(&only_read);
    lack("step_up_with_headers", modern, all);
    let escaped = message("tools/call", r#"{"name":"\u0077rite"}"#).bearer(&only_read);
    lack("step_up_by_an_escaped_name", escaped, all);

    let mut proceed = |name: &str, request| decisions.proceed(name, "tools", request, "user-1");
    proceed("scopes_all_of", with("write", "mcp:audit mcp:write"));
    proceed("scopes_any_of", with("write", "mcp:all"));
    proceed("scopes_base", with("other", "mcp:read"));
    proceed("scopes_none_needed", with("echo", ""));
    proceed("hierarchy_one_step", with("other", "mcp:all"));
    proceed("hierarchy_two_steps", with("other", "mcp:admin"));
    proceed("hierarchy_alternative", with("write", "mcp:admin"));
    proceed("hierarchy_prompt", prompt.bearer(token_for(keys, "mcp:admin")));
    let array = token_with(keys, |c| c.without("scope").raw("scp", r#"["mcp:write","mcp:audit"]"#));
    proceed("scopes_of_an_array", call("write").bearer(array));

    let request = with("admin_reset", "mcp:admin");
    decisions.respond("refused_to_everybody", "tools", request, refused(403, "operation_refused"));
}

/// A stream of changes names resources as well.
fn subscriptions(decisions: &mut Decisions, keys: &Keys) {
    let listen = |uris: &str, scope: &str| {
        let notifications = format!(
            r#""notifications":{{"toolsListChanged":true,"resourceSubscriptions":{uris}}},"#
        );
        post(modern_body("subscriptions/listen", &notifications))
            .with("MCP-Protocol-Version", "2026-07-28")
            .with("Mcp-Method", "subscriptions/listen")
            .bearer(token_for(keys, scope))
    };
    let mut proceed = |name: &str, request| decisions.proceed(name, "files", request, "user-1");
    let all = "mcp:use files";
    proceed("listen_to_no_resource", listen("[]", "mcp:use"));
    proceed("listen_to_resources", listen(r#"["file:///a","file:///public/b"]"#, all));
    proceed("listen_to_an_escaped_uri", listen(r#"["file:\/\/\/a"]"#, all));

    let mut respond = |name: &str, request, answer| {
        decisions.respond(name, "files", request, answer);
    };
    let refusal = || refused(403, "operation_refused");
    let lacking = |scope| refused(403, "insufficient_scope").scope(scope);
    let locked = r#"["file:///a","file:///public/key"]"#;
    respond("listen_to_what_is_refused", listen(locked, all), refusal());
    let escaped = r#"["file:///public\/ke\u0079"]"#;
    respond("listen_to_what_is_refused_escaped", listen(escaped, all), refusal());
    let other = r#"["file:/public/key"]"#;
    respond("listen_to_what_is_spelled_otherwise", listen(other, all), refusal());
    let needs_scope = listen(r#"["file:///public/b","file:///a"]"#, "mcp:use");
    respond("listen_without_the_scope_of_a_resource", needs_scope, lacking("files"));
    let needs_base = listen(r#"["file:///a"]"#, "files");
    respond("listen_without_the_scope_of_the_method", needs_base, lacking("mcp:use"));
    let invalid = || rejected(400, "invalid_request", "-32600", None);
    let unnamed = || rejected(400, "invalid_request", "-32600", Some("7"));
    respond("listen_to_no_list", listen(r#""file:///a""#, all), unnamed());
    respond("listen_to_no_texts", listen("[1]", all), unnamed());
    let twice = r#"[],"resourceSubscriptions":["file:///a"]"#;
    respond("listen_to_two_lists", listen(twice, all), invalid());
    let capital = r#"[],"ResourceSubscriptions":["file:///a"]"#;
    respond("listen_to_a_list_in_another_case", listen(capital, all), invalid());
}

/// What needs no token, where the headers tell it.
fn public(decisions: &mut Decisions, keys: &Keys) {
    decisions.proceed("public_by_headers", "tools", modern_call("ping"), None);
    let list = post(modern_body("tools/list", ""))
        .with("MCP-Protocol-Version", "2026-07-28")
        .with("Mcp-Method", "tools/list");
    decisions.proceed("public_method", "tools", list, None);
    let scopeless = call("ping").bearer(token_for(keys, ""));
    decisions.proceed("public_with_a_token_without_scopes", "tools", scopeless, "user-1");
    let encoded = modern_call("ping").without("Mcp-Name").with("Mcp-Name", "=?base64?cGluZw==?=");
    decisions.proceed("public_by_an_encoded_header", "tools", encoded, None);

    let missing = || refused(401, "credentials_missing").scope(BASE);
    decisions.respond("public_without_headers", "tools", call("ping"), missing());
    let older = modern_call("ping")
        .without("MCP-Protocol-Version")
        .with("MCP-Protocol-Version", "2025-11-25");
    decisions.respond("public_in_an_older_revision", "tools", older, missing());
    let twice = modern_call("ping").with("Mcp-Name", "ping");
    decisions.respond("public_by_a_header_twice", "tools", twice, missing());
    decisions.respond("not_public", "tools", modern_call("other"), missing());
    let expired = token_with(keys, |claims| claims.raw("exp", "1600000000"));
    let request = modern_call("ping").bearer(expired);
    let answer = refused(401, "expired").scope(BASE);
    decisions.respond("public_with_a_bad_token", "tools", request, answer);

    let mismatch = || rejected(400, "header_mismatch", "-32020", Some("7"));
    let smuggled = modern_call("ping").saying(modern_body("tools/call", r#""name":"write","#));
    decisions.respond("public_headers_and_another_body", "tools", smuggled, mismatch());
    let smuggled = modern_call("ping").saying(modern_body("prompts/get", r#""name":"ping","#));
    decisions.respond("public_headers_and_another_method", "tools", smuggled, mismatch());
    let older_body = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"write"}}"#;
    let smuggled = modern_call("ping").saying(older_body);
    decisions.respond("public_headers_and_another_older_body", "tools", smuggled, mismatch());
    let older_body = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"ping"}}"#;
    let same = modern_call("ping").saying(older_body);
    decisions.proceed("public_headers_and_an_older_body", "tools", same, None);
    let response = r#"{"jsonrpc":"2.0","id":7,"result":{}}"#;
    let smuggled = modern_call("ping").saying(response);
    decisions.respond("public_headers_and_a_response", "tools", smuggled, mismatch());
}

fn resources(decisions: &mut Decisions, keys: &Keys) {
    let (nothing, files) = (&*token_for(keys, ""), &*token_for(keys, "files"));
    let mut proceed = |name: &str, request| decisions.proceed(name, "files", request, "user-1");
    proceed("resource_of_the_longest_prefix", read("file:///public/a").bearer(nothing));
    proceed("resource_with_scope", read("file:///a/b.txt").bearer(files));
    proceed("resource_by_its_exact_odd_name", read("file:///odd/../name").bearer(nothing));
    let template = r#"{"ref":{"type":"ref/resource","uri":"file:///public/{name}"},"argument":{"name":"name","value":"a"}}"#;
    proceed("resource_template", message("completion/complete", template).bearer(nothing));
    proceed(
        "resource_without_a_rule",
        read("https://example.com/").bearer(token_for(keys, "mcp:use")),
    );

    let lacking = |scope| refused(403, "insufficient_scope").scope(scope);
    let request = read("file:///a").bearer(nothing);
    decisions.respond("resource_without_scope", "files", request, lacking("files"));
    let subscribe = message("resources/subscribe", r#"{"uri":"file:///a"}"#).bearer(nothing);
    decisions.respond("resource_subscription", "files", subscribe, lacking("files"));
    let other = read("https://example.com/").bearer(token(keys));
    decisions.respond("resource_without_a_rule_needs_the_base", "files", other, lacking("mcp:use"));
    let refusal = || refused(403, "operation_refused");
    let key = read("file:///public/key").bearer(files);
    decisions.respond("resource_that_is_refused", "files", key, refusal());
    // Where they lead is not what they look like.
    for (name, uri) in [
        ("resource_with_dot_segments", "file:///public/../secret"),
        ("resource_with_encoded_dots", "file:///public/%2e%2e/secret"),
        ("resource_with_an_encoded_slash", "file:///public/..%2Fsecret"),
        ("resource_with_a_needless_escape", "file:///%70ublic/key"),
        ("resource_with_a_capital_scheme", "FILE:///public/key"),
        ("resource_with_a_backslash", r"file:///public\\..\\secret"),
        ("resource_that_is_no_uri", "public/a"),
        ("resource_without_an_authority", "file:/public/key"),
        ("resource_without_a_root", "file:public/key"),
        ("resource_of_localhost", "file://localhost/public/key"),
        ("resource_with_an_empty_segment", "file:///public//key"),
        ("resource_with_dots_in_the_query", "file:///public/?/../../a"),
        ("resource_with_the_usual_port", "https://example.com:443/"),
        ("resource_with_a_padded_port", "https://example.com:08443/"),
        ("resource_with_an_empty_port", "https://example.com:/"),
        ("resource_with_one_slash", "https:/example.com/"),
        ("resource_without_a_path", "https://example.com"),
        ("resource_with_a_short_address", "https://127.1/"),
        ("resource_with_braces", "file:///public/{a}"),
        ("resource_in_another_case", "file:///Public/key"),
        ("resource_in_the_case_of_no_rule", "file:///PUBLIC/a"),
    ] {
        decisions.respond(name, "files", read(uri).bearer(files), refusal());
    }
}
