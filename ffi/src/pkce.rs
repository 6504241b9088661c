//! Proof key for code exchange (RFC 7636), with S256 alone.

use core::ffi::c_void;

use gatepost_core::Reason;
use gatepost_core::oauth::{CodeChallenge, CodeVerifier};

use crate::boundary::{addresses, shared, status};
use crate::fill::{copy, fill};
use crate::gatepost_slice;

/// Random bytes that a code verifier is made of.
pub const GATEPOST_CODE_VERIFIER_RANDOM: usize = 32;
/// Characters of a code verifier that is made here, and of a code challenge.
pub const GATEPOST_CODE_VERIFIER_LENGTH: usize = 43;

/// Writes a code verifier of GATEPOST_CODE_VERIFIER_LENGTH characters into `memory`, and points
/// `*verifier` to it (RFC 7636, section 4.1).
///
/// `random`: GATEPOST_CODE_VERIFIER_RANDOM bytes from the system's generator, which nobody else may
/// know, and which are used once. Verifier and random bytes are the client's secret until the code
/// is redeemed: whoever holds them wipes them then. The library keeps no copy.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `random` is NULL or points to GATEPOST_CODE_VERIFIER_RANDOM bytes; nobody else uses `memory`, of
/// `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_code_verifier(
    random: *const u8,
    memory: *mut c_void,
    length: usize,
    verifier: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, verifier, |room| {
            let random = shared(random.cast::<[u8; GATEPOST_CODE_VERIFIER_RANDOM]>())?;
            let mut memory = room.beside([addresses(random.as_ptr(), random.len())])?;
            Ok(copy(CodeVerifier::from_random(random).as_str(), &mut memory)?.into())
        })
    }
}

/// Writes the code challenge that belongs to `verifier` into `memory`,
/// GATEPOST_CODE_VERIFIER_LENGTH characters, and points `*challenge` to it: the `code_challenge` of
/// an authorization request, whose `code_challenge_method` is S256 (RFC 7636, section 4.2).
///
/// Errors: GATEPOST_INVALID_CODE_VERIFIER for anything but 43 to 128 letters, digits, `-`, `.`, `_`
/// and `~`; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// What `verifier` points to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_code_challenge(
    verifier: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    challenge: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, challenge, |room| {
            let mut memory = room.beside([verifier.addresses()])?;
            let verifier = verifier.text_or(Reason::InvalidCodeVerifier)?;
            let made = CodeVerifier::parse(verifier)?.challenge();
            Ok(copy(made.as_str(), &mut memory)?.into())
        })
    }
}

/// Checks the parameters `code_challenge` and `code_challenge_method` of an authorization request;
/// the authorization server then keeps the challenge with the code.
///
/// A slice whose `ptr` is NULL stands for a parameter that is not there. A request without a
/// challenge is refused, and so is one without a method, which means `plain` (RFC 7636, section
/// 4.3): an attacker who sees the request would have the verifier.
///
/// Errors: GATEPOST_INVALID_CODE_CHALLENGE, to be answered with `invalid_request` (RFC 7636,
/// section 4.4.1); GATEPOST_MISUSE for a length without bytes.
///
/// # Safety
///
/// What the slices point to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_check_code_challenge(
    challenge: gatepost_slice,
    method: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the bytes.
        let (challenge, method) = unsafe {
            (
                challenge.text_or(Reason::InvalidCodeChallenge)?,
                method.text_or(Reason::InvalidCodeChallenge)?,
            )
        };
        CodeChallenge::from_parameters(Some(challenge), Some(method)).map(drop)
    })
}

/// Checks the parameter `code_verifier` of a token request against the challenge that was kept with
/// the code, in time that does not depend on where it differs (RFC 7636, section 4.6).
///
/// A verifier whose `ptr` is NULL stands for a parameter that is not there, and is refused.
///
/// Errors: GATEPOST_INVALID_CODE_VERIFIER, to be answered with `invalid_grant`;
/// GATEPOST_INVALID_CODE_CHALLENGE for a challenge that gatepost_check_code_challenge() refuses;
/// GATEPOST_MISUSE for a length without bytes.
///
/// # Safety
///
/// What the slices point to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_check_code_verifier(
    challenge: gatepost_slice,
    verifier: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the bytes.
        let (challenge, verifier) = unsafe {
            (
                challenge.text_or(Reason::InvalidCodeChallenge)?,
                verifier.text_or(Reason::InvalidCodeVerifier)?,
            )
        };
        CodeChallenge::from_parameters(Some(challenge), Some("S256"))?.verify(Some(verifier))
    })
}
