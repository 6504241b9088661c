//! Authorization servers of known kinds.

#[cfg(feature = "mcp")]
use gatepost_core::Reason;
#[cfg(feature = "mcp")]
use gatepost_core::oauth::Provider;

#[cfg(feature = "mcp")]
use crate::boundary::{guard, status};
#[cfg(feature = "mcp")]
use crate::gatepost_slice;

/// Any authorization server of OAuth 2.1.
pub const GATEPOST_PROVIDER_GENERIC: u32 = 0;
/// Auth0.
pub const GATEPOST_PROVIDER_AUTH0: u32 = 1;
/// Okta, a custom authorization server.
pub const GATEPOST_PROVIDER_OKTA: u32 = 2;
/// Microsoft Entra ID.
pub const GATEPOST_PROVIDER_ENTRA_ID: u32 = 3;
/// Keycloak.
pub const GATEPOST_PROVIDER_KEYCLOAK: u32 = 4;
/// Amazon Cognito.
pub const GATEPOST_PROVIDER_COGNITO: u32 = 5;

/// Demands that `issuer` has the form that the issuers of `provider` have, so that a slash too many
/// or too few is noticed before every token is refused for it.
///
/// Auth0's are https://TENANT/, with the slash; Okta's https://DOMAIN/oauth2/SERVER; those of Entra
/// ID https://HOST/TENANT/ or https://HOST/TENANT/v2.0; Keycloak's https://HOST/realms/REALM;
/// Cognito's https://HOST/POOL. The host may be any.
///
/// Not in libraries built without mcp, as all that is about more than tokens.
///
/// Errors: GATEPOST_MISUSE for another form, and for a number that is no GATEPOST_PROVIDER.
///
/// # Safety
///
/// What `issuer` points to is there.
#[cfg(feature = "mcp")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_provider_require_issuer(
    provider: u32,
    issuer: gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for the bytes.
    status(|| self::provider(provider)?.require_issuer(unsafe { issuer.text() }?))
}

/// Whether an authorization request to `provider` says whom the token is for with a parameter
/// `audience`, besides `resource` (RFC 8707); false for a number that is no GATEPOST_PROVIDER.
#[cfg(feature = "mcp")]
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_provider_heeds_audience(provider: u32) -> bool {
    guard(false, || self::provider(provider).is_ok_and(Provider::heeds_audience))
}

/// The reason to give for `token`, which was refused for `reason`.
///
/// GATEPOST_AUDIENCE_NOT_REQUESTED for an opaque token (in place of GATEPOST_MALFORMED), and for
/// one that is encrypted with the provider's own key (in place of GATEPOST_ENCRYPTED; RFC 7518,
/// section 4.5), where `provider` issues such when no `audience` was asked for, as Auth0 does; else
/// `reason`. A guard whose configuration names the provider does this itself.
///
/// # Safety
///
/// What `token` points to is there.
#[cfg(feature = "mcp")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_provider_judge_foreign_token(
    provider: u32,
    token: gatepost_slice,
    reason: u32,
) -> u32 {
    guard(reason, || {
        // SAFETY: the caller vouches for the bytes.
        match (self::provider(provider), unsafe { token.bytes() }, crate::reason::reason(reason)) {
            (Ok(provider), Ok(token), Some(refused)) => {
                provider.judge_foreign_token(token, refused).number().into()
            }
            _ => reason,
        }
    })
}

/// The provider with this number.
#[cfg(feature = "mcp")]
pub(crate) const fn provider(number: u32) -> Result<Provider, Reason> {
    Ok(match number {
        GATEPOST_PROVIDER_GENERIC => Provider::Generic,
        GATEPOST_PROVIDER_AUTH0 => Provider::Auth0,
        GATEPOST_PROVIDER_OKTA => Provider::Okta,
        GATEPOST_PROVIDER_ENTRA_ID => Provider::EntraId,
        GATEPOST_PROVIDER_KEYCLOAK => Provider::Keycloak,
        GATEPOST_PROVIDER_COGNITO => Provider::Cognito,
        _ => return Err(Reason::Misuse),
    })
}
