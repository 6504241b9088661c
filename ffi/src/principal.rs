//! Who asks: one flat struct.

use core::mem::MaybeUninit;
use core::ptr;

use gatepost_core::Reason;
use gatepost_core::mcp::Principal;

use crate::boundary::{Output, shared, status};
use crate::{gatepost_access_token, gatepost_confirmation};

/// Whoever sent a request: the bearer of a valid token, or for public operations nobody in
/// particular.
///
/// A plain value: it may be copied. It is for the one guard and the one request: with another guard
/// gatepost_authorize() answers GATEPOST_MISUSE, and gatepost_permits() is false. It points into the
/// memory that was passed to gatepost_authenticate() and into the request; it is good until that
/// memory is used for something else, and not for a guard that is made later in the place of its
/// own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_principal {
    /// The token, for gatepost_access_token_scopes() and the like, which say what it grants; zeros
    /// where `has_token` is false.
    pub token: gatepost_access_token,
    /// Whether there is a token. There is none for public operations alone.
    pub has_token: bool,
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 56],
}

const LIVE: usize = 0x7072_696e;

const _: () = {
    assert!(size_of::<Principal<'_>>() <= size_of::<[MaybeUninit<u64>; 56]>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<Principal<'_>>());
};

impl From<Principal<'_>> for gatepost_principal {
    fn from(principal: Principal<'_>) -> Self {
        let token = principal.token().cloned();
        let mut flat = Self {
            has_token: token.is_some(),
            token: token.map_or(gatepost_access_token::NONE, Into::into),
            state: LIVE,
            opaque: [MaybeUninit::uninit(); 56],
        };
        // SAFETY: the array is large enough, as is asserted above.
        unsafe { flat.opaque.as_mut_ptr().cast::<Principal<'_>>().write_unaligned(principal) }
        flat
    }
}

/// Fills `*confirmation` with the keys that the principal's token is bound to, which the request has
/// proved to come from: none where a token alone was enough, or none was needed.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for a principal that was never filled.
///
/// # Safety
///
/// `principal` is NULL, or was filled by gatepost_authenticate(), and the memory that it points to
/// is as it was; `confirmation` is NULL or points to one that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_principal_confirmation(
    principal: *const gatepost_principal,
    confirmation: *mut gatepost_confirmation,
) -> u32 {
    status(|| {
        let output = Output::new(confirmation)?;
        // SAFETY: the caller vouches for the principal.
        let keys = unsafe { self::principal(principal) }?.confirmation();
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(keys.into()) }
        Ok(())
    })
}

/// The core's principal in a filled struct.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to a principal that a guard filled, and nobody
/// changes what it points to during `'a`.
pub(crate) unsafe fn principal<'a>(
    flat: *const gatepost_principal,
) -> Result<Principal<'a>, Reason> {
    // SAFETY: the caller vouches for it.
    let flat = unsafe { shared(flat) }?;
    if flat.state != LIVE {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds a `Principal`, wherever it is: sets of scopes want more alignment
    // than C99 has an easy way to give. A copy is as good, since nothing is dropped.
    Ok(unsafe { ptr::read_unaligned(flat.opaque.as_ptr().cast()) })
}

impl core::fmt::Debug for gatepost_principal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_principal").finish_non_exhaustive()
    }
}
