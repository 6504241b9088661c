//! What a guard decides.

use core::ffi::c_void;

use gatepost_core::limits;
use gatepost_core::mcp::{Authority, Operation, RESPONSE_MEMORY, Step};
use gatepost_core::{PresentedToken, Reason, UnixTime, UntrustedToken};

use crate::boundary::{Output, addresses, array, guard, require_apart};
use crate::guard::{core, gatepost_guard};
use crate::operation::operation;
use crate::places::room;
use crate::policy::parts;
use crate::principal::principal;
use crate::proofs::{AnyGuard, either};
use crate::request::{Request, gatepost_request_head};
use crate::response::{Answer, gatepost_response, place_of, respond};
use crate::{
    GATEPOST_OPERATION_PROMPT, GATEPOST_OPERATION_RESOURCE, GATEPOST_OPERATION_RESOURCE_TEMPLATE,
    GATEPOST_OPERATION_TOOL, gatepost_issuer, gatepost_operation, gatepost_principal,
    gatepost_slice, keys,
};

/// Bytes of memory that are enough for gatepost_authenticate(), where a request has up to 120
/// headers; each more takes the size of a gatepost_header. 12288 are enough for usual requests.
pub const GATEPOST_AUTHENTICATE_MEMORY: usize = 36864;

/// Bytes of memory that are enough for gatepost_read_operation(), gatepost_authorize(),
/// gatepost_guard_refuse() and gatepost_guard_refuse_until(), where a request has up to 120 headers;
/// each more takes the size of a gatepost_header.
pub const GATEPOST_AUTHORIZE_MEMORY: usize = 16640;

const _: () = {
    const HEADERS: usize = 120 * size_of::<gatepost_core::oauth::Header<'_>>() + 8;
    assert!(GATEPOST_AUTHENTICATE_MEMORY >= limits::MEMORY + RESPONSE_MEMORY + HEADERS);
    assert!(GATEPOST_AUTHORIZE_MEMORY >= limits::OPERATION_MEMORY + RESPONSE_MEMORY + HEADERS);
};

/// Decides by the head of a request who asks, before any of the body is read; if somebody is let
/// in, fills `*principal`.
///
/// `issuers`: `issuer_count` issuers, at least 1, in any order, no two with the same name. Where
/// `keys` is NULL, because they have not been fetched yet, the issuer's tokens are
/// GATEPOST_KEYS_UNAVAILABLE. `now`: seconds since 1970. `memory`: `length` bytes, of which
/// GATEPOST_AUTHENTICATE_MEMORY are enough; principal and response point into them and into the
/// request. It overlaps neither the request nor the outputs.
///
/// The order of the checks is fixed: requests for the metadata documents are answered to
/// everybody; then comes the origin (403), preflight requests, the credentials (400, 401), the
/// token (401, or 503 where that cannot be told now), its binding to a key (401). A token that is
/// bound to a client's certificate needs that certificate; one that is bound to a key for DPoP
/// proofs needs a proof, and is refused where none are understood.
///
/// Returns GATEPOST_OK where the server is to read the body and go on: then `*response` has the
/// headers that the server's own response needs besides its own, for browsers, and nothing else.
/// Else it returns the reason, or GATEPOST_RESPOND where nothing is refused: then `*response` is
/// to be sent, also after GATEPOST_MISUSE, and the body not to be read. It is not written where
/// it is NULL.
///
/// # Safety
///
/// All pointers are NULL or point to what they say, which nobody changes during the call; nobody
/// else uses `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_authenticate(
    guard: *const gatepost_guard,
    issuers: *const gatepost_issuer,
    issuer_count: usize,
    head: *const gatepost_request_head,
    now: u64,
    memory: *mut c_void,
    length: usize,
    principal: *mut gatepost_principal,
    response: *mut gatepost_response,
) -> u32 {
    respond(response, |place| {
        let output = Output::new(principal)?;
        require_apart(&place, &output.addresses())?;
        // SAFETY: the caller vouches for all pointers.
        let (guard, issuers, request) = unsafe {
            let others = [place, output.addresses()];
            (
                core(guard)?,
                Issuers::new(issuers, issuer_count)?,
                Request::read(head, memory, length, &others)?,
            )
        };
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { authenticate(guard, &issuers, request, UnixTime::from_secs(now), output) }
    })
}

/// Has the head of a request judged by `authority`.
///
/// # Safety
///
/// `output` is for a principal, apart from the rest.
pub(crate) unsafe fn authenticate<'a>(
    guard: &'a AnyGuard,
    authority: &impl Authority,
    request: Request<'a>,
    now: UnixTime,
    output: Output<gatepost_principal>,
) -> Result<Answer, Reason> {
    let Request { head, memory } = request;
    match either!(guard, one => one.authenticate(&head, authority, now, memory)) {
        Step::Proceed(principal) => {
            let response =
                either!(guard, one => gatepost_response::let_in(one.response_headers(&head)));
            // SAFETY: the caller vouches for the place of the result.
            unsafe { output.write(principal.into()) }
            Ok(Answer::LetInWith(response))
        }
        Step::Respond(response) => Ok(Answer::Respond(response.into())),
    }
}

/// Reads what the body of a request asks for into `*operation`, and sees that its headers agree.
///
/// `head`: as for gatepost_authenticate(). `body`: the whole body, in UTF-8: a Content-Type that
/// says otherwise, or could be taken to do so, is GATEPOST_INVALID_MESSAGE, and so is a
/// Content-Encoding other than identity, since the server would read other bytes than these. Who
/// decompresses hands in the decompressed body, and leaves that header out. `memory`: `length` bytes, of
/// which GATEPOST_AUTHORIZE_MEMORY are enough; operation and response point into them, and into
/// the body. It is not that of the principal, and overlaps neither the request nor the outputs.
///
/// Returns GATEPOST_OK, and leaves `*response` as it was; or the reason, and then `*response` is
/// to be sent (400 or 413, with a JSON-RPC error as body; 503 where the caller made a mistake).
///
/// # Safety
///
/// As for gatepost_authenticate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_operation(
    guard: *const gatepost_guard,
    head: *const gatepost_request_head,
    body: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    operation: *mut gatepost_operation,
    response: *mut gatepost_response,
) -> u32 {
    respond(response, |place| {
        let output = Output::new(operation)?;
        require_apart(&place, &output.addresses())?;
        // SAFETY: the caller vouches for all pointers.
        let (guard, body, request) = unsafe {
            let others = [place, output.addresses(), addresses(body.ptr, body.len)];
            (core(guard)?, body.bytes()?, Request::read(head, memory, length, &others)?)
        };
        let Request { head, memory } = request;
        match either!(guard, one => one.read_operation(&head, body, memory)) {
            Ok(operation) => {
                // SAFETY: the caller vouches for the place of the result, which is apart from the
                // rest.
                unsafe { output.write(operation.into()) }
                Ok(Answer::LetIn)
            }
            Err(response) => Ok(Answer::Respond(response.into())),
        }
    })
}

/// Decides whether `principal` may do what is asked for.
///
/// `operation`: NULL for a request without a body, such as the GET of revisions of MCP before
/// 2026-07-28; it asks for what no rule speaks of. `memory`: `length` bytes, of which
/// GATEPOST_AUTHORIZE_MEMORY are enough; the response points into them. It is neither that of the
/// principal nor that of the operation, and overlaps neither the request nor the response.
///
/// Returns GATEPOST_OK, and leaves `*response` as it was; or the reason, and then `*response` is
/// to be sent: 403 with all scopes that the operation needs, or 401 where it needs a token at all
/// and there is none; 503 where the caller made a mistake, such as a principal that another guard
/// let in.
///
/// # Safety
///
/// As for gatepost_authenticate(); `principal` and `operation` were filled by these functions, and
/// the memory that they point to is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_authorize(
    guard: *const gatepost_guard,
    head: *const gatepost_request_head,
    principal: *const gatepost_principal,
    operation: *const gatepost_operation,
    memory: *mut c_void,
    length: usize,
    response: *mut gatepost_response,
) -> u32 {
    respond(response, |place| {
        // SAFETY: the caller vouches for all pointers.
        let (guard, principal, operation, request) = unsafe {
            let others = [place, place_of(principal), place_of(operation)];
            (
                core(guard)?,
                self::principal(principal)?,
                self::operation(operation)?,
                Request::read(head, memory, length, &others)?,
            )
        };
        let Request { head, memory } = request;
        match either!(guard, one => one.authorize(&head, &principal, &operation, memory)) {
            Ok(()) => Ok(Answer::LetIn),
            Err(response) => Ok(Answer::Respond(response.into())),
        }
    })
}

/// Whether `principal` may use the tool, prompt or resource called `name`: for lists that show
/// each what it may use. False for a NULL, another kind, what is not UTF-8, and a principal that
/// another guard let in.
///
/// `kind`: GATEPOST_OPERATION_TOOL, _PROMPT, _RESOURCE or _RESOURCE_TEMPLATE.
///
/// # Safety
///
/// All pointers are NULL or point to what they say; `principal` was filled by
/// gatepost_authenticate(), and the memory that it points to is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_permits(
    guard: *const gatepost_guard,
    principal: *const gatepost_principal,
    kind: u32,
    name: gatepost_slice,
) -> bool {
    let permits = || {
        // SAFETY: the caller vouches for all pointers.
        let (guard, principal, name) =
            unsafe { (core(guard)?, self::principal(principal)?, name.text()?) };
        let operation = match kind {
            GATEPOST_OPERATION_TOOL => Operation::tool(name),
            GATEPOST_OPERATION_PROMPT => Operation::prompt(name),
            GATEPOST_OPERATION_RESOURCE => Operation::resource(name),
            GATEPOST_OPERATION_RESOURCE_TEMPLATE => Operation::resource_template(name),
            _ => return Err(Reason::Misuse),
        };
        Ok(either!(guard, one => one.permits(&principal, &operation)))
    };
    self::guard(false, || permits().unwrap_or(false))
}

/// Writes the answer for a reason, for those who know better than the guard: a server that cannot
/// tell for reasons of its own answers with GATEPOST_KEYS_UNAVAILABLE. An answer of 503 asks the
/// client to come back in five seconds; gatepost_guard_refuse_until() says when.
///
/// `reason`: one of enum gatepost_reason. `memory`: as for gatepost_authorize().
///
/// Returns `reason`, or GATEPOST_MISUSE for what is none. `*response` is to be sent.
///
/// # Safety
///
/// As for gatepost_authenticate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_refuse(
    guard: *const gatepost_guard,
    head: *const gatepost_request_head,
    reason: u32,
    memory: *mut c_void,
    length: usize,
    response: *mut gatepost_response,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe { gatepost_guard_refuse_until(guard, head, reason, 0, 0, memory, length, response) }
}

/// The same, for those who know until when it lasts: an answer of 503 asks the client to come back
/// then (Retry-After), or in 3600 seconds if that is earlier.
///
/// `until`, `now`: seconds since 1970, such as what gatepost_key_refresh_next_fetch_at() says. Where
/// `until` is not after `now`, this is gatepost_guard_refuse().
///
/// # Safety
///
/// As for gatepost_authenticate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_refuse_until(
    guard: *const gatepost_guard,
    head: *const gatepost_request_head,
    reason: u32,
    until: u64,
    now: u64,
    memory: *mut c_void,
    length: usize,
    response: *mut gatepost_response,
) -> u32 {
    respond(response, |place| {
        let reason = crate::reason::reason(reason).ok_or(Reason::Misuse)?;
        // SAFETY: the caller vouches for all pointers.
        let (guard, request) =
            unsafe { (core(guard)?, Request::read(head, memory, length, &[place])?) };
        let Request { head, memory } = request;
        let (until, now) = (UnixTime::from_secs(until), UnixTime::from_secs(now));
        let response = either!(guard, one => one.refuse_until(&head, reason, until, now, memory));
        Ok(Answer::Respond(response.into()))
    })
}

/// Issuers whose pointers were checked.
pub(crate) struct Issuers<'a>(&'a [gatepost_issuer]);

impl<'a> Issuers<'a> {
    /// # Safety
    ///
    /// `issuers` is `NULL` or points to `count` issuers, whose policies and keys nobody changes
    /// during `'a`.
    pub(crate) unsafe fn new(
        issuers: *const gatepost_issuer,
        count: usize,
    ) -> Result<Self, Reason> {
        // SAFETY: the caller vouches for all pointers.
        let issuers = unsafe { array(issuers, count) }?;
        if issuers.is_empty() {
            return Err(Reason::Misuse);
        }
        for issuer in issuers {
            // SAFETY: the caller vouches for all pointers.
            unsafe { parts(issuer.policy)? };
            if !issuer.keys.is_null() {
                // SAFETY: the caller vouches for all pointers.
                unsafe { keys(issuer.keys)? };
            }
        }
        Ok(Self(issuers))
    }
}

impl Authority for Issuers<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let keys = |issuer: &gatepost_issuer| match issuer.keys.is_null() {
            true => Err(Reason::KeysUnavailable),
            // SAFETY: whoever made this has vouched for the pointers.
            false => unsafe { keys(issuer.keys) },
        };
        if let [issuer] = self.0 {
            // SAFETY: whoever made this has vouched for the pointers.
            let parts = unsafe { parts(issuer.policy) }?;
            let mut room = room();
            let policy = parts.policy(&mut room)?;
            return policy.validate_before_proof(compact, keys(issuer)?, now, memory);
        }
        let token = UntrustedToken::parse(compact, memory)?;
        let name = token.unverified_issuer()?;
        let mut chosen = None;
        for issuer in self.0 {
            // SAFETY: whoever made this has vouched for the pointers.
            let parts = unsafe { parts(issuer.policy) }?;
            if parts.issuer() == name && chosen.replace((parts, issuer)).is_some() {
                return Err(Reason::Misuse);
            }
        }
        let (parts, issuer) = chosen.ok_or(Reason::IssuerMismatch)?;
        parts.policy(&mut room())?.accept_before_proof(token, keys(issuer)?, now)
    }
}
