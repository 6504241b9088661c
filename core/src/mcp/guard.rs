//! From a request to the right answer.

use core::{fmt, ptr};

use heapless::String;

use super::answers::{Refused, cors_headers, document, preflight, refusal, with_body};
use super::content_type;
use super::legacy::Legacy;
use super::origins::{Origin, Origins, browser_form, is_origin};
use super::response::Response;
use super::rules::{RulesView, Verdict};
use super::{Authority, Operation, OperationHeaders, Principal, error_body};
use crate::limits::{MAX_MESSAGE_LEN, MAX_METADATA_URL_LEN};
use crate::oauth::{
    Challenge, Credentials, DpopVerifier, LegacyServerMetadata, ProofFingerprint, Provider,
    ReplayStore, RequestHead, ResourceMetadata, Scheme,
};
use crate::text::uri::Uri;
use crate::{AccessToken, Reason, Strings, UnixTime};

/// Decides about requests to one MCP server: what a client must bring, who it is, and whether that
/// is enough for what it asks.
///
/// Each request is decided by its own token alone; nothing is kept from one to the next. There are
/// two steps, so that nobody reads a body for a stranger: [`authenticate`](Self::authenticate)
/// looks at the head, [`authorize`](Self::authorize) at what the body asks for.
///
/// A guard borrows its configuration and does no I/O: it serves as many threads at once as its
/// store of proofs does, and any number where it takes none.
///
/// ```
/// use gatepost::mcp::{Guard, Rule, Rules, Step};
/// use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
/// use gatepost::{KeySet, Policy, UnixTime};
///
/// let resource = "https://mcp.example.com/mcp";
/// let issuers = ["https://tenant.auth0.com/"];
/// let metadata = ResourceMetadata::new(resource, &issuers)?.with_scopes_supported(&["mcp:use"])?;
/// let rules = Rules::<8, 8>::new(&[Rule::tool("send").needs("mcp:send")], &[], "mcp:use")?;
/// let guard = Guard::new(&metadata)?.with_rules(rules.view());
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let keys: KeySet<4> = KeySet::from_jwks(jwks)?;
/// let authority = (Policy::new(issuers[0], resource)?, keys.keys());
///
/// let headers = [Header::new("Content-Type", "application/json")];
/// let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
/// let mut memory = [0; 4096];
/// let now = UnixTime::from_secs(1_700_000_000);
/// let Step::Respond(response) = guard.authenticate(&head, &authority, now, &mut memory) else {
///     panic!("nobody gets in without a token");
/// };
/// assert_eq!(response.status(), 401);
/// assert_eq!(
///     response.header("WWW-Authenticate"),
///     Some(concat!(
///         r#"Bearer scope="mcp:use", resource_metadata="#,
///         r#""https://mcp.example.com/.well-known/oauth-protected-resource/mcp""#,
///     )),
/// );
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub struct Guard<'g, S = NoDpop> {
    metadata: &'g ResourceMetadata<'g>,
    pub(super) metadata_url: String<MAX_METADATA_URL_LEN>,
    resource_origin: Origin,
    legacy: Legacy<'g>,
    pub(super) provider: Provider,
    pub(super) rules: RulesView<'g>,
    origins: Origins<'g>,
    max_message_len: usize,
    pub(super) dpop: Option<Dpop<'g, S>>,
}

/// How proofs of possession are verified.
pub(super) struct Dpop<'g, S> {
    pub(super) verifier: DpopVerifier<'g, S>,
    pub(super) is_required: bool,
}

/// In place of a store of proofs, where a guard takes none.
#[derive(Clone, Copy, Debug)]
pub enum NoDpop {}

impl ReplayStore for NoDpop {
    fn insert(
        &self,
        _proof: &ProofFingerprint,
        _expires_at: UnixTime,
        _now: UnixTime,
    ) -> Result<(), Reason> {
        match *self {}
    }
}

/// What becomes of a request after its head was judged.
#[derive(Debug)]
pub enum Step<'m> {
    /// Read the body and go on.
    Proceed(Principal<'m>),
    /// Send this, and do not read the body.
    Respond(Response<'m>),
}

/// Bytes of memory that a response needs at the most: 8192.
///
/// Usual ones have some hundreds: two challenges with the longest scopes and URLs fill it. A
/// metadata document that does not fit is refused when the guard is made.
pub const RESPONSE_MEMORY: usize = 8192;

impl<'g> Guard<'g> {
    /// A guard for the resource that `metadata` describes. Until more is said, every valid token
    /// may do everything, and browsers may ask from the resource's own origin alone: in lower case
    /// and without the port that its scheme has anyway, however the resource is written.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] where the URL of the metadata has more than
    /// [`MAX_METADATA_URL_LEN`] bytes or is one that a [`Challenge`] cannot name, where the document
    /// has more than [`RESPONSE_MEMORY`], and where the host is longer than the name of one may be.
    pub fn new(metadata: &'g ResourceMetadata<'g>) -> Result<Self, Reason> {
        let mut memory = [0; RESPONSE_MEMORY];
        metadata.write(&mut memory).map_err(|_| Reason::Misuse)?;
        let url = metadata.url().write(&mut memory).map_err(|_| Reason::Misuse)?;
        Challenge::new(Scheme::Bearer, url)?;
        let metadata_url = String::try_from(url).map_err(|_| Reason::Misuse)?;
        let resource = Uri::parse(metadata.resource()).ok_or(Reason::Misuse)?;
        Ok(Self {
            metadata,
            metadata_url,
            resource_origin: browser_form(&resource)?,
            legacy: Legacy::OfProvider(None),
            provider: Provider::Generic,
            rules: RulesView::NONE,
            origins: Origins::Listed(Strings::NONE),
            max_message_len: MAX_MESSAGE_LEN,
            dpop: None,
        })
    }

    /// Takes proofs of possession ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)), and where
    /// `is_required` no tokens but those that are bound to a key.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] where `verifier` is for another resource.
    pub fn with_dpop<S: ReplayStore>(
        self,
        verifier: DpopVerifier<'g, S>,
        is_required: bool,
    ) -> Result<Guard<'g, S>, Reason> {
        if !verifier.is_for(self.metadata.resource()) {
            return Err(Reason::Misuse);
        }
        Ok(Guard {
            metadata: self.metadata,
            metadata_url: self.metadata_url,
            resource_origin: self.resource_origin,
            legacy: self.legacy,
            provider: self.provider,
            rules: self.rules,
            origins: self.origins,
            max_message_len: self.max_message_len,
            dpop: Some(Dpop { verifier, is_required }),
        })
    }
}

impl<'g, S: ReplayStore> Guard<'g, S> {
    /// Judges operations by these rules.
    #[must_use]
    pub fn with_rules(self, rules: RulesView<'g>) -> Self {
        Self { rules, ..self }
    }

    /// Explains tokens as this provider's
    /// ([`Provider::judge_foreign_token`]); [`Generic`](Provider::Generic) unless set.
    ///
    /// With [`Auth0`](Provider::Auth0) and one authorization server, its document for clients of
    /// the MCP revision 2025-03-26 is published as well ([`Provider::legacy_metadata`]), with the
    /// resource for the audience. Where tokens are meant for another identifier,
    /// [`with_legacy_audience`](Self::with_legacy_audience) says so.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider, ..self }
    }

    /// Publishes this document for clients of the MCP revision 2025-03-26, whatever the provider.
    #[must_use]
    pub fn with_legacy_metadata(self, metadata: &'g LegacyServerMetadata<'g>) -> Self {
        Self { legacy: Legacy::Document(metadata), ..self }
    }

    /// Publishes the provider's own document for clients of the MCP revision 2025-03-26 with this
    /// audience in place of the resource: the one that the policy demands. It comes after
    /// [`with_provider`](Self::with_provider).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] where there is no such document to name it: the provider has none
    /// ([`Provider::has_legacy_metadata`]), there are several authorization servers, or the one is
    /// none of the provider's; and for an empty audience.
    pub fn with_legacy_audience(self, audience: &'g str) -> Result<Self, Reason> {
        let legacy = Legacy::OfProvider(Some(audience));
        legacy.document(self.provider, self.metadata).ok_or(Reason::Misuse)?;
        Ok(Self { legacy, ..self })
    }

    /// Publishes no document for clients of the MCP revision 2025-03-26, whatever the provider.
    #[must_use]
    pub fn without_legacy_metadata(self) -> Self {
        Self { legacy: Legacy::Nothing, ..self }
    }

    /// Lets pages of these origins ask, besides those of the resource's own: `https://host` or
    /// `https://host:port`, as browsers send them
    /// ([RFC 6454, section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)).
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no origin: `null`, `*`, a URL with a path, a capital, or the
    /// port that its scheme has anyway.
    pub fn with_origins(self, origins: impl Into<Strings<'g>>) -> Result<Self, Reason> {
        let origins = origins.into();
        if !origins.iter().all(is_origin) {
            return Err(Reason::Misuse);
        }
        Ok(Self { origins: Origins::Listed(origins), ..self })
    }

    /// Lets pages of any origin ask. A server on a private network or on the user's own machine
    /// then loses its protection against DNS rebinding.
    #[must_use]
    pub fn with_any_origin(self) -> Self {
        Self { origins: Origins::Any, ..self }
    }

    /// Takes bodies of up to so many bytes; [`MAX_MESSAGE_LEN`] unless set.
    #[must_use]
    pub fn with_max_message_len(self, bytes: usize) -> Self {
        Self { max_message_len: bytes, ..self }
    }

    /// Decides by the head of a request who asks, before any of the body is read.
    ///
    /// `authority` is a policy with its keys, or [`Issuers`](crate::Issuers). `memory` takes the
    /// decoded token and what is to be answered: [`limits::MEMORY`](crate::limits::MEMORY) and
    /// [`RESPONSE_MEMORY`] bytes are always enough, 8192 for usual tokens.
    ///
    /// The order of the checks is fixed: requests for the metadata documents are answered to
    /// everybody; then comes the origin (403), preflight requests, the credentials (400, 401), the
    /// token (401, or 503 where that cannot be told now), its binding to a certificate, then to a key
    /// for proofs (401). A proof is spent only where all else is good.
    pub fn authenticate<'m>(
        &'m self,
        head: &RequestHead<'m>,
        authority: &impl Authority,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Step<'m> {
        if self.metadata.is_target(head.target) {
            return Step::Respond(document(head, self.metadata.write(memory)));
        }
        if LegacyServerMetadata::is_target(head.target)
            && let Some(legacy) = self.legacy.document(self.provider, self.metadata)
        {
            return Step::Respond(document(head, legacy.write(memory)));
        }
        let origin = match self.judge_origin(head) {
            Ok(origin) => origin,
            Err(reason) => return Step::Respond(with_body(refusal(reason, None), reason, memory)),
        };
        if head.method == "OPTIONS" && head.values("access-control-request-method").next().is_some()
        {
            return Step::Respond(preflight(head, origin, memory));
        }
        let (memory, for_response) = split(memory);
        let base = self.rules.base_scope();
        let refused = match Credentials::from_values(head.values("authorization")) {
            Ok(Credentials::Bearer(token)) => {
                match self.admit_bearer(token, head, authority, now, memory) {
                    Ok(token) => return Step::Proceed(self.let_in(token)),
                    Err((reason, scheme)) => Refused::new(reason, scheme, base),
                }
            }
            Ok(Credentials::Dpop(token)) if self.dpop.is_some() => {
                match self.admit_dpop(token, head, authority, now, memory) {
                    Ok(token) => return Step::Proceed(self.let_in(token)),
                    Err((reason, fault)) => {
                        Refused { fault, ..Refused::new(reason, Some(Scheme::Dpop), base) }
                    }
                }
            }
            // A scheme that is not understood is as good as none.
            Ok(_) => match self.judge_stranger(head, memory) {
                Ok(()) => return Step::Proceed(Principal::anonymous(self.address())),
                Err(scope) => Refused::new(Reason::CredentialsMissing, None, scope),
            },
            Err(reason) => Refused::new(reason, None, None),
        };
        let refused = Refused { now: Some(now), ..refused };
        Step::Respond(self.challenge(&refused, origin, for_response))
    }

    /// Whether requests for this target, as it arrived, are answered with a metadata document,
    /// whoever sends them: an adapter that guards one path of a server alone hands these to
    /// [`authenticate`](Self::authenticate) as well.
    #[must_use]
    pub fn is_metadata_target(&self, target: &str) -> bool {
        self.metadata.is_target(target)
            || LegacyServerMetadata::is_target(target)
                && self.legacy.document(self.provider, self.metadata).is_some()
    }

    /// Reads what the body of a request asks for, and sees that its headers agree.
    ///
    /// `body` is the whole body, in UTF-8: a `Content-Type` that says otherwise, or could be taken to
    /// do so, is refused, and so is a `Content-Encoding` other than `identity`, since the server
    /// would read other bytes than these. An adapter that decompresses hands in the decompressed
    /// body, and leaves that header out. `memory` takes what holds escapes in it, and the answer
    /// where there is one: [`OPERATION_MEMORY`](crate::limits::OPERATION_MEMORY) and
    /// [`RESPONSE_MEMORY`] bytes are always enough, 1024 for usual bodies.
    ///
    /// # Errors
    ///
    /// The answer to send: 400 or 413, with a JSON-RPC error as body.
    #[expect(clippy::result_large_err, reason = "nothing is allocated: an answer is a value")]
    pub fn read_operation<'m>(
        &'m self,
        head: &RequestHead<'_>,
        body: &'m [u8],
        memory: &'m mut [u8],
    ) -> Result<Operation<'m>, Response<'m>> {
        let (memory, for_response) = split(memory);
        let read = content_type::check(head)
            .map_err(|reason| (reason, None))
            .and_then(|()| Operation::read(body, self.max_message_len, memory));
        let (reason, id) = match read {
            Ok(operation) => match operation.check_headers(&OperationHeaders::from(head)) {
                Ok(()) => return Ok(operation),
                Err(reason) => (reason, operation.id()),
            },
            Err(refused) => refused,
        };
        let mut response = refusal(reason, self.judge_origin(head).unwrap_or(None));
        if let Ok(body) = error_body(reason, id, for_response) {
            response.set_json(body);
        }
        Err(response)
    }

    /// Decides whether `principal` may do what is asked for.
    ///
    /// A request without a body, such as the `GET` of revisions before 2026-07-28, asks for what
    /// no rule speaks of: [`Operation::WITHOUT_BODY`].
    ///
    /// # Errors
    ///
    /// The answer to send: 403 with all scopes that the operation needs, or 401 where it needs a
    /// token at all and there is none; 503 ([`Reason::Misuse`]) where another guard let in this
    /// principal, and for [`Operation::resource_template`].
    #[expect(clippy::result_large_err, reason = "nothing is allocated: an answer is a value")]
    pub fn authorize<'m>(
        &'m self,
        head: &RequestHead<'_>,
        principal: &Principal<'_>,
        operation: &Operation<'_>,
        memory: &'m mut [u8],
    ) -> Result<(), Response<'m>> {
        // A template's verdict is that of no URI which it stands for.
        let verdict =
            if operation.is_listed_template() { None } else { self.judge(principal, operation) };
        let (reason, scope) = match verdict {
            Some(Verdict::Permitted) => return Ok(()),
            Some(Verdict::TokenNeeded(scope)) => (Reason::CredentialsMissing, scope),
            Some(Verdict::ScopesNeeded(scope)) => (Reason::InsufficientScope, Some(scope)),
            Some(Verdict::Refused) => (Reason::OperationRefused, None),
            None => (Reason::Misuse, None),
        };
        let scheme = principal.token().map(|_| self.scheme_of(head));
        let refused = Refused::new(reason, scheme, scope);
        Err(self.challenge(&refused, self.judge_origin(head).unwrap_or(None), memory))
    }

    /// Whether `principal` may do this: for lists of tools, prompts, resources and templates that
    /// show each what it may use
    /// ([MCP, "Tools"](https://modelcontextprotocol.io/specification/2026-07-28/server/tools)).
    /// `false` where another guard let in this principal.
    #[must_use]
    pub fn permits(&self, principal: &Principal<'_>, operation: &Operation<'_>) -> bool {
        self.judge(principal, operation) == Some(Verdict::Permitted)
    }

    /// Headers that a response of the server to a request which was let in has to have, for
    /// browsers: names and values.
    pub fn response_headers(
        &self,
        head: &RequestHead<'_>,
    ) -> impl Iterator<Item = (&'static str, &str)> {
        self.judge_origin(head).unwrap_or(None).into_iter().flat_map(cors_headers)
    }

    /// The origin that a response names for browsers, if the request has one.
    pub(super) fn judge_origin(&self, head: &RequestHead<'_>) -> Result<Option<&str>, Reason> {
        let mut origins = head.values("origin");
        let Some(origin) = origins.next() else { return Ok(None) };
        if origins.next().is_some() {
            return Err(Reason::OriginRefused);
        }
        match self.origins {
            Origins::Any => Ok(Some("*")),
            Origins::Listed(listed) => listed
                .iter()
                .chain([self.resource_origin.as_str()])
                .find(|allowed| allowed.as_bytes() == origin)
                .map(Some)
                .ok_or(Reason::OriginRefused),
        }
    }

    /// Whether a request without credentials goes on, which it does where its headers tell that it
    /// asks for something public; if not, which scopes it needs.
    fn judge_stranger(
        &self,
        head: &RequestHead<'_>,
        memory: &mut [u8],
    ) -> Result<(), Option<&'g str>> {
        let headers = OperationHeaders::from(head);
        let Ok(Some(operation)) = Operation::from_headers(&headers, memory) else {
            return Err(self.rules.base_scope());
        };
        match self.judge(&Principal::anonymous(self.address()), &operation) {
            Some(Verdict::Permitted) => Ok(()),
            Some(Verdict::TokenNeeded(scope)) => Err(scope),
            _ => Err(self.rules.base_scope()),
        }
    }

    fn let_in<'m>(&'m self, token: AccessToken<'m>) -> Principal<'m> {
        Principal::new(token, &self.rules, self.address())
    }

    fn judge(&self, principal: &Principal<'_>, operation: &Operation<'_>) -> Option<Verdict<'g>> {
        principal.judge(&self.rules, self.address(), operation)
    }

    /// By which its principals are known.
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// The scheme of the credentials that were accepted.
    pub(super) fn scheme_of(&self, head: &RequestHead<'_>) -> Scheme {
        match Credentials::from_values(head.values("authorization")) {
            Ok(Credentials::Dpop(_)) if self.dpop.is_some() => Scheme::Dpop,
            _ => Scheme::Bearer,
        }
    }
}

impl<S> fmt::Debug for Guard<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("resource", &self.metadata.resource())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// Sets the memory of a response apart.
fn split(memory: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let len = memory.len().saturating_sub(RESPONSE_MEMORY).max(memory.len() / 2);
    memory.split_at_mut_checked(len).unwrap_or_default()
}
