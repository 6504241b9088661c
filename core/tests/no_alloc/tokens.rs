//! Keys and tokens.

use core::hint::black_box;

use gatepost::{
    Algorithm, Algorithms, ImportOptions, Issuers, KeySet, KeySlot, Policy, PublicKey, Reason,
    UntrustedToken, limits, load,
};

use crate::allocations::without_allocation;
use crate::common::{self, AUDIENCE, ISSUER, NOW, signer};

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
