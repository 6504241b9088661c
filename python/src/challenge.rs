//! `Challenge`: the answer to a request that is not let in.

use gatepost::oauth::Scheme;
use gatepost::{Algorithms, Reason};
use pyo3::prelude::*;

use crate::memory::growing;
use crate::{errors, input};

/// The value of a header `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1; RFC 9449,
/// section 7.1), for those who use no Guard.
///
/// `scheme` is "Bearer" or "DPoP", `resource_metadata` the URL of the resource's metadata. `reason`
/// is the name of the reason, such as `reason` of a TokenError: one that concerns no credentials,
/// or that there are none, sets no `error`. `scope` names all the scopes that are needed, words with
/// a space between; `realm` the part of the server that is protected; `algorithms` those that proofs
/// of possession may be signed with, for "DPoP" alone.
///
/// Values hold no `"`, `\` or control characters, so nothing can break out of them, and no name of a
/// parameter with `=`, for which some clients search.
///
/// Raises PolicyError for any other.
///
/// >>> metadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
/// >>> Challenge("Bearer", metadata, scope="files:read").write()
/// 'Bearer scope="files:read", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Challenge {
    scheme: Scheme,
    resource_metadata: String,
    reason: Option<Reason>,
    scope: Option<String>,
    realm: Option<String>,
    algorithms: Option<Algorithms>,
}

#[pymethods]
impl Challenge {
    #[new]
    #[pyo3(signature = (
        scheme, resource_metadata, *, reason = None, scope = None, realm = None, algorithms = None,
    ))]
    fn new(
        py: Python<'_>,
        scheme: &str,
        resource_metadata: String,
        reason: Option<&str>,
        scope: Option<String>,
        realm: Option<String>,
        algorithms: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let this = Self {
            scheme: input::scheme(py, scheme)?,
            resource_metadata,
            reason: reason.map(|name| input::reason(py, name)).transpose()?,
            scope,
            realm,
            algorithms: algorithms.map(|names| input::algorithms(py, &names)).transpose()?,
        };
        match this.borrowed() {
            Ok(_) => Ok(this),
            Err(part) => Err(errors::misuse(py, part)),
        }
    }

    /// The header's value: visible ASCII and spaces, at most 8192 characters.
    fn write(&self, py: Python<'_>) -> PyResult<String> {
        let challenge = self.borrowed().map_err(|part| errors::misuse(py, part))?;
        growing(|memory| challenge.write(memory).map(str::to_owned))
            .map_err(|reason| errors::oauth_refused(py, reason))
    }

    fn __repr__(&self) -> String {
        format!("Challenge(scheme='{}')", self.scheme.name())
    }
}

impl Challenge {
    /// The core's challenge, or which part makes no sense.
    fn borrowed(&self) -> Result<gatepost::oauth::Challenge<'_>, &'static str> {
        let part = |name| move |_: Reason| name;
        let mut challenge = gatepost::oauth::Challenge::new(self.scheme, &self.resource_metadata)
            .map_err(part("resource_metadata"))?;
        if let Some(reason) = self.reason {
            challenge = challenge.with_reason(reason);
        }
        if let Some(scope) = &self.scope {
            challenge = challenge.with_scope(scope).map_err(part("scope"))?;
        }
        if let Some(realm) = &self.realm {
            challenge = challenge.with_realm(realm).map_err(part("realm"))?;
        }
        if let Some(algorithms) = self.algorithms {
            challenge = challenge.with_algorithms(algorithms).map_err(part("algorithms"))?;
        }
        Ok(challenge)
    }
}
