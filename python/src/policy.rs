//! `Policy`: what an access token must be to be accepted.

use std::sync::Arc;

use gatepost::limits::DEFAULT_LEEWAY;
use gatepost::oauth::Provider;
use gatepost::{Algorithms, Reason, ScopeClaims, Strings};
use pyo3::prelude::*;
use pyo3::types::PyString;
use self_cell::self_cell;

use crate::input::Seconds;
use crate::rule::{ClaimRule, ClaimRules};
use crate::{errors, input};

/// What an access token must be to be accepted.
///
/// `issuer` is compared with `iss` byte for byte; `aud` must name one of `audience` (str or a
/// sequence of str). `algorithms` are names such as "RS256": every asymmetric one unless given.
/// `leeway` is in seconds, at most 300. `typ` pins the header's media type. A token must have
/// every one of `required_scopes`, which `scope_claims` may grant, every claim that `require`
/// names, and those values of claims that the `claims` (of type ClaimRule) demand. Behind a guard,
/// let `base_scopes` name the required ones too: its challenge tells clients those alone.
///
/// With `provider`, "auth0", "okta", "entra_id", "keycloak" or "cognito", the issuer must have the
/// form that this provider's have, a slash at the end included; scopes are taken from where it
/// writes them, unless `scope_claims` says otherwise; and what tells its access tokens from its
/// other tokens is demanded. "generic" assumes nothing.
///
/// With `client_as_audience`, audiences are clients where a token has no `aud`: the provider
/// "cognito" needs and implies it. Such a token does not say whom it is meant for: another server
/// that takes the same client's tokens can use them here.
///
/// Raises PolicyError.
///
/// >>> policy = Policy("https://tenant.auth0.com/", "https://mcp.example.com/mcp", provider="auth0")
/// >>> policy.scope_claims
/// ['scope', 'permissions']
/// >>> Policy("https://tenant.auth0.com", "https://mcp.example.com/mcp", provider="auth0")
/// Traceback (most recent call last):
///     ...
/// gatepost.exceptions.PolicyError: the caller asked for something that makes no sense: issuer
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Policy {
    cell: PolicyCell,
}

struct Demands {
    issuer: String,
    audience: Vec<String>,
    provider: Provider,
    takes_client_for_audience: bool,
    algorithms: Option<Algorithms>,
    leeway: u32,
    typ: Option<String>,
    required_scopes: Vec<String>,
    /// `None` for what RFC 9068 demands, `typ` included.
    require: Option<Vec<String>>,
    /// `None` for the provider's.
    scope_claims: Option<ScopeClaims>,
    claims: Arc<ClaimRules>,
}

type Compiled<'p> = gatepost::Policy<'p>;

self_cell!(
    /// Made once, so that a validation does not read the issuer anew.
    struct PolicyCell {
        owner: Demands,
        #[covariant]
        dependent: Compiled,
    }
);

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
        scope_claims = None,
        claims = Vec::new(),
        *,
        provider = Provider::Generic.name(),
        client_as_audience = false,
    ), text_signature = "(issuer, audience, algorithms=None, leeway=30, typ=None, \
                         required_scopes=(), require=['exp'], scope_claims=None, claims=(), *, \
                         provider='generic', client_as_audience=False)")]
    #[expect(clippy::too_many_arguments, reason = "keywords, in Python")]
    fn new(
        issuer: String,
        audience: &Bound<'_, PyAny>,
        algorithms: Option<Vec<String>>,
        leeway: Seconds,
        typ: Option<String>,
        required_scopes: Vec<String>,
        require: Vec<String>,
        scope_claims: Option<ScopeNames>,
        claims: Vec<Py<ClaimRule>>,
        provider: &str,
        client_as_audience: bool,
    ) -> PyResult<Self> {
        let py = audience.py();
        let algorithms = algorithms.map(|names| input::algorithms(py, &names)).transpose()?;
        Self::of(
            py,
            Demands {
                issuer,
                audience: input::one_or_more(audience)?,
                provider: input::provider(py, provider)?,
                takes_client_for_audience: client_as_audience,
                algorithms,
                leeway: leeway.0,
                typ,
                required_scopes,
                require: Some(require),
                scope_claims: scope_claims.map(|names| names.0),
                claims: ClaimRules::of(claims).map_err(|reason| errors::refused(py, reason))?,
            },
        )
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
        scope_claims = None,
        claims = Vec::new(),
        provider = Provider::Generic.name(),
    ), text_signature = "(issuer, audience, *, algorithms=None, leeway=30, required_scopes=(), \
                         scope_claims=None, claims=(), provider='generic')")]
    #[expect(clippy::too_many_arguments, reason = "keywords, in Python")]
    fn rfc9068(
        issuer: String,
        audience: &Bound<'_, PyAny>,
        algorithms: Option<Vec<String>>,
        leeway: Seconds,
        required_scopes: Vec<String>,
        scope_claims: Option<ScopeNames>,
        claims: Vec<Py<ClaimRule>>,
        provider: &str,
    ) -> PyResult<Self> {
        let py = audience.py();
        let algorithms = algorithms.map(|names| input::algorithms(py, &names)).transpose()?;
        Self::of(
            py,
            Demands {
                issuer,
                audience: input::one_or_more(audience)?,
                provider: input::provider(py, provider)?,
                takes_client_for_audience: false,
                algorithms,
                leeway: leeway.0,
                typ: None,
                required_scopes,
                require: None,
                scope_claims: scope_claims.map(|names| names.0),
                claims: ClaimRules::of(claims).map_err(|reason| errors::refused(py, reason))?,
            },
        )
    }

    #[getter]
    pub(crate) fn issuer(&self) -> &str {
        &self.demands().issuer
    }

    #[getter]
    fn audience(&self) -> Vec<String> {
        self.demands().audience.clone()
    }

    /// The kind of authorization server whose tokens it is for; "generic" for any.
    #[getter(provider)]
    fn provider_name(&self) -> &'static str {
        self.provider().name()
    }

    /// In seconds.
    #[getter]
    fn leeway(&self) -> u32 {
        self.demands().leeway
    }

    #[getter]
    fn required_scopes(&self) -> Vec<String> {
        self.demands().required_scopes.clone()
    }

    /// The claims that scopes are taken from.
    #[getter]
    fn scope_claims(&self) -> Vec<&'static str> {
        let claims = self.demands().scope_claims();
        [(claims.scope, "scope"), (claims.scp, "scp"), (claims.permissions, "permissions")]
            .into_iter()
            .filter_map(|(is_read, name)| is_read.then_some(name))
            .collect()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, demands) = (slf.py(), slf.get().demands());
        let issuer = PyString::new(py, &demands.issuer).repr()?;
        let audience = (&demands.audience).into_pyobject(py)?.repr()?;
        Ok(format!("Policy(issuer={issuer}, audience={audience})"))
    }
}

impl Policy {
    fn of(py: Python<'_>, demands: Demands) -> PyResult<Self> {
        PolicyCell::try_new(demands, Demands::compile)
            .map(|cell| Self { cell })
            .map_err(|part| errors::misuse(py, part))
    }

    /// The core's view of this policy.
    pub(crate) fn borrowed(&self) -> &gatepost::Policy<'_> {
        self.cell.borrow_dependent()
    }

    pub(crate) fn audiences(&self) -> &[String] {
        &self.demands().audience
    }

    pub(crate) fn provider(&self) -> Provider {
        self.demands().provider
    }

    fn demands(&self) -> &Demands {
        self.cell.borrow_owner()
    }
}

impl Demands {
    /// Says which part makes no sense, if one does not.
    fn compile(&self) -> Result<gatepost::Policy<'_>, &'static str> {
        let part = |name| move |_: Reason| name;
        let audience = Strings::from(&self.audience[..]);
        let mut policy = match self.provider {
            // Of any form.
            Provider::Generic => gatepost::Policy::new(&self.issuer, audience),
            provider => {
                provider.require_issuer(&self.issuer).map_err(part("issuer"))?;
                provider.policy(&self.issuer, audience)
            }
        }
        .map_err(part("issuer or audience"))?;
        if self.takes_client_for_audience {
            policy = policy.with_client_as_audience();
        }
        if let Some(algorithms) = self.algorithms {
            policy = policy.with_algorithms(algorithms).map_err(part("algorithms"))?;
        }
        policy = policy
            .with_scope_claims(self.scope_claims())
            .with_claim_rules(self.claims.borrowed())
            .with_leeway(self.leeway)
            .map_err(part("leeway"))?;
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

    fn scope_claims(&self) -> ScopeClaims {
        self.scope_claims.unwrap_or_else(|| self.provider.scope_claims())
    }
}

/// Names of claims that grant scopes.
struct ScopeNames(ScopeClaims);

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
