//! What a guard answers: refusals with their challenges, documents, and what browsers ask for.

use serde::Serialize;

use super::guard::Guard;
use super::response::Response;
use crate::limits::{MAX_PARAMETER_HEADER_LEN, MAX_PARAMETER_HEADERS, MAX_RETRY_AFTER};
use crate::oauth::{Challenge, ReplayStore, RequestHead, Scheme};
use crate::text::writer::{self, Writer};
use crate::{Reason, UnixTime};

/// Seconds after which a client may ask again where nobody says when it will be better.
const RETRY_AFTER: &str = "5";
/// Characters of the most seconds that are said.
const SECONDS_LEN: usize = 4;

impl<S: ReplayStore> Guard<'_, S> {
    /// Writes the answer for `reason`, for those who know better than the guard: an adapter whose
    /// keys are not to be had answers with
    /// [`KeysUnavailable`](crate::Reason::KeysUnavailable). An answer of 503 asks the client to come
    /// back in five seconds.
    pub fn refuse<'m>(
        &'m self,
        head: &RequestHead<'_>,
        reason: Reason,
        memory: &'m mut [u8],
    ) -> Response<'m> {
        self.refuse_until(head, reason, UnixTime::from_secs(0), UnixTime::from_secs(0), memory)
    }

    /// The same, for those who know until when it lasts, such as
    /// [`KeyRefresh::next_fetch_at`](crate::oauth::KeyRefresh::next_fetch_at): an answer of 503 asks
    /// the client to come back then (`Retry-After`), or in [`MAX_RETRY_AFTER`] seconds if that is
    /// earlier. Where `until` is not after `now`, this is [`refuse`](Self::refuse).
    pub fn refuse_until<'m>(
        &'m self,
        head: &RequestHead<'_>,
        reason: Reason,
        until: UnixTime,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Response<'m> {
        let scheme = Some(self.scheme_of(head));
        let seconds = until.as_secs().saturating_sub(now.as_secs()).min(MAX_RETRY_AFTER);
        let refused = Refused { seconds, ..Refused::new(reason, scheme, self.rules.base_scope()) };
        self.challenge(&refused, self.judge_origin(head).unwrap_or(None), memory)
    }

    /// A refusal with its challenges.
    pub(super) fn challenge<'m>(
        &'m self,
        refused: &Refused<'_>,
        origin: Option<&'m str>,
        memory: &'m mut [u8],
    ) -> Response<'m> {
        let reason = refused.reason;
        let (retry_after, mut memory) = refused.retry_after(memory);
        let mut response = refusal_until(reason, origin, retry_after);
        let is_about_credentials = matches!(response.status(), 400 | 401 | 403);
        for scheme in [Scheme::Bearer, Scheme::Dpop] {
            if !is_about_credentials || !self.offers(scheme, refused.scheme) {
                continue;
            }
            let mut writer = Writer::new(memory);
            if self.write_challenge(refused, scheme, &mut writer).is_err() {
                // Refused all the same.
                return response;
            }
            match writer.finish() {
                Ok((text, rest)) => {
                    response.add("WWW-Authenticate", text);
                    memory = rest;
                }
                Err(_) => return response,
            }
        }
        if let (Reason::NonceRequired, Some(now), Some(dpop)) = (reason, refused.now, &self.dpop)
            && let Some(nonces) = dpop.verifier.nonces()
        {
            let (place, rest) = memory.split_at_mut_checked(NONCE_LEN).unwrap_or_default();
            if let Ok(nonce) = nonces.write(now, place) {
                response.add("DPoP-Nonce", nonce);
            }
            memory = rest;
        }
        with_body(response, reason, memory)
    }

    /// Whether a challenge is of `scheme`, where the credentials were of the scheme `sent`. Those
    /// who sent none are offered all.
    fn offers(&self, scheme: Scheme, sent: Option<Scheme>) -> bool {
        match (&self.dpop, scheme) {
            (None, _) => scheme == Scheme::Bearer,
            (Some(dpop), Scheme::Bearer) => !dpop.is_required && sent != Some(Scheme::Dpop),
            (Some(dpop), Scheme::Dpop) => dpop.is_required || sent != Some(Scheme::Bearer),
        }
    }

    fn write_challenge(
        &self,
        refused: &Refused<'_>,
        scheme: Scheme,
        writer: &mut Writer<'_>,
    ) -> Result<(), Reason> {
        let Refused { reason, scope, fault, .. } = *refused;
        let mut challenge = Challenge::new(scheme, &self.metadata_url)?.with_reason(reason);
        if fault == Fault::OfToken {
            challenge = challenge.about_token();
        }
        if let Some(scope) = scope {
            challenge = challenge.with_scope(scope)?;
        }
        if let (Scheme::Dpop, Some(dpop)) = (scheme, &self.dpop) {
            challenge = challenge.with_algorithms(dpop.verifier.algorithms())?;
        }
        challenge.write_to(writer);
        Ok(())
    }
}

/// What is at fault where possession was not proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The token: it is bound to another certificate.
    OfToken,
    /// The proof that came with it, if any did.
    OfProof,
}

/// What was refused, as challenges say it.
pub(super) struct Refused<'c> {
    pub(super) reason: Reason,
    /// The scheme of the credentials that were sent.
    pub(super) scheme: Option<Scheme>,
    pub(super) scope: Option<&'c str>,
    pub(super) fault: Fault,
    /// For a new nonce.
    pub(super) now: Option<UnixTime>,
    /// How long it lasts, 0 where nobody says.
    pub(super) seconds: u64,
}

impl<'c> Refused<'c> {
    pub(super) const fn new(
        reason: Reason,
        scheme: Option<Scheme>,
        scope: Option<&'c str>,
    ) -> Self {
        Self { reason, scheme, scope, fault: Fault::OfProof, now: None, seconds: 0 }
    }

    /// The value of `Retry-After`, and the memory behind it.
    fn retry_after<'m>(&self, memory: &'m mut [u8]) -> (&'m str, &'m mut [u8]) {
        if self.seconds == 0 || memory.len() < SECONDS_LEN {
            return (RETRY_AFTER, memory);
        }
        let (place, rest) = memory.split_at_mut_checked(SECONDS_LEN).unwrap_or_default();
        let mut writer = Writer::new(place);
        writer.push_number(self.seconds);
        (writer.finish().map_or(RETRY_AFTER, |(text, _)| text), rest)
    }
}

/// Characters of a nonce of [`DpopNonces`](crate::oauth::DpopNonces).
const NONCE_LEN: usize = 32;

/// A metadata document, or how to ask for it. It is public, and browser clients read it before
/// they have any token.
pub(super) fn document<'m>(
    head: &RequestHead<'_>,
    written: Result<&'m str, Reason>,
) -> Response<'m> {
    let mut response = match (head.method, written) {
        ("GET" | "HEAD", Ok(document)) => {
            let mut response = Response::new(200, None);
            response.add("Cache-Control", "max-age=300");
            response.set_json(document);
            response
        }
        ("GET" | "HEAD", Err(reason)) => Response::new(reason.http_status(), Some(reason)),
        ("OPTIONS", _) => return preflight(head, Some("*"), &mut []),
        _ => {
            let mut response = Response::new(405, None);
            response.add("Allow", "GET, HEAD, OPTIONS");
            response
        }
    };
    response.add("Access-Control-Allow-Origin", "*");
    response
}

/// A refusal without challenge and body.
pub(super) fn refusal<'m>(reason: Reason, origin: Option<&'m str>) -> Response<'m> {
    refusal_until(reason, origin, RETRY_AFTER)
}

fn refusal_until<'m>(
    reason: Reason,
    origin: Option<&'m str>,
    retry_after: &'m str,
) -> Response<'m> {
    let mut response = Response::new(reason.http_status(), Some(reason));
    response.add("Cache-Control", "no-store");
    if response.status() == 503 {
        response.add("Retry-After", retry_after);
    }
    for (name, value) in origin.into_iter().flat_map(cors_headers) {
        response.add(name, value);
    }
    response
}

/// Adds a body that says why. What went wrong in the server is nobody else's business.
pub(super) fn with_body<'m>(
    mut response: Response<'m>,
    reason: Reason,
    memory: &'m mut [u8],
) -> Response<'m> {
    let body = Refusal {
        error: reason.oauth_error(),
        error_description: reason.description(),
        reason: reason.name(),
    };
    if let Ok((body, _)) = writer::json(&body, memory) {
        response.set_json(body);
    }
    response
}

/// The body of a refusal: that of an error of OAuth
/// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)), and the reason.
#[derive(Serialize)]
struct Refusal {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    error_description: &'static str,
    reason: &'static str,
}

/// The answer to a preflight request
/// ([Fetch, section 3.3.5](https://fetch.spec.whatwg.org/#http-responses)).
pub(super) fn preflight<'m>(
    head: &RequestHead<'_>,
    origin: Option<&'m str>,
    memory: &'m mut [u8],
) -> Response<'m> {
    let mut response = Response::new(204, None);
    for (name, value) in origin.into_iter().flat_map(cors_headers) {
        response.add(name, value);
    }
    response.add("Access-Control-Allow-Methods", "GET, POST, DELETE");
    response.add("Access-Control-Allow-Headers", allowed_headers(head, memory));
    response.add("Access-Control-Max-Age", "600");
    response
}

/// The headers that pages may send. Those that carry parameters of tools (MCP 2026-07-28,
/// Streamable HTTP, "Custom Headers from Tool Parameters") are named by the tools, which are not
/// known here: of them those are allowed that the browser asks for. `*` would allow any others too,
/// and with them those that proxies set for servers that trust them.
fn allowed_headers<'m>(head: &RequestHead<'_>, memory: &'m mut [u8]) -> &'m str {
    let mut names = head
        .values("access-control-request-headers")
        .flat_map(|value| value.split(|byte| *byte == b','))
        .filter_map(parameter_header)
        .take(MAX_PARAMETER_HEADERS)
        .peekable();
    if names.peek().is_none() {
        return ALLOWED_HEADERS;
    }
    let mut writer = Writer::new(memory);
    writer.push(ALLOWED_HEADERS);
    for name in names {
        writer.push(", ");
        writer.push(name);
    }
    writer.finish().map_or(ALLOWED_HEADERS, |(text, _)| text)
}

/// The name of a header that carries a parameter, if it is one and nothing else.
fn parameter_header(name: &[u8]) -> Option<&str> {
    const PREFIX: &[u8] = b"mcp-param-";
    let name = name.trim_ascii();
    let (prefix, parameter) = name.split_at_checked(PREFIX.len())?;
    // tchar (RFC 9110, section 5.6.2).
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let is_one = prefix.eq_ignore_ascii_case(PREFIX)
        && !parameter.is_empty()
        && parameter.iter().all(is_token)
        && name.len() <= MAX_PARAMETER_HEADER_LEN;
    if is_one { core::str::from_utf8(name).ok() } else { None }
}

/// What MCP clients send, in any revision.
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Accept, DPoP, MCP-Protocol-Version, \
                               Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID";

/// The headers by which a browser lets a page of `origin` see a response.
pub(super) fn cors_headers(origin: &str) -> [(&'static str, &str); 3] {
    [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", EXPOSED_HEADERS),
        ("Vary", "Origin"),
    ]
}

/// What pages see besides the headers that any page sees of any response, which `Retry-After` is
/// not among ([Fetch, section 2.2.2](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)).
const EXPOSED_HEADERS: &str = "WWW-Authenticate, Retry-After, DPoP-Nonce, Mcp-Session-Id";
