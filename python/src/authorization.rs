//! The requests with which a client obtains a token, and what it checks of the answer.

use gatepost::Reason;
use gatepost::oauth::Grant;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::memory::growing;
use crate::metadata::{ResourceMetadataDocument, ServerMetadata};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::{errors, input};

/// An authorization request: where the client sends whoever uses it.
///
/// `resource` is that of the `ResourceMetadataDocument`, `redirect_uri` a registered one, `state`
/// random and used once, and `scope` words with a space between, as `initial_scope` gives them.
/// `audience` is for a server that heeds it and perhaps not the `resource`, such as Auth0. Before
/// the client sends anybody away it keeps, under `state`, the code verifier, the server's `issuer`
/// and its `sends_issuer`, and the `scope`.
///
///     >>> server = ServerMetadata.parse(
///     ...     '{"issuer": "https://id.example", "response_types_supported": ["code"],'
///     ...     ' "authorization_endpoint": "https://id.example/go",'
///     ...     ' "token_endpoint": "https://id.example/token",'
///     ...     ' "code_challenge_methods_supported": ["S256"]}',
///     ...     "https://id.example",
///     ... )
///     >>> verifier = CodeVerifier.generate()
///     >>> request = AuthorizationRequest(
///     ...     client_id="s6BhdRkqt3",
///     ...     redirect_uri="http://127.0.0.1:3000/callback",
///     ...     resource="https://mcp.example.com/mcp",
///     ...     state="af0ifjsldkj",
///     ...     code_challenge=verifier.challenge(),
///     ... )
///     >>> request.url(server).partition("&")[0]
///     'https://id.example/go?response_type=code'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct AuthorizationRequest {
    #[pyo3(get)]
    client_id: String,
    #[pyo3(get)]
    redirect_uri: String,
    #[pyo3(get)]
    resource: String,
    #[pyo3(get)]
    state: String,
    code_challenge: Py<CodeChallenge>,
    #[pyo3(get)]
    audience: Option<String>,
    #[pyo3(get)]
    scope: Option<String>,
}

#[pymethods]
impl AuthorizationRequest {
    #[new]
    #[pyo3(signature = (
        *, client_id, redirect_uri, resource, state, code_challenge, audience = None, scope = None
    ))]
    fn new(
        client_id: String,
        redirect_uri: String,
        resource: String,
        state: String,
        code_challenge: Py<CodeChallenge>,
        audience: Option<String>,
        scope: Option<String>,
    ) -> Self {
        Self { client_id, redirect_uri, resource, state, code_challenge, audience, scope }
    }

    /// The URL at this server, with the code challenge and the `resource` always.
    ///
    /// Raises what `ServerMetadata.require_code_flow` does, PkceNotSupportedError among it, and
    /// PolicyError for an empty value or a `resource` that is no absolute URI without a fragment.
    fn url(&self, server: &Bound<'_, ServerMetadata>) -> PyResult<String> {
        let request = gatepost::oauth::AuthorizationRequest {
            client_id: &self.client_id,
            redirect_uri: &self.redirect_uri,
            resource: &self.resource,
            audience: self.audience.as_deref(),
            scope: self.scope.as_deref(),
            state: &self.state,
            code_challenge: self.code_challenge.get().text(),
        };
        let metadata = server.get().borrowed();
        growing(|memory| request.write_url(metadata, memory).map(str::to_owned))
            .map_err(|reason| errors::oauth_refused(server.py(), reason))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // The state is nobody else's business.
        let resource = PyString::new(slf.py(), &slf.get().resource).repr()?;
        Ok(format!("AuthorizationRequest(resource={resource})"))
    }
}

/// A token request of a client without a secret, made by `authorization_code` or `refresh_token`.
///
///     >>> request = TokenRequest.refresh_token(
///     ...     refresh_token="tGzv3JOkF0XG5Qx2TlKWIA",
///     ...     client_id="s6BhdRkqt3",
///     ...     resource="https://mcp.example.com/mcp",
///     ... )
///     >>> request.body.partition(b"&")[0]
///     b'grant_type=refresh_token'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct TokenRequest(String);

#[pymethods]
impl TokenRequest {
    /// Redeems the code of an authorization response, with the `redirect_uri` and the `resource` of
    /// the authorization request.
    ///
    /// Raises PolicyError for an empty value, and for a `resource` that is no absolute URI without
    /// a fragment.
    #[staticmethod]
    #[pyo3(signature = (*, code, redirect_uri, code_verifier, client_id, resource))]
    fn authorization_code(
        code: &Bound<'_, PyString>,
        redirect_uri: &str,
        code_verifier: &Bound<'_, CodeVerifier>,
        client_id: &str,
        resource: &str,
    ) -> PyResult<Self> {
        let code_verifier = code_verifier.get().text();
        let grant = Grant::AuthorizationCode { code: code.to_str()?, redirect_uri, code_verifier };
        Self::of(code.py(), grant, client_id, resource)
    }

    /// Redeems a refresh token.
    ///
    /// Raises PolicyError as `authorization_code` does.
    #[staticmethod]
    #[pyo3(signature = (*, refresh_token, client_id, resource))]
    fn refresh_token(
        py: Python<'_>,
        refresh_token: &str,
        client_id: &str,
        resource: &str,
    ) -> PyResult<Self> {
        Self::of(py, Grant::RefreshToken { refresh_token }, client_id, resource)
    }

    /// The body, of the type application/x-www-form-urlencoded. It holds secrets.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.as_bytes())
    }

    fn __repr__(&self) -> &'static str {
        "TokenRequest(...)"
    }
}

impl TokenRequest {
    fn of(py: Python<'_>, grant: Grant<'_>, client_id: &str, resource: &str) -> PyResult<Self> {
        let request = gatepost::oauth::TokenRequest { grant, client_id, resource };
        growing(|memory| request.write_body(memory).map(str::to_owned))
            .map(Self)
            .map_err(|reason| errors::oauth_refused(py, reason))
    }
}

/// Demands that an authorization response, of success or of failure, comes from the server that the
/// client sent somebody to (RFC 9207, section 2.4).
///
/// `recorded` and `sends_issuer` are those of the `ServerMetadata`, kept with the request; `iss` is
/// the parameter of the response, compared byte for byte. On a mismatch nothing of the response is
/// to be used or shown, its error text neither.
///
/// Raises IssuerMismatchError for another issuer, and for none where one was promised.
///
///     >>> verify_authorization_response_issuer("https://id.example", True, "https://id.example")
///     >>> verify_authorization_response_issuer("https://id.example", True, None)
///     Traceback (most recent call last):
///         ...
///     gatepost.exceptions.IssuerMismatchError: the token is from another issuer
#[pyfunction]
#[pyo3(signature = (recorded, sends_issuer, iss))]
pub(crate) fn verify_authorization_response_issuer(
    py: Python<'_>,
    recorded: &str,
    sends_issuer: bool,
    iss: Option<&Bound<'_, PyString>>,
) -> PyResult<()> {
    let iss = iss.map(input::untrusted);
    gatepost::oauth::verify_authorization_response_issuer(recorded, sends_issuer, iss)
        .map_err(|reason| errors::refused(py, reason))
}

/// The `scope` of a client's first authorization request: the `challenged` one, if the 401 named
/// some, else all that `resource` advertises, else None, and the parameter is left out.
///
/// Raises InvalidMetadataError for what is no scope, OAuthError ("too_large") for more than 256.
///
///     >>> resource = ResourceMetadataDocument.parse(
///     ...     '{"resource": "https://mcp.example.com/mcp",'
///     ...     ' "authorization_servers": ["https://id.example"],'
///     ...     ' "scopes_supported": ["mcp:tools", "mcp:read"]}',
///     ...     "https://mcp.example.com/mcp",
///     ... )
///     >>> initial_scope("files:read", resource), initial_scope(None, resource)
///     ('files:read', 'mcp:tools mcp:read')
#[pyfunction]
#[pyo3(signature = (challenged, resource))]
pub(crate) fn initial_scope(
    challenged: Option<&Bound<'_, PyString>>,
    resource: &Bound<'_, ResourceMetadataDocument>,
) -> PyResult<Option<String>> {
    let challenged = challenged.map(input::untrusted);
    let document = resource.get().borrowed();
    let write = |memory: &mut [u8]| -> Result<Option<String>, Reason> {
        let scope = gatepost::oauth::initial_scope(challenged, document, memory)?;
        Ok(scope.map(str::to_owned))
    };
    growing(write).map_err(|reason| errors::oauth_refused(resource.py(), reason))
}

/// The `scope` with which a client asks for more: what it `requested` before and what the challenge
/// names now, each once, so that nothing that was granted is lost.
///
/// None where all that is `challenged` was requested already: the authorization server did not
/// grant it, and to ask again is how clients come to loop. A client remembers that for the
/// operation.
///
/// Raises InvalidMetadataError for what is no scope, OAuthError ("too_large") for more than 256.
///
///     >>> step_up_scope("a:read", "b:write")
///     'a:read b:write'
///     >>> step_up_scope("a:read b:write", "b:write") is None
///     True
#[pyfunction]
pub(crate) fn step_up_scope(
    py: Python<'_>,
    requested: &str,
    challenged: &Bound<'_, PyString>,
) -> PyResult<Option<String>> {
    let challenged = input::untrusted(challenged);
    let write = |memory: &mut [u8]| -> Result<Option<String>, Reason> {
        let scope = gatepost::oauth::step_up_scope(requested, challenged, memory)?;
        Ok(scope.map(str::to_owned))
    };
    growing(write).map_err(|reason| errors::oauth_refused(py, reason))
}
