//! Tokens that are bound to a key, and what shows that their sender has it.

use core::fmt;

use sha2::{Digest as _, Sha256};

use super::AccessToken;
use crate::Reason;
use crate::crypto::{digest, is_equal};
use crate::jose::Head;
use crate::text::base64url;
use crate::text::json::{Object, Text, Value};

/// An access token that passed everything but the proof of possession.
///
/// [`Policy::validate_before_proof`](crate::Policy::validate_before_proof) makes one. Where the
/// token is bound to a key (`cnf`), its bearer has shown nothing yet: no claim can be read until
/// [`prove`](Self::prove), or for a token that is not bound [`into_unbound`](Self::into_unbound),
/// has made an [`AccessToken`] of it.
///
/// ```
/// use gatepost::{Algorithm, Evidence, KeySet, Policy, Reason, UnixTime};
///
/// let secret = "0123456789abcdef0123456789abcdef";
/// let keys: KeySet<1> = KeySet::from_secret(secret, Algorithm::Hs256, None)?;
/// let policy = Policy::new("https://issuer.example", "https://mcp.example.com/mcp")?;
/// // {"iss":…,"aud":…,"exp":2000000000,"cnf":{"x5t#S256":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}}
/// let compact = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR\
///     0cHM6Ly9tY3AuZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJjbmYiOnsieDV0I1MyNTYiOiJCd2N\
///     IQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjIn19.72TgLFYuD8krTtW-eI8u4DVm5bbCLg\
///     KsM2OQNhQ5wGs";
///
/// let now = UnixTime::from_secs(1_999_999_999);
/// let mut memory = [0; 1024];
/// let refused = policy.validate(compact, &keys, now, &mut memory);
/// assert_eq!(refused.unwrap_err(), Reason::ProofRequired);
///
/// let presented = policy.validate_before_proof(compact, &keys, now, &mut memory)?;
/// assert!(presented.confirmation().is_bound());
/// // The SHA-256 of the certificate that the client showed in the TLS handshake.
/// let token = presented.prove(&Evidence::NONE.with_certificate([7; 32]))?;
/// assert_eq!(token.issuer(), "https://issuer.example");
/// # Ok::<(), Reason>(())
/// ```
pub struct PresentedToken<'t> {
    pub(super) token: AccessToken<'t>,
    pub(super) text: Presented<'t>,
    pub(super) confirmation: Confirmation,
    pub(super) memory: &'t mut [u8],
}

impl<'t> PresentedToken<'t> {
    /// The keys that the token is bound to.
    #[must_use]
    pub const fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    /// The access token, where it is not bound to any key: a plain bearer token.
    ///
    /// # Errors
    ///
    /// [`Reason::ProofRequired`] where it is bound: without proof it is stolen goods.
    pub fn into_unbound(self) -> Result<AccessToken<'t>, Reason> {
        self.prove(&Evidence::NONE)
    }

    /// The access token, where `evidence` has what each key that the token is bound to asks for.
    /// A token that is not bound asks for nothing.
    ///
    /// # Errors
    ///
    /// [`Reason::ProofRequired`] where there is no evidence of the kind that is asked for;
    /// [`Reason::InvalidProof`] where it is that of another key, or for another token.
    pub fn prove(self, evidence: &Evidence) -> Result<AccessToken<'t>, Reason> {
        self.proved_by(evidence)?;
        Ok(self.token)
    }

    /// Like [`prove`](Self::prove), but lends the access token: for callers who keep the presented
    /// token, as languages that cannot move it have to.
    ///
    /// # Errors
    ///
    /// Those of [`prove`](Self::prove).
    pub fn proved_by(&self, evidence: &Evidence) -> Result<&AccessToken<'t>, Reason> {
        self.check_certificate(evidence.certificate)?;
        if let Some(jkt) = self.confirmation.jkt {
            let (key, token) = evidence.proof.ok_or(Reason::ProofRequired)?;
            if !is_equal(&key, &jkt) || !is_equal(&token, &self.hash()) {
                return Err(Reason::InvalidProof);
            }
        }
        Ok(&self.token)
    }

    /// Whether `certificate`, the SHA-256 of the DER form of the one in the TLS handshake, is the
    /// client's, where the token is bound to one.
    ///
    /// [`prove`](Self::prove) checks it as well. Whoever takes DPoP proofs asks before it verifies
    /// one: verified, the proof is spent, though nobody was let in by it.
    ///
    /// # Errors
    ///
    /// [`Reason::ProofRequired`] without a certificate, [`Reason::InvalidProof`] for another one.
    /// The token is at fault then, not a DPoP proof
    /// ([RFC 8705, section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    ///
    /// ```
    /// # use gatepost::{PresentedToken, Reason};
    /// fn may_spend_its_proof(token: &PresentedToken<'_>, seen: [u8; 32]) -> bool {
    ///     token.check_certificate(Some(seen)).is_ok()
    /// }
    /// ```
    pub fn check_certificate(&self, certificate: Option<[u8; 32]>) -> Result<(), Reason> {
        let Some(x5t_s256) = self.confirmation.x5t_s256 else { return Ok(()) };
        let certificate = certificate.ok_or(Reason::ProofRequired)?;
        if is_equal(&certificate, &x5t_s256) { Ok(()) } else { Err(Reason::InvalidProof) }
    }

    /// Hands out, once, the memory that the token has left over, for whatever comes next.
    pub fn take_memory(&mut self) -> &'t mut [u8] {
        core::mem::take(&mut self.memory)
    }

    /// The SHA-256 of the token: what a proof's `ath` has to be
    /// ([RFC 9449, section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)).
    pub(crate) fn hash(&self) -> [u8; 32] {
        match &self.text {
            Presented::Signed(head) => digest(head.parts()).0,
            Presented::Introspected(token) => Sha256::digest(token).into(),
        }
    }
}

impl fmt::Debug for PresentedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedToken")
            .field("confirmation", &self.confirmation)
            .finish_non_exhaustive()
    }
}

/// A token as it came.
pub(super) enum Presented<'t> {
    Signed(Head<'t>),
    /// Its issuer was asked: whatever it is.
    Introspected(&'t [u8]),
}

/// The keys that a token is bound to: those members of its claim `cnf` that are understood
/// ([RFC 7800, section 3.1](https://www.rfc-editor.org/rfc/rfc7800#section-3.1)).
///
/// Where there are two, the sender has to show that it has both keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confirmation {
    /// The SHA-256 thumbprint of a key that DPoP proofs are signed with
    /// ([RFC 9449, section 6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)).
    pub jkt: Option<[u8; 32]>,
    /// The SHA-256 of the DER form of a client's certificate
    /// ([RFC 8705, section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).
    pub x5t_s256: Option<[u8; 32]>,
}

impl Confirmation {
    /// That of a token that is bound to no key.
    pub const NONE: Self = Self { jkt: None, x5t_s256: None };

    /// Whether there is a key that the token is bound to.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        self.jkt.is_some() || self.x5t_s256.is_some()
    }

    /// Reads the claim `cnf`, if the token has one.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidClaim`] where it is no object, or a known member is not the base64url of
    /// 32 bytes; [`Reason::ProofRequired`] where no member is known: what would have to be proved
    /// cannot be checked here.
    pub(super) fn read(cnf: Option<Value<'_>>) -> Result<Self, Reason> {
        let members = match cnf {
            None => return Ok(Self::NONE),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(Reason::InvalidClaim),
        };
        let confirmation =
            Self { jkt: hash(members, "jkt")?, x5t_s256: hash(members, "x5t#S256")? };
        if confirmation.is_bound() { Ok(confirmation) } else { Err(Reason::ProofRequired) }
    }

    /// Refuses any claim `cnf`: nobody asked for the proof that goes with it (RFC 7800, RFC 9449,
    /// RFC 8705), and as a plain bearer token it is stolen goods.
    #[inline(always)]
    pub(super) const fn refuse(cnf: Option<Value<'_>>) -> Result<(), Reason> {
        match cnf {
            None => Ok(()),
            Some(Value::Object(_)) => Err(Reason::ProofRequired),
            Some(_) => Err(Reason::InvalidClaim),
        }
    }
}

/// What was shown along with a token: none, a DPoP proof, a client's certificate, or both.
#[derive(Clone, Copy)]
pub struct Evidence {
    /// The thumbprint of the key of a proof, and the hash of the token that the proof is for.
    proof: Option<([u8; 32], [u8; 32])>,
    certificate: Option<[u8; 32]>,
}

impl Evidence {
    /// Nothing was shown.
    pub const NONE: Self = Self { proof: None, certificate: None };

    /// This, and a certificate: `hash` is the SHA-256 of its DER form, from the TLS connection
    /// that the request came through, and never from what the client says in the request.
    #[must_use]
    pub const fn with_certificate(self, hash: [u8; 32]) -> Self {
        Self { certificate: Some(hash), ..self }
    }

    /// This, and a proof that was verified.
    #[cfg(feature = "mcp")]
    pub(crate) const fn with_proof(self, thumbprint: [u8; 32], token: [u8; 32]) -> Self {
        Self { proof: Some((thumbprint, token)), ..self }
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("has_proof", &self.proof.is_some())
            .field("has_certificate", &self.certificate.is_some())
            .finish()
    }
}

/// The member with this name, the base64url of 32 bytes.
fn hash(members: Object<'_>, name: &str) -> Result<Option<[u8; 32]>, Reason> {
    match members.member(name) {
        None => Ok(None),
        Some(Value::String(text)) => decode_hash(text).map(Some).ok_or(Reason::InvalidClaim),
        Some(_) => Err(Reason::InvalidClaim),
    }
}

/// The 32 bytes that a string is the base64url of.
pub(crate) fn decode_hash(text: Text<'_>) -> Option<[u8; 32]> {
    let mut characters = [0; 43];
    let text = text.decode(&mut characters).ok().filter(|text| text.len() == 43)?;
    let mut hash = [0; 32];
    base64url::decode(text.as_bytes(), &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json::{Known, object};

    fn read(cnf: &str) -> Result<Confirmation, Reason> {
        let document = format!(r#"{{"cnf":{cnf}}}"#);
        let members = object(document.as_bytes(), &Known::new(["cnf"]), &mut [0; 512]).unwrap();
        Confirmation::read(members.value(0))
    }

    const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    #[test]
    fn the_members_that_are_understood_are_read() {
        let sevens = Some([7; 32]);
        let jkt = read(&format!(r#"{{"jkt":"{SEVENS}","kid":"x"}}"#));
        assert_eq!(jkt, Ok(Confirmation { jkt: sevens, x5t_s256: None }));
        let x5t_s256 = read(&format!(r#"{{"x5t\u0023S256":"{SEVENS}"}}"#));
        assert_eq!(x5t_s256, Ok(Confirmation { jkt: None, x5t_s256: sevens }));
        let both = read(&format!(r#"{{"jkt":"\u0042{}","x5t#S256":"{SEVENS}"}}"#, &SEVENS[1..]));
        assert_eq!(both, Ok(Confirmation { jkt: sevens, x5t_s256: sevens }));
        assert_eq!(Confirmation::read(None), Ok(Confirmation::NONE));
    }

    #[test]
    fn what_is_not_understood_binds_all_the_same() {
        for cnf in ["{}", r#"{"kid":"x"}"#, r#"{"jwk":{}}"#, r#"{"JKT":"x"}"#] {
            assert_eq!(read(cnf), Err(Reason::ProofRequired), "{cnf}");
        }
        for cnf in [
            "null",
            "[]",
            &format!("\"{SEVENS}\""),
            r#"{"jkt":null}"#,
            r#"{"jkt":""}"#,
            &format!(r#"{{"jkt":"{SEVENS}="}}"#),
            &format!(r#"{{"jkt":"{}"}}"#, &SEVENS[1..]),
            &format!(r#"{{"jkt":"{}d"}}"#, &SEVENS[..42]),
            &format!(r#"{{"jkt":"{SEVENS}","x5t#S256":7}}"#),
        ] {
            assert_eq!(read(cnf), Err(Reason::InvalidClaim), "{cnf}");
        }
    }
}
