//! `Confirmation`: the keys that a token is bound to.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The keys that a token is bound to: those members of its claim `cnf` that are understood.
///
/// Where there are two, the sender has to show that it has both. `Confirmation.NONE` is that of a
/// plain bearer token.
///
/// >>> Confirmation.NONE
/// Confirmation(jkt=None, x5t_s256=None)
/// >>> Confirmation.NONE.is_bound
/// False
#[pyclass(frozen, eq, hash, module = "gatepost")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Confirmation {
    jkt: Option<[u8; 32]>,
    x5t_s256: Option<[u8; 32]>,
}

impl From<gatepost::Confirmation> for Confirmation {
    fn from(confirmation: gatepost::Confirmation) -> Self {
        Self { jkt: confirmation.jkt, x5t_s256: confirmation.x5t_s256 }
    }
}

#[pymethods]
impl Confirmation {
    #[classattr]
    #[pyo3(name = "NONE")]
    fn none() -> Self {
        gatepost::Confirmation::NONE.into()
    }

    /// The SHA-256 thumbprint of a key that DPoP proofs are signed with, 32 bytes (RFC 9449,
    /// section 6.1).
    #[getter]
    fn jkt<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.jkt.map(|hash| PyBytes::new(py, &hash))
    }

    /// `x5t#S256`: the SHA-256 of the DER form of a client's certificate, 32 bytes (RFC 8705,
    /// section 3.1).
    #[getter]
    fn x5t_s256<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.x5t_s256.map(|hash| PyBytes::new(py, &hash))
    }

    /// Whether there is a key that the token is bound to.
    #[getter]
    fn is_bound(&self) -> bool {
        self.jkt.is_some() || self.x5t_s256.is_some()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let jkt = self.jkt(py).into_pyobject(py)?.repr()?;
        let x5t_s256 = self.x5t_s256(py).into_pyobject(py)?.repr()?;
        Ok(format!("Confirmation(jkt={jkt}, x5t_s256={x5t_s256})"))
    }
}
