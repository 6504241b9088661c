//! Registration requests and their answers (RFC 7591).

use gatepost::limits::{MAX_CLIENT_ID_LEN, MAX_REDIRECT_URIS, MAX_REGISTRATION_LEN};
use gatepost::oauth::{
    ApplicationType, AuthMethod, ClientCredentials, ClientMetadata, ClientRules, RedirectRules,
    RegisteredClient, write_registration_error,
};
use gatepost::{Reason, UnixTime};
use serde_json::{Value, json};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const ALL_METHODS: &[AuthMethod] = &[
    AuthMethod::None,
    AuthMethod::ClientSecretBasic,
    AuthMethod::ClientSecretPost,
    AuthMethod::PrivateKeyJwt,
];

fn request() -> Value {
    json!({"redirect_uris": ["https://app.example.com/callback"]})
}

fn with(name: &str, value: Value) -> Value {
    let mut request = request();
    request[name] = value;
    request
}

/// The answer to a request, or why it is refused.
fn register(request: &Value, rules: &ClientRules<'_>) -> Result<Value, Reason> {
    let (body, mut memory) = (request.to_string(), [0; 2 * MAX_REGISTRATION_LEN]);
    let client = ClientMetadata::from_registration(body.as_bytes(), rules, &mut memory)?;
    let mut credentials = ClientCredentials::new("s6BhdRkqt3", NOW)?;
    if client.auth_method().needs_secret() {
        credentials = credentials.with_secret("cf136dc3c1fc93f31185e5885805d", None)?;
    }
    let mut memory = [0; 2 * MAX_REGISTRATION_LEN];
    let answer = client.write_registration(&credentials, &mut memory)?;
    Ok(serde_json::from_str(answer).unwrap())
}

fn verdict(request: &Value) -> Result<(), Reason> {
    register(request, &ClientRules::new()).map(drop)
}

#[test]
fn everything_that_is_registered_is_in_the_answer() {
    let request = json!({
        "redirect_uris": ["https://app.example.com/\u{7e}callback", "https://app.example.com/2"],
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["refresh_token", "authorization_code", "implicit", "password"],
        "response_types": ["code", "token"],
        "client_name": "Exämple \"client\"\\ \u{1f511}",
        "client_name#ja": "クライアント",
        "client_uri": "https://app.example.com",
        "logo_uri": "https://app.example.com/logo.png",
        "scope": "mcp:read mcp:write",
        "contacts": ["a@example.com", "b\u{e4}@example.com"],
        "tos_uri": "https://app.example.com/tos",
        "policy_uri": "https://app.example.com/policy",
        "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "\n",
            "x": "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"}]},
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "1.0",
        "application_type": "web",
        "software_statement": "a.b.c",
        "unknown": {"deep": [1, 2, 3]},
    });
    let rules = ClientRules::new().with_auth_methods(ALL_METHODS).unwrap();
    let mut expected = request.clone();
    for ignored in ["client_name#ja", "software_statement", "unknown"] {
        expected.as_object_mut().unwrap().remove(ignored);
    }
    expected["client_id"] = json!("s6BhdRkqt3");
    expected["client_id_issued_at"] = json!(1_700_000_000);
    expected["grant_types"] = json!(["authorization_code", "refresh_token"]);
    expected["response_types"] = json!(["code"]);
    assert_eq!(register(&request, &rules), Ok(expected.clone()));

    let body = request.to_string();
    let mut memory = [0; 2048];
    let client = ClientMetadata::from_registration(body.as_bytes(), &rules, &mut memory).unwrap();
    assert_eq!(client.scope(), Some("mcp:read mcp:write"));
    assert_eq!(client.logo_uri(), Some("https://app.example.com/logo.png"));
    assert_eq!(client.jwks_uri(), None);
    assert!(client.jwks().unwrap().starts_with(r#"{"keys":["#));
    assert!(client.may_refresh() && !client.is_loopback_only());
    // The end of the answer is written in the same memory; not one byte is missing.
    let credentials = ClientCredentials::new("s6BhdRkqt3", NOW).unwrap();
    let mut memory = [0; 4096];
    let len = client.write_registration(&credentials, &mut memory).unwrap().len();
    for room in 0..len {
        let verdict = client.write_registration(&credentials, &mut memory[..room]);
        assert_eq!(verdict, Err(Reason::MemoryTooSmall), "{room}");
    }
    let answer = client.write_registration(&credentials, &mut memory[..len]).unwrap();
    assert_eq!(serde_json::from_str::<Value>(answer).unwrap(), expected);
}

#[test]
fn what_is_missing_gets_the_defaults_of_rfc_7591() {
    let answer = register(&request(), &ClientRules::new()).unwrap();
    assert_eq!(
        answer,
        json!({
            "client_id": "s6BhdRkqt3",
            "client_id_issued_at": 1_700_000_000,
            "redirect_uris": ["https://app.example.com/callback"],
            "application_type": "web",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        })
    );
    // The default of RFC 7591, where it is accepted.
    let rules = ClientRules::new().with_auth_methods(ALL_METHODS).unwrap();
    let answer = register(&request(), &rules).unwrap();
    assert_eq!(answer["token_endpoint_auth_method"], "client_secret_basic");
    // Null and empty are missing.
    let mut nothing = request();
    for name in [
        "client_name",
        "client_uri",
        "logo_uri",
        "tos_uri",
        "policy_uri",
        "scope",
        "jwks_uri",
        "software_id",
        "software_version",
        "application_type",
        "token_endpoint_auth_method",
    ] {
        nothing[name] = json!("");
        assert_eq!(register(&nothing, &rules).as_ref(), Ok(&answer), "{name}");
        nothing[name] = Value::Null;
        assert_eq!(register(&nothing, &rules).as_ref(), Ok(&answer), "{name}");
    }
    for name in ["grant_types", "response_types", "contacts", "jwks"] {
        nothing[name] = Value::Null;
        assert_eq!(register(&nothing, &rules).as_ref(), Ok(&answer), "{name}");
    }
    assert_eq!(ClientRules::new().with_auth_methods(&[]).err(), Some(Reason::Misuse));
}

#[test]
fn metadata_that_make_no_client_are_refused() {
    for (name, value) in [
        ("redirect_uris", json!("https://app.example.com/callback")),
        ("redirect_uris", json!([1])),
        ("redirect_uris", json!({})),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!("unheard_of")),
        ("token_endpoint_auth_method", json!(1)),
        ("grant_types", json!([])),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!(["client_credentials", "refresh_token"])),
        ("grant_types", json!("authorization_code")),
        ("response_types", json!([])),
        ("response_types", json!(["token"])),
        ("response_types", json!(["code token"])),
        ("application_type", json!("service")),
        ("client_name", json!(["a"])),
        ("client_name", json!("a\u{202e}b")),
        ("client_name", json!("a\u{0}b")),
        ("client_name", json!("a\nb")),
        ("client_name", json!(" ")),
        ("client_name", json!("\u{a0}\u{3000}")),
        ("contacts", json!([" "])),
        ("client_name", json!("a\u{85}b")),
        ("contacts", json!(["a\u{2066}b"])),
        ("contacts", json!("a")),
        ("scope", json!("a  b")),
        ("scope", json!(" a")),
        ("scope", json!("a\"b")),
        ("scope", json!("ä")),
        ("scope", json!(["a"])),
        ("client_uri", json!("javascript:alert(1)")),
        ("client_uri", json!("http://app.example.com")),
        ("logo_uri", json!("data:image/png;base64,AAAA")),
        ("tos_uri", json!("//app.example.com")),
        ("policy_uri", json!("https://user@app.example.com")),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("jwks_uri", json!("https://")),
    ] {
        let refused = verdict(&with(name, value.clone()));
        assert_eq!(refused, Err(Reason::InvalidClientMetadata), "{name} {value}");
    }
    let mut both = with("jwks_uri", json!("https://app.example.com/jwks"));
    both["jwks"] = json!({"keys": []});
    assert_eq!(verdict(&both), Err(Reason::InvalidClientMetadata));
}

#[test]
fn what_is_not_seen_stands_in_no_name() {
    // The first and the last of each range of Bidi_Control and Default_Ignorable_Code_Point, of
    // what separates lines, and of what is blank and no space.
    for (first, last) in [
        ('\u{80}', '\u{9f}'),
        ('\u{ad}', '\u{ad}'),
        ('\u{34f}', '\u{34f}'),
        ('\u{61c}', '\u{61c}'),
        ('\u{115f}', '\u{1160}'),
        ('\u{17b4}', '\u{17b5}'),
        ('\u{180b}', '\u{180f}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{2028}', '\u{202e}'),
        ('\u{2060}', '\u{206f}'),
        ('\u{2800}', '\u{2800}'),
        ('\u{3164}', '\u{3164}'),
        ('\u{fe00}', '\u{fe0f}'),
        ('\u{feff}', '\u{feff}'),
        ('\u{ffa0}', '\u{ffa0}'),
        ('\u{fff0}', '\u{fffc}'),
        ('\u{13430}', '\u{13442}'),
        ('\u{16fe4}', '\u{16fe4}'),
        ('\u{1bca0}', '\u{1bca3}'),
        ('\u{1d159}', '\u{1d159}'),
        ('\u{1d173}', '\u{1d17a}'),
        ('\u{e0000}', '\u{e0fff}'),
    ] {
        for c in [first, last] {
            for (name, value) in [
                ("client_name", json!(format!("Exa{c}mple"))),
                ("contacts", json!(["a", format!("{c}a")])),
                ("software_id", json!(format!("a{c}"))),
            ] {
                let refused = verdict(&with(name, value));
                assert_eq!(refused, Err(Reason::InvalidClientMetadata), "{name} {c:?}");
            }
        }
        let neighbours = [u32::from(first) - 1, u32::from(last) + 1].map(char::from_u32);
        for c in neighbours.into_iter().flatten().filter(|c| !c.is_control()) {
            assert_eq!(
                verdict(&with("client_name", json!(format!("Exa{c}mple")))),
                Ok(()),
                "{c:?}"
            );
        }
    }
    for name in ["Exämple", "例え", "مثال", "उदाहरण", "דוגמה", "Example 😀"]
    {
        assert_eq!(verdict(&with("client_name", json!(name))), Ok(()), "{name}");
    }
    // Inside of words and emoji that are written with it, it is seen by what it does.
    for name in ["نامه\u{200c}ها", "ශ්\u{200d}රී", "\u{2764}\u{fe0f}\u{200d}\u{1f525}"]
    {
        assert_eq!(verdict(&with("client_name", json!(name))), Ok(()), "{name}");
        for c in ['\u{200c}', '\u{200d}', '\u{fe0f}'] {
            let longer = with("client_name", json!(format!("{name}{c}a")));
            let expected = match (c, name.ends_with('\u{1f525}')) {
                ('\u{fe0f}', true) => Ok(()),
                _ => Err(Reason::InvalidClientMetadata),
            };
            assert_eq!(verdict(&longer), expected, "{name} {c:?}");
        }
    }
}

#[test]
fn c10_redirect_uris_fit_the_application_type() {
    let of = |uris: Value, application_type: Value| {
        let request = json!({"redirect_uris": uris, "application_type": application_type});
        let answer = register(&request, &ClientRules::new())?;
        Ok(answer["application_type"].as_str().unwrap().to_owned())
    };
    let (web, local) = ("https://a.example/cb", "http://127.0.0.1/cb");
    let (is_web, is_native) = (Ok("web".to_owned()), Ok("native".to_owned()));
    let refused = Err(Reason::InvalidRedirectUri);
    assert_eq!(of(json!([web]), json!("web")), is_web);
    assert_eq!(of(json!([local]), json!("native")), is_native);
    assert_eq!(of(json!([web, local]), json!("native")), is_native);
    assert_eq!(of(json!([web]), json!("native")), is_native);
    assert_eq!(of(json!([local]), json!("web")), refused);
    assert_eq!(of(json!([web, local]), json!("web")), refused);
    assert_eq!(of(json!(["https://localhost/cb"]), json!("web")), refused);
    // Substituted where it is not said.
    assert_eq!(of(json!([web]), Value::Null), is_web);
    assert_eq!(of(json!([local]), Value::Null), is_native);
    assert_eq!(of(json!([web, local]), Value::Null), is_native);
    // Whatever the type.
    for application_type in [json!("web"), json!("native"), Value::Null] {
        for uri in ["http://a.example/cb", "javascript:alert(1)", "com.example.app:/cb", ""] {
            assert_eq!(of(json!([web, uri]), application_type.clone()), refused, "{uri}");
        }
    }
    let redirects = RedirectRules::new().with_private_use_schemes(&["com.example.app"]).unwrap();
    let rules = ClientRules::new().with_redirect_rules(redirects);
    let request = json!({"redirect_uris": ["com.example.app:/cb"]}).to_string();
    let mut memory = [0; 256];
    let client =
        ClientMetadata::from_registration(request.as_bytes(), &rules, &mut memory).unwrap();
    assert_eq!(client.application_type(), ApplicationType::Native);
    assert_eq!(client.redirect_uri("com.example.app:/cb").map(|_| ()), Ok(()));
    assert!(!client.is_loopback_only());
}

#[test]
fn d6_a_request_is_limited_in_size_and_in_redirect_uris() {
    let uris = |count: usize| {
        let uris: Vec<_> = (0..count).map(|i| format!("http://127.0.0.1:{}/", 3000 + i)).collect();
        json!({"redirect_uris": uris})
    };
    assert_eq!(verdict(&uris(MAX_REDIRECT_URIS)), Ok(()));
    assert_eq!(verdict(&uris(MAX_REDIRECT_URIS + 1)), Err(Reason::InvalidRedirectUri));
    assert_eq!(verdict(&uris(0)), Err(Reason::InvalidRedirectUri));
    assert_eq!(verdict(&json!({})), Err(Reason::InvalidRedirectUri));

    let verdict = |len: usize| {
        let body = request().to_string();
        let body = format!("{}{body}", " ".repeat(len - body.len()));
        let mut memory = [0; 64];
        let rules = ClientRules::new();
        ClientMetadata::from_registration(body.as_bytes(), &rules, &mut memory).map(drop)
    };
    assert_eq!(verdict(MAX_REGISTRATION_LEN), Ok(()));
    assert_eq!(verdict(MAX_REGISTRATION_LEN + 1), Err(Reason::TooLarge));
}

#[test]
fn twice_the_length_of_a_request_is_memory_enough() {
    let names: String = (0..26_u8).map(|c| format!(",\"{}\":0", char::from(b'A' + c))).collect();
    let short = format!(r#"{{"redirect_uris":["https:\/\/a.b"]{names}}}"#);
    let escaped = format!(
        r#"{{"redirect_uris":["https:\/\/a.b"],"contacts":[{}],"client_name":"{}"}}"#,
        vec![r#""\n""#.replace('n', "/"); 40].join(","),
        r"\/".repeat(100)
    );
    for body in [short, escaped] {
        let mut memory = vec![0; 2 * body.len()];
        let rules = ClientRules::new();
        let client = ClientMetadata::from_registration(body.as_bytes(), &rules, &mut memory);
        assert_eq!(client.map(drop), Ok(()));
        let client = ClientMetadata::from_registration(body.as_bytes(), &rules, &mut []);
        assert_eq!(client.map(drop), Err(Reason::MemoryTooSmall));
    }
}

#[test]
fn a_secret_and_its_expiry_come_together_and_to_those_who_need_it() {
    let rules = ClientRules::new().with_auth_methods(ALL_METHODS).unwrap();
    let public = ClientCredentials::new("id", NOW).unwrap();
    let never = public.with_secret("secret", None).unwrap();
    let later = public.with_secret("secret", Some(UnixTime::from_secs(1_800_000_000))).unwrap();
    assert!(!format!("{later:?}").contains("secret\""));
    for (method, credentials, expires_at) in [
        ("none", public, Some(None)),
        ("none", never, None),
        ("client_secret_basic", public, None),
        ("client_secret_basic", never, Some(Some(0))),
        ("client_secret_post", later, Some(Some(1_800_000_000_u64))),
    ] {
        let body = with("token_endpoint_auth_method", json!(method)).to_string();
        let (mut memory, mut answer) = ([0; 256], [0; 512]);
        let client =
            ClientMetadata::from_registration(body.as_bytes(), &rules, &mut memory).unwrap();
        let answer = client.write_registration(&credentials, &mut answer);
        let Some(expires_at) = expires_at else {
            assert_eq!(answer, Err(Reason::Misuse), "{method}");
            continue;
        };
        let answer = answer.unwrap();
        let document: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(document.get("client_secret").is_some(), expires_at.is_some());
        assert_eq!(document.get("client_secret_expires_at"), expires_at.map(Value::from).as_ref());

        let mut memory = [0; 512];
        let read = RegisteredClient::parse(answer.as_bytes(), &mut memory).unwrap();
        assert_eq!((read.client_id(), read.auth_method().name()), ("id", method));
        assert_eq!(read.client_secret(), expires_at.map(|_| "secret"));
        let time = expires_at.filter(|time| *time > 0).map(UnixTime::from_secs);
        assert_eq!(read.client_secret_expires_at(), time);
        assert!(!format!("{read:?}").contains("secret\""));
    }
    assert_eq!(public.with_secret("", None).err(), Some(Reason::Misuse));
    assert_eq!(public.with_secret("a b", None).err(), Some(Reason::Misuse));
    let at_once = public.with_secret("a", Some(UnixTime::from_secs(0)));
    assert_eq!(at_once.err(), Some(Reason::Misuse));
}

#[test]
fn a4_an_identifier_that_is_given_is_no_url() {
    let longest = "a".repeat(MAX_CLIENT_ID_LEN);
    for accepted in ["s6BhdRkqt3", "http://a", "https:", longest.as_str()] {
        assert!(ClientCredentials::new(accepted, NOW).is_ok(), "{accepted}");
    }
    let longer = "a".repeat(MAX_CLIENT_ID_LEN + 1);
    for refused in ["https://a.example/c", "HTTPS://", "", "a b", "a\n", "ä", longer.as_str()] {
        let credentials = ClientCredentials::new(refused, NOW);
        assert_eq!(credentials.err(), Some(Reason::Misuse), "{refused}");
    }
}

#[test]
fn a_refusal_is_json_with_an_error_of_rfc_7591() {
    let mut memory = [0; 256];
    for reason in Reason::ALL {
        let written = write_registration_error(reason, &mut memory);
        if reason.number() >= 800 {
            assert_eq!(written, Err(Reason::Misuse), "{reason}");
            continue;
        }
        let error = match reason {
            Reason::InvalidRedirectUri => "invalid_redirect_uri",
            _ => "invalid_client_metadata",
        };
        let expected = json!({"error": error, "error_description": reason.description()});
        assert_eq!(serde_json::from_str::<Value>(written.unwrap()).unwrap(), expected);
    }
    let verdict = write_registration_error(Reason::InvalidRedirectUri, &mut memory[..20]);
    assert_eq!(verdict, Err(Reason::MemoryTooSmall));
}

#[test]
fn c10_a_client_learns_why_it_was_refused() {
    let mut answer = [0; 256];
    for reason in [Reason::InvalidRedirectUri, Reason::InvalidClientMetadata] {
        let body = write_registration_error(reason, &mut answer).unwrap();
        let read = RegisteredClient::parse(body.as_bytes(), &mut [0; 64]).map(drop);
        assert_eq!(read, Err(reason));
    }
    let long = format!("{{\"client_id\":\"a\"}}{}", " ".repeat(MAX_REGISTRATION_LEN - 17));
    assert_eq!(RegisteredClient::parse(long.as_bytes(), &mut [0; 64]).map(drop), Ok(()));
    let longer = format!("{long} ");
    for (body, reason) in [
        (r#"{"error":"unapproved_software_statement"}"#, Reason::InvalidClientMetadata),
        (r#"{"error":"invalid_request","client_id":"a"}"#, Reason::InvalidClientMetadata),
        (r#"{"error":7,"client_id":"a"}"#, Reason::InvalidMetadata),
        ("{}", Reason::InvalidMetadata),
        (r#"{"client_id":""}"#, Reason::InvalidMetadata),
        (r#"{"client_id":7}"#, Reason::InvalidMetadata),
        (r#"{"client_id":"a\n"}"#, Reason::InvalidMetadata),
        (
            r#"{"client_id":"a","token_endpoint_auth_method":"client_secret_post"}"#,
            Reason::InvalidMetadata,
        ),
        (
            r#"{"client_id":"a","token_endpoint_auth_method":"client_secret_jwt"}"#,
            Reason::InvalidMetadata,
        ),
        (
            r#"{"client_id":"a","client_secret":"b","client_secret_expires_at":"0"}"#,
            Reason::InvalidMetadata,
        ),
        ("<html>", Reason::InvalidJson),
        (longer.as_str(), Reason::TooLarge),
    ] {
        let read = RegisteredClient::parse(body.as_bytes(), &mut [0; 128]).map(drop);
        assert_eq!(read, Err(reason), "{body:.80}");
    }
    let body = br#"{"client_id":"a","client_secret":"\u0062"}"#;
    let mut memory = [0; 64];
    let client = RegisteredClient::parse(body, &mut memory).unwrap();
    assert_eq!(client.client_secret(), Some("b"));
    assert_eq!(client.auth_method(), AuthMethod::ClientSecretBasic);
}
