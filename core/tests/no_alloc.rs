//! Nothing on the way of a token allocates: neither reading keys, nor parsing, verifying and
//! judging a token, whether it is let in or refused, nor reading its claims, nor deciding about the
//! request that it came with.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "pem",
    feature = "rsa"
))]

#[path = "common/allocations.rs"]
mod allocations;
mod common;

use core::hint::black_box;

use allocations::without_allocation;
use common::{AUDIENCE, ISSUER, NOW, signer};
use gatepost::{
    Algorithm, Algorithms, ImportOptions, Issuers, KeySet, KeySlot, Policy, PublicKey, Reason,
    UntrustedToken, limits, load,
};

#[test]
fn tokens_of_every_algorithm_are_accepted_without_allocation() {
    let claims = common::claims_with(&[
        ("aud", r#"["other","https:\/\/mcp.example\/mcp"]"#),
        ("sub", r#""\u00e4lice""#),
        ("scp", r#"["a","\u0062"]"#),
        ("permissions", r#"["c"]"#),
        ("org", r#"{"id":[1,2,{"deep":"\n"}]}"#),
    ]);
    for algorithm in Algorithm::ALL {
        let keys = common::key_set(algorithm);
        let compact = common::token(algorithm, &claims);
        let mut memory = common::memory();
        without_allocation(algorithm.name(), || {
            let policy = Policy::new(ISSUER, AUDIENCE)
                .and_then(|policy| policy.with_required_scopes("mcp:read"))
                .and_then(|policy| policy.with_required_claims(&["exp", "sub", "org"]))?;
            let token = policy.validate(&compact, &keys, NOW, &mut memory)?;
            assert_eq!(token.subject(), Some("älice"));
            assert_eq!(token.accepted_audience(), AUDIENCE);
            assert_eq!(token.audience().count(), 2);
            assert_eq!(token.scopes().count(), 5);
            assert!(token.has_scope("b"));
            assert!(token.claim("org").is_some());
            assert_eq!(token.claims().entries().count(), 8);
            Ok::<(), Reason>(())
        })
        .unwrap();

        let mut memory = common::memory();
        let payload = without_allocation(algorithm.name(), || {
            keys.verify_signature(&compact, algorithm, &mut memory)
        });
        assert_eq!(payload, Ok(claims.as_bytes()));

        let mut memory = common::memory();
        without_allocation(algorithm.name(), || {
            let token = UntrustedToken::parse(&compact, &mut memory).unwrap();
            assert_eq!(token.unverified_issuer(), Ok(ISSUER));
            policy_of_several_issuers(&keys, &compact);
        });
    }
}

fn policy_of_several_issuers(keys: &KeySet<1>, compact: &str) {
    let entries = [
        (Policy::new("https://other.example", AUDIENCE).unwrap(), keys.keys()),
        (Policy::new(ISSUER, AUDIENCE).unwrap(), keys.keys()),
    ];
    let issuers = Issuers::new(&entries).unwrap();
    let mut memory = [0; limits::MEMORY];
    issuers.validate(compact, NOW, &mut memory).unwrap();
}

#[test]
fn tokens_of_every_algorithm_are_refused_without_allocation() {
    for algorithm in Algorithm::ALL {
        let keys = common::key_set(algorithm);
        let good = common::token(algorithm, common::CLAIMS);
        let claims =
            |members: &[(&str, &str)]| common::token(algorithm, &common::claims_with(members));
        let header = |json: &str| signer::sign(algorithm, json, common::CLAIMS);
        let named = |rest: &str| format!(r#"{{"alg":"{algorithm}"{rest}}}"#);
        let last_dot = good.rfind('.').unwrap();
        for (compact, reason) in [
            (String::new(), Reason::Malformed),
            ("a".repeat(1_000_000), Reason::TooLarge),
            (".".repeat(1_000_000), Reason::TooLarge),
            ("a.b.c.d.e".to_owned(), Reason::Encrypted),
            (format!("{good}="), Reason::InvalidBase64),
            (header("{"), Reason::InvalidJson),
            (header(r#"{"alg":"a","\u0061lg":"b"}"#), Reason::DuplicateMember),
            (header(&format!("{{\"a\":{}", "[".repeat(3000))), Reason::TooDeep),
            (header("{}"), Reason::AlgorithmMissing),
            (header(r#"{"alg":"none"}"#), Reason::AlgorithmNotAllowed),
            (header(&named(r#","typ":"dpop+jwt""#)), Reason::TypeMismatch),
            (header(&named(r#","crit":["x"]"#)), Reason::CriticalNotUnderstood),
            (header(&named(r#","kid":7"#)), Reason::InvalidHeader),
            (header(&named(r#","kid":"2""#)), Reason::KeyNotFound),
            (good[..last_dot + 1].to_owned(), Reason::InvalidSignature),
            (good.replacen(".e", ".+", 1), Reason::InvalidBase64),
            (claims(&[("exp", "1")]), Reason::Expired),
            (claims(&[("nbf", "1800000000")]), Reason::NotYetValid),
            (claims(&[("iat", "1800000000")]), Reason::IssuedInFuture),
            (claims(&[("iss", r#""x""#)]), Reason::IssuerMismatch),
            (claims(&[("aud", r#"["x"]"#)]), Reason::AudienceMismatch),
            (claims(&[("exp", "-")]), Reason::MissingClaim),
            (claims(&[("sub", "7")]), Reason::InvalidClaim),
            (claims(&[("scope", "\"x\"")]), Reason::InsufficientScope),
        ] {
            let mut memory = common::memory();
            let verdict = without_allocation(reason.name(), || {
                let policy = Policy::new(ISSUER, AUDIENCE)?.with_required_scopes("mcp:read")?;
                policy.validate(&compact, &keys, NOW, &mut memory).map(|_| ())
            });
            assert_eq!(verdict, Err(reason), "{algorithm} {compact:.120}");
            black_box(reason.description());
        }
        let mut short = [0; 64];
        let verdict = without_allocation("too little memory", || {
            common::policy().validate(&good, &keys, NOW, &mut short).map(|_| ())
        });
        assert_eq!(verdict, Err(Reason::MemoryTooSmall));
    }
}

#[test]
fn keys_are_read_without_allocation() {
    let public: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
        .map(|algorithm| signer::jwk(algorithm, algorithm.name()))
        .collect();
    let mut public: Vec<_> = public.iter().map(String::as_str).collect();
    // Some that are left out.
    public.extend([
        r#"{"kty":"EC","crv":"P-521"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}"#,
    ]);
    let jwks = common::jwks(&public);
    let keys = without_allocation("from_jwks", || KeySet::<9>::from_jwks(&jwks)).unwrap();
    assert_eq!((keys.keys().iter().count(), keys.skipped().count()), (9, 3));

    let mut slots: [Option<KeySlot<PublicKey>>; 9] = [const { None }; 9];
    let loaded = without_allocation("load", || {
        let mut skipped = 0;
        let options = ImportOptions::default();
        let loaded = load(jwks.as_bytes(), options, &mut slots, PublicKey::new, |_| skipped += 1)?;
        Ok::<_, Reason>((loaded, skipped))
    });
    assert_eq!(loaded, Ok((9, 3)));

    for (jwks, reason) in [
        ("{".to_owned(), Reason::InvalidJson),
        (format!("{{\"a\":{}", "[".repeat(100_000)), Reason::TooDeep),
        (" ".repeat(limits::MAX_JWK_SET_LEN + 1), Reason::TooLarge),
        (common::jwks(&["{\"kty\":\"x\"}"]), Reason::UnsupportedKey),
        (common::jwks(&vec!["{\"kty\":\"x\"}"; 10_000]), Reason::TooManyKeys),
        (common::jwks(&vec![&*signer::jwk(Algorithm::Rs256, "1"); 10_000]), Reason::TooManyKeys),
        (common::jwks(&[""; 0]), Reason::KeyNotFound),
    ] {
        let refused = without_allocation(reason.name(), || KeySet::<9>::from_jwks(&jwks).map(drop));
        assert_eq!(refused, Err(reason));
    }

    let secret = without_allocation("from_secret", || {
        KeySet::<1>::from_secret(signer::SECRET, Algorithm::Hs256, Some("1"))
    });
    assert!(secret.is_ok());

    let pem = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let pem = without_allocation("from_pem", || KeySet::<1>::from_pem(pem, None, None)).unwrap();
    let key = pem.keys().iter().next().map(KeySlot::algorithm);
    assert_eq!(key, Some(Algorithm::EdDsa));
    black_box(Algorithms::ASYMMETRIC);
}

#[cfg(feature = "mcp")]
#[test]
fn credentials_and_challenges_are_read_and_written_without_allocation() {
    use gatepost::oauth::{Challenge, Challenges, Credentials, Scheme};

    for values in [&["DPoP a.b.c"][..], &["Basic a"], &["Bearer a, Bearer b"], &["Bearer"], &[]] {
        let _ = black_box(without_allocation("credentials", || {
            Credentials::from_values(values.iter().copied())
        }));
    }
    let mut memory = [0; 1024];
    let written = without_allocation("a challenge", || {
        Challenge::new(Scheme::Dpop, "https://mcp.example/.well-known/oauth-protected-resource")?
            .with_scope("mcp:read mcp:write")?
            .with_realm("mcp")?
            .with_algorithms(Algorithms::ASYMMETRIC)?
            .with_reason(Reason::InvalidProof)
            .write(&mut memory)
    })
    .unwrap();
    let mut memory = [0; 64];
    without_allocation("its reader", || {
        let parsed = Challenges::parse(written).unwrap().next().unwrap();
        assert!(parsed.error().unwrap() == "invalid_dpop_proof");
        assert!(parsed.resource_metadata(&mut memory).unwrap().is_some());
    });
    for (value, expected) in [
        ("Bearer title=\"\\\"\"".to_owned(), None),
        ("Bearer a=b, A=b".to_owned(), Some(Reason::InvalidChallenge)),
        ("x".repeat(1_000_000), Some(Reason::TooLarge)),
    ] {
        let refused = without_allocation(&value[..6], || Challenges::parse(&value).err());
        assert_eq!(refused, expected);
    }
}

#[cfg(feature = "mcp")]
#[test]
fn clients_are_registered_and_recognised_without_allocation() {
    use gatepost::UnixTime;
    use gatepost::oauth::{
        ClientCredentials, ClientIdUrl, ClientMetadata, ClientRules, CodeChallenge, CodeVerifier,
        FetchPolicy, NewClient, RedirectRules, RegisteredClient, write_registration_error,
    };

    let (rules, url) = (ClientRules::new(), "https://app.example.com/client.json");
    let (mut request, mut document, mut answer) = ([0; 1024], [0; 1024], [0; 1024]);
    let mut names = [[0; 1024]; 3];
    let [first, second, third] = &mut names;
    without_allocation("a client that is accepted", || {
        let client = NewClient::new("\u{e4}\"", "http://localhost/cb", &RedirectRules::new())?
            .with_scope("a b")?;
        let request = client.write_registration_request(&mut request)?;
        let url = ClientIdUrl::parse(url)?;
        let document = client.write_metadata_document(&url, &mut document)?;

        let read = ClientMetadata::from_document(document.as_bytes(), &url, &rules, first)?;
        assert_eq!(read.name(), Some("\u{e4}\""));
        let read = ClientMetadata::from_registration(request.as_bytes(), &rules, second)?;
        read.redirect_uri("http://localhost:51004/cb")?;
        let credentials = ClientCredentials::new("id", UnixTime::from_secs(1))?;
        let answer = read.write_registration(&credentials, &mut answer)?;
        assert_eq!(RegisteredClient::parse(answer.as_bytes(), third)?.client_id(), "id");

        let verifier = CodeVerifier::from_random(&[7; 32]);
        let challenge =
            CodeChallenge::from_parameters(Some(verifier.challenge().as_str()), Some("S256"))?;
        challenge.verify(Some(verifier.as_str()))?;
        FetchPolicy::new().require_fetchable([1, 1, 1, 1].into())
    })
    .unwrap();

    let redirect = |uri: &str| format!(r#"{{"redirect_uris":["{uri}"]}}"#);
    for (body, reason) in [
        ("{".to_owned(), Reason::InvalidJson),
        (" ".repeat(1_000_000), Reason::TooLarge),
        (redirect("javascript:a"), Reason::InvalidRedirectUri),
        (redirect(r"https:\/\/a\/..\/b"), Reason::InvalidRedirectUri),
        (
            r#"{"redirect_uris":["http://[::1]"],"jwks":7}"#.to_owned(),
            Reason::InvalidClientMetadata,
        ),
    ] {
        let [first, ..] = &mut names;
        let refused = without_allocation(reason.name(), || {
            let read = ClientMetadata::from_registration(body.as_bytes(), &rules, first);
            write_registration_error(reason, &mut answer)?;
            read.map(drop)
        });
        assert_eq!(refused, Err(reason));
    }
    without_allocation("other refusals", || {
        assert_eq!(ClientIdUrl::parse("https://a/b/../c"), Err(Reason::InvalidClientId));
        let address = [10, 0, 0, 1].into();
        assert_eq!(FetchPolicy::new().require_fetchable(address), Err(Reason::AddressRefused));
        let challenge = CodeVerifier::from_random(&[7; 32]).challenge();
        assert_eq!(challenge.verify(Some("a")), Err(Reason::InvalidCodeVerifier));
    });
}

#[cfg(feature = "mcp")]
#[test]
fn metadata_are_written_and_read_without_allocation() {
    use gatepost::oauth::{
        AuthorizationRequest, Grant, LegacyServerMetadata, Provider, Registration,
        ResourceMetadata, ResourceMetadataDocument, ServerMetadata, TokenRequest, initial_scope,
        resource_metadata_urls, server_metadata_urls, step_up_scope,
    };

    let (mut one, mut two, mut three) = ([0; 2048], [0; 2048], [0; 2048]);
    let written = without_allocation("resource metadata", || {
        let metadata = ResourceMetadata::new(AUDIENCE, ISSUER)
            .and_then(|metadata| metadata.with_scopes_supported(&["a", "b"]))
            .and_then(|metadata| metadata.with_name("Tools \"and\" more"))
            .and_then(|metadata| metadata.with_dpop(Algorithm::Es256, false))?;
        assert!(metadata.is_target("/.well-known/oauth-protected-resource/mcp"));
        metadata.url().write(&mut one)?;
        for url in resource_metadata_urls(AUDIENCE)? {
            url.write(&mut one)?;
        }
        for url in server_metadata_urls(ISSUER)? {
            url.write(&mut one)?;
        }
        let document = metadata.write(&mut one)?;
        let read = ResourceMetadataDocument::parse(document, AUDIENCE, &mut two)?;
        assert_eq!(initial_scope(None, &read, &mut three)?, Some("a b"));
        assert_eq!(step_up_scope("a b", "c", &mut three)?, Some("a b c"));
        Ok::<(), Reason>(())
    });
    assert_eq!(written, Ok(()));

    let escaped = r#"{"issuer":"https:\/\/issuer.example","authorization_endpoint":
        "https:\/\/issuer.example\/authorize","token_endpoint":"https://issuer.example/token",
        "response_types_supported":["\u0063ode"],"code_challenge_methods_supported":["S256"]}"#;
    let read = without_allocation("server metadata", || {
        let server = ServerMetadata::parse(escaped, ISSUER, &mut one)?;
        assert_eq!(Registration::choose(&server, false, true), Registration::AskUser);
        LegacyServerMetadata::of_server(&server)?.with_audience(AUDIENCE)?.write(&mut two)?;
        let request = AuthorizationRequest {
            client_id: "1",
            redirect_uri: "https://app.example/callback",
            resource: AUDIENCE,
            audience: Some(AUDIENCE),
            scope: None,
            state: "2",
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        };
        request.write_url(&server, &mut two)?;
        assert!(Provider::Auth0.policy("https://a.example/", AUDIENCE).is_ok());
        let grant = Grant::RefreshToken { refresh_token: "3" };
        TokenRequest { grant, client_id: "1", resource: AUDIENCE }.write_body(&mut two).map(drop)
    });
    assert_eq!(read, Ok(()));

    for (document, reason) in [
        ("{".to_owned(), Reason::InvalidJson),
        (" ".repeat(limits::MAX_METADATA_LEN + 1), Reason::TooLarge),
        (r#"{"issuer":"https://other.example"}"#.to_owned(), Reason::MetadataMismatch),
        (r#"{"issuer":7}"#.to_owned(), Reason::InvalidMetadata),
    ] {
        let refused = without_allocation(reason.name(), || {
            ServerMetadata::parse(&document, ISSUER, &mut one).map(drop)
        });
        assert_eq!(refused, Err(reason));
    }
}

#[cfg(feature = "mcp")]
#[test]
fn operations_are_read_without_allocation() {
    use gatepost::mcp::{Operation, OperationHeaders, error_body};

    let escaped = r#"{"jsonrpc":"2.0","id":"\u00e9","method":"tools\/call","params":{"x":X,"name":"\u00e9"}}"#;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for (body, reason) in [
        (escaped.replace('X', &deep), None),
        (escaped.replace('X', &format!("\"{}\"", "\\n".repeat(500_000))), None),
        (escaped.replace('X', "1,\"Name\":1"), Some(Reason::InvalidMessage)),
        (format!("[{escaped}]"), Some(Reason::BatchRefused)),
        (" ".repeat(limits::MAX_MESSAGE_LEN + 1), Some(Reason::MessageTooLarge)),
    ] {
        let mut memory = [0; limits::OPERATION_MEMORY];
        let refused = without_allocation("from_body", || {
            let body = body.as_bytes();
            let operation = Operation::from_body(body, limits::MAX_MESSAGE_LEN, &mut memory)?;
            let headers =
                OperationHeaders::new([], [&b"tools/call"[..]], [&b"=?base64?w6k=?="[..]]);
            operation.check_headers(&headers)?;
            error_body(Reason::HeaderMismatch, operation.id(), &mut [0; 512]).map(|_| ())
        });
        assert_eq!(refused.err(), reason);
    }
    let value = |value: &'static str| [value.as_bytes()];
    let headers =
        OperationHeaders::new(value("2026-07-28"), value("tools/call"), value("=?base64?w6k=?="));
    let mut memory = [0; limits::OPERATION_MEMORY];
    let operation =
        without_allocation("from_headers", || Operation::from_headers(&headers, &mut memory));
    assert_eq!(operation.unwrap().unwrap().name(), Some("é"));
}

#[cfg(feature = "mcp")]
#[test]
fn proofs_of_possession_are_verified_without_allocation() {
    use gatepost::oauth::{DpopNonces, DpopVerifier, FixedReplayStore, SealKey, SealKeys};
    use sha2::{Digest, Sha256};

    let issuers = common::key_set(Algorithm::EdDsa);
    let secret = [7; 32];
    for algorithm in Algorithms::ASYMMETRIC.iter() {
        let keys = common::key_set(algorithm);
        let thumbprint = *keys.keys().iter().next().unwrap().thumbprint().unwrap();
        let cnf = format!(r#"{{"jkt":"{}"}}"#, common::base64url(thumbprint));
        let claims = common::claims_with(&[("cnf", &cnf)]);
        let compact = common::token(Algorithm::EdDsa, &claims);
        let header = format!(
            r#"{{"typ":"dpop+jwt","alg":"{algorithm}","jwk":{{{}}}}}"#,
            signer::numbers(algorithm)
        );
        let ath = common::base64url(Sha256::digest(&compact));
        let proof = |nonce: &str| {
            let claims = format!(
                r#"{{"jti":"\u0031","htm":"POST","htu":"{AUDIENCE}","iat":{},"ath":"{ath}","nonce":"{nonce}"}}"#,
                NOW.as_secs()
            );
            signer::sign(algorithm, &header, &claims)
        };
        let seal = [SealKey::new(1, &secret).unwrap()];
        let mut memory = [0; 32];
        let nonce = without_allocation("a nonce", || {
            DpopNonces::new(SealKeys::new(&seal)?, 300)?.write(NOW, &mut memory)
        });
        let (good, bad) = (proof(nonce.unwrap()), proof("x"));

        let mut memory = common::memory();
        without_allocation(algorithm.name(), || {
            let nonces = DpopNonces::new(SealKeys::new(&seal)?, 300)?;
            let store = FixedReplayStore::<4>::new();
            let verifier = DpopVerifier::new(AUDIENCE, &store)?.with_nonces(nonces);
            let policy = common::policy();
            let mut presented =
                policy.validate_before_proof(&compact, &issuers, NOW, &mut memory)?;
            let memory = presented.take_memory();
            let mut verify = |proof: &str, method| {
                verifier.verify(&presented, [proof.as_bytes()], method, NOW, memory)
            };
            assert_eq!(verify(&bad, "POST").unwrap_err(), Reason::NonceRequired);
            assert_eq!(verify(&good, "GET").unwrap_err(), Reason::InvalidProof);
            let verified = verify(&good, "POST")?;
            assert_eq!(verify(&good, "POST").unwrap_err(), Reason::ProofReplayed);
            let token = presented.prove(&verified.evidence())?;
            assert_eq!(token.subject(), Some("alice"));
            Ok::<(), Reason>(())
        })
        .unwrap();
    }
}

#[cfg(feature = "mcp")]
#[test]
fn keys_are_refreshed_and_states_sealed_without_allocation() {
    use gatepost::mcp::{StateOwner, StateScope, StateSeal};
    use gatepost::oauth::{CacheHeaders, KeyChange, KeyRefresh, RefreshAction, SealKey, SealKeys};

    let jwks = common::jwks(&[&signer::jwk(Algorithm::Es256, "1")]);
    without_allocation("a refresh", || {
        let mut refresh = KeyRefresh::new();
        let RefreshAction::Fetch(id) = refresh.before_validation(NOW) else { panic!() };
        let headers = CacheHeaders::new([&b"max-age=600"[..]], Some(b"\"1\""));
        assert_eq!(refresh.fetched(id, NOW, jwks.as_bytes(), headers), KeyChange::Changed);
        assert_eq!(refresh.before_validation(NOW), RefreshAction::UseKeys);
        let action = refresh.unknown_key(refresh.generation(), NOW);
        assert_eq!(action, RefreshAction::Refuse(Reason::KeyNotFound));
    });

    let mut memory = [[0; 256]; 2];
    without_allocation("a state", || {
        let [sealed, opened] = &mut memory;
        let keys = [SealKey::new(1, &[7; 32])?];
        let seal = StateSeal::new(SealKeys::new(&keys)?);
        let owner = StateOwner::new(ISSUER, Some("alice"), None)?;
        let scope = StateScope::new(owner, "a purpose")?.with_context(b"a context");
        let until = gatepost::UnixTime::from_secs(NOW.as_secs() + 1);
        let text = seal.seal(&scope, b"state", until, sealed)?;
        assert_eq!(seal.open(text, &scope, NOW, opened)?, b"state");
        assert_eq!(seal.open(text, &scope, until, opened), Err(Reason::StateExpired));
        assert_eq!(seal.open("AAAA", &scope, NOW, opened), Err(Reason::InvalidState));
        Ok::<(), Reason>(())
    })
    .unwrap();
}

#[cfg(feature = "mcp")]
#[test]
fn requests_are_decided_without_allocation() {
    use gatepost::FixedTokenCache;
    use gatepost::mcp::{Guard, Operation, RESPONSE_MEMORY, Rule, Rules, Step};
    use gatepost::oauth::{DpopVerifier, FixedReplayStore, Header, RequestHead, ResourceMetadata};

    let keys = common::key_set(Algorithm::Es256);
    let cache = FixedTokenCache::<4>::new();
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let (rules, guard) = without_allocation("a guard", || {
        let rules =
            [Rule::tool("write").needs(&["mcp:admin", "mcp:write"]), Rule::tool("x").refused()];
        let rules = Rules::<4, 8>::new(&rules, &[("mcp:admin", "mcp:read")], "mcp:read")?;
        let verifier = DpopVerifier::new(AUDIENCE, FixedReplayStore::<4>::new())?;
        Ok::<_, Reason>((rules, Guard::new(&metadata)?.with_dpop(verifier, false)?))
    })
    .unwrap();
    let guard = guard.with_rules(rules.view());

    let bearer = |claims: &[(&str, &str)]| {
        format!("Bearer {}", common::token(Algorithm::Es256, &common::claims_with(claims)))
    };
    let (good, weak) = (bearer(&[]), bearer(&[("scope", r#""""#)]));
    let (expired, bound) = (bearer(&[("exp", "1")]), bearer(&[("cnf", r#"{"kid":"1"}"#)]));
    let escaped =
        br#"{"jsonrpc":"2.0","id":"\u00e9","method":"tools\/call","params":{"name":"writ\u0065"}}"#;
    let other = escaped.map(|byte| if byte == b'w' { b'x' } else { byte });
    for (authorization, origin, target, body, expected) in [
        (&*good, None, "/mcp", &escaped[..], 0),
        // The second time it is in the cache.
        (&good, Some("https://mcp.example"), "/mcp", escaped, 0),
        (&weak, None, "/mcp", escaped, 403),
        (&weak, None, "/mcp", &other, 403),
        (&good, None, "/mcp", b"[]", 400),
        (&expired, None, "/mcp", escaped, 401),
        (&bound, None, "/mcp", escaped, 401),
        ("DPoP a.b.c", None, "/mcp", escaped, 401),
        ("Bearer", None, "/mcp", escaped, 400),
        ("", None, "/mcp", escaped, 401),
        (&good, Some("null"), "/mcp", escaped, 403),
        ("", None, "/.well-known/oauth-protected-resource", b"", 200),
    ] {
        let mut headers = vec![Header::new("Authorization", authorization)];
        headers.extend(origin.map(|origin| Header::new("Origin", origin)));
        let head = RequestHead { method: "GET", target, headers: &headers, certificate: None };
        let mut memory = [[0; limits::MEMORY + RESPONSE_MEMORY]; 3];
        let [first, second, third] = &mut memory;
        let status = without_allocation(authorization, || {
            let authority = (common::policy(), keys.keys().remembering(&cache));
            let principal = match guard.authenticate(&head, &authority, NOW, first) {
                Step::Proceed(principal) => principal,
                Step::Respond(response) => return black_box(response).status(),
            };
            black_box(guard.permits(&principal, &Operation::tool("write")));
            let operation = match guard.read_operation(&head, body, second) {
                Ok(operation) => operation,
                Err(response) => return black_box(response).status(),
            };
            match guard.authorize(&head, &principal, &operation, third) {
                Ok(()) => 0,
                Err(response) => black_box(response).status(),
            }
        });
        assert_eq!(status, expected, "{authorization:.20} {target}");
    }
}
