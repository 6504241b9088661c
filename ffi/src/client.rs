//! What a client asks an authorization server for, and decides.

use core::ffi::c_void;
use core::slice;

use gatepost_core::Reason;
use gatepost_core::oauth::{
    self, AuthorizationRequest, Grant, Registration, TokenRequest, initial_scope, step_up_scope,
};

use crate::boundary::{Output, shared, sized, status};
use crate::fill::{fill, place_of};
use crate::metadata::{resource_metadata, server_metadata};
use crate::{gatepost_resource_metadata, gatepost_server_metadata, gatepost_slice};

/// Redeems the code of an authorization response.
pub const GATEPOST_GRANT_AUTHORIZATION_CODE: u32 = 1;
/// Redeems a refresh token.
pub const GATEPOST_GRANT_REFRESH_TOKEN: u32 = 2;

/// The client has a `client_id` that was given to it for this issuer.
pub const GATEPOST_REGISTRATION_PREREGISTERED: u32 = 1;
/// The `client_id` is the URL of the client's metadata document.
pub const GATEPOST_REGISTRATION_METADATA_DOCUMENT: u32 = 2;
/// The client registers itself at the `registration_endpoint` (RFC 7591).
pub const GATEPOST_REGISTRATION_DYNAMIC: u32 = 3;
/// Whoever uses the client has to enter a `client_id`.
pub const GATEPOST_REGISTRATION_ASK_USER: u32 = 4;

/// An authorization request: where the client sends whoever uses it (RFC 6749, section 4.1.1).
///
/// Before the client sends anybody away, it keeps, under `state`, the code verifier and the issuer
/// of the server's metadata.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_authorization_request {
    /// sizeof(gatepost_authorization_request).
    pub size: usize,
    /// As the server knows the client.
    pub client_id: gatepost_slice,
    /// Where the answer goes; registered.
    pub redirect_uri: gatepost_slice,
    /// The identifier of the MCP server, as gatepost_resource_metadata has it: an absolute URI
    /// without a fragment. It is always sent, whether or not the server heeds it (RFC 8707).
    pub resource: gatepost_slice,
    /// The `audience`, for a server that heeds it and perhaps not the `resource`
    /// (gatepost_provider_heeds_audience()); or NULL.
    pub audience: gatepost_slice,
    /// Words separated by spaces, from gatepost_initial_scope() or gatepost_step_up_scope(); or
    /// NULL.
    pub scope: gatepost_slice,
    /// Random and used once, to find the request that an answer belongs to.
    pub state: gatepost_slice,
    /// From gatepost_write_code_challenge().
    pub code_challenge: gatepost_slice,
}

/// A token request of a client without a secret (RFC 6749, sections 4.1.3 and 6). Members that the
/// grant does not need are NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_token_request {
    /// sizeof(gatepost_token_request).
    pub size: usize,
    /// What is redeemed, a GATEPOST_GRANT.
    pub grant: u32,
    /// The code; for GATEPOST_GRANT_AUTHORIZATION_CODE alone, as the two that follow.
    pub code: gatepost_slice,
    /// The one of the authorization request.
    pub redirect_uri: gatepost_slice,
    /// The one that the code challenge was made of.
    pub code_verifier: gatepost_slice,
    /// The refresh token; for GATEPOST_GRANT_REFRESH_TOKEN alone.
    pub refresh_token: gatepost_slice,
    /// As the server knows the client.
    pub client_id: gatepost_slice,
    /// The identifier of the MCP server, the same as in the authorization request.
    pub resource: gatepost_slice,
}

/// Writes the URL of an authorization request to `server` into `memory`, and points `*url` to it.
///
/// It always has a code challenge (S256) and the `resource`.
///
/// Errors: those of gatepost_require_code_flow(), GATEPOST_PKCE_NOT_SUPPORTED among them;
/// GATEPOST_INVALID_CODE_CHALLENGE; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another
/// size, a member that is empty, and a `resource` that is no absolute URI or has a fragment.
///
/// # Safety
///
/// All pointers are NULL or point to what they say; `server` was filled by
/// gatepost_read_server_metadata() and what it points to is as it was; nobody else uses `memory`,
/// of `length` bytes, which is not that of the metadata.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_authorization_url(
    request: *const gatepost_authorization_request,
    server: *const gatepost_server_metadata,
    memory: *mut c_void,
    length: usize,
    url: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, url, |room| {
            let (request, filled) = (sized(request)?, shared(server)?);
            let gatepost_authorization_request {
                size: _,
                client_id,
                redirect_uri,
                resource,
                audience,
                scope,
                state,
                code_challenge,
            } = *request;
            let texts = [client_id, redirect_uri, resource, audience, scope, state, code_challenge];
            let places = texts.map(gatepost_slice::addresses).into_iter().chain([
                place_of(slice::from_ref(request)),
                place_of(slice::from_ref(filled)),
                // The endpoint is in one of the two.
                filled.members.addresses(),
            ]);
            let server = server_metadata(server)?;
            let memory = room.beside(places)?;
            let request = AuthorizationRequest {
                client_id: client_id.text()?,
                redirect_uri: redirect_uri.text()?,
                resource: resource.text()?,
                audience: audience.optional_text()?,
                scope: scope.optional_text()?,
                state: state.text()?,
                code_challenge: code_challenge.text()?,
            };
            Ok(request.write_url(server, memory)?.into())
        })
    }
}

/// Writes the body of a token request, of the type application/x-www-form-urlencoded, into
/// `memory`, and points `*body` to it.
///
/// It holds secrets: whoever has sent it wipes `memory`, and after an error as well.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another size or grant, a member
/// that is empty, one that is not for this grant, and a `resource` that is no absolute URI or has a
/// fragment.
///
/// # Safety
///
/// `request` is NULL or points to a request, and what that points to is there; nobody else uses
/// `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_token_request(
    request: *const gatepost_token_request,
    memory: *mut c_void,
    length: usize,
    body: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, body, |room| {
            let request = sized(request)?;
            let gatepost_token_request {
                size: _,
                grant,
                code,
                redirect_uri,
                code_verifier,
                refresh_token,
                client_id,
                resource,
            } = *request;
            let texts = [code, redirect_uri, code_verifier, refresh_token, client_id, resource];
            let places = texts.map(gatepost_slice::addresses);
            let memory =
                room.beside(places.into_iter().chain([place_of(slice::from_ref(request))]))?;
            let of_grant = [
                code.optional_text()?,
                redirect_uri.optional_text()?,
                code_verifier.optional_text()?,
                refresh_token.optional_text()?,
            ];
            let grant = match (grant, of_grant) {
                (
                    GATEPOST_GRANT_AUTHORIZATION_CODE,
                    [Some(code), Some(redirect_uri), Some(code_verifier), None],
                ) => Grant::AuthorizationCode { code, redirect_uri, code_verifier },
                (GATEPOST_GRANT_REFRESH_TOKEN, [None, None, None, Some(refresh_token)]) => {
                    Grant::RefreshToken { refresh_token }
                }
                _ => return Err(Reason::Misuse),
            };
            let request =
                TokenRequest { grant, client_id: client_id.text()?, resource: resource.text()? };
            Ok(request.write_body(memory)?.into())
        })
    }
}

/// Demands that an authorization response, of success or of failure, comes from the server that the
/// client sent somebody to (RFC 9207, section 2.4).
///
/// `recorded`: the issuer that was kept with the request. `sends_issuer`: what that server's
/// metadata said. `iss`: the parameter of the response, its form encoding decoded and nothing else,
/// or NULL where there is none. On a mismatch nothing of the response is to be used or shown, its
/// error text neither.
///
/// Errors: GATEPOST_ISSUER_MISMATCH for another issuer, and for none where one was promised;
/// GATEPOST_MISUSE for a `recorded` that is empty or not UTF-8.
///
/// # Safety
///
/// What the slices point to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_verify_authorization_response_issuer(
    recorded: gatepost_slice,
    sends_issuer: bool,
    iss: gatepost_slice,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the bytes.
        let (recorded, iss) =
            unsafe { (recorded.text()?, iss.optional_text_or(Reason::IssuerMismatch)?) };
        if recorded.is_empty() {
            return Err(Reason::Misuse);
        }
        oauth::verify_authorization_response_issuer(recorded, sends_issuer, iss)
    })
}

/// Writes the `scope` of a client's first authorization request into `memory`, and points `*scope`
/// to it: what the 401 `challenged`, if it named scopes; else all that `resource` advertises; else
/// `ptr` is NULL, and the parameter is left out.
///
/// `challenged`: the scope of the challenge, or NULL. Each scope is written once.
///
/// Errors: GATEPOST_INVALID_METADATA for what is no scope; GATEPOST_TOO_LARGE for more than 256 of
/// them; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `resource` is NULL, or was filled by gatepost_read_resource_metadata() and what it points to is
/// as it was; what `challenged` points to is there; nobody else uses `memory`, of `length` bytes,
/// which is not that of the metadata.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_initial_scope(
    challenged: gatepost_slice,
    resource: *const gatepost_resource_metadata,
    memory: *mut c_void,
    length: usize,
    scope: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, scope, |room| {
            let filled = shared(resource)?;
            let resource = resource_metadata(resource)?;
            let memory = room.beside([
                challenged.addresses(),
                place_of(slice::from_ref(filled)),
                filled.members.addresses(),
            ])?;
            let challenged = challenged.optional_text_or(Reason::InvalidMetadata)?;
            Ok(initial_scope(challenged, resource, memory)?.into())
        })
    }
}

/// Writes the `scope` with which a client asks for more into `memory`, and points `*scope` to it:
/// what it `requested` before and what the challenge names now, each once, so that nothing that was
/// granted is lost.
///
/// `ptr` is NULL where all that is `challenged` was requested already: the server did not grant it,
/// and to ask again is how clients come to loop. A client remembers that for the operation.
///
/// Errors: those of gatepost_initial_scope().
///
/// # Safety
///
/// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_step_up_scope(
    requested: gatepost_slice,
    challenged: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    scope: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, scope, |room| {
            let memory = room.beside([requested.addresses(), challenged.addresses()])?;
            let requested = requested.text()?;
            let challenged = challenged.text_or(Reason::InvalidMetadata)?;
            Ok(step_up_scope(requested, challenged, memory)?.into())
        })
    }
}

/// Writes the first of the ways to a `client_id` at `server` that is open to `*registration`, a
/// GATEPOST_REGISTRATION: one that the client has for this very issuer (`is_preregistered`), its
/// metadata document (`has_metadata_document`) where the server reads such, registration where the
/// server has an endpoint for it.
///
/// What a client has from one issuer is never used at another: credentials are kept under the
/// issuer's name.
///
/// Errors: GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `server` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
/// it was; `registration` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_choose_registration(
    server: *const gatepost_server_metadata,
    is_preregistered: bool,
    has_metadata_document: bool,
    registration: *mut u32,
) -> u32 {
    status(|| {
        let output = Output::new(registration)?;
        // SAFETY: the caller vouches for the metadata.
        let server = unsafe { server_metadata(server) }?;
        let chosen = match Registration::choose(server, is_preregistered, has_metadata_document) {
            Registration::Preregistered => GATEPOST_REGISTRATION_PREREGISTERED,
            Registration::MetadataDocument => GATEPOST_REGISTRATION_METADATA_DOCUMENT,
            Registration::Dynamic { .. } => GATEPOST_REGISTRATION_DYNAMIC,
            Registration::AskUser => GATEPOST_REGISTRATION_ASK_USER,
        };
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(chosen) }
        Ok(())
    })
}

/// Neither codes nor tokens get into logs.
impl core::fmt::Debug for gatepost_authorization_request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_authorization_request").finish_non_exhaustive()
    }
}

impl core::fmt::Debug for gatepost_token_request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_token_request").finish_non_exhaustive()
    }
}
