//! `LegacyServerMetadata`: for clients of the MCP revision 2025-03-26.

use gatepost::Reason;
use pyo3::prelude::*;

use crate::errors;

/// The metadata of the authorization server, served by the MCP server itself for clients of the MCP
/// revision 2025-03-26, which take it for their authorization server.
///
/// `audience` is added to the authorization endpoint, for clients that send no `resource`.
///
/// Raises PolicyError.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct LegacyServerMetadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    audience: Option<String>,
}

#[pymethods]
impl LegacyServerMetadata {
    #[new]
    #[pyo3(signature = (issuer, authorization_endpoint, token_endpoint, *, audience = None))]
    fn new(
        py: Python<'_>,
        issuer: String,
        authorization_endpoint: String,
        token_endpoint: String,
        audience: Option<String>,
    ) -> PyResult<Self> {
        let this = Self { issuer, authorization_endpoint, token_endpoint, audience };
        match this.borrowed() {
            Ok(_) => Ok(this),
            Err(_) => Err(errors::misuse(py, "an endpoint, the issuer or the audience")),
        }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let issuer = (&slf.get().issuer).into_pyobject(slf.py())?.repr()?;
        Ok(format!("LegacyServerMetadata(issuer={issuer})"))
    }
}

impl LegacyServerMetadata {
    /// The core's view of this document.
    pub(crate) fn borrowed(&self) -> Result<gatepost::oauth::LegacyServerMetadata<'_>, Reason> {
        let document = gatepost::oauth::LegacyServerMetadata::new(
            &self.issuer,
            &self.authorization_endpoint,
            &self.token_endpoint,
        )?;
        match &self.audience {
            Some(audience) => document.with_audience(audience),
            None => Ok(document),
        }
    }
}
