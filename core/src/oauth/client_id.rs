//! Client identifiers that are URLs of metadata documents
//! ([CIMD draft -01, section 3](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-3)).

use super::host::Host;
use crate::Reason;
use crate::limits::MAX_CLIENT_ID_LEN;
use crate::text::uri::{Uri, has_hidden_slashes};

/// A client identifier that is the URL of the client's metadata document.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::ClientIdUrl;
///
/// let client = ClientIdUrl::parse("https://app.example.com/oauth/client.json")?;
/// assert_eq!(client.host(), "app.example.com");
/// for refused in ["http://app.example.com/client.json", "https://app.example.com", "s6BhdRkqt3"] {
///     assert_eq!(ClientIdUrl::parse(refused), Err(Reason::InvalidClientId));
/// }
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIdUrl<'u> {
    text: &'u str,
    host: &'u str,
}

impl<'u> ClientIdUrl<'u> {
    /// Reads a `client_id` of at most [`MAX_CLIENT_ID_LEN`] characters.
    ///
    /// It begins with `https://`, has a path that is more than a slash, and neither dot segments
    /// nor fragment nor user information; a query is allowed. Refused as well are hidden slashes
    /// in the path, and hosts that browsers read differently (`127.1`, an encoded character).
    ///
    /// Whether the host resolves to an address that may be asked is for
    /// [`FetchPolicy`](super::FetchPolicy) to say. Fetch with one request that follows no redirect,
    /// take the document of a status of 200 alone, read no more than
    /// [`MAX_CLIENT_METADATA_DOCUMENT_LEN`](crate::limits::MAX_CLIENT_METADATA_DOCUMENT_LEN) bytes,
    /// and cache what
    /// [`ClientMetadata::from_document`](super::ClientMetadata::from_document) has accepted, never
    /// an error.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidClientId`].
    pub fn parse(client_id: &'u str) -> Result<Self, Reason> {
        Self::of(client_id).ok_or(Reason::InvalidClientId)
    }

    fn of(text: &'u str) -> Option<Self> {
        if text.len() > MAX_CLIENT_ID_LEN {
            return None;
        }
        let uri = Uri::parse(text)?;
        let authority = uri.authority?;
        let host = Host::of(&authority)?;
        let is_accepted = uri.scheme == "https"
            && !host.is_unspecified()
            && uri.path.len() > 1
            && uri.fragment.is_none()
            && !uri.has_dot_segments()
            && !has_hidden_slashes(uri.path);
        is_accepted.then_some(Self { text, host: authority.host })
    }

    /// The identifier, which is the URL to fetch.
    #[must_use]
    pub const fn as_str(&self) -> &'u str {
        self.text
    }

    /// The host, which vouches for the client and which a consent page has to show
    /// ([CIMD draft -01, section 6.4](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-6.4));
    /// an IPv6 address without its brackets.
    #[must_use]
    pub const fn host(&self) -> &'u str {
        self.host
    }
}
