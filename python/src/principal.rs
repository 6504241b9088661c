//! `Principal`: who asks.

use gatepost::limits::MEMORY;
use gatepost::mcp::{RESPONSE_MEMORY, StateOwner, Step};
use gatepost::{Reason, UnixTime};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use self_cell::{MutBorrow, self_cell};

use crate::configuration::with_guard;
use crate::confirmation::Confirmation;
use crate::guard::Guard;
use crate::request::RequestHead;
use crate::response::Response;
use crate::token::AccessToken;
use crate::validator::Told;

/// Whoever sent a request: the bearer of a valid token, or for public operations nobody in
/// particular.
///
/// It is for this request alone: the next one brings its own token. It holds on to the request's
/// head, and with that to the token as it came; its `token` does not, for what outlives the request.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Principal {
    cell: PrincipalCell,
    token: PyOnceLock<Option<Py<AccessToken>>>,
}

/// What the core's principal borrows from.
struct Asked {
    guard: Py<Guard>,
    head: Py<RequestHead>,
    memory: MutBorrow<Box<[u8]>>,
}

type Borrowed<'a> = gatepost::mcp::Principal<'a>;

self_cell!(
    struct PrincipalCell {
        owner: Asked,
        #[covariant]
        dependent: Borrowed,
    }
);

impl Principal {
    /// Decides who sent `head`, by `authority`, which is that of `guard`.
    pub(crate) fn of(
        guard: Py<Guard>,
        head: Py<RequestHead>,
        authority: &Told<'_>,
        now: UnixTime,
    ) -> Result<Self, Response> {
        let memory = vec![0; MEMORY + RESPONSE_MEMORY].into_boxed_slice();
        let asked = Asked { guard, head, memory: MutBorrow::new(memory) };
        let cell = PrincipalCell::try_new(asked, |asked| {
            let guard = asked.guard.get();
            let head = asked.head.get().borrowed();
            let memory = asked.memory.borrow_mut();
            match with_guard!(guard.borrowed(), |it| it.authenticate(&head, authority, now, memory))
            {
                Step::Proceed(principal) => Ok(principal),
                Step::Respond(response) => Err(Response::from(&response)),
            }
        })?;
        Ok(Self { cell, token: PyOnceLock::new() })
    }

    /// The core's view, if it is `guard` that let in this principal, with `head`: scopes are read
    /// by the rules of one guard.
    pub(crate) fn of_guard(&self, guard: &Bound<'_, Guard>) -> Option<&Borrowed<'_>> {
        self.cell.borrow_owner().guard.is(guard).then(|| self.cell.borrow_dependent())
    }

    /// Whose request states are this principal's: nobody's where nobody in particular asks.
    pub(crate) fn owner(&self) -> Result<StateOwner<'_>, Reason> {
        let principal = self.cell.borrow_dependent();
        let issuer = principal.issuer().ok_or(Reason::MissingClaim)?;
        StateOwner::new(issuer, principal.subject(), principal.client_id())
    }

    /// Whether it is this request that the principal has sent.
    pub(crate) fn has_sent(&self, head: &Bound<'_, RequestHead>) -> bool {
        self.cell.borrow_owner().head.is(head)
    }
}

#[pymethods]
impl Principal {
    /// The token; None for nobody in particular.
    #[getter]
    fn token(&self, py: Python<'_>) -> PyResult<Option<Py<AccessToken>>> {
        let token = self.token.get_or_try_init(py, || {
            let token = self.cell.borrow_dependent().token();
            let of =
                |token: &gatepost::AccessToken<'_>| AccessToken::of(token, token.confirmation());
            token.map(|token| Py::new(py, of(token))).transpose()
        })?;
        Ok(token.as_ref().map(|token| token.clone_ref(py)))
    }

    /// The issuer of the token.
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.cell.borrow_dependent().issuer()
    }

    /// `sub` of the token; unique for its issuer only.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.cell.borrow_dependent().subject()
    }

    /// `client_id` of the token, or else `azp`.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.cell.borrow_dependent().client_id()
    }

    /// The scopes of the token.
    #[getter]
    fn scopes(&self) -> Vec<&str> {
        self.cell.borrow_dependent().token().into_iter().flat_map(|token| token.scopes()).collect()
    }

    /// The keys that the token is bound to, which the request has proved to come from;
    /// `Confirmation.NONE` where a token alone was enough, or none was needed.
    #[getter]
    fn confirmation(&self) -> Confirmation {
        self.cell.borrow_dependent().confirmation().into()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        // Who it is stays out of logs.
        Ok(format!("Principal(issuer={})", self.issuer().into_pyobject(py)?.repr()?))
    }
}
