//! What a client says of itself, and how its registration is answered.

use gatepost::limits::{MAX_CLIENT_METADATA_DOCUMENT_LEN, MAX_REGISTRATION_LEN};
use gatepost::oauth::AuthMethod;
use gatepost::{Reason, UnixTime};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use self_cell::{MutBorrow, self_cell};
use zeroize::Zeroizing;

use crate::client_id::ClientIdUrl;
use crate::redirect::{RedirectRules, RedirectUri};
use crate::{errors, input};

/// Which clients an authorization server takes.
///
/// `auth_methods` are what the token endpoint takes, the preferred one first: "none" for public
/// clients, which alone are taken unless more is said, "client_secret_basic", "client_secret_post",
/// "private_key_jwt" (str or a sequence of str). A client that names none gets
/// "client_secret_basic", the default of RFC 7591, or where that is not in the list, the first.
///
/// Raises PolicyError.
///
/// >>> rules = ClientRules(auth_methods=["none", "private_key_jwt"])
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ClientRules {
    auth_methods: Vec<AuthMethod>,
    redirect_rules: Option<Py<RedirectRules>>,
}

#[pymethods]
impl ClientRules {
    #[new]
    #[pyo3(signature = (*, auth_methods = None, redirect_rules = None),
           text_signature = "(*, auth_methods='none', redirect_rules=None)")]
    fn new(
        py: Python<'_>,
        auth_methods: Option<&Bound<'_, PyAny>>,
        redirect_rules: Option<Py<RedirectRules>>,
    ) -> PyResult<Self> {
        let auth_methods = match auth_methods {
            None => vec![AuthMethod::None],
            Some(names) => {
                let method = |name: &String| {
                    AuthMethod::from_name(name)
                        .ok_or_else(|| errors::misuse(py, &format!("unknown method {name:?}")))
                };
                input::one_or_more(names)?.iter().map(method).collect::<PyResult<_>>()?
            }
        };
        let this = Self { auth_methods, redirect_rules };
        match this.borrowed() {
            Ok(_) => Ok(this),
            Err(_) => Err(errors::misuse(py, "auth_methods")),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let names: Vec<_> = self.auth_methods.iter().map(|method| method.name()).collect();
        Ok(format!("ClientRules(auth_methods={})", names.into_pyobject(py)?.repr()?))
    }
}

impl ClientRules {
    /// The core's view of these rules.
    fn borrowed(&self) -> Result<gatepost::oauth::ClientRules<'_>, Reason> {
        let rules = gatepost::oauth::ClientRules::new().with_auth_methods(&self.auth_methods)?;
        match &self.redirect_rules {
            Some(redirects) => Ok(rules.with_redirect_rules(redirects.get().borrowed()?)),
            None => Ok(rules),
        }
    }
}

/// The metadata of a client, checked, with what was missing or not supported replaced
/// (RFC 7591, section 3.2.1).
///
/// Made by `from_registration` and by `from_document`. It uses authorization codes, and refresh
/// tokens if it asked for them. Names and texts hold no control characters, and none that turn the
/// direction of writing or are not seen (joiners and selectors only inside of words from Arabic to
/// Sinhala and of emoji), but are the client's own words: escape them.
///
/// >>> request = b'{"client_name": "Example", "redirect_uris": ["http://127.0.0.1:3000/callback"]}'
/// >>> client = ClientMetadata.from_registration(request)
/// >>> client.application_type, client.auth_method
/// ('native', 'none')
/// >>> body = client.write_registration(ClientCredentials("s6BhdRkqt3", issued_at=1_700_000_000))
/// >>> # Later, in an authorization request: the port of a loopback may differ.
/// >>> client.redirect_uri("http://127.0.0.1:51004/callback")
/// RedirectUri('http://127.0.0.1:51004/callback')
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ClientMetadata {
    cell: Cell,
}

struct Document {
    text: Vec<u8>,
    memory: MutBorrow<Vec<u8>>,
}

type Borrowed<'d> = gatepost::oauth::ClientMetadata<'d>;

self_cell!(
    struct Cell {
        owner: Document,
        #[covariant]
        dependent: Borrowed,
    }
);

#[pymethods]
impl ClientMetadata {
    /// Reads a registration request: a JSON object as str or bytes, of at most 16 384 bytes.
    ///
    /// Without `rules`, public clients alone are taken. A client that says no `application_type`
    /// is "web" if all of its redirect URIs may be a web client's, else "native".
    ///
    /// Raises OAuthError, among them InvalidRedirectUriError and InvalidClientMetadataError: its
    /// `reason` is for `write_registration_error`.
    #[staticmethod]
    #[pyo3(signature = (body, rules = None))]
    fn from_registration(
        body: &Bound<'_, PyAny>,
        rules: Option<&Bound<'_, ClientRules>>,
    ) -> PyResult<Self> {
        let text =
            input::text(body).ok_or_else(|| input::wrong_type("body", "str or bytes", body))?;
        Self::read(text, MAX_REGISTRATION_LEN, rules, |text, rules, memory| {
            Borrowed::from_registration(text, rules, memory)
        })
        .map_err(|reason| errors::oauth_refused(body.py(), reason))
    }

    /// Reads the document that was fetched from `client_id`: a JSON object as str or bytes, of at
    /// most 5120 bytes, served with a status of 200.
    ///
    /// It has to name exactly this `client_id`, a `client_name` and `redirect_uris`, and must hold
    /// no secret and use none. The rest is as in `from_registration`, but that a client that names
    /// no authentication is a public one.
    ///
    /// Raises InvalidClientIdError for another `client_id`, and what `from_registration` raises.
    ///
    /// >>> url = ClientIdUrl("https://app.example.com/client.json")
    /// >>> document = '''{"client_id": "https://app.example.com/client.json",
    /// ...     "client_name": "Example", "redirect_uris": ["https://app.example.com/callback"]}'''
    /// >>> ClientMetadata.from_document(document, url).name
    /// 'Example'
    #[staticmethod]
    #[pyo3(signature = (document, client_id, rules = None))]
    fn from_document(
        document: &Bound<'_, PyAny>,
        client_id: &Bound<'_, ClientIdUrl>,
        rules: Option<&Bound<'_, ClientRules>>,
    ) -> PyResult<Self> {
        let text = input::text(document)
            .ok_or_else(|| input::wrong_type("document", "str or bytes", document))?;
        let client_id = client_id.get().borrowed();
        Self::read(text, MAX_CLIENT_METADATA_DOCUMENT_LEN, rules, |text, rules, memory| {
            Borrowed::from_document(text, client_id, rules, memory)
        })
        .map_err(|reason| errors::oauth_refused(document.py(), reason))
    }

    /// The redirect URI of an authorization request, if the client has registered it: the same
    /// text, but for the port of the loopback.
    ///
    /// Until this has returned nothing may be sent to the URI, not even an error.
    ///
    /// Raises InvalidRedirectUriError.
    fn redirect_uri(&self, requested: &Bound<'_, PyString>) -> PyResult<RedirectUri> {
        self.registered(input::untrusted(requested))
            .map_err(|reason| errors::oauth_refused(requested.py(), reason))
    }

    /// The redirect URIs.
    #[getter]
    fn redirect_uris(&self, py: Python<'_>) -> PyResult<Vec<RedirectUri>> {
        let registered = self.borrowed().redirect_uris();
        registered
            .map(|uri| self.registered(uri.as_str()))
            .collect::<Result<_, _>>()
            .map_err(|reason| errors::oauth_refused(py, reason))
    }

    /// Whether all redirect URIs lead to the user's own machine, where any program can pose as the
    /// client: a consent page should warn.
    #[getter]
    fn is_loopback_only(&self) -> bool {
        self.borrowed().is_loopback_only()
    }

    /// "native" for an app on the user's machine, "web" for a server of the web's.
    #[getter]
    fn application_type(&self) -> &'static str {
        self.borrowed().application_type().name()
    }

    /// How the client authenticates to the token endpoint: `token_endpoint_auth_method`.
    #[getter]
    fn auth_method(&self) -> &'static str {
        self.borrowed().auth_method().name()
    }

    /// Whether a secret has to be among the ClientCredentials.
    #[getter]
    fn needs_secret(&self) -> bool {
        self.borrowed().auth_method().needs_secret()
    }

    /// Whether it asked for refresh tokens.
    #[getter]
    fn may_refresh(&self) -> bool {
        self.borrowed().may_refresh()
    }

    /// `client_name`, for the consent page.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.borrowed().name()
    }

    /// `client_uri`, the client's page: an `https` URL, or `http` of the loopback, as the
    /// following are.
    #[getter]
    fn client_uri(&self) -> Option<&str> {
        self.borrowed().client_uri()
    }

    /// `logo_uri`; fetched by the server, not by the user's browser, and only from where a
    /// FetchPolicy lets it.
    #[getter]
    fn logo_uri(&self) -> Option<&str> {
        self.borrowed().logo_uri()
    }

    /// `scope`: the scopes that it may ask for, separated by single spaces.
    #[getter]
    fn scope(&self) -> Option<&str> {
        self.borrowed().scope()
    }

    /// `jwks_uri`, where the client's public keys are; see `logo_uri`.
    #[getter]
    fn jwks_uri(&self) -> Option<&str> {
        self.borrowed().jwks_uri()
    }

    /// `jwks`, the client's public keys, as JSON.
    #[getter]
    fn jwks(&self) -> Option<&str> {
        self.borrowed().jwks()
    }

    /// Writes the answer to the registration request: all that is registered, with what was
    /// replaced. Send it with the status 201, as "application/json" and with
    /// "Cache-Control: no-store".
    ///
    /// Raises PolicyError where the client needs a secret and gets none, or gets one that it does
    /// not need.
    fn write_registration<'py>(
        &self,
        py: Python<'py>,
        credentials: &ClientCredentials,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let secret_len = credentials.secret.as_ref().map_or(0, |secret| secret.len());
        // Nothing takes more than twice the room that it took in the request.
        let mut memory = Zeroizing::new(vec![0; 4 * MAX_REGISTRATION_LEN + 2 * secret_len]);
        credentials
            .borrowed()
            .and_then(|credentials| self.borrowed().write_registration(&credentials, &mut memory))
            .map(|body| PyBytes::new(py, body.as_bytes()))
            .map_err(|reason| match reason {
                Reason::Misuse => errors::misuse(py, "a secret that is not needed, or none"),
                reason => errors::oauth_refused(py, reason),
            })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("ClientMetadata(name={})", self.name().into_pyobject(py)?.repr()?))
    }
}

impl ClientMetadata {
    fn read(
        text: &[u8],
        most: usize,
        rules: Option<&Bound<'_, ClientRules>>,
        read: impl for<'d> FnOnce(
            &'d [u8],
            &gatepost::oauth::ClientRules<'_>,
            &'d mut [u8],
        ) -> Result<Borrowed<'d>, Reason>,
    ) -> Result<Self, Reason> {
        let rules = match rules {
            Some(rules) => rules.get().borrowed()?,
            None => gatepost::oauth::ClientRules::new(),
        };
        let text = input::no_more_than(text, most);
        let memory = MutBorrow::new(vec![0; 2 * text.len()]);
        Cell::try_new(Document { text, memory }, |document| {
            read(&document.text, &rules, document.memory.borrow_mut())
        })
        .map(|cell| Self { cell })
    }

    fn registered(&self, requested: &str) -> Result<RedirectUri, Reason> {
        RedirectUri::of(requested, |requested| self.borrowed().redirect_uri(requested))
    }

    fn borrowed(&self) -> &gatepost::oauth::ClientMetadata<'_> {
        self.cell.borrow_dependent()
    }
}

/// What a server gives a client that it registers: an identifier of 1 to 2048 visible ASCII
/// characters that is no URL, issued at `issued_at`, and where the client needs one a `secret` of
/// visible ASCII characters, which must be random, and which is good until `secret_expires_at` or
/// for ever. Times are in seconds since 1970.
///
/// Raises PolicyError.
///
/// >>> ClientCredentials("s6BhdRkqt3", issued_at=1_700_000_000)
/// ClientCredentials(client_id='s6BhdRkqt3')
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ClientCredentials {
    client_id: String,
    issued_at: UnixTime,
    secret: Option<Zeroizing<String>>,
    secret_expires_at: Option<UnixTime>,
}

#[pymethods]
impl ClientCredentials {
    #[new]
    #[pyo3(signature = (client_id, issued_at = None, *, secret = None, secret_expires_at = None))]
    fn new(
        py: Python<'_>,
        client_id: String,
        issued_at: Option<&Bound<'_, PyAny>>,
        secret: Option<String>,
        secret_expires_at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let secret_expires_at =
            secret_expires_at.map(|at| input::unix_time("secret_expires_at", at)).transpose()?;
        let issued_at = match issued_at {
            Some(at) => input::unix_time("issued_at", at)?,
            None => input::time(py, None)?,
        };
        let secret = secret.map(Zeroizing::new);
        let this = Self { client_id, issued_at, secret, secret_expires_at };
        match this.borrowed() {
            Ok(_) if this.secret.is_some() || secret_expires_at.is_none() => Ok(this),
            _ => Err(errors::misuse(py, "client_id, secret or secret_expires_at")),
        }
    }

    #[getter]
    fn client_id(&self) -> &str {
        &self.client_id
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        // The secret stays out of logs.
        let client_id = PyString::new(py, &self.client_id).repr()?;
        Ok(format!("ClientCredentials(client_id={client_id})"))
    }
}

impl ClientCredentials {
    fn borrowed(&self) -> Result<gatepost::oauth::ClientCredentials<'_>, Reason> {
        let credentials = gatepost::oauth::ClientCredentials::new(&self.client_id, self.issued_at)?;
        match &self.secret {
            Some(secret) => credentials.with_secret(secret, self.secret_expires_at),
            None => Ok(credentials),
        }
    }
}

/// Writes the refusal of a registration request for the reason of this name: `error` and
/// `error_description`, as JSON. Send it with the status 400, as "application/json" and with
/// "Cache-Control: no-store" (RFC 7591, section 3.2.2).
///
/// Raises PolicyError for an unknown name, and for a reason that is not the client's fault: that is
/// a status of 500 or 503.
///
/// >>> try:
/// ...     ClientMetadata.from_registration('{"redirect_uris": ["http://evil.example"]}')
/// ... except OAuthError as error:
/// ...     write_registration_error(error.reason)[:32]
/// b'{"error":"invalid_redirect_uri",'
#[pyfunction]
pub(crate) fn write_registration_error<'py>(
    py: Python<'py>,
    reason: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let reason = input::reason(py, reason)?;
    let mut memory = [0; 512];
    gatepost::oauth::write_registration_error(reason, &mut memory)
        .map(|body| PyBytes::new(py, body.as_bytes()))
        .map_err(|reason| errors::oauth_refused(py, reason))
}
