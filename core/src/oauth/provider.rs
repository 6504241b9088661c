//! Where the usual authorization servers differ, as data.

use super::LegacyServerMetadata;
use super::well_known::issuer_uri;
use crate::{ClaimRule, Policy, Reason, ScopeClaims, Strings};

/// An authorization server of a known kind: where its tokens and endpoints differ from the rest.
///
/// These are settings, nothing more: none of them is fetched, and a token is judged by a
/// [`Policy`] as ever. [`Generic`](Self::Generic) makes no assumption. Header types need no
/// setting: all of them write `JWT`, `at+jwt` or none, which is what a policy accepts.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::Provider;
///
/// let resource = "https://mcp.example.com/mcp";
/// let policy = Provider::Auth0.policy("https://tenant.auth0.com/", resource)?;
/// assert_eq!(policy.issuer(), "https://tenant.auth0.com/");
/// // The usual mistake: tokens say `https://tenant.auth0.com/`.
/// let without_slash = Provider::Auth0.policy("https://tenant.auth0.com", resource);
/// assert_eq!(without_slash.unwrap_err(), Reason::Misuse);
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// Any authorization server of OAuth 2.1.
    Generic,
    /// Auth0. The issuer is `https://TENANT/`, with the slash. Scopes are in `scope`, and in
    /// `permissions` where the API is set so. `aud` is the API's identifier, which should be the
    /// URL of the MCP endpoint; without an API that was asked for, the token is for Auth0 itself,
    /// opaque or encrypted.
    Auth0,
    /// Okta, a custom authorization server: the issuer is `https://DOMAIN/oauth2/SERVER`. Tokens of
    /// the organisation's own server, without that path, are for Okta alone. Scopes are the array
    /// `scp`; `aud` is what the server is set to, such as `api://default`.
    Okta,
    /// Microsoft Entra ID, in any of its clouds. The issuer of version 1.0 is
    /// `https://sts.windows.net/TENANT/`, that of version 2.0
    /// `https://login.microsoftonline.com/TENANT/v2.0`: which one a token has is the choice of the
    /// API's registration (`requestedAccessTokenVersion`), not of the endpoint that it came from.
    /// Scopes are words in `scp`. `aud` is the application's GUID, in version 1.0 perhaps its URI
    /// (`api://…`).
    EntraId,
    /// Keycloak. The issuer is `https://HOST/realms/REALM`. Scopes are in `scope`. `aud` is what a
    /// mapper adds, and without one `account` or nothing at all.
    Keycloak,
    /// A user pool of Amazon Cognito. The issuer is
    /// `https://cognito-idp.REGION.amazonaws.com/POOL`. Scopes are in `scope`. There is an `aud`
    /// only where a `resource` was asked for; else `client_id` says who asked.
    Cognito,
}

impl Provider {
    /// Every provider there is.
    pub const ALL: [Self; 6] =
        [Self::Generic, Self::Auth0, Self::Okta, Self::EntraId, Self::Keycloak, Self::Cognito];

    /// The provider of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// A stable name in `snake_case`, for configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Auth0 => "auth0",
            Self::Okta => "okta",
            Self::EntraId => "entra_id",
            Self::Keycloak => "keycloak",
            Self::Cognito => "cognito",
        }
    }

    /// A policy for the tokens of this provider's `issuer` that are meant for one of `audience`:
    /// [`Policy::new`], with the scopes taken from where this provider writes them, and what tells
    /// its access tokens from its other tokens (`typ` at Keycloak, `token_use` at Cognito). For
    /// Cognito, audiences are clients where a token has no `aud`
    /// ([`Policy::with_client_as_audience`]).
    ///
    /// For Auth0, `audience` is usually the URL of the MCP endpoint; see each provider for the
    /// others. Auth0 writes all the permissions of a person into `permissions`, whatever the client
    /// asked for; whoever wants the narrower `scope` alone says so with
    /// [`Policy::with_scope_claims`].
    ///
    /// # Errors
    ///
    /// Those of [`require_issuer`](Self::require_issuer) and of [`Policy::new`].
    pub fn policy<'p>(
        self,
        issuer: &'p str,
        audience: impl Into<Strings<'p>>,
    ) -> Result<Policy<'p>, Reason> {
        self.require_issuer(issuer)?;
        let policy = Policy::new(issuer, audience)?
            .with_scope_claims(self.scope_claims())
            .with_token_kind(self.token_kind());
        // It says who asked for the token and not whom it is for: see there.
        Ok(match self {
            Self::Cognito => policy.with_client_as_audience(),
            _ => policy,
        })
    }

    /// Demands that `issuer` has the form that this provider's have, so that a slash too many or
    /// too few is noticed before every token is refused for it.
    ///
    /// It is an `https` URL, or `http` on this machine, without a query or a fragment, and has the
    /// path that is shown with each provider. The host may be any: most providers let one choose
    /// it. What stands for any tenant, as `common` in Entra ID, is no issuer of tokens.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`].
    pub fn require_issuer(self, issuer: &str) -> Result<(), Reason> {
        let path = issuer_uri(issuer).ok_or(Reason::Misuse)?.path;
        let mut segments = path.split('/').skip(1);
        let segments = [(); 4].map(|()| segments.next());
        let has_form = match (self, segments) {
            (Self::Generic, _) => true,
            (Self::Auth0, _) => path == "/",
            (Self::Okta, [Some("oauth2"), Some(server), None, _]) => !server.is_empty(),
            (Self::EntraId, [Some(tenant), Some("" | "v2.0"), None, _])
            // Tenants for customers (Azure AD B2C) end with a slash as well.
            | (Self::EntraId, [Some(tenant), Some("v2.0"), Some(""), None]) => {
                !matches!(tenant, "" | "common" | "organizations" | "consumers")
            }
            (Self::Keycloak, _) => path.rsplit_once("/realms/").is_some_and(|(_, realm)| {
                !realm.is_empty() && !realm.contains('/')
            }),
            (Self::Cognito, [Some(pool), None, ..]) => !pool.is_empty(),
            _ => false,
        };
        if has_form { Ok(()) } else { Err(Reason::Misuse) }
    }

    /// The claims that this provider writes scopes into.
    #[must_use]
    pub const fn scope_claims(self) -> ScopeClaims {
        let none = ScopeClaims::NONE;
        match self {
            Self::Generic => ScopeClaims::ALL,
            Self::Auth0 => ScopeClaims { scope: true, permissions: true, ..none },
            Self::Okta | Self::EntraId => ScopeClaims { scp: true, ..none },
            Self::Keycloak | Self::Cognito => ScopeClaims { scope: true, ..none },
        }
    }

    /// What tells an access token from other tokens of the same issuer: `typ` at Keycloak,
    /// `token_use` at Cognito. Where a provider has such a claim, an ID token that names the same
    /// audience is refused by it alone.
    const fn token_kind(self) -> &'static [ClaimRule<'static>] {
        static KEYCLOAK: [ClaimRule<'static>; 1] = [ClaimRule::known("typ", &["Bearer", "DPoP"])];
        static COGNITO: [ClaimRule<'static>; 1] = [ClaimRule::known("token_use", &["access"])];
        match self {
            Self::Keycloak => &KEYCLOAK,
            Self::Cognito => &COGNITO,
            _ => &[],
        }
    }

    /// Whether an authorization request says whom the token is for with a parameter `audience`,
    /// besides `resource`.
    ///
    /// Auth0 heeds `resource` only where the tenant's "Resource Parameter Compatibility Profile"
    /// is on, and `audience` always.
    #[must_use]
    pub const fn heeds_audience(self) -> bool {
        matches!(self, Self::Auth0 | Self::Okta)
    }

    /// Whether a token that is no JSON Web Token of the issuer means that no `audience` was asked
    /// for: so at Auth0, which then issues opaque or encrypted ones, for its own use.
    #[must_use]
    pub const fn explains_opaque_tokens(self) -> bool {
        matches!(self, Self::Auth0)
    }

    /// The reason to give for `compact`, which was refused for `reason`:
    /// [`Reason::AudienceNotRequested`] in place of [`Reason::Malformed`] for an opaque token (one
    /// without a dot) and in place of [`Reason::Encrypted`] for one that is encrypted directly
    /// with the provider's own key
    /// ([RFC 7518, section 4.5](https://www.rfc-editor.org/rfc/rfc7518#section-4.5)), where this
    /// provider [explains](Self::explains_opaque_tokens) such tokens; else `reason`.
    ///
    /// A token that is encrypted for a key of the API's keeps its reason: there an `audience` was
    /// asked for.
    ///
    /// ```
    /// use gatepost::Reason;
    /// use gatepost::oauth::Provider;
    ///
    /// let opaque = "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH";
    /// let reason = Provider::Auth0.judge_foreign_token(opaque, Reason::Malformed);
    /// assert_eq!(reason, Reason::AudienceNotRequested);
    /// let reason = Provider::Okta.judge_foreign_token(opaque, Reason::Malformed);
    /// assert_eq!(reason, Reason::Malformed);
    /// ```
    #[must_use]
    pub fn judge_foreign_token(
        self,
        compact: &(impl AsRef<[u8]> + ?Sized),
        reason: Reason,
    ) -> Reason {
        let compact = compact.as_ref();
        let is_foreign = match reason {
            Reason::Malformed => !compact.is_empty() && !compact.contains(&b'.'),
            // Encrypted with `dir`, a token has no encrypted key: its second part is empty.
            Reason::Encrypted => {
                compact.split(|byte| *byte == b'.').nth(1).is_some_and(<[u8]>::is_empty)
            }
            _ => false,
        };
        if is_foreign && self.explains_opaque_tokens() {
            Reason::AudienceNotRequested
        } else {
            reason
        }
    }

    /// Whether this provider's guide asks for a document for clients of the MCP revision
    /// 2025-03-26 ([`legacy_metadata`](Self::legacy_metadata)): Auth0's does.
    #[must_use]
    pub const fn has_legacy_metadata(self) -> bool {
        matches!(self, Self::Auth0)
    }

    /// The document for clients of the MCP revision 2025-03-26 that this provider's guide asks
    /// for, with the tenant's `issuer` and the `audience` that tokens are to be meant for: at
    /// Auth0. None for the others, for which [`LegacyServerMetadata`] is a switch.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for what [`require_issuer`](Self::require_issuer) refuses, and for an
    /// empty audience.
    ///
    /// ```
    /// use gatepost::oauth::Provider;
    ///
    /// let legacy = Provider::Auth0
    ///     .legacy_metadata("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?
    ///     .unwrap();
    /// let mut memory = [0; 1024];
    /// let document = legacy.write(&mut memory)?;
    /// assert!(document.contains(r#""token_endpoint":"https://tenant.auth0.com/oauth/token""#));
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    pub fn legacy_metadata<'m>(
        self,
        issuer: &'m str,
        audience: &'m str,
    ) -> Result<Option<LegacyServerMetadata<'m>>, Reason> {
        self.require_issuer(issuer)?;
        if !self.has_legacy_metadata() {
            return Ok(None);
        }
        LegacyServerMetadata::of_auth0(issuer).with_audience(audience).map(Some)
    }
}
