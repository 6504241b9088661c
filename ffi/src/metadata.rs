//! Metadata documents that a client, or a server that looks for keys, has fetched.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use gatepost_core::oauth::{
    ResourceMetadataDocument, ServerMetadata, WellKnownUrl, resource_metadata_urls,
    server_metadata_urls,
};
use gatepost_core::{Reason, StringList};

use crate::access_token::list;
use crate::boundary::{Output, guard, shared, status};
use crate::fill::{fill, take};
use crate::gatepost_slice;

/// Bytes of a metadata document at the most. More are GATEPOST_TOO_LARGE.
pub const GATEPOST_MAX_METADATA_LENGTH: usize = 65536;

const _: () = assert!(GATEPOST_MAX_METADATA_LENGTH == gatepost_core::limits::MAX_METADATA_LEN);

/// The list of a resource's issuers (`authorization_servers`), at least one.
pub const GATEPOST_LIST_AUTHORIZATION_SERVERS: u32 = 1;
/// The list of scopes (`scopes_supported`), of a resource or of an authorization server.
pub const GATEPOST_LIST_SCOPES: u32 = 2;
/// The list of ways to present a token to a resource (`bearer_methods_supported`); where there is
/// none, in the header at least.
pub const GATEPOST_LIST_BEARER_METHODS: u32 = 3;
/// The list of algorithms of DPoP proofs (`dpop_signing_alg_values_supported`), of a resource or of
/// an authorization server.
pub const GATEPOST_LIST_DPOP_ALGORITHMS: u32 = 4;
/// The list of ways in which clients authenticate at an authorization server's token endpoint
/// (`token_endpoint_auth_methods_supported`); where there is none, client_secret_basic.
pub const GATEPOST_LIST_AUTH_METHODS: u32 = 5;

/// URLs to try for one document at the most.
pub const GATEPOST_MAX_METADATA_URLS: usize = 3;

/// URLs to try one after the other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_metadata_urls {
    /// The URLs, the first `count` of them.
    pub urls: [gatepost_slice; GATEPOST_MAX_METADATA_URLS],
    /// How many there are.
    pub count: usize,
}

/// The metadata of an MCP server (RFC 9728), read.
///
/// A plain value: it may be copied. It points into the document and into the memory that was passed
/// to gatepost_read_resource_metadata(). Nobody vouches for what it says.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_resource_metadata {
    /// The identifier of the resource: what a client sends as `resource` in authorization and token
    /// requests.
    pub resource: gatepost_slice,
    /// The name for people, a stranger's text: escape it where it is shown. `ptr` is NULL where
    /// there is none.
    pub name: gatepost_slice,
    /// All members, as one JSON object.
    pub members: gatepost_slice,
    /// Whether the resource demands a proof of possession with every token.
    pub requires_dpop: bool,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 64],
}

/// The metadata of an authorization server (RFC 8414), read.
///
/// A plain value: it may be copied. It points into the document and into the memory that was passed
/// to gatepost_read_server_metadata(). All its URLs are `https`, or `http` on this machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_server_metadata {
    /// The issuer: what a client records before it sends anybody away, and what an authorization
    /// response and every token has to name.
    pub issuer: gatepost_slice,
    /// Where the issuer's keys are. `ptr` is NULL where it is not said: a resource server cannot
    /// use such an issuer (GATEPOST_INVALID_METADATA).
    pub jwks_uri: gatepost_slice,
    /// Where clients register themselves (RFC 7591). `ptr` is NULL where they cannot.
    pub registration_endpoint: gatepost_slice,
    /// All members, as one JSON object.
    pub members: gatepost_slice,
    /// Whether a client may be known by the URL of its metadata document
    /// (`client_id_metadata_document_supported`).
    pub reads_client_metadata_documents: bool,
    /// Whether authorization responses name the issuer (RFC 9207, section 3).
    pub sends_issuer: bool,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 80],
}

/// The endpoints of the authorization code flow.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_code_flow {
    /// Where whoever uses the client is sent; it may have a query, which has to be kept.
    pub authorization_endpoint: gatepost_slice,
    /// Where a code is redeemed for a token.
    pub token_endpoint: gatepost_slice,
}

const _: () = {
    assert!(size_of::<ResourceMetadataDocument<'_>>() <= size_of::<[MaybeUninit<u64>; 64]>());
    assert!(align_of::<ResourceMetadataDocument<'_>>() <= align_of::<MaybeUninit<u64>>());
    assert!(size_of::<ServerMetadata<'_>>() <= size_of::<[MaybeUninit<u64>; 80]>());
    assert!(align_of::<ServerMetadata<'_>>() <= align_of::<MaybeUninit<u64>>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<ResourceMetadataDocument<'_>>());
    assert!(!core::mem::needs_drop::<ServerMetadata<'_>>());
};

/// Writes the URLs at which a client looks for the metadata of the MCP server at `resource` into
/// `memory`, and fills `*urls`, in the order in which they are tried.
///
/// `resource`: the URL of the MCP endpoint, `https` (or `http` on this machine), without a
/// fragment. They are tried where no challenge names a `resource_metadata`; where one does, that
/// URL is the only one (RFC 9728, section 3.1). `memory`: twice the length of `resource` and 80
/// bytes are enough.
///
/// Errors: GATEPOST_MISUSE for another URL, and for a NULL; GATEPOST_MEMORY_TOO_SMALL.
///
/// # Safety
///
/// What `resource` points to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_resource_metadata_urls(
    resource: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    urls: *mut gatepost_metadata_urls,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, urls, |room| {
            let memory = room.beside([resource.addresses()])?;
            write_urls(resource_metadata_urls(resource.text()?)?, memory)
        })
    }
}

/// Writes the URLs at which the metadata of the authorization server `issuer` are looked for into
/// `memory`, and fills `*urls`: those of OAuth, then those of OpenID Connect (RFC 8414, sections
/// 3.1 and 5).
///
/// `memory`: three times the length of `issuer` and 120 bytes are enough. What is found is read by
/// gatepost_read_server_metadata(), which demands this same issuer.
///
/// Errors: GATEPOST_MISUSE where `issuer` is no `https` URL (or `http` on this machine) or has a
/// user, a query or a fragment, and for a NULL; GATEPOST_MEMORY_TOO_SMALL.
///
/// # Safety
///
/// What `issuer` points to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_server_metadata_urls(
    issuer: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    urls: *mut gatepost_metadata_urls,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, urls, |room| {
            let memory = room.beside([issuer.addresses()])?;
            write_urls(server_metadata_urls(issuer.text()?)?, memory)
        })
    }
}

/// Reads the metadata document of an MCP server into `*metadata`, and demands that it is that of
/// `resource` (RFC 9728, section 3.3).
///
/// `document`: JSON, at most GATEPOST_MAX_METADATA_LENGTH bytes. `resource`: the URL that the
/// client asks of, byte for byte. `origin`: NULL; where the document was found at the root of the
/// server without a challenge that named it, the server's origin may be accepted in place of
/// `resource`: the tokens are then asked for that origin. `memory`: takes the names of members and
/// what holds escapes; 4096 bytes are enough for usual documents, GATEPOST_MAX_METADATA_LENGTH for
/// all.
///
/// Errors: GATEPOST_METADATA_MISMATCH for the document of another; GATEPOST_INVALID_METADATA for
/// one without issuers or with members of another kind; GATEPOST_TOO_LARGE; those of JSON (1xx);
/// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_resource_metadata(
    document: gatepost_slice,
    resource: gatepost_slice,
    origin: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    metadata: *mut gatepost_resource_metadata,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, metadata, |room| {
            let inputs = [document, resource, origin].map(gatepost_slice::addresses);
            let memory = room.beside(inputs)?;
            let resource = resource.optional_text()?.ok_or(Reason::Misuse)?;
            let accepted = [resource, origin.optional_text()?.unwrap_or(resource)];
            let read = ResourceMetadataDocument::parse(document.bytes()?, &accepted, memory)?;
            let mut flat = gatepost_resource_metadata {
                resource: read.resource().into(),
                name: read.name().into(),
                members: read.members().as_json().into(),
                requires_dpop: read.requires_dpop(),
                opaque: [MaybeUninit::uninit(); 64],
            };
            // The array is large enough and aligned, as is asserted above.
            flat.opaque.as_mut_ptr().cast::<ResourceMetadataDocument<'_>>().write(read);
            Ok(flat)
        })
    }
}

/// Reads the metadata document of an authorization server into `*metadata`, and demands that it is
/// that of `issuer`, byte for byte: the one that its URL was made of (RFC 8414, section 3.3).
///
/// `document`, `memory`: as for gatepost_read_resource_metadata(). Documents of OAuth and of OpenID
/// Connect are read alike. What a role needs is asked for when it is needed.
///
/// Errors: GATEPOST_METADATA_MISMATCH for the document of another; GATEPOST_INVALID_METADATA for
/// one without an issuer, with members of another kind, and with a URL that is not `https` (or
/// `http` on this machine) or has a fragment; GATEPOST_TOO_LARGE; those of JSON (1xx);
/// GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for a NULL, and where `issuer` can be none.
///
/// # Safety
///
/// What the slices point to is there; nobody else uses `memory`, of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read_server_metadata(
    document: gatepost_slice,
    issuer: gatepost_slice,
    memory: *mut c_void,
    length: usize,
    metadata: *mut gatepost_server_metadata,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, metadata, |room| {
            let memory = room.beside([document.addresses(), issuer.addresses()])?;
            let read = ServerMetadata::parse(document.bytes()?, issuer.text()?, memory)?;
            let mut flat = gatepost_server_metadata {
                issuer: read.issuer().into(),
                jwks_uri: read.jwks_uri().into(),
                registration_endpoint: read.registration_endpoint().into(),
                members: read.members().as_json().into(),
                reads_client_metadata_documents: read.reads_client_metadata_documents(),
                sends_issuer: read.sends_issuer(),
                opaque: [MaybeUninit::uninit(); 80],
            };
            // The array is large enough and aligned, as is asserted above.
            flat.opaque.as_mut_ptr().cast::<ServerMetadata<'_>>().write(read);
            Ok(flat)
        })
    }
}

/// Writes a list of the metadata to `texts`, at most `capacity` of its elements, and returns how
/// many it has.
///
/// `which`: GATEPOST_LIST_AUTHORIZATION_SERVERS, _SCOPES, _BEARER_METHODS or _DPOP_ALGORITHMS.
/// `texts` may be NULL where `capacity` is 0. A NULL otherwise, and another list, give 0.
///
/// # Safety
///
/// `metadata` is NULL, or was filled by gatepost_read_resource_metadata() and what it points to is
/// as it was; `texts` is NULL or points to `capacity` slices that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_resource_metadata_list(
    metadata: *const gatepost_resource_metadata,
    which: u32,
    texts: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    guard(0, || {
        // SAFETY: the caller vouches for the metadata.
        let Ok(metadata) = (unsafe { resource_metadata(metadata) }) else { return 0 };
        let elements = match which {
            GATEPOST_LIST_AUTHORIZATION_SERVERS => Some(metadata.authorization_servers()),
            GATEPOST_LIST_SCOPES => metadata.scopes_supported(),
            GATEPOST_LIST_BEARER_METHODS => metadata.bearer_methods_supported(),
            GATEPOST_LIST_DPOP_ALGORITHMS => metadata.dpop_algorithms(),
            _ => None,
        };
        // SAFETY: the caller vouches for the place of the results.
        unsafe { write_list(elements, texts, capacity) }
    })
}

/// Writes a list of the metadata to `texts`, at most `capacity` of its elements, and returns how
/// many it has.
///
/// `which`: GATEPOST_LIST_SCOPES, _DPOP_ALGORITHMS or _AUTH_METHODS. `texts` may be NULL where
/// `capacity` is 0. A NULL otherwise, and another list, give 0.
///
/// # Safety
///
/// `metadata` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
/// it was; `texts` is NULL or points to `capacity` slices that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_server_metadata_list(
    metadata: *const gatepost_server_metadata,
    which: u32,
    texts: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    guard(0, || {
        // SAFETY: the caller vouches for the metadata.
        let Ok(metadata) = (unsafe { server_metadata(metadata) }) else { return 0 };
        let elements = match which {
            GATEPOST_LIST_SCOPES => metadata.scopes_supported(),
            GATEPOST_LIST_DPOP_ALGORITHMS => metadata.dpop_algorithms(),
            GATEPOST_LIST_AUTH_METHODS => metadata.token_endpoint_auth_methods_supported(),
            _ => None,
        };
        // SAFETY: the caller vouches for the place of the results.
        unsafe { write_list(elements, texts, capacity) }
    })
}

/// Fills `*flow` with what a client needs: the endpoints of the authorization code flow, at a
/// server that says that it supports PKCE with S256. One that does not say so must not be used,
/// whatever it supports.
///
/// Errors: GATEPOST_INVALID_METADATA where an endpoint is missing, or the response type `code` or
/// the grant type `authorization_code` is not supported; GATEPOST_PKCE_NOT_SUPPORTED;
/// GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// `metadata` is NULL, or was filled by gatepost_read_server_metadata() and what it points to is as
/// it was; `flow` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_require_code_flow(
    metadata: *const gatepost_server_metadata,
    flow: *mut gatepost_code_flow,
) -> u32 {
    status(|| {
        let output = Output::new(flow)?;
        // SAFETY: the caller vouches for the metadata, and for the place of the result.
        unsafe {
            let flow = server_metadata(metadata)?.require_code_flow()?;
            output.write(gatepost_code_flow {
                authorization_endpoint: flow.authorization_endpoint.into(),
                token_endpoint: flow.token_endpoint.into(),
            });
        }
        Ok(())
    })
}

/// Demands that two documents of one server, that of OAuth and that of OpenID Connect, say the same
/// of issuer, endpoints and keys, as far as both say something (RFC 9068, section 4).
///
/// Errors: GATEPOST_METADATA_MISMATCH; GATEPOST_MISUSE for a NULL.
///
/// # Safety
///
/// Both are NULL, or were filled by gatepost_read_server_metadata() and what they point to is as it
/// was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_require_agreement(
    one: *const gatepost_server_metadata,
    other: *const gatepost_server_metadata,
) -> u32 {
    // SAFETY: the caller vouches for the metadata.
    status(|| unsafe { server_metadata(one)?.require_agreement(server_metadata(other)?) })
}

/// The core's document in a filled struct.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to metadata that were read, and nobody changes them
/// or what they point to during `'a`.
pub(crate) unsafe fn resource_metadata<'a>(
    flat: *const gatepost_resource_metadata,
) -> Result<&'a ResourceMetadataDocument<'a>, Reason> {
    // SAFETY: the caller vouches for the metadata.
    let flat = unsafe { shared(flat) }?;
    // Without a resource it was never filled.
    if flat.resource.ptr.is_null() {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds a document, aligned.
    Ok(unsafe { &*flat.opaque.as_ptr().cast() })
}

/// The core's metadata in a filled struct.
///
/// # Safety
///
/// That of [`resource_metadata`].
pub(crate) unsafe fn server_metadata<'a>(
    flat: *const gatepost_server_metadata,
) -> Result<&'a ServerMetadata<'a>, Reason> {
    // SAFETY: the caller vouches for the metadata.
    let flat = unsafe { shared(flat) }?;
    // Without an issuer it was never filled.
    if flat.issuer.ptr.is_null() {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds metadata, aligned.
    Ok(unsafe { &*flat.opaque.as_ptr().cast() })
}

/// # Safety
///
/// `place` is `NULL` or points to `capacity` slices that may be written.
unsafe fn write_list(
    elements: Option<StringList<'_>>,
    place: *mut gatepost_slice,
    capacity: usize,
) -> usize {
    // SAFETY: the caller vouches for the place.
    unsafe { list(elements.into_iter().flatten(), place, capacity) }
}

fn write_urls<'u>(
    urls: impl Iterator<Item = WellKnownUrl<'u>>,
    mut memory: &mut [u8],
) -> Result<gatepost_metadata_urls, Reason> {
    let none = [gatepost_slice::NONE; GATEPOST_MAX_METADATA_URLS];
    let mut written = gatepost_metadata_urls { urls: none, count: 0 };
    for url in urls {
        let length = url.write(memory)?.len();
        let place = written.urls.get_mut(written.count).ok_or(Reason::Misuse)?;
        *place = (&*take(length, &mut memory)?).into();
        written.count = written.count.saturating_add(1);
    }
    Ok(written)
}

impl core::fmt::Debug for gatepost_resource_metadata {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_resource_metadata").finish_non_exhaustive()
    }
}

impl core::fmt::Debug for gatepost_server_metadata {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_server_metadata").finish_non_exhaustive()
    }
}
