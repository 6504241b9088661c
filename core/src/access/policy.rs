//! What a resource server asks of a token.

use super::{AccessToken, ClaimRule, PresentedToken, Strings};
use crate::jose::{Head, Parts};
use crate::limits::{DEFAULT_LEEWAY, MAX_LEEWAY};
use crate::{
    Algorithms, KeySlot, Keys, KnownToken, Reason, TokenCache, UnixTime, UntrustedToken,
    VerifyingKey,
};

/// What an access token must be to be accepted: one issuer's, meant for this server, in time, and
/// enough.
///
/// A policy borrows its strings and is `Copy`. Issuer and
/// audience are always required; what else is checked by default: `exp` must be there and not
/// passed, `nbf` and `iat` must not lie in the future (all within 30 seconds), the header's `typ`
/// must not be that of another kind of token, and every claim that is read has its type.
///
/// ```
/// use gatepost::{KeySet, Policy, Reason, UnixTime};
///
/// let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?
///     .with_required_scopes("mcp:tools")?;
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let keys: KeySet<4> = KeySet::from_jwks(jwks)?;
///
/// let mut memory = [0; 4096];
/// let token = "eyJhbGciOiJub25lIn0.e30.";
/// let refused = policy.validate(token, &keys, UnixTime::from_secs(1_700_000_000), &mut memory);
/// assert_eq!(refused.unwrap_err(), Reason::AlgorithmNotAllowed);
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Policy<'p> {
    pub(super) issuer: &'p str,
    pub(super) audiences: Strings<'p>,
    pub(super) algorithms: Option<Algorithms>,
    pub(super) leeway: u32,
    pub(super) typ: Option<&'p str>,
    pub(super) required_scopes: Strings<'p>,
    pub(super) required_claims: Strings<'p>,
    pub(super) scope_claims: ScopeClaims,
    /// What tells an access token from other tokens of its issuer.
    pub(super) token_kind: &'static [ClaimRule<'static>],
    pub(super) claim_rules: &'p [ClaimRule<'p>],
    pub(super) takes_client_for_audience: bool,
}

/// The claims that a token's scopes are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScopeClaims {
    /// `scope`: a string of words
    /// ([RFC 8693, section 4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)).
    pub scope: bool,
    /// `scp`: a string of words (Entra ID) or an array of strings (Okta).
    pub scp: bool,
    /// `permissions`: an array of strings (Auth0).
    pub permissions: bool,
}

impl ScopeClaims {
    /// All three: what unless set is taken.
    pub const ALL: Self = Self { scope: true, scp: true, permissions: true };

    /// None, to set those that are wanted.
    pub const NONE: Self = Self { scope: false, scp: false, permissions: false };
}

/// The claims of an access token in the JWT profile
/// ([RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)) beyond `iss` and
/// `aud`.
const RFC_9068_CLAIMS: &[&str] = &["exp", "sub", "client_id", "iat", "jti"];

impl<'p> Policy<'p> {
    /// A policy for the tokens of `issuer` that are meant for one of `audience`.
    ///
    /// Both are compared byte for byte: a trailing slash counts. `audience` is one string or
    /// several, any of which will do.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty issuer, no audience or an empty one.
    pub fn new(issuer: &'p str, audience: impl Into<Strings<'p>>) -> Result<Self, Reason> {
        let audiences = audience.into().refuse_empty_ones()?;
        if issuer.is_empty() || audiences.iter().next().is_none() {
            return Err(Reason::Misuse);
        }
        Ok(Self {
            issuer,
            audiences,
            algorithms: None,
            leeway: DEFAULT_LEEWAY,
            typ: None,
            required_scopes: Strings::NONE,
            required_claims: Strings::from("exp"),
            scope_claims: ScopeClaims::ALL,
            token_kind: &[],
            claim_rules: &[],
            takes_client_for_audience: false,
        })
    }

    /// Accepts these algorithms alone. Unless set, all with public keys are; where the keys are
    /// shared secrets, those with a secret.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty set, and for one that mixes algorithms with secrets and
    /// with public keys.
    pub fn with_algorithms(self, algorithms: impl Into<Algorithms>) -> Result<Self, Reason> {
        let algorithms = algorithms.into();
        let symmetric = algorithms.iter().filter(|algorithm| algorithm.is_symmetric()).count();
        if algorithms.is_empty() || symmetric > 0 && symmetric < algorithms.iter().count() {
            return Err(Reason::Misuse);
        }
        Ok(Self { algorithms: Some(algorithms), ..self })
    }

    /// Allows clocks to differ by this many seconds; 30 unless set.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] beyond [`MAX_LEEWAY`].
    pub const fn with_leeway(self, seconds: u32) -> Result<Self, Reason> {
        if seconds > MAX_LEEWAY {
            Err(Reason::Misuse)
        } else {
            Ok(Self { leeway: seconds, ..self })
        }
    }

    /// Accepts tokens of this `typ` alone, a media type whose prefix `application/` may be left
    /// out ([RFC 7515, section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)), in
    /// any case. Unless set, `JWT`, `at+jwt` and none at all are accepted.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty type.
    pub const fn with_typ(self, typ: &'p str) -> Result<Self, Reason> {
        if typ.is_empty() { Err(Reason::Misuse) } else { Ok(Self { typ: Some(typ), ..self }) }
    }

    /// Requires all of these scopes.
    ///
    /// Behind a guard, let its rules have them as base scopes as well: a challenge tells clients those
    /// alone.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty scope, and for one with a space: it would be two.
    pub fn with_required_scopes(self, scopes: impl Into<Strings<'p>>) -> Result<Self, Reason> {
        let scopes = scopes.into().refuse_empty_ones()?;
        if scopes.iter().any(|scope| scope.contains(' ')) {
            return Err(Reason::Misuse);
        }
        Ok(Self { required_scopes: scopes, ..self })
    }

    /// Requires these claims to be there, besides `iss` and `aud`; `exp` unless set. A list
    /// without `exp` lets tokens in that never expire.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty name.
    pub fn with_required_claims(self, names: impl Into<Strings<'p>>) -> Result<Self, Reason> {
        Ok(Self { required_claims: names.into().refuse_empty_ones()?, ..self })
    }

    /// Takes scopes from these claims; from all unless set.
    #[must_use]
    pub const fn with_scope_claims(self, scope_claims: ScopeClaims) -> Self {
        Self { scope_claims, ..self }
    }

    /// Demands that these claims have these values, all of them; a token whose claims have others
    /// is [`ClaimRefused`](crate::Reason::ClaimRefused).
    ///
    /// ```
    /// use gatepost::{ClaimRule, Policy};
    ///
    /// let rules = [ClaimRule::one_of("org_id", &["org_a", "org_b"])?];
    /// let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?
    ///     .with_claim_rules(&rules);
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    #[must_use]
    pub const fn with_claim_rules(self, rules: &'p [ClaimRule<'p>]) -> Self {
        Self { claim_rules: rules, ..self }
    }

    /// Demands this of the claims besides what the caller demands.
    #[cfg(feature = "mcp")]
    pub(crate) const fn with_token_kind(self, rules: &'static [ClaimRule<'static>]) -> Self {
        Self { token_kind: rules, ..self }
    }

    /// Takes the client (`client_id`) for the audience of a token that has no `aud`, as those of
    /// Amazon Cognito have none. The policy's audiences are then identifiers of clients.
    ///
    /// Such a token does not say whom it is meant for: another server that takes the same client's
    /// tokens can use them here. Where the issuer can write an `aud`, let it.
    #[must_use]
    pub const fn with_client_as_audience(self) -> Self {
        Self { takes_client_for_audience: true, ..self }
    }

    /// Demands the JWT profile for access tokens
    /// ([RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4)): `typ` is
    /// `at+jwt`, and `exp`, `sub`, `client_id`, `iat` and `jti` are there.
    #[must_use]
    pub fn rfc9068(self) -> Self {
        Self { typ: Some("at+jwt"), required_claims: Strings::from(RFC_9068_CLAIMS), ..self }
    }

    /// The issuer.
    #[must_use]
    pub const fn issuer(&self) -> &'p str {
        self.issuer
    }

    /// Seconds of leeway.
    #[must_use]
    pub const fn leeway(&self) -> u32 {
        self.leeway
    }

    /// Decides whether `compact` is an access token that this policy lets in at `now`.
    ///
    /// `compact` is the token alone, without `Bearer`, of at most
    /// [`MAX_TOKEN_LEN`](crate::limits::MAX_TOKEN_LEN) characters. `memory` takes the decoded
    /// token, which the result borrows;
    /// [`limits::MEMORY`](crate::limits::MEMORY) bytes are always enough, 4096 for usual tokens.
    ///
    /// The order of the checks is fixed: size and number of parts; the header and its algorithm,
    /// type and extensions; the key; the form of claims and signature; issuer; signature; then,
    /// for a good signature alone, times, audience, required claims, no binding to a key (`cnf`,
    /// [RFC 7800](https://www.rfc-editor.org/rfc/rfc7800)), scopes. Nothing is hashed for a token
    /// that is refused before its signature is checked, and its claims are not even read where
    /// the header or the key is the reason. (A token that ends like one in a cache is hashed
    /// first, to find whether it is that one.)
    ///
    /// # Errors
    ///
    /// The reason why not: of the hundreds 1xx to 7xx, or [`Reason::MemoryTooSmall`].
    pub fn validate<'t, 'k, K: VerifyingKey + 'k, C: TokenCache>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        keys: impl Into<Keys<'k, K, C>>,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<AccessToken<'t>, Reason> {
        let keys = keys.into();
        let parts = Parts::split(compact.as_ref())?;
        if let Some(known) = keys.recall(&parts, now) {
            let (mut token, key) = self.recall(parts, &known, &keys, memory)?;
            return self.judge(&mut token, key, &keys, now);
        }
        let (head, memory) = Head::parse(parts, memory)?;
        // Before the claims are decoded: a wrong algorithm or an unknown key is not worth it.
        let key = self.require_header_and_key(&head, &keys)?;
        match &mut UntrustedToken::parse_claims(head, memory) {
            Ok(token) => self.judge(token, key, &keys, now),
            Err(reason) => Err(*reason),
        }
    }

    /// Decides about a token like [`validate`](Self::validate), but lets in one that is bound to a
    /// key (`cnf`) as far as can be said before its bearer has shown to have that key.
    ///
    /// The result says which key that is, and becomes an [`AccessToken`] with the proof. Tokens
    /// that are not bound are judged as by [`validate`](Self::validate); of the claim `cnf`, `jkt`
    /// ([RFC 9449, section 6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)) and
    /// `x5t#S256` ([RFC 8705, section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1))
    /// are understood.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate); [`Reason::InvalidClaim`] for a malformed `cnf`, and
    /// [`Reason::ProofRequired`] for one in which nothing is understood.
    pub fn validate_before_proof<'t, 'k, K: VerifyingKey + 'k, C: TokenCache>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        keys: impl Into<Keys<'k, K, C>>,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let keys = keys.into();
        let parts = Parts::split(compact.as_ref())?;
        if let Some(known) = keys.recall(&parts, now) {
            let (token, key) = self.recall(parts, &known, &keys, memory)?;
            return self.judge_before_proof(token, key, &keys, now);
        }
        let (head, memory) = Head::parse(parts, memory)?;
        let key = self.require_header_and_key(&head, &keys)?;
        let token = UntrustedToken::parse_claims(head, memory)?;
        self.judge_before_proof(token, key, &keys, now)
    }

    /// Reads a token that is known, and finds its key.
    #[inline(always)]
    fn recall<'t, 'k, K, C>(
        &self,
        parts: Parts<'t>,
        known: &KnownToken,
        keys: &Keys<'k, K, C>,
        memory: &'t mut [u8],
    ) -> Result<(UntrustedToken<'t>, &'k KeySlot<K>), Reason> {
        let (head, memory) = Head::recall(parts, known.header(), memory)?;
        let key = self.require_header_and_key(&head, keys)?;
        let token = UntrustedToken::recall(head, known.claims(), known.key(), memory)?;
        Ok((token, key))
    }
}
