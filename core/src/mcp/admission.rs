//! Whether the token of a request lets its bearer in, and the proof that comes with it.

use super::Authority;
use super::answers::Fault;
use super::guard::{Dpop, Guard};
use crate::oauth::{ReplayStore, RequestHead, Scheme};
use crate::{AccessToken, Evidence, PresentedToken, Reason, UnixTime};

impl<S: ReplayStore> Guard<'_, S> {
    /// A token sent as `Bearer`, which must not be bound to a key for proofs.
    ///
    /// A refusal names the scheme that was sent; none where the token is bound to such a key, so
    /// that its client learns where to use the key: it is offered all schemes (RFC 9449, section
    /// 7.2).
    pub(super) fn admit_bearer<'m>(
        &self,
        token: &'m str,
        head: &RequestHead<'_>,
        authority: &impl Authority,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Result<AccessToken<'m>, (Reason, Option<Scheme>)> {
        let as_bearer = |reason| (reason, Some(Scheme::Bearer));
        let presented = self.validate(token, authority, now, memory).map_err(as_bearer)?;
        if self.dpop.as_ref().is_some_and(|dpop| dpop.is_required) {
            return Err(as_bearer(Reason::ProofRequired));
        }
        let is_for_proofs = presented.confirmation().jkt.is_some();
        presented
            .prove(&with_certificate(Evidence::NONE, head))
            .map_err(|reason| if is_for_proofs { (reason, None) } else { as_bearer(reason) })
    }

    /// A token sent as `DPoP`, with its proof. The certificate comes first: a proof is spent once it
    /// is verified, and is not at fault where the connection is that of another client.
    pub(super) fn admit_dpop<'m>(
        &self,
        token: &'m str,
        head: &RequestHead<'_>,
        authority: &impl Authority,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Result<AccessToken<'m>, (Reason, Fault)> {
        let of_token = |reason| (reason, Fault::OfToken);
        let of_proof = |reason| (reason, Fault::OfProof);
        let Some(Dpop { verifier, .. }) = &self.dpop else {
            return Err(of_proof(Reason::ProofRequired));
        };
        let mut presented = self.validate(token, authority, now, memory).map_err(of_token)?;
        presented.check_certificate(head.certificate).map_err(of_token)?;
        let rest = presented.take_memory();
        let proof = verifier
            .verify(&presented, head.values("dpop"), head.method, now, rest)
            .map_err(of_proof)?;
        presented.prove(&with_certificate(proof.evidence(), head)).map_err(of_proof)
    }

    fn validate<'m>(
        &self,
        token: &'m str,
        authority: &impl Authority,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Result<PresentedToken<'m>, Reason> {
        authority
            .validate(token, now, memory)
            .map_err(|reason| self.provider.judge_foreign_token(token, reason))
    }
}

fn with_certificate(evidence: Evidence, head: &RequestHead<'_>) -> Evidence {
    match head.certificate {
        Some(hash) => evidence.with_certificate(hash),
        None => evidence,
    }
}
