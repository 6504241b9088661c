//! `AccessToken`: what a token says, once it has been accepted.

use gatepost::mcp::StateOwner;
use gatepost::{Algorithm, Reason};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use crate::confirmation::Confirmation;

/// An access token that a `Validator` has accepted: its signature and every claim of the policy
/// are good.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct AccessToken {
    issuer: String,
    subject: Option<String>,
    client_id: Option<String>,
    audience: Vec<String>,
    accepted_audience: String,
    scopes: Vec<String>,
    expires_at: Option<u64>,
    issued_at: Option<u64>,
    algorithm: Option<Algorithm>,
    key_id: Option<String>,
    confirmation: gatepost::Confirmation,
    claims_json: String,
    claims: PyOnceLock<Py<PyDict>>,
}

impl AccessToken {
    /// The token, with what it is bound to: who has it at hand spares a search in the claims.
    pub(crate) fn of(
        token: &gatepost::AccessToken<'_>,
        confirmation: gatepost::Confirmation,
    ) -> Self {
        Self {
            issuer: token.issuer().to_owned(),
            subject: token.subject().map(str::to_owned),
            client_id: token.client_id().map(str::to_owned),
            audience: token.audience().map(str::to_owned).collect(),
            accepted_audience: token.accepted_audience().to_owned(),
            scopes: token.scopes().map(str::to_owned).collect(),
            expires_at: token.expires_at().map(|time| time.as_secs()),
            issued_at: token.issued_at().map(|time| time.as_secs()),
            algorithm: token.algorithm(),
            key_id: token.key_id().map(str::to_owned),
            confirmation,
            claims_json: token.claims().as_json().to_owned(),
            claims: PyOnceLock::new(),
        }
    }

    /// Whose request states are this token's.
    pub(crate) fn owner(&self) -> Result<StateOwner<'_>, Reason> {
        StateOwner::new(&self.issuer, self.subject.as_deref(), self.client_id.as_deref())
    }
}

#[pymethods]
impl AccessToken {
    /// `iss`: the policy's issuer, also where it was asked and does not name itself.
    #[getter]
    fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `sub`: the user, or the client itself; unique for this issuer only.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// `client_id`, or else `azp`: the client that the token was issued to.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// `aud`: at least one of them is the policy's.
    #[getter]
    fn audience(&self) -> Vec<String> {
        self.audience.clone()
    }

    /// The audience for which the token was accepted: the first of the policy's that it names.
    #[getter]
    fn accepted_audience(&self) -> &str {
        &self.accepted_audience
    }

    /// What `scope`, `scp` and `permissions` grant.
    #[getter]
    fn scopes(&self) -> Vec<String> {
        self.scopes.clone()
    }

    /// `exp`, in seconds since 1970, without the leeway.
    #[getter]
    fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }

    /// `iat`, in seconds since 1970; a fraction is rounded up.
    #[getter]
    fn issued_at(&self) -> Option<u64> {
        self.issued_at
    }

    /// The algorithm of the signature, such as "RS256"; None where the issuer was asked about the
    /// token.
    #[getter]
    fn algorithm(&self) -> Option<&'static str> {
        self.algorithm.map(Algorithm::name)
    }

    /// `kid` of the header: the key that it names.
    #[getter]
    fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The keys that the token is bound to (`cnf`), which its sender has proved to have;
    /// `Confirmation.NONE` for a plain bearer token.
    #[getter]
    fn confirmation(&self) -> Confirmation {
        self.confirmation.into()
    }

    /// Every claim, as Python's `json` reads it; integers of more than 4300 digits become floats.
    ///
    /// Read at the first use; it is the same dict each time.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.claims
            .get_or_try_init(py, || load(py, &self.claims_json).map(Bound::unbind))
            .map(|claims| claims.bind(py).clone())
    }

    /// Every claim, as the JSON that the token holds, or that the issuer has answered.
    #[getter]
    fn claims_json(&self) -> &str {
        &self.claims_json
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, this) = (slf.py(), slf.get());
        let issuer = PyString::new(py, &this.issuer).repr()?;
        let expires_at = this.expires_at.into_pyobject(py)?.repr()?;
        Ok(format!("AccessToken(issuer={issuer}, expires_at={expires_at})"))
    }
}

/// A JSON object that the core has read, as Python's `json` reads it.
pub(crate) fn load<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyDict>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static INTEGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let loads = LOADS.import(py, "json", "loads")?;
    let claims = match loads.call1((json,)) {
        // The core has read this JSON, so it is an integer that is too long for Python.
        Err(error) if error.is_instance_of::<PyValueError>(py) => {
            let options = PyDict::new(py);
            options.set_item("parse_int", INTEGER.import(py, "gatepost._json", "integer")?)?;
            loads.call((json,), Some(&options))?
        }
        claims => claims?,
    };
    Ok(claims.cast_into()?)
}
