//! Tokens that are bound to a key, and what shows that their sender has it.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::ptr;

use gatepost_core::{Evidence, PresentedToken, Reason, UnixTime};

use crate::boundary::{Output, addresses, require_apart, shared, status};
use crate::places::room;
use crate::policy::parts;
use crate::validate::{Input, choose};
use crate::{
    GATEPOST_MAX_INTROSPECTION_LENGTH, gatepost_access_token, gatepost_confirmation,
    gatepost_issuer, gatepost_key_set, gatepost_policy, gatepost_slice,
};

/// A token that passed everything but the proof of possession: no claim can be read until
/// gatepost_prove() has made an access token of it.
///
/// A plain value: it may be copied. It points to the token and into the memory that was passed to
/// the validation, and is good until one of them is used for something else.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_presented_token {
    /// The keys that the token is bound to, of which its sender has shown nothing yet.
    pub confirmation: gatepost_confirmation,
    /// The part of the memory that the token does not need: for gatepost_verify_proof(), or whatever
    /// else comes next. NULL where nothing is left.
    pub memory: *mut c_void,
    /// How many bytes are left.
    pub memory_length: usize,
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 96],
}

/// A DPoP proof that gatepost_verify_proof() found good, for the one token that it came with.
///
/// A plain value: it may be copied, and points to nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_verified_proof {
    /// The SHA-256 thumbprint of the key that signed the proof (RFC 7638).
    pub thumbprint: [u8; 32],
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 16],
}

/// What a filled [`gatepost_presented_token`] holds. Its memory was taken from the token, so that
/// copies share nothing that anybody could write to.
pub(crate) struct Presented<'t> {
    pub(crate) token: PresentedToken<'t>,
    /// What must not change: the compact token, and the memory but for what is left over.
    #[cfg_attr(
        not(feature = "mcp"),
        expect(dead_code, reason = "proofs alone are read beside it")
    )]
    pub(crate) places: [Range<usize>; 3],
}

const PRESENTED: usize = 0x7072_6573;
const VERIFIED: usize = 0x7665_7269;

const _: () = {
    assert!(size_of::<Presented<'_>>() <= size_of::<[MaybeUninit<u64>; 96]>());
    assert!(align_of::<Presented<'_>>() <= align_of::<[MaybeUninit<u64>; 96]>());
    assert!(size_of::<Evidence>() <= size_of::<[MaybeUninit<u64>; 16]>());
    assert!(align_of::<Evidence>() <= align_of::<[MaybeUninit<u64>; 16]>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<Presented<'_>>() && !core::mem::needs_drop::<Evidence>());
};

/// Decides like gatepost_validate(), for all but the proof of possession: a token that is bound to
/// a key (`cnf`) is let through. For servers that check the proof themselves; a guard does all of
/// it.
///
/// Then gatepost_prove() makes an access token of it. A token that was presented with
/// GATEPOST_SCHEME_DPOP needs gatepost_check_certificate() and then gatepost_verify_proof() before,
/// bound or not; one that was presented with GATEPOST_SCHEME_BEARER is proved without, and so refused
/// where it is bound to a key for proofs.
///
/// The arguments are those of gatepost_validate().
///
/// Errors: those of gatepost_validate(), but that GATEPOST_PROOF_REQUIRED stands for a `cnf` that
/// names no key of a kind that is known here.
///
/// # Safety
///
/// As for gatepost_validate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_validate_before_proof(
    policy: *const gatepost_policy,
    keys: *const gatepost_key_set,
    token: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    presented_token: *mut gatepost_presented_token,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for all pointers.
        let (input, policy, keys) = unsafe {
            (
                Input::new(token, memory, length, presented_token)?,
                parts(policy)?,
                crate::keys(keys)?,
            )
        };
        let now = UnixTime::from_secs(now);
        let mut room = room();
        let policy = policy.policy(&mut room)?;
        let presented = policy.validate_before_proof(input.token, keys, now, input.memory)?;
        let flat = flat(presented, token, addresses(memory.cast(), length));
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { input.output.write(flat) }
        Ok(())
    })
}

/// Decides like gatepost_validate_before_proof(), by the policy and the keys of the issuer that the
/// token names, and by no others.
///
/// `issuers`, `count`: as for gatepost_validate_any().
///
/// Errors: those of gatepost_validate_any(), and GATEPOST_PROOF_REQUIRED as for
/// gatepost_validate_before_proof().
///
/// # Safety
///
/// As for gatepost_validate_any().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_validate_any_before_proof(
    issuers: *const gatepost_issuer,
    count: usize,
    token: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    presented_token: *mut gatepost_presented_token,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for all pointers.
        let (output, untrusted, parts, keys) = unsafe {
            let input = Input::new(token, memory, length, presented_token)?;
            let (untrusted, parts, keys) = choose(issuers, count, input.token, input.memory)?;
            (input.output, untrusted, parts, keys)
        };
        let now = UnixTime::from_secs(now);
        let presented = parts.policy(&mut room())?.accept_before_proof(untrusted, keys, now)?;
        let flat = flat(presented, token, addresses(memory.cast(), length));
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { output.write(flat) }
        Ok(())
    })
}

/// Decides about `token` by what its issuer says of it, but for the proof of possession: `response` is
/// the body of the answer that the introspection endpoint gave, with the status 200, to the question
/// about this token and no other (RFC 7662, section 2.2). What follows is what follows
/// gatepost_validate_before_proof().
///
/// `token`: at most GATEPOST_MAX_TOKEN_LENGTH bytes, whatever they are. `response`: one JSON object, at
/// most GATEPOST_MAX_INTROSPECTION_LENGTH bytes; it is copied into `memory`. `now`, `memory`, `length`:
/// as for gatepost_validate(); 4096 are enough for usual responses. `memory` overlaps neither the texts
/// nor `*presented_token`.
///
/// What the policy says of claims, it says of the members of the response: times, audience, required
/// claims, claim rules, scopes, and the keys that the token is bound to. What it says of a header says
/// nothing here. `iss` may be missing. What the response shows to be no access token is refused:
/// `token_type`, where it is there, is `Bearer` or `DPoP`, `token_use` is `access_token` or `access`,
/// and `typ` neither `Refresh` nor `Offline`. An issuer that marks none of them has to be held to it by
/// a claim rule.
///
/// Errors: GATEPOST_TOKEN_INACTIVE; GATEPOST_INVALID_INTROSPECTION for a response that is too long, no
/// such object, or without `active`; GATEPOST_TYPE_MISMATCH for another kind of token;
/// GATEPOST_PROOF_REQUIRED for a token of the type `DPoP` that names no key; GATEPOST_MALFORMED for an
/// empty token; GATEPOST_TOO_LARGE for a
/// token that is too long; those of gatepost_validate_before_proof() for claims;
/// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and for a policy that was not made.
///
/// # Safety
///
/// As for gatepost_validate().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_validate_introspected(
    policy: *const gatepost_policy,
    token: gatepost_slice,
    response: gatepost_slice,
    now: u64,
    memory: *mut c_void,
    length: usize,
    presented_token: *mut gatepost_presented_token,
) -> u32 {
    status(|| {
        let place = addresses(memory.cast(), length);
        require_apart(&place, &addresses(response.ptr, response.len))?;
        // SAFETY: the caller vouches for all pointers.
        let (input, policy, response) = unsafe {
            (Input::new(token, memory, length, presented_token)?, parts(policy)?, response.bytes()?)
        };
        let (response, memory) = copy(response, input.memory)?;
        let now = UnixTime::from_secs(now);
        let mut room = room();
        let policy = policy.policy(&mut room)?;
        let presented = policy.validate_introspected(input.token, response, now, memory)?;
        let flat = flat(presented, token, place);
        // SAFETY: the caller vouches for the place of the result, which is apart from the rest.
        unsafe { input.output.write(flat) }
        Ok(())
    })
}

/// Compares the client's certificate, where the token is bound to one.
///
/// gatepost_prove() does so as well. Who takes DPoP proofs asks before gatepost_verify_proof():
/// verified, a proof is spent, though nobody was let in by it. What is refused here is the token, and
/// not its proof (RFC 8705, section 3).
///
/// `certificate`: the SHA-256, 32 bytes, of the client's certificate, as for gatepost_prove(); NULL
/// where it showed none.
///
/// Errors: GATEPOST_PROOF_REQUIRED where the token is bound to a certificate and there is none;
/// GATEPOST_INVALID_PROOF for another one; GATEPOST_MISUSE for a NULL token, and for what was never
/// filled.
///
/// # Safety
///
/// `presented_token` is NULL, or was filled by a validation, and what it points to is as it was;
/// `certificate` is NULL or points to 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_check_certificate(
    presented_token: *const gatepost_presented_token,
    certificate: *const u8,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for both pointers.
        let (presented, certificate) = unsafe { (presented(presented_token)?, hash(certificate)) };
        presented.token.check_certificate(certificate)
    })
}

/// Fills `*access_token`, where there is something to show for each key that the token is bound to.
/// A token that is not bound asks for nothing.
///
/// `proof`: NULL where there is none. `certificate`: the SHA-256, 32 bytes, of the client's
/// certificate in DER, where it showed one in the TLS handshake of this connection (RFC 8705,
/// section 3); else NULL. It comes from the TLS layer, and never from a header that a client can
/// send.
///
/// Errors: GATEPOST_PROOF_REQUIRED where there is nothing to show of the kind that is asked for: as
/// a plain bearer token it is stolen goods; GATEPOST_INVALID_PROOF where it is that of another key,
/// or for another token; GATEPOST_MISUSE for another NULL, and for what was never filled.
///
/// # Safety
///
/// `presented_token` is NULL, or was filled by a validation, and what it points to is as it was;
/// `proof` is NULL or was filled by gatepost_verify_proof(); `certificate` is NULL or points to 32
/// bytes; `access_token` is NULL or points to one that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_prove(
    presented_token: *const gatepost_presented_token,
    proof: *const gatepost_verified_proof,
    certificate: *const u8,
    access_token: *mut gatepost_access_token,
) -> u32 {
    status(|| {
        let output = Output::new(access_token)?;
        // SAFETY: the caller vouches for all pointers. A copy of a token is as good as the token.
        let (presented, mut evidence) = unsafe {
            (ptr::read(presented(presented_token)?), evidence(proof)?.unwrap_or(Evidence::NONE))
        };
        // SAFETY: the caller vouches for the 32 bytes.
        if let Some(certificate) = unsafe { hash(certificate) } {
            evidence = evidence.with_certificate(certificate);
        }
        let token = presented.token.prove(&evidence)?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(token.into()) }
        Ok(())
    })
}

/// Copies a response that may be judged to the front of `memory`; returns it and the rest.
fn copy<'m>(response: &[u8], memory: &'m mut [u8]) -> Result<(&'m [u8], &'m mut [u8]), Reason> {
    if response.len() > GATEPOST_MAX_INTROSPECTION_LENGTH {
        return Err(Reason::InvalidIntrospection);
    }
    let (place, rest) =
        memory.split_at_mut_checked(response.len()).ok_or(Reason::MemoryTooSmall)?;
    place.copy_from_slice(response);
    Ok((place, rest))
}

/// A token that was presented as `compact`, decoded into the memory at `memory`.
fn flat(
    mut token: PresentedToken<'_>,
    compact: gatepost_slice,
    memory: Range<usize>,
) -> gatepost_presented_token {
    let left = token.take_memory();
    let place = match left.is_empty() {
        true => memory.end..memory.end,
        false => addresses(left.as_ptr(), left.len()),
    };
    let mut flat = gatepost_presented_token {
        confirmation: token.confirmation().into(),
        memory: if left.is_empty() { ptr::null_mut() } else { left.as_mut_ptr().cast() },
        memory_length: left.len(),
        state: PRESENTED,
        opaque: [MaybeUninit::uninit(); 96],
    };
    let places =
        [addresses(compact.ptr, compact.len), memory.start..place.start, place.end..memory.end];
    // SAFETY: the array is large enough and aligned, as is asserted above.
    unsafe { flat.opaque.as_mut_ptr().cast::<Presented<'_>>().write(Presented { token, places }) }
    flat
}

/// The core's token in a filled struct.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to a token that a validation filled, and nobody
/// changes it or what it points to during `'a`.
pub(crate) unsafe fn presented<'a>(
    flat: *const gatepost_presented_token,
) -> Result<&'a Presented<'a>, Reason> {
    // SAFETY: the caller vouches for it.
    let flat = unsafe { shared(flat) }?;
    if flat.state != PRESENTED {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds a `Presented`, aligned.
    Ok(unsafe { &*flat.opaque.as_ptr().cast::<Presented<'_>>() })
}

/// The hash of a certificate; `None` for `NULL`.
///
/// # Safety
///
/// The pointer is `NULL`, or points to 32 bytes.
unsafe fn hash(certificate: *const u8) -> Option<[u8; 32]> {
    // SAFETY: the caller vouches for it.
    (!certificate.is_null()).then(|| unsafe { certificate.cast::<[u8; 32]>().read() })
}

/// What a proof shows; `None` for `NULL`.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to a proof that was filled.
unsafe fn evidence(flat: *const gatepost_verified_proof) -> Result<Option<Evidence>, Reason> {
    if flat.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller vouches for it.
    let flat = unsafe { shared(flat) }?;
    if flat.state != VERIFIED {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds an `Evidence`, aligned.
    Ok(Some(unsafe { flat.opaque.as_ptr().cast::<Evidence>().read() }))
}

#[cfg(feature = "mcp")]
impl From<gatepost_core::oauth::VerifiedProof> for gatepost_verified_proof {
    fn from(proof: gatepost_core::oauth::VerifiedProof) -> Self {
        let mut flat = Self {
            thumbprint: *proof.thumbprint(),
            state: VERIFIED,
            opaque: [MaybeUninit::uninit(); 16],
        };
        // SAFETY: the array is large enough and aligned, as is asserted above.
        unsafe { flat.opaque.as_mut_ptr().cast::<Evidence>().write(proof.evidence()) }
        flat
    }
}

impl core::fmt::Debug for gatepost_presented_token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_presented_token")
            .field("confirmation", &self.confirmation)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for gatepost_verified_proof {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_verified_proof").finish_non_exhaustive()
    }
}
