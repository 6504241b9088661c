//! Who asks.

use core::fmt;

use super::Operation;
use super::rules::{RulesView, ScopeSet, Verdict};
use crate::{
    AccessToken, Confirmation, Issuers, Keys, Policy, PresentedToken, Reason, TokenCache, UnixTime,
    VerifyingKey,
};

/// Whoever sent a request: the bearer of a valid token, or for public operations nobody in
/// particular.
///
/// It is for this request alone, and for the guard that let it in: another one, with whatever
/// rules, answers with [`Reason::Misuse`]. There is no state to keep: the next request brings its
/// own token.
pub struct Principal<'t> {
    token: Option<AccessToken<'t>>,
    /// The scopes of the token that the guard's rules speak of, by their places in its table: in
    /// that of another guard they are other scopes.
    granted: ScopeSet,
    /// Where the guard is. It is borrowed as long as there is a principal, so it stays there, and
    /// no other is in its place.
    guard: usize,
}

impl<'t> Principal<'t> {
    /// Nobody in particular, let in by the guard at this address.
    pub(super) const fn anonymous(guard: usize) -> Self {
        Self { token: None, granted: 0, guard }
    }

    /// The bearer of `token`, let in by the guard at this address, which has these rules.
    pub(super) fn new(token: AccessToken<'t>, rules: &RulesView<'_>, guard: usize) -> Self {
        let granted = rules.granted(&token);
        Self { token: Some(token), granted, guard }
    }

    /// What the rules of the guard at this address say; `None` where it is another guard than the
    /// principal's.
    pub(super) fn judge<'r>(
        &self,
        rules: &RulesView<'r>,
        guard: usize,
        operation: &Operation<'_>,
    ) -> Option<Verdict<'r>> {
        let is_own = self.guard == guard;
        is_own.then(|| rules.judge(operation, self.token.as_ref(), self.granted))
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

    /// The scopes of the token, in the order of its claims; none where there is no token.
    pub fn scopes(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.token.as_ref().map(AccessToken::scopes).into_iter().flatten()
    }

    /// The keys that the token is bound to, which the request has proved to come from;
    /// [`Confirmation::NONE`] where a token alone was enough, or none was needed.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        self.token.as_ref().map_or(Confirmation::NONE, AccessToken::confirmation)
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
