//! What a client sends and publishes is what a server accepts.

use gatepost::Reason;
use gatepost::oauth::{
    ApplicationType, AuthMethod, ClientIdUrl, ClientMetadata, ClientRules, NewClient, RedirectRules,
};

#[test]
fn c10_a_client_says_what_type_it_is() {
    for (uris, application_type) in [
        (&["https://a.example/cb"][..], ApplicationType::Web),
        (&["http://localhost:3000/cb"], ApplicationType::Native),
        (&["https://a.example/cb", "http://[::1]/cb"], ApplicationType::Native),
        (&["https://localhost/cb"], ApplicationType::Native),
        (&["com.example.app:/cb"], ApplicationType::Native),
    ] {
        let redirects =
            RedirectRules::new().with_private_use_schemes(&["com.example.app"]).unwrap();
        let rules = ClientRules::new().with_redirect_rules(redirects);
        let client = NewClient::new("Exämple \"1\"", uris, &redirects)
            .and_then(|client| client.with_client_uri("https://a.example"))
            .and_then(|client| client.with_scope("mcp:read"))
            .unwrap()
            .with_refresh_tokens();
        assert_eq!(client.application_type(), application_type);

        let (mut memory, mut names) = ([0; 1024], [0; 1024]);
        let request = client.write_registration_request(&mut memory).unwrap();
        assert!(request.contains(&format!(r#""application_type":"{}""#, application_type.name())));
        let read = ClientMetadata::from_registration(request.as_bytes(), &rules, &mut names);
        check(&read.unwrap(), uris, application_type);

        let url = ClientIdUrl::parse("https://a.example/client.json").unwrap();
        let (mut memory, mut names) = ([0; 1024], [0; 1024]);
        let document = client.write_metadata_document(&url, &mut memory).unwrap();
        let read = ClientMetadata::from_document(document.as_bytes(), &url, &rules, &mut names);
        check(&read.unwrap(), uris, application_type);
    }
}

fn check(client: &ClientMetadata<'_>, uris: &[&str], application_type: ApplicationType) {
    assert_eq!(client.name(), Some("Exämple \"1\""));
    assert_eq!(client.client_uri(), Some("https://a.example"));
    assert_eq!(client.scope(), Some("mcp:read"));
    assert_eq!(client.application_type(), application_type);
    assert_eq!(client.auth_method(), AuthMethod::None);
    assert!(client.may_refresh());
    assert!(client.redirect_uris().map(|uri| uri.as_str()).eq(uris.iter().copied()));
}

#[test]
fn a_client_that_no_server_would_take_is_a_mistake() {
    let redirects = RedirectRules::new();
    let refused = |name, uris: &[&str]| NewClient::new(name, uris, &redirects).err();
    assert_eq!(refused("", &["https://a.example/cb"]), Some(Reason::Misuse));
    assert_eq!(refused("a", &[]), Some(Reason::Misuse));
    assert_eq!(refused("a", &["http://a.example/cb"]), Some(Reason::Misuse));
    assert_eq!(refused("a", &["com.example.app:/cb"]), Some(Reason::Misuse));
    let client = NewClient::new("a", "https://a.example/cb", &redirects).unwrap();
    for uri in ["http://a.example", "javascript:alert(1)", ""] {
        assert_eq!(client.with_client_uri(uri).err(), Some(Reason::Misuse), "{uri}");
    }
    for scope in ["", "a  b", " a", "a\"b"] {
        assert_eq!(client.with_scope(scope).err(), Some(Reason::Misuse), "{scope}");
    }
    let mut memory = [0; 64];
    let written = client.write_registration_request(&mut memory);
    assert_eq!(written, Err(Reason::MemoryTooSmall));
}

#[test]
fn c13_refresh_tokens_are_asked_for_where_they_are_wanted_alone() {
    let redirects = RedirectRules::new();
    let plain = NewClient::new("a", "https://a.example/cb", &redirects).unwrap();
    for (client, grant_types) in [
        (plain, r#""grant_types":["authorization_code"]"#),
        (plain.with_refresh_tokens(), r#""grant_types":["authorization_code","refresh_token"]"#),
    ] {
        let (mut memory, mut names) = ([0; 1024], [0; 1024]);
        let request = client.write_registration_request(&mut memory).unwrap();
        assert!(request.contains(grant_types), "{request}");
        // Whether a scope `offline_access` is asked for is the client's: nothing adds it.
        assert!(!request.contains("offline_access"));
        let rules = ClientRules::new();
        let read = ClientMetadata::from_registration(request.as_bytes(), &rules, &mut names);
        assert_eq!(read.unwrap().may_refresh(), grant_types.contains("refresh_token"));
    }
}
