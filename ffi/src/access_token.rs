//! What a validation hands out: one flat struct, so that nobody has to call for each claim.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use gatepost_core::json::Value;
use gatepost_core::{AccessToken, Reason, UnixTime};

use crate::boundary::{self, Output, addresses, guard, require_apart, shared, status};
use crate::{bit, gatepost_slice};

/// An access token whose signature is good and that a policy has let in.
///
/// A plain value: it may be copied. All that it points to lies in the memory that was passed to
/// the validation, and is good until that memory is used for something else. Texts are UTF-8 with
/// escapes decoded, and may contain any character, NUL included.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_access_token {
    /// The issuer (`iss`); that of the policy where the issuer was asked, and does not name itself.
    pub issuer: gatepost_slice,
    /// The subject (`sub`): the user, or the client itself. `ptr` is NULL where there is none.
    pub subject: gatepost_slice,
    /// The client that the token was issued to: `client_id`, else `azp`. `ptr` is NULL where there
    /// is neither.
    pub client_id: gatepost_slice,
    /// The audience of the policy for which the token was accepted.
    pub audience: gatepost_slice,
    /// The key that the header named (`kid`). `ptr` is NULL where it named none.
    pub key_id: gatepost_slice,
    /// All claims, as one JSON object.
    pub claims: gatepost_slice,
    /// When the token expires (`exp`), in seconds since 1970, leeway not counted; 0 where
    /// `has_expires_at` is false.
    pub expires_at: u64,
    /// When the token was issued (`iat`), in seconds since 1970; 0 where `has_issued_at` is false.
    pub issued_at: u64,
    /// The algorithm of the signature, a GATEPOST_ALGORITHM; 0 where the issuer was asked about the
    /// token.
    pub algorithm: u32,
    /// Whether the token has `exp`.
    pub has_expires_at: bool,
    /// Whether the token has `iat`.
    pub has_issued_at: bool,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 48],
}

const _: () = {
    assert!(size_of::<AccessToken<'_>>() <= size_of::<[MaybeUninit<u64>; 48]>());
    assert!(align_of::<AccessToken<'_>>() <= align_of::<[MaybeUninit<u64>; 48]>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<AccessToken<'_>>());
};

#[cfg(feature = "mcp")]
impl gatepost_access_token {
    /// In place of a token where there is none: functions answer as for a `NULL`.
    pub(crate) const NONE: Self = Self {
        issuer: gatepost_slice::NONE,
        subject: gatepost_slice::NONE,
        client_id: gatepost_slice::NONE,
        audience: gatepost_slice::NONE,
        key_id: gatepost_slice::NONE,
        claims: gatepost_slice::NONE,
        expires_at: 0,
        issued_at: 0,
        algorithm: 0,
        has_expires_at: false,
        has_issued_at: false,
        opaque: [MaybeUninit::uninit(); 48],
    };
}

impl From<AccessToken<'_>> for gatepost_access_token {
    fn from(token: AccessToken<'_>) -> Self {
        let mut flat = Self {
            issuer: token.issuer().into(),
            subject: token.subject().into(),
            client_id: token.client_id().into(),
            audience: token.accepted_audience().into(),
            key_id: token.key_id().into(),
            claims: token.claims().as_json().into(),
            expires_at: token.expires_at().map_or(0, UnixTime::as_secs),
            issued_at: token.issued_at().map_or(0, UnixTime::as_secs),
            algorithm: token.algorithm().map_or(0, bit),
            has_expires_at: token.expires_at().is_some(),
            has_issued_at: token.issued_at().is_some(),
            opaque: [MaybeUninit::uninit(); 48],
        };
        // SAFETY: the array is large enough and aligned, as is asserted above.
        unsafe { flat.opaque.as_mut_ptr().cast::<AccessToken<'_>>().write(token) }
        flat
    }
}

impl core::fmt::Debug for gatepost_access_token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_access_token").finish_non_exhaustive()
    }
}

/// Whether the token has this scope; false for a NULL, and for what is not UTF-8.
///
/// Scopes are those of the claims that the policy takes them from.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_has_scope(
    token: *const gatepost_access_token,
    scope: gatepost_slice,
) -> bool {
    guard(false, || {
        // SAFETY: the caller vouches for the token and the bytes.
        let (token, scope) = unsafe { (view(token), scope.text()) };
        matches!((token, scope), (Ok(token), Ok(scope)) if token.has_scope(scope))
    })
}

/// Writes the scopes of the token to `scopes`, at most `capacity` of them, and returns how many
/// the token has.
///
/// They come in the order of the claims `scope`, `scp` and `permissions`; one that two of them
/// name comes twice. `scopes` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was; `scopes` is NULL or
/// points to `capacity` slices that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_scopes(
    token: *const gatepost_access_token,
    scopes: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for the token and the place of the results.
    guard(0, || unsafe { view(token).map_or(0, |token| list(token.scopes(), scopes, capacity)) })
}

/// Writes the audiences of the token (`aud`) to `audiences`, at most `capacity` of them, and
/// returns how many the token has.
///
/// `audiences` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was; `audiences` is NULL
/// or points to `capacity` slices that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_audiences(
    token: *const gatepost_access_token,
    audiences: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for the token and the place of the results.
    guard(0, || unsafe {
        view(token).map_or(0, |token| list(token.audience(), audiences, capacity))
    })
}

/// Points `*text` to the claim called `name`, a string.
///
/// Where the string is written with escapes it is decoded into `memory`, of `length` bytes, which
/// is enough if it is as long as the claims; else it lies in the memory of the validation, and
/// `memory` may be NULL where `length` is 0.
///
/// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
/// no string; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and a `name` that is not
/// UTF-8.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was; `memory` is not part
/// of that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_string_claim(
    token: *const gatepost_access_token,
    name: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    text: *mut gatepost_slice,
) -> u32 {
    status(|| {
        let output = Output::new(text)?;
        let place = addresses(memory.cast(), length);
        require_apart(&place, &output.addresses())?;
        // SAFETY: the caller vouches for the token and the name.
        let (token, name) = unsafe { (view(token)?, name.text()?) };
        require_apart(&place, &addresses(name.as_ptr(), name.len()))?;
        let claims = token.claims().as_json();
        require_apart(&place, &addresses(claims.as_ptr(), claims.len()))?;
        let Value::String(claim) = token.claim(name).ok_or(Reason::MissingClaim)? else {
            return Err(Reason::InvalidClaim);
        };
        // SAFETY: the caller vouches for the memory.
        let decoded = claim.decode(unsafe { boundary::memory(memory, length) }?)?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(decoded.into()) }
        Ok(())
    })
}

/// Writes the claim called `name`, an integer of 64 bits, to `*integer`.
///
/// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
/// not written as such an integer; GATEPOST_MISUSE for a NULL, and a `name` that is not UTF-8.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_integer_claim(
    token: *const gatepost_access_token,
    name: gatepost_slice,
    integer: *mut i64,
) -> u32 {
    status(|| {
        let output = Output::new(integer)?;
        // SAFETY: the caller vouches for the token and the name.
        let value = unsafe { view(token)?.claim(name.text()?) }.ok_or(Reason::MissingClaim)?;
        let number = value.as_number().and_then(|number| number.as_i64());
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(number.ok_or(Reason::InvalidClaim)?) }
        Ok(())
    })
}

/// Writes the claim called `name`, `true` or `false`, to `*boolean`.
///
/// Errors: GATEPOST_MISSING_CLAIM where there is no such claim; GATEPOST_INVALID_CLAIM where it is
/// neither; GATEPOST_MISUSE for a NULL, and a `name` that is not UTF-8.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_boolean_claim(
    token: *const gatepost_access_token,
    name: gatepost_slice,
    boolean: *mut bool,
) -> u32 {
    status(|| {
        let output = Output::new(boolean)?;
        // SAFETY: the caller vouches for the token and the name.
        let value = unsafe { view(token)?.claim(name.text()?) }.ok_or(Reason::MissingClaim)?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(value.as_bool().ok_or(Reason::InvalidClaim)?) }
        Ok(())
    })
}

/// The core's token in a filled struct.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to a token that a validation filled, and nobody
/// changes it or what it points to during `'a`.
pub(crate) unsafe fn view<'a>(
    token: *const gatepost_access_token,
) -> Result<&'a AccessToken<'a>, Reason> {
    // SAFETY: the caller vouches for the token.
    let flat = unsafe { shared(token) }?;
    // Every token has an issuer: without one it was never filled.
    if flat.issuer.ptr.is_null() {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds an `AccessToken`, aligned.
    Ok(unsafe { &*flat.opaque.as_ptr().cast::<AccessToken<'_>>() })
}

/// Writes the first `capacity` of `texts` to `place` and returns how many there are.
///
/// # Safety
///
/// `place` is `NULL` or points to `capacity` slices that may be written.
pub(crate) unsafe fn list<'t>(
    texts: impl Iterator<Item = &'t str>,
    place: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    if capacity > 0 && (place.is_null() || !place.is_aligned()) {
        return 0;
    }
    let mut count = 0_usize;
    for text in texts {
        if count < capacity {
            // SAFETY: within the array that the caller vouches for.
            unsafe { place.add(count).write(text.into()) }
        }
        count = count.saturating_add(1);
    }
    count
}
