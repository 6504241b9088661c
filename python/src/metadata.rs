//! `ResourceMetadataDocument` and `ServerMetadata`: what a client finds out before it asks for a
//! token, and where.

use gatepost::limits::MAX_METADATA_LEN;
use gatepost::{Reason, StringList, Strings};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use self_cell::{MutBorrow, self_cell};

use crate::token::load;
use crate::{errors, input};

/// The URLs at which a client looks for the metadata of the MCP server at `resource`, in this
/// order, where no challenge names a `resource_metadata` (RFC 9728, section 3.1).
///
/// Raises PolicyError where `resource` is no URL with https, or http on this machine.
///
///     >>> resource_metadata_urls("https://example.com/mcp")[0]
///     'https://example.com/.well-known/oauth-protected-resource/mcp'
#[pyfunction]
pub(crate) fn resource_metadata_urls(py: Python<'_>, resource: &str) -> PyResult<Vec<String>> {
    match gatepost::oauth::resource_metadata_urls(resource) {
        Ok(urls) => Ok(urls.map(|url| url.to_string()).collect()),
        Err(_) => Err(errors::misuse(py, "resource")),
    }
}

/// The URLs at which a client looks for the metadata of the authorization server `issuer`, in this
/// order: those of OAuth, then those of OpenID Connect (RFC 8414, section 3.1).
///
/// Raises PolicyError where `issuer` is no URL with https, or http on this machine, or has a query.
///
///     >>> server_metadata_urls("https://tenant.auth0.com/")[0]
///     'https://tenant.auth0.com/.well-known/oauth-authorization-server'
#[pyfunction]
pub(crate) fn server_metadata_urls(py: Python<'_>, issuer: &str) -> PyResult<Vec<String>> {
    match gatepost::oauth::server_metadata_urls(issuer) {
        Ok(urls) => Ok(urls.map(|url| url.to_string()).collect()),
        Err(_) => Err(errors::misuse(py, "issuer")),
    }
}

/// What the core's documents borrow from.
struct Fetched {
    body: Box<[u8]>,
    memory: MutBorrow<Box<[u8]>>,
}

impl Fetched {
    fn new(body: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text =
            input::text(body).ok_or_else(|| input::wrong_type("body", "str or bytes", body))?;
        // One that is too long is refused unread: nothing of it is copied.
        if text.len() > MAX_METADATA_LEN {
            return Err(errors::oauth_refused(body.py(), Reason::TooLarge));
        }
        let memory = vec![0; MAX_METADATA_LEN].into_boxed_slice();
        Ok(Self { body: text.into(), memory: MutBorrow::new(memory) })
    }
}

type BorrowedResource<'d> = gatepost::oauth::ResourceMetadataDocument<'d>;
type BorrowedServer<'d> = gatepost::oauth::ServerMetadata<'d>;

self_cell!(
    struct ResourceCell {
        owner: Fetched,
        #[covariant]
        dependent: BorrowedResource,
    }
);

self_cell!(
    struct ServerCell {
        owner: Fetched,
        #[covariant]
        dependent: BorrowedServer,
    }
);

/// The metadata of an MCP server that a client has fetched (RFC 9728), made by `parse`.
///
///     >>> document = ResourceMetadataDocument.parse(
///     ...     '{"resource": "https://mcp.example.com/mcp",'
///     ...     ' "authorization_servers": ["https://tenant.auth0.com/"]}',
///     ...     "https://mcp.example.com/mcp",
///     ... )
///     >>> document.authorization_servers
///     ['https://tenant.auth0.com/']
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ResourceMetadataDocument(ResourceCell);

#[pymethods]
impl ResourceMetadataDocument {
    /// Reads `body`, JSON of at most 64 KiB as str or bytes, and demands that it is that of
    /// `resource`: the URL that the client asks of, byte for byte.
    ///
    /// Where the document was found at the root of the server without a challenge that named it,
    /// `resource` may be a sequence with the server's origin as well. There must be an issuer, and
    /// all are URLs with https, or http on this machine.
    ///
    /// Raises MetadataMismatchError for the document of another, InvalidMetadataError, and
    /// OAuthError for what is no JSON or too large.
    #[staticmethod]
    fn parse(body: &Bound<'_, PyAny>, resource: &Bound<'_, PyAny>) -> PyResult<Self> {
        let resource = input::one_or_more(resource)?;
        ResourceCell::try_new(Fetched::new(body)?, |fetched| {
            let memory = fetched.memory.borrow_mut();
            BorrowedResource::parse(&fetched.body[..], Strings::from(&resource[..]), memory)
        })
        .map(Self)
        .map_err(|reason| errors::oauth_refused(body.py(), reason))
    }

    /// The identifier of the resource, for authorization and token requests.
    #[getter]
    fn resource(&self) -> &str {
        self.borrowed().resource()
    }

    /// The issuers of the tokens that the resource accepts, at least one: the client chooses.
    #[getter]
    fn authorization_servers(&self) -> Vec<&str> {
        self.borrowed().authorization_servers().collect()
    }

    /// The scopes that the resource advertises.
    #[getter]
    fn scopes_supported(&self) -> Option<Vec<&str>> {
        self.borrowed().scopes_supported().map(StringList::collect)
    }

    /// How a token may be presented: where it is not said, in the header at least.
    #[getter]
    fn bearer_methods_supported(&self) -> Option<Vec<&str>> {
        self.borrowed().bearer_methods_supported().map(StringList::collect)
    }

    /// The name of the resource for people: text of a stranger, to be escaped where it is shown.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.borrowed().name()
    }

    /// The algorithms of proofs of possession that the resource understands.
    #[getter]
    fn dpop_algorithms(&self) -> Option<Vec<&str>> {
        self.borrowed().dpop_algorithms().map(StringList::collect)
    }

    /// Whether the resource demands a proof of possession with every token.
    #[getter]
    fn requires_dpop(&self) -> bool {
        self.borrowed().requires_dpop()
    }

    /// All members, the unknown ones included, as Python's `json` reads them; a new dict each time.
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        load(py, self.borrowed().members().as_json())
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let resource = PyString::new(slf.py(), slf.get().resource()).repr()?;
        Ok(format!("ResourceMetadataDocument(resource={resource})"))
    }
}

impl ResourceMetadataDocument {
    /// The core's view of this document.
    pub(crate) fn borrowed(&self) -> &BorrowedResource<'_> {
        self.0.borrow_dependent()
    }
}

/// The metadata of an authorization server, fetched from one of `server_metadata_urls` (RFC 8414,
/// OpenID Connect Discovery), made by `parse`.
///
/// What a role needs is asked for when it is needed: a resource server wants `require_jwks_uri`, a
/// client `require_code_flow`.
///
///     >>> server = ServerMetadata.parse(
///     ...     '{"issuer": "https://id.example", "response_types_supported": ["code"],'
///     ...     ' "authorization_endpoint": "https://id.example/authorize",'
///     ...     ' "token_endpoint": "https://id.example/token",'
///     ...     ' "code_challenge_methods_supported": ["S256"]}',
///     ...     "https://id.example",
///     ... )
///     >>> server.require_code_flow().token_endpoint
///     'https://id.example/token'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ServerMetadata(ServerCell);

#[pymethods]
impl ServerMetadata {
    /// Reads `body`, JSON of at most 64 KiB as str or bytes, and demands that it is that of
    /// `issuer`, byte for byte: the identifier that its URL was made of. Every URL that is read has
    /// to be https, or http on this machine, without a fragment.
    ///
    /// Raises MetadataMismatchError for the document of another, InvalidMetadataError, OAuthError
    /// for what is no JSON or too large, and PolicyError where `issuer` can be none.
    #[staticmethod]
    fn parse(body: &Bound<'_, PyAny>, issuer: &str) -> PyResult<Self> {
        ServerCell::try_new(Fetched::new(body)?, |fetched| {
            BorrowedServer::parse(&fetched.body[..], issuer, fetched.memory.borrow_mut())
        })
        .map(Self)
        .map_err(|reason| errors::oauth_refused(body.py(), reason))
    }

    /// The issuer: what a client records before it sends anybody away, and what an authorization
    /// response and every token has to name.
    #[getter]
    fn issuer(&self) -> &str {
        self.borrowed().issuer()
    }

    /// What a resource server needs: where the issuer's keys are.
    ///
    /// Raises InvalidMetadataError where the document does not say.
    fn require_jwks_uri(&self, py: Python<'_>) -> PyResult<&str> {
        self.borrowed().require_jwks_uri().map_err(|reason| errors::oauth_refused(py, reason))
    }

    /// What a client needs: the endpoints of the authorization code flow, with PKCE.
    ///
    /// Raises InvalidMetadataError where there is no such flow, PkceNotSupportedError as
    /// `require_pkce` does.
    fn require_code_flow(&self, py: Python<'_>) -> PyResult<CodeFlow> {
        match self.borrowed().require_code_flow() {
            Ok(flow) => Ok(CodeFlow {
                authorization_endpoint: flow.authorization_endpoint.to_owned(),
                token_endpoint: flow.token_endpoint.to_owned(),
            }),
            Err(reason) => Err(errors::oauth_refused(py, reason)),
        }
    }

    /// Demands that the server says that it supports PKCE with S256: one that does not say so must
    /// not be used.
    ///
    /// Raises PkceNotSupportedError.
    fn require_pkce(&self, py: Python<'_>) -> PyResult<()> {
        self.borrowed().require_pkce().map_err(|reason| errors::oauth_refused(py, reason))
    }

    /// Demands that `other`, the same server's document of the other kind, says the same of issuer,
    /// endpoints and keys, as far as both say something.
    ///
    /// Raises MetadataMismatchError.
    fn require_agreement(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        self.borrowed()
            .require_agreement(other.get().borrowed())
            .map_err(|reason| errors::oauth_refused(py, reason))
    }

    /// Where the issuer's keys are.
    #[getter]
    fn jwks_uri(&self) -> Option<&str> {
        self.borrowed().jwks_uri()
    }

    /// Where clients register themselves (RFC 7591), if they may.
    #[getter]
    fn registration_endpoint(&self) -> Option<&str> {
        self.borrowed().registration_endpoint()
    }

    /// The scopes that the server lists. A client asks for "offline_access" only where it is among
    /// them.
    #[getter]
    fn scopes_supported(&self) -> Option<Vec<&str>> {
        self.borrowed().scopes_supported().map(StringList::collect)
    }

    /// How clients authenticate at the token endpoint; "client_secret_basic" where it is not said.
    #[getter]
    fn token_endpoint_auth_methods_supported(&self) -> Option<Vec<&str>> {
        self.borrowed().token_endpoint_auth_methods_supported().map(StringList::collect)
    }

    /// The algorithms of proofs of possession that the server understands.
    #[getter]
    fn dpop_algorithms(&self) -> Option<Vec<&str>> {
        self.borrowed().dpop_algorithms().map(StringList::collect)
    }

    /// Whether a client may be known by the URL of its metadata document.
    #[getter]
    fn reads_client_metadata_documents(&self) -> bool {
        self.borrowed().reads_client_metadata_documents()
    }

    /// Whether authorization responses name the issuer (RFC 9207): for
    /// `verify_authorization_response_issuer`.
    #[getter]
    fn sends_issuer(&self) -> bool {
        self.borrowed().sends_issuer()
    }

    /// All members, the unknown ones included, as Python's `json` reads them; a new dict each time.
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        load(py, self.borrowed().members().as_json())
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let issuer = PyString::new(slf.py(), slf.get().issuer()).repr()?;
        Ok(format!("ServerMetadata(issuer={issuer})"))
    }
}

impl ServerMetadata {
    /// The core's view of this document.
    pub(crate) fn borrowed(&self) -> &BorrowedServer<'_> {
        self.0.borrow_dependent()
    }
}

/// Where the authorization code flow goes: both are https, or http on this machine.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct CodeFlow {
    /// Where people are sent; it may have a query, which has to be kept.
    #[pyo3(get)]
    authorization_endpoint: String,
    /// Where a code is redeemed for a token.
    #[pyo3(get)]
    token_endpoint: String,
}

#[pymethods]
impl CodeFlow {
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let endpoint = PyString::new(slf.py(), &slf.get().token_endpoint).repr()?;
        Ok(format!("CodeFlow(token_endpoint={endpoint})"))
    }
}
