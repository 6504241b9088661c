//! A token that was let in.

use core::fmt;

use super::{Confirmation, StringList};
use crate::text::json::{Object, Value};
use crate::{Algorithm, UnixTime};

/// An access token whose signature is good, or for which its issuer vouches when asked, and that a
/// [`Policy`](crate::Policy) has let in.
///
/// There is no other way to come by one. It borrows the memory that the caller passed.
///
/// ```
/// use gatepost::{Algorithm, KeySet, Policy, UnixTime};
///
/// let secret = "0123456789abcdef0123456789abcdef";
/// let keys: KeySet<1> = KeySet::from_secret(secret, Algorithm::Hs256, None)?;
/// let policy = Policy::new("https://issuer.example", "https://mcp.example.com/mcp")?;
/// let compact = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiw\
///     iYXVkIjoiaHR0cHM6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwic3ViIjoiYWxpY2UiLCJjbGllbnRfaWQ\
///     iOiJhcHAiLCJzY29wZSI6Im1jcDpyZWFkIG1jcDp3cml0ZSIsIm9yZ19pZCI6NywiZXhwIjoyMDAwMDA\
///     wMDAwfQ.j7sW0Tfkp70KczdmIVioaTNltHMLm55_2ngJkSmYBrg";
///
/// let mut memory = [0; 1024];
/// let token = policy.validate(compact, &keys, UnixTime::from_secs(1_999_999_999), &mut memory)?;
/// assert_eq!(token.subject(), Some("alice"));
/// assert!(token.has_scope("mcp:write"));
/// assert_eq!(token.expires_at(), Some(UnixTime::from_secs(2_000_000_000)));
/// assert_eq!(token.claim("org_id").unwrap().as_number().unwrap().as_i64(), Some(7));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone)]
pub struct AccessToken<'t> {
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key_id: Option<&'t str>,
    pub(super) issuer: &'t str,
    pub(super) subject: Option<&'t str>,
    pub(super) client_id: Option<&'t str>,
    pub(super) audience: StringList<'t>,
    pub(super) accepted_audience: &'t str,
    pub(super) scopes: Scopes<'t>,
    pub(super) expires_at: Option<UnixTime>,
    pub(super) issued_at: Option<UnixTime>,
    pub(super) claims: Object<'t>,
}

impl<'t> AccessToken<'t> {
    /// The algorithm of the signature; `None` where the issuer was asked about the token
    /// ([`Policy::validate_introspected`](crate::Policy::validate_introspected)).
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The key that the header named (`kid`), if it named one.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'t str> {
        self.key_id
    }

    /// The issuer (`iss`); that of the policy where the issuer was asked, and does not name itself.
    #[must_use]
    pub const fn issuer(&self) -> &'t str {
        self.issuer
    }

    /// The subject (`sub`): the user, or the client itself.
    #[must_use]
    pub const fn subject(&self) -> Option<&'t str> {
        self.subject
    }

    /// The client that the token was issued to: `client_id`
    /// ([RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)), else `azp`.
    #[must_use]
    pub const fn client_id(&self) -> Option<&'t str> {
        self.client_id
    }

    /// The audiences (`aud`), one at least.
    #[must_use]
    pub fn audience(&self) -> StringList<'t> {
        self.audience.clone()
    }

    /// The audience for which the token was accepted: the first of the policy's that it names.
    #[must_use]
    pub const fn accepted_audience(&self) -> &'t str {
        self.accepted_audience
    }

    /// The scopes, from the claims that the policy takes them from, in their order there. One
    /// that two claims name comes twice.
    pub fn scopes(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.scopes.clone()
    }

    /// Whether the token has this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    /// When the token expires (`exp`), leeway not counted; a fraction of a second is rounded up.
    #[must_use]
    pub const fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// When the token was issued (`iat`); a fraction of a second is rounded up.
    #[must_use]
    pub const fn issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }

    /// The keys that the token is bound to (`cnf`), which its sender has proved to have;
    /// [`Confirmation::NONE`] for a plain bearer token.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        // A token whose claim cannot be read was refused.
        Confirmation::read(self.claim("cnf")).unwrap_or(Confirmation::NONE)
    }

    /// The claim with this name, whatever it is.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<Value<'t>> {
        self.claims.member(name)
    }

    /// All claims, as one JSON object; where the issuer was asked, its answer.
    #[must_use]
    pub const fn claims(&self) -> Object<'t> {
        self.claims
    }
}

impl fmt::Debug for AccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who the token speaks of stays out of logs.
        f.debug_struct("AccessToken")
            .field("algorithm", &self.algorithm)
            .field("issuer", &self.issuer)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The scopes of up to three claims.
#[derive(Clone, Debug)]
pub(super) struct Scopes<'t> {
    lists: [StringList<'t>; 3],
    /// How many of them are at their end.
    done: usize,
}

impl<'t> Scopes<'t> {
    pub(super) const fn new(lists: [StringList<'t>; 3]) -> Self {
        Self { lists, done: 0 }
    }
}

impl<'t> Iterator for Scopes<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        loop {
            let scope = self.lists.get_mut(self.done)?.next();
            if scope.is_some() {
                return scope;
            }
            self.done = self.done.wrapping_add(1);
        }
    }
}
