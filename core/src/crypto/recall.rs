//! Signatures that need not be checked again.

use core::{fmt, mem};

use sha2::{Digest as _, Sha256};

use super::digest::Hash;
use super::{KeySlot, Keys, TokenCache, VerifyingKey};
use crate::jose::{ClaimsOutline, HeaderOutline, Parts, Signature};
use crate::{Reason, UnixTime, UntrustedToken};

/// What a [`TokenCache`] keeps of a token that was accepted: SHA-256 digests of the whole of it,
/// signature included, and of the key that verified it, when it expires, and where header and
/// claims have what matters.
///
/// Nobody can make two tokens with one digest, and none can be made into a token again. A key that
/// replaces another has another digest, whatever it is called. Whatever a cache answers with is
/// compared with the token at hand: one that mixes up its entries finds nothing, and no harm is
/// done.
#[derive(Clone, Copy)]
pub struct KnownToken {
    number: u64,
    token: [u8; 32],
    key: [u8; 32],
    expires_at: UnixTime,
    header: HeaderOutline,
    claims: ClaimsOutline,
}

impl KnownToken {
    /// Whether this is the token at hand, and has not expired at `now`.
    fn is(&self, token: &[u8; 32], now: UnixTime) -> bool {
        self.token == *token && now < self.expires_at
    }

    /// A number that differs from token to token, and that the token shows before it is hashed. It
    /// is spread evenly over all that 64 bits can be.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When the token expires: from then on there is no use in keeping it.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// The outline of the header.
    pub(crate) const fn header(&self) -> &HeaderOutline {
        &self.header
    }

    /// The outline of the claims.
    pub(crate) const fn claims(&self) -> &ClaimsOutline {
        &self.claims
    }

    /// The thumbprint of the key that verified the signature.
    pub(crate) const fn key(&self) -> [u8; 32] {
        self.key
    }
}

impl fmt::Debug for KnownToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownToken").finish_non_exhaustive()
    }
}

/// A token whose signature was checked just now.
pub(crate) struct Verified {
    token: [u8; 32],
    key: [u8; 32],
}

impl<K: VerifyingKey, C: TokenCache> Keys<'_, K, C> {
    /// What is known of this token, if it was accepted before and has not expired.
    ///
    /// Only a token that ends like one that is remembered is hashed for it.
    #[inline]
    pub(crate) fn recall(&self, parts: &Parts<'_>, now: UnixTime) -> Option<KnownToken> {
        let known = self.cache.get(number(parts), now)?;
        known.is(&digest(parts).0, now).then_some(known)
    }

    /// Checks the signature of a token by the key that it means, unless that key has found it good
    /// before. Returns what the token can be remembered by, once it is accepted, if it is worth it.
    pub(crate) fn verify_or_recall(
        &self,
        slot: &KeySlot<K>,
        token: &mut UntrustedToken<'_>,
        now: UnixTime,
    ) -> Result<Option<Verified>, Reason> {
        let algorithm = slot.algorithm();
        // A digest of a shared secret has no place in a cache, and HMAC costs no more than it.
        let key = slot.thumbprint().copied().filter(|_| self.cache.is_in_use());
        let signature = match token.signature {
            Signature::Recalled(other) if key == Some(other) => return Ok(None),
            // The name is that of another key now.
            Signature::Recalled(_) => {
                let memory = mem::take(&mut token.memory);
                let (signature, memory) = token.head.decode_signature(memory)?;
                token.memory = memory;
                signature
            }
            Signature::Unchecked(signature) => signature,
        };
        let parts = token.head.parts();
        let Some(key) = key else {
            slot.key().verify(algorithm, parts.signing_input, None, signature)?;
            return Ok(None);
        };
        let (token, signed) = digest(parts);
        let known = self.cache.get(number(parts), now);
        if known.is_some_and(|known| known.is(&token, now) && known.key == key) {
            return Ok(None);
        }
        let prehash = (Hash::of(algorithm) == Hash::Sha256).then(|| signed.finalize());
        slot.key().verify(algorithm, parts.signing_input, prehash.as_deref(), signature)?;
        Ok(Some(Verified { token, key }))
    }

    /// Remembers a token that was accepted.
    pub(crate) fn remember(
        &self,
        verified: Verified,
        token: &UntrustedToken<'_>,
        expires_at: UnixTime,
        now: UnixTime,
    ) {
        let outlines = (token.head.outline(), token.claims.outline());
        let (Some(header), Some(claims)) = outlines else { return };
        let (number, Verified { token, key }) = (number(token.head.parts()), verified);
        self.cache.insert(KnownToken { number, token, key, expires_at, header, claims }, now);
    }
}

/// The digest of a token, and its signing input hashed on the way: whoever needs that digest ends
/// it.
fn digest(parts: &Parts<'_>) -> ([u8; 32], Sha256) {
    let signed = Sha256::new_with_prefix(parts.signing_input);
    let token = signed.clone().chain_update(b".").chain_update(parts.signature).finalize().into();
    (token, signed)
}

/// The number of a token: of the end of its signature, which nobody can choose who cannot sign.
fn number(parts: &Parts<'_>) -> u64 {
    let end = parts.signature.last_chunk::<16>().copied().unwrap_or_default();
    let (halves, _) = end.as_chunks();
    let [low, high] = [halves.first(), halves.last()]
        .map(|half| half.map_or(0, |half| u64::from_le_bytes(*half)));
    // Characters of base64url leave some bits alone; multiplied by odd numbers (here those of
    // splitmix64), these reach all that are above them, and are brought down again.
    let mut number = low.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ high;
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb_u64] {
        number = (number ^ (number >> 31)).wrapping_mul(factor);
    }
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl KnownToken {
        /// One that only a cache can do something with.
        pub(in crate::crypto) fn of_number(number: u64, expires_at: UnixTime) -> Self {
            // {"alg":"ES256"}.{}.
            let compact = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA";
            let mut memory = [0; 64];
            let token = UntrustedToken::parse(compact, &mut memory).unwrap();
            let outlines = (token.head.outline(), token.claims.outline());
            let (Some(header), Some(claims)) = outlines else { panic!("no outlines") };
            Self { number, token: [0; 32], key: [0; 32], expires_at, header, claims }
        }
    }

    #[test]
    fn the_digest_is_that_of_the_whole_token() {
        let parts = Parts::split(b"e30.e30.AAAA").unwrap();
        let (token, signed) = digest(&parts);
        assert_eq!(token, *Sha256::digest(b"e30.e30.AAAA"));
        assert_eq!(signed.finalize(), Sha256::digest(b"e30.e30"));
    }
}
