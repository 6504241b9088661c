//! Proofs of possession: each check of RFC 9449, section 4.3, by a proof in which one thing is
//! wrong.

use core::cell::Cell;

use gatepost::oauth::{
    DpopNonces, DpopVerifier, FixedReplayStore, ProofFingerprint, ReplayStore, SealKey, SealKeys,
};
use gatepost::{Algorithm, Algorithms, Reason, UnixTime, limits};
use sha2::{Digest, Sha256};

use crate::common::{self, NOW, base64url, signer};
use crate::proof::{
    Proof, asymmetric, bound_token, presented, thumbprint, verdict, verdict_of, verifier,
};

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
