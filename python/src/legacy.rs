//! `LegacyServerMetadata`: for clients of the MCP revision 2025-03-26.

use gatepost::limits::MAX_METADATA_LEN;
use gatepost::oauth::{Provider, ServerMetadata};
use gatepost::{Reason, Strings};
use pyo3::prelude::*;
use self_cell::{MutBorrow, self_cell};

use crate::{errors, input};

/// What clients of the MCP revision 2025-03-26 are given.
pub(crate) enum Legacy {
    /// What the core's guard has for the provider, with this audience where that is not the
    /// resource.
    OfProvider(Option<String>),
    Nothing,
    Document(Py<LegacyServerMetadata>),
}

/// How a caller says so.
#[derive(FromPyObject)]
pub(crate) enum LegacyArgument {
    Switch(bool),
    Document(Py<LegacyServerMetadata>),
}

/// The metadata of the authorization server, served by the MCP server itself for clients of the MCP
/// revision 2025-03-26, which take it for their authorization server.
///
/// `audience` is added to the authorization endpoint, for clients that send no `resource`. Clients
/// that demand that the issuer is the server they asked, as RFC 8414 does, refuse it.
///
/// Raises PolicyError.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct LegacyServerMetadata {
    cell: Cell,
}

struct Texts {
    issuer: String,
    endpoints: Endpoints,
    registration_endpoint: Option<String>,
    scopes_supported: Vec<String>,
    audience: Option<String>,
}

/// Where the endpoints of the issuer are known from.
enum Endpoints {
    Named { authorization: String, token: String },
    Provider(Provider),
    Document { document: Vec<u8>, memory: MutBorrow<Box<[u8]>> },
}

type Borrowed<'t> = gatepost::oauth::LegacyServerMetadata<'t>;

self_cell!(
    struct Cell {
        owner: Texts,
        #[covariant]
        dependent: Borrowed,
    }
);

#[pymethods]
impl LegacyServerMetadata {
    #[new]
    #[pyo3(signature = (
        issuer,
        authorization_endpoint,
        token_endpoint,
        *,
        registration_endpoint = None,
        scopes_supported = None,
        audience = None,
    ), text_signature = "(issuer, authorization_endpoint, token_endpoint, *, \
                         registration_endpoint=None, scopes_supported=(), audience=None)")]
    fn new(
        py: Python<'_>,
        issuer: String,
        authorization_endpoint: String,
        token_endpoint: String,
        registration_endpoint: Option<String>,
        scopes_supported: Option<&Bound<'_, PyAny>>,
        audience: Option<String>,
    ) -> PyResult<Self> {
        let texts = Texts {
            issuer,
            endpoints: Endpoints::Named {
                authorization: authorization_endpoint,
                token: token_endpoint,
            },
            registration_endpoint,
            scopes_supported: input::list(scopes_supported)?,
            audience,
        };
        Self::of(texts).map_err(|_| {
            errors::misuse(py, "an endpoint, the issuer, scopes_supported or the audience")
        })
    }

    /// The document that this provider's own guide asks for, with the tenant's `issuer` and the
    /// `audience` that tokens are to be meant for: at "auth0". None for the others.
    ///
    /// Raises PolicyError.
    ///
    /// >>> LegacyServerMetadata.for_provider(
    /// ...     "auth0", "https://tenant.auth0.com/", "https://mcp.example.com/mcp"
    /// ... )
    /// LegacyServerMetadata(issuer='https://tenant.auth0.com/')
    #[staticmethod]
    #[pyo3(signature = (provider, issuer, audience, *, scopes_supported = None),
           text_signature = "(provider, issuer, audience, *, scopes_supported=())")]
    fn for_provider(
        py: Python<'_>,
        provider: &str,
        issuer: String,
        audience: String,
        scopes_supported: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Self>> {
        let provider = input::provider(py, provider)?;
        let wrong = |_| errors::misuse(py, "issuer, audience or scopes_supported");
        if provider.legacy_metadata(&issuer, &audience).map_err(wrong)?.is_none() {
            return Ok(None);
        }
        let texts = Texts {
            issuer,
            endpoints: Endpoints::Provider(provider),
            registration_endpoint: None,
            scopes_supported: input::list(scopes_supported)?,
            audience: Some(audience),
        };
        Self::of(texts).map(Some).map_err(wrong)
    }

    /// The document that names the endpoints of the authorization server's own metadata:
    /// `document`, str or bytes, fetched from one of the places for `issuer`.
    ///
    /// Raises OAuthError for what a client could not use, and PolicyError.
    #[staticmethod]
    #[pyo3(signature = (document, issuer, *, scopes_supported = None, audience = None),
           text_signature = "(document, issuer, *, scopes_supported=(), audience=None)")]
    fn of_server(
        document: &Bound<'_, PyAny>,
        issuer: String,
        scopes_supported: Option<&Bound<'_, PyAny>>,
        audience: Option<String>,
    ) -> PyResult<Self> {
        let text = input::text(document)
            .ok_or_else(|| input::wrong_type("document", "str or bytes", document))?;
        let texts = Texts {
            issuer,
            endpoints: Endpoints::Document {
                document: input::no_more_than(text, MAX_METADATA_LEN),
                memory: MutBorrow::new(vec![0; MAX_METADATA_LEN].into_boxed_slice()),
            },
            registration_endpoint: None,
            scopes_supported: input::list(scopes_supported)?,
            audience,
        };
        Self::of(texts).map_err(|reason| errors::oauth_refused(document.py(), reason))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let issuer = (&slf.get().cell.borrow_owner().issuer).into_pyobject(slf.py())?.repr()?;
        Ok(format!("LegacyServerMetadata(issuer={issuer})"))
    }
}

impl LegacyServerMetadata {
    fn of(texts: Texts) -> Result<Self, Reason> {
        Cell::try_new(texts, Texts::compile).map(|cell| Self { cell })
    }

    /// The core's view of this document.
    pub(crate) fn borrowed(&self) -> &gatepost::oauth::LegacyServerMetadata<'_> {
        self.cell.borrow_dependent()
    }
}

impl Texts {
    fn compile(&self) -> Result<Borrowed<'_>, Reason> {
        let mut metadata = match &self.endpoints {
            Endpoints::Named { authorization, token } => {
                Borrowed::new(&self.issuer, authorization, token)?
            }
            Endpoints::Provider(provider) => provider
                .legacy_metadata(&self.issuer, self.audience.as_deref().unwrap_or_default())?
                .ok_or(Reason::Misuse)?,
            Endpoints::Document { document, memory } => {
                let server = ServerMetadata::parse(document, &self.issuer, memory.borrow_mut())?;
                Borrowed::of_server(&server)?
            }
        };
        if let Some(url) = &self.registration_endpoint {
            metadata = metadata.with_registration_endpoint(url)?;
        }
        if let Some(audience) = &self.audience {
            metadata = metadata.with_audience(audience)?;
        }
        metadata.with_scopes_supported(Strings::from(&self.scopes_supported[..]))
    }
}
