//! RFC 9728: what a server publishes, and what a client makes of it.

use gatepost::limits::{MAX_METADATA_LEN, NAME_LEN};
use gatepost::oauth::{ResourceMetadata, ResourceMetadataDocument, resource_metadata_urls};
use gatepost::{Algorithm, Reason};
use serde_json::{Value, json};

const RESOURCE: &str = "https://mcp.example.com/mcp";
const ISSUER: &str = "https://tenant.auth0.com/";

fn metadata(resource: &str) -> ResourceMetadata<'_> {
    ResourceMetadata::new(resource, ISSUER).unwrap()
}

fn written(metadata: &ResourceMetadata<'_>) -> Value {
    serde_json::from_str(metadata.write(&mut [0; 2048]).unwrap()).unwrap()
}

/// What the reader says of `document`.
fn read(document: &str, resource: &str) -> Result<(), Reason> {
    ResourceMetadataDocument::parse(document, resource, &mut [0; 4096]).map(drop)
}

#[test]
fn s2_the_document_names_at_least_one_issuer() {
    assert_eq!(
        written(&metadata(RESOURCE)),
        json!({
            "resource": RESOURCE,
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
        })
    );
    let several = ["https://id.example/realms/a", ISSUER];
    let metadata = ResourceMetadata::new(RESOURCE, &several).unwrap();
    assert_eq!(written(&metadata)["authorization_servers"], json!(several));
    let none: &[&str] = &[];
    assert_eq!(ResourceMetadata::new(RESOURCE, none).unwrap_err(), Reason::Misuse);
    for issuer in [
        "",
        "tenant.auth0.com",
        "http://tenant.auth0.com/",
        "https://tenant.auth0.com/?a",
        "https://tenant.auth0.com/#a",
        "https://me@tenant.auth0.com/",
        "ftp://localhost/",
    ] {
        let made = ResourceMetadata::new(RESOURCE, &[ISSUER, issuer]).map(drop);
        assert_eq!(made, Err(Reason::Misuse), "{issuer}");
    }

    for document in [
        r#"{"resource":"https://mcp.example.com/mcp"}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":[]}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":null}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":"https://a.example"}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":[1]}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":["http://a.b"]}"#,
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":["javascript:x"]}"#,
    ] {
        assert_eq!(read(document, RESOURCE), Err(Reason::InvalidMetadata), "{document}");
    }
}

#[test]
fn s3_the_url_of_challenges_is_a_place_that_is_served() {
    for resource in [
        RESOURCE,
        "https://mcp.example.com",
        "https://mcp.example.com/",
        "https://mcp.example.com:8443/a/b/",
        "https://mcp.example.com/mcp?tenant=a",
        "http://localhost:3000/mcp",
        "http://[::1]:3000/mcp",
    ] {
        let metadata = metadata(resource);
        let mut memory = [0; 256];
        let url = metadata.url().write(&mut memory).unwrap();
        assert_eq!(url, metadata.url().to_string());
        assert!(metadata.is_target(url), "absolute-form: {url}");
        let at = url.match_indices('/').nth(2).unwrap().0;
        assert!(metadata.is_target(&url[at..]), "origin-form: {url}");
    }
    assert_eq!(metadata(RESOURCE).url().write(&mut [0; 63]).unwrap_err(), Reason::MemoryTooSmall);
    assert!(metadata(RESOURCE).url().write(&mut [0; 64]).is_ok());
}

#[test]
fn s4_the_document_is_found_at_both_places() {
    let name = "/.well-known/oauth-protected-resource";
    for (resource, inserted) in [
        ("https://a.example", name.to_owned()),
        ("https://a.example/", name.to_owned()),
        ("https://a.example/mcp", format!("{name}/mcp")),
        ("https://a.example/mcp/", format!("{name}/mcp/")),
        ("https://a.example/public/%6dcp", format!("{name}/public/%6dcp")),
        ("https://a.example?k=v", format!("{name}?k=v")),
        ("https://a.example/?k=v", format!("{name}?k=v")),
        ("https://a.example/mcp?k=v/w?x", format!("{name}/mcp?k=v/w?x")),
    ] {
        let metadata = metadata(resource);
        assert_eq!(metadata.url().to_string(), format!("https://a.example{inserted}"));
        assert!(metadata.is_target(&inserted), "{inserted}");
        assert!(metadata.is_target(name), "{resource}");
        for other in ["", "/", "/mcp", "/.well-known/oauth-protected-resource-x", "*", "a:443"] {
            assert!(!metadata.is_target(other), "{other}");
        }
    }
    let metadata = metadata(RESOURCE);
    // Clients that take a slash for nothing.
    assert!(metadata.is_target("/.well-known/oauth-protected-resource/mcp/"));
    assert!(metadata.is_target("/.well-known/oauth-protected-resource/"));
    for other in [
        "/.well-known/oauth-protected-resource/mcp2",
        "/.well-known/oauth-protected-resource/mcp/a",
        "/.well-known/oauth-protected-resource//mcp",
        "/.well-known/oauth-protected-resource/MCP",
        "/.well-known/oauth-protected-resource/%6dcp",
        "/.well-known/oauth-protected-resource/mcp?tenant=b",
        "/.well-known/oauth-protected-resource?tenant=b",
        "/.well-known/oauth-protected-resource/mcp//",
        "/x/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/mcp",
    ] {
        assert!(!metadata.is_target(other), "{other}");
    }
}

#[test]
fn s5_the_resource_is_published_byte_for_byte() {
    for resource in [
        RESOURCE,
        "https://mcp.example.com",
        "https://mcp.example.com/",
        "https://MCP.example.com:443/mcp/%7Ea",
        "https://mcp.example.com/mcp?b=2&a=1",
    ] {
        assert_eq!(metadata(resource).resource(), resource);
        assert_eq!(written(&metadata(resource))["resource"], json!(resource));

        let mut text = [0; 1024];
        let document = metadata(resource).write(&mut text).unwrap();
        assert_eq!(read(document, resource), Ok(()));
        let mut memory = [0; 1024];
        let parsed = ResourceMetadataDocument::parse(document, resource, &mut memory).unwrap();
        assert_eq!(parsed.resource(), resource);
        for other in [format!("{resource}/"), resource.to_uppercase(), format!("{resource}#")] {
            assert_eq!(read(document, &other), Err(Reason::MetadataMismatch), "{other}");
        }
    }
    // Escapes are decoded before the comparison, and nothing else is.
    let with = |resource: &str| {
        format!(r#"{{"resource":"{resource}","authorization_servers":["https://a.example"]}}"#)
    };
    assert_eq!(read(&with(r"https:\/\/mcp.example.com\/\u006dcp"), RESOURCE), Ok(()));
    assert_eq!(
        read(&with("https://mcp.example.com/%6dcp"), RESOURCE),
        Err(Reason::MetadataMismatch)
    );
    assert_eq!(read(&with("https://mcp.example.com"), RESOURCE), Err(Reason::MetadataMismatch));
    assert_eq!(
        read(r#"{"authorization_servers":["https://a.example"]}"#, RESOURCE),
        Err(Reason::InvalidMetadata)
    );
    assert_eq!(read(r#"{"resource":7}"#, RESOURCE), Err(Reason::InvalidMetadata));

    // A client that accepts the origin for what it found at the root says so.
    let origin = with("https://mcp.example.com");
    let mut memory = [0; 1024];
    let either = [RESOURCE, "https://mcp.example.com"];
    let document = ResourceMetadataDocument::parse(&origin, &either, &mut memory).unwrap();
    assert_eq!(document.resource(), "https://mcp.example.com");
}

#[test]
fn s6_the_resource_is_an_absolute_https_uri_without_a_fragment() {
    for resource in [
        "mcp.example.com",
        "//mcp.example.com/mcp",
        "/mcp",
        "",
        "https:/mcp",
        "https:///mcp",
        "https://mcp.example.com#fragment",
        "https://mcp.example.com/mcp#",
        "https://me@mcp.example.com/mcp",
        "https://mcp.example.com/a/../mcp",
        "https://mcp.example.com/%2e%2E/mcp",
        "http://mcp.example.com/mcp",
        "https://mcp.example.com/m cp",
        "https://mcp.example.com/é",
        "https://mcp.example.com/\"",
        "https://mcp.example.com/\r\n",
        "urn:mcp",
    ] {
        assert_eq!(
            ResourceMetadata::new(resource, ISSUER).unwrap_err(),
            Reason::Misuse,
            "{resource}"
        );
        assert_eq!(resource_metadata_urls(resource).map(drop), Err(Reason::Misuse), "{resource}");
    }
    // Canonical or not, what is configured is what is published.
    for resource in ["HTTPS://MCP.example.com/mcp", "http://127.0.0.1:1/mcp", "http://LOCALHOST/"] {
        assert_eq!(written(&metadata(resource))["resource"], json!(resource));
    }
}

#[test]
fn s14_offline_access_is_not_advertised() {
    for scopes in [&["mcp:tools", "offline_access"][..], &["offline_access"]] {
        let made = metadata(RESOURCE).with_scopes_supported(scopes);
        assert_eq!(made.unwrap_err(), Reason::Misuse);
    }
    assert!(metadata(RESOURCE).with_scopes_supported("offline_access:not").is_ok());
}

#[test]
fn s15_the_advertised_scopes_are_a_set_of_their_own() {
    // Nothing is advertised unless it is asked for.
    assert_eq!(written(&metadata(RESOURCE)).get("scopes_supported"), None);
    let few = metadata(RESOURCE).with_scopes_supported(&["mcp:tools", "mcp:read"]).unwrap();
    assert_eq!(written(&few)["scopes_supported"], json!(["mcp:tools", "mcp:read"]));
    assert_eq!(few.scopes_supported().iter().count(), 2);
    for scope in ["*", "", "a b", "a\"", "a\\", "a\n", "é", "a\u{7f}"] {
        let scopes = ["mcp:tools", scope];
        let made = metadata(RESOURCE).with_scopes_supported(&scopes);
        assert_eq!(made.unwrap_err(), Reason::Misuse, "{scope}");
    }
}

#[test]
fn s20_urls_of_oauth_are_https_except_on_this_machine() {
    assert!(ResourceMetadata::new("http://localhost/mcp", "http://127.0.0.1:9000").is_ok());
    assert_eq!(ResourceMetadata::new(RESOURCE, "http://id.example").unwrap_err(), Reason::Misuse);
}

#[test]
fn every_member_is_written_and_read() {
    let metadata = ResourceMetadata::new(RESOURCE, ISSUER)
        .and_then(|m| m.with_scopes_supported("mcp:tools"))
        .and_then(|m| m.with_name("Ünser \"Werkzeug\"\n\\"))
        .and_then(|m| m.with_documentation("https://docs.example.com/#mcp"))
        .and_then(|m| m.with_policy("http://example.com/policy"))
        .and_then(|m| m.with_terms_of_service("https://example.com/tos"))
        .and_then(|m| m.with_dpop([Algorithm::Es256, Algorithm::EdDsa], true))
        .unwrap()
        .with_certificate_binding();
    assert_eq!(
        written(&metadata),
        json!({
            "resource": RESOURCE,
            "authorization_servers": [ISSUER],
            "scopes_supported": ["mcp:tools"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Ünser \"Werkzeug\"\n\\",
            "resource_documentation": "https://docs.example.com/#mcp",
            "resource_policy_uri": "http://example.com/policy",
            "resource_tos_uri": "https://example.com/tos",
            "tls_client_certificate_bound_access_tokens": true,
            "dpop_signing_alg_values_supported": ["ES256", "EdDSA"],
            "dpop_bound_access_tokens_required": true,
        })
    );
    let (mut text, mut memory) = ([0; 2048], [0; 2048]);
    let document = metadata.write(&mut text).unwrap();
    let read = ResourceMetadataDocument::parse(document, RESOURCE, &mut memory).unwrap();
    assert!(read.authorization_servers().eq([ISSUER]));
    assert!(read.scopes_supported().unwrap().eq(["mcp:tools"]));
    assert!(read.bearer_methods_supported().unwrap().eq(["header"]));
    assert_eq!(read.name(), Some("Ünser \"Werkzeug\"\n\\"));
    assert!(read.dpop_algorithms().unwrap().eq(["ES256", "EdDSA"]));
    assert!(read.requires_dpop());
    assert_eq!(
        read.members().member("resource_policy_uri").unwrap().as_str(),
        Some("http://example.com/policy")
    );
    let optional = metadata.with_dpop(Algorithm::Es256, false).unwrap();
    assert_eq!(written(&optional).get("dpop_bound_access_tokens_required"), None);

    for len in 0..document.len() {
        assert_eq!(metadata.write(&mut vec![0; len]), Err(Reason::MemoryTooSmall), "{len}");
    }
}

#[test]
fn what_nobody_can_open_is_not_published() {
    let metadata = metadata(RESOURCE);
    for url in ["javascript:alert(1)", "data:text/html,x", "docs", "", "https:", "https:///x"] {
        assert_eq!(metadata.with_documentation(url).unwrap_err(), Reason::Misuse, "{url}");
        assert_eq!(metadata.with_policy(url).unwrap_err(), Reason::Misuse, "{url}");
        assert_eq!(metadata.with_terms_of_service(url).unwrap_err(), Reason::Misuse, "{url}");
    }
    assert_eq!(metadata.with_name("").unwrap_err(), Reason::Misuse);
    assert_eq!(metadata.with_dpop([], false).unwrap_err(), Reason::Misuse);
    let mixed = [Algorithm::Es256, Algorithm::Hs256];
    assert_eq!(metadata.with_dpop(mixed, false).unwrap_err(), Reason::Misuse);
}

#[test]
fn members_of_another_kind_are_refused_and_null_is_none() {
    let with = |member: &str| {
        format!(
            r#"{{"resource":"https://mcp.example.com/mcp",
                "authorization_servers":["https://a.example"],{member}}}"#
        )
    };
    for member in [
        r#""scopes_supported":"mcp:tools""#,
        r#""scopes_supported":[["mcp:tools"]]"#,
        r#""resource_name":["x"]"#,
        r#""bearer_methods_supported":{}"#,
        r#""dpop_bound_access_tokens_required":"true""#,
        r#""dpop_signing_alg_values_supported":7"#,
    ] {
        assert_eq!(read(&with(member), RESOURCE), Err(Reason::InvalidMetadata), "{member}");
    }
    for member in [
        r#""scopes_supported":null"#,
        r#""scopes_supported":[]"#,
        r#""resource_name":null,"dpop_bound_access_tokens_required":null"#,
        r#""unknown":{"a":[1,{"b":null}]}"#,
    ] {
        let document = with(member);
        let mut memory = [0; 1024];
        let parsed = ResourceMetadataDocument::parse(&document, RESOURCE, &mut memory).unwrap();
        assert!(parsed.scopes_supported().is_none() && parsed.name().is_none(), "{member}");
        assert!(!parsed.requires_dpop());
    }
    assert_eq!(read(&with(r#""resource":"x""#), RESOURCE), Err(Reason::DuplicateMember));
    assert_eq!(read("[]", RESOURCE), Err(Reason::InvalidJson));
    assert_eq!(read("", RESOURCE), Err(Reason::InvalidJson));
}

#[test]
fn documents_end_at_the_limit() {
    let start =
        r#"{"resource":"https://mcp.example.com/mcp","authorization_servers":["https://a.b"]}"#;
    let fits = format!("{start}{}", " ".repeat(MAX_METADATA_LEN - start.len()));
    assert_eq!(read(&fits, RESOURCE), Ok(()));
    assert_eq!(read(&format!("{fits} "), RESOURCE), Err(Reason::TooLarge));

    // Too little memory is said, never worked around.
    let parse = |document: &str, len: usize| {
        ResourceMetadataDocument::parse(document, RESOURCE, &mut vec![0; len]).map(drop)
    };
    assert_eq!(parse(start, 2 * NAME_LEN - 1), Err(Reason::MemoryTooSmall));
    assert_eq!(parse(start, 2 * NAME_LEN), Ok(()));
    let escaped = start.replace('/', r"\/");
    let needed = RESOURCE.len() + "https://a.b".len() + 1;
    assert_eq!(parse(&escaped, needed - 1), Err(Reason::MemoryTooSmall));
    assert_eq!(parse(&escaped, needed), Ok(()));
}
