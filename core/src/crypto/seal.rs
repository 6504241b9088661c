//! Keys of the server's own, to recognise what it has handed out.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::strength;
use crate::limits::MAX_SEAL_KEYS;
use crate::{Algorithm, KeyMaterial, ParsedKey, Reason};

/// A secret of the server's own, with a number to tell it from those before and after it.
///
/// It is borrowed: where it lives, and that it is wiped there, is the caller's.
#[derive(Clone, Copy)]
pub struct SealKey<'k> {
    id: u8,
    secret: &'k [u8],
}

impl<'k> SealKey<'k> {
    /// Takes a secret of 32 to [`MAX_SECRET_LEN`](crate::limits::MAX_SECRET_LEN) random bytes.
    /// `id` stands in what is sealed; a secret keeps its own, on every server that has it.
    ///
    /// # Errors
    ///
    /// [`Reason::KeyTooWeak`] for a short secret, [`Reason::InvalidKey`] for a long one,
    /// [`Reason::KeyNotForVerification`] for a public key in whatever form.
    pub fn new(id: u8, secret: &'k [u8]) -> Result<Self, Reason> {
        let material = KeyMaterial::Symmetric(secret);
        strength::check(&ParsedKey { algorithm: Algorithm::Hs256, material })?;
        Ok(Self { id, secret })
    }
}

impl fmt::Debug for SealKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The server's secrets: the first one seals, and what any of them has sealed is accepted.
///
/// To rotate, append the new secret on every server, then move it to the front, and take the old
/// one away when what it has sealed has expired. One list may serve for nonces and for states: what
/// is made for one is never accepted as the other.
///
/// ```
/// use gatepost::oauth::{SealKey, SealKeys};
///
/// // Random bytes from where the server keeps its secrets.
/// # let (new, old) = ([1; 32], [2; 32]);
/// let keys = [SealKey::new(8, &new)?, SealKey::new(7, &old)?];
/// let keys = SealKeys::new(&keys)?;
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SealKeys<'k> {
    keys: &'k [SealKey<'k>],
}

/// Bytes of a tag.
pub(crate) const TAG_LEN: usize = 32;

impl<'k> SealKeys<'k> {
    /// Takes 1 to [`MAX_SEAL_KEYS`] secrets.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for none, for too many, and for two with the same number.
    pub fn new(keys: &'k [SealKey<'k>]) -> Result<Self, Reason> {
        let is_distinct =
            keys.iter().enumerate().all(|(i, key)| keys.iter().take(i).all(|k| k.id != key.id));
        if keys.is_empty() || keys.len() > MAX_SEAL_KEYS || !is_distinct {
            return Err(Reason::Misuse);
        }
        Ok(Self { keys })
    }

    /// The number of the secret that seals.
    pub(crate) fn first_id(&self) -> u8 {
        self.keys.first().map_or(0, |key| key.id)
    }

    /// The tag of `message` with the secret of this number; `None` where there is none.
    pub(crate) fn tag(&self, id: u8, message: &Message<'_>) -> Option<[u8; TAG_LEN]> {
        Some(self.mac(id, message)?.finalize().into_bytes().into())
    }

    /// Whether `tag`, or what is left of it after its end was cut off, is that of `message`.
    /// Compared in time that does not depend on where it differs.
    pub(crate) fn is_tag(&self, id: u8, message: &Message<'_>, tag: &[u8]) -> bool {
        self.mac(id, message).is_some_and(|mac| mac.verify_truncated_left(tag).is_ok())
    }

    fn mac(&self, id: u8, message: &Message<'_>) -> Option<Hmac<Sha256>> {
        let key = self.keys.iter().find(|key| key.id == id)?;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.secret).ok()?;
        mac.update(message.kind.as_bytes());
        for part in message.parts {
            // With its length, so that no other parts make the same message.
            let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
            mac.update(&len.to_be_bytes());
            mac.update(part);
        }
        Some(mac)
    }
}

/// What is sealed.
pub(crate) struct Message<'m> {
    /// What the seal is for; none is the beginning of another.
    pub(crate) kind: &'static str,
    pub(crate) parts: &'m [&'m [u8]],
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const NEW: SealKey<'_> = SealKey { id: 2, secret: &[2; 32] };
    const OLD: SealKey<'_> = SealKey { id: 1, secret: &[1; 32] };

    #[test]
    fn secrets_have_their_limits() {
        assert!(SealKey::new(0, &[7; 32]).is_ok());
        assert!(SealKey::new(0, &[7; 1024]).is_ok());
        assert_eq!(SealKey::new(0, &[7; 31]).unwrap_err(), Reason::KeyTooWeak);
        assert_eq!(SealKey::new(0, &[7; 1025]).unwrap_err(), Reason::InvalidKey);
        let public = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI";
        assert_eq!(SealKey::new(0, public).unwrap_err(), Reason::KeyNotForVerification);

        assert!(SealKeys::new(&[NEW, OLD]).is_ok());
        assert_eq!(SealKeys::new(&[]).unwrap_err(), Reason::Misuse);
        assert_eq!(SealKeys::new(&[NEW, OLD, NEW]).unwrap_err(), Reason::Misuse);
        let many: Vec<_> = (0..17).map(|id| SealKey { id, ..NEW }).collect();
        assert!(SealKeys::new(&many[..MAX_SEAL_KEYS]).is_ok());
        assert_eq!(SealKeys::new(&many).unwrap_err(), Reason::Misuse);
    }

    #[test]
    fn s20_no_secret_is_printed() {
        assert_eq!(format!("{NEW:?}"), "SealKey { id: 2, .. }");
    }

    #[test]
    fn no_other_message_has_the_tag() {
        let keys = [NEW, OLD];
        let keys = SealKeys::new(&keys).unwrap();
        let tag = |kind, parts: &[&[u8]]| keys.tag(1, &Message { kind, parts }).unwrap();
        let known = tag("a", &[b"bc", b"d"]);
        assert!(keys.is_tag(1, &Message { kind: "a", parts: &[b"bc", b"d"] }, &known[..16]));
        for (kind, parts) in [
            ("b", &[&b"bc"[..], b"d"][..]),
            ("a", &[b"b", b"cd"]),
            ("a", &[b"bcd"]),
            ("a", &[b"bc", b"d", b""]),
            ("a", &[b"bc"]),
        ] {
            assert_ne!(tag(kind, parts), known);
        }
        assert!(!keys.is_tag(2, &Message { kind: "a", parts: &[b"bc", b"d"] }, &known));
        assert_eq!(keys.tag(3, &Message { kind: "a", parts: &[] }), None);
    }
}
