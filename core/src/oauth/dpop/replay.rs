//! Which proofs have been seen
//! ([RFC 9449, section 11.1](https://www.rfc-editor.org/rfc/rfc9449#section-11.1)).

use core::cell::Cell;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::{Reason, UnixTime};

/// A memory for proofs that were accepted, so that none is accepted twice.
///
/// A proof is inserted as the last step, once everything else about it was found good, so that
/// only holders of an access token can fill the store. [`FixedReplayStore`] is the one that this
/// crate brings, for one thread. One that threads or processes share has to look and insert in one
/// step, under one lock or by one command of its database: between two, another request could slip
/// in with the same proof.
pub trait ReplayStore {
    /// Remembers the proof until `expires_at`: at that time, and not before, it may be forgotten.
    ///
    /// # Errors
    ///
    /// [`Reason::ProofReplayed`] where it is remembered already; [`Reason::ReplayStoreFull`] where
    /// there is no room for it. Another proof is never forgotten for it before its time.
    fn insert(
        &self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason>;
}

impl<S: ReplayStore + ?Sized> ReplayStore for &S {
    fn insert(
        &self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason> {
        (**self).insert(proof, expires_at, now)
    }
}

/// What a [`ReplayStore`] knows of a proof: the SHA-256 of its key's thumbprint and of its
/// identifier (`jti`).
///
/// With the key in it, so that nobody can use up the identifiers of somebody else's proofs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofFingerprint {
    hash: [u8; 32],
}

impl ProofFingerprint {
    pub(super) fn of(thumbprint: &[u8; 32], id: &str) -> Self {
        Self { hash: Sha256::new_with_prefix(thumbprint).chain_update(id).finalize().into() }
    }

    /// The hash, for a database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.hash
    }

    /// A number that differs from proof to proof, for the choice of a place.
    #[must_use]
    pub const fn number(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Debug for ProofFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofFingerprint").finish_non_exhaustive()
    }
}

/// A store of at most `N` proofs, by value: 48 bytes each.
///
/// Proofs are remembered for up to [ten minutes](crate::limits::MAX_PROOF_AGE), and usually half of
/// that, so `N` is some 300 times the requests in a second that there is to be room for. Where all
/// places are taken by proofs that have not expired, the next one is [`Reason::ReplayStoreFull`].
/// What was accepted once is never accepted again, even where the clock is set back: a proof that
/// may have been forgotten counts as seen.
///
/// Each insertion looks at every place, which is little beside a signature for up to a few thousand
/// of them; for more than that a map of the standard library's is the better store.
///
/// ```
/// use gatepost::oauth::FixedReplayStore;
///
/// let store = FixedReplayStore::<1024>::new();
/// assert_eq!(store.len(), 0);
/// ```
pub struct FixedReplayStore<const N: usize> {
    places: [Cell<Option<Entry>>; N],
    /// The latest expiry of a proof that was forgotten.
    forgotten: Cell<UnixTime>,
}

#[derive(Clone, Copy)]
struct Entry {
    proof: ProofFingerprint,
    expires_at: UnixTime,
}

const _: () = assert!(size_of::<Option<Entry>>() <= 48);

impl<const N: usize> FixedReplayStore<N> {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            places: [const { Cell::new(None) }; N],
            forgotten: Cell::new(UnixTime::from_secs(0)),
        }
    }

    /// How many proofs are remembered, expired ones that have not been noticed yet included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.iter().filter(|place| place.get().is_some()).count()
    }

    /// Whether no proof is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<const N: usize> ReplayStore for FixedReplayStore<N> {
    fn insert(
        &self,
        proof: &ProofFingerprint,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason> {
        let mut free = None;
        for place in &self.places {
            match place.get() {
                Some(entry) if entry.proof == *proof && now < entry.expires_at => {
                    return Err(Reason::ProofReplayed);
                }
                Some(entry) if now < entry.expires_at => {}
                entry => free = Some((place, entry)),
            }
        }
        // Nothing tells it from one that was forgotten: the clock was set back.
        if expires_at <= self.forgotten.get() {
            return Err(Reason::ProofReplayed);
        }
        let (place, expired) = free.ok_or(Reason::ReplayStoreFull)?;
        if let Some(expired) = expired {
            self.forgotten.set(self.forgotten.get().max(expired.expires_at));
        }
        place.set(Some(Entry { proof: *proof, expires_at }));
        Ok(())
    }
}

impl<const N: usize> Default for FixedReplayStore<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for FixedReplayStore<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedReplayStore").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn proof(number: u64) -> ProofFingerprint {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        ProofFingerprint { hash }
    }

    const fn at(seconds: u64) -> UnixTime {
        UnixTime::from_secs(seconds)
    }

    #[test]
    fn a_proof_is_of_its_key_and_its_identifier() {
        let one = ProofFingerprint::of(&[1; 32], "a");
        assert_eq!(one, ProofFingerprint::of(&[1; 32], "a"));
        assert_ne!(one, ProofFingerprint::of(&[2; 32], "a"));
        assert_ne!(one, ProofFingerprint::of(&[1; 32], "b"));
    }

    #[test]
    fn a_full_store_says_so_and_forgets_nothing() {
        let store = FixedReplayStore::<4>::new();
        for number in 0..4 {
            assert_eq!(store.insert(&proof(number * 4), at(100 + number), at(10)), Ok(()));
        }
        for number in 100..200 {
            let refused = store.insert(&proof(number), at(200), at(99));
            assert_eq!(refused, Err(Reason::ReplayStoreFull));
        }
        for number in 0..4 {
            let refused = store.insert(&proof(number * 4), at(200), at(99));
            assert_eq!(refused, Err(Reason::ProofReplayed));
        }
        // The first one has expired, and makes room for one.
        assert_eq!(store.insert(&proof(5), at(200), at(100)), Ok(()));
        assert_eq!(store.insert(&proof(6), at(200), at(100)), Err(Reason::ReplayStoreFull));
        assert_eq!(store.len(), 4);
        assert_eq!(
            FixedReplayStore::<0>::new().insert(&proof(1), at(9), at(1)),
            Err(Reason::ReplayStoreFull)
        );
    }

    #[test]
    fn random_sequences_agree_with_a_map() {
        let mut random = 1_u64;
        let mut word = move |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (random >> 33) % below
        };
        let (mut full, mut replayed, mut accepted) = (0, 0, 0);
        for _ in 0..300 {
            let store = FixedReplayStore::<7>::new();
            let mut map: HashMap<u64, u64> = HashMap::new();
            let mut now = 1000;
            for _ in 0..200 {
                now += word(3);
                let (number, expires_at) = (word(40), now + 1 + word(20));
                map.retain(|_, expires_at| *expires_at > now);
                let expected = match map.len() {
                    _ if map.contains_key(&number) => Err(Reason::ProofReplayed),
                    7 => Err(Reason::ReplayStoreFull),
                    _ => Ok(()),
                };
                assert_eq!(store.insert(&proof(number), at(expires_at), at(now)), expected);
                match expected {
                    Ok(()) => {
                        map.insert(number, expires_at);
                        accepted += 1;
                    }
                    Err(Reason::ProofReplayed) => replayed += 1,
                    Err(_) => full += 1,
                }
            }
        }
        assert!(full > 1000 && replayed > 1000 && accepted > 1000, "{full} {replayed} {accepted}");
    }

    #[test]
    fn whatever_the_clock_does_nothing_is_accepted_twice() {
        let mut random = 1_u64;
        let mut word = move |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (random >> 33) % below
        };
        for _ in 0..300 {
            let store = FixedReplayStore::<5>::new();
            let mut accepted = HashMap::new();
            for _ in 0..200 {
                let now = 1000 + word(100);
                // As of proofs: the same one expires at the same time.
                let number = word(200);
                let expires_at = 1000 + number / 2 + 10;
                if expires_at > now && store.insert(&proof(number), at(expires_at), at(now)).is_ok()
                {
                    assert_eq!(accepted.insert(number, now), None);
                }
            }
            assert!(!accepted.is_empty());
        }
    }
}
