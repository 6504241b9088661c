//! A client that introduces itself to an authorization server.

use core::ffi::c_void;
use core::slice;

use gatepost_core::oauth::{ClientIdUrl, NewClient, RegisteredClient};
use gatepost_core::{Reason, UnixTime};

use crate::boundary::{array, sized};
use crate::fill::{fill, place_of};
use crate::places::{Places, room};
use crate::redirect_uri::redirect_rules;
use crate::registration::auth_method_number;
use crate::{GATEPOST_MAX_STRINGS, gatepost_slice};

/// A public client that introduces itself. Members that are not needed are zeros.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_new_client {
    /// sizeof(gatepost_new_client).
    pub size: usize,
    /// The name for people. Required.
    pub name: gatepost_slice,
    /// Where it wants to be called back. Its `application_type`, which MCP clients must send,
    /// follows from these: native as soon as one is of the user's machine.
    pub redirect_uris: *const gatepost_slice,
    /// How many redirect URIs there are, 1 to GATEPOST_MAX_STRINGS.
    pub redirect_uri_count: usize,
    /// The private-use schemes that its redirect URIs have, in lower case (RFC 8252, section 7.1).
    pub private_use_schemes: *const gatepost_slice,
    /// How many schemes there are, at most GATEPOST_MAX_STRINGS.
    pub private_use_scheme_count: usize,
    /// The client's page, an `https` URL; or NULL.
    pub client_uri: gatepost_slice,
    /// The scopes that it may ask for, separated by single spaces; or NULL.
    pub scope: gatepost_slice,
    /// Whether it asks for refresh tokens as well.
    pub may_refresh: bool,
}

/// What a client has been given at its registration. It is kept for this authorization server
/// alone, by its issuer.
///
/// A plain value: it may be copied. It points into the answer and into the memory that was passed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_registered_client {
    /// The identifier.
    pub client_id: gatepost_slice,
    /// The secret; `ptr` is NULL where there is none.
    pub client_secret: gatepost_slice,
    /// When the secret expires, in seconds since 1970; 0 is never.
    pub client_secret_expires_at: u64,
    /// How to authenticate to the token endpoint, a GATEPOST_AUTH_METHOD.
    pub auth_method: u32,
}

/// Writes what `client` says of itself into `memory`, as JSON, and points `*document` to it.
///
/// `client_id`: NULL for the body of a registration request, to be sent as application/json to the
/// server's `registration_endpoint` (RFC 7591, section 3.1). Else the URL at which the document is
/// published, one that gatepost_client_id_host() takes; it needs no registration (CIMD draft -01,
/// section 4.1).
///
/// Errors: GATEPOST_INVALID_CLIENT_ID; GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL,
/// another size, an empty name, no redirect URI or one that is not acceptable, and a page or scopes
/// of another form.
///
/// # Safety
///
/// All pointers are NULL or point to what they say; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_client_document(
    client: *const gatepost_new_client,
    client_id: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    document: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, document, |own| {
            let client = sized(client)?;
            let uris = array(client.redirect_uris, client.redirect_uri_count)?;
            let (schemes, count) = (client.private_use_schemes, client.private_use_scheme_count);
            let scheme_texts = array(schemes, count)?;
            let places = [
                place_of(slice::from_ref(client)),
                place_of(uris),
                place_of(scheme_texts),
                client.name.addresses(),
                client.client_uri.addresses(),
                client.scope.addresses(),
                client_id.addresses(),
            ];
            let texts = uris.iter().chain(scheme_texts).map(|text| text.addresses());
            let memory = own.beside(places.into_iter().chain(texts))?;

            let (mut uri_room, mut scheme_room) = (room::<_, GATEPOST_MAX_STRINGS>(), room());
            let uris = Places::new(&mut uri_room).fill(uris, |uri| uri.text())?;
            let redirects = redirect_rules(schemes, count, &mut scheme_room)?;
            let mut made = NewClient::new(client.name.text()?, uris, &redirects)?;
            if let Some(client_uri) = client.client_uri.optional_text()? {
                made = made.with_client_uri(client_uri)?;
            }
            if let Some(scope) = client.scope.optional_text()? {
                made = made.with_scope(scope)?;
            }
            if client.may_refresh {
                made = made.with_refresh_tokens();
            }
            let written = match client_id.optional_text_or(Reason::InvalidClientId)? {
                None => made.write_registration_request(memory)?,
                Some(client_id) => {
                    made.write_metadata_document(&ClientIdUrl::parse(client_id)?, memory)?
                }
            };
            Ok(written.into())
        })
    }
}

/// Reads the answer to a registration request, accepted (status 201) or refused (status 400), into
/// `*registered` (RFC 7591, section 3.2).
///
/// `body`: JSON, at most GATEPOST_MAX_REGISTRATION_LENGTH bytes. `memory`: twice the length of
/// `body` is always enough. Both hold the client's secret, if it got one: whoever holds them wipes
/// them.
///
/// Errors: GATEPOST_INVALID_REDIRECT_URI and GATEPOST_INVALID_CLIENT_METADATA where the server says
/// so, the latter for its other errors too; GATEPOST_INVALID_METADATA for what is no answer, or one
/// that demands an authentication that is not supported; GATEPOST_TOO_LARGE; those of JSON (1xx);
/// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// What `body` points to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_registered_client(
    body: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    registered: *mut gatepost_registered_client,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, registered, |own| {
            let memory = own.beside([body.addresses()])?;
            let read = RegisteredClient::parse(body.bytes()?, memory)?;
            Ok(gatepost_registered_client {
                client_id: read.client_id().into(),
                client_secret: read.client_secret().into(),
                client_secret_expires_at: read
                    .client_secret_expires_at()
                    .map_or(0, UnixTime::as_secs),
                auth_method: auth_method_number(read.auth_method()),
            })
        })
    }
}

/// The secret stays out of logs.
impl core::fmt::Debug for gatepost_registered_client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_registered_client").finish_non_exhaustive()
    }
}
