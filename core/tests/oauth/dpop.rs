//! Proofs of possession: each check of RFC 9449, section 4.3, by a proof in which one thing is
//! wrong; and tokens that are bound to keys.

use core::cell::Cell;

use gatepost::oauth::{
    DpopNonces, DpopVerifier, FixedReplayStore, ProofFingerprint, ReplayStore, SealKey, SealKeys,
};
use gatepost::{
    Algorithm, Algorithms, Confirmation, Evidence, Issuers, KeySet, Policy, PresentedToken, Reason,
    UnixTime, limits,
};
use sha2::{Digest, Sha256};

use crate::common::{self, AUDIENCE, ISSUER, NOW, base64url, claims_with, signer};

/// The issuer's key, another than those of clients.
const ISSUERS: Algorithm = Algorithm::EdDsa;

fn asymmetric() -> impl Iterator<Item = Algorithm> {
    Algorithms::ASYMMETRIC.iter().filter(|algorithm| *algorithm != ISSUERS)
}

/// The thumbprint of the client's key for `algorithm`.
fn thumbprint(algorithm: Algorithm) -> [u8; 32] {
    *common::key_set(algorithm).keys().iter().next().unwrap().thumbprint().unwrap()
}

/// A token that is bound to the client's key for `algorithm`.
fn bound_token(algorithm: Algorithm) -> String {
    with_cnf(&format!(r#"{{"jkt":"{}"}}"#, base64url(thumbprint(algorithm))))
}

fn with_cnf(cnf: &str) -> String {
    common::token(ISSUERS, &claims_with(&[("cnf", cnf)]))
}

/// Runs `call` with the token as it is before the proof.
fn presented<T>(compact: &str, call: impl FnOnce(PresentedToken<'_>) -> T) -> T {
    let mut memory = common::memory();
    let keys = common::key_set(ISSUERS);
    let policy = common::policy();
    call(policy.validate_before_proof(compact, &keys, NOW, &mut memory).unwrap())
}

/// A proof whose parts can be changed.
#[derive(Clone)]
struct Proof {
    algorithm: Algorithm,
    header: serde_json::Map<String, serde_json::Value>,
    claims: serde_json::Map<String, serde_json::Value>,
}

impl Proof {
    fn new(algorithm: Algorithm, token: &str) -> Self {
        let jwk: serde_json::Value =
            serde_json::from_str(&format!("{{{}}}", signer::numbers(algorithm))).unwrap();
        let header = serde_json::json!({ "typ": "dpop+jwt", "alg": algorithm.name(), "jwk": jwk });
        let claims = serde_json::json!({
            "jti": "e1j3V_bKic8-LAEB",
            "htm": "POST",
            "htu": AUDIENCE,
            "iat": NOW.as_secs(),
            "ath": base64url(Sha256::digest(token)),
        });
        let [header, claims] = [header, claims].map(|part| part.as_object().unwrap().clone());
        Self { algorithm, header, claims }
    }

    fn header(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    fn jwk(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.header["jwk"].as_object_mut().unwrap().insert(name.to_owned(), value.into());
        self
    }

    fn claim(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    fn without(mut self, name: &str) -> Self {
        assert!(self.header.remove(name).or(self.claims.remove(name)).is_some(), "{name}");
        self
    }

    fn text(&self) -> String {
        let [header, claims] =
            [&self.header, &self.claims].map(|part| serde_json::to_string(part).unwrap());
        signer::sign(self.algorithm, &header, &claims)
    }
}

fn verifier<S: ReplayStore>(store: S) -> DpopVerifier<'static, S> {
    DpopVerifier::new(AUDIENCE, store).unwrap()
}

/// The verdict about the values of the header `DPoP`, with a store that is empty.
fn verdict(token: &str, proofs: &[&str]) -> Result<[u8; 32], Reason> {
    verdict_of(&verifier(FixedReplayStore::<4>::new()), token, proofs, NOW)
}

fn verdict_of<S: ReplayStore>(
    verifier: &DpopVerifier<'_, S>,
    token: &str,
    proofs: &[&str],
    now: UnixTime,
) -> Result<[u8; 32], Reason> {
    presented(token, |presented| {
        let proofs = proofs.iter().map(|proof| proof.as_bytes());
        let mut memory = [0; 8192];
        let proof = verifier.verify(&presented, proofs, "POST", now, &mut memory)?;
        let token = presented.prove(&proof.evidence())?;
        assert_eq!(token.subject(), Some("alice"));
        Ok(*proof.thumbprint())
    })
}

#[test]
fn proofs_of_every_algorithm_are_accepted() {
    for algorithm in asymmetric() {
        let token = bound_token(algorithm);
        let proof = Proof::new(algorithm, &token).text();
        assert_eq!(verdict(&token, &[&proof]), Ok(thumbprint(algorithm)), "{algorithm}");
        // Bound to the key of another client.
        let other = match algorithm {
            Algorithm::Es256 => Algorithm::Es384,
            _ => Algorithm::Es256,
        };
        let proof = Proof::new(other, &token).text();
        assert_eq!(verdict(&token, &[&proof]), Err(Reason::InvalidProof), "{algorithm}");
    }
    // The issuer's own key may be the client's, for all that can be said here.
    let token = bound_token(Algorithm::EdDsa);
    let proof = Proof::new(Algorithm::EdDsa, &token).text();
    assert!(verdict(&token, &[&proof]).is_ok());
}

#[test]
fn what_may_vary_is_accepted() {
    let token = bound_token(Algorithm::Es256);
    let proof = || Proof::new(Algorithm::Es256, &token);
    for proof in [
        proof().header("typ", "application/dpop+jwt"),
        proof().header("typ", "DPoP+JWT"),
        proof().header("kid", "whatever"),
        proof().header("jku", "https://attacker.example"),
        proof().jwk("kid", "whatever"),
        proof().jwk("alg", "ES256"),
        proof().jwk("use", "sig"),
        proof().claim("htu", "HTTPS://MCP.Example:443/./%6dcp?query#fragment"),
        proof().claim("iat", NOW.as_secs() - 300),
        proof().claim("iat", NOW.as_secs() + 300),
        proof().claim("iat", NOW.as_secs() as f64 + 0.5),
        proof().claim("jti", "x".repeat(limits::MAX_PROOF_ID_LEN)),
        proof().claim("nonce", "nobody asked for one"),
        proof().claim("extra", serde_json::json!({ "a": [1, 2] })),
    ] {
        assert_eq!(verdict(&token, &[&proof.text()]), Ok(thumbprint(Algorithm::Es256)));
    }
}

#[test]
fn section_4_3_each_check_refuses() {
    let token = bound_token(Algorithm::Es256);
    let proof = || Proof::new(Algorithm::Es256, &token);
    let good = proof().text();
    let another = proof().claim("jti", "another").text();

    // 1: exactly one header.
    assert_eq!(verdict(&token, &[]), Err(Reason::ProofRequired));
    assert_eq!(verdict(&token, &[&good, &another]), Err(Reason::InvalidProof));
    assert_eq!(verdict(&token, &[&good, &good]), Err(Reason::InvalidProof));
    // 2: a single and well-formed JWT.
    for text in [
        "",
        "x",
        "a.b",
        &format!("{good},{another}"),
        &format!("{good}."),
        &format!(" {good}"),
        &format!("{good}="),
        &good.replacen('.', "..", 1),
    ] {
        assert_eq!(verdict(&token, &[text]), Err(Reason::InvalidProof), "{text}");
    }

    let hs256 = format!(
        r#"{{"typ":"dpop+jwt","alg":"HS256","jwk":{{{}}}}}"#,
        signer::numbers(Algorithm::Hs256)
    );
    let claims = serde_json::to_string(&proof().claims).unwrap();
    let hs256 = signer::sign(Algorithm::Hs256, &hs256, &claims);
    assert_eq!(verdict(&token, &[&hs256]), Err(Reason::InvalidProof));
    let duplicate = |header: &str, claims: &str| signer::sign(Algorithm::Es256, header, claims);
    let header = serde_json::to_string(&proof().header).unwrap();
    let twice = header.replacen('{', r#"{"jwk":{},"#, 1);
    assert_eq!(verdict(&token, &[&duplicate(&twice, &claims)]), Err(Reason::InvalidProof));
    let twice = claims.replacen('{', r#"{"jti":"x","#, 1);
    assert_eq!(verdict(&token, &[&duplicate(&header, &twice)]), Err(Reason::InvalidProof));
    assert!(verdict(&token, &[&duplicate(&header, &claims)]).is_ok());

    let other_token = bound_token(Algorithm::Es384);
    let now = NOW.as_secs();
    for (what, proof) in [
        // 3: all required claims.
        ("no jti", proof().without("jti")),
        ("no htm", proof().without("htm")),
        ("no htu", proof().without("htu")),
        ("no iat", proof().without("iat")),
        ("no ath", proof().without("ath")),
        ("jti of another type", proof().claim("jti", 7)),
        ("an empty jti", proof().claim("jti", "")),
        ("a long jti", proof().claim("jti", "x".repeat(limits::MAX_PROOF_ID_LEN + 1))),
        ("iat of another type", proof().claim("iat", now.to_string())),
        // 4: typ.
        ("no typ", proof().without("typ")),
        ("another typ", proof().header("typ", "JWT")),
        ("typ of an access token", proof().header("typ", "at+jwt")),
        // 5: an asymmetric algorithm.
        ("no alg", proof().without("alg")),
        ("no algorithm", proof().header("alg", "none")),
        ("an algorithm that is unknown", proof().header("alg", "ES512")),
        ("an algorithm of another key", proof().header("alg", "RS256")),
        ("a key of another algorithm", proof().jwk("alg", "ES384")),
        ("an extension", proof().header("crit", serde_json::json!(["x"])).header("x", 1)),
        ("an unencoded payload", proof().header("b64", false)),
        // 6: the signature, with the key in the header.
        ("no key", proof().without("jwk")),
        ("a key that is none", proof().header("jwk", "key")),
        ("a key that is off its curve", proof().jwk("x", base64url([7; 32]))),
        ("a key that is not for signatures", proof().jwk("use", "enc")),
        ("a signature of another key", Proof { algorithm: Algorithm::Es384, ..proof() }),
        // 7: no private key.
        ("a private key", proof().jwk("d", base64url([7; 32]))),
        ("a symmetric member", proof().jwk("k", base64url([7; 32]))),
        // 8, 9: method and URI.
        ("another method", proof().claim("htm", "GET")),
        ("a method in another case", proof().claim("htm", "post")),
        ("another path", proof().claim("htu", "https://mcp.example/mcp/")),
        ("another path in another case", proof().claim("htu", "https://mcp.example/MCP")),
        ("another host", proof().claim("htu", "https://mcp.example.org/mcp")),
        ("another port", proof().claim("htu", "https://mcp.example:8443/mcp")),
        ("another scheme", proof().claim("htu", "http://mcp.example/mcp")),
        ("a user", proof().claim("htu", "https://me@mcp.example/mcp")),
        ("a path alone", proof().claim("htu", "/mcp")),
        ("no URI", proof().claim("htu", "https://mcp.example/mcp\n")),
        // 11: in time.
        ("too old", proof().claim("iat", now - 301)),
        ("too new", proof().claim("iat", now + 301)),
        ("far too new", proof().claim("iat", 1_u64 << 60)),
        ("before all time", proof().claim("iat", -1)),
        // 12: for this access token.
        ("for another token", proof().claim("ath", base64url(Sha256::digest(&other_token)))),
        ("for a part of it", proof().claim("ath", base64url(Sha256::digest(&token[1..])))),
        ("another hash", proof().claim("ath", base64url([7; 32]))),
        ("a hash with padding", {
            let ath = proof().claims["ath"].as_str().unwrap().to_owned();
            proof().claim("ath", format!("{ath}="))
        }),
    ] {
        assert_eq!(verdict(&token, &[&proof.text()]), Err(Reason::InvalidProof), "{what}");
    }
}

#[test]
fn an_rsa_key_that_is_weak_or_private_is_refused() {
    let token = bound_token(Algorithm::Rs256);
    let proof = || Proof::new(Algorithm::Rs256, &token);
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
        let proof = proof().jwk(name, "AQAB").text();
        assert_eq!(verdict(&token, &[&proof]), Err(Reason::InvalidProof), "{name}");
    }
    let short = proof().jwk("n", base64url([0xff; 128])).text();
    assert_eq!(verdict(&token, &[&short]), Err(Reason::InvalidProof));
    // One key is for one algorithm, even where the signature is good.
    let other = |key: &str| Proof::new(Algorithm::Ps256, &token).jwk("alg", key).text();
    assert_eq!(verdict(&token, &[&other("RS256")]), Err(Reason::InvalidProof));
    assert!(verdict(&token, &[&other("PS256")]).is_ok());
    let one = proof().jwk("e", "AQ").text();
    assert_eq!(verdict(&token, &[&one]), Err(Reason::InvalidProof));
}

#[test]
fn every_bit_of_a_signature_counts() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token).text();
    let (input, signature) = proof.rsplit_once('.').unwrap();
    let signature = common::from_base64url(signature);
    for bit in (0..512).step_by(7) {
        let mut other = signature.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let proof = format!("{input}.{}", base64url(other));
        assert_eq!(verdict(&token, &[&proof]), Err(Reason::InvalidProof));
    }
}

#[test]
fn max_proof_len() {
    let token = bound_token(Algorithm::Es256);
    let of_len = |len: usize| {
        let (least, mut found) = (Proof::new(Algorithm::Es256, &token).text().len(), None);
        for extra in (len - least) * 3 / 4 - 40..(len - least) * 3 / 4 {
            let proof = Proof::new(Algorithm::Es256, &token).claim("x", "x".repeat(extra)).text();
            if proof.len() == len {
                found = Some(proof);
            }
        }
        found
    };
    let longest = of_len(limits::MAX_PROOF_LEN).or(of_len(limits::MAX_PROOF_LEN - 1)).unwrap();
    assert!(verdict(&token, &[&longest]).is_ok());
    let longer = of_len(limits::MAX_PROOF_LEN + 1).or(of_len(limits::MAX_PROOF_LEN + 2)).unwrap();
    assert_eq!(verdict(&token, &[&longer]), Err(Reason::InvalidProof));
}

#[test]
fn memory_that_is_too_small_is_said() {
    let token = bound_token(Algorithm::Es256);
    let proof = Proof::new(Algorithm::Es256, &token).text();
    let verifier = verifier(FixedReplayStore::<4>::new());
    presented(&token, |presented| {
        let mut memory = [0; 1024];
        let mut is_enough = false;
        for len in 0..memory.len() {
            let proofs = [proof.as_bytes()];
            match verifier.verify(&presented, proofs, "POST", NOW, &mut memory[..len]) {
                Ok(_) => {
                    is_enough = true;
                    break;
                }
                Err(reason) => assert_eq!(reason, Reason::MemoryTooSmall, "{len}"),
            }
        }
        assert!(is_enough);
    });
}

#[test]
fn no_proof_is_accepted_twice() {
    let token = bound_token(Algorithm::Es256);
    let proof = |jti: &str| Proof::new(Algorithm::Es256, &token).claim("jti", jti);
    let verifier = verifier(FixedReplayStore::<2>::new());
    let at = |seconds| UnixTime::from_secs(NOW.as_secs() + seconds);
    let verdict = |proof: &Proof, now| verdict_of(&verifier, &token, &[&proof.text()], now).err();

    assert_eq!(verdict(&proof("1"), NOW), None);
    for seconds in [0, 1, 299, 300] {
        assert_eq!(verdict(&proof("1"), at(seconds)), Some(Reason::ProofReplayed));
    }
    assert_eq!(verdict(&proof("1"), at(301)), Some(Reason::InvalidProof));
    // The identifier counts as it is read, not as it is written, and whatever else is signed.
    let escaped = Proof::new(Algorithm::Es256, &token);
    let claims = serde_json::to_string(&escaped.claims).unwrap();
    let claims = claims.replace("e1j3V_bKic8-LAEB", "\\u0031");
    let header = serde_json::to_string(&escaped.header).unwrap();
    let escaped = signer::sign(Algorithm::Es256, &header, &claims);
    let refused = verdict_of(&verifier, &token, &[&escaped], NOW);
    assert_eq!(refused, Err(Reason::ProofReplayed));
    let newer = proof("1").claim("iat", NOW.as_secs() + 100);
    assert_eq!(verdict(&newer, at(100)), Some(Reason::ProofReplayed));

    assert_eq!(verdict(&proof("2"), NOW), None);
    assert_eq!(verdict(&proof("3"), NOW), Some(Reason::ReplayStoreFull));
    assert_eq!(verdict(&proof("1"), NOW), Some(Reason::ProofReplayed));
    // Both have expired.
    let next = proof("3").claim("iat", NOW.as_secs() + 301);
    assert_eq!(verdict(&next, at(301)), None);
}

#[test]
fn the_store_is_asked_last() {
    /// Counts what it is asked.
    struct Counting(Cell<u32>);

    impl ReplayStore for Counting {
        fn insert(
            &self,
            _proof: &ProofFingerprint,
            expires_at: UnixTime,
            now: UnixTime,
        ) -> Result<(), Reason> {
            self.0.set(self.0.get() + 1);
            assert_eq!(expires_at.as_secs(), now.as_secs() + 301);
            Ok(())
        }
    }

    let store = Counting(Cell::new(0));
    let verifier = verifier(&store);
    let token = bound_token(Algorithm::Es256);
    // Of a stranger, whose own proof is a good one.
    let stranger = Proof::new(Algorithm::Es384, &token).text();
    let refused = verdict_of(&verifier, &token, &[&stranger], NOW);
    assert_eq!((refused, store.0.get()), (Err(Reason::InvalidProof), 0));
    let proof = Proof::new(Algorithm::Es256, &token).text();
    assert!(verdict_of(&verifier, &token, &[&proof], NOW).is_ok());
    assert_eq!(store.0.get(), 1);
}

#[test]
fn a_nonce_is_asked_for_where_there_are_nonces() {
    let secret = [7; 32];
    let keys = [SealKey::new(1, &secret).unwrap()];
    let nonces = DpopNonces::new(SealKeys::new(&keys).unwrap(), 60).unwrap();
    let verifier = verifier(FixedReplayStore::<4>::new()).with_nonces(nonces);
    let token = bound_token(Algorithm::Es256);
    let proof = || Proof::new(Algorithm::Es256, &token);
    let mut memory = [0; 32];
    let nonce = verifier.nonces().unwrap().write(NOW, &mut memory).unwrap();
    let verdict = |proof: Proof, now| verdict_of(&verifier, &token, &[&proof.text()], now).err();

    assert_eq!(verdict(proof(), NOW), Some(Reason::NonceRequired));
    for other in ["", "x", &nonce[1..], &nonce.to_lowercase()] {
        assert_eq!(verdict(proof().claim("nonce", other), NOW), Some(Reason::NonceRequired));
    }
    assert_eq!(verdict(proof().claim("nonce", 7), NOW), Some(Reason::NonceRequired));
    let later = UnixTime::from_secs(NOW.as_secs() + 60);
    assert_eq!(verdict(proof().claim("nonce", nonce), later), Some(Reason::NonceRequired));
    // What else is wrong is said first: no nonce would help.
    assert_eq!(verdict(proof().claim("htm", "GET"), NOW), Some(Reason::InvalidProof));
    assert_eq!(verdict(proof().claim("nonce", nonce), NOW), None);
}

#[test]
fn the_algorithms_can_be_chosen() {
    let new = || verifier(FixedReplayStore::<4>::new());
    let token = bound_token(Algorithm::Es384);
    let proof = Proof::new(Algorithm::Es384, &token).text();
    let narrow = new().with_algorithms(Algorithm::Es256).unwrap();
    assert_eq!(narrow.algorithms(), Algorithms::from(Algorithm::Es256));
    assert_eq!(verdict_of(&narrow, &token, &[&proof], NOW), Err(Reason::InvalidProof));
    let wide = new().with_algorithms([Algorithm::Es256, Algorithm::Es384]).unwrap();
    assert!(verdict_of(&wide, &token, &[&proof], NOW).is_ok());
    for algorithms in [Algorithms::NONE, Algorithms::from([Algorithm::Es256, Algorithm::Hs256])] {
        assert_eq!(new().with_algorithms(algorithms).unwrap_err(), Reason::Misuse);
    }
    for resource in
        ["", "/mcp", "http://mcp.example/mcp", "https://mcp.example/#a", "https://me@a/"]
    {
        let refused = DpopVerifier::new(resource, FixedReplayStore::<1>::new());
        assert_eq!(refused.unwrap_err(), Reason::Misuse, "{resource}");
    }
    assert!(DpopVerifier::new("http://localhost:3000/mcp", FixedReplayStore::<1>::new()).is_ok());
}

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
