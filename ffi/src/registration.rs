//! Clients that introduce themselves: by registration (RFC 7591), or with a document of their own
//! (CIMD draft -01).

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::slice;

use gatepost_core::oauth::{
    ApplicationType, AuthMethod, ClientCredentials, ClientIdUrl, ClientMetadata, ClientRules,
    write_registration_error,
};
use gatepost_core::{Reason, UnixTime, limits};

use crate::access_token::list;
use crate::boundary::{array, guard, shared, sized};
use crate::fill::{Room, fill, place_of};
use crate::places::{Places, room};
use crate::redirect_uri::{gatepost_redirect_uri, redirect_rules};
use crate::{GATEPOST_MAX_STRINGS, gatepost_slice};

/// Bytes of a registration request at the most. More are GATEPOST_TOO_LARGE.
pub const GATEPOST_MAX_REGISTRATION_LENGTH: usize = 16384;
/// Bytes of a client metadata document at the most. More are GATEPOST_TOO_LARGE.
pub const GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH: usize = 5120;

const _: () = {
    assert!(GATEPOST_MAX_REGISTRATION_LENGTH == limits::MAX_REGISTRATION_LEN);
    assert!(GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH == limits::MAX_CLIENT_METADATA_DOCUMENT_LEN);
};

/// The client does not authenticate to the token endpoint: a public client, which PKCE protects.
pub const GATEPOST_AUTH_METHOD_NONE: u32 = 1;
/// A secret, by HTTP Basic (`client_secret_basic`).
pub const GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC: u32 = 2;
/// A secret, in the body (`client_secret_post`).
pub const GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST: u32 = 3;
/// A signature with a key that the client publishes (`private_key_jwt`).
pub const GATEPOST_AUTH_METHOD_PRIVATE_KEY_JWT: u32 = 4;

/// A server of the web's: its redirect URIs are `https`, and not on the user's machine.
pub const GATEPOST_APPLICATION_WEB: u32 = 1;
/// An app on the user's machine: loopback, private-use scheme, or `https`.
pub const GATEPOST_APPLICATION_NATIVE: u32 = 2;

/// Which clients an authorization server takes. Members that are not needed are zeros.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_client_rules {
    /// sizeof(gatepost_client_rules).
    pub size: usize,
    /// The methods of authentication that the token endpoint takes, each a GATEPOST_AUTH_METHOD,
    /// the preferred one first: a client that names none gets `client_secret_basic`, the default of
    /// RFC 7591, or where that is not in the list, the preferred one.
    pub auth_methods: *const u32,
    /// How many methods there are, at most GATEPOST_MAX_STRINGS. 0: public clients alone.
    pub auth_method_count: usize,
    /// The private-use schemes that redirect URIs may have, in lower case (RFC 8252, section 7.1).
    /// Any app may claim such a scheme, and take the code; only PKCE keeps it from using it.
    pub private_use_schemes: *const gatepost_slice,
    /// How many schemes there are, at most GATEPOST_MAX_STRINGS. 0: none, as MCP wants it.
    pub private_use_scheme_count: usize,
}

/// The metadata of a client, checked, with what was missing or not supported replaced (RFC 7591,
/// section 3.2.1).
///
/// A plain value: it may be copied. It points into what was read and into the memory that was
/// passed. Texts hold no control characters, and none that turn the direction of writing or are
/// not seen (joiners and selectors only inside of words from Arabic to Sinhala and of emoji), but
/// are the client's own words: escape them. URLs are `https`, or `http` of the loopback.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_client {
    /// `client_name`, for the consent page. `ptr` is NULL where there is none, as for all that
    /// follow.
    pub name: gatepost_slice,
    /// The client's page.
    pub client_uri: gatepost_slice,
    /// The client's logo; fetched by the server, not by the user's browser, and only from where
    /// gatepost_require_fetchable() lets it.
    pub logo_uri: gatepost_slice,
    /// The scopes that the client may ask for, separated by single spaces.
    pub scope: gatepost_slice,
    /// Where the client's public keys are; fetched like the logo.
    pub jwks_uri: gatepost_slice,
    /// The client's public keys, as JSON.
    pub jwks: gatepost_slice,
    /// GATEPOST_APPLICATION_WEB or GATEPOST_APPLICATION_NATIVE.
    pub application_type: u32,
    /// How the client authenticates to the token endpoint, a GATEPOST_AUTH_METHOD.
    pub auth_method: u32,
    /// Whether it asked for refresh tokens.
    pub may_refresh: bool,
    /// Whether all redirect URIs lead to the user's own machine, where any program can pose as the
    /// client: a consent page should warn.
    pub is_loopback_only: bool,
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 56],
}

/// What a server gives a client that it registers. Members that are not needed are zeros.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_client_credentials {
    /// sizeof(gatepost_client_credentials).
    pub size: usize,
    /// The identifier, visible ASCII; not one that could be the URL of a metadata document.
    pub client_id: gatepost_slice,
    /// When it was issued, in seconds since 1970.
    pub issued_at: u64,
    /// The secret, visible ASCII and random, for a client that needs one; else NULL.
    pub client_secret: gatepost_slice,
    /// When the secret expires, in seconds since 1970; 0 is never.
    pub client_secret_expires_at: u64,
}

const LIVE: usize = 0x636c_6e74;

const _: () = {
    assert!(size_of::<ClientMetadata<'_>>() <= size_of::<[MaybeUninit<u64>; 56]>());
    assert!(align_of::<ClientMetadata<'_>>() <= align_of::<MaybeUninit<u64>>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<ClientMetadata<'_>>());
};

/// Reads a registration request (RFC 7591, section 2) into `*client`.
///
/// `body`: JSON, at most GATEPOST_MAX_REGISTRATION_LENGTH bytes. `rules`: which clients are taken,
/// or NULL for public clients with usual redirect URIs. `memory`: twice the length of `body` is
/// always enough. Unknown members and a software statement are ignored. A client that says no
/// `application_type` is a web client if all its redirect URIs may be one's.
///
/// Errors, for the answer of gatepost_write_registration_error(): GATEPOST_INVALID_REDIRECT_URI
/// where there is none, one is not acceptable or not for this type of application, or there are
/// more than 32; GATEPOST_INVALID_CLIENT_METADATA; GATEPOST_TOO_LARGE; those of JSON (1xx). Of the
/// server's own: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and for rules that make no
/// sense.
///
/// # Safety
///
/// All pointers are NULL or point to what they say; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_registration(
    body: gatepost_slice,
    rules: *const gatepost_client_rules,
    memory: *mut c_void,
    length: usize,
    client: *mut gatepost_client,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, client, |own| {
            with_rules(rules, own, &[body], |rules, memory| {
                ClientMetadata::from_registration(body.bytes()?, rules, memory).map(Into::into)
            })
        })
    }
}

/// Reads the document that was fetched from `client_id`, with a status of 200, into `*client` (CIMD
/// draft -01, section 4.1).
///
/// `document`: JSON, at most GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH bytes. `client_id`: one that
/// gatepost_client_id_host() takes; the document has to name exactly this one. It has to have a
/// name and redirect URIs, and holds and uses no secret: who can read it could be the client. The
/// rest is as for gatepost_read_registration().
///
/// Errors: GATEPOST_INVALID_CLIENT_ID for another `client_id`, and for what can be none; those of
/// gatepost_read_registration().
///
/// # Safety
///
/// As for gatepost_read_registration().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_client_document(
    document: gatepost_slice,
    client_id: gatepost_slice,
    rules: *const gatepost_client_rules,
    memory: *mut c_void,
    length: usize,
    client: *mut gatepost_client,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, client, |own| {
            with_rules(rules, own, &[document, client_id], |rules, memory| {
                let client_id = ClientIdUrl::parse(client_id.text_or(Reason::InvalidClientId)?)?;
                let document = document.bytes()?;
                ClientMetadata::from_document(document, &client_id, rules, memory).map(Into::into)
            })
        })
    }
}

/// Reads a `client_id` that is the URL of a client's metadata document, and points `*host` to its
/// host, which vouches for the client and which a consent page has to show (CIMD draft -01,
/// sections 3 and 6.4).
///
/// At most 2048 characters: `https`, a path that is more than a slash, neither dot segments nor
/// fragment nor user information. Fetch it with one request that follows no redirect, from an
/// address that gatepost_require_fetchable() lets through, and read no more than
/// GATEPOST_MAX_CLIENT_DOCUMENT_LENGTH bytes.
///
/// Errors: GATEPOST_INVALID_CLIENT_ID; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// What `client_id` points to is there; `host` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_client_id_host(
    client_id: gatepost_slice,
    host: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers; nothing is written but the result.
    unsafe {
        fill(core::ptr::null_mut(), 0, host, |_| {
            let client_id = client_id.text_or(Reason::InvalidClientId)?;
            Ok(ClientIdUrl::parse(client_id)?.host().into())
        })
    }
}

/// Finds the redirect URI of an authorization request among those of the client, and fills
/// `*redirect_uri`: the same text, but for the port of the loopback (OAuth 2.1, section 8.4.2).
///
/// Until this has succeeded nothing may be sent to the URI, not even an error.
///
/// Errors: GATEPOST_INVALID_REDIRECT_URI; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `client` is NULL, or was filled by one of the two functions above and what it points to is as it
/// was; what `requested` points to is there; `redirect_uri` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_client_redirect_uri(
    client: *const gatepost_client,
    requested: gatepost_slice,
    redirect_uri: *mut gatepost_redirect_uri,
) -> u32 {
    // SAFETY: the caller vouches for all pointers; nothing is written but the result.
    unsafe {
        fill(core::ptr::null_mut(), 0, redirect_uri, |_| {
            let requested = requested.text_or(Reason::InvalidRedirectUri)?;
            Ok(self::client(client)?.redirect_uri(requested)?.into())
        })
    }
}

/// Writes the redirect URIs of the client to `texts`, at most `capacity` of them, and returns how
/// many it has.
///
/// `texts` may be NULL where `capacity` is 0. A NULL otherwise gives 0.
///
/// # Safety
///
/// `client` is NULL, or was filled by one of the two functions above and what it points to is as it
/// was; `texts` is NULL or points to `capacity` slices that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_client_redirect_uris(
    client: *const gatepost_client,
    texts: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for the client and the place of the results.
    guard(0, || unsafe {
        self::client(client).map_or(0, |client| {
            list(client.redirect_uris().map(|uri| uri.as_str()), texts, capacity)
        })
    })
}

/// Writes the answer to a registration request into `memory`, and points `*body` to it: all that is
/// registered, with what was replaced. Send it with the status 201, as application/json and with
/// `Cache-Control: no-store` (RFC 7591, section 3.2.1).
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, another size, an identifier or a
/// secret of another form, a secret where the client needs none, and none where it needs one.
///
/// # Safety
///
/// All pointers are NULL or point to what they say; `client` was read by
/// gatepost_read_registration() and what it points to is as it was; nobody else uses `memory`, of
/// `length` bytes, which is not that of the client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_registration(
    client: *const gatepost_client,
    credentials: *const gatepost_client_credentials,
    memory: *mut c_void,
    length: usize,
    body: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, body, |own| {
            let (filled, given) = (shared(client)?, sized(credentials)?);
            let client = self::client(client)?;
            let memory = own.beside(
                filled
                    .places()
                    .chain(client.redirect_uris().map(|uri| place_of(uri.as_str().as_bytes())))
                    .chain([
                        place_of(slice::from_ref(given)),
                        given.client_id.addresses(),
                        given.client_secret.addresses(),
                    ]),
            )?;
            let issued_at = UnixTime::from_secs(given.issued_at);
            let mut credentials = ClientCredentials::new(given.client_id.text()?, issued_at)?;
            let expires_at = given.client_secret_expires_at;
            match given.client_secret.optional_text()? {
                Some(secret) => {
                    let expires_at = (expires_at > 0).then(|| UnixTime::from_secs(expires_at));
                    credentials = credentials.with_secret(secret, expires_at)?;
                }
                None if expires_at > 0 => return Err(Reason::Misuse),
                None => {}
            }
            Ok(client.write_registration(&credentials, memory)?.into())
        })
    }
}

/// Writes the refusal of a registration request into `memory`, and points `*body` to it. Send it
/// with the status 400, as application/json and with `Cache-Control: no-store` (RFC 7591, section
/// 3.2.2).
///
/// `reason`: what gatepost_read_registration() has returned.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, for a number that is no reason,
/// and for a reason that is not the client's fault (8xx, 9xx): that is a status of 500 or 503.
///
/// # Safety
///
/// Nobody else uses `memory`, of `length` bytes; `body` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_registration_error(
    reason: u32,
    memory: *mut c_void,
    length: usize,
    body: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, body, |own| {
            let reason = crate::reason::reason(reason).ok_or(Reason::Misuse)?;
            Ok(write_registration_error(reason, own.beside([])?)?.into())
        })
    }
}

/// Runs `read` with the core's rules, and with the memory, apart from them and from `inputs`.
///
/// # Safety
///
/// The pointer is `NULL` or points to rules, and what these point to is there.
unsafe fn with_rules<'a, T>(
    rules: *const gatepost_client_rules,
    own: Room<'a>,
    inputs: &[gatepost_slice],
    read: impl FnOnce(&ClientRules<'_>, &'a mut [u8]) -> Result<T, Reason>,
) -> Result<T, Reason> {
    let inputs = inputs.iter().map(|input| input.addresses());
    if rules.is_null() {
        // SAFETY: nothing else is read.
        return read(&ClientRules::new(), unsafe { own.beside(inputs) }?);
    }
    let mut schemes = room();
    let mut methods = room::<_, GATEPOST_MAX_STRINGS>();
    // SAFETY: the caller vouches for the rules.
    unsafe {
        let rules = sized(rules)?;
        let (pointer, count) = (rules.private_use_schemes, rules.private_use_scheme_count);
        let numbers = array(rules.auth_methods, rules.auth_method_count)?;
        let texts = array(pointer, count)?;
        let places = [place_of(slice::from_ref(rules)), place_of(numbers), place_of(texts)];
        let texts = texts.iter().map(|text| text.addresses());
        let memory = own.beside(inputs.chain(places).chain(texts))?;
        let redirects = redirect_rules(pointer, count, &mut schemes)?;
        let mut made = ClientRules::new().with_redirect_rules(redirects);
        if !numbers.is_empty() {
            let methods = Places::new(&mut methods).fill(numbers, |number| auth_method(*number))?;
            made = made.with_auth_methods(methods)?;
        }
        read(&made, memory)
    }
}

const fn auth_method(number: u32) -> Result<AuthMethod, Reason> {
    Ok(match number {
        GATEPOST_AUTH_METHOD_NONE => AuthMethod::None,
        GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC => AuthMethod::ClientSecretBasic,
        GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST => AuthMethod::ClientSecretPost,
        GATEPOST_AUTH_METHOD_PRIVATE_KEY_JWT => AuthMethod::PrivateKeyJwt,
        _ => return Err(Reason::Misuse),
    })
}

pub(crate) const fn auth_method_number(method: AuthMethod) -> u32 {
    match method {
        AuthMethod::None => GATEPOST_AUTH_METHOD_NONE,
        AuthMethod::ClientSecretBasic => GATEPOST_AUTH_METHOD_CLIENT_SECRET_BASIC,
        AuthMethod::ClientSecretPost => GATEPOST_AUTH_METHOD_CLIENT_SECRET_POST,
        AuthMethod::PrivateKeyJwt => GATEPOST_AUTH_METHOD_PRIVATE_KEY_JWT,
        // What has no number yet is none that C knows how to use.
        _ => 0,
    }
}

impl From<ClientMetadata<'_>> for gatepost_client {
    fn from(client: ClientMetadata<'_>) -> Self {
        let mut flat = Self {
            name: client.name().into(),
            client_uri: client.client_uri().into(),
            logo_uri: client.logo_uri().into(),
            scope: client.scope().into(),
            jwks_uri: client.jwks_uri().into(),
            jwks: client.jwks().into(),
            application_type: match client.application_type() {
                ApplicationType::Web => GATEPOST_APPLICATION_WEB,
                ApplicationType::Native => GATEPOST_APPLICATION_NATIVE,
            },
            auth_method: auth_method_number(client.auth_method()),
            may_refresh: client.may_refresh(),
            is_loopback_only: client.is_loopback_only(),
            state: LIVE,
            opaque: [MaybeUninit::uninit(); 56],
        };
        // SAFETY: the array is large enough and aligned, as is asserted above.
        unsafe { flat.opaque.as_mut_ptr().cast::<ClientMetadata<'_>>().write(client) }
        flat
    }
}

/// The core's metadata in a filled struct.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to a client that was read, and nobody changes it or
/// what it points to during `'a`.
unsafe fn client<'a>(flat: *const gatepost_client) -> Result<&'a ClientMetadata<'a>, Reason> {
    // SAFETY: the caller vouches for the client.
    let flat = unsafe { shared(flat) }?;
    if flat.state != LIVE {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds metadata, aligned.
    Ok(unsafe { &*flat.opaque.as_ptr().cast() })
}

impl gatepost_client {
    /// Where it is, and what it shows of what it points to.
    fn places(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let texts =
            [self.name, self.client_uri, self.logo_uri, self.scope, self.jwks_uri, self.jwks];
        let own = place_of(slice::from_ref(self));
        texts.map(gatepost_slice::addresses).into_iter().chain([own])
    }
}

impl core::fmt::Debug for gatepost_client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_client").finish_non_exhaustive()
    }
}

/// The secret stays out of logs.
impl core::fmt::Debug for gatepost_client_credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_client_credentials").finish_non_exhaustive()
    }
}
