//! Metadata documents: what a reader accepts, `serde_json` reads the same way; what is written is
//! read back equal; and a well-known URL is the configured one with the name inserted.
//!
//! Input: a document, which is given to both readers; or, line by line, a resource, an issuer, a
//! scope and a name, which are written.

#![no_main]

use std::net::IpAddr;

use gatepost::Reason;
use gatepost::limits::MAX_METADATA_LEN;
use gatepost::oauth::{
    LegacyServerMetadata, ResourceMetadata, ResourceMetadataDocument, ServerMetadata,
    resource_metadata_urls, server_metadata_urls,
};
use gatepost_fuzz::facts;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    read_resource(input);
    read_server(input);
    if let Ok(text) = str::from_utf8(input) {
        let mut lines = text.split('\n');
        let mut line = || lines.next().unwrap_or("");
        let (resource, issuer, scope, name) = (line(), line(), line(), line());
        write_resource(resource, issuer, scope, name);
        write_legacy(issuer, resource, scope);
        well_known_urls_of_a_resource(resource);
        well_known_urls_of_an_issuer(issuer);
    }
});

fn read_resource(document: &[u8]) {
    // What it would be accepted for, and something else.
    let own = string(document, "resource");
    for expected in [own.as_deref().unwrap_or("x"), "https://mcp.example.com/mcp"] {
        let mut memory = vec![0; MAX_METADATA_LEN];
        let Ok(read) = ResourceMetadataDocument::parse(document, expected, &mut memory) else {
            continue;
        };
        let value = accepted(document);
        assert_eq!(read.resource(), expected);
        assert_eq!(value["resource"], expected);
        let issuers: Vec<_> = read.authorization_servers().collect();
        assert!(!issuers.is_empty());
        assert_eq!(value["authorization_servers"], Value::from(issuers.clone()));
        assert!(issuers.iter().all(|issuer| server_metadata_urls(issuer).is_ok()));
        same_list(&value["scopes_supported"], read.scopes_supported());
        same_list(&value["bearer_methods_supported"], read.bearer_methods_supported());
        same_list(&value["dpop_signing_alg_values_supported"], read.dpop_algorithms());
        assert_eq!(value["resource_name"].as_str(), read.name());
        let required = value["dpop_bound_access_tokens_required"] == Value::Bool(true);
        assert_eq!(required, read.requires_dpop());
    }
}

fn read_server(document: &[u8]) {
    let own = string(document, "issuer");
    for expected in [own.as_deref().unwrap_or("x"), "https://id.example"] {
        let mut memory = vec![0; MAX_METADATA_LEN];
        let Ok(read) = ServerMetadata::parse(document, expected, &mut memory) else { continue };
        let value = accepted(document);
        assert_eq!(value["issuer"], expected);
        assert_eq!(read.issuer(), expected);
        assert!(server_metadata_urls(expected).is_ok());
        assert_eq!(value["jwks_uri"].as_str(), read.jwks_uri());
        assert_eq!(value["registration_endpoint"].as_str(), read.registration_endpoint());
        for url in ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
        {
            assert!(value[url].as_str().is_none_or(is_secure), "{url}");
        }
        same_list(&value["scopes_supported"], read.scopes_supported());
        if let Ok(flow) = read.require_code_flow() {
            assert_eq!(value["authorization_endpoint"], flow.authorization_endpoint);
            assert_eq!(value["token_endpoint"], flow.token_endpoint);
            let methods = value["code_challenge_methods_supported"].as_array().unwrap();
            assert!(methods.contains(&Value::from("S256")));
            let legacy = LegacyServerMetadata::of_server(&read).unwrap();
            let mut text = vec![0; 2 * MAX_METADATA_LEN];
            let written = legacy.write(&mut text).unwrap();
            let again = accepted(written.as_bytes());
            assert_eq!(again["token_endpoint"], value["token_endpoint"]);
            assert_eq!(again["authorization_endpoint"], value["authorization_endpoint"]);
        }
        read.require_agreement(&read).unwrap();
    }
}

fn write_resource(resource: &str, issuer: &str, scope: &str, name: &str) {
    let issuers = [issuer, "https://tenant.auth0.com/"];
    let Ok(metadata) = ResourceMetadata::new(resource, &issuers) else { return };
    let scopes = [scope];
    let metadata = metadata.with_scopes_supported(&scopes).unwrap_or(metadata);
    let metadata = metadata.with_name(name).unwrap_or(metadata);
    let mut text = vec![0; 8 * (resource.len() + issuer.len() + scope.len() + name.len()) + 1024];
    let written = metadata.write(&mut text).unwrap();
    if written.len() > MAX_METADATA_LEN {
        return;
    }
    assert!(written.bytes().all(|byte| byte >= b' '));
    let mut memory = vec![0; MAX_METADATA_LEN];
    let read = ResourceMetadataDocument::parse(written, resource, &mut memory).unwrap();
    assert_eq!(read.resource(), resource);
    assert!(read.authorization_servers().eq(issuers));
    assert!(read.scopes_supported().into_iter().flatten().eq(metadata.scopes_supported().iter()));
    assert_eq!(read.name().unwrap_or(""), name);
    assert!(read.scopes_supported().into_iter().flatten().all(|scope| scope != "offline_access"));

    let url = metadata.url().to_string();
    // A host may be called `.well-known` too, so the path is looked for behind the authority.
    let authority = url.find("://").unwrap() + "://".len();
    let path = authority + url[authority..].find('/').unwrap();
    assert!(metadata.is_target(&url) && metadata.is_target(&url[path..]));
    assert!(metadata.is_target("/.well-known/oauth-protected-resource"));
    for len in [url.len() - 1, url.len()] {
        let mut room = vec![0; len];
        let expected = if len < url.len() { Err(Reason::MemoryTooSmall) } else { Ok(&*url) };
        assert_eq!(metadata.url().write(&mut room), expected);
    }
}

fn write_legacy(issuer: &str, endpoint: &str, audience: &str) {
    let Ok(legacy) = LegacyServerMetadata::new(issuer, endpoint, endpoint) else { return };
    let Ok(legacy) = legacy.with_audience(audience) else { return };
    let mut text = vec![0; 8 * (issuer.len() + 2 * endpoint.len() + audience.len()) + 1024];
    let value = accepted(legacy.write(&mut text).unwrap().as_bytes());
    let written = value["authorization_endpoint"].as_str().unwrap();
    assert!(written.starts_with(endpoint) && is_secure(written));
    let (_, encoded) = written.rsplit_once("audience=").unwrap();
    assert!(!encoded.contains(['&', '=', '#', '+', ' ']));
    let mut decoded = Vec::new();
    let mut bytes = encoded.bytes();
    while let Some(byte) = bytes.next() {
        let digits: Vec<_> = if byte == b'%' { bytes.by_ref().take(2).collect() } else { vec![] };
        decoded.push(match str::from_utf8(&digits).unwrap() {
            "" => byte,
            digits => u8::from_str_radix(digits, 16).unwrap(),
        });
    }
    assert_eq!(decoded, audience.as_bytes());
}

/// Without the name, a URL is the identifier again, but for a slash that ends the host.
fn well_known_urls_of_a_resource(resource: &str) {
    let Ok(urls) = resource_metadata_urls(resource) else { return };
    let urls: Vec<_> = urls.map(|url| url.to_string()).collect();
    let mut without_name = urls[0].replacen("/.well-known/oauth-protected-resource", "", 1);
    if without_name != resource {
        // Host and slash, before a query or the end.
        let host = resource.find("://").unwrap() + 3;
        let slash = host + resource[host..].find('/').unwrap();
        assert!(matches!(resource.as_bytes().get(slash + 1), None | Some(b'?')));
        without_name.insert(slash, '/');
        assert_eq!(without_name, resource);
    }
    assert!(urls.len() <= 2 && urls.iter().all(|url| is_secure(url)));
}

fn well_known_urls_of_an_issuer(issuer: &str) {
    let Ok(urls) = server_metadata_urls(issuer) else { return };
    let urls: Vec<_> = urls.map(|url| url.to_string()).collect();
    assert!(matches!(urls.len(), 2 | 3));
    let plain = issuer.strip_suffix('/').unwrap_or(issuer);
    for (url, name) in urls
        .iter()
        .zip(["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"])
    {
        assert_eq!(url.replacen(name, "", 1), plain);
    }
    if let Some(behind) = urls.get(2) {
        assert_eq!(*behind, format!("{plain}/.well-known/openid-configuration"));
    }
    assert!(urls.iter().all(|url| is_secure(url)));
}

/// The document, which was accepted, as `serde_json` reads it.
fn accepted(document: &[u8]) -> Value {
    let facts = facts(document).expect("serde_json refuses what was accepted");
    assert!(facts.is_object && facts.is_utf8 && !facts.has_duplicate && !facts.has_bad_escape);
    serde_json::from_slice(document).expect("serde_json refuses what was accepted")
}

fn string(document: &[u8], name: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(document).ok()?;
    value.get(name)?.as_str().map(str::to_owned)
}

/// A list that is read is the one that stands there; none and an empty one are the same.
fn same_list<'d>(value: &Value, list: Option<impl Iterator<Item = &'d str>>) {
    let listed: Vec<_> = list.into_iter().flatten().collect();
    match value {
        Value::Null => assert!(listed.is_empty()),
        value => assert_eq!(*value, Value::from(listed)),
    }
}

/// `https`, or `http` on this machine, without a fragment, as the standard library reads hosts.
fn is_secure(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap();
    let authority = rest.split(['/', '?']).next().unwrap();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap(),
        None => authority.split(':').next().unwrap(),
    };
    let is_local = host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_plain = scheme.eq_ignore_ascii_case("http") && is_local;
    !url.contains('#')
        && !authority.contains('@')
        && (scheme.eq_ignore_ascii_case("https") || is_plain)
}
