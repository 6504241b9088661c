//! Who asks.

use core::fmt;

use super::Operation;
use super::rules::{RulesView, ScopeSet, Verdict};
use crate::{
    AccessToken, Issuers, Keys, Policy, PresentedToken, Reason, TokenCache, UnixTime, VerifyingKey,
};

/// Whoever sent a request: the bearer of a valid token, or for public operations nobody in
/// particular.
///
/// It is for this request alone. There is no state to keep: the next request brings its own token.
pub struct Principal<'t> {
    token: Option<AccessToken<'t>>,
    /// The scopes of the token that the guard's rules speak of.
    granted: ScopeSet,
}

impl<'t> Principal<'t> {
    pub(super) const ANONYMOUS: Self = Self { token: None, granted: 0 };

    pub(super) fn new(token: AccessToken<'t>, rules: &RulesView<'_>) -> Self {
        let granted = rules.granted(&token);
        Self { token: Some(token), granted }
    }

    pub(super) fn judge<'r>(
        &self,
        rules: &RulesView<'r>,
        operation: &Operation<'_>,
    ) -> Verdict<'r> {
        rules.judge(operation, self.token.as_ref(), self.granted)
    }

    /// The token; `None` where there is none, which happens for public operations alone.
    #[must_use]
    pub const fn token(&self) -> Option<&AccessToken<'t>> {
        self.token.as_ref()
    }

    /// The issuer of the token.
    #[must_use]
    pub fn issuer(&self) -> Option<&'t str> {
        self.token.as_ref().map(AccessToken::issuer)
    }

    /// Whom the token speaks of (`sub`); unique for its issuer alone.
    #[must_use]
    pub fn subject(&self) -> Option<&'t str> {
        self.token.as_ref().and_then(AccessToken::subject)
    }

    /// The client that the token was issued to (`client_id`, or `azp`).
    #[must_use]
    pub fn client_id(&self) -> Option<&'t str> {
        self.token.as_ref().and_then(AccessToken::client_id)
    }
}

impl fmt::Debug for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who it is stays out of logs.
        f.debug_struct("Principal").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

/// Who says whether a token is real: a policy with its keys, or the policies and keys of
/// [`Issuers`].
pub trait Authority {
    /// Decides about `compact` at `now` like [`Policy::validate_before_proof`].
    ///
    /// # Errors
    ///
    /// The reason why not; [`Reason::KeysUnavailable`] where there are no keys to decide with.
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason>;
}

impl<K: VerifyingKey, C: TokenCache + Copy> Authority for (Policy<'_>, Keys<'_, K, C>) {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        self.0.validate_before_proof(compact, self.1, now, memory)
    }
}

impl<K: VerifyingKey, C: TokenCache + Copy> Authority for Issuers<'_, K, C> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        self.validate_before_proof(compact, now, memory)
    }
}
