//! Guards that accept opaque tokens.

use core::ffi::c_void;

use gatepost_core::mcp::{Authority, Introspection};
use gatepost_core::{PresentedToken, Reason, UnixTime};

use crate::boundary::{Output, require_apart, shared};
use crate::decide::{Issuers, authenticate};
use crate::guard::{core, gatepost_guard};
use crate::places::room;
use crate::policy::{Parts, parts};
use crate::request::{Request, gatepost_request_head};
use crate::response::{gatepost_response, respond};
use crate::{gatepost_issuer, gatepost_policy, gatepost_principal, gatepost_slice};

/// What is asked of opaque tokens, and what was answered about the one at hand.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_introspection {
    /// The policy for what their issuer says of them.
    pub policy: *const gatepost_policy,
    /// The body of the answer that the introspection endpoint gave, with the status 200, to the
    /// question about the token of the request (RFC 7662, section 2.2), at most
    /// GATEPOST_MAX_INTROSPECTION_LENGTH bytes. `ptr` is NULL where it was not asked.
    pub response: gatepost_slice,
}

/// Decides like gatepost_authenticate(), and accepts opaque tokens as well, for which their issuer
/// vouches when asked (RFC 7662).
///
/// `issuers`: as for gatepost_authenticate(), for JSON Web Tokens: tokens of three parts, the first
/// of which begins with `ey`. With none, and an `issuer_count` of 0, all tokens are asked about.
/// `introspection`: for all other tokens. Its response is copied into `memory`, of which
/// GATEPOST_AUTHENTICATE_MEMORY bytes are still enough, and is apart from it.
///
/// Without a response it returns GATEPOST_INTROSPECTION_UNAVAILABLE for a token that has to be asked
/// about, once all that comes before the token is good: `*response` (503) is sent only if nobody can
/// be asked. Otherwise the caller reads the token with gatepost_read_credentials(), sends it to the
/// introspection endpoint, and calls again, with the same request and with the answer.
///
/// Returns otherwise what gatepost_authenticate() returns, the errors of
/// gatepost_validate_introspected() among it.
///
/// # Safety
///
/// As for gatepost_authenticate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_authenticate_with_introspection(
    guard: *const gatepost_guard,
    issuers: *const gatepost_issuer,
    issuer_count: usize,
    introspection: *const gatepost_introspection,
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
        let (guard, asking, request) = unsafe {
            let asking = Asking::read(issuers, issuer_count, introspection)?;
            let others = [place, output.addresses(), asking.said.addresses()];
            (core(guard)?, asking, Request::read(head, memory, length, &others)?)
        };
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { authenticate(guard, &asking, request, UnixTime::from_secs(now), output) }
    })
}

/// Who judges opaque tokens, and who others. All pointers were checked.
struct Asking<'a> {
    jwts: Option<Issuers<'a>>,
    parts: &'a Parts,
    said: gatepost_slice,
    response: Option<&'a [u8]>,
}

impl Asking<'_> {
    /// # Safety
    ///
    /// The pointers are `NULL` or point to what they say, which nobody changes during `'a`.
    unsafe fn read(
        issuers: *const gatepost_issuer,
        issuer_count: usize,
        introspection: *const gatepost_introspection,
    ) -> Result<Self, Reason> {
        // SAFETY: the caller vouches for all pointers.
        unsafe {
            let gatepost_introspection { policy, response: said } = *shared(introspection)?;
            let jwts = match issuers.is_null() && issuer_count == 0 {
                true => None,
                false => Some(Issuers::new(issuers, issuer_count)?),
            };
            let response =
                if said.ptr.is_null() && said.len == 0 { None } else { Some(said.bytes()?) };
            Ok(Self { jwts, parts: parts(policy)?, said, response })
        }
    }
}

impl Authority for Asking<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let mut room = room();
        let mut introspection = Introspection::new(self.parts.policy(&mut room)?);
        if let Some(jwts) = &self.jwts {
            introspection = introspection.with_jwts(jwts);
        }
        if let Some(response) = self.response {
            introspection = introspection.with_response(response);
        }
        introspection.validate(compact, now, memory)
    }
}
