//! The decision.

use core::ffi::c_void;

use gatepost_core::{Reason, UnixTime, UntrustedToken};

use crate::boundary::{self, Output, addresses, array, require_apart, status};
use crate::key_set::IssuerKeys;
use crate::places::room;
use crate::policy::{Parts, parts};
use crate::{gatepost_access_token, gatepost_key_set, gatepost_policy, gatepost_slice, keys};

/// An issuer: its policy and its keys.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_issuer {
    /// The policy for its tokens.
    pub policy: *const gatepost_policy,
    /// The keys that it signs with.
    pub keys: *const gatepost_key_set,
}

/// Decides whether `token` is an access token that `policy` lets in at `now`, and if so fills
/// `*access_token`.
///
/// `token`: the token alone, without "Bearer", of at most GATEPOST_MAX_TOKEN_LENGTH bytes. `now`:
/// seconds since 1970. `memory`: `length` bytes to decode header and claims into; GATEPOST_MEMORY
/// are always enough, 4096 for usual tokens; what they hold does not matter, and the result points
/// into them. `memory` overlaps neither `token` nor `*access_token`.
///
/// The order of the checks is fixed: size and number of parts; the header and its algorithm, type
/// and extensions; the key; the form of claims and signature; issuer; signature; then, for a good
/// signature alone, times, audience, required claims, no binding to a key (`cnf`), scopes. Nothing
/// is hashed for a token that is refused before its signature is checked, unless it ends like one
/// in the cache. A token that is bound to a
/// key is for gatepost_validate_before_proof().
///
/// Errors: the reason why not, of the hundreds 1xx to 7xx; GATEPOST_MEMORY_TOO_SMALL;
/// GATEPOST_MISUSE for a NULL, and for a policy or a key set that was not made.
///
/// # Safety
///
/// `policy` and `keys` are NULL or live, and nobody changes them during the call; nobody else uses
/// `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_validate(
    policy: *const gatepost_policy,
    keys: *const gatepost_key_set,
    token: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    access_token: *mut gatepost_access_token,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for all pointers.
        let (input, policy, keys) = unsafe {
            (Input::new(token, memory, length, access_token)?, parts(policy)?, crate::keys(keys)?)
        };
        let now = UnixTime::from_secs(now);
        let mut room = room();
        let accepted = policy.policy(&mut room)?.validate(input.token, keys, now, input.memory)?;
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { input.output.write(accepted.into()) }
        Ok(())
    })
}

/// Decides like gatepost_validate(), by the policy and the keys of the issuer that the token
/// names, and by no others.
///
/// `issuers`: `count` issuers, in any order, no two with the same name. Header and claims are read
/// before the issuer is known; the header's algorithm and type, and the key, are judged after it.
///
/// Errors: those of gatepost_validate(); GATEPOST_ISSUER_MISMATCH where no policy is the issuer's;
/// GATEPOST_MISUSE for no issuers, and where two are the issuer's.
///
/// # Safety
///
/// As for gatepost_validate(); `issuers` is NULL or points to `count` issuers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_validate_any(
    issuers: *const gatepost_issuer,
    count: usize,
    token: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    access_token: *mut gatepost_access_token,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for all pointers.
        let (output, untrusted, parts, keys) = unsafe {
            let input = Input::new(token, memory, length, access_token)?;
            let (untrusted, parts, keys) = choose(issuers, count, input.token, input.memory)?;
            (input.output, untrusted, parts, keys)
        };
        let accepted =
            parts.policy(&mut room())?.accept(untrusted, keys, UnixTime::from_secs(now))?;
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { output.write(accepted.into()) }
        Ok(())
    })
}

/// Checks the signature of a compact JWS (RFC 7515, section 5.2) and points `*payload` to its
/// payload, whatever it is: no claim is looked at.
///
/// `algorithms`: those that are accepted, GATEPOST_ALGORITHM bits joined by `|`, one at least.
/// `token`, `memory` and `length` are as in gatepost_validate(); the payload lies in `memory`.
///
/// Errors: the reasons of the form, the header, the keys and the signature (1xx to 4xx);
/// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, no algorithm, and a bit that is none.
///
/// # Safety
///
/// `keys` is NULL or live, and nobody changes it during the call; nobody else uses `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_verify_signature(
    keys: *const gatepost_key_set,
    token: gatepost_slice,
    algorithms: u32,
    memory: *mut c_void,
    length: usize,
    payload: *mut gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for all pointers.
        let (input, keys) =
            unsafe { (Input::new(token, memory, length, payload)?, crate::keys(keys)?) };
        let algorithms = crate::algorithms(algorithms)?;
        if algorithms.is_empty() {
            return Err(Reason::Misuse);
        }
        let verified = keys.verify_signature(input.token, algorithms, input.memory)?;
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { input.output.write(verified.into()) }
        Ok(())
    })
}

/// Reads `token`, and chooses the policy and the keys of the issuer that it names.
///
/// # Safety
///
/// `issuers` is `NULL` or points to `count` issuers, whose policies and keys nobody changes during
/// `'a`.
pub(crate) unsafe fn choose<'a>(
    issuers: *const gatepost_issuer,
    count: usize,
    token: &'a [u8],
    memory: &'a mut [u8],
) -> Result<(UntrustedToken<'a>, &'a Parts, IssuerKeys<'a>), Reason> {
    // SAFETY: the caller vouches for all pointers.
    let issuers = unsafe { array(issuers, count) }?;
    if issuers.is_empty() {
        return Err(Reason::Misuse);
    }
    for issuer in issuers {
        // SAFETY: the caller vouches for all pointers.
        unsafe { (parts(issuer.policy)?, keys(issuer.keys)?) };
    }
    let untrusted = UntrustedToken::parse(token, memory)?;
    let name = untrusted.unverified_issuer()?;

    let mut chosen = None;
    for issuer in issuers {
        // SAFETY: the caller vouches for all pointers.
        let (parts, keys) = unsafe { (parts(issuer.policy)?, keys(issuer.keys)?) };
        if parts.issuer() == name && chosen.replace((parts, keys)).is_some() {
            return Err(Reason::Misuse);
        }
    }
    let (parts, keys) = chosen.ok_or(Reason::IssuerMismatch)?;
    Ok((untrusted, parts, keys))
}

/// What every decision takes: a token, memory, and a place for the result, all apart.
pub(crate) struct Input<'a, T> {
    pub(crate) token: &'a [u8],
    pub(crate) memory: &'a mut [u8],
    pub(crate) output: Output<T>,
}

impl<T> Input<'_, T> {
    /// # Safety
    ///
    /// The pointers are `NULL`, or point to what they say, which nobody else changes during `'a`.
    pub(crate) unsafe fn new(
        token: gatepost_slice,
        memory: *mut c_void,
        length: usize,
        output: *mut T,
    ) -> Result<Self, Reason> {
        let output = Output::new(output)?;
        let place = addresses(memory.cast(), length);
        require_apart(&place, &addresses(token.ptr, token.len))?;
        require_apart(&place, &output.addresses())?;
        // SAFETY: the caller vouches for the pointers, which do not overlap.
        unsafe {
            Ok(Self { token: token.bytes()?, memory: boundary::memory(memory, length)?, output })
        }
    }
}
