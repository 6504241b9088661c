//! How a token is brought, if one is.

use crate::generator::decisions::answers::refused;
use crate::generator::decisions::requests::{call, get, token};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    let token = &*token(keys);
    let missing = || refused(401, "credentials_missing");

    decisions.proceed("accepted", "plain", call("x").bearer(token), "user-1");
    decisions.proceed("accepted_without_body", "plain", get("/mcp").bearer(token), "user-1");
    for (name, header, value) in [
        ("accepted_with_scheme_in_any_case", "Authorization", format!("bEaReR {token}")),
        ("accepted_with_header_in_any_case", "aUTHORIZATION", format!("Bearer {token}")),
        ("accepted_with_several_spaces", "Authorization", format!("Bearer   {token} ")),
    ] {
        decisions.proceed(name, "plain", call("x").with(header, value), "user-1");
    }
    let with_both = call("x").to(format!("/mcp?access_token={token}")).bearer(token);
    decisions.proceed("query_token_is_ignored_beside_a_header", "plain", with_both, "user-1");

    decisions.respond("no_credentials", "plain", call("x"), missing());
    decisions.respond("no_credentials_and_no_body", "plain", get("/mcp"), missing());
    let in_query = get(format!("/mcp?access_token={token}"));
    decisions.respond("token_in_the_query", "plain", in_query, missing());
    for (name, value) in [
        ("basic_credentials", "Basic dTpw"),
        ("dpop_where_it_is_not_taken", "DPoP a.b.c"),
        ("empty_authorization", ""),
    ] {
        decisions.respond(name, "plain", call("x").with("Authorization", value), missing());
    }

    let malformed = || refused(400, "invalid_credentials");
    for (name, value) in [
        ("bearer_without_a_token", String::from("Bearer")),
        ("bearer_with_two_words", format!("Bearer {token} x")),
        ("bearer_with_a_parameter", String::from(r#"Bearer token="x""#)),
        ("bearer_behind_a_colon", format!("Bearer: {token}")),
    ] {
        decisions.respond(name, "plain", call("x").with("Authorization", value), malformed());
    }
    let several = || refused(400, "several_credentials");
    let twice = call("x").bearer(token).bearer(token);
    decisions.respond("two_authorization_headers", "plain", twice, several());
    let joined = call("x").with("Authorization", format!("Bearer {token}, Basic dTpw"));
    decisions.respond("two_schemes_in_one_header", "plain", joined, several());

    let unavailable = || refused(503, "keys_unavailable").schemes(&[]);
    let request = call("x").bearer(token);
    decisions.respond("keys_are_not_to_be_had", "without_keys", request, unavailable());
}
