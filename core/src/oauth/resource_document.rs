//! The metadata of a protected resource, as a client reads them
//! ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)).

use super::document::Reader;
use super::well_known::issuer_uri;
use crate::text::json::{Known, Object};
use crate::{Reason, StringList, Strings};

const RESOURCE: usize = 0;
const AUTHORIZATION_SERVERS: usize = 1;
const SCOPES_SUPPORTED: usize = 2;
const BEARER_METHODS_SUPPORTED: usize = 3;
const RESOURCE_NAME: usize = 4;
const DPOP_ALGORITHMS: usize = 5;
const DPOP_REQUIRED: usize = 6;
static NAMES: Known<7> = Known::new([
    "resource",
    "authorization_servers",
    "scopes_supported",
    "bearer_methods_supported",
    "resource_name",
    "dpop_signing_alg_values_supported",
    "dpop_bound_access_tokens_required",
]);

/// The metadata of an MCP server that a client has fetched.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::ResourceMetadataDocument;
///
/// let fetched = br#"{"resource":"https:\/\/mcp.example.com\/mcp",
///     "authorization_servers":["https://tenant.auth0.com/"]}"#;
/// let mut memory = [0; 4096];
/// let resource = "https://mcp.example.com/mcp";
/// let document = ResourceMetadataDocument::parse(fetched, resource, &mut memory)?;
/// assert_eq!(document.authorization_servers().next(), Some("https://tenant.auth0.com/"));
/// assert!(document.scopes_supported().is_none());
///
/// let other = "https://mcp.example.com/";
/// let of_another = ResourceMetadataDocument::parse(fetched, other, &mut memory);
/// assert_eq!(of_another.unwrap_err(), Reason::MetadataMismatch);
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Debug)]
pub struct ResourceMetadataDocument<'d> {
    object: Object<'d>,
    resource: &'d str,
    authorization_servers: StringList<'d>,
    scopes_supported: Option<StringList<'d>>,
    bearer_methods_supported: Option<StringList<'d>>,
    name: Option<&'d str>,
    dpop_algorithms: Option<StringList<'d>>,
    requires_dpop: bool,
}

impl<'d> ResourceMetadataDocument<'d> {
    /// Reads `document`, JSON of at most
    /// [`MAX_METADATA_LEN`](crate::limits::MAX_METADATA_LEN) bytes, and demands that it is that of
    /// `resource`.
    ///
    /// `resource` is the URL that the client asks of, byte for byte as it asks
    /// ([RFC 9728, section 3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3)). Where the
    /// document was found at the root of the server without a challenge that named it, a second
    /// one, the server's origin, may be accepted as well: the tokens are then asked for that
    /// origin.
    ///
    /// There must be an issuer, and all are `https` URLs, or `http` on this machine. What is not
    /// known is ignored. `memory` takes the names of members and what holds escapes: 4096 bytes
    /// are enough for usual documents, `MAX_METADATA_LEN` for all.
    ///
    /// # Errors
    ///
    /// [`Reason::MetadataMismatch`] for the document of another, [`Reason::InvalidMetadata`] for
    /// one without issuers or with members of another kind, [`Reason::TooLarge`], those of the
    /// JSON reader, [`Reason::MemoryTooSmall`].
    pub fn parse<'r>(
        document: &'d (impl AsRef<[u8]> + ?Sized),
        resource: impl Into<Strings<'r>>,
        memory: &'d mut [u8],
    ) -> Result<Self, Reason> {
        let mut reader = Reader::new(document.as_ref(), &NAMES, memory)?;
        let own = reader.text(RESOURCE)?.ok_or(Reason::InvalidMetadata)?;
        if !resource.into().iter().any(|expected| expected == own) {
            return Err(Reason::MetadataMismatch);
        }
        let issuers = reader.list(AUTHORIZATION_SERVERS)?.ok_or(Reason::InvalidMetadata)?;
        if !issuers.clone().all(|issuer| issuer_uri(issuer).is_some()) {
            return Err(Reason::InvalidMetadata);
        }
        Ok(Self {
            object: reader.object(),
            resource: own,
            authorization_servers: issuers,
            scopes_supported: reader.list(SCOPES_SUPPORTED)?,
            bearer_methods_supported: reader.list(BEARER_METHODS_SUPPORTED)?,
            name: reader.text(RESOURCE_NAME)?,
            dpop_algorithms: reader.list(DPOP_ALGORITHMS)?,
            requires_dpop: reader.flag(DPOP_REQUIRED)?,
        })
    }

    /// The identifier of the resource: what the client sends as `resource` in authorization and
    /// token requests.
    #[must_use]
    pub const fn resource(&self) -> &'d str {
        self.resource
    }

    /// The issuers of the tokens that the resource accepts, at least one: the client chooses.
    #[must_use]
    pub fn authorization_servers(&self) -> StringList<'d> {
        self.authorization_servers.clone()
    }

    /// The scopes that the resource advertises.
    #[must_use]
    pub fn scopes_supported(&self) -> Option<StringList<'d>> {
        self.scopes_supported.clone()
    }

    /// How a token may be presented: where it is not said, in the header at least.
    #[must_use]
    pub fn bearer_methods_supported(&self) -> Option<StringList<'d>> {
        self.bearer_methods_supported.clone()
    }

    /// The name of the resource for people: text of a stranger, to be escaped where it is shown.
    #[must_use]
    pub const fn name(&self) -> Option<&'d str> {
        self.name
    }

    /// The algorithms of proofs of possession that the resource understands.
    #[must_use]
    pub fn dpop_algorithms(&self) -> Option<StringList<'d>> {
        self.dpop_algorithms.clone()
    }

    /// Whether the resource demands a proof of possession with every token.
    #[must_use]
    pub const fn requires_dpop(&self) -> bool {
        self.requires_dpop
    }

    /// All members, the unknown ones included.
    #[must_use]
    pub const fn members(&self) -> Object<'d> {
        self.object
    }
}
