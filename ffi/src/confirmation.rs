//! Which keys a token is bound to.

use gatepost_core::Confirmation;

use crate::access_token::view;
use crate::boundary::{Output, status};
use crate::gatepost_access_token;

/// The keys that an access token is bound to (`cnf`, RFC 7800, section 3.1). Where there are two,
/// its sender needs both.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_confirmation {
    /// The SHA-256 thumbprint of a key that DPoP proofs are signed with (`jkt`, RFC 9449, section
    /// 6.1); zeros where `has_jkt` is false.
    pub jkt: [u8; 32],
    /// The SHA-256 of the DER form of a client's certificate (`x5t#S256`, RFC 8705, section 3.1);
    /// zeros where `has_x5t_s256` is false.
    pub x5t_s256: [u8; 32],
    /// Whether the token is bound to a key for DPoP proofs.
    pub has_jkt: bool,
    /// Whether the token is bound to a certificate.
    pub has_x5t_s256: bool,
}

impl From<Confirmation> for gatepost_confirmation {
    fn from(confirmation: Confirmation) -> Self {
        Self {
            jkt: confirmation.jkt.unwrap_or_default(),
            x5t_s256: confirmation.x5t_s256.unwrap_or_default(),
            has_jkt: confirmation.jkt.is_some(),
            has_x5t_s256: confirmation.x5t_s256.is_some(),
        }
    }
}

/// Fills `*confirmation` with the keys that the token is bound to, which its sender has proved to
/// have: none for a plain bearer token, and so for all that gatepost_validate() accepts.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for a token that was never filled.
///
/// # Safety
///
/// `token` is NULL, or was filled by a validation whose memory is as it was; `confirmation` is NULL
/// or points to one that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_access_token_confirmation(
    token: *const gatepost_access_token,
    confirmation: *mut gatepost_confirmation,
) -> u32 {
    status(|| {
        let output = Output::new(confirmation)?;
        // SAFETY: the caller vouches for the token.
        let keys = unsafe { view(token) }?.confirmation();
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(keys.into()) }
        Ok(())
    })
}
