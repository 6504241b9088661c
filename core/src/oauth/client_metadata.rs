//! What a client says of itself: in a registration request
//! ([RFC 7591, section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)) or in a document of
//! its own
//! ([CIMD draft -01](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01)).

use super::client_id::ClientIdUrl;
use super::client_reader::Reader;
use super::client_rules::{AuthMethod, ClientRules};
use super::redirect_uri::{ApplicationType, RedirectUri};
use crate::Reason;
use crate::access::StringList;
use crate::limits::{MAX_CLIENT_METADATA_DOCUMENT_LEN, MAX_REGISTRATION_LEN};

/// The metadata of a client, checked, with what was missing or not supported replaced
/// ([RFC 7591, section 3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1)).
///
/// It uses authorization codes, and refresh tokens if it asked for them; other grants and response
/// types that it asked for are left out. Names and texts hold no control characters, and none that
/// turn the direction of writing or are not seen: joiners and selectors of variants only inside of
/// words from Arabic to Sinhala and of emoji, where they are seen. None is of blanks alone. They are
/// the client's own words all the same: escape them.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::{ApplicationType, AuthMethod, ClientMetadata, ClientRules};
///
/// let request = br#"{"client_name": "Example", "token_endpoint_auth_method": "none",
///     "redirect_uris": ["http://127.0.0.1:3000/callback"]}"#;
/// let mut memory = [0; 1024];
/// let client = ClientMetadata::from_registration(request, &ClientRules::new(), &mut memory)?;
/// assert_eq!(client.name(), Some("Example"));
/// assert_eq!(client.application_type(), ApplicationType::Native);
/// assert_eq!(client.auth_method(), AuthMethod::None);
///
/// // The redirect URI of an authorization request: the port of a loopback may differ.
/// let uri = client.redirect_uri("http://127.0.0.1:51004/callback")?;
/// assert!(uri.is_loopback());
/// let other = client.redirect_uri("https://evil.example/callback");
/// assert_eq!(other, Err(Reason::InvalidRedirectUri));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientMetadata<'d> {
    pub(super) redirect_uris: StringList<'d>,
    pub(super) application_type: ApplicationType,
    pub(super) auth_method: AuthMethod,
    pub(super) may_refresh: bool,
    pub(super) name: Option<&'d str>,
    pub(super) client_uri: Option<&'d str>,
    pub(super) logo_uri: Option<&'d str>,
    pub(super) tos_uri: Option<&'d str>,
    pub(super) policy_uri: Option<&'d str>,
    pub(super) scope: Option<&'d str>,
    pub(super) contacts: StringList<'d>,
    pub(super) jwks_uri: Option<&'d str>,
    pub(super) jwks: Option<&'d str>,
    pub(super) software_id: Option<&'d str>,
    pub(super) software_version: Option<&'d str>,
}

impl<'d> ClientMetadata<'d> {
    /// Reads a registration request: a JSON object of at most [`MAX_REGISTRATION_LEN`] bytes.
    ///
    /// `memory` is for member names, 8 bytes each, and then for the strings that hold escapes: twice
    /// the length of `body` is always enough. Members that are `null` or an
    /// empty string count as missing, unknown ones and a software statement are ignored
    /// ([RFC 7591, section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)). A client that
    /// says no `application_type` is `web` if all of its redirect URIs may be a web client's, else
    /// `native`: MCP clients before the revision of 2026-07-28 say none.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidRedirectUri`] where there is none, one is not acceptable or not for this
    /// type of application, or there are more than
    /// [`MAX_REDIRECT_URIS`](crate::limits::MAX_REDIRECT_URIS);
    /// [`Reason::InvalidClientMetadata`]; [`Reason::TooLarge`]; [`Reason::InvalidJson`],
    /// [`Reason::DuplicateMember`], [`Reason::TooDeep`]; [`Reason::MemoryTooSmall`].
    pub fn from_registration(
        body: &'d [u8],
        rules: &ClientRules<'_>,
        memory: &'d mut [u8],
    ) -> Result<Self, Reason> {
        Reader::new(body, MAX_REGISTRATION_LEN, memory)?
            .metadata(rules, AuthMethod::ClientSecretBasic)
    }

    /// Reads the document that was fetched from `client_id`: a JSON object of at most
    /// [`MAX_CLIENT_METADATA_DOCUMENT_LEN`] bytes, served with a status of 200.
    ///
    /// It has to name exactly this `client_id`, a `client_name` and `redirect_uris`, and must hold
    /// no secret and use none: who can read it could be the client. The rest is as in
    /// [`from_registration`](Self::from_registration), but that a client that names no
    /// authentication is a public one
    /// ([CIMD draft -01, section 4.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-4.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidClientId`] for another `client_id`; those of
    /// [`from_registration`](Self::from_registration).
    ///
    /// ```
    /// use gatepost::Reason;
    /// use gatepost::oauth::{ClientIdUrl, ClientMetadata, ClientRules};
    ///
    /// let document = br#"{"client_id": "https://app.example.com/client.json",
    ///     "client_name": "Example", "redirect_uris": ["https://app.example.com/callback"]}"#;
    /// let rules = ClientRules::new();
    /// let read = |url| {
    ///     let (url, memory) = (ClientIdUrl::parse(url)?, &mut [0; 1024]);
    ///     ClientMetadata::from_document(document, &url, &rules, memory).map(drop)
    /// };
    /// read("https://app.example.com/client.json")?;
    /// assert_eq!(read("https://app.example.com/CLIENT.json"), Err(Reason::InvalidClientId));
    /// # Ok::<(), Reason>(())
    /// ```
    pub fn from_document(
        document: &'d [u8],
        client_id: &ClientIdUrl<'_>,
        rules: &ClientRules<'_>,
        memory: &'d mut [u8],
    ) -> Result<Self, Reason> {
        let mut reader = Reader::new(document, MAX_CLIENT_METADATA_DOCUMENT_LEN, memory)?;
        reader.require_client_id(client_id)?;
        reader.refuse_secrets()?;
        let metadata = reader.metadata(rules, AuthMethod::None)?;
        if metadata.auth_method.needs_secret() || metadata.name.is_none() {
            return Err(Reason::InvalidClientMetadata);
        }
        Ok(metadata)
    }

    /// The redirect URI of an authorization request, if the client has registered it: the same
    /// text, but for the port of the loopback ([`RedirectUri::allows`]).
    ///
    /// Until this has succeeded nothing may be sent to the URI, not even an error.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidRedirectUri`].
    pub fn redirect_uri<'u>(&self, requested: &'u str) -> Result<RedirectUri<'u>, Reason> {
        let is_registered = self.redirect_uris().any(|registered| registered.allows(requested));
        let uri = if is_registered { RedirectUri::parse(requested) } else { None };
        uri.ok_or(Reason::InvalidRedirectUri)
    }

    /// The redirect URIs.
    pub fn redirect_uris(&self) -> impl Iterator<Item = RedirectUri<'d>> {
        // Each has been read once.
        self.redirect_uris.clone().filter_map(RedirectUri::parse)
    }

    /// Whether all redirect URIs lead to the user's own machine, where any program can pose as the
    /// client: a consent page should warn (MCP 2026-07-28, "Localhost Redirect URI Risks").
    #[must_use]
    pub fn is_loopback_only(&self) -> bool {
        self.redirect_uris().all(|uri| uri.is_loopback())
    }

    /// Whether it is an app on the user's machine or a server of the web's.
    #[must_use]
    pub const fn application_type(&self) -> ApplicationType {
        self.application_type
    }

    /// How the client authenticates to the token endpoint.
    #[must_use]
    pub const fn auth_method(&self) -> AuthMethod {
        self.auth_method
    }

    /// Whether it asked for refresh tokens.
    #[must_use]
    pub const fn may_refresh(&self) -> bool {
        self.may_refresh
    }

    /// `client_name`, for the consent page.
    #[must_use]
    pub const fn name(&self) -> Option<&'d str> {
        self.name
    }

    /// `client_uri`, the client's page: an `https` URL, or `http` of the loopback, as the
    /// following are.
    #[must_use]
    pub const fn client_uri(&self) -> Option<&'d str> {
        self.client_uri
    }

    /// `logo_uri`; fetched by the server, not by the user's browser, and only from where
    /// [`FetchPolicy`](super::FetchPolicy) lets it.
    #[must_use]
    pub const fn logo_uri(&self) -> Option<&'d str> {
        self.logo_uri
    }

    /// `scope`: the scopes that it may ask for, separated by single spaces.
    #[must_use]
    pub const fn scope(&self) -> Option<&'d str> {
        self.scope
    }

    /// `jwks_uri`, where the client's public keys are; see [`logo_uri`](Self::logo_uri).
    #[must_use]
    pub const fn jwks_uri(&self) -> Option<&'d str> {
        self.jwks_uri
    }

    /// `jwks`, the client's public keys, as JSON.
    #[must_use]
    pub const fn jwks(&self) -> Option<&'d str> {
        self.jwks
    }
}
