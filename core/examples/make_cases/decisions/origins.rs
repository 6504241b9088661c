//! What browsers ask for, and whose pages may.

use crate::generator::decisions::answers::{preflight, preflight_with, refused, rejected};
use crate::generator::decisions::guards::SPELLED;
use crate::generator::decisions::requests::{
    Request, call, get, modern_call, post, token, token_for, token_with,
};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

const APP: &str = "https://app.example";
const OWN: &str = "https://mcp.example.com";

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    let from = |origin: &str| call("echo").with("Origin", origin);
    let asking = |origin: &str| -> Request {
        get("/mcp")
            .by("OPTIONS")
            .with("Origin", origin)
            .with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "authorization, content-type")
    };
    let missing = || refused(401, "credentials_missing");

    decisions.proceed("origin_that_is_listed", "tools", from(APP).bearer(token(keys)), "user-1");
    decisions.proceed("origin_of_the_resource", "plain", from(OWN).bearer(token(keys)), "user-1");
    let answer = missing().scope("mcp:read").seen_by(APP);
    decisions.respond("origin_sees_the_challenge", "tools", from(APP), answer);
    let answer = refused(403, "insufficient_scope").scope("mcp:read").seen_by(APP);
    let request = call("x").with("Origin", APP).bearer(token_for(keys, ""));
    decisions.respond("origin_sees_the_step_up", "tools", request, answer);
    let request = post("[]").with("Origin", APP).bearer(token(keys));
    let answer = rejected(400, "batch_refused", "-32600", None).seen_by(APP);
    decisions.respond("origin_sees_the_error", "tools", request, answer);
    decisions.respond("origin_of_any_page", "auth0", from("null"), missing().seen_by("*"));

    let refusal = || refused(403, "origin_refused").schemes(&[]);
    for (name, origin) in [
        ("origin_of_another_page", "https://evil.example"),
        ("origin_null", "null"),
        ("origin_with_the_default_port", "https://app.example:443"),
        ("origin_of_another_scheme", "http://app.example"),
        ("origin_in_another_case", "https://APP.example"),
        ("origin_with_a_longer_name", "https://app.example.evil.example"),
        ("origin_empty", ""),
    ] {
        decisions.respond(name, "tools", from(origin).bearer(token(keys)), refusal());
    }
    decisions.proceed(
        "origin_of_a_resource_in_capitals",
        "spelled",
        from(OWN).bearer(token_with(keys, |claims| claims.text("aud", SPELLED))),
        "user-1",
    );
    let answer = missing().seen_by(OWN);
    decisions.respond("origin_of_a_resource_in_capitals_sees_it", "spelled", from(OWN), answer);
    let as_written = from("https://MCP.example.com:443").bearer(token(keys));
    decisions.respond("origin_as_the_resource_is_written", "spelled", as_written, refusal());
    let twice = from(APP).with("Origin", APP).bearer(token(keys));
    decisions.respond("origin_twice", "tools", twice, refusal());
    let first = from("https://evil.example").with("Authorization", "Bearer");
    decisions.respond("origin_before_credentials", "tools", first, refusal());
    let public = modern_call("ping").with("Origin", "https://evil.example");
    decisions.respond("origin_of_a_public_call", "tools", public, refusal());

    decisions.respond("preflight", "tools", asking(APP), preflight(Some(APP)));
    decisions.respond("preflight_of_any_page", "auth0", asking("null"), preflight(Some("*")));
    let other = asking("https://evil.example");
    decisions.respond("preflight_of_another_page", "tools", other, refusal());
    let without_origin = get("/mcp").by("OPTIONS").with("Access-Control-Request-Method", "POST");
    decisions.respond("preflight_without_an_origin", "tools", without_origin, preflight(None));
    for (name, asked, allowed) in [
        ("preflight_with_a_parameter", "mcp-param-region", ", mcp-param-region"),
        (
            "preflight_with_parameters",
            "authorization, mcp-param-a,Mcp-Param-B!#$%&'*+-.^_`|~9,  mcp-method",
            ", mcp-param-a, Mcp-Param-B!#$%&'*+-.^_`|~9",
        ),
        ("preflight_with_other_headers", "x-forwarded-for, x-mcp-param-a, mcp-parama", ""),
        ("preflight_with_a_wildcard", "*", ""),
        ("preflight_with_no_parameter", "mcp-param-, mcp-param, ,", ""),
        (
            "preflight_with_what_is_no_name",
            "mcp-param-a b, mcp-param-c:d, mcp-param-\"e\", mcp-param-é, mcp-param-\u{7f}",
            "",
        ),
    ] {
        let request = asking(APP)
            .without("Access-Control-Request-Headers")
            .with("Access-Control-Request-Headers", asked);
        decisions.respond(name, "tools", request, preflight_with(Some(APP), allowed));
    }
    let list =
        |count: usize| (0..count).fold(String::new(), |list, i| format!("{list}, mcp-param-{i}"));
    let many = asking(APP).with("Access-Control-Request-Headers", list(33));
    decisions.respond(
        "preflight_with_too_many_parameters",
        "tools",
        many,
        preflight_with(Some(APP), &list(32)),
    );
    let (most, longer) = ("x".repeat(118), "x".repeat(119));
    let long = asking(APP)
        .with("Access-Control-Request-Headers", format!("mcp-param-{longer}, mcp-param-{most}"));
    decisions.respond(
        "preflight_with_a_long_parameter",
        "tools",
        long,
        preflight_with(Some(APP), &format!(", mcp-param-{most}")),
    );
    let options = get("/mcp").by("OPTIONS");
    decisions.respond("options_without_a_preflight", "plain", options, missing());
}
