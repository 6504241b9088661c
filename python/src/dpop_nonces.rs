//! `DpopNonces`: nonces of the server's own.

use gatepost::Reason;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::input::Seconds;
use crate::seal_keys::SealKeys;
use crate::{errors, input};

/// Nonces for proofs of possession (RFC 9449, section 9), which the server need not remember: the
/// time at which each was made, authenticated with `keys`. Each is good for `lifetime` seconds, at
/// most 3600.
///
/// A client puts the newest one that it was given into its proofs, so that proofs cannot be made
/// long before they are used. A Guard with `Dpop(nonces=...)` demands one in each proof, and hands
/// one out where it is missing or too old. Servers that share their keys take one another's.
///
/// Raises PolicyError.
///
/// >>> import secrets
/// >>> nonces = DpopNonces(SealKeys({1: secrets.token_bytes(32)}), lifetime=300)
/// >>> nonce = nonces.write(now=1_700_000_000)
/// >>> nonces.is_good(nonce, now=1_700_000_299), nonces.is_good(nonce, now=1_700_000_300)
/// (True, False)
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct DpopNonces {
    keys: Py<SealKeys>,
    lifetime: u32,
}

#[pymethods]
impl DpopNonces {
    #[new]
    fn new(py: Python<'_>, keys: Py<SealKeys>, lifetime: Seconds) -> PyResult<Self> {
        let this = Self { keys, lifetime: lifetime.0 };
        match this.borrowed() {
            Ok(_) => Ok(this),
            Err(_) => Err(errors::misuse(py, "lifetime")),
        }
    }

    /// The nonce of `now`, 32 characters, for the header "DPoP-Nonce".
    ///
    /// `now` is in seconds since 1970, of which a fraction is dropped; `time.time()` unless given.
    ///
    /// Raises PolicyError for a time that has more than 56 bits.
    #[pyo3(signature = (now = None))]
    fn write(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
        let now = input::time(py, now)?;
        let mut memory = [0; 32];
        self.borrowed()
            .and_then(|nonces| nonces.write(now, &mut memory).map(str::to_owned))
            .map_err(|reason| errors::refused(py, reason))
    }

    /// Whether `nonce` was made here, or by another server with the same keys, and has not
    /// expired.
    #[pyo3(signature = (nonce, now = None))]
    fn is_good(
        &self,
        py: Python<'_>,
        nonce: &Bound<'_, PyString>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let now = input::time(py, now)?;
        Ok(self.borrowed().is_ok_and(|nonces| nonces.is_good(input::untrusted(nonce), now)))
    }

    fn __repr__(&self) -> String {
        format!("DpopNonces(lifetime={})", self.lifetime)
    }
}

impl DpopNonces {
    /// The core's view of these nonces.
    pub(crate) fn borrowed(&self) -> Result<gatepost::oauth::DpopNonces<'_>, Reason> {
        gatepost::oauth::DpopNonces::new(self.keys.get().borrowed()?, self.lifetime)
    }
}
