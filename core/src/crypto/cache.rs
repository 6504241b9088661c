//! Tokens whose signature was found good.

use core::cell::Cell;
use core::fmt;

use super::KnownToken;
use crate::UnixTime;

/// A memory for tokens whose signature was found good, so that it need not be checked again.
///
/// [`Keys::remembering`](crate::Keys::remembering) puts one to use. Everything else about a token
/// is judged again each time: its claims, the time, the policy. So the verdict is always the one
/// that would have been without a cache, but that a known token needs less memory. Tokens that
/// write `kid` or `typ` with escapes are not remembered.
///
/// [`FixedTokenCache`] is the one that this crate brings. One cache may serve any number of key
/// sets and policies, as long as the keys are of one type.
pub trait TokenCache {
    /// The token with this [`number`](KnownToken::number) that was inserted last, unless it has
    /// expired at `now`.
    fn get(&self, number: u64, now: UnixTime) -> Option<KnownToken>;

    /// Remembers the token until it expires, or until its place is needed.
    fn insert(&self, token: KnownToken, now: UnixTime);

    /// Whether it can remember anything: if not, no digest is taken.
    fn is_in_use(&self) -> bool {
        true
    }
}

impl<C: TokenCache + ?Sized> TokenCache for &C {
    fn get(&self, number: u64, now: UnixTime) -> Option<KnownToken> {
        (**self).get(number, now)
    }

    fn insert(&self, token: KnownToken, now: UnixTime) {
        (**self).insert(token, now);
    }

    fn is_in_use(&self) -> bool {
        (**self).is_in_use()
    }
}

/// Remembers nothing: every signature is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTokenCache;

impl TokenCache for NoTokenCache {
    fn get(&self, _number: u64, _now: UnixTime) -> Option<KnownToken> {
        None
    }

    fn insert(&self, _token: KnownToken, _now: UnixTime) {}

    fn is_in_use(&self) -> bool {
        false
    }
}

/// A cache of at most `N` tokens, by value: 160 bytes each on processors of 64 bits.
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
    places: [Cell<Option<KnownToken>>; N],
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Option<KnownToken>>() == 160);

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
    fn places(&self, number: u64) -> impl Iterator<Item = &Cell<Option<KnownToken>>> {
        let len = u64::try_from(N).unwrap_or(u64::MAX);
        let first = number.checked_rem(len).and_then(|first| usize::try_from(first).ok());
        let (before, from) = self.places.split_at_checked(first.unwrap_or(0)).unwrap_or_default();
        from.iter().chain(before).take(WAYS)
    }
}

impl<const N: usize> TokenCache for FixedTokenCache<N> {
    fn get(&self, number: u64, now: UnixTime) -> Option<KnownToken> {
        let place = self.places(number).find(|place| has_number(place, number))?;
        let known = place.get().filter(|known| now < known.expires_at());
        if known.is_none() {
            place.set(None);
        }
        known
    }

    fn insert(&self, token: KnownToken, now: UnixTime) {
        if token.expires_at() <= now {
            return;
        }
        // Of the tokens that could make room, the one that expires first; an expired one has been
        // waiting longest, an empty place longer still.
        let place = self.places(token.number()).min_by_key(|place| match place.get() {
            Some(known) if known.number() == token.number() => None,
            Some(known) => Some(known.expires_at()),
            None => Some(UnixTime::from_secs(0)),
        });
        if let Some(place) = place {
            place.set(Some(token));
        }
    }
}

/// Whether a token with this number has the place.
fn has_number(place: &Cell<Option<KnownToken>>, number: u64) -> bool {
    place.get().is_some_and(|known| known.number() == number)
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
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1000);
    const LATER: UnixTime = UnixTime::from_secs(2000);

    #[test]
    fn tokens_that_share_their_places_are_told_apart() {
        let cache = FixedTokenCache::<8>::new();
        // They have the same remainder.
        let numbers = [3, 11, 19, 27, 35];
        let has = |number| cache.get(number, NOW).is_some_and(|known| known.number() == number);
        for (number, expires_at) in numbers.into_iter().zip(2000..) {
            assert!(!has(number));
            cache.insert(KnownToken::of_number(number, UnixTime::from_secs(expires_at)), NOW);
            assert!(has(number));
        }
        // Four places are all that they share: the one that expires first made room.
        assert!(!has(3));
        assert!(numbers[1..].iter().all(|number| has(*number)));
    }

    #[test]
    fn a_number_takes_one_place_alone() {
        let cache = FixedTokenCache::<8>::new();
        for (number, expires_at) in [(3, 2000), (11, 1500), (3, 1001)] {
            cache.insert(KnownToken::of_number(number, UnixTime::from_secs(expires_at)), NOW);
        }
        assert_eq!(cache.len(), 2);
        assert!(cache.get(3, UnixTime::from_secs(1001)).is_none());
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn expired_tokens_are_neither_found_nor_taken() {
        let cache = FixedTokenCache::<8>::new();
        cache.insert(KnownToken::of_number(3, NOW), NOW);
        assert!(cache.is_empty());
        cache.insert(KnownToken::of_number(3, LATER), NOW);
        assert!(cache.get(3, LATER).is_none());
        assert!(cache.is_empty());
        cache.insert(KnownToken::of_number(3, LATER), NOW);
        cache.clear();
        assert!(cache.is_empty());
    }

    #[test]
    fn every_size_works_the_smallest_too() {
        fn fill<const N: usize>() -> usize {
            let cache = FixedTokenCache::<N>::new();
            for number in 0..100 {
                cache.insert(KnownToken::of_number(number, LATER), NOW);
                assert_eq!(cache.get(number, NOW).is_some(), N > 0);
            }
            cache.len()
        }
        assert_eq!([fill::<0>(), fill::<1>(), fill::<3>(), fill::<64>()], [0, 1, 3, 64]);
    }
}
