//! Proofs of possession: DPoP ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).

mod nonce;
mod replay;

use core::fmt;

pub use nonce::DpopNonces;
pub use replay::{FixedReplayStore, ProofFingerprint, ReplayStore};

use crate::access::{decode_hash, is_type};
use crate::crypto::is_equal;
use crate::jose::Head;
use crate::limits::{MAX_PROOF_AGE, MAX_PROOF_ID_LEN, MAX_PROOF_LEN, MAX_TIME};
use crate::text::json::{self, Known, Members, Value};
use crate::text::uri::Uri;
use crate::{
    Algorithm, Algorithms, Evidence, KeySlot, PresentedToken, PublicKey, Reason, UnixTime,
    VerifyingKey,
};

/// Verifies DPoP proofs for one resource.
///
/// A proof is a JWT of the type `dpop+jwt` that the client makes for each request, signed with the
/// key that its access token is bound to, and sent in the header `DPoP`. It is checked after the
/// token, so that strangers cost no signature here.
///
/// ```
/// use gatepost::oauth::{DpopVerifier, FixedReplayStore};
/// use gatepost::{AccessToken, KeySet, Policy, Reason, UnixTime};
///
/// fn authenticate<'t>(
///     verifier: &DpopVerifier<'_, FixedReplayStore<1024>>,
///     keys: &KeySet<4>,
///     compact: &'t str,
///     proof: &str,
///     now: UnixTime,
///     memory: &'t mut [u8],
/// ) -> Result<AccessToken<'t>, Reason> {
///     let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?;
///     let mut presented = policy.validate_before_proof(compact, keys, now, memory)?;
///     let rest = presented.take_memory();
///     let proof = verifier.verify(&presented, [proof.as_bytes()], "POST", now, rest)?;
///     presented.prove(&proof.evidence())
/// }
///
/// let store = FixedReplayStore::new();
/// let verifier = DpopVerifier::new("https://mcp.example.com/mcp", store)?;
/// # let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// # let keys: KeySet<4> = KeySet::from_jwks(jwks)?;
/// # let mut memory = [0; 4096];
/// # let now = UnixTime::from_secs(0);
/// # assert_eq!(authenticate(&verifier, &keys, "a.b", "", now, &mut memory).unwrap_err(), Reason::Malformed);
/// # Ok::<(), Reason>(())
/// ```
pub struct DpopVerifier<'v, S> {
    resource: Uri<'v>,
    algorithms: Algorithms,
    nonces: Option<DpopNonces<'v>>,
    store: S,
}

const JTI: usize = 0;
const HTM: usize = 1;
const HTU: usize = 2;
const IAT: usize = 3;
const ATH: usize = 4;
const NONCE: usize = 5;
const CLAIMS: usize = 6;
static NAMES: Known<CLAIMS> = Known::new(["jti", "htm", "htu", "iat", "ath", "nonce"]);

impl<'v, S: ReplayStore> DpopVerifier<'v, S> {
    /// A verifier for requests to `resource`, the public URL of the endpoint: `https`, or on this
    /// machine `http`, without a fragment. `store` remembers the proofs that were accepted.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for another URL.
    pub fn new(resource: &'v str, store: S) -> Result<Self, Reason> {
        let resource = Uri::parse(resource)
            .filter(|uri| uri.is_secure() && uri.fragment.is_none())
            .ok_or(Reason::Misuse)?;
        Ok(Self { resource, algorithms: Algorithms::ASYMMETRIC, nonces: None, store })
    }

    /// Accepts proofs of these algorithms alone; of all with public keys unless set.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for none, and for one with a shared secret.
    pub fn with_algorithms(self, algorithms: impl Into<Algorithms>) -> Result<Self, Reason> {
        let algorithms = algorithms.into();
        if algorithms.is_empty() || algorithms.iter().any(Algorithm::is_symmetric) {
            return Err(Reason::Misuse);
        }
        Ok(Self { algorithms, ..self })
    }

    /// Demands a nonce of these in each proof.
    #[must_use]
    pub fn with_nonces(self, nonces: DpopNonces<'v>) -> Self {
        Self { nonces: Some(nonces), ..self }
    }

    /// The nonces that are demanded, if any are.
    #[must_use]
    pub const fn nonces(&self) -> Option<&DpopNonces<'v>> {
        self.nonces.as_ref()
    }

    /// Whether proofs are for requests to `resource`.
    pub(crate) fn is_for(&self, resource: &str) -> bool {
        Uri::parse(resource).is_some_and(|uri| uri.is_same_endpoint(&self.resource))
    }

    /// The algorithms that are accepted: for the parameter `algs` of a challenge.
    #[must_use]
    pub const fn algorithms(&self) -> Algorithms {
        self.algorithms
    }

    /// Verifies that the sender of `token` has the key that the token is bound to.
    ///
    /// `proofs` are the values of the request's headers `DPoP`, of which there has to be one, of
    /// at most [`MAX_PROOF_LEN`] characters; `method` is the request's. `memory` takes the decoded
    /// proof: [`limits::MEMORY`](crate::limits::MEMORY) bytes are always enough, 1024 for usual
    /// ones.
    ///
    /// All of [RFC 9449, section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3) is
    /// checked, in this order: one header; form, type and algorithm; the key in the header, public
    /// and strong enough; the signature; `htm`, `htu` (of which query and fragment do not count),
    /// `iat` (within [`MAX_PROOF_AGE`] seconds), `ath`; that the token is bound to this key; the
    /// nonce, where nonces are demanded; and that the proof, by key and `jti`, was not seen before.
    ///
    /// # Errors
    ///
    /// [`Reason::ProofRequired`] without a proof; [`Reason::InvalidProof`] for one that does not
    /// hold, and for a token that is not bound to such a key; [`Reason::NonceRequired`];
    /// [`Reason::ProofReplayed`]; what the store says, such as [`Reason::ReplayStoreFull`]; and
    /// [`Reason::MemoryTooSmall`].
    pub fn verify<'h>(
        &self,
        token: &PresentedToken<'_>,
        proofs: impl IntoIterator<Item = &'h [u8]>,
        method: &str,
        now: UnixTime,
        memory: &mut [u8],
    ) -> Result<VerifiedProof, Reason> {
        let mut proofs = proofs.into_iter();
        let proof = proofs.next().ok_or(Reason::ProofRequired)?;
        if proofs.next().is_some() || proof.len() > MAX_PROOF_LEN {
            return Err(Reason::InvalidProof);
        }
        let bound = Bound { jkt: token.confirmation().jkt, hash: token.hash() };
        self.judge(&bound, proof, method, now, memory).map_err(|reason| match reason {
            // A proof has one reason for all that can be wrong with it: what is said of keys and
            // tokens elsewhere would be misunderstood.
            Reason::NonceRequired | Reason::ProofReplayed => reason,
            reason if reason.number() >= 800 => reason,
            _ => Reason::InvalidProof,
        })
    }

    fn judge(
        &self,
        token: &Bound,
        proof: &[u8],
        method: &str,
        now: UnixTime,
        memory: &mut [u8],
    ) -> Result<VerifiedProof, Reason> {
        let (head, key, memory) = Head::parse_with_key(proof, memory)?;
        if !head.typ().is_some_and(|typ| is_type(typ, "dpop+jwt")) {
            return Err(Reason::TypeMismatch);
        }
        if !self.algorithms.contains(head.algorithm()) {
            return Err(Reason::AlgorithmNotAllowed);
        }
        head.require_extensions()?;
        let slot = KeySlot::from_proof(&key, head.algorithm(), PublicKey::new)?;
        let thumbprint = *slot.thumbprint().ok_or(Reason::InvalidProof)?;
        let (payload, memory) = head.decode_payload(memory)?;
        let (signature, memory) = head.decode_signature(memory)?;
        slot.key().verify(head.algorithm(), head.signing_input(), None, signature)?;

        let claims = json::object(payload, &NAMES, memory)?;
        let issued_at = self.judge_claims(&claims, &token.hash, method, now, memory)?;
        if !token.jkt.is_some_and(|jkt| is_equal(&jkt, &thumbprint)) {
            return Err(Reason::InvalidProof);
        }
        let (id, memory) = string(&claims, JTI, memory)?;
        let id = id.filter(|id| !id.is_empty() && id.len() <= MAX_PROOF_ID_LEN);
        let id = id.ok_or(Reason::InvalidProof)?;
        if let Some(nonces) = &self.nonces {
            let (nonce, _) = string(&claims, NONCE, memory)?;
            if !nonce.is_some_and(|nonce| nonces.is_good(nonce, now)) {
                return Err(Reason::NonceRequired);
            }
        }
        // The first second in which the proof is too old.
        let expires_at = issued_at.plus(MAX_PROOF_AGE).plus(1);
        self.store.insert(&ProofFingerprint::of(&thumbprint, id), expires_at, now)?;
        Ok(VerifiedProof { thumbprint, token: token.hash })
    }

    /// The claims that are about the request. Returns when the proof was made.
    fn judge_claims(
        &self,
        claims: &Members<'_, CLAIMS>,
        hash: &[u8; 32],
        method: &str,
        now: UnixTime,
        memory: &mut [u8],
    ) -> Result<UnixTime, Reason> {
        let Some(Value::String(htm)) = claims.value(HTM) else { return Err(Reason::InvalidProof) };
        if htm != *method {
            return Err(Reason::InvalidProof);
        }
        let (htu, _) = string(claims, HTU, memory)?;
        let htu = htu.and_then(Uri::parse);
        if !htu.is_some_and(|htu| htu.is_same_endpoint(&self.resource)) {
            return Err(Reason::InvalidProof);
        }
        let Some(Value::Number(iat)) = claims.value(IAT) else { return Err(Reason::InvalidProof) };
        let issued_at = UnixTime::from_secs(iat.ceiling(MAX_TIME).ok_or(Reason::InvalidProof)?);
        if now > issued_at.plus(MAX_PROOF_AGE) || issued_at > now.plus(MAX_PROOF_AGE) {
            return Err(Reason::InvalidProof);
        }
        let ath = claims.value(ATH).and_then(Value::as_text).and_then(decode_hash);
        if ath.is_some_and(|ath| is_equal(&ath, hash)) {
            Ok(issued_at)
        } else {
            Err(Reason::InvalidProof)
        }
    }
}

/// What of an access token a proof has to fit.
struct Bound {
    jkt: Option<[u8; 32]>,
    hash: [u8; 32],
}

impl<S> fmt::Debug for DpopVerifier<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopVerifier")
            .field("algorithms", &self.algorithms)
            .field("nonces", &self.nonces)
            .finish_non_exhaustive()
    }
}

/// A proof that was verified: for one access token, by one key.
#[derive(Clone, Copy)]
pub struct VerifiedProof {
    thumbprint: [u8; 32],
    token: [u8; 32],
}

impl VerifiedProof {
    /// The SHA-256 thumbprint of the key that signed the proof
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
    #[must_use]
    pub const fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// The proof as evidence for the access token that it is for, and for no other:
    /// [`PresentedToken::prove`] takes it.
    #[must_use]
    pub const fn evidence(&self) -> Evidence {
        Evidence::NONE.with_proof(self.thumbprint, self.token)
    }
}

impl fmt::Debug for VerifiedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedProof").finish_non_exhaustive()
    }
}

/// The claim, if it is there and a string.
fn string<'m>(
    claims: &Members<'m, CLAIMS>,
    claim: usize,
    memory: &'m mut [u8],
) -> Result<(Option<&'m str>, &'m mut [u8]), Reason> {
    match claims.value(claim) {
        Some(Value::String(text)) => {
            let (text, memory) = text.decode_or_borrow(memory)?;
            Ok((Some(text), memory))
        }
        _ => Ok((None, memory)),
    }
}

#[cfg(feature = "p256")]
#[cfg(test)]
mod tests {
    use std::string::String;

    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::text::base64url;

    /// The header of both examples, and the thumbprint of section 6.1.
    const HEADER: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6I\
        mw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFR\
        sY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    fn hash(text: &str) -> [u8; 32] {
        let mut hash = [0; 32];
        base64url::decode(text.as_bytes(), &mut hash).unwrap();
        hash
    }

    #[test]
    fn the_proof_of_rfc_9449_section_7_1() {
        const PROOF: &str = ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6\
            Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIj\
            oiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey\
            71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
        let proof = [HEADER, PROOF].concat();
        let ath = Sha256::digest(b"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU").into();
        assert_eq!(ath, hash("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"));

        let store = FixedReplayStore::<4>::new();
        let resource = "https://resource.example.org/protectedresource";
        let verifier = DpopVerifier::new(resource, &store).unwrap();
        let verify = |jkt: Option<[u8; 32]>, hash, method, now| {
            let now = UnixTime::from_secs(now);
            let (bound, memory) = (Bound { jkt, hash }, &mut [0; 1024]);
            verifier
                .judge(&bound, proof.as_bytes(), method, now, memory)
                .map(|proof| proof.thumbprint)
        };
        let jkt = Some(hash(JKT));
        for (jkt, hash, method, now) in [
            (None, ath, "GET", 1_562_262_618),
            (Some([7; 32]), ath, "GET", 1_562_262_618),
            (jkt, [7; 32], "GET", 1_562_262_618),
            (jkt, ath, "POST", 1_562_262_618),
            (jkt, ath, "GET", 1_562_262_317),
            (jkt, ath, "GET", 1_562_262_919),
        ] {
            assert_eq!(verify(jkt, hash, method, now), Err(Reason::InvalidProof));
        }
        assert_eq!(verify(jkt, ath, "GET", 1_562_262_618), Ok(hash(JKT)));
        assert_eq!(verify(jkt, ath, "GET", 1_562_262_618), Err(Reason::ProofReplayed));
    }

    /// It is for a token request: good by itself, but for no access token.
    #[test]
    fn the_proof_of_rfc_9449_section_4_1() {
        const PROOF: &str = ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBz\
            Oi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0\
            A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let proof: String = [HEADER, PROOF].concat();
        let memory = &mut [0; 1024];
        let (head, key, memory) = Head::parse_with_key(proof.as_bytes(), memory).unwrap();
        let slot = KeySlot::from_proof(&key, Algorithm::Es256, PublicKey::new).unwrap();
        assert_eq!(slot.thumbprint(), Some(&hash(JKT)));
        let (signature, _) = head.decode_signature(memory).unwrap();
        let message = head.signing_input();
        assert_eq!(slot.key().verify(Algorithm::Es256, message, None, signature), Ok(()));

        let store = FixedReplayStore::<4>::new();
        let verifier = DpopVerifier::new("https://server.example.com/token", &store).unwrap();
        let bound = Bound { jkt: Some(hash(JKT)), hash: [0; 32] };
        let now = UnixTime::from_secs(1_562_262_616);
        let memory = &mut [0; 1024];
        let refused = verifier.judge(&bound, proof.as_bytes(), "POST", now, memory);
        assert_eq!(refused.unwrap_err(), Reason::InvalidProof);
        assert!(store.is_empty());
    }
}
