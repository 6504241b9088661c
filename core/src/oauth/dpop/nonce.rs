//! Nonces of the server's own
//! ([RFC 9449, section 9](https://www.rfc-editor.org/rfc/rfc9449#section-9)).

use crate::crypto::{Message, SealKeys};
use crate::limits::{DEFAULT_LEEWAY, MAX_NONCE_LIFETIME};
use crate::text::base64url;
use crate::text::writer::Writer;
use crate::{Reason, UnixTime};

/// Nonces that the server need not remember: the time at which each was made, authenticated.
///
/// A client puts the newest one that it was given into its proofs, so that proofs cannot be made
/// long before they are used.
///
/// ```
/// use gatepost::UnixTime;
/// use gatepost::oauth::{DpopNonces, SealKey, SealKeys};
///
/// # let secret = [1; 32];
/// let keys = [SealKey::new(1, &secret)?];
/// let nonces = DpopNonces::new(SealKeys::new(&keys)?, 300)?;
///
/// let mut memory = [0; 32];
/// let nonce = nonces.write(UnixTime::from_secs(1_700_000_000), &mut memory)?;
/// assert!(nonces.is_good(nonce, UnixTime::from_secs(1_700_000_299)));
/// assert!(!nonces.is_good(nonce, UnixTime::from_secs(1_700_000_300)));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DpopNonces<'k> {
    keys: SealKeys<'k>,
    lifetime: u32,
}

/// The number of the secret, the seconds, the first half of the tag.
const TIME_LEN: usize = 8;
const NONCE_LEN: usize = 24;
const NONCE_TEXT_LEN: usize = NONCE_LEN / 3 * 4;

impl<'k> DpopNonces<'k> {
    /// Nonces that are good for `lifetime` seconds, at most [`MAX_NONCE_LIFETIME`].
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for no lifetime, or a longer one.
    pub const fn new(keys: SealKeys<'k>, lifetime: u32) -> Result<Self, Reason> {
        if lifetime == 0 || lifetime > MAX_NONCE_LIFETIME {
            return Err(Reason::Misuse);
        }
        Ok(Self { keys, lifetime })
    }

    /// Writes the nonce of `now` into `memory`: 32 characters, for the header `DPoP-Nonce`.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`]; [`Reason::Misuse`] for a time that has more than 56 bits.
    pub fn write<'m>(&self, now: UnixTime, memory: &'m mut [u8]) -> Result<&'m str, Reason> {
        let [0, time @ ..] = now.as_secs().to_be_bytes() else { return Err(Reason::Misuse) };
        let [a, b, c, d, e, f, g] = time;
        let id = self.keys.first_id();
        let head = [id, a, b, c, d, e, f, g];
        let tag =
            self.keys.tag(id, &Message { kind: KIND, parts: &[&head] }).ok_or(Reason::Misuse)?;
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().zip(head.iter().chain(&tag)) {
            *to = *from;
        }
        let mut writer = Writer::new(memory);
        writer.push_base64url(&nonce);
        writer.finish().map(|(nonce, _)| nonce)
    }

    /// Whether `nonce` was made here, or by another server with the same secrets, and has not
    /// expired. One made in the future is as good as the clocks may differ: 30 seconds.
    #[must_use]
    pub fn is_good(&self, nonce: &str, now: UnixTime) -> bool {
        let mut memory = [0; NONCE_LEN];
        if nonce.len() != NONCE_TEXT_LEN
            || base64url::decode(nonce.as_bytes(), &mut memory).is_err()
        {
            return false;
        }
        let Some((head, tag)) = memory.split_first_chunk::<TIME_LEN>() else { return false };
        let [id, a, b, c, d, e, f, g] = *head;
        let made_at = UnixTime::from_secs(u64::from_be_bytes([0, a, b, c, d, e, f, g]));
        self.keys.is_tag(id, &Message { kind: KIND, parts: &[head] }, tag)
            && now < made_at.plus(self.lifetime)
            && made_at <= now.plus(DEFAULT_LEEWAY)
    }
}

/// What a seal of a nonce is for.
const KIND: &str = "gatepost DPoP nonce 1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::SealKey;

    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

    fn keys<'k>(secrets: &'k [[u8; 32]]) -> std::vec::Vec<SealKey<'k>> {
        secrets.iter().map(|secret| SealKey::new(secret[0], secret).unwrap()).collect()
    }

    #[test]
    fn a_nonce_is_good_from_its_making_to_its_end() {
        let keys = keys(&[[1; 32]]);
        let nonces = DpopNonces::new(SealKeys::new(&keys).unwrap(), 60).unwrap();
        let mut memory = [0; 32];
        let nonce = nonces.write(NOW, &mut memory).unwrap();
        assert_eq!(nonce.len(), 32);
        let is_good = |seconds: i64| {
            nonces.is_good(nonce, UnixTime::from_secs(NOW.as_secs().saturating_add_signed(seconds)))
        };
        assert!(is_good(0) && is_good(59) && is_good(-30));
        assert!(!is_good(60) && !is_good(-31) && !is_good(1 << 40));
        assert_eq!(nonces.write(NOW, &mut [0; 31]), Err(Reason::MemoryTooSmall));
        assert_eq!(nonces.write(UnixTime::from_secs(1 << 56), &mut [0; 32]), Err(Reason::Misuse));
        let longest = UnixTime::from_secs((1 << 56) - 1);
        assert!(nonces.write(longest, &mut [0; 32]).is_ok());
        for lifetime in [0, MAX_NONCE_LIFETIME + 1] {
            let refused = DpopNonces::new(SealKeys::new(&keys).unwrap(), lifetime);
            assert_eq!(refused.unwrap_err(), Reason::Misuse);
        }
        assert!(DpopNonces::new(SealKeys::new(&keys).unwrap(), MAX_NONCE_LIFETIME).is_ok());
    }

    #[test]
    fn what_was_not_made_here_is_refused_bit_by_bit() {
        let keys = keys(&[[1; 32]]);
        let nonces = DpopNonces::new(SealKeys::new(&keys).unwrap(), 60).unwrap();
        let mut memory = [0; 32];
        let nonce = nonces.write(NOW, &mut memory).unwrap();
        let mut bytes = [0; 24];
        base64url::decode(nonce.as_bytes(), &mut bytes).unwrap();
        for bit in 0..24 * 8 {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            let mut memory = [0; 32];
            let mut writer = Writer::new(&mut memory);
            writer.push_base64url(&other);
            assert!(!nonces.is_good(writer.finish().unwrap().0, NOW), "{bit}");
        }
        for other in ["", "x", &nonce[..31], &format!("{nonce}A"), &format!("{}=", &nonce[..31])] {
            assert!(!nonces.is_good(other, NOW), "{other}");
        }
    }

    #[test]
    fn secrets_rotate() {
        let (old, new, both) = (keys(&[[1; 32]]), keys(&[[2; 32]]), keys(&[[2; 32], [1; 32]]));
        let of = |keys| DpopNonces::new(SealKeys::new(keys).unwrap(), 60).unwrap();
        let mut memory = [[0; 32]; 2];
        let [one, two] = &mut memory;
        let by_old = of(&old).write(NOW, one).unwrap();
        let by_both = of(&both).write(NOW, two).unwrap();
        assert!(of(&both).is_good(by_old, NOW) && of(&both).is_good(by_both, NOW));
        assert!(of(&new).is_good(by_both, NOW) && !of(&new).is_good(by_old, NOW));
        assert!(!of(&old).is_good(by_both, NOW));
    }
}
