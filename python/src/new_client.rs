//! `Registration`, `NewClient` and `RegisteredClient`: how a client comes to be known.

use gatepost::Strings;
use gatepost::limits::MAX_REGISTRATION_LEN;
use gatepost::oauth::{ClientIdUrl, RedirectRules};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::memory::growing;
use crate::metadata::ServerMetadata;
use crate::{errors, input};

/// How a client comes to a `client_id` at an authorization server, as `choose` finds it.
///
/// `kind` is "preregistered" for one that it has from this issuer, "metadata_document" where the
/// URL of its metadata document is one, "dynamic" where it registers itself at `endpoint`
/// (RFC 7591), or "ask_user" where whoever uses the client has to enter one.
///
///     >>> server = ServerMetadata.parse(
///     ...     '{"issuer": "https://id.example",'
///     ...     ' "registration_endpoint": "https://id.example/register"}',
///     ...     "https://id.example",
///     ... )
///     >>> Registration.choose(server, is_preregistered=False, has_metadata_document=True)
///     Registration(kind='dynamic', endpoint='https://id.example/register')
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Registration {
    #[pyo3(get)]
    kind: &'static str,
    /// Where the client registers itself; None unless it does.
    #[pyo3(get)]
    endpoint: Option<String>,
}

#[pymethods]
impl Registration {
    /// The first of the ways that is open, in the order of the MCP specification: a `client_id`
    /// that the client has from this very issuer, its metadata document where the server reads
    /// such, registration where the server has an endpoint for it.
    #[staticmethod]
    #[pyo3(signature = (server, *, is_preregistered, has_metadata_document))]
    fn choose(
        server: &Bound<'_, ServerMetadata>,
        is_preregistered: bool,
        has_metadata_document: bool,
    ) -> Self {
        use gatepost::oauth::Registration as Chosen;

        let server = server.get().borrowed();
        let (kind, endpoint) = match Chosen::choose(server, is_preregistered, has_metadata_document)
        {
            Chosen::Preregistered => ("preregistered", None),
            Chosen::MetadataDocument => ("metadata_document", None),
            Chosen::Dynamic { endpoint } => ("dynamic", Some(endpoint.to_owned())),
            Chosen::AskUser => ("ask_user", None),
        };
        Self { kind, endpoint }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let endpoint = slf.get().endpoint.as_deref().into_pyobject(slf.py())?.repr()?;
        Ok(format!("Registration(kind='{}', endpoint={endpoint})", slf.get().kind))
    }
}

/// A public client that introduces itself to an authorization server, by registration or with a
/// document of its own.
///
/// `redirect_uris` (str or a sequence of str) are https, or http on this machine, or of one of the
/// `private_use_schemes`. `client_uri` is the client's page, https too; `scope` are words with a
/// space between that it may ask for. With `refresh_tokens` it asks for those as well.
///
/// Raises PolicyError.
///
///     >>> client = NewClient("Example", "http://127.0.0.1/callback", refresh_tokens=True)
///     >>> client.application_type
///     'native'
///     >>> client.registration_request[:44]
///     b'{"redirect_uris":["http://127.0.0.1/callback'
///     >>> client.metadata_document("https://app.example.com/client.json")[:50]
///     b'{"client_id":"https://app.example.com/client.json"'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct NewClient {
    name: String,
    redirect_uris: Vec<String>,
    private_use_schemes: Vec<String>,
    client_uri: Option<String>,
    scope: Option<String>,
    may_refresh: bool,
}

#[pymethods]
impl NewClient {
    #[new]
    #[pyo3(signature = (
        name, redirect_uris, *, client_uri = None, scope = None, refresh_tokens = false,
        private_use_schemes = Vec::new()
    ), text_signature = "(name, redirect_uris, *, client_uri=None, scope=None, \
        refresh_tokens=False, private_use_schemes=())")]
    fn new(
        name: String,
        redirect_uris: &Bound<'_, PyAny>,
        client_uri: Option<String>,
        scope: Option<String>,
        refresh_tokens: bool,
        private_use_schemes: Vec<String>,
    ) -> PyResult<Self> {
        let py = redirect_uris.py();
        let redirect_uris = input::one_or_more(redirect_uris)?;
        let may_refresh = refresh_tokens;
        let this =
            Self { name, redirect_uris, private_use_schemes, client_uri, scope, may_refresh };
        this.with_borrowed(py, |_| ())?;
        Ok(this)
    }

    /// The kind of client that it is, by its redirect URIs: "native" or "web".
    #[getter]
    fn application_type(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.with_borrowed(py, |client| client.application_type().name())
    }

    /// The body of a registration request, to be sent as application/json (RFC 7591).
    #[getter]
    fn registration_request<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let body = self.with_borrowed(py, |client| {
            growing(|memory| client.write_registration_request(memory).map(str::to_owned))
        })?;
        match body {
            Ok(body) => Ok(PyBytes::new(py, body.as_bytes())),
            Err(reason) => Err(errors::oauth_refused(py, reason)),
        }
    }

    /// The document to publish at `client_id`, an https URL with a path, as application/json.
    ///
    /// Raises InvalidClientIdError.
    fn metadata_document<'py>(
        &self,
        py: Python<'py>,
        client_id: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let refused = |reason| errors::oauth_refused(py, reason);
        let client_id = ClientIdUrl::parse(client_id).map_err(refused)?;
        let document = self.with_borrowed(py, |client| {
            growing(|memory| client.write_metadata_document(&client_id, memory).map(str::to_owned))
        })?;
        document.map(|document| PyBytes::new(py, document.as_bytes())).map_err(refused)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("NewClient(name={})", PyString::new(slf.py(), &slf.get().name).repr()?))
    }
}

impl NewClient {
    /// Hands the core's view of this client to `then`.
    fn with_borrowed<T>(
        &self,
        py: Python<'_>,
        then: impl FnOnce(&gatepost::oauth::NewClient<'_>) -> T,
    ) -> PyResult<T> {
        let schemes: Vec<&str> = self.private_use_schemes.iter().map(|it| &it[..]).collect();
        let redirects = RedirectRules::new()
            .with_private_use_schemes(&schemes)
            .map_err(|_| errors::misuse(py, "private_use_schemes"))?;
        let uris = Strings::from(&self.redirect_uris[..]);
        let mut client = gatepost::oauth::NewClient::new(&self.name, uris, &redirects)
            .map_err(|_| errors::misuse(py, "name or redirect_uris"))?;
        if let Some(client_uri) = &self.client_uri {
            client =
                client.with_client_uri(client_uri).map_err(|_| errors::misuse(py, "client_uri"))?;
        }
        if let Some(scope) = &self.scope {
            client = client.with_scope(scope).map_err(|_| errors::misuse(py, "scope"))?;
        }
        if self.may_refresh {
            client = client.with_refresh_tokens();
        }
        Ok(then(&client))
    }
}

/// What a client has been given at its registration. Keep it for this authorization server alone,
/// by its issuer.
///
///     >>> RegisteredClient.parse('{"client_id": "s6BhdRkqt3"}').client_id
///     's6BhdRkqt3'
///     >>> RegisteredClient.parse('{"error": "invalid_redirect_uri"}')
///     Traceback (most recent call last):
///         ...
///     gatepost.exceptions.InvalidRedirectUriError: a redirect URI is not acceptable
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct RegisteredClient {
    /// The client's identifier.
    #[pyo3(get)]
    client_id: String,
    /// The client's secret.
    #[pyo3(get)]
    client_secret: Option<String>,
    /// When the secret expires, in seconds since 1970; None is never.
    #[pyo3(get)]
    client_secret_expires_at: Option<u64>,
    /// How to authenticate to the token endpoint: "none", "client_secret_basic",
    /// "client_secret_post" or "private_key_jwt".
    #[pyo3(get)]
    auth_method: &'static str,
}

#[pymethods]
impl RegisteredClient {
    /// Reads the answer to a registration request, JSON of at most 16 384 bytes as str or bytes,
    /// accepted (status 201) or refused (status 400).
    ///
    /// Raises InvalidRedirectUriError and InvalidClientMetadataError where the server says so, the
    /// latter for its other errors too; InvalidMetadataError for what is no answer, or one that
    /// demands an authentication that is not supported; OAuthError for what is no JSON or too
    /// large.
    #[staticmethod]
    fn parse(body: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text =
            input::text(body).ok_or_else(|| input::wrong_type("body", "str or bytes", body))?;
        let mut memory = vec![0; 2 * MAX_REGISTRATION_LEN];
        match gatepost::oauth::RegisteredClient::parse(text, &mut memory) {
            Ok(client) => Ok(Self {
                client_id: client.client_id().to_owned(),
                client_secret: client.client_secret().map(str::to_owned),
                client_secret_expires_at: client.client_secret_expires_at().map(|it| it.as_secs()),
                auth_method: client.auth_method().name(),
            }),
            Err(reason) => Err(errors::oauth_refused(body.py(), reason)),
        }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // The secret stays out of logs.
        let client_id = PyString::new(slf.py(), &slf.get().client_id).repr()?;
        Ok(format!("RegisteredClient(client_id={client_id})"))
    }
}
