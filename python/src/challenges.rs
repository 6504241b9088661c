//! `parse_challenges` and `ParsedChallenge`: what a client is answered with.

use gatepost::Reason;
use gatepost::limits::MAX_CHALLENGES_LEN;
use gatepost::oauth::{Challenges, Scheme};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::{errors, input};

/// Reads the value of a header `WWW-Authenticate`, str or bytes, of at most 8192 bytes: any number
/// of challenges, none included. Of several headers each may be read by itself, or all of them
/// joined by commas.
///
/// Raises InvalidChallengeError for what is no list of challenges, OAuthError ("too_large").
///
///     >>> [challenge] = parse_challenges(
///     ...     'Bearer error="insufficient_scope", scope="files:read", '
///     ...     'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource"'
///     ... )
///     >>> challenge.scheme, challenge.error, challenge.scope
///     ('Bearer', 'insufficient_scope', 'files:read')
///     >>> challenge.resource_metadata
///     'https://mcp.example.com/.well-known/oauth-protected-resource'
#[pyfunction]
pub(crate) fn parse_challenges(header: &Bound<'_, PyAny>) -> PyResult<Vec<ParsedChallenge>> {
    let value =
        input::text(header).ok_or_else(|| input::wrong_type("header", "str or bytes", header))?;
    match Challenges::parse(value) {
        Ok(challenges) => Ok(challenges.map(|challenge| (&challenge).into()).collect()),
        Err(reason) => Err(errors::oauth_refused(header.py(), reason)),
    }
}

/// A challenge that a server has sent. Nobody vouches for what it says.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ParsedChallenge {
    scheme: String,
    token68: Option<String>,
    parameters: Vec<(String, String)>,
    resource_metadata: Result<Option<String>, Reason>,
}

impl From<&gatepost::oauth::ParsedChallenge<'_>> for ParsedChallenge {
    fn from(challenge: &gatepost::oauth::ParsedChallenge<'_>) -> Self {
        let known = [Scheme::Bearer, Scheme::Dpop].into_iter().find(|it| challenge.is(*it));
        let parameters = challenge.parameters().map(|parameter| {
            let value: Vec<u8> = parameter.bytes().collect();
            // What is not UTF-8 becomes U+FFFD, which stands in no scope and no URL.
            let value = String::from_utf8_lossy(&value).into_owned();
            (parameter.name().to_ascii_lowercase(), value)
        });
        let mut memory = [0; MAX_CHALLENGES_LEN];
        let resource_metadata = challenge.resource_metadata(&mut memory);
        Self {
            scheme: known.map_or_else(|| challenge.scheme(), |it| it.name()).to_owned(),
            token68: challenge.token68().map(str::to_owned),
            parameters: parameters.collect(),
            resource_metadata: resource_metadata.map(|url| url.map(str::to_owned)),
        }
    }
}

#[pymethods]
impl ParsedChallenge {
    /// The name of the scheme: "Bearer" and "DPoP" so, however the server writes them, any other
    /// one as it stands there.
    #[getter]
    fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The token68 that some schemes have in place of parameters.
    #[getter]
    fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// The parameters, their names in lower case. What is not UTF-8 in a value becomes U+FFFD.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let parameters = PyDict::new(py);
        for (name, value) in &self.parameters {
            parameters.set_item(name, value)?;
        }
        Ok(parameters)
    }

    /// Why the request was refused, such as "invalid_token"; None where it had no credentials.
    #[getter]
    fn error(&self) -> Option<&str> {
        self.parameter("error")
    }

    /// The scopes that are needed, words with a space between; an empty one is None.
    #[getter]
    fn scope(&self) -> Option<&str> {
        self.parameter("scope").filter(|scope| !scope.is_empty())
    }

    /// The URL of the resource's metadata: a client asks there, and only where there is none at
    /// `resource_metadata_urls`.
    ///
    /// Raises InvalidChallengeError for what is no URL with https, or http on this machine.
    #[getter]
    fn resource_metadata(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        match &self.resource_metadata {
            Ok(url) => Ok(url.as_deref()),
            Err(reason) => Err(errors::oauth_refused(py, *reason)),
        }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let scheme = PyString::new(slf.py(), &slf.get().scheme).repr()?;
        Ok(format!("ParsedChallenge(scheme={scheme})"))
    }
}

impl ParsedChallenge {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| &value[..])
    }
}
