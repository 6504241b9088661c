//! Which clients an authorization server takes.

use super::redirect_uri::RedirectRules;
use crate::Reason;

/// How a client proves to the token endpoint that it is the one that was registered
/// ([RFC 7591, section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// Not at all: a public client, which PKCE protects.
    None,
    /// A secret, by HTTP Basic.
    ClientSecretBasic,
    /// A secret, in the body.
    ClientSecretPost,
    /// A signature with a key that the client publishes
    /// ([RFC 7523, section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)).
    PrivateKeyJwt,
}

impl AuthMethod {
    const ALL: [Self; 4] =
        [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    /// The value of `token_endpoint_auth_method`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The method of that name, if it is supported.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether the client needs a secret for it.
    #[must_use]
    pub const fn needs_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// What an authorization server registers.
///
/// ```
/// use gatepost::oauth::{AuthMethod, ClientRules, RedirectRules};
///
/// let schemes = RedirectRules::new().with_private_use_schemes(&["com.example.app"])?;
/// let rules = ClientRules::new()
///     .with_auth_methods(&[AuthMethod::None, AuthMethod::PrivateKeyJwt])?
///     .with_redirect_rules(schemes);
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClientRules<'r> {
    pub(super) auth_methods: &'r [AuthMethod],
    pub(super) redirects: RedirectRules<'r>,
}

impl Default for ClientRules<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'r> ClientRules<'r> {
    /// Public clients alone, with the redirect URIs of [`RedirectRules::new`].
    #[must_use]
    pub const fn new() -> Self {
        Self { auth_methods: &[AuthMethod::None], redirects: RedirectRules::new() }
    }

    /// The methods that the token endpoint takes, the preferred one first: a client that names
    /// none gets `client_secret_basic`, the default of RFC 7591, or where that is not in the list,
    /// the preferred one.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty list.
    pub const fn with_auth_methods(self, methods: &'r [AuthMethod]) -> Result<Self, Reason> {
        if methods.is_empty() {
            return Err(Reason::Misuse);
        }
        Ok(Self { auth_methods: methods, ..self })
    }

    /// The redirect URIs that are accepted.
    #[must_use]
    pub const fn with_redirect_rules(self, redirects: RedirectRules<'r>) -> Self {
        Self { redirects, ..self }
    }
}
