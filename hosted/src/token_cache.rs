//! A cache of verified tokens that threads share.

use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepost::{FixedTokenCache, KnownToken, TokenCache, UnixTime};

/// A [`TokenCache`] that any number of threads share.
///
/// It is made of many small caches, each with a lock that is held for the time of a look: threads
/// meet only where their tokens share one. About 160 bytes a token.
///
/// ```
/// # use gatepost::{KeySet, Policy, Reason, UnixTime};
/// use gatepost_hosted::{HostedKey, SharedTokenCache};
/// # fn validate(keys: &KeySet<4, HostedKey>, compact: &str, now: UnixTime) -> Result<(), Reason> {
/// let cache = SharedTokenCache::new(10_000);
/// let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?;
/// let mut memory = [0; gatepost::limits::MEMORY];
/// let token = policy.validate(compact, keys.keys().remembering(&cache), now, &mut memory)?;
/// # Ok(())
/// # }
/// ```
pub struct SharedTokenCache {
    parts: Box<[Mutex<Part>]>,
}

/// Tokens in a part: few enough that two threads seldom meet, and enough that some parts do not
/// overflow while others are empty.
const PART: usize = 32;

type Part = FixedTokenCache<PART>;

impl SharedTokenCache {
    /// A cache for about `capacity` tokens: rounded up to the next multiple of 32. With 0 nothing
    /// is remembered.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { parts: (0..capacity.div_ceil(PART)).map(|_| Mutex::new(Part::new())).collect() }
    }

    /// How many tokens there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.parts.len() * PART
    }

    /// How many tokens are remembered, expired ones that have not been noticed yet included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| lock(part).len()).sum()
    }

    /// Whether no token is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all tokens.
    pub fn clear(&self) {
        self.parts.iter().for_each(|part| lock(part).clear());
    }

    /// The part for a token with this number. Inside of it, the place follows from the number's
    /// remainder: here its upper bits decide.
    fn part(&self, number: u64) -> Option<MutexGuard<'_, Part>> {
        let part = (u128::from(number) * self.parts.len() as u128) >> 64;
        self.parts.get(part as usize).map(lock)
    }
}

impl TokenCache for SharedTokenCache {
    fn get(&self, number: u64, now: UnixTime) -> Option<KnownToken> {
        self.part(number)?.get(number, now)
    }

    fn insert(&self, token: KnownToken, now: UnixTime) {
        if let Some(part) = self.part(token.number()) {
            part.insert(token, now);
        }
    }

    fn is_in_use(&self) -> bool {
        !self.parts.is_empty()
    }
}

impl fmt::Debug for SharedTokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedTokenCache")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish()
    }
}

/// Nothing that can panic happens under the lock.
fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
