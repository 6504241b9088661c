//! Where an authorization response may be sent
//! ([OAuth 2.1, section 2.3](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-2.3)).

use super::host::Host;
use crate::Reason;
use crate::text::uri::{Uri, has_hidden_slashes};

/// Which redirect URIs may be registered: `https`, `http` to a loopback address or to `localhost`
/// itself, and the private-use schemes that the server names.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::RedirectRules;
///
/// let rules = RedirectRules::new();
/// assert!(rules.parse("https://app.example.com/callback").is_ok());
/// assert!(rules.parse("http://127.0.0.1:3000/callback").is_ok());
/// let refused = rules.parse("com.example.app:/callback");
/// assert_eq!(refused, Err(Reason::InvalidRedirectUri));
///
/// let rules = rules.with_private_use_schemes(&["com.example.app"])?;
/// assert!(rules.parse("com.example.app:/callback").is_ok());
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RedirectRules<'r> {
    private_use_schemes: &'r [&'r str],
}

impl<'r> RedirectRules<'r> {
    /// No private-use scheme, as MCP wants it (2026-07-28, "Communication Security").
    #[must_use]
    pub const fn new() -> Self {
        Self { private_use_schemes: &[] }
    }

    /// Names the private-use schemes to accept, in lower case: those of native apps that cannot
    /// listen on the loopback
    /// ([RFC 8252, section 7.1](https://www.rfc-editor.org/rfc/rfc8252#section-7.1)).
    ///
    /// Any app may claim such a scheme, and take the code; only PKCE keeps it from using it.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what is no scheme, and for those that a browser runs or opens itself
    /// (`javascript`, `data`, `http` and their like).
    pub fn with_private_use_schemes(self, schemes: &'r [&'r str]) -> Result<Self, Reason> {
        let is_private_use = |scheme: &&str| {
            let is_scheme = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
            scheme.starts_with(|first: char| first.is_ascii_lowercase())
                && scheme.bytes().all(is_scheme)
                && !OF_BROWSERS.contains(scheme)
        };
        if !schemes.iter().all(is_private_use) {
            return Err(Reason::Misuse);
        }
        Ok(Self { private_use_schemes: schemes })
    }

    /// Reads a redirect URI that somebody wants to register.
    ///
    /// It is an absolute URI in ASCII without fragment, user information, dot segments and
    /// backslashes; an encoded slash, backslash or control character in its path is refused too,
    /// and so is a host that browsers read differently (`127.1`, `%6cocalhost`, a final dot).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidRedirectUri`].
    pub fn parse<'u>(&self, text: &'u str) -> Result<RedirectUri<'u>, Reason> {
        let uri = RedirectUri::parse(text).ok_or(Reason::InvalidRedirectUri)?;
        let is_accepted = match uri.kind {
            RedirectKind::Web | RedirectKind::Loopback => true,
            RedirectKind::PrivateUse => self.private_use_schemes.contains(&uri.scheme()),
        };
        if is_accepted { Ok(uri) } else { Err(Reason::InvalidRedirectUri) }
    }
}

/// Schemes that a browser runs, or opens without asking which app.
const OF_BROWSERS: [&str; 17] = [
    "about",
    "blob",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A redirect URI of an accepted form.
///
/// Which client it belongs to is another question:
/// [`ClientMetadata::redirect_uri`](super::ClientMetadata::redirect_uri).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedirectUri<'u> {
    text: &'u str,
    kind: RedirectKind,
    host: Option<Host<'u>>,
    host_text: &'u str,
}

/// Who receives what is sent to a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectKind {
    /// `https`: a web server, or an app that claimed the URI
    /// ([RFC 8252, section 7.2](https://www.rfc-editor.org/rfc/rfc8252#section-7.2)).
    Web,
    /// `http` to a loopback address or to `localhost`
    /// ([RFC 8252, section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
    Loopback,
    /// A scheme of an app's own
    /// ([RFC 8252, section 7.1](https://www.rfc-editor.org/rfc/rfc8252#section-7.1)).
    PrivateUse,
}

impl<'u> RedirectUri<'u> {
    /// Private-use schemes are for [`RedirectRules`] to judge.
    pub(super) fn parse(text: &'u str) -> Option<Self> {
        let uri = Uri::parse(text)?;
        let is_refused = uri.fragment.is_some()
            || uri.has_dot_segments()
            || has_hidden_slashes(uri.path)
            || has_encoded_controls(text);
        if is_refused {
            return None;
        }
        let host = match &uri.authority {
            Some(authority) => Some(Host::of(authority)?),
            None => None,
        };
        let kind = match host {
            Some(host) if uri.is_https() && !host.is_unspecified() => RedirectKind::Web,
            // What is below `localhost` reaches this machine where resolvers keep to RFC 6761; some
            // ask the network for it, and whoever answers there gets the code.
            Some(_) if uri.is_http() && uri.is_secure() => RedirectKind::Loopback,
            _ if uri.is_https() || uri.is_http() => return None,
            _ => RedirectKind::PrivateUse,
        };
        let host_text = uri.authority.map_or("", |authority| authority.host);
        Some(Self { text, kind, host, host_text })
    }

    /// The URI, as it was written.
    #[must_use]
    pub const fn as_str(&self) -> &'u str {
        self.text
    }

    /// Who receives what is sent there.
    #[must_use]
    pub const fn kind(&self) -> RedirectKind {
        self.kind
    }

    /// The host, which a consent page has to show (MCP 2026-07-28, "Localhost Redirect URI
    /// Risks"); an IPv6 address without its brackets. Private-use schemes may have none.
    #[must_use]
    pub const fn host(&self) -> Option<&'u str> {
        if self.host.is_some() { Some(self.host_text) } else { None }
    }

    /// Whether it is sent to the user's own machine, where any program can receive it: a consent
    /// page should warn. With `https` the names below `localhost` count as well.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host.is_some_and(Host::is_loopback)
    }

    /// Whether `requested` may be redirected to, when this is what was registered: the same text,
    /// but for the port of an `http` URI of the loopback, which the system chooses anew each time
    /// ([OAuth 2.1, section 8.4.2](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-8.4.2)).
    ///
    /// ```
    /// use gatepost::oauth::RedirectRules;
    ///
    /// let registered = RedirectRules::new().parse("http://127.0.0.1/callback")?;
    /// assert!(registered.allows("http://127.0.0.1:51004/callback"));
    /// assert!(!registered.allows("http://localhost:51004/callback"));
    /// assert!(!registered.allows("http://127.0.0.1:51004/callback?x"));
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    #[must_use]
    pub fn allows(&self, requested: &str) -> bool {
        self.text == requested
            || self.kind == RedirectKind::Loopback && differ_by_port_alone(self.text, requested)
    }

    /// In lower case or not: a scheme that is not written as registered is another.
    fn scheme(&self) -> &'u str {
        self.text.split_once(':').map_or("", |(scheme, _)| scheme)
    }
}

fn differ_by_port_alone(one: &str, two: &str) -> bool {
    let (Some(one), Some(two)) = (Uri::parse(one), Uri::parse(two)) else { return false };
    let hosts = (one.authority.as_ref(), two.authority.as_ref());
    let (Some(one_host), Some(two_host)) = hosts else { return false };
    // One with a colon can only stand in brackets.
    one_host.host == two_host.host
        && !two_host.has_user
        && one.scheme == two.scheme
        && one.path == two.path
        && one.query == two.query
        && two.fragment.is_none()
}

/// Whether `%00` to `%1f`, or `%7f`, stands in `text`: a client that decodes it before it writes a
/// header would split the header.
fn has_encoded_controls(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|w| matches!(w, [b'%', b'0' | b'1', _] | [b'%', b'7', b'f' | b'F']))
}

/// What kind of client it is, which decides what redirect URIs it may have
/// ([OpenID Connect Registration, section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata);
/// MCP 2026-07-28, "Application Type and Redirect URI Constraints").
///
/// ```
/// use gatepost::oauth::{ApplicationType, RedirectRules};
///
/// let rules = RedirectRules::new();
/// let local = rules.parse("http://localhost:3000/callback")?;
/// assert!(ApplicationType::Native.allows(&local));
/// assert!(!ApplicationType::Web.allows(&local));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationType {
    /// A server of the web's: `https`, and not on the user's machine.
    Web,
    /// An app on the user's machine: loopback, private-use scheme, or `https`.
    Native,
}

impl ApplicationType {
    /// The value of `application_type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }

    /// Whether a client of this type may have the redirect URI.
    #[must_use]
    pub fn allows(self, uri: &RedirectUri<'_>) -> bool {
        match self {
            Self::Web => uri.kind == RedirectKind::Web && !uri.is_loopback(),
            Self::Native => true,
        }
    }
}
