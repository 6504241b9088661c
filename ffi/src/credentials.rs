//! The header `Authorization`, for servers that read it without a guard.

use gatepost_core::Reason;
use gatepost_core::oauth::Credentials;

use crate::boundary::{Output, array, status};
use crate::{GATEPOST_SCHEME_BEARER, GATEPOST_SCHEME_DPOP, gatepost_slice};

/// The access token of a request, and how it was presented.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_credentials {
    /// The token, which nobody has looked at yet. It points into the header.
    pub token: gatepost_slice,
    /// How it was presented, a GATEPOST_SCHEME. With GATEPOST_SCHEME_DPOP there has to be a proof:
    /// gatepost_verify_proof(), also where the token is bound to nothing.
    pub scheme: u32,
}

/// Finds the access token in the headers `Authorization` of a request, and fills `*credentials`.
///
/// `values`: the values of all these headers, `count` of them, of any length. There may be one, with
/// one scheme in any case, spaces and one token68 (RFC 9110, section 11.4). A token in the URL or
/// the body is none (OAuth 2.1, section 5.1). Whether the token is a good one, and short enough, a
/// validation finds.
///
/// Errors: GATEPOST_CREDENTIALS_MISSING where there is no such header, and for a scheme that brings
/// no access token, such as Basic; GATEPOST_SEVERAL_CREDENTIALS for more than one header, or more
/// than one scheme in it; GATEPOST_INVALID_CREDENTIALS for what is no scheme, and for Bearer and
/// DPoP without just one token; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `values` is NULL or points to `count` slices, and what these point to is there; `credentials` is
/// NULL or points to one that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_credentials(
    values: *const gatepost_slice,
    count: usize,
    credentials: *mut gatepost_credentials,
) -> u32 {
    status(|| {
        let output = Output::new(credentials)?;
        // SAFETY: the caller vouches for all pointers.
        let values = unsafe {
            let values = array(values, count)?;
            for value in values {
                value.bytes()?;
            }
            // Each of them was just found good.
            values.iter().filter_map(|value| value.bytes().ok())
        };
        let (scheme, token) = match Credentials::from_values(values)? {
            Credentials::Missing => return Err(Reason::CredentialsMissing),
            Credentials::Bearer(token) => (GATEPOST_SCHEME_BEARER, token),
            Credentials::Dpop(token) => (GATEPOST_SCHEME_DPOP, token),
        };
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(gatepost_credentials { token: token.into(), scheme }) }
        Ok(())
    })
}

/// Nothing of a token gets into logs.
impl core::fmt::Debug for gatepost_credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_credentials").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
