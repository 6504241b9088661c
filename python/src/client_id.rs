//! `ClientIdUrl` and `FetchPolicy`: clients that are named by a URL, and what may be fetched.

use core::net::IpAddr;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use self_cell::self_cell;

use crate::{errors, input};

/// A client identifier that is the URL of the client's metadata document (CIMD); `str()` is the
/// URL to fetch.
///
/// At most 2048 characters: `https`, a path that is more than a slash, and neither dot segments
/// nor fragment nor user. Fetch it with one request that follows no redirect, from an address that
/// a FetchPolicy lets through; take the document of a status of 200 alone, read no more than 5120
/// bytes, and cache what `ClientMetadata.from_document` has accepted, never an error.
///
/// Raises InvalidClientIdError.
///
/// >>> ClientIdUrl("https://app.example.com/oauth/client.json").host
/// 'app.example.com'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ClientIdUrl {
    url: Parsed,
}

type Core<'u> = gatepost::oauth::ClientIdUrl<'u>;

self_cell!(
    struct Parsed {
        owner: String,
        #[covariant]
        dependent: Core,
    }
);

#[pymethods]
impl ClientIdUrl {
    #[new]
    fn new(client_id: &Bound<'_, PyString>) -> PyResult<Self> {
        Parsed::try_new(input::untrusted(client_id).to_owned(), |text| Core::parse(text))
            .map(|url| Self { url })
            .map_err(|reason| errors::oauth_refused(client_id.py(), reason))
    }

    /// The host, which vouches for the client and which a consent page has to show; an IPv6
    /// address without its brackets.
    #[getter]
    fn host(&self) -> &str {
        self.borrowed().host()
    }

    fn __str__(&self) -> &str {
        self.borrowed().as_str()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("ClientIdUrl({})", PyString::new(py, self.__str__()).repr()?))
    }
}

impl ClientIdUrl {
    /// The core's view of this identifier.
    pub(crate) fn borrowed(&self) -> &gatepost::oauth::ClientIdUrl<'_> {
        self.url.borrow_dependent()
    }
}

/// Which addresses a fetcher may connect to for a URL that a stranger has named, such as a client
/// identifier, a `jwks_uri` or a logo: those of the public Internet and no others.
///
/// Check each address that the URL's host resolves to, connect to the one that was checked, and
/// follow no redirect: a name can resolve to something else the next time. With
/// `loopback_for_development` this machine's own are let through too: never on a server that others
/// reach.
///
/// >>> FetchPolicy().require_fetchable("1.1.1.1")
/// >>> FetchPolicy().require_fetchable("169.254.169.254")
/// Traceback (most recent call last):
///     ...
/// gatepost.exceptions.AddressRefusedError: the address is not one to fetch from
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct FetchPolicy {
    allows_loopback: bool,
}

#[pymethods]
impl FetchPolicy {
    #[new]
    #[pyo3(signature = (*, loopback_for_development = false))]
    fn new(loopback_for_development: bool) -> Self {
        Self { allows_loopback: loopback_for_development }
    }

    /// Refuses an address that is not one of the public Internet (RFC 6890): str, IPv4Address or
    /// IPv6Address. The zone of an IPv6 address does not count.
    ///
    /// Raises AddressRefusedError, and ValueError for what is no address.
    fn require_fetchable(&self, address: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = address.py();
        let no_address = || PyValueError::new_err("address must be an IPv4 or IPv6 address");
        let address: IpAddr = match address.cast::<PyString>() {
            Ok(text) => {
                let text = input::untrusted(text);
                let without_zone = text.split_once('%').map_or(text, |(address, _)| address);
                without_zone.parse().map_err(|_| no_address())?
            }
            Err(_) => address.extract().map_err(|_| no_address())?,
        };
        let policy = gatepost::oauth::FetchPolicy::new();
        let policy = match self.allows_loopback {
            true => policy.with_loopback_for_development(),
            false => policy,
        };
        policy.require_fetchable(address).map_err(|reason| errors::oauth_refused(py, reason))
    }

    fn __repr__(&self) -> String {
        let loopback = if self.allows_loopback { "True" } else { "False" };
        format!("FetchPolicy(loopback_for_development={loopback})")
    }
}
