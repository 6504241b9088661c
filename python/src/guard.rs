//! `Guard`: from a request to the right answer.

use std::sync::Arc;

use gatepost::limits::{MAX_MESSAGE_LEN, OPERATION_MEMORY};
use gatepost::mcp::RESPONSE_MEMORY;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::configuration::{Borrowed, Configuration, Configured, GuardCell, with_guard};
use crate::dpop::Dpop;
use crate::legacy::{Legacy, LegacyArgument};
use crate::principal::Principal;
use crate::request::{Operation, RequestHead};
use crate::response::Response;
use crate::rule::Rule;
use crate::validator::Validator;
use crate::{errors, input};

/// Decides about requests to one MCP server: what a client must bring, who it is, and whether that
/// is enough for what it asks.
///
/// `resource` is the public URL of the MCP endpoint, and `authorization_servers` the issuers whose
/// tokens are accepted: those of `validator` unless given. Both stand in the published metadata,
/// with `scopes_supported`, the few that basic use needs, `name`, the pages `documentation`,
/// `policy_uri` (how data may be used) and `tos_uri` (the terms of service), and with
/// `certificate_binding` that tokens bound to a client's certificate are understood (RFC 8705): say
/// so where each RequestHead has the certificate of its connection.
///
/// One of `rules` decides about an operation, the most specific one; where there is none,
/// `base_scopes` are needed, alternatives as in `Rule.needs`. `hierarchy` are pairs of a scope and
/// of those it implies, as words. Browsers may ask from the resource's own origin and from
/// `origins`, or with `any_origin` from everywhere. `provider`, which is that of the policies unless
/// given, explains the tokens of "auth0", "okta", "entra_id", "keycloak" or "cognito". Bodies have
/// at most `max_message_length` bytes. Tokens that are bound to a key are accepted with `dpop`.
///
/// For clients of the MCP revision 2025-03-26, `legacy_metadata` is published; at one tenant of
/// "auth0", as its own guide asks, `LegacyServerMetadata.for_provider` unless given, nothing with
/// False.
///
/// At most 512 rules, which speak of at most 128 scopes. Safe to share between threads.
///
/// Raises PolicyError.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Guard {
    cell: GuardCell,
    validator: Py<Validator>,
}

/// Whoever asks, or why not.
#[derive(IntoPyObject)]
enum Authenticated {
    Principal(Principal),
    Response(Response),
}

/// What is let in, or why not.
#[derive(IntoPyObject)]
enum Authorized {
    Operation(Operation),
    Response(Response),
}

#[pymethods]
impl Guard {
    #[new]
    #[pyo3(signature = (
        resource,
        validator,
        *,
        authorization_servers = None,
        scopes_supported = None,
        name = None,
        documentation = None,
        policy_uri = None,
        tos_uri = None,
        certificate_binding = false,
        rules = Vec::new(),
        hierarchy = Vec::new(),
        base_scopes = None,
        origins = None,
        any_origin = false,
        provider = None,
        max_message_length = MAX_MESSAGE_LEN,
        legacy_metadata = None,
        dpop = None,
    ), text_signature = "(resource, validator, *, authorization_servers=None, \
                         scopes_supported=(), name=None, documentation=None, policy_uri=None, \
                         tos_uri=None, certificate_binding=False, rules=(), hierarchy=(), \
                         base_scopes=(), origins=(), any_origin=False, provider=None, \
                         max_message_length=4194304, legacy_metadata=None, dpop=None)")]
    #[expect(clippy::too_many_arguments, reason = "keywords, in Python")]
    fn new(
        py: Python<'_>,
        resource: String,
        validator: Py<Validator>,
        authorization_servers: Option<&Bound<'_, PyAny>>,
        scopes_supported: Option<&Bound<'_, PyAny>>,
        name: Option<String>,
        documentation: Option<String>,
        policy_uri: Option<String>,
        tos_uri: Option<String>,
        certificate_binding: bool,
        rules: Vec<Py<Rule>>,
        hierarchy: Vec<(String, String)>,
        base_scopes: Option<&Bound<'_, PyAny>>,
        origins: Option<&Bound<'_, PyAny>>,
        any_origin: bool,
        provider: Option<&str>,
        max_message_length: usize,
        legacy_metadata: Option<LegacyArgument>,
        dpop: Option<Py<Dpop>>,
    ) -> PyResult<Self> {
        let origins = match (input::list(origins)?, any_origin) {
            (origins, false) => Some(origins),
            (origins, true) if origins.is_empty() => None,
            _ => return Err(errors::misuse(py, "origins beside any_origin")),
        };
        let authorization_servers = match authorization_servers {
            Some(issuers) => input::one_or_more(issuers)?,
            None => validator.get().issuers().map(str::to_owned).collect(),
        };
        let scopes_supported = input::list(scopes_supported)?;
        let provider = match provider.map(|name| input::provider(py, name)).transpose()? {
            None => validator.get().provider(),
            Some(provider) if validator.get().may_be_of(provider) => provider,
            Some(_) => return Err(errors::misuse(py, "the policies are for another provider")),
        };
        let legacy = match legacy_metadata {
            Some(LegacyArgument::Document(document)) => Legacy::Document(document),
            Some(LegacyArgument::Switch(false)) => Legacy::Nothing,
            Some(LegacyArgument::Switch(true)) => {
                return Err(errors::misuse(py, "legacy_metadata: what there is to publish"));
            }
            None => Legacy::OfProvider(match &authorization_servers[..] {
                [issuer] if provider.has_legacy_metadata() => {
                    validator.get().audience_other_than(issuer, &resource).map(str::to_owned)
                }
                _ => None,
            }),
        };
        let configuration = Configuration {
            resource,
            authorization_servers,
            scopes_supported,
            name,
            documentation,
            policy_uri,
            tos_uri,
            binds_to_certificates: certificate_binding,
            hierarchy,
            base_scopes: input::list(base_scopes)?,
            origins,
            provider,
            max_message_len: max_message_length,
            legacy,
            dpop,
        };
        Self::of(py, Configured { shared: Arc::new(configuration), rules }, validator)
    }

    /// The same guard with `rules` beside its own.
    ///
    /// Both have the same validator, and remember the same proofs of possession; a principal is of
    /// the one that let it in.
    ///
    /// Raises PolicyError, as where there is a rule already for the same operations and principals.
    fn with_rules(&self, py: Python<'_>, rules: Vec<Py<Rule>>) -> PyResult<Self> {
        let own = self.cell.configured();
        let rules = own.rules.iter().map(|rule| rule.clone_ref(py)).chain(rules).collect();
        let configured = Configured { shared: Arc::clone(&own.shared), rules };
        Self::of(py, configured, self.validator.clone_ref(py))
    }

    /// The public URL of the MCP endpoint.
    #[getter]
    fn resource(&self) -> &str {
        &self.configuration().resource
    }

    /// The origins of pages that may ask, besides the resource's own; None for any.
    #[getter]
    fn origins(&self) -> Option<Vec<&str>> {
        let origins = self.configuration().origins.as_ref()?;
        Some(origins.iter().map(|origin| &origin[..]).collect())
    }

    /// What judges the tokens.
    #[getter(validator)]
    fn shared_validator(&self, py: Python<'_>) -> Py<Validator> {
        self.validator.clone_ref(py)
    }

    /// Bytes that a body may have.
    #[getter]
    fn max_message_length(&self) -> usize {
        self.configuration().max_message_len
    }

    /// Decides by the head of a request who asks, before any of the body is read: a Principal, or
    /// the Response to send.
    ///
    /// `now` is in seconds since 1970, of which a fraction is dropped; `time.time()` unless given.
    ///
    /// Where the validator has a policy for opaque tokens, the Response to one has the reason
    /// "introspection_unavailable": it is sent only if nobody can be asked. Otherwise this is called
    /// again, with the same head and with `introspection`, str or bytes of at most 8192 bytes: what
    /// the endpoint has answered about the request's token.
    ///
    /// Raises PolicyError for an `introspection` without such a policy.
    #[pyo3(signature = (head, now = None, *, introspection = None))]
    fn authenticate(
        slf: &Bound<'_, Self>,
        head: Py<RequestHead>,
        now: Option<&Bound<'_, PyAny>>,
        introspection: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Authenticated> {
        let now = input::time(slf.py(), now)?;
        let authority = slf.get().validator().told(slf.py(), introspection)?;
        Ok(match Principal::of(slf.clone().unbind(), head, &authority, now) {
            Ok(principal) => Authenticated::Principal(principal),
            Err(response) => Authenticated::Response(response),
        })
    }

    /// Whether requests like this are answered with a metadata document, whoever sends them: an
    /// adapter that guards one path of a server alone hands these to `authenticate` as well.
    fn is_metadata_target(&self, head: &RequestHead) -> bool {
        with_guard!(self.borrowed(), |it| it.is_metadata_target(head.borrowed().target))
    }

    /// Decides whether `principal`, who sent `head`, may do what the body asks for: the Operation,
    /// or the Response to send.
    ///
    /// `body` is the whole body, str or bytes; None where there is none. It is UTF-8: a
    /// `Content-Type` that says otherwise, or could be taken to do so, is refused, and so is a
    /// `Content-Encoding` other than identity, since the server would read other bytes than these.
    /// Who decompresses hands in the decompressed body, and leaves that header out.
    ///
    /// Raises PolicyError where this guard did not let in this principal with this head.
    #[pyo3(signature = (principal, head, body = None))]
    fn authorize(
        slf: &Bound<'_, Self>,
        principal: &Bound<'_, Principal>,
        head: &Bound<'_, RequestHead>,
        body: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Authorized> {
        let py = slf.py();
        let asking =
            principal.get().of_guard(slf).filter(|_| principal.get().has_sent(head)).ok_or_else(
                || errors::misuse(py, "the principal is of another guard or request"),
            )?;
        let (guard, head) = (slf.get().borrowed(), head.get().borrowed());
        let mut memory = [0; OPERATION_MEMORY + RESPONSE_MEMORY];
        let operation = match body {
            None => gatepost::mcp::Operation::WITHOUT_BODY,
            Some(body) => {
                let text = input::text(body)
                    .ok_or_else(|| input::wrong_type("body", "str or bytes", body))?;
                match with_guard!(guard, |it| it.read_operation(&head, text, &mut memory)) {
                    Ok(operation) => operation,
                    Err(response) => return Ok(Authorized::Response(Response::from(&response))),
                }
            }
        };
        let mut for_response = [0; RESPONSE_MEMORY];
        let judged =
            with_guard!(guard, |it| it.authorize(&head, asking, &operation, &mut for_response));
        Ok(match judged {
            Ok(()) => Authorized::Operation(Operation::from(&operation)),
            Err(response) => Authorized::Response(Response::from(&response)),
        })
    }

    /// Whether `principal` may use this tool, prompt or resource: for lists that show each what it
    /// may use.
    ///
    /// A `resource_template` (RFC 6570) is judged as one of its resources of which no rule speaks
    /// in particular: by the rule that names the template itself, or else by that for the longest
    /// beginning of its text. When a resource is read, its own URI is judged.
    ///
    /// Raises PolicyError where this guard did not let in this principal.
    #[pyo3(signature = (
        principal, *, tool = None, prompt = None, resource = None, resource_template = None
    ))]
    fn permits(
        slf: &Bound<'_, Self>,
        principal: &Bound<'_, Principal>,
        tool: Option<&str>,
        prompt: Option<&str>,
        resource: Option<&str>,
        resource_template: Option<&str>,
    ) -> PyResult<bool> {
        let asking = principal
            .get()
            .of_guard(slf)
            .ok_or_else(|| errors::misuse(slf.py(), "the principal is of another guard"))?;
        use gatepost::mcp::Operation;
        let operation = match (tool, prompt, resource, resource_template) {
            (Some(name), None, None, None) => Operation::tool(name),
            (None, Some(name), None, None) => Operation::prompt(name),
            (None, None, Some(uri), None) => Operation::resource(uri),
            (None, None, None, Some(uri)) => Operation::resource_template(uri),
            _ => {
                let needed = "one of tool, prompt, resource and resource_template is needed";
                return Err(PyTypeError::new_err(needed));
            }
        };
        Ok(with_guard!(slf.get().borrowed(), |it| it.permits(asking, &operation)))
    }

    /// The answer for the reason with this name, such as "message_too_large" where the body was
    /// not read to its end, or "keys_unavailable".
    ///
    /// Who knows until when it lasts, such as `KeyRefresh.next_fetch_at`, says so in seconds since
    /// 1970: an answer of 503 asks the client to come back `until` then, or in an hour if that is
    /// earlier; in five seconds where it is None or not after `now`, which is `time.time()` unless
    /// given.
    ///
    /// Raises PolicyError for an unknown name.
    #[pyo3(signature = (head, reason, *, until = None, now = None))]
    fn refuse(
        &self,
        py: Python<'_>,
        head: &RequestHead,
        reason: &str,
        until: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Response> {
        let reason = input::reason(py, reason)?;
        let now = input::time(py, now)?;
        let until = until.map_or(Ok(now), |until| input::unix_time("until", until))?;
        let mut memory = [0; RESPONSE_MEMORY];
        let head = head.borrowed();
        let response = with_guard!(self.borrowed(), |it| {
            it.refuse_until(&head, reason, until, now, &mut memory)
        });
        Ok(Response::from(&response))
    }

    /// Headers that the server's own response to a request that was let in has to have, for
    /// browsers.
    fn response_headers(&self, head: &RequestHead) -> Vec<(&'static str, &str)> {
        let head = head.borrowed();
        with_guard!(self.borrowed(), |it| it.response_headers(&head).collect())
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let resource = slf.get().resource().into_pyobject(slf.py())?.repr()?;
        Ok(format!("Guard(resource={resource})"))
    }
}

impl Guard {
    fn of(py: Python<'_>, configured: Configured, validator: Py<Validator>) -> PyResult<Self> {
        let cell = GuardCell::of(configured).map_err(|part| errors::misuse(py, part))?;
        Ok(Self { cell, validator })
    }

    /// The core's view of this guard.
    pub(crate) fn borrowed(&self) -> &Borrowed<'_> {
        self.cell.borrow_dependent()
    }

    pub(crate) fn validator(&self) -> &Validator {
        self.validator.get()
    }

    fn configuration(&self) -> &Configuration {
        &self.cell.configured().shared
    }
}
