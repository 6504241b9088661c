//! Tokens whose signature was found good.

use core::cell::Cell;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::UnixTime;

/// A memory for tokens whose signature was found good, so that it need not be checked again.
///
/// [`Keys::remembering`](crate::Keys::remembering) puts one to use. Everything else about a token
/// is judged again each time: its claims, the time, the policy. So the verdict is always the one
/// that would have been without a cache.
///
/// [`FixedTokenCache`] is the one that this crate brings. One cache may serve any number of key
/// sets and policies, as long as the keys are of one type.
pub trait TokenCache {
    /// Whether the token was inserted, and has not expired at `now`.
    fn contains(&self, token: &TokenFingerprint, now: UnixTime) -> bool;

    /// Remembers the token until `expires_at`, or until its place is needed.
    fn insert(&self, token: &TokenFingerprint, expires_at: UnixTime, now: UnixTime);

    /// Whether it can remember anything: if not, no fingerprint is taken.
    fn is_in_use(&self) -> bool {
        true
    }
}

impl<C: TokenCache + ?Sized> TokenCache for &C {
    fn contains(&self, token: &TokenFingerprint, now: UnixTime) -> bool {
        (**self).contains(token, now)
    }

    fn insert(&self, token: &TokenFingerprint, expires_at: UnixTime, now: UnixTime) {
        (**self).insert(token, expires_at, now);
    }

    fn is_in_use(&self) -> bool {
        (**self).is_in_use()
    }
}

/// Remembers nothing: every signature is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTokenCache;

impl TokenCache for NoTokenCache {
    fn contains(&self, _token: &TokenFingerprint, _now: UnixTime) -> bool {
        false
    }

    fn insert(&self, _token: &TokenFingerprint, _expires_at: UnixTime, _now: UnixTime) {}

    fn is_in_use(&self) -> bool {
        false
    }
}

/// What a [`TokenCache`] knows of a token: SHA-256 digests of the whole of it, signature included,
/// and of the key that verified it.
///
/// Nobody can make two tokens with one fingerprint, and none can be made into a token again. A key
/// that replaces another has another fingerprint, whatever it is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenFingerprint {
    token: [u8; 32],
    key: [u8; 32],
}

impl TokenFingerprint {
    /// That of the token with this signing input and (encoded) signature, and the signing input
    /// hashed on the way: whoever needs its digest ends it.
    pub(super) fn of(signing_input: &[u8], signature: &[u8], key: &[u8; 32]) -> (Self, Sha256) {
        let signed = Sha256::new_with_prefix(signing_input);
        let token = signed.clone().chain_update(b".").chain_update(signature).finalize().into();
        (Self { token, key: *key }, signed)
    }

    /// A number that differs from token to token, for the choice of a place.
    #[must_use]
    pub fn number(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.token;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Debug for TokenFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenFingerprint").finish_non_exhaustive()
    }
}

/// A cache of at most `N` tokens, by value: 80 bytes each.
///
/// For one thread; `gatepost-hosted` has one that threads share. Where there is no place left, the
/// token that expires first gives up its own.
///
/// ```
/// # use gatepost::{FixedTokenCache, KeySet, Keys, Policy, Reason, UnixTime};
/// # fn validate(keys: &KeySet<4>, compact: &str, now: UnixTime) -> Result<(), Reason> {
/// let cache = FixedTokenCache::<64>::new();
/// let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?;
/// let mut memory = [0; gatepost::limits::MEMORY];
/// let token = policy.validate(compact, keys.keys().remembering(&cache), now, &mut memory)?;
/// # Ok(())
/// # }
/// ```
pub struct FixedTokenCache<const N: usize> {
    places: [Cell<Option<Entry>>; N],
}

#[derive(Clone, Copy)]
struct Entry {
    token: TokenFingerprint,
    expires_at: UnixTime,
}

const _: () = assert!(size_of::<Option<Entry>>() <= 80);

/// How many places a token can have: so many entries are looked at, whatever the size.
const WAYS: usize = 4;

impl<const N: usize> FixedTokenCache<N> {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self { places: [const { Cell::new(None) }; N] }
    }

    /// Forgets all tokens.
    pub fn clear(&self) {
        self.places.iter().for_each(|place| place.set(None));
    }

    /// How many tokens are remembered, expired ones that have not been noticed yet included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.iter().filter(|place| place.get().is_some()).count()
    }

    /// Whether no token is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places that a token can have.
    fn places(&self, token: &TokenFingerprint) -> impl Iterator<Item = &Cell<Option<Entry>>> {
        let len = u64::try_from(N).unwrap_or(u64::MAX);
        let first = token.number().checked_rem(len).and_then(|first| usize::try_from(first).ok());
        let (before, from) = self.places.split_at_checked(first.unwrap_or(0)).unwrap_or_default();
        from.iter().chain(before).take(WAYS)
    }
}

impl<const N: usize> TokenCache for FixedTokenCache<N> {
    fn contains(&self, token: &TokenFingerprint, now: UnixTime) -> bool {
        self.places(token).any(|place| match place.get() {
            Some(entry) if entry.token == *token => {
                let is_alive = now < entry.expires_at;
                if !is_alive {
                    place.set(None);
                }
                is_alive
            }
            _ => false,
        })
    }

    fn insert(&self, token: &TokenFingerprint, expires_at: UnixTime, now: UnixTime) {
        if expires_at <= now {
            return;
        }
        // Of the tokens that could make room, the one that expires first; an expired one has been
        // waiting longest, an empty place longer still.
        let place = self.places(token).min_by_key(|place| match place.get() {
            Some(entry) if entry.token == *token => None,
            Some(entry) => Some(entry.expires_at),
            None => Some(UnixTime::from_secs(0)),
        });
        if let Some(place) = place {
            place.set(Some(Entry { token: *token, expires_at }));
        }
    }
}

impl<const N: usize> Default for FixedTokenCache<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for FixedTokenCache<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedTokenCache").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1000);
    const LATER: UnixTime = UnixTime::from_secs(2000);

    #[test]
    fn the_fingerprint_is_of_the_whole_token_and_of_the_key() {
        let (token, signed) = TokenFingerprint::of(b"e30.e30", b"AAAA", &[1; 32]);
        assert_eq!(token.token, *Sha256::digest(b"e30.e30.AAAA"));
        assert_eq!(signed.finalize(), Sha256::digest(b"e30.e30"));
        assert_ne!(token, TokenFingerprint::of(b"e30.e30", b"AAAA", &[2; 32]).0);
        assert_ne!(token, TokenFingerprint::of(b"e30.e30", b"AAAB", &[1; 32]).0);
    }

    #[test]
    fn tokens_that_share_their_places_are_told_apart() {
        let cache = FixedTokenCache::<8>::new();
        let tokens: Vec<_> = (0..5).map(|last| token(3, last)).collect();
        for (index, token) in tokens.iter().enumerate() {
            assert!(!cache.contains(token, NOW));
            cache.insert(token, UnixTime::from_secs(2000 + index as u64), NOW);
            assert!(cache.contains(token, NOW));
        }
        // Four places are all that they share: the one that expires first made room.
        assert!(!cache.contains(&tokens[0], NOW));
        assert!(tokens[1..].iter().all(|token| cache.contains(token, NOW)));
        let other_key = TokenFingerprint { key: [9; 32], ..tokens[1] };
        assert!(!cache.contains(&other_key, NOW));
    }

    #[test]
    fn a_token_takes_one_place_alone() {
        let cache = FixedTokenCache::<8>::new();
        cache.insert(&token(3, 0), LATER, NOW);
        cache.insert(&token(3, 1), UnixTime::from_secs(1500), NOW);
        cache.insert(&token(3, 0), UnixTime::from_secs(1001), NOW);
        assert_eq!(cache.len(), 2);
        assert!(!cache.contains(&token(3, 0), UnixTime::from_secs(1001)));
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn expired_tokens_are_neither_found_nor_taken() {
        let cache = FixedTokenCache::<8>::new();
        cache.insert(&token(3, 0), NOW, NOW);
        assert!(cache.is_empty());
        cache.insert(&token(3, 0), LATER, NOW);
        assert!(!cache.contains(&token(3, 0), LATER));
        assert!(cache.is_empty());
        cache.insert(&token(3, 0), LATER, NOW);
        cache.clear();
        assert!(cache.is_empty());
    }

    #[test]
    fn every_size_works_the_smallest_too() {
        fn fill<const N: usize>() -> usize {
            let cache = FixedTokenCache::<N>::new();
            for number in 0..100 {
                cache.insert(&token(number, 0), LATER, NOW);
                assert_eq!(cache.contains(&token(number, 0), NOW), N > 0);
            }
            cache.len()
        }
        assert_eq!([fill::<0>(), fill::<1>(), fill::<3>(), fill::<64>()], [0, 1, 3, 64]);
    }

    fn token(number: u64, last: u8) -> TokenFingerprint {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&number.to_le_bytes());
        token[31] = last;
        TokenFingerprint { token, key: [0; 32] }
    }
}
