//! Several issuers, each with its own policy and keys.

use core::fmt;

use super::{AccessToken, Policy, PresentedToken};
use crate::jose::{Head, Parts};
use crate::{
    Keys, NoTokenCache, PublicKey, Reason, TokenCache, UnixTime, UntrustedToken, VerifyingKey,
};

/// Policies and keys by issuer.
///
/// A token is judged by the policy and the keys of the issuer it names, and by no others: `iss`
/// is compared byte for byte, and nothing of one issuer is tried for another's token.
///
/// ```
/// use gatepost::{Issuers, KeySet, Policy, Reason, UnixTime};
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let keys: KeySet<4> = KeySet::from_jwks(jwks)?;
/// let entries = [
///     (Policy::new("https://one.example", "https://mcp.example.com")?, keys.keys()),
///     (Policy::new("https://two.example", "api://mcp")?, keys.keys()),
/// ];
/// let issuers = Issuers::new(&entries)?;
///
/// // {"alg":"EdDSA"}.{"iss":"https://three.example"}.
/// let token = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL3RocmVlLmV4YW1wbGUifQ.";
/// let mut memory = [0; 4096];
/// let refused = issuers.validate(token, UnixTime::from_secs(0), &mut memory);
/// assert_eq!(refused.unwrap_err(), Reason::IssuerMismatch);
/// # Ok::<(), Reason>(())
/// ```
pub struct Issuers<'p, K = PublicKey, C = NoTokenCache> {
    entries: &'p [(Policy<'p>, Keys<'p, K, C>)],
}

impl<'p, K: VerifyingKey, C: TokenCache + Copy> Issuers<'p, K, C> {
    /// Policies with their keys, in any order.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for no entry, and for two with the same issuer.
    pub fn new(entries: &'p [(Policy<'p>, Keys<'p, K, C>)]) -> Result<Self, Reason> {
        let mut rest = entries;
        while let [(policy, _), others @ ..] = rest {
            if others.iter().any(|(other, _)| other.issuer == policy.issuer) {
                return Err(Reason::Misuse);
            }
            rest = others;
        }
        if entries.is_empty() { Err(Reason::Misuse) } else { Ok(Self { entries }) }
    }

    /// Decides whether `compact` is an access token that the policy of its issuer lets in at
    /// `now`.
    ///
    /// Input and memory are those of [`Policy::validate`]. So is the order of the checks, but that
    /// the form of claims and signature, and the issuer, come before the header's algorithm, type
    /// and extensions and the key: which of these are accepted is known once the issuer is.
    ///
    /// # Errors
    ///
    /// Those of [`Policy::validate`].
    pub fn validate<'t>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<AccessToken<'t>, Reason> {
        let token = self.read(compact.as_ref(), now, memory)?;
        let (policy, keys) = self.of(&token)?;
        policy.accept(token, *keys, now)
    }

    /// Like [`validate`](Self::validate), for all but the proof of possession: see
    /// [`Policy::validate_before_proof`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::validate_before_proof`].
    pub fn validate_before_proof<'t>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let token = self.read(compact.as_ref(), now, memory)?;
        let (policy, keys) = self.of(&token)?;
        policy.accept_before_proof(token, *keys, now)
    }

    /// Reads a token, which need not be scanned where the first cache knows it: usually all keys
    /// have the same.
    fn read<'t>(
        &self,
        compact: &'t [u8],
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<UntrustedToken<'t>, Reason> {
        let parts = Parts::split(compact)?;
        if let Some(known) = self.entries.first().and_then(|(_, keys)| keys.recall(&parts, now)) {
            let (head, memory) = Head::recall(parts, known.header(), memory)?;
            return UntrustedToken::recall(head, known.claims(), known.key(), memory);
        }
        let (head, memory) = Head::parse(parts, memory)?;
        UntrustedToken::parse_claims(head, memory)
    }

    /// Policy and keys of the issuer that a token names.
    fn of(&self, token: &UntrustedToken<'_>) -> Result<&'p (Policy<'p>, Keys<'p, K, C>), Reason> {
        let issuer = token.unverified_issuer()?;
        let entry = self.entries.iter().find(|(policy, _)| policy.issuer == issuer);
        entry.ok_or(Reason::IssuerMismatch)
    }
}

impl<K, C> Clone for Issuers<'_, K, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, C> Copy for Issuers<'_, K, C> {}

impl<K, C> fmt::Debug for Issuers<'_, K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|(policy, _)| policy.issuer)).finish()
    }
}
