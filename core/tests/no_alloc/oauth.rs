//! What surrounds a token.

use core::hint::black_box;

use gatepost::{Algorithm, Algorithms, Reason, limits};

use crate::allocations::without_allocation;
use crate::common::{self, AUDIENCE, ISSUER, NOW, signer};

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
