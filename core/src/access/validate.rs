//! The decision: [`Policy::accept`] and the checks it is made of, in their order.

use core::mem;

use super::possession::Presented;
use super::token::{AccessToken, Scopes};
use super::{Confirmation, Policy, PresentedToken, ScopeClaims, StringList};
use crate::jose::{CLAIMS, Head, claim};
use crate::limits::MAX_TIME;
use crate::text::json::{Members, Object, Value};
use crate::{
    Algorithm, Algorithms, KeySlot, Keys, Reason, TokenCache, UnixTime, UntrustedToken,
    VerifyingKey,
};

impl Policy<'_> {
    /// Decides about a token whose form was checked by [`UntrustedToken::parse`].
    ///
    /// For callers that choose policy and keys by
    /// [`unverified_issuer`](UntrustedToken::unverified_issuer); others call
    /// [`validate`](Self::validate), which does the same in one step. The one difference is where
    /// a token has two faults: `parse` has judged the form of claims and signature before
    /// anything of this policy is.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn accept<'t, 'k, K: VerifyingKey + 'k, C: TokenCache>(
        &self,
        mut token: UntrustedToken<'t>,
        keys: impl Into<Keys<'k, K, C>>,
        now: UnixTime,
    ) -> Result<AccessToken<'t>, Reason> {
        let keys = keys.into();
        let key = self.require_header_and_key(&token.head, &keys)?;
        self.judge(&mut token, key, &keys, now)
    }

    /// Like [`accept`](Self::accept), for all but the proof of possession: see
    /// [`validate_before_proof`](Self::validate_before_proof).
    ///
    /// # Errors
    ///
    /// Those of [`validate_before_proof`](Self::validate_before_proof).
    pub fn accept_before_proof<'t, 'k, K: VerifyingKey + 'k, C: TokenCache>(
        &self,
        token: UntrustedToken<'t>,
        keys: impl Into<Keys<'k, K, C>>,
        now: UnixTime,
    ) -> Result<PresentedToken<'t>, Reason> {
        let keys = keys.into();
        let key = self.require_header_and_key(&token.head, &keys)?;
        self.judge_before_proof(token, key, &keys, now)
    }

    /// The key of a token whose header is accepted.
    pub(super) fn require_header_and_key<'k, K, C>(
        &self,
        head: &Head<'_>,
        keys: &Keys<'k, K, C>,
    ) -> Result<&'k KeySlot<K>, Reason> {
        self.require_header(head, keys.default_algorithms())?;
        keys.find(head)
    }

    /// Everything behind header and key: issuer, signature, claims.
    pub(super) fn judge<'t, K: VerifyingKey, C: TokenCache>(
        &self,
        token: &mut UntrustedToken<'t>,
        key: &KeySlot<K>,
        keys: &Keys<'_, K, C>,
        now: UnixTime,
    ) -> Result<AccessToken<'t>, Reason> {
        self.judge_with(token, key, keys, now, Confirmation::refuse)
    }

    /// The same, but that the token may be bound to a key.
    pub(super) fn judge_before_proof<'t, K: VerifyingKey, C: TokenCache>(
        &self,
        mut untrusted: UntrustedToken<'t>,
        key: &KeySlot<K>,
        keys: &Keys<'_, K, C>,
        now: UnixTime,
    ) -> Result<PresentedToken<'t>, Reason> {
        let mut confirmation = Confirmation::NONE;
        let token = self.judge_with(&mut untrusted, key, keys, now, |cnf| {
            confirmation = Confirmation::read(cnf)?;
            Ok(())
        })?;
        let UntrustedToken { head, memory, .. } = untrusted;
        Ok(PresentedToken { token, text: Presented::Signed(head), confirmation, memory })
    }

    /// Everything behind header and key; `confirm` judges the claim `cnf`.
    #[inline(always)]
    fn judge_with<'t, K: VerifyingKey, C: TokenCache>(
        &self,
        token: &mut UntrustedToken<'t>,
        key: &KeySlot<K>,
        keys: &Keys<'_, K, C>,
        now: UnixTime,
        confirm: impl FnOnce(Option<Value<'_>>) -> Result<(), Reason>,
    ) -> Result<AccessToken<'t>, Reason> {
        if token.unverified_issuer()? != self.issuer {
            return Err(Reason::IssuerMismatch);
        }
        let seen = keys.verify_or_recall(key, token, now)?;
        let accepted = self.judge_claims(token, now, confirm);
        if let (Some(seen), Ok(accepted)) = (seen, &accepted)
            && let Some(expires_at) = accepted.expires_at()
        {
            keys.remember(seen, token, expires_at, now);
        }
        accepted
    }

    /// The header's algorithm and type are among those that are accepted, and its extensions are
    /// understood. `of_keys` are the algorithms where the policy names none.
    fn require_header(&self, head: &Head<'_>, of_keys: Algorithms) -> Result<(), Reason> {
        if !self.algorithms.unwrap_or(of_keys).contains(head.algorithm()) {
            return Err(Reason::AlgorithmNotAllowed);
        }
        let is_accepted = match (head.typ(), self.typ) {
            (None, None) => true,
            // Spelt as usual, it is compared as one number.
            (Some("at+jwt" | "JWT"), None) => true,
            (Some(typ), None) => is_type(typ, "JWT") || is_type(typ, "at+jwt"),
            (Some(typ), Some(required)) => is_type(typ, required),
            (None, Some(_)) => false,
        };
        if is_accepted { head.require_extensions() } else { Err(Reason::TypeMismatch) }
    }

    /// Judges the claims of a token with a good signature.
    fn judge_claims<'t>(
        &self,
        token: &mut UntrustedToken<'t>,
        now: UnixTime,
        confirm: impl FnOnce(Option<Value<'_>>) -> Result<(), Reason>,
    ) -> Result<AccessToken<'t>, Reason> {
        let memory = mem::take(&mut token.memory);
        let UntrustedToken { head, claims_json, claims, issuer, .. } = token;
        let said = Said {
            claims,
            object: Object::new(claims_json),
            issuer: (*issuer)?,
            algorithm: Some(head.algorithm()),
            key_id: head.key_id(),
        };
        let (accepted, memory) = self.judge_said(&said, now, memory, confirm)?;
        token.memory = memory;
        Ok(accepted)
    }

    /// Judges the claims of a token that is its issuer's; returns it, and what is left of `memory`.
    #[inline(always)]
    pub(super) fn judge_said<'t>(
        &self,
        said: &Said<'_, 't>,
        now: UnixTime,
        memory: &'t mut [u8],
        confirm: impl FnOnce(Option<Value<'_>>) -> Result<(), Reason>,
    ) -> Result<(AccessToken<'t>, &'t mut [u8]), Reason> {
        let Said { claims, object, issuer, algorithm, key_id } = *said;

        let expires_at = self.judge_expiry(claims, now)?;
        if time(claims, claim::NBF)?.is_some_and(|not_before| now.plus(self.leeway) < not_before) {
            return Err(Reason::NotYetValid);
        }
        let issued_at = time(claims, claim::IAT)?;
        if issued_at.is_some_and(|issued_at| issued_at > now.plus(self.leeway)) {
            return Err(Reason::IssuedInFuture);
        }

        let audience = match claims.contains(claim::AUD) {
            true => claim::AUD,
            false if self.takes_client_for_audience && claims.contains(claim::CLIENT_ID) => {
                claim::CLIENT_ID
            }
            false => return Err(Reason::MissingClaim),
        };
        let (audience, memory) = StringList::of_string_or_array(claims, audience, memory)?;
        let accepted_audience = self
            .audiences
            .iter()
            .find_map(|accepted| audience.clone().find(|audience| *audience == accepted))
            .ok_or(Reason::AudienceMismatch)?;

        let is_there = |name: &str| match claim::NAMES.position(name) {
            Some(known) => claims.contains(known),
            None => object.member(name).is_some(),
        };
        if !self.required_claims.iter().all(is_there) {
            return Err(Reason::MissingClaim);
        }
        let (subject, memory) = string(claims, claim::SUB, memory)?;
        let (client_id, memory) = string(claims, claim::CLIENT_ID, memory)?;
        let (authorized_party, memory) = string(claims, claim::AZP, memory)?;
        if !matches!(claims.value(claim::JTI), None | Some(Value::String(_))) {
            return Err(Reason::InvalidClaim);
        }

        confirm(claims.value(claim::CNF))?;

        let mut rules = self.token_kind.iter().chain(self.claim_rules);
        if !rules.all(|rule| rule.accepts_claims(object)) {
            return Err(Reason::ClaimRefused);
        }

        let (scopes, memory) = self.scopes(claims, memory)?;
        if self.required_scopes.iter().any(|required| !scopes.clone().any(|s| s == required)) {
            return Err(Reason::InsufficientScope);
        }

        let token = AccessToken {
            algorithm,
            key_id,
            issuer,
            subject,
            client_id: client_id.or(authorized_party),
            audience,
            accepted_audience,
            scopes,
            expires_at,
            issued_at,
            claims: object,
        };
        Ok((token, memory))
    }

    fn judge_expiry(
        &self,
        claims: &Members<'_, CLAIMS>,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, Reason> {
        let expires_at = time(claims, claim::EXP)?;
        match expires_at {
            // "on or after which the JWT MUST NOT be accepted"
            Some(expires_at) if now >= expires_at.plus(self.leeway) => Err(Reason::Expired),
            None if self.required_claims.iter().any(|name| name == "exp") => {
                Err(Reason::MissingClaim)
            }
            _ => Ok(expires_at),
        }
    }

    fn scopes<'t>(
        &self,
        claims: &Members<'t, CLAIMS>,
        memory: &'t mut [u8],
    ) -> Result<(Scopes<'t>, &'t mut [u8]), Reason> {
        let ScopeClaims { scope, scp, permissions } = self.scope_claims;
        let (scope, memory) = match scope {
            true => StringList::of_words(claims, claim::SCOPE, memory)?,
            false => (StringList::EMPTY, memory),
        };
        let (scp, memory) = match scp {
            true => StringList::of_words_or_array(claims, claim::SCP, memory)?,
            false => (StringList::EMPTY, memory),
        };
        let (permissions, memory) = match permissions {
            true => StringList::of_array(claims, claim::PERMISSIONS, memory)?,
            false => (StringList::EMPTY, memory),
        };
        Ok((Scopes::new([scope, scp, permissions]), memory))
    }
}

/// What an issuer says in a token, or of one.
pub(super) struct Said<'s, 't> {
    pub(super) claims: &'s Members<'t, CLAIMS>,
    /// All of them.
    pub(super) object: Object<'t>,
    pub(super) issuer: &'t str,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key_id: Option<&'t str>,
}

/// Whether two media types are the same, where the prefix `application/` may be left out
/// ([RFC 7515, section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
pub(crate) fn is_type(typ: &str, other: &str) -> bool {
    let short = |typ| -> &str {
        match str::split_at_checked(typ, "application/".len()) {
            Some((prefix, rest))
                if prefix.eq_ignore_ascii_case("application/")
                    && !rest.bytes().any(|byte| byte == b'/') =>
            {
                rest
            }
            _ => typ,
        }
    };
    short(typ).eq_ignore_ascii_case(short(other))
}

/// A NumericDate: a JSON number from 0 to [`MAX_TIME`], fractions rounded up.
///
/// Whole seconds are what `now` comes in; for a whole `now` the next whole second decides each of
/// the comparisons as the fraction would.
fn time(claims: &Members<'_, CLAIMS>, claim: usize) -> Result<Option<UnixTime>, Reason> {
    match claims.value(claim) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number.ceiling(MAX_TIME).ok_or(Reason::InvalidClaim)?;
            Ok(Some(UnixTime::from_secs(seconds)))
        }
        Some(_) => Err(Reason::InvalidClaim),
    }
}

pub(super) fn string<'t>(
    claims: &Members<'t, CLAIMS>,
    claim: usize,
    memory: &'t mut [u8],
) -> Result<(Option<&'t str>, &'t mut [u8]), Reason> {
    match claims.value(claim) {
        None => Ok((None, memory)),
        Some(Value::String(text)) => {
            let (text, memory) = text.decode_or_borrow(memory)?;
            Ok((Some(text), memory))
        }
        Some(_) => Err(Reason::InvalidClaim),
    }
}
