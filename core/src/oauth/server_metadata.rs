//! The metadata of an authorization server
//! ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414),
//! [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html)).

use super::document::Reader;
use super::well_known::issuer_uri;
use crate::text::json::{Known, Object};
use crate::{Reason, StringList};

const ISSUER: usize = 0;
const AUTHORIZATION_ENDPOINT: usize = 1;
const TOKEN_ENDPOINT: usize = 2;
const JWKS_URI: usize = 3;
const REGISTRATION_ENDPOINT: usize = 4;
const SCOPES_SUPPORTED: usize = 5;
const RESPONSE_TYPES_SUPPORTED: usize = 6;
const GRANT_TYPES_SUPPORTED: usize = 7;
const AUTH_METHODS_SUPPORTED: usize = 8;
const CHALLENGE_METHODS_SUPPORTED: usize = 9;
const DPOP_ALGORITHMS: usize = 10;
const CLIENT_METADATA_DOCUMENTS: usize = 11;
const ISS_PARAMETER: usize = 12;
const MEMBERS: usize = 13;
static NAMES: Known<MEMBERS> = Known::new([
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "scopes_supported",
    "response_types_supported",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "dpop_signing_alg_values_supported",
    "client_id_metadata_document_supported",
    "authorization_response_iss_parameter_supported",
]);

/// The metadata of an authorization server, fetched from one of
/// [`server_metadata_urls`](super::server_metadata_urls).
///
/// One type for both documents, that of OAuth and that of OpenID Connect: their members have the
/// same names. What a role needs is asked for when it is needed: a resource server wants
/// [`require_jwks_uri`](Self::require_jwks_uri), a client
/// [`require_code_flow`](Self::require_code_flow).
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::ServerMetadata;
///
/// let fetched = br#"{"issuer":"https://tenant.auth0.com/",
///     "authorization_endpoint":"https://tenant.auth0.com/authorize",
///     "token_endpoint":"https://tenant.auth0.com/oauth/token",
///     "jwks_uri":"https://tenant.auth0.com/.well-known/jwks.json",
///     "response_types_supported":["code"],"code_challenge_methods_supported":["S256"]}"#;
/// let mut memory = [0; 4096];
/// let server = ServerMetadata::parse(fetched, "https://tenant.auth0.com/", &mut memory)?;
/// assert_eq!(server.require_jwks_uri()?, "https://tenant.auth0.com/.well-known/jwks.json");
/// let flow = server.require_code_flow()?;
/// assert_eq!(flow.token_endpoint, "https://tenant.auth0.com/oauth/token");
///
/// // Another issuer, were it but for a slash.
/// let other = ServerMetadata::parse(fetched, "https://tenant.auth0.com", &mut memory);
/// assert_eq!(other.unwrap_err(), Reason::MetadataMismatch);
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Debug)]
pub struct ServerMetadata<'d> {
    object: Object<'d>,
    issuer: &'d str,
    pub(super) authorization_endpoint: Option<&'d str>,
    pub(super) token_endpoint: Option<&'d str>,
    jwks_uri: Option<&'d str>,
    registration_endpoint: Option<&'d str>,
    scopes_supported: Option<StringList<'d>>,
    response_types_supported: Option<StringList<'d>>,
    grant_types_supported: Option<StringList<'d>>,
    auth_methods_supported: Option<StringList<'d>>,
    challenge_methods_supported: Option<StringList<'d>>,
    dpop_algorithms: Option<StringList<'d>>,
    reads_client_metadata_documents: bool,
    sends_issuer: bool,
}

/// Where the authorization code flow goes: both are `https`, or `http` on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeFlow<'d> {
    /// Where people are sent; it may have a query, which has to be kept
    /// ([RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
    pub authorization_endpoint: &'d str,
    /// Where a code is redeemed for a token.
    pub token_endpoint: &'d str,
}

impl<'d> ServerMetadata<'d> {
    /// Reads `document`, JSON of at most
    /// [`MAX_METADATA_LEN`](crate::limits::MAX_METADATA_LEN) bytes, and demands that it is that of
    /// `issuer`, byte for byte: the identifier that its URL was made of
    /// ([RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
    ///
    /// Every URL that is read has to be `https`, or `http` on this machine, without a fragment.
    /// What is not known is ignored. `memory` takes the names of members and what holds escapes:
    /// 4096 bytes are enough for usual documents, `MAX_METADATA_LEN` for all.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] where `issuer` can be none; [`Reason::MetadataMismatch`] for the document
    /// of another, [`Reason::InvalidMetadata`] for one without an issuer, or with members of
    /// another kind, [`Reason::TooLarge`], those of the JSON reader, [`Reason::MemoryTooSmall`].
    pub fn parse(
        document: &'d (impl AsRef<[u8]> + ?Sized),
        issuer: &str,
        memory: &'d mut [u8],
    ) -> Result<Self, Reason> {
        if issuer_uri(issuer).is_none() {
            return Err(Reason::Misuse);
        }
        let mut reader = Reader::new(document.as_ref(), &NAMES, memory)?;
        let own = reader.text(ISSUER)?.ok_or(Reason::InvalidMetadata)?;
        if own != issuer {
            return Err(Reason::MetadataMismatch);
        }
        Ok(Self {
            object: reader.object(),
            issuer: own,
            authorization_endpoint: reader.url(AUTHORIZATION_ENDPOINT)?,
            token_endpoint: reader.url(TOKEN_ENDPOINT)?,
            jwks_uri: reader.url(JWKS_URI)?,
            registration_endpoint: reader.url(REGISTRATION_ENDPOINT)?,
            scopes_supported: reader.list(SCOPES_SUPPORTED)?,
            response_types_supported: reader.list(RESPONSE_TYPES_SUPPORTED)?,
            grant_types_supported: reader.list(GRANT_TYPES_SUPPORTED)?,
            auth_methods_supported: reader.list(AUTH_METHODS_SUPPORTED)?,
            challenge_methods_supported: reader.list(CHALLENGE_METHODS_SUPPORTED)?,
            dpop_algorithms: reader.list(DPOP_ALGORITHMS)?,
            reads_client_metadata_documents: reader.flag(CLIENT_METADATA_DOCUMENTS)?,
            sends_issuer: reader.flag(ISS_PARAMETER)?,
        })
    }

    /// The issuer: what a client records before it sends anybody away, and what an
    /// authorization response and every token has to name.
    #[must_use]
    pub const fn issuer(&self) -> &'d str {
        self.issuer
    }

    /// What a resource server needs: where the issuer's keys are.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidMetadata`] where the document does not say.
    pub fn require_jwks_uri(&self) -> Result<&'d str, Reason> {
        self.jwks_uri.ok_or(Reason::InvalidMetadata)
    }

    /// What a client needs: the endpoints of the authorization code flow, with PKCE.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidMetadata`] where an endpoint is missing, or the response type `code` or
    /// the grant type `authorization_code` is not supported; [`Reason::PkceNotSupported`] as
    /// [`require_pkce`](Self::require_pkce) has it.
    pub fn require_code_flow(&self) -> Result<CodeFlow<'d>, Reason> {
        let (Some(authorization_endpoint), Some(token_endpoint)) =
            (self.authorization_endpoint, self.token_endpoint)
        else {
            return Err(Reason::InvalidMetadata);
        };
        // Grant types that are not listed are `authorization_code` and `implicit`.
        let grants = self.grant_types_supported.as_ref();
        if !lists(self.response_types_supported.as_ref(), "code")
            || !grants.is_none_or(|grants| lists(Some(grants), "authorization_code"))
        {
            return Err(Reason::InvalidMetadata);
        }
        self.require_pkce()?;
        Ok(CodeFlow { authorization_endpoint, token_endpoint })
    }

    /// Demands that the server says that it supports PKCE with S256: one that does not say so
    /// must not be used, whatever it supports (MCP 2026-07-28, "Authorization Code Protection").
    ///
    /// # Errors
    ///
    /// [`Reason::PkceNotSupported`].
    pub fn require_pkce(&self) -> Result<(), Reason> {
        if lists(self.challenge_methods_supported.as_ref(), "S256") {
            Ok(())
        } else {
            Err(Reason::PkceNotSupported)
        }
    }

    /// Demands that `other`, the same server's document of the other kind, says the same of
    /// issuer, endpoints and keys, as far as both say something
    /// ([RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4)).
    ///
    /// # Errors
    ///
    /// [`Reason::MetadataMismatch`].
    pub fn require_agreement(&self, other: &ServerMetadata<'_>) -> Result<(), Reason> {
        let agrees =
            |one: Option<&str>, two: Option<&str>| one.is_none() || two.is_none() || one == two;
        let do_agree = self.issuer == other.issuer
            && agrees(self.authorization_endpoint, other.authorization_endpoint)
            && agrees(self.token_endpoint, other.token_endpoint)
            && agrees(self.jwks_uri, other.jwks_uri)
            && agrees(self.registration_endpoint, other.registration_endpoint);
        if do_agree { Ok(()) } else { Err(Reason::MetadataMismatch) }
    }

    /// Where the issuer's keys are.
    #[must_use]
    pub const fn jwks_uri(&self) -> Option<&'d str> {
        self.jwks_uri
    }

    /// Where clients register themselves
    /// ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)), if they may.
    #[must_use]
    pub const fn registration_endpoint(&self) -> Option<&'d str> {
        self.registration_endpoint
    }

    /// The scopes that the server lists. A client asks for `offline_access` only where it is
    /// among them.
    #[must_use]
    pub fn scopes_supported(&self) -> Option<StringList<'d>> {
        self.scopes_supported.clone()
    }

    /// How clients authenticate at the token endpoint; `client_secret_basic` where it is not
    /// said.
    #[must_use]
    pub fn token_endpoint_auth_methods_supported(&self) -> Option<StringList<'d>> {
        self.auth_methods_supported.clone()
    }

    /// The algorithms of proofs of possession that the server understands.
    #[must_use]
    pub fn dpop_algorithms(&self) -> Option<StringList<'d>> {
        self.dpop_algorithms.clone()
    }

    /// Whether a client may be known by the URL of its metadata document
    /// (`client_id_metadata_document_supported`).
    #[must_use]
    pub const fn reads_client_metadata_documents(&self) -> bool {
        self.reads_client_metadata_documents
    }

    /// Whether authorization responses name the issuer
    /// (`authorization_response_iss_parameter_supported`,
    /// [RFC 9207, section 3](https://www.rfc-editor.org/rfc/rfc9207#section-3)).
    #[must_use]
    pub const fn sends_issuer(&self) -> bool {
        self.sends_issuer
    }

    /// All members, the unknown ones included.
    #[must_use]
    pub const fn members(&self) -> Object<'d> {
        self.object
    }
}

fn lists(list: Option<&StringList<'_>>, name: &str) -> bool {
    list.is_some_and(|list| list.clone().any(|listed| listed == name))
}
