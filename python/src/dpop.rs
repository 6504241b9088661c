//! `Dpop`: proofs of possession, and the memory for those that were seen.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gatepost::oauth::{DpopVerifier, ProofFingerprint, ReplayStore, ResourceMetadata};
use gatepost::{Algorithms, Reason, UnixTime};
use pyo3::prelude::*;

use crate::dpop_nonces::DpopNonces;
use crate::{errors, input};

/// How a Guard, or a DpopVerifier, takes proofs of possession (DPoP, RFC 9449).
///
/// With `required` no token is accepted that is not bound to a key. `algorithms` are those of
/// proofs: every asymmetric one unless given. Each proof is accepted once: up to `max_proofs` are
/// remembered, for 5 to 10 minutes, and a request beyond is answered with 503. The memory is this
/// object's and this process's: several processes do not know of one another's proofs. With
/// `nonces`, each proof must hold one of these.
///
/// Raises PolicyError.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Dpop {
    is_required: bool,
    algorithms: Algorithms,
    store: ProofStore,
    nonces: Option<Py<DpopNonces>>,
}

#[pymethods]
impl Dpop {
    #[new]
    #[pyo3(
        signature = (*, required = false, algorithms = None, max_proofs = 100_000, nonces = None),
        text_signature = "(*, required=False, algorithms=None, max_proofs=100000, nonces=None)"
    )]
    fn new(
        py: Python<'_>,
        required: bool,
        algorithms: Option<Vec<String>>,
        max_proofs: usize,
        nonces: Option<Py<DpopNonces>>,
    ) -> PyResult<Self> {
        let algorithms = match algorithms {
            Some(names) => input::algorithms(py, &names)?,
            None => Algorithms::ASYMMETRIC,
        };
        if algorithms.is_empty() || algorithms.iter().any(|algorithm| algorithm.is_symmetric()) {
            return Err(errors::misuse(py, "algorithms"));
        }
        if max_proofs == 0 {
            return Err(errors::misuse(py, "max_proofs"));
        }
        let store = ProofStore::new(max_proofs);
        Ok(Self { is_required: required, algorithms, store, nonces })
    }

    fn __repr__(&self) -> String {
        let required = if self.is_required { "True" } else { "False" };
        format!("Dpop(required={required})")
    }
}

impl Dpop {
    /// The metadata, with what they say of proofs.
    pub(crate) fn advertise<'m>(
        &self,
        metadata: ResourceMetadata<'m>,
    ) -> Result<ResourceMetadata<'m>, Reason> {
        metadata.with_dpop(self.algorithms, self.is_required)
    }

    /// `guard`, taking proofs.
    pub(crate) fn guard<'g>(
        &'g self,
        guard: gatepost::mcp::Guard<'g>,
        resource: &'g str,
    ) -> Result<gatepost::mcp::Guard<'g, &'g ProofStore>, Reason> {
        guard.with_dpop(self.verifier(resource)?, self.is_required)
    }

    /// The core's verifier of proofs for this resource.
    pub(crate) fn verifier<'v>(
        &'v self,
        resource: &'v str,
    ) -> Result<DpopVerifier<'v, &'v ProofStore>, Reason> {
        let verifier =
            DpopVerifier::new(resource, &self.store)?.with_algorithms(self.algorithms)?;
        Ok(match &self.nonces {
            Some(nonces) => verifier.with_nonces(nonces.get().borrowed()?),
            None => verifier,
        })
    }

    pub(crate) const fn algorithms(&self) -> Algorithms {
        self.algorithms
    }

    pub(crate) const fn nonces(&self) -> Option<&Py<DpopNonces>> {
        self.nonces.as_ref()
    }
}

/// Proofs that were accepted, for all threads.
pub(crate) struct ProofStore {
    most: usize,
    seen: Mutex<Seen>,
}

struct Seen {
    expiries: HashMap<ProofFingerprint, UnixTime>,
    /// The latest expiry of a proof that was forgotten.
    forgotten: UnixTime,
    /// No proof expires before.
    next_expiry: UnixTime,
}

const NEVER: UnixTime = UnixTime::from_secs(u64::MAX);

impl ProofStore {
    fn new(most: usize) -> Self {
        let seen = Seen {
            expiries: HashMap::new(),
            forgotten: UnixTime::from_secs(0),
            next_expiry: NEVER,
        };
        Self { most, seen: Mutex::new(seen) }
    }
}

impl ReplayStore for ProofStore {
    fn insert(
        &self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason> {
        // Nothing that can panic leaves it half changed.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(proof, expires_at, now, self.most)
    }
}

impl Seen {
    fn insert(
        &mut self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
        most: usize,
    ) -> Result<(), Reason> {
        // One that was forgotten counts as seen: nothing tells it from another, where the clock
        // was set back.
        if self.expiries.contains_key(proof) || expires_at <= self.forgotten {
            return Err(Reason::ProofReplayed);
        }
        // Only where one has expired, so that a full store is not gone through for each request.
        if self.expiries.len() >= most && self.next_expiry <= now {
            self.forget_expired(now);
        }
        if self.expiries.len() >= most {
            return Err(Reason::ReplayStoreFull);
        }
        self.next_expiry = self.next_expiry.min(expires_at);
        self.expiries.insert(*proof, expires_at);
        Ok(())
    }

    fn forget_expired(&mut self, now: UnixTime) {
        let (mut forgotten, mut next_expiry) = (self.forgotten, NEVER);
        self.expiries.retain(|_, expires_at| {
            let is_remembered = *expires_at > now;
            if is_remembered {
                next_expiry = next_expiry.min(*expires_at);
            } else {
                forgotten = forgotten.max(*expires_at);
            }
            is_remembered
        });
        (self.forgotten, self.next_expiry) = (forgotten, next_expiry);
    }
}
