//! `Policy`: what an access token must be to be accepted.

use std::sync::Arc;

use gatepost::limits::DEFAULT_LEEWAY;
use gatepost::{Algorithms, Reason, ScopeClaims, Strings};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::input::Seconds;
use crate::rule::{ClaimRule, ClaimRules};
use crate::{errors, input};

/// What an access token must be to be accepted.
///
/// `issuer` is compared with `iss` byte for byte; `aud` must name one of `audience` (str or a
/// sequence of str). `algorithms` are names such as "RS256": every asymmetric one unless given.
/// `leeway` is in seconds, at most 300. `typ` pins the header's media type. A token must have
/// every one of `required_scopes`, which `scope_claims` may grant, every claim that `require`
/// names, and those values of claims that the `claims` (of type ClaimRule) demand.
///
/// Raises PolicyError.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Policy {
    issuer: String,
    audience: Vec<String>,
    algorithms: Option<Algorithms>,
    leeway: u32,
    typ: Option<String>,
    required_scopes: Vec<String>,
    /// `None` for what RFC 9068 demands, `typ` included.
    require: Option<Vec<String>>,
    scope_claims: ScopeClaims,
    claims: Arc<ClaimRules>,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (
        issuer,
        audience,
        algorithms = None,
        leeway = DEFAULT_LEEWAY.into(),
        typ = None,
        required_scopes = Vec::new(),
        require = vec!["exp".to_owned()],
        scope_claims = ScopeClaims::ALL.into(),
        claims = Vec::new(),
    ), text_signature = "(issuer, audience, algorithms=None, leeway=30, typ=None, \
                         required_scopes=(), require=['exp'], \
                         scope_claims=('scope', 'scp', 'permissions'), claims=())")]
    #[expect(clippy::too_many_arguments, reason = "keywords, in Python")]
    fn new(
        issuer: String,
        audience: &Bound<'_, PyAny>,
        algorithms: Option<Vec<String>>,
        leeway: Seconds,
        typ: Option<String>,
        required_scopes: Vec<String>,
        require: Vec<String>,
        scope_claims: ScopeNames,
        claims: Vec<Py<ClaimRule>>,
    ) -> PyResult<Self> {
        let py = audience.py();
        let algorithms = algorithms.map(|names| input::algorithms(py, &names)).transpose()?;
        Self {
            issuer,
            audience: input::one_or_more(audience)?,
            algorithms,
            leeway: leeway.0,
            typ,
            required_scopes,
            require: Some(require),
            scope_claims: scope_claims.0,
            claims: ClaimRules::of(claims).map_err(|reason| errors::refused(py, reason))?,
        }
        .checked(py)
    }

    /// The policy for access tokens in the profile of RFC 9068: `typ` is at+jwt, and `exp`,
    /// `sub`, `client_id`, `iat` and `jti` are required.
    ///
    /// Raises PolicyError.
    #[staticmethod]
    #[pyo3(signature = (
        issuer,
        audience,
        *,
        algorithms = None,
        leeway = DEFAULT_LEEWAY.into(),
        required_scopes = Vec::new(),
        scope_claims = ScopeClaims::ALL.into(),
        claims = Vec::new(),
    ), text_signature = "(issuer, audience, *, algorithms=None, leeway=30, required_scopes=(), \
                         scope_claims=('scope', 'scp', 'permissions'), claims=())")]
    fn rfc9068(
        issuer: String,
        audience: &Bound<'_, PyAny>,
        algorithms: Option<Vec<String>>,
        leeway: Seconds,
        required_scopes: Vec<String>,
        scope_claims: ScopeNames,
        claims: Vec<Py<ClaimRule>>,
    ) -> PyResult<Self> {
        let py = audience.py();
        let algorithms = algorithms.map(|names| input::algorithms(py, &names)).transpose()?;
        Self {
            issuer,
            audience: input::one_or_more(audience)?,
            algorithms,
            leeway: leeway.0,
            typ: None,
            required_scopes,
            require: None,
            scope_claims: scope_claims.0,
            claims: ClaimRules::of(claims).map_err(|reason| errors::refused(py, reason))?,
        }
        .checked(py)
    }

    #[getter]
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    #[getter]
    fn audience(&self) -> Vec<String> {
        self.audience.clone()
    }

    /// In seconds.
    #[getter]
    fn leeway(&self) -> u32 {
        self.leeway
    }

    #[getter]
    fn required_scopes(&self) -> Vec<String> {
        self.required_scopes.clone()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, this) = (slf.py(), slf.get());
        let issuer = PyString::new(py, &this.issuer).repr()?;
        let audience = (&this.audience).into_pyobject(py)?.repr()?;
        Ok(format!("Policy(issuer={issuer}, audience={audience})"))
    }
}

impl Policy {
    /// The core's view of this policy: borrowed, so that it costs next to nothing.
    pub(crate) fn borrowed(&self) -> Result<gatepost::Policy<'_>, (Reason, &'static str)> {
        let part = |name| move |reason| (reason, name);
        let mut policy = gatepost::Policy::new(&self.issuer, Strings::from(&self.audience[..]))
            .map_err(part("issuer or audience"))?;
        if let Some(algorithms) = self.algorithms {
            policy = policy.with_algorithms(algorithms).map_err(part("algorithms"))?;
        }
        policy =
            policy.with_scope_claims(self.scope_claims).with_claim_rules(self.claims.borrowed());
        policy = policy.with_leeway(self.leeway).map_err(part("leeway"))?;
        if let Some(typ) = &self.typ {
            policy = policy.with_typ(typ).map_err(part("typ"))?;
        }
        if !self.required_scopes.is_empty() {
            policy = policy
                .with_required_scopes(Strings::from(&self.required_scopes[..]))
                .map_err(part("required_scopes"))?;
        }
        match &self.require {
            None => Ok(policy.rfc9068()),
            Some(claims) => {
                policy.with_required_claims(Strings::from(&claims[..])).map_err(part("require"))
            }
        }
    }

    fn checked(self, py: Python<'_>) -> PyResult<Self> {
        match self.borrowed() {
            Ok(_) => Ok(self),
            Err((_, part)) => Err(errors::misuse(py, part)),
        }
    }
}

/// Names of claims that grant scopes.
struct ScopeNames(ScopeClaims);

impl From<ScopeClaims> for ScopeNames {
    fn from(claims: ScopeClaims) -> Self {
        Self(claims)
    }
}

impl<'py> FromPyObject<'_, 'py> for ScopeNames {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let mut claims = ScopeClaims::NONE;
        for name in value.extract::<Vec<String>>()? {
            match &name[..] {
                "scope" => claims.scope = true,
                "scp" => claims.scp = true,
                "permissions" => claims.permissions = true,
                _ => {
                    let detail = format!("scope_claims: unknown {name:?}");
                    return Err(errors::misuse(value.py(), &detail));
                }
            }
        }
        Ok(Self(claims))
    }
}
