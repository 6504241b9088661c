//! Tokens that are bound to keys.

use gatepost::mcp::{Guard, RESPONSE_MEMORY, Step};
use gatepost::oauth::{FixedReplayStore, Header, RequestHead, ResourceMetadata};
use gatepost::{
    Algorithm, Confirmation, Evidence, Issuers, KeySet, Policy, PresentedToken, Reason, limits,
};

use crate::common::{self, AUDIENCE, ISSUER, NOW, base64url, claims_with};
use crate::proof::{
    ISSUERS, Proof, bound_token, presented, thumbprint, verdict, verifier, with_cnf,
};

#[test]
fn neither_kind_of_token_passes_for_the_other() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token)
        .claim("iss", ISSUER)
        .claim("aud", AUDIENCE)
        .claim("exp", NOW.as_secs() + 60);
    // With a key set that holds the very key that signed it.
    let keys = common::key_set(Algorithm::Es256);
    let validate = |text: &str, policy: Policy<'_>| {
        policy.validate(text, &keys, NOW, &mut common::memory()).map(|_| ())
    };
    assert!(verdict(&token, &[&proof.text()]).is_ok());
    assert_eq!(validate(&proof.text(), common::policy()), Err(Reason::TypeMismatch));
    let rfc9068 = common::policy().rfc9068();
    assert_eq!(validate(&proof.text(), rfc9068), Err(Reason::TypeMismatch));
    // And the other way: a token that holds all that a proof does, of its issuer's key.
    for typ in ["JWT", "at+jwt"] {
        let token_with_all = proof.clone().header("typ", typ);
        assert_eq!(validate(&token_with_all.text(), common::policy()), Ok(()));
        let refused = verdict(&token, &[&token_with_all.text()]);
        assert_eq!(refused, Err(Reason::InvalidProof), "{typ}");
    }
    let without_typ = proof.without("typ");
    assert_eq!(validate(&without_typ.text(), common::policy()), Ok(()));
    assert_eq!(verdict(&token, &[&without_typ.text()]), Err(Reason::InvalidProof));
}

#[test]
fn a_bound_token_needs_its_proof_and_an_unbound_one_none() {
    let jkt = base64url(thumbprint(Algorithm::Es256));
    let sevens = base64url([7; 32]);
    let with_certificate = Evidence::NONE.with_certificate([7; 32]);
    let prove = |token: &str, evidence: Evidence| {
        presented(token, |presented| presented.prove(&evidence).map(|_| ()))
    };
    let keys = common::key_set(ISSUERS);

    let plain = common::token(ISSUERS, common::CLAIMS);
    presented(&plain, |presented| {
        assert_eq!(presented.confirmation(), Confirmation::NONE);
        assert!(presented.into_unbound().is_ok());
    });
    assert_eq!(prove(&plain, with_certificate), Ok(()));
    // There is nothing that a proof could be of.
    let proof = Proof::new(Algorithm::Es256, &plain).text();
    assert_eq!(verdict(&plain, &[&proof]), Err(Reason::InvalidProof));

    let bound = bound_token(Algorithm::Es256);
    presented(&bound, |presented| {
        assert_eq!(presented.confirmation().jkt, Some(thumbprint(Algorithm::Es256)));
        assert!(presented.confirmation().is_bound());
        assert_eq!(presented.into_unbound().unwrap_err(), Reason::ProofRequired);
    });
    assert_eq!(prove(&bound, with_certificate), Err(Reason::ProofRequired));
    let refused = common::policy().validate(&bound, &keys, NOW, &mut common::memory()).map(|_| ());
    assert_eq!(refused, Err(Reason::ProofRequired));

    let of_certificate = with_cnf(&format!(r#"{{"x5t#S256":"{sevens}"}}"#));
    assert_eq!(prove(&of_certificate, Evidence::NONE), Err(Reason::ProofRequired));
    for bit in 0..256 {
        let mut hash = [7; 32];
        hash[bit / 8] ^= 1 << (bit % 8);
        let other = Evidence::NONE.with_certificate(hash);
        assert_eq!(prove(&of_certificate, other), Err(Reason::InvalidProof));
    }
    assert_eq!(prove(&of_certificate, with_certificate), Ok(()));

    presented(&of_certificate, |presented| {
        assert_eq!(presented.check_certificate(None), Err(Reason::ProofRequired));
        assert_eq!(presented.check_certificate(Some([8; 32])), Err(Reason::InvalidProof));
        assert_eq!(presented.check_certificate(Some([7; 32])), Ok(()));
    });
    presented(&plain, |presented| assert_eq!(presented.check_certificate(None), Ok(())));

    // Bound to two keys: both are asked for.
    let of_both = with_cnf(&format!(r#"{{"jkt":"{jkt}","x5t#S256":"{sevens}"}}"#));
    let proof = Proof::new(Algorithm::Es256, &of_both).text();
    assert_eq!(verdict(&of_both, &[&proof]), Err(Reason::ProofRequired));
    presented(&of_both, |presented| {
        let verifier = verifier(FixedReplayStore::<1>::new());
        let proofs = [proof.as_bytes()];
        let proof = verifier.verify(&presented, proofs, "POST", NOW, &mut [0; 2048]).unwrap();
        let evidence = proof.evidence().with_certificate([7; 32]);
        assert!(presented.prove(&evidence).is_ok());
    });
}

/// RFC 8705, section 3: the token is refused, and the proof that came with it can be used again.
#[test]
fn another_certificate_is_no_fault_of_the_proof_and_spends_none() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let store = FixedReplayStore::<4>::new();
    let guard = Guard::new(&metadata).unwrap().with_dpop(verifier(&store), true).unwrap();
    let (jkt, sevens) = (base64url(thumbprint(Algorithm::Es256)), base64url([7; 32]));
    let token = with_cnf(&format!(r#"{{"jkt":"{jkt}","x5t#S256":"{sevens}"}}"#));
    let proof = Proof::new(Algorithm::Es256, &token).text();
    let authorization = format!("DPoP {token}");
    let headers = [Header::new("Authorization", &authorization), Header::new("DPoP", &proof)];
    let keys = common::key_set(ISSUERS);
    let ask = |certificate| {
        let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate };
        let authority = (common::policy(), keys.keys());
        let mut memory = [0; limits::MEMORY + RESPONSE_MEMORY];
        match guard.authenticate(&head, &authority, NOW, &mut memory) {
            Step::Proceed(principal) => Err(principal.subject().map(str::to_owned)),
            Step::Respond(response) => {
                let challenge = response.header("WWW-Authenticate").unwrap();
                let error = challenge.split('"').nth(1).unwrap().to_owned();
                assert!(challenge.starts_with("DPoP error=") && response.status() == 401);
                Ok((response.reason().unwrap(), error))
            }
        }
    };
    let refused = |reason, error: &str| Ok((reason, error.to_owned()));
    assert_eq!(ask(None), refused(Reason::ProofRequired, "invalid_token"));
    assert_eq!(ask(Some([8; 32])), refused(Reason::InvalidProof, "invalid_token"));
    assert!(store.is_empty());
    assert_eq!(ask(Some([7; 32])), Err(Some("alice".to_owned())));
    assert_eq!(ask(Some([7; 32])), refused(Reason::ProofReplayed, "invalid_dpop_proof"));
}

#[test]
fn a_proof_is_evidence_for_its_own_token_alone() {
    let (one, other) = (bound_token(Algorithm::Es256), {
        let cnf = format!(r#"{{"jkt":"{}"}}"#, base64url(thumbprint(Algorithm::Es256)));
        common::token(ISSUERS, &claims_with(&[("cnf", &cnf), ("sub", "\"bob\"")]))
    });
    let proof = Proof::new(Algorithm::Es256, &one).text();
    let evidence = presented(&one, |presented| {
        let verifier = verifier(FixedReplayStore::<1>::new());
        let proofs = [proof.as_bytes()];
        verifier.verify(&presented, proofs, "POST", NOW, &mut [0; 2048]).unwrap().evidence()
    });
    assert_eq!(presented(&one, |token| token.prove(&evidence).map(|_| ())), Ok(()));
    let refused = presented(&other, |token| token.prove(&evidence).map(|_| ()));
    assert_eq!(refused, Err(Reason::InvalidProof));
}

#[test]
fn a_token_that_is_kept_is_lent_for_its_evidence_alone() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token).text();
    presented(&token, |presented| {
        let verifier = verifier(FixedReplayStore::<1>::new());
        let proofs = [proof.as_bytes()];
        let proof = verifier.verify(&presented, proofs, "POST", NOW, &mut [0; 2048]).unwrap();
        for _ in 0..2 {
            let refused = presented.proved_by(&Evidence::NONE).unwrap_err();
            assert_eq!(refused, Reason::ProofRequired);
            let lent = presented.proved_by(&proof.evidence()).unwrap();
            assert_eq!(lent.subject(), Some("alice"));
        }
    });
}

#[test]
fn every_other_check_comes_before_the_proof() {
    let keys = common::key_set(ISSUERS);
    let jkt = format!(r#"{{"jkt":"{}"}}"#, base64url([7; 32]));
    for (cnf, claim, reason) in [
        (&*jkt, ("exp", "1"), Reason::Expired),
        (&jkt, ("aud", "\"x\""), Reason::AudienceMismatch),
        (&jkt, ("iss", "\"x\""), Reason::IssuerMismatch),
        (&jkt, ("scope", "\"x\""), Reason::InsufficientScope),
        ("{}", ("scope", "\"x\""), Reason::ProofRequired),
        (r#"{"jwk":{"kty":"EC"}}"#, ("sub", "\"alice\""), Reason::ProofRequired),
        (r#"{"jkt":"x"}"#, ("sub", "\"alice\""), Reason::InvalidClaim),
        ("null", ("sub", "\"alice\""), Reason::InvalidClaim),
    ] {
        let token = common::token(ISSUERS, &claims_with(&[("cnf", cnf), claim]));
        let policy = common::policy().with_required_scopes("mcp:read").unwrap();
        let mut memory = common::memory();
        let refused = policy.validate_before_proof(&token, &keys, NOW, &mut memory).map(|_| ());
        assert_eq!(refused, Err(reason), "{cnf}");
        let entries = [(policy, keys.keys())];
        let issuers = Issuers::new(&entries).unwrap();
        let refused = issuers.validate_before_proof(&token, NOW, &mut memory).map(|_| ());
        assert_eq!(refused, Err(reason), "{cnf}");
    }
}

#[test]
fn tokens_that_are_not_bound_are_judged_as_ever() {
    let mut accepted = 0;
    for algorithm in Algorithm::ALL {
        let keys: KeySet<1> = common::key_set(algorithm);
        let claims = [
            common::CLAIMS.to_owned(),
            claims_with(&[("exp", "1")]),
            claims_with(&[("aud", "7")]),
            claims_with(&[("sub", r#""\u0061lice""#), ("scp", r#"["a","\u0062"]"#)]),
        ];
        for claims in claims {
            let token = common::token(algorithm, &claims);
            let (mut one, mut two) = (common::memory(), common::memory());
            let policy = common::policy();
            let whole = policy.validate(&token, &keys, NOW, &mut one);
            let steps = policy
                .validate_before_proof(&token, &keys, NOW, &mut two)
                .and_then(PresentedToken::into_unbound);
            accepted += u32::from(whole.is_ok());
            let facts = |token: gatepost::AccessToken<'_>| {
                let scopes: Vec<_> = token.scopes().map(str::to_owned).collect();
                (token.subject().map(str::to_owned), scopes, token.claims().as_json().to_owned())
            };
            assert_eq!(whole.map(facts), steps.map(facts));
        }
    }
    assert_eq!(accepted, 24);
}

#[test]
fn the_memory_that_a_token_leaves_serves_for_its_proof() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token).text();
    let keys = common::key_set(ISSUERS);
    let mut memory = [0; 2048];
    let mut presented =
        common::policy().validate_before_proof(&token, &keys, NOW, &mut memory).unwrap();
    let rest = presented.take_memory();
    assert!(rest.len() > 1024 && rest.len() < 2048);
    let verifier = verifier(FixedReplayStore::<1>::new());
    let proof = verifier.verify(&presented, [proof.as_bytes()], "POST", NOW, rest).unwrap();
    assert!(presented.take_memory().is_empty());
    assert_eq!(presented.prove(&proof.evidence()).unwrap().subject(), Some("alice"));
}

#[test]
fn s20_nothing_of_a_token_or_a_proof_is_printed() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token).text();
    presented(&token, |presented| {
        let verifier = verifier(FixedReplayStore::<1>::new());
        let proofs = [proof.as_bytes()];
        let proof = verifier.verify(&presented, proofs, "POST", NOW, &mut [0; 2048]).unwrap();
        let printed = format!("{verifier:?} {presented:?} {proof:?} {:?}", proof.evidence());
        assert!(!printed.contains("alice") && !printed.contains("ey"), "{printed}");
    });
}
