use gatepost::limits::{MAX_CHALLENGE_VALUE_LEN, MAX_CHALLENGES_LEN};
use gatepost::oauth::{Challenge, Challenges, Scheme};
use gatepost::{Algorithm, Algorithms, Reason};

const METADATA: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

fn bearer() -> Challenge<'static> {
    Challenge::new(Scheme::Bearer, METADATA).unwrap()
}

fn dpop() -> Challenge<'static> {
    Challenge::new(Scheme::Dpop, METADATA).unwrap()
}

fn written(challenge: Challenge<'_>) -> String {
    challenge.write(&mut [0; MAX_CHALLENGES_LEN]).unwrap().to_owned()
}

#[test]
fn s8_a_malformed_request_is_answered_with_invalid_request() {
    for reason in [Reason::InvalidCredentials, Reason::SeveralCredentials] {
        let challenge = written(bearer().with_reason(reason));
        assert!(challenge.starts_with("Bearer error=\"invalid_request\", "), "{challenge}");
    }
}

#[test]
fn s9_no_error_without_credentials() {
    let expected = format!("Bearer resource_metadata=\"{METADATA}\"");
    assert_eq!(written(bearer()), expected);
    assert_eq!(written(bearer().with_reason(Reason::CredentialsMissing)), expected);
    let expected = format!("DPoP resource_metadata=\"{METADATA}\", algs=\"PS256 ES256\"");
    let algorithms = Algorithms::from([Algorithm::Es256, Algorithm::Ps256]);
    let challenge = dpop().with_algorithms(algorithms).unwrap();
    assert_eq!(written(challenge.with_reason(Reason::CredentialsMissing)), expected);
}

#[test]
fn s9_each_challenge_has_each_parameter_once_whatever_the_reason() {
    for scheme in [Scheme::Bearer, Scheme::Dpop] {
        for reason in Reason::ALL {
            let challenge = Challenge::new(scheme, METADATA)
                .and_then(|challenge| challenge.with_scope("a b"))
                .and_then(|challenge| challenge.with_realm("r"))
                .unwrap()
                .with_reason(reason);
            let written = written(challenge.with_reason(Reason::Expired).with_reason(reason));
            // `parse` refuses a parameter that comes twice.
            let parsed = Challenges::parse(&written).unwrap().next().unwrap();
            assert!(parsed.is(scheme) && parsed.parameter("resource_metadata").is_some());
            assert_eq!(parsed.error().is_some(), parsed.parameter("error_description").is_some());
            if let Some(error) = parsed.error() {
                assert_eq!(parsed.parameter("error_description").unwrap(), reason.description());
                let is_client_at_fault = matches!(reason.http_status(), 400 | 401 | 403);
                assert!(is_client_at_fault && reason != Reason::CredentialsMissing, "{error:?}");
                // No description is taken for a parameter, nor ends its own.
                assert_eq!(written.matches('"').count(), written.matches('=').count() * 2);
            } else {
                assert!(!written.contains("error"));
            }
        }
    }
}

#[test]
fn s9_a_token_that_does_not_give_access_is_invalid_token() {
    assert_eq!(
        written(bearer().with_reason(Reason::Expired)),
        format!(
            "Bearer error=\"invalid_token\", error_description=\"the token has expired\", \
             resource_metadata=\"{METADATA}\""
        )
    );
}

#[test]
fn a_proof_of_possession_has_errors_of_its_own_under_its_own_scheme() {
    for (reason, expected) in [
        (Reason::InvalidProof, "invalid_dpop_proof"),
        (Reason::ProofReplayed, "invalid_dpop_proof"),
        (Reason::NonceRequired, "use_dpop_nonce"),
        (Reason::ProofRequired, "invalid_token"),
        (Reason::Expired, "invalid_token"),
        (Reason::InsufficientScope, "insufficient_scope"),
    ] {
        let challenge = written(dpop().with_reason(reason));
        assert!(challenge.starts_with(&format!("DPoP error=\"{expected}\", ")), "{challenge}");
        let challenge = written(bearer().with_reason(reason));
        assert!(!challenge.contains("dpop") && challenge.starts_with("Bearer error="));
    }
}

#[test]
fn s10_the_challenge_names_the_scopes() {
    let challenge = bearer().with_scope("mcp:tools").unwrap();
    assert_eq!(
        written(challenge.with_reason(Reason::CredentialsMissing)),
        format!("Bearer scope=\"mcp:tools\", resource_metadata=\"{METADATA}\"")
    );
}

#[test]
fn s11_insufficient_scope_names_scope_and_metadata() {
    let challenge = bearer().with_scope("files:write").unwrap();
    assert_eq!(
        written(challenge.with_reason(Reason::InsufficientScope)),
        format!(
            "Bearer error=\"insufficient_scope\", \
             error_description=\"the token lacks a required scope\", scope=\"files:write\", \
             resource_metadata=\"{METADATA}\""
        )
    );
    assert_eq!(Reason::InsufficientScope.http_status(), 403);
}

#[test]
fn s12_all_scopes_of_the_operation_stand_in_one_challenge() {
    let scope = "files:read files:write https://a.example/b?c!#[]~";
    let challenge = written(bearer().with_scope(scope).unwrap());
    let mut parsed = Challenges::parse(&challenge).unwrap();
    assert_eq!(parsed.next().unwrap().scope().unwrap(), scope);
    assert!(parsed.next().is_none());
}

#[test]
fn s14_offline_access_is_never_advertised() {
    for scope in ["offline_access", "a offline_access", "offline_access a", "a offline_access b"] {
        assert_eq!(bearer().with_scope(scope).unwrap_err(), Reason::Misuse);
    }
    bearer().with_scope("offline_access_logs").unwrap();
}

#[test]
fn no_scope_is_empty_or_breaks_out() {
    for scope in [
        "",
        " ",
        " a",
        "a ",
        "a  b",
        "a\tb",
        "a\"",
        "a\\",
        "a\r\nb",
        "a\0",
        "\u{e9}",
        "a\u{7f}",
        "a\", error=\"x",
        "error=x",
        "a resource_metadata=b",
    ] {
        assert_eq!(bearer().with_scope(scope).unwrap_err(), Reason::Misuse, "{scope:?}");
    }
    for byte in 0..0x80_u8 {
        let scope = char::from(byte).to_string();
        let is_scope = matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert_eq!(bearer().with_scope(&scope).is_ok(), is_scope, "{byte:#x}");
    }
}

#[test]
fn a_realm_stands_first_and_cannot_break_out() {
    let challenge = bearer().with_realm("MCP, files & more").unwrap().with_reason(Reason::Expired);
    assert!(written(challenge).starts_with("Bearer realm=\"MCP, files & more\", error=\""));
    for realm in ["", "a\"b", "a\\b", "a\nb", "a\tb", "\u{e9}", "a=b", "scope=x"] {
        assert_eq!(bearer().with_realm(realm).unwrap_err(), Reason::Misuse, "{realm:?}");
    }
}

#[test]
fn the_metadata_have_an_https_url() {
    for url in [
        "https://a/.well-known/oauth-protected-resource",
        "https://a:8443/.well-known/oauth-protected-resource/mcp?tenant=1",
        "http://localhost:3000/.well-known/oauth-protected-resource",
        "http://[::1]/x",
    ] {
        let challenge = Challenge::new(Scheme::Bearer, url).unwrap();
        assert_eq!(written(challenge), format!("Bearer resource_metadata=\"{url}\""));
    }
    for url in [
        "",
        "/.well-known/oauth-protected-resource",
        "http://a/x",
        "https://a/x#y",
        "https://a/\"",
        "https://a/\\",
        "https://a/\r\nSet-Cookie:x",
        "https://a/ b",
        "https://u@a/",
        "https:///x",
        "https://\u{e9}/",
        // A client that searches for `scope=` would find this one.
        "https://a/x?scope=y",
        "https://a/x?an_Error=y",
    ] {
        let refused = Challenge::new(Scheme::Bearer, url).map(|_| ());
        assert_eq!(refused, Err(Reason::Misuse), "{url:?}");
    }
}

#[test]
fn algorithms_are_asymmetric_and_of_dpop() {
    let all = dpop().with_algorithms(Algorithms::ASYMMETRIC).unwrap();
    let expected = ", algs=\"RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA\"";
    assert!(written(all).ends_with(expected));
    let es256 = Algorithms::from([Algorithm::Es256]);
    for (challenge, algorithms) in
        [(bearer(), es256), (dpop(), Algorithms::NONE), (dpop(), es256.with(Algorithm::Hs256))]
    {
        assert_eq!(challenge.with_algorithms(algorithms).unwrap_err(), Reason::Misuse);
    }
}

#[test]
fn the_longest_challenge_can_be_read() {
    let text = |len: usize| "a".repeat(len);
    let url = |len: usize| format!("https://a/{}", text(len - "https://a/".len()));
    let longest = [text(MAX_CHALLENGE_VALUE_LEN), url(MAX_CHALLENGE_VALUE_LEN)];
    let longest_reason =
        Reason::ALL.into_iter().max_by_key(|reason| reason.description().len()).unwrap();
    let challenge = Challenge::new(Scheme::Dpop, &longest[1])
        .and_then(|challenge| challenge.with_scope(&longest[0]))
        .and_then(|challenge| challenge.with_realm(&longest[0]))
        .and_then(|challenge| challenge.with_algorithms(Algorithms::ASYMMETRIC))
        .unwrap()
        .with_reason(longest_reason);
    let written = written(challenge);
    assert!(Challenges::parse(&written).is_ok());
    let mut exact = vec![0; written.len()];
    assert_eq!(challenge.write(&mut exact), Ok(&*written));
    assert_eq!(challenge.write(&mut exact[1..]), Err(Reason::MemoryTooSmall));

    let longer = [text(MAX_CHALLENGE_VALUE_LEN + 1), url(MAX_CHALLENGE_VALUE_LEN + 1)];
    assert_eq!(bearer().with_scope(&longer[0]).unwrap_err(), Reason::Misuse);
    assert_eq!(bearer().with_realm(&longer[0]).unwrap_err(), Reason::Misuse);
    assert_eq!(Challenge::new(Scheme::Bearer, &longer[1]).unwrap_err(), Reason::Misuse);
}
