//! `Rule` and `ClaimRule`: what operations need, and what claims must be.

use std::sync::Arc;

use gatepost::{Reason, Strings};
use pyo3::prelude::*;
use pyo3::types::PyString;
use self_cell::self_cell;

use crate::{errors, input};

/// A claim that must have one of certain values.
///
/// Made by `one_of` for a claim that is a string, by `includes` for one that is an array.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct ClaimRule {
    name: String,
    values: Vec<String>,
    is_array: bool,
}

#[pymethods]
impl ClaimRule {
    /// The claim is a string, and it is one of `values` (str or a sequence of str).
    ///
    /// Raises PolicyError.
    #[staticmethod]
    fn one_of(name: String, values: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self { name, values: input::one_or_more(values)?, is_array: false }.checked(values.py())
    }

    /// The claim is an array, and at least one of `values` (str or a sequence of str) is in it.
    ///
    /// Raises PolicyError.
    #[staticmethod]
    fn includes(name: String, values: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self { name, values: input::one_or_more(values)?, is_array: true }.checked(values.py())
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, this) = (slf.py(), slf.get());
        let form = if this.is_array { "includes" } else { "one_of" };
        let name = PyString::new(py, &this.name).repr()?;
        let values = (&this.values).into_pyobject(py)?.repr()?;
        Ok(format!("ClaimRule.{form}({name}, {values})"))
    }
}

impl ClaimRule {
    fn borrowed(&self) -> Result<gatepost::ClaimRule<'_>, Reason> {
        let values = Strings::from(&self.values[..]);
        if self.is_array {
            gatepost::ClaimRule::includes(&self.name, values)
        } else {
            gatepost::ClaimRule::one_of(&self.name, values)
        }
    }

    fn checked(self, py: Python<'_>) -> PyResult<Self> {
        match self.borrowed() {
            Ok(_) => Ok(self),
            Err(_) => Err(errors::misuse(py, "name or values")),
        }
    }
}

type Borrowed<'c> = Vec<gatepost::ClaimRule<'c>>;

self_cell!(
    /// Rules for claims beside the core's view of them, which is a slice.
    pub(crate) struct ClaimRules {
        owner: Vec<Py<ClaimRule>>,
        #[covariant]
        dependent: Borrowed,
    }
);

impl ClaimRules {
    pub(crate) fn of(rules: Vec<Py<ClaimRule>>) -> Result<Arc<Self>, Reason> {
        Self::try_new(rules, |rules| rules.iter().map(|rule| rule.get().borrowed()).collect())
            .map(Arc::new)
    }

    pub(crate) fn borrowed(&self) -> &[gatepost::ClaimRule<'_>] {
        self.borrow_dependent()
    }
}

/// What one kind of operation needs beyond a valid token.
///
/// A rule speaks of tools, prompts, resources or methods by their exact name or by its beginning,
/// and unless more is said lets every valid token use them. A rule never changes: each method
/// returns another one.
#[pyclass(frozen, module = "gatepost")]
#[derive(Clone)]
pub(crate) struct Rule {
    kind: &'static str,
    new: New,
    pattern: String,
    needs: Needs,
    principal: Who,
    claims: Arc<ClaimRules>,
}

type New = for<'r> fn(&'r str) -> gatepost::mcp::Rule<'r>;

#[derive(Clone)]
enum Needs {
    Nothing,
    Scopes(Vec<String>),
    Refused,
}

#[derive(Clone)]
enum Who {
    Anybody,
    User(String, String),
    Client(String, String),
}

#[pymethods]
impl Rule {
    /// A rule for calls of this tool.
    #[staticmethod]
    fn tool(py: Python<'_>, name: String) -> PyResult<Self> {
        Self::of(py, "tool", |name| gatepost::mcp::Rule::tool(name), name)
    }

    /// A rule for calls of the tools whose names begin so.
    #[staticmethod]
    fn tools_beginning_with(py: Python<'_>, prefix: String) -> PyResult<Self> {
        let new: New = |prefix| gatepost::mcp::Rule::tools_beginning_with(prefix);
        Self::of(py, "tools_beginning_with", new, prefix)
    }

    /// A rule for this prompt.
    #[staticmethod]
    fn prompt(py: Python<'_>, name: String) -> PyResult<Self> {
        Self::of(py, "prompt", |name| gatepost::mcp::Rule::prompt(name), name)
    }

    /// A rule for the prompts whose names begin so.
    #[staticmethod]
    fn prompts_beginning_with(py: Python<'_>, prefix: String) -> PyResult<Self> {
        let new: New = |prefix| gatepost::mcp::Rule::prompts_beginning_with(prefix);
        Self::of(py, "prompts_beginning_with", new, prefix)
    }

    /// A rule for the resource with this URI.
    ///
    /// A completion ("completion/complete") is judged by the template in its "ref" alone, not by the
    /// values that come with it, which may make the URI of a resource that needs more: a handler
    /// that looks into resources for what it proposes has to ask `Guard.permits` for each.
    #[staticmethod]
    fn resource(py: Python<'_>, uri: String) -> PyResult<Self> {
        Self::of(py, "resource", |uri| gatepost::mcp::Rule::resource(uri), uri)
    }

    /// A rule for the resources whose URIs begin so. A URI that a server could take for another
    /// one, as with dot segments or a capital host, begins like none, and is refused where any rule
    /// speaks of resources and none names it exactly. So is one that differs from what a rule speaks
    /// of in the case of ASCII letters, in encoding, in what is dropped at the end of a segment
    /// (dots, spaces, ";parameters", "::$DATA", the last slash), in its fragment, or in a query that
    /// the rule does not have. A rule for the beginning "db://a?" beside one for "db://a" tells the
    /// two apart.
    #[staticmethod]
    fn resources_beginning_with(py: Python<'_>, prefix: String) -> PyResult<Self> {
        let new: New = |prefix| gatepost::mcp::Rule::resources_beginning_with(prefix);
        Self::of(py, "resources_beginning_with", new, prefix)
    }

    /// A rule for this method of JSON-RPC, such as "tools/list".
    #[staticmethod]
    fn method(py: Python<'_>, name: String) -> PyResult<Self> {
        Self::of(py, "method", |name| gatepost::mcp::Rule::method(name), name)
    }

    /// A rule for the methods whose names begin so.
    #[staticmethod]
    fn methods_beginning_with(py: Python<'_>, prefix: String) -> PyResult<Self> {
        let new: New = |prefix| gatepost::mcp::Rule::methods_beginning_with(prefix);
        Self::of(py, "methods_beginning_with", new, prefix)
    }

    /// Needs the scopes of one of these alternatives, each of them words with a space between.
    #[pyo3(signature = (*alternatives))]
    fn needs(&self, alternatives: Vec<String>) -> Self {
        Self { needs: Needs::Scopes(alternatives), ..self.clone() }
    }

    /// Needs no token at all, where the headers alone tell the operation (MCP 2026-07-28).
    fn public(&self) -> Self {
        Self { needs: Needs::Nothing, ..self.clone() }
    }

    /// Refuses the operation, whatever the token.
    fn refused(&self) -> Self {
        Self { needs: Needs::Refused, ..self.clone() }
    }

    /// Counts for this user alone: `subject` of the tokens of `issuer`.
    fn for_user(&self, issuer: String, subject: String) -> Self {
        Self { principal: Who::User(issuer, subject), ..self.clone() }
    }

    /// Counts for this client alone: `client_id` of the tokens of `issuer`.
    fn for_client(&self, issuer: String, client_id: String) -> Self {
        Self { principal: Who::Client(issuer, client_id), ..self.clone() }
    }

    /// Demands that these claims have these values, all of them.
    #[pyo3(signature = (*claims))]
    fn with_claims(&self, py: Python<'_>, claims: Vec<Py<ClaimRule>>) -> PyResult<Self> {
        let claims = ClaimRules::of(claims).map_err(|reason| errors::refused(py, reason))?;
        Ok(Self { claims, ..self.clone() })
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        let pattern = PyString::new(slf.py(), &this.pattern).repr()?;
        Ok(format!("Rule.{}({pattern})", this.kind))
    }
}

impl Rule {
    fn of(py: Python<'_>, kind: &'static str, new: New, pattern: String) -> PyResult<Self> {
        let claims = ClaimRules::of(Vec::new()).map_err(|reason| errors::refused(py, reason))?;
        let needs = Needs::Scopes(Vec::new());
        Ok(Self { kind, new, pattern, needs, principal: Who::Anybody, claims })
    }

    /// The core's view of this rule.
    pub(crate) fn borrowed(&self) -> gatepost::mcp::Rule<'_> {
        let rule = (self.new)(&self.pattern);
        let rule = match &self.needs {
            Needs::Nothing => rule.public(),
            Needs::Scopes(alternatives) => rule.needs(&alternatives[..]),
            Needs::Refused => rule.refused(),
        };
        let rule = match &self.principal {
            Who::Anybody => rule,
            Who::User(issuer, subject) => rule.for_user(issuer, subject),
            Who::Client(issuer, client_id) => rule.for_client(issuer, client_id),
        };
        rule.with_claims(self.claims.borrowed())
    }
}
