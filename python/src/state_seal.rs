//! `StateSeal`: state that travels through the client.

use gatepost::Reason;
use gatepost::limits::MAX_STATE_LEN;
use gatepost::mcp::StateScope;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::principal::Principal;
use crate::seal_keys::SealKeys;
use crate::token::AccessToken;
use crate::{errors, input};

/// Seals request states and handles, and opens what comes back.
///
/// The `requestState` of a request in several rounds (MCP 2026-07-28), or a handle for something
/// that the server keeps, goes to the client and comes back as whatever the client likes. Sealed,
/// it can only come back as it was, from the `owner` it was made for, a Principal or an
/// AccessToken, for the same `purpose`, a text of the server's own such as the method and the
/// tool, in the same `context`, bytes that the server has again by then such as a digest of the
/// arguments, and in time. A user with two clients is two owners.
///
/// It is no credential: the token of each request is validated all the same. It is authenticated
/// and not encrypted: the client can read it. That a state is used once alone only the server's
/// memory can see to.
///
/// Safe to share between threads.
///
/// >>> keys = KeySet.from_secret(b"a development secret of 32 bytes")
/// >>> policy = Policy("https://as.example.com", "https://mcp.example.com/mcp")
/// >>> token = Validator(policy, keys).validate(
/// ...     "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUuY29tIiwiYXVkIjoiaHR0cHM"
/// ...     "6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwic3ViIjoiYWxpY2UiLCJleHAiOjQxMDI0NDQ4MDB9.iPbFy5"
/// ...     "02Fco-18JRR3oHjmUbQdv2NM0nFa0qefPufX0"
/// ... )
/// >>> import secrets, time
/// >>> seal = StateSeal(SealKeys({1: secrets.token_bytes(32)}))
/// >>> text = seal.seal(b"step 2", token, "tools/call pay", expires_at=time.time() + 300)
/// >>> seal.open(text, token, "tools/call pay")
/// b'step 2'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct StateSeal {
    keys: Py<SealKeys>,
}

/// Whom a state belongs to.
#[derive(FromPyObject)]
enum Owner<'py> {
    Principal(Bound<'py, Principal>),
    Token(Bound<'py, AccessToken>),
}

/// Room for a state and its seal, as text too: four characters for three bytes, of which the seal
/// takes 42.
const SEALED_MEMORY: usize = 2 * MAX_STATE_LEN;

#[pymethods]
impl StateSeal {
    #[new]
    fn new(keys: Py<SealKeys>) -> Self {
        Self { keys }
    }

    /// Seals `state`, at most 4096 bytes, until `expires_at`, in seconds since 1970: as base64url.
    ///
    /// Raises TooLargeError for a longer state, MissingClaimError for an owner that nothing names,
    /// and PolicyError for an empty purpose.
    #[pyo3(signature = (state, owner, purpose, *, expires_at, context = None),
           text_signature = "($self, state, owner, purpose, *, expires_at, context=b'')")]
    fn seal(
        &self,
        py: Python<'_>,
        state: &[u8],
        owner: Owner<'_>,
        purpose: &str,
        expires_at: &Bound<'_, PyAny>,
        context: Option<&[u8]>,
    ) -> PyResult<String> {
        let expires_at = input::unix_time("expires_at", expires_at)?;
        let mut memory = [0; SEALED_MEMORY];
        self.sealer()
            .and_then(|seal| {
                let scope = owner.scope(purpose, context.unwrap_or_default())?;
                seal.seal(&scope, state, expires_at, &mut memory).map(str::to_owned)
            })
            .map_err(|reason| errors::refused(py, reason))
    }

    /// Opens what was sealed: the state as it was.
    ///
    /// `now` is in seconds since 1970, of which a fraction is dropped; `time.time()` unless given.
    ///
    /// Raises InvalidStateError for what was not sealed here, for another owner, purpose or
    /// context, or with a secret that is gone; StateExpiredError; MissingClaimError and PolicyError
    /// as `seal` does.
    #[pyo3(signature = (text, owner, purpose, *, context = None, now = None),
           text_signature = "($self, text, owner, purpose, *, context=b'', now=None)")]
    fn open<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'_, PyString>,
        owner: Owner<'_>,
        purpose: &str,
        context: Option<&[u8]>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let now = input::time(py, now)?;
        let mut memory = [0; SEALED_MEMORY];
        self.sealer()
            .and_then(|seal| {
                let scope = owner.scope(purpose, context.unwrap_or_default())?;
                seal.open(input::untrusted(text), &scope, now, &mut memory)
            })
            .map(|state| PyBytes::new(py, state))
            .map_err(|reason| errors::refused(py, reason))
    }

    fn __repr__(&self) -> &'static str {
        "StateSeal(...)"
    }
}

impl StateSeal {
    fn sealer(&self) -> Result<gatepost::mcp::StateSeal<'_>, Reason> {
        self.keys.get().borrowed().map(gatepost::mcp::StateSeal::new)
    }
}

impl Owner<'_> {
    fn scope<'s>(&'s self, purpose: &'s str, context: &'s [u8]) -> Result<StateScope<'s>, Reason> {
        let owner = match self {
            Self::Principal(principal) => principal.get().owner(),
            Self::Token(token) => token.get().owner(),
        }?;
        Ok(StateScope::new(owner, purpose)?.with_context(context))
    }
}
