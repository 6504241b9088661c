//! The compact serialization of a token
//! ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).

use core::fmt;

use super::Algorithm;
use super::header::{Header, HeaderOutline};
#[cfg(feature = "mcp")]
use super::{Jwk, header};
use crate::Reason;
use crate::limits::{MAX_HEADER_LEN, MAX_PAYLOAD_LEN, MAX_SIGNATURE_LEN, MAX_TOKEN_LEN};
use crate::text::json::{self, Members, Outline, Value};
use crate::text::{base64url, bytes};

/// A token whose form has been checked, and nothing else: anybody can have made it.
///
/// It shows what is needed to choose a policy and keys, and no claim but the issuer. A
/// [`Policy`](crate::Policy) turns it into an [`AccessToken`](crate::AccessToken).
///
/// ```
/// use gatepost::UntrustedToken;
///
/// // {"alg":"ES256","kid":"1"}.{"iss":"https://issuer.example"}.(not a signature)
/// let compact = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.AAAA";
/// let mut memory = [0; 4096];
/// let token = UntrustedToken::parse(compact, &mut memory)?;
/// assert_eq!(token.unverified_issuer()?, "https://issuer.example");
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub struct UntrustedToken<'t> {
    pub(crate) head: Head<'t>,
    pub(crate) signature: Signature<'t>,
    /// The decoded claims, checked to be one JSON object.
    pub(crate) claims_json: &'t str,
    pub(crate) claims: Members<'t, CLAIMS>,
    pub(crate) issuer: Issuer<'t>,
    pub(crate) memory: &'t mut [u8],
}

/// The signature of a token.
#[derive(Clone, Copy)]
pub(crate) enum Signature<'t> {
    /// Decoded, and not checked yet.
    Unchecked(&'t [u8]),
    /// Found good before, of this very token, by the key with this thumbprint.
    Recalled([u8; 32]),
}

/// What is to be said of `iss`: it is judged before anything else of the claims.
pub(crate) type Issuer<'t> = Result<&'t str, Reason>;

/// The claims that decide, as indexes of what the scan finds.
pub(crate) mod claim {
    use crate::text::json::Known;

    pub(crate) const ISS: usize = 0;
    pub(crate) const SUB: usize = 1;
    pub(crate) const AUD: usize = 2;
    pub(crate) const EXP: usize = 3;
    pub(crate) const NBF: usize = 4;
    pub(crate) const IAT: usize = 5;
    pub(crate) const JTI: usize = 6;
    pub(crate) const CLIENT_ID: usize = 7;
    pub(crate) const AZP: usize = 8;
    pub(crate) const SCOPE: usize = 9;
    pub(crate) const SCP: usize = 10;
    pub(crate) const PERMISSIONS: usize = 11;
    pub(crate) const CNF: usize = 12;
    pub(crate) static NAMES: Known<13> = Known::new([
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "client_id",
        "azp",
        "scope",
        "scp",
        "permissions",
        "cnf",
    ]);
}

pub(crate) const CLAIMS: usize = 13;

/// Where a token has the claims that decide.
pub(crate) type ClaimsOutline = Outline<CLAIMS>;

impl<'t> UntrustedToken<'t> {
    /// Checks the form of `compact`: at most [`MAX_TOKEN_LEN`] characters, three parts of
    /// canonical base64url, a header and claims that are JSON objects without duplicate names.
    ///
    /// `memory` takes the decoded header, claims and signature and, for the time of the call, the
    /// names in them; [`limits::MEMORY`](crate::limits::MEMORY) bytes are always enough.
    ///
    /// # Errors
    ///
    /// Any reason of the form and the header, or [`Reason::MemoryTooSmall`].
    pub fn parse(
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        memory: &'t mut [u8],
    ) -> Result<Self, Reason> {
        let (head, memory) = Head::parse(Parts::split(compact.as_ref())?, memory)?;
        Self::parse_claims(head, memory)
    }

    /// Reads the claims into the front of `memory`.
    pub(crate) fn parse_claims(head: Head<'t>, memory: &'t mut [u8]) -> Result<Self, Reason> {
        refuse_longer(head.parts.payload, MAX_PAYLOAD_LEN)?;
        let (json, memory) = head.decode_payload(memory)?;
        let (signature, memory) = head.decode_signature(memory)?;
        let claims = json::object(json, &claim::NAMES, memory)?;
        Self::of_members(head, claims, Signature::Unchecked(signature), memory)
    }

    /// Reads the claims of a token that is known: where they stand, and which key verified it.
    pub(crate) fn recall(
        head: Head<'t>,
        outline: &ClaimsOutline,
        key: [u8; 32],
        memory: &'t mut [u8],
    ) -> Result<Self, Reason> {
        let (json, memory) = head.decode_payload(memory)?;
        let json = core::str::from_utf8(json).map_err(|_| Reason::InvalidJson)?;
        let claims = Members::recall(json, outline);
        Self::of_members(head, claims, Signature::Recalled(key), memory)
    }

    #[inline(always)]
    fn of_members(
        head: Head<'t>,
        claims: Members<'t, CLAIMS>,
        signature: Signature<'t>,
        memory: &'t mut [u8],
    ) -> Result<Self, Reason> {
        let claims_json = claims.document();
        let (issuer, memory) = match claims.value(claim::ISS) {
            Some(Value::String(text)) => {
                let (issuer, memory) = text.decode_or_borrow(memory)?;
                (Ok(issuer), memory)
            }
            Some(_) => (Err(Reason::InvalidClaim), memory),
            None => (Err(Reason::MissingClaim), memory),
        };
        Ok(Self { head, signature, claims_json, claims, issuer, memory })
    }

    /// The algorithm that the header names.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.head.algorithm()
    }

    /// The key that the header names (`kid`), if it names one.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'t str> {
        self.head.key_id()
    }

    /// The issuer that the token claims to be from, to choose the policy and keys by; it proves
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`Reason::MissingClaim`] without `iss`, [`Reason::InvalidClaim`] where it is no string.
    pub const fn unverified_issuer(&self) -> Result<&'t str, Reason> {
        self.issuer
    }
}

impl fmt::Debug for UntrustedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of a token is printed, lest it end up in a log.
        f.debug_struct("UntrustedToken")
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

/// The header of a token, and its parts still encoded.
#[derive(Clone, Copy)]
pub(crate) struct Head<'t> {
    header: Header<'t>,
    parts: Parts<'t>,
}

impl<'t> Head<'t> {
    /// Reads the header into the front of `memory` and returns the rest of it.
    pub(crate) fn parse(
        parts: Parts<'t>,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        refuse_longer(parts.header, MAX_HEADER_LEN)?;
        let (json, memory) = base64url::decode(parts.header, memory)?;
        let (header, memory) = Header::read(json, memory)?;
        Ok((Self { header, parts }, memory))
    }

    /// Like [`parse`](Self::parse), of a header whose outline is known.
    pub(crate) fn recall(
        parts: Parts<'t>,
        outline: &HeaderOutline,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        let (json, memory) = base64url::decode(parts.header, memory)?;
        Ok((Self { header: Header::recall(json, outline)?, parts }, memory))
    }

    /// Like [`parse`](Self::parse), and reads the key that the header brings (`jwk`): for proofs of
    /// possession alone, which show that their sender has this key, and nothing about whose key it
    /// is. What an access token says of keys is never read.
    #[cfg(feature = "mcp")]
    pub(crate) fn parse_with_key(
        compact: &'t [u8],
        memory: &'t mut [u8],
    ) -> Result<(Self, Jwk<'t>, &'t mut [u8]), Reason> {
        let (head, memory) = Self::parse(Parts::split(compact)?, memory)?;
        // Decoded once more: reading a token's header must not cost more for the sake of proofs.
        let (json, memory) = base64url::decode(head.parts.header, memory)?;
        let key = header::key(json, memory)?;
        Ok((head, Jwk::read(key.as_bytes())?, memory))
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    pub(crate) const fn key_id(&self) -> Option<&'t str> {
        self.header.key_id
    }

    pub(crate) const fn typ(&self) -> Option<&'t str> {
        self.header.typ
    }

    /// The outline of an accepted header, if it can have one.
    pub(crate) fn outline(&self) -> Option<HeaderOutline> {
        self.header.outline()
    }

    /// The token as it came, in its parts.
    pub(crate) const fn parts(&self) -> &Parts<'t> {
        &self.parts
    }

    /// The header, the dot and the payload: what is signed.
    pub(crate) const fn signing_input(&self) -> &'t [u8] {
        self.parts.signing_input
    }

    /// Whether the extensions that the header demands are understood: none is.
    pub(crate) const fn require_extensions(&self) -> Result<(), Reason> {
        self.header.extensions
    }

    /// Decodes the payload, whatever it is, into the front of `memory`; returns it and the rest.
    pub(crate) fn decode_payload(
        &self,
        memory: &'t mut [u8],
    ) -> Result<(&'t [u8], &'t mut [u8]), Reason> {
        base64url::decode(self.parts.payload, memory).map(|(payload, rest)| (&*payload, rest))
    }

    /// Decodes the signature into the front of `memory`; returns it and the rest.
    pub(crate) fn decode_signature(
        &self,
        memory: &'t mut [u8],
    ) -> Result<(&'t [u8], &'t mut [u8]), Reason> {
        refuse_longer(self.parts.signature, MAX_SIGNATURE_LEN)?;
        base64url::decode(self.parts.signature, memory).map(|(signature, rest)| (&*signature, rest))
    }
}

/// Refuses text that stands for more than `most` bytes.
fn refuse_longer(text: &[u8], most: usize) -> Result<(), Reason> {
    match base64url::decoded_len(text.len()) {
        Some(len) if len > most => Err(Reason::TooLarge),
        _ => Ok(()),
    }
}

/// The parts of a compact token, still encoded.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    pub(crate) signature: &'t [u8],
    /// The header, the dot and the payload.
    pub(crate) signing_input: &'t [u8],
}

impl<'t> Parts<'t> {
    /// Finds the parts of a token of at most [`MAX_TOKEN_LEN`] characters.
    pub(crate) fn split(compact: &'t [u8]) -> Result<Self, Reason> {
        if compact.len() > MAX_TOKEN_LEN {
            return Err(Reason::TooLarge);
        }
        let (Some(first), Some(last)) =
            (bytes::position(compact, b'.'), bytes::last_position(compact, b'.'))
        else {
            return Err(Reason::Malformed);
        };
        let (header, payload) = (compact.get(..first), compact.get(first.saturating_add(1)..last));
        let (signature, signing_input) =
            (compact.get(last.saturating_add(1)..), compact.get(..last));
        match (header, payload, signature, signing_input) {
            (Some(header), Some(payload), Some(signature), Some(signing_input))
                if first > 0 && !has_dot(payload) =>
            {
                Ok(Self { header, payload, signature, signing_input })
            }
            _ => Err(judge_other_parts(compact)),
        }
    }
}

/// Why a text with a dot is no token of three parts, or one without a header.
#[cold]
#[inline(never)]
fn judge_other_parts(compact: &[u8]) -> Reason {
    // Five parts are a compact JWE (RFC 7516, section 7.1).
    match compact.iter().filter(|byte| **byte == b'.').count() {
        4 => Reason::Encrypted,
        _ => Reason::Malformed,
    }
}

/// Whether there is a dot.
#[inline(always)]
fn has_dot(text: &[u8]) -> bool {
    // A least value for each place in a chunk, zero for a dot: compilers look at all at once. The
    // last chunk overlaps the one before it.
    let (chunks, _) = text.as_chunks::<32>();
    let Some(last) = text.last_chunk::<32>() else {
        return text.contains(&b'.');
    };
    let mut least = last.map(|byte| byte ^ b'.');
    for chunk in chunks {
        for (least, byte) in least.iter_mut().zip(chunk) {
            *least = (*least).min(*byte ^ b'.');
        }
    }
    least.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(compact: &str) -> Reason {
        UntrustedToken::parse(compact, &mut [0; 1024]).unwrap_err()
    }

    #[test]
    fn three_parts_and_two_dots() {
        for compact in [
            "",
            "e30",
            ".",
            "e30.e30",
            "..",
            ".e30.",
            "e30.e30.e30.",
            "e30.e30.e30.e30.e30.e30",
            "{}",
        ] {
            assert_eq!(refused(compact), Reason::Malformed, "{compact}");
        }
        assert_eq!(refused("e30.e30.e30.e30.e30"), Reason::Encrypted);
        assert_eq!(refused("...."), Reason::Encrypted);
    }

    #[test]
    fn dots_are_found_wherever_they_stand() {
        for len in 0..70 {
            for (first, second) in (0..len).flat_map(|first| (first..len).map(move |s| (first, s)))
            {
                let mut text = vec![b'/'; len];
                (text[first], text[second]) = (b'.', b'.');
                assert!(has_dot(&text[first..]));
                assert!(!has_dot(&text[..first]));
                assert!(!has_dot(&text[second + 1..]));
            }
            assert!(!has_dot(&vec![b'/'; len]));
        }
    }

    #[test]
    fn size_is_judged_before_anything_else() {
        assert_eq!(refused(&".".repeat(1_000_000)), Reason::TooLarge);
        assert_eq!(refused(&"a".repeat(MAX_TOKEN_LEN + 1)), Reason::TooLarge);
        assert_eq!(refused(&format!("{}.e30.", "A".repeat(5464))), Reason::TooLarge);
        let header = "eyJhbGciOiJFUzI1NiJ9";
        assert_eq!(refused(&format!("{header}.{}.", "A".repeat(10_924))), Reason::TooLarge);
    }

    #[test]
    fn memory_that_is_too_small_is_said() {
        let compact = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJhIn0.AAAA";
        for len in 0..40 {
            let mut memory = [0; 40];
            let parsed = UntrustedToken::parse(compact, &mut memory[..len]).map(|_| ());
            // Of header and claims 15 and 11 bytes; 3 of the signature; 8 for a name.
            let needed = 15 + 11 + 3 + 8;
            assert_eq!(parsed, if len < needed { Err(Reason::MemoryTooSmall) } else { Ok(()) });
        }
    }
}
