//! Metadata documents, which everybody may read.

use crate::generator::decisions::answers::{document, not_allowed, preflight, refused};
use crate::generator::decisions::guards::WITH_QUERY;
use crate::generator::decisions::requests::{call, get, token, token_with};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

const PLAIN: &str = r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":["https://tenant.auth0.com/"],"bearer_methods_supported":["header"]}"#;
const TOOLS: &str = r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":["https://tenant.auth0.com/"],"scopes_supported":["mcp:read"],"bearer_methods_supported":["header"]}"#;
const QUERY: &str = r#"{"resource":"https://mcp.example.com/mcp?tenant=a","authorization_servers":["https://tenant.auth0.com/","https://login.example.org/realms/mcp"],"bearer_methods_supported":["header"]}"#;
const TENANT: &str = r#"{"issuer":"https://tenant.auth0.com/","authorization_endpoint":"https://tenant.auth0.com/authorize?audience=https%3A%2F%2Fmcp.example.com%2Fmcp","token_endpoint":"https://tenant.auth0.com/oauth/token","registration_endpoint":"https://tenant.auth0.com/oidc/register","jwks_uri":"https://tenant.auth0.com/.well-known/jwks.json","scopes_supported":["mcp:read"],"response_types_supported":["code"],"grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"]}"#;
const LEGACY: &str = r#"{"issuer":"https://tenant.auth0.com/","authorization_endpoint":"https://tenant.auth0.com/authorize?audience=https%3A%2F%2Fmcp.example.com%2Fmcp","token_endpoint":"https://tenant.auth0.com/oauth/token","response_types_supported":["code"],"grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"]}"#;

const INSERTED: &str = "/.well-known/oauth-protected-resource/mcp";
const ROOT: &str = "/.well-known/oauth-protected-resource";
const SERVER: &str = "/.well-known/oauth-authorization-server";

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    for (name, guard, target, text) in [
        ("metadata_behind_the_path", "plain", INSERTED, PLAIN),
        ("metadata_at_the_root", "plain", ROOT, PLAIN),
        (
            "metadata_with_a_slash_at_the_end",
            "plain",
            "/.well-known/oauth-protected-resource/",
            PLAIN,
        ),
        (
            "metadata_in_the_absolute_form",
            "plain",
            "http://10.0.0.1:8080/.well-known/oauth-protected-resource/mcp",
            PLAIN,
        ),
        ("metadata_with_scopes", "tools", INSERTED, TOOLS),
        (
            "metadata_of_a_resource_with_a_query",
            "query",
            "/.well-known/oauth-protected-resource/mcp?tenant=a",
            QUERY,
        ),
        ("metadata_of_that_at_the_root", "query", ROOT, QUERY),
        ("legacy_document", "auth0", SERVER, LEGACY),
        ("legacy_document_of_a_tenant", "auth0_tenant", SERVER, TENANT),
    ] {
        decisions.respond(name, guard, get(target), document(text));
    }
    let request = get(INSERTED).by("HEAD");
    decisions.respond("metadata_by_head", "plain", request, document(PLAIN));
    let request = get(INSERTED).with("Origin", "https://evil.example").with("Host", "evil.example");
    decisions.respond("metadata_for_any_page", "plain", request, document(PLAIN));
    let request = get(INSERTED).bearer("x").bearer("y");
    decisions.respond("metadata_whatever_the_credentials", "plain", request, document(PLAIN));

    let request = get(INSERTED).by("POST");
    decisions.respond("metadata_by_post", "plain", request, not_allowed());
    decisions.respond("legacy_document_by_post", "auth0", get(SERVER).by("POST"), not_allowed());
    let request = get(INSERTED)
        .by("OPTIONS")
        .with("Origin", "https://evil.example")
        .with("Access-Control-Request-Method", "GET");
    decisions.respond("metadata_preflight", "plain", request, preflight(Some("*")));

    let missing = || refused(401, "credentials_missing");
    for (name, guard, target) in [
        ("legacy_document_is_a_switch", "plain", SERVER),
        ("legacy_document_switched_off", "auth0_without_the_document", SERVER),
        ("metadata_of_another_path", "plain", "/.well-known/oauth-protected-resource/other"),
        ("metadata_of_a_longer_path", "plain", "/.well-known/oauth-protected-resource/mcp/x"),
        (
            "metadata_of_another_query",
            "query",
            "/.well-known/oauth-protected-resource/mcp?tenant=b",
        ),
        ("metadata_without_its_query", "query", INSERTED),
        ("metadata_below_another_path", "plain", "/mcp/.well-known/oauth-protected-resource"),
    ] {
        decisions.respond(name, guard, get(target), missing());
    }

    let own = token_with(keys, |claims| claims.text("aud", WITH_QUERY));
    let request = call("x").to("/mcp?tenant=a");
    decisions.respond("challenge_of_a_resource_with_a_query", "query", request.clone(), missing());
    decisions.proceed("resource_with_a_query", "query", request.clone().bearer(own), "user-1");
    let request = request.bearer(token(keys));
    let answer = refused(401, "audience_mismatch");
    decisions.respond("resource_with_a_query_is_another", "query", request, answer);
}
