//! Tokens that their issuer is asked about
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use super::possession::Presented;
use super::validate::{Said, string};
use super::{Confirmation, Policy, PresentedToken};
use crate::jose::claim;
use crate::limits::{MAX_INTROSPECTION_LEN, MAX_TOKEN_LEN};
use crate::text::bytes;
use crate::text::json::{self, Object, Text, Value};
use crate::{Reason, UnixTime};

impl Policy<'_> {
    /// Decides about `token` by what its issuer says of it: `response` is the body of the answer
    /// that the introspection endpoint gave, with the status 200, to the question about this token
    /// and no other ([RFC 7662, section 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).
    ///
    /// `token` is any text of 1 to [`MAX_TOKEN_LEN`] bytes, and is not looked into; `response` is one
    /// JSON object of at most [`MAX_INTROSPECTION_LEN`] bytes without duplicate names. `memory`
    /// takes what holds escapes in it and, for the time of the call, the names;
    /// [`limits::MEMORY`](crate::limits::MEMORY) bytes are always enough, 1024 for usual responses.
    ///
    /// What the policy says of claims, it says of the members of the response: times, audience,
    /// required claims (`exp` among them, unless the policy says otherwise), rules, scopes, and the
    /// keys that the token is bound to (`cnf`), so that the result becomes an
    /// [`AccessToken`](crate::AccessToken) as that of
    /// [`validate_before_proof`](Self::validate_before_proof) does. What it says of a header,
    /// algorithms and `typ`, says nothing here. `iss` may be missing; where it is there, it is the
    /// policy's issuer. What the response shows to be no access token is refused: `token_type`, where
    /// it is there, is `Bearer` or `DPoP`, `token_use`, which some servers tell refresh tokens by,
    /// `access_token` or `access`, and `typ`, by which Keycloak does, neither `Refresh` nor
    /// `Offline`. An issuer that marks none of them has to be held to it by a claim rule.
    ///
    /// The order of the checks is fixed: the size of the token; the form of the response; `active`;
    /// kind of token; issuer; then as for claims with a good signature.
    ///
    /// # Errors
    ///
    /// [`Reason::TokenInactive`]; [`Reason::InvalidIntrospection`] for a response that is too long,
    /// no such object, or without `active`; [`Reason::TypeMismatch`] for another kind of token;
    /// [`Reason::ProofRequired`] for a token of the type `DPoP` that names no key;
    /// [`Reason::Malformed`] for an empty token, [`Reason::TooLarge`] for one that is too long;
    /// [`Reason::MemoryTooSmall`]; and those of claims of [`validate_before_proof`](Self::validate_before_proof).
    ///
    /// ```
    /// use gatepost::{Policy, Reason, UnixTime};
    ///
    /// let policy = Policy::new("https://issuer.example", "https://mcp.example.com/mcp")?;
    /// let response = br#"{"active":true,"sub":"alice","client_id":"app","scope":"mcp:read",
    ///     "aud":"https://mcp.example.com/mcp","exp":2000000000,"token_type":"Bearer"}"#;
    ///
    /// let now = UnixTime::from_secs(1_999_999_999);
    /// let mut memory = [0; 1024];
    /// let token = policy
    ///     .validate_introspected("2YotnFZFEjr1zCsicMWpAA", response, now, &mut memory)?
    ///     .into_unbound()?;
    /// assert_eq!(token.subject(), Some("alice"));
    /// assert_eq!(token.issuer(), "https://issuer.example");
    /// assert_eq!(token.algorithm(), None);
    ///
    /// let response = br#"{"active":false}"#;
    /// let mut memory = [0; 1024];
    /// let refused = policy.validate_introspected("2YotnFZFEjr1", response, now, &mut memory);
    /// assert_eq!(refused.unwrap_err(), Reason::TokenInactive);
    /// # Ok::<(), Reason>(())
    /// ```
    pub fn validate_introspected<'t>(
        &self,
        token: &'t (impl AsRef<[u8]> + ?Sized),
        response: &'t [u8],
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<PresentedToken<'t>, Reason> {
        let text = token.as_ref();
        if text.is_empty() {
            return Err(Reason::Malformed);
        }
        if text.len() > MAX_TOKEN_LEN {
            return Err(Reason::TooLarge);
        }
        if response.len() > MAX_INTROSPECTION_LEN {
            return Err(Reason::InvalidIntrospection);
        }
        let claims = json::object(response, &claim::NAMES, memory).map_err(of_response)?;
        let object = Object::new(claims.document());
        match object.member("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(Reason::TokenInactive),
            _ => return Err(Reason::InvalidIntrospection),
        }
        let is_for_proofs = require_access_token(object)?;
        let (named, memory) = string(&claims, claim::ISS, memory)?;
        let (issuer, memory) = match named {
            Some(issuer) if issuer == self.issuer => (issuer, memory),
            Some(_) => return Err(Reason::IssuerMismatch),
            None => copy(self.issuer, memory)?,
        };

        let said = Said { claims: &claims, object, issuer, algorithm: None, key_id: None };
        let mut confirmation = Confirmation::NONE;
        let (token, memory) = self.judge_said(&said, now, memory, |cnf| {
            confirmation = Confirmation::read(cnf)?;
            // What would have to be proved is not said.
            let is_short = is_for_proofs && confirmation.jkt.is_none();
            if is_short { Err(Reason::ProofRequired) } else { Ok(()) }
        })?;
        Ok(PresentedToken { token, text: Presented::Introspected(text), confirmation, memory })
    }
}

/// Whether the access token that `response` speaks of is for requests with proofs of possession
/// (`token_type`, [RFC 9449, section 6.2](https://www.rfc-editor.org/rfc/rfc9449#section-6.2)).
///
/// Endpoints answer about refresh tokens as well (RFC 7662, section 2.1), whose scopes and audience
/// are those of the access tokens that they are exchanged for: sent here, one would let its bearer
/// in for much longer.
fn require_access_token(response: Object<'_>) -> Result<bool, Reason> {
    let text = |name| match response.member(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::InvalidClaim),
    };
    if text("token_use")?.is_some_and(|kind| kind != *"access_token" && kind != *"access") {
        return Err(Reason::TypeMismatch);
    }
    let is_refresh = |typ| is_same(typ, "refresh") || is_same(typ, "offline");
    if response.member("typ").and_then(Value::as_text).is_some_and(is_refresh) {
        return Err(Reason::TypeMismatch);
    }
    match text("token_type")? {
        None => Ok(false),
        Some(kind) if is_same(kind, "bearer") => Ok(false),
        Some(kind) if is_same(kind, "dpop") => Ok(true),
        Some(_) => Err(Reason::TypeMismatch),
    }
}

/// Whether the text is this, in any case.
fn is_same(text: Text<'_>, lower_case: &str) -> bool {
    text.chars().map(|c| c.to_ascii_lowercase()).eq(lower_case.chars())
}

/// A response that cannot be read is its sender's fault, and says nothing of the token.
const fn of_response(reason: Reason) -> Reason {
    match reason {
        Reason::MemoryTooSmall => reason,
        _ => Reason::InvalidIntrospection,
    }
}

/// Copies a text to the front of `memory`; returns it and the rest.
fn copy<'m>(text: &str, memory: &'m mut [u8]) -> Result<(&'m str, &'m mut [u8]), Reason> {
    let (place, rest) = bytes::copy(text.as_bytes(), memory)?;
    let text = core::str::from_utf8(place).map_err(|_| Reason::Misuse)?;
    Ok((text, rest))
}
