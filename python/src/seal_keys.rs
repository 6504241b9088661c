//! `SealKeys`: the server's own secrets.

use gatepost::Reason;
use gatepost::oauth::SealKey;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use self_cell::self_cell;
use zeroize::Zeroizing;

use crate::errors;

/// The server's own secrets, for a StateSeal and for DpopNonces.
///
/// `keys` is a dict of 1 to 16 secrets, each of 32 to 1024 random bytes, by the number from 0 to
/// 255 that stands in what it has sealed; a secret keeps its number, on every server that has it.
/// The first one seals, and what any of them has sealed is accepted. To rotate, append the new
/// secret on every server, then move it to the front, and take the old one away when what it has
/// sealed has expired.
///
/// The secrets are copied, and the copy is wiped when it is no longer used; the bytes that were
/// handed in are Python's.
///
/// Raises KeySetError for what is no secret, and PolicyError.
///
/// >>> import secrets
/// >>> SealKeys({2: secrets.token_bytes(32), 1: secrets.token_bytes(32)})
/// SealKeys(numbers=[2, 1])
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct SealKeys {
    cell: KeysCell,
}

type Secrets = Vec<(u8, Zeroizing<Vec<u8>>)>;
type Borrowed<'k> = Vec<SealKey<'k>>;

self_cell!(
    struct KeysCell {
        owner: Secrets,
        #[covariant]
        dependent: Borrowed,
    }
);

#[pymethods]
impl SealKeys {
    #[new]
    fn new(keys: &Bound<'_, PyDict>) -> PyResult<Self> {
        let py = keys.py();
        let mut secrets = Secrets::new();
        for (number, secret) in keys.iter() {
            let number = number.extract().map_err(|error: PyErr| {
                let is_outside = error.is_instance_of::<PyOverflowError>(py);
                if is_outside { errors::misuse(py, "the number of a key") } else { error }
            })?;
            let secret = secret.cast::<PyBytes>()?.as_bytes();
            secrets.push((number, Zeroizing::new(secret.to_vec())));
        }
        let cell = KeysCell::try_new(secrets, |secrets| {
            secrets.iter().map(|(number, secret)| SealKey::new(*number, secret)).collect()
        })
        .map_err(|reason| errors::keys_refused(py, reason))?;
        gatepost::oauth::SealKeys::new(cell.borrow_dependent())
            .map_err(|_| errors::misuse(py, "keys"))?;
        Ok(Self { cell })
    }

    fn __repr__(&self) -> String {
        let numbers: Vec<u8> = self.cell.borrow_owner().iter().map(|(number, _)| *number).collect();
        format!("SealKeys(numbers={numbers:?})")
    }
}

impl SealKeys {
    /// The core's view of these keys.
    pub(crate) fn borrowed(&self) -> Result<gatepost::oauth::SealKeys<'_>, Reason> {
        gatepost::oauth::SealKeys::new(self.cell.borrow_dependent())
    }
}
