//! `PresentedToken`, `DpopVerifier`, `VerifiedProof` and `Evidence`: tokens that are bound to a
//! key, and what shows that their sender has it.

use gatepost::limits::MEMORY;
use gatepost::{Reason, UnixTime};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use self_cell::{MutBorrow, self_cell};

use crate::confirmation::Confirmation;
use crate::dpop::Dpop;
use crate::dpop_nonces::DpopNonces;
use crate::token::AccessToken;
use crate::validator::Told;
use crate::{errors, input};

/// An access token that passed everything but the proof of possession.
///
/// `Validator.validate_before_proof` makes one. Where the token is bound to a key (`cnf`), its
/// bearer has shown nothing yet: no claim can be read until `prove`, or for a token that is not
/// bound `into_unbound`, has made an AccessToken of it.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct PresentedToken {
    cell: PresentedCell,
}

/// What the core's token borrows from.
struct Presented {
    compact: Vec<u8>,
    memory: MutBorrow<Box<[u8]>>,
}

type Borrowed<'p> = gatepost::PresentedToken<'p>;

self_cell!(
    struct PresentedCell {
        owner: Presented,
        #[covariant]
        dependent: Borrowed,
    }
);

impl PresentedToken {
    /// Decides over `compact`, but for the proof of possession.
    pub(crate) fn of(
        validator: &Told<'_>,
        compact: Vec<u8>,
        now: UnixTime,
    ) -> Result<Self, Reason> {
        let memory = MutBorrow::new(vec![0; MEMORY].into_boxed_slice());
        let presented = Presented { compact, memory };
        PresentedCell::try_new(presented, |presented| {
            validator.present(&presented.compact, now, presented.memory.borrow_mut())
        })
        .map(|cell| Self { cell })
    }

    fn proved_by(&self, py: Python<'_>, evidence: &gatepost::Evidence) -> PyResult<AccessToken> {
        let presented = self.cell.borrow_dependent();
        match presented.proved_by(evidence) {
            Ok(token) => Ok(AccessToken::of(token, presented.confirmation())),
            Err(reason) => Err(errors::refused(py, reason)),
        }
    }
}

#[pymethods]
impl PresentedToken {
    /// The keys that the token is bound to.
    #[getter]
    fn confirmation(&self) -> Confirmation {
        self.cell.borrow_dependent().confirmation().into()
    }

    /// Compares the client's certificate, where the token is bound to one.
    ///
    /// `prove` does so as well. Whoever takes DPoP proofs asks before `DpopVerifier.verify`:
    /// verified, a proof is spent, though nobody was let in by it. What is refused here is the
    /// token, and not its proof (RFC 8705, section 3).
    ///
    /// `certificate` is the SHA-256 of its DER form, 32 bytes, from the TLS connection that the
    /// request came through, as in `RequestHead.certificate`; None where the client showed none.
    ///
    /// Raises ProofRequiredError where the token is bound to a certificate and there is none,
    /// InvalidProofError for another one, and PolicyError for a hash that has not 32 bytes.
    fn check_certificate(
        &self,
        py: Python<'_>,
        certificate: Option<&Bound<'_, PyBytes>>,
    ) -> PyResult<()> {
        let certificate = input::certificate(py, certificate)?;
        self.cell
            .borrow_dependent()
            .check_certificate(certificate)
            .map_err(|reason| errors::refused(py, reason))
    }

    /// The access token, where `evidence` has what each key that the token is bound to asks for. A
    /// token that is not bound asks for nothing.
    ///
    /// Raises ProofRequiredError where there is no evidence of the kind that is asked for, and
    /// InvalidProofError where it is that of another key, or for another token.
    fn prove(&self, py: Python<'_>, evidence: &Evidence) -> PyResult<AccessToken> {
        self.proved_by(py, &evidence.0)
    }

    /// The access token, where it is not bound to any key: a plain bearer token.
    ///
    /// Raises ProofRequiredError where it is bound: without proof it is stolen goods.
    #[pyo3(name = "into_unbound")]
    fn unbound(&self, py: Python<'_>) -> PyResult<AccessToken> {
        self.proved_by(py, &gatepost::Evidence::NONE)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let confirmation = self.confirmation().into_pyobject(py)?.repr()?;
        Ok(format!("PresentedToken(confirmation={confirmation})"))
    }
}

/// What was shown along with a token: none, a DPoP proof, a client's certificate, or both.
///
/// `Evidence.NONE` shows nothing; `VerifiedProof.evidence` is a proof.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Evidence(gatepost::Evidence);

#[pymethods]
impl Evidence {
    #[classattr]
    #[pyo3(name = "NONE")]
    fn none() -> Self {
        Self(gatepost::Evidence::NONE)
    }

    /// This, and a certificate: the SHA-256 of its DER form, 32 bytes, from the TLS connection that
    /// the request came through and never from a header, as in `RequestHead.certificate`. With None
    /// there is no more evidence than before.
    ///
    /// Raises PolicyError for a hash that has not 32 bytes.
    fn with_certificate(
        &self,
        py: Python<'_>,
        certificate: Option<&Bound<'_, PyBytes>>,
    ) -> PyResult<Self> {
        Ok(Self(match input::certificate(py, certificate)? {
            Some(hash) => self.0.with_certificate(hash),
            None => self.0,
        }))
    }

    fn __repr__(&self) -> &'static str {
        "Evidence(...)"
    }
}

/// Verifies DPoP proofs for one resource (RFC 9449), for those who use no Guard.
///
/// `resource` is the public URL of the endpoint. `dpop` says which proofs are accepted, and
/// remembers those that were: two verifiers, or a verifier and a Guard, that are given the same one
/// accept no proof twice between them. Its `required` concerns guards alone. Safe to share between
/// threads.
///
/// A proof is checked after the token, so that strangers cost no signature here, and after the
/// client's certificate, so that none is spent over another's connection:
///
///     >>> def authenticate(validator, verifier, head):
///     ...     credentials = Credentials.from_values(head.values("Authorization"))
///     ...     if credentials.token is None:
///     ...         raise CredentialsMissingError
///     ...     presented = validator.validate_before_proof(credentials.token)
///     ...     evidence = Evidence.NONE
///     ...     if credentials.scheme == "DPoP":
///     ...         presented.check_certificate(head.certificate)
///     ...         proof = verifier.verify(presented, head.values("DPoP"), head.method)
///     ...         evidence = proof.evidence
///     ...     return presented.prove(evidence.with_certificate(head.certificate))
///
/// Raises PolicyError for a URL that is neither https nor on this machine, or has a fragment.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct DpopVerifier {
    resource: String,
    dpop: Py<Dpop>,
}

#[pymethods]
impl DpopVerifier {
    #[new]
    fn new(py: Python<'_>, resource: String, dpop: Py<Dpop>) -> PyResult<Self> {
        match dpop.get().verifier(&resource) {
            Ok(_) => Ok(Self { resource, dpop }),
            Err(_) => Err(errors::misuse(py, "resource")),
        }
    }

    /// Verifies that the sender of `token` has the key that the token is bound to.
    ///
    /// `proofs` are the values of the request's headers `DPoP`, str or bytes, of which there has to
    /// be one; `method` is the request's. `now` is in seconds since 1970, of which a fraction is
    /// dropped; `time.time()` unless given.
    ///
    /// All that RFC 9449, section 4.3, demands is checked: form and type, the key and its signature,
    /// `htm`, `htu` without query and fragment, `iat` within 300 seconds, `ath`, that the token is
    /// bound to this key, the nonce where nonces are demanded, and that the proof was not seen
    /// before.
    ///
    /// Raises ProofRequiredError without a proof, InvalidProofError for one that does not hold and
    /// for a token that is not bound to such a key, NonceRequiredError, ProofReplayedError,
    /// ReplayStoreFullError.
    #[pyo3(signature = (token, proofs, method, now = None))]
    fn verify(
        &self,
        token: &PresentedToken,
        proofs: &Bound<'_, PyAny>,
        method: &Bound<'_, PyString>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedProof> {
        let py = proofs.py();
        let now = input::time(py, now)?;
        let proofs = input::texts("proofs", proofs)?;
        let proofs = proofs.iter().map(|proof| &proof[..]);
        let (token, method) = (token.cell.borrow_dependent(), input::untrusted(method));
        let mut memory = [0; MEMORY];
        self.dpop
            .get()
            .verifier(&self.resource)
            .and_then(|it| it.verify(token, proofs, method, now, &mut memory))
            .map(VerifiedProof)
            .map_err(|reason| errors::refused(py, reason))
    }

    /// The algorithms that are accepted: for the parameter `algs` of a Challenge.
    #[getter]
    fn algorithms(&self) -> Vec<&'static str> {
        self.dpop.get().algorithms().iter().map(|algorithm| algorithm.name()).collect()
    }

    /// The nonces that are demanded, if any are: whoever lacks one is sent one in the header
    /// `DPoP-Nonce`.
    #[getter]
    fn nonces(&self, py: Python<'_>) -> Option<Py<DpopNonces>> {
        self.dpop.get().nonces().map(|nonces| nonces.clone_ref(py))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let resource = (&self.resource).into_pyobject(py)?.repr()?;
        Ok(format!("DpopVerifier(resource={resource})"))
    }
}

/// A proof that was verified: for one access token, by one key.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct VerifiedProof(gatepost::oauth::VerifiedProof);

#[pymethods]
impl VerifiedProof {
    /// The SHA-256 thumbprint of the key that signed the proof, 32 bytes (RFC 7638).
    #[getter]
    fn thumbprint<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.thumbprint())
    }

    /// The proof as evidence for the access token that it is for, and for no other:
    /// `PresentedToken.prove` takes it.
    #[getter]
    fn evidence(&self) -> Evidence {
        Evidence(self.0.evidence())
    }

    fn __repr__(&self) -> &'static str {
        "VerifiedProof(...)"
    }
}
