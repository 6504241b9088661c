//! `Response`: what to answer a request that goes no further.

use gatepost::Reason;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// An answer to send as it is: a refusal, a document, or the answer to a preflight request.
///
/// Nothing in it comes from the request but the `id` of a JSON-RPC message, and the names of headers
/// `Mcp-Param-…` that a browser asks for.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    reason: Option<Reason>,
}

impl From<&gatepost::mcp::Response<'_>> for Response {
    fn from(response: &gatepost::mcp::Response<'_>) -> Self {
        let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
        Self {
            status: response.status(),
            headers: response.headers().iter().map(owned).collect(),
            body: response.body().to_owned(),
            reason: response.reason(),
        }
    }
}

#[pymethods]
impl Response {
    /// The HTTP status.
    #[getter]
    fn status(&self) -> u16 {
        self.status
    }

    /// Names and values, all in ASCII; a name may come twice.
    #[getter]
    fn headers(&self) -> Vec<(&'static str, String)> {
        self.headers.clone()
    }

    /// JSON, or nothing.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.body.as_bytes())
    }

    /// The name of the reason, such as "expired"; None where nothing is refused.
    #[getter]
    fn reason(&self) -> Option<&'static str> {
        self.reason.map(Reason::name)
    }

    /// The number of the reason.
    #[getter]
    fn number(&self) -> Option<u16> {
        self.reason.map(Reason::number)
    }

    fn __repr__(&self) -> String {
        match self.reason {
            Some(reason) => format!("Response(status={}, reason='{}')", self.status, reason.name()),
            None => format!("Response(status={})", self.status),
        }
    }
}
