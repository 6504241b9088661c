//! `RedirectRules` and `RedirectUri`: where an authorization response may be sent.

use gatepost::Reason;
use gatepost::oauth::RedirectKind;
use pyo3::prelude::*;
use pyo3::types::PyString;
use self_cell::self_cell;

use crate::{errors, input};

/// Which redirect URIs may be registered: "https", "http" on this machine's loopback, and the
/// `private_use_schemes` (str or a sequence of str), in lower case, of native apps that cannot
/// listen on the loopback (RFC 8252, section 7.1). MCP wants none of these: any app may claim such
/// a scheme, and take the code.
///
/// Raises PolicyError for what is no scheme, and for those that a browser runs or opens itself.
///
/// >>> RedirectRules().parse("http://127.0.0.1:3000/callback").kind
/// 'loopback'
/// >>> RedirectRules(private_use_schemes="com.example.app").parse("com.example.app:/cb").kind
/// 'private_use'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct RedirectRules {
    schemes: Schemes,
}

type Borrowed<'s> = Vec<&'s str>;

self_cell!(
    /// Schemes beside the core's view of them, which is a slice.
    struct Schemes {
        owner: Vec<String>,
        #[covariant]
        dependent: Borrowed,
    }
);

#[pymethods]
impl RedirectRules {
    #[new]
    #[pyo3(signature = (*, private_use_schemes = None),
           text_signature = "(*, private_use_schemes=())")]
    fn new(py: Python<'_>, private_use_schemes: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let schemes = input::list(private_use_schemes)?;
        let this = Self {
            schemes: Schemes::new(schemes, |schemes| schemes.iter().map(String::as_str).collect()),
        };
        match this.borrowed() {
            Ok(_) => Ok(this),
            Err(_) => Err(errors::misuse(py, "private_use_schemes")),
        }
    }

    /// Reads a redirect URI that somebody wants to register: an absolute URI without fragment,
    /// user, dot segments, backslashes, and whatever browsers read differently.
    ///
    /// Raises InvalidRedirectUriError.
    fn parse(&self, uri: &Bound<'_, PyString>) -> PyResult<RedirectUri> {
        self.borrowed()
            .and_then(|rules| RedirectUri::of(input::untrusted(uri), |uri| rules.parse(uri)))
            .map_err(|reason| errors::oauth_refused(uri.py(), reason))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let schemes = self.schemes.borrow_owner().into_pyobject(py)?.repr()?;
        Ok(format!("RedirectRules(private_use_schemes={schemes})"))
    }
}

impl RedirectRules {
    /// The core's view of these rules.
    pub(crate) fn borrowed(&self) -> Result<gatepost::oauth::RedirectRules<'_>, Reason> {
        gatepost::oauth::RedirectRules::new()
            .with_private_use_schemes(self.schemes.borrow_dependent())
    }
}

/// A redirect URI of an accepted form; `str()` is as it was written.
///
/// Made by `RedirectRules.parse` and by a ClientMetadata.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct RedirectUri {
    uri: Parsed,
}

type Core<'u> = gatepost::oauth::RedirectUri<'u>;

self_cell!(
    struct Parsed {
        owner: String,
        #[covariant]
        dependent: Core,
    }
);

impl RedirectUri {
    pub(crate) fn of(
        text: &str,
        read: impl for<'u> FnOnce(&'u str) -> Result<Core<'u>, Reason>,
    ) -> Result<Self, Reason> {
        Parsed::try_new(text.to_owned(), |text| read(text)).map(|uri| Self { uri })
    }
}

#[pymethods]
impl RedirectUri {
    /// Who receives what is sent there: "web" (`https`), "loopback" (`http` to this machine) or
    /// "private_use" (a scheme of an app's own).
    #[getter]
    fn kind(&self) -> &'static str {
        match self.uri.borrow_dependent().kind() {
            RedirectKind::Web => "web",
            RedirectKind::Loopback => "loopback",
            _ => "private_use",
        }
    }

    /// The host, which a consent page has to show; an IPv6 address without its brackets.
    /// Private-use schemes may have none.
    #[getter]
    fn host(&self) -> Option<&str> {
        self.uri.borrow_dependent().host()
    }

    /// Whether it is sent to the user's own machine, where any program can receive it: a consent
    /// page should warn.
    #[getter]
    fn is_loopback(&self) -> bool {
        self.uri.borrow_dependent().is_loopback()
    }

    /// Whether `requested` may be redirected to, when this is what was registered: the same text,
    /// but for the port of an `http` URI of the loopback.
    fn allows(&self, requested: &Bound<'_, PyString>) -> bool {
        self.uri.borrow_dependent().allows(input::untrusted(requested))
    }

    fn __str__(&self) -> &str {
        self.uri.borrow_owner()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("RedirectUri({})", PyString::new(py, self.__str__()).repr()?))
    }
}
