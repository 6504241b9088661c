//! DPoP proofs whose parts can be changed, and what a verifier says of them.

use gatepost::oauth::{DpopVerifier, FixedReplayStore, ReplayStore};
use gatepost::{Algorithm, Algorithms, PresentedToken, Reason, UnixTime};
use sha2::{Digest, Sha256};

use crate::common::{self, AUDIENCE, NOW, base64url, claims_with, signer};

/// The issuer's key, another than those of clients.
pub(crate) const ISSUERS: Algorithm = Algorithm::EdDsa;

pub(crate) fn asymmetric() -> impl Iterator<Item = Algorithm> {
    Algorithms::ASYMMETRIC.iter().filter(|algorithm| *algorithm != ISSUERS)
}

/// The thumbprint of the client's key for `algorithm`.
pub(crate) fn thumbprint(algorithm: Algorithm) -> [u8; 32] {
    *common::key_set(algorithm).keys().iter().next().unwrap().thumbprint().unwrap()
}

/// A token that is bound to the client's key for `algorithm`.
pub(crate) fn bound_token(algorithm: Algorithm) -> String {
    with_cnf(&format!(r#"{{"jkt":"{}"}}"#, base64url(thumbprint(algorithm))))
}

pub(crate) fn with_cnf(cnf: &str) -> String {
    common::token(ISSUERS, &claims_with(&[("cnf", cnf)]))
}

/// Runs `call` with the token as it is before the proof.
pub(crate) fn presented<T>(compact: &str, call: impl FnOnce(PresentedToken<'_>) -> T) -> T {
    let mut memory = common::memory();
    let keys = common::key_set(ISSUERS);
    let policy = common::policy();
    call(policy.validate_before_proof(compact, &keys, NOW, &mut memory).unwrap())
}

/// A proof whose parts can be changed.
#[derive(Clone)]
pub(crate) struct Proof {
    pub(crate) algorithm: Algorithm,
    pub(crate) header: serde_json::Map<String, serde_json::Value>,
    pub(crate) claims: serde_json::Map<String, serde_json::Value>,
}

impl Proof {
    pub(crate) fn new(algorithm: Algorithm, token: &str) -> Self {
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

    pub(crate) fn header(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn jwk(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.header["jwk"].as_object_mut().unwrap().insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn claim(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        assert!(self.header.remove(name).or(self.claims.remove(name)).is_some(), "{name}");
        self
    }

    pub(crate) fn text(&self) -> String {
        let [header, claims] =
            [&self.header, &self.claims].map(|part| serde_json::to_string(part).unwrap());
        signer::sign(self.algorithm, &header, &claims)
    }
}

pub(crate) fn verifier<S: ReplayStore>(store: S) -> DpopVerifier<'static, S> {
    DpopVerifier::new(AUDIENCE, store).unwrap()
}

/// The verdict about the values of the header `DPoP`, with a store that is empty.
pub(crate) fn verdict(token: &str, proofs: &[&str]) -> Result<[u8; 32], Reason> {
    verdict_of(&verifier(FixedReplayStore::<4>::new()), token, proofs, NOW)
}

pub(crate) fn verdict_of<S: ReplayStore>(
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
