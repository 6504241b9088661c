//! What browsers ask for, and whose pages may.

use crate::generator::decisions::answers::{preflight, refused, rejected};
use crate::generator::decisions::requests::{
    Request, call, get, modern_call, post, token, token_for,
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
    let options = get("/mcp").by("OPTIONS");
    decisions.respond("options_without_a_preflight", "plain", options, missing());
}
