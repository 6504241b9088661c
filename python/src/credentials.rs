//! `Credentials`: what a request presents to be let in.

use gatepost::oauth::Scheme;
use pyo3::prelude::*;

use crate::{errors, input};

/// The access token of a request, and how it is presented.
///
/// It comes from the header `Authorization` alone: a token in the URL or the body is never looked
/// at.
///
/// >>> head = RequestHead("POST", "/mcp", [(b"authorization", b"bearer eyJ.e30.c2ln")])
/// >>> credentials = Credentials.from_values(head.values("Authorization"))
/// >>> credentials.scheme, credentials.token
/// ('Bearer', 'eyJ.e30.c2ln')
/// >>> Credentials.from_values(["Basic dTpw"]).token is None
/// True
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Credentials {
    presented: Option<(Scheme, String)>,
}

#[pymethods]
impl Credentials {
    /// Reads the values of all the headers `Authorization` of a request, str or bytes.
    ///
    /// There may be one header, with one scheme, in any case, and one token. An empty one is as
    /// good as none, and so is a scheme that brings no access token, such as Basic.
    ///
    /// Raises SeveralCredentialsError for more than one header, or more than one scheme in it,
    /// InvalidCredentialsError for anything else that is not a scheme and one token.
    #[staticmethod]
    fn from_values(values: &Bound<'_, PyAny>) -> PyResult<Self> {
        use gatepost::oauth::Credentials;

        let presented = match Credentials::from_values(&input::texts("values", values)?) {
            Ok(Credentials::Missing) => None,
            Ok(Credentials::Bearer(token)) => Some((Scheme::Bearer, token.to_owned())),
            Ok(Credentials::Dpop(token)) => Some((Scheme::Dpop, token.to_owned())),
            Err(reason) => return Err(errors::refused(values.py(), reason)),
        };
        Ok(Self { presented })
    }

    /// "Bearer" for a token that whoever has it may use, "DPoP" for one that a proof of possession
    /// comes with; None where there is no token.
    #[getter]
    fn scheme(&self) -> Option<&'static str> {
        self.presented.as_ref().map(|(scheme, _)| scheme.name())
    }

    /// The token, which nobody has judged yet.
    #[getter]
    fn token(&self) -> Option<&str> {
        self.presented.as_ref().map(|(_, token)| &token[..])
    }

    fn __repr__(&self) -> String {
        // Nothing of a token is printed, lest it end up in a log.
        match self.scheme() {
            Some(scheme) => format!("Credentials(scheme='{scheme}')"),
            None => "Credentials(scheme=None)".to_owned(),
        }
    }
}
