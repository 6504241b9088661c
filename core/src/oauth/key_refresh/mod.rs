//! When the keys of an issuer are fetched, and what is to be done until they are there.

mod headers;

use core::fmt;

use heapless::Vec;
use sha2::{Digest as _, Sha256};

pub use headers::CacheHeaders;

use crate::limits::{
    DEFAULT_FETCH_COOLDOWN, DEFAULT_FETCH_TIMEOUT, DEFAULT_KEY_AGE, DEFAULT_KEY_LIFETIME,
    MAX_ENTITY_TAG_LEN, MAX_FETCH_TIMEOUT, MAX_JWK_SET_LEN, MAX_KEY_AGE, MAX_KEY_LIFETIME,
    MIN_KEY_LIFETIME,
};
use crate::{Reason, UnixTime};

/// Decides when an issuer's JSON Web Key Set is fetched, for whoever carries the fetch out.
///
/// One for each issuer, shared by all requests under a lock that is held for a call alone, never
/// while something is fetched. It opens no socket and holds no keys: it says what to do, and is
/// told what came of it. What it holds to:
///
/// * one fetch at a time, and none within the cooldown of the last one, however many requests come
///   and whatever keys they name, whether the last fetch succeeded or not;
/// * keys are fresh for as long as the issuer's `Cache-Control` says, within limits, from when they
///   were asked for, and less by their `Age`;
/// * keys that are no longer fresh are used while they cannot be fetched, up to an age;
/// * a fetch that never reports back is given up after a while.
///
/// # How to carry it out
///
/// Before a token is validated, ask [`before_validation`](Self::before_validation); after it was
/// refused with [`Reason::KeyNotFound`], ask [`unknown_key`](Self::unknown_key). Carry out what the
/// [`RefreshAction`] says; after a fetch, or having waited for one, begin anew.
///
/// To fetch is to send a GET to the issuer's `jwks_uri`, over TLS, without following redirects,
/// with `Cache-Control: no-cache`, and `If-None-Match` where there is an
/// [`entity_tag`](Self::entity_tag); to read at most
/// [`MAX_JWK_SET_LEN`] bytes of the answer; and to load the
/// keys from it. Report 200 with keys that were loaded as [`fetched`](Self::fetched), 304 as
/// [`not_modified`](Self::not_modified), and everything else as [`failed`](Self::failed), a set
/// that cannot be loaded included: the old keys stay.
///
/// ```
/// use gatepost::oauth::{CacheHeaders, KeyChange, KeyRefresh, RefreshAction};
/// use gatepost::{Reason, UnixTime};
///
/// let at = UnixTime::from_secs;
/// let mut refresh = KeyRefresh::new();
///
/// // The first request fetches, the others wait for it.
/// let RefreshAction::Fetch(fetch) = refresh.before_validation(at(1000)) else { panic!() };
/// assert_eq!(refresh.before_validation(at(1000)), RefreshAction::Wait { until: at(1010) });
///
/// let headers = CacheHeaders::new([&b"public, max-age=600"[..]], Some(b"\"v1\""));
/// assert_eq!(refresh.fetched(fetch, at(1001), b"{\"keys\":[]}", headers), KeyChange::Changed);
/// assert_eq!(refresh.before_validation(at(1599)), RefreshAction::UseKeys);
///
/// // A key that the set does not have: fetched for once, then refused for a while.
/// let RefreshAction::Fetch(fetch) = refresh.unknown_key(1, at(1100)) else { panic!() };
/// assert_eq!(refresh.entity_tag(), Some(&b"\"v1\""[..]));
/// assert_eq!(refresh.not_modified(fetch, at(1101), headers), KeyChange::Unchanged);
/// assert_eq!(refresh.unknown_key(1, at(1102)), RefreshAction::Refuse(Reason::KeyNotFound));
///
/// // The issuer is down: old keys serve on, and unknown ones get another answer.
/// let RefreshAction::Fetch(fetch) = refresh.before_validation(at(1701)) else { panic!() };
/// refresh.failed(fetch, at(1705));
/// assert_eq!(refresh.before_validation(at(1706)), RefreshAction::UseStale);
/// assert_eq!(refresh.unknown_key(1, at(1706)), RefreshAction::Refuse(Reason::KeysUnavailable));
/// ```
#[derive(Clone)]
pub struct KeyRefresh {
    least_lifetime: u32,
    most_lifetime: u32,
    most_age: u32,
    cooldown: u32,
    timeout: u32,

    held: Option<Held>,
    running: Option<Running>,
    last: Option<Ended>,
    next_id: u32,
    generation: u32,
    entity_tag: Option<EntityTag>,
}

type EntityTag = Vec<u8, MAX_ENTITY_TAG_LEN, u8>;

/// The keys that the caller has.
#[derive(Clone, Copy)]
struct Held {
    /// When they were asked for. They may have been withdrawn before the answer came
    /// ([RFC 9111, section 4.2.3](https://www.rfc-editor.org/rfc/rfc9111#section-4.2.3)).
    since: UnixTime,
    /// Seconds that caches had kept them by then.
    age: u32,
    /// Seconds that they are fresh from then.
    lifetime: u32,
    hash: [u8; 32],
}

/// A fetch that has not reported back. It may have been given up, but no other has followed it.
#[derive(Clone, Copy)]
struct Running {
    id: FetchId,
    since: UnixTime,
}

/// The last fetch that has reported back.
#[derive(Clone, Copy)]
struct Ended {
    at: UnixTime,
    has_succeeded: bool,
}

/// What a request has to do about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum RefreshAction {
    /// The keys are fresh: validate with them.
    UseKeys,
    /// Fetch the keys and report back, then ask again. Whoever has keys need not make the request
    /// wait: it can be validated with them while they are fetched ([`KeyRefresh::has_keys`]).
    Fetch(FetchId),
    /// Somebody else is fetching: wait for the report, but not longer than `until`, then ask again.
    Wait {
        /// When the fetch is given up.
        until: UnixTime,
    },
    /// The keys cannot be fetched now: validate with the ones there are.
    UseStale,
    /// Refuse the request: with [`Reason::KeysUnavailable`] where the last fetch failed, or with
    /// [`Reason::KeyNotFound`] where it succeeded and the issuer has no such key.
    Refuse(Reason),
}

/// Tells one fetch from another, so that a report that comes after the fetch was given up is not
/// taken for that of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchId(u32);

impl FetchId {
    /// The number of the fetch, for a border that only numbers cross.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The fetch with this number.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// What a report has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum KeyChange {
    /// The keys are others than before: replace them, and empty caches of what they verified.
    Changed,
    /// The keys are the same as before.
    Unchanged,
    /// The report counts for nothing: another fetch has been started since, and may have brought
    /// newer keys. Keep the keys there are.
    Ignored,
}

impl KeyRefresh {
    /// A state without keys: the first request fetches them.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            least_lifetime: MIN_KEY_LIFETIME,
            most_lifetime: DEFAULT_KEY_LIFETIME,
            most_age: DEFAULT_KEY_AGE,
            cooldown: DEFAULT_FETCH_COOLDOWN,
            timeout: DEFAULT_FETCH_TIMEOUT,
            held: None,
            running: None,
            last: None,
            next_id: 1,
            generation: 0,
            entity_tag: None,
        }
    }

    /// Takes keys for fresh for at least `least` and at most `most` seconds, whatever
    /// `Cache-Control` says, and for `most` where it says nothing: 300 and 3600 unless set.
    ///
    /// The seconds that caches have kept an answer (`Age`) are taken off, but not from `least`: a
    /// cache with an old copy would have it fetched for nearly every request.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for less than [`MIN_KEY_LIFETIME`], more than [`MAX_KEY_LIFETIME`] or the
    /// maximum age, or `most` below `least`.
    pub fn with_lifetime(self, least: u32, most: u32) -> Result<Self, Reason> {
        if least < MIN_KEY_LIFETIME
            || most < least
            || most > MAX_KEY_LIFETIME
            || most > self.most_age
        {
            return Err(Reason::Misuse);
        }
        Ok(Self { least_lifetime: least, most_lifetime: most, ..self })
    }

    /// Uses keys that cannot be fetched again until they are this many seconds old, `Age`
    /// included: 86 400, one day, unless set. They are used for as long as they are fresh all the
    /// same.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for less than the longest lifetime, or more than [`MAX_KEY_AGE`].
    pub fn with_maximum_age(self, seconds: u32) -> Result<Self, Reason> {
        if seconds < self.most_lifetime || seconds > MAX_KEY_AGE {
            return Err(Reason::Misuse);
        }
        Ok(Self { most_age: seconds, ..self })
    }

    /// Waits this many seconds after a fetch before the next: 30 unless set.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for none, or more than [`MIN_KEY_LIFETIME`].
    pub fn with_cooldown(self, seconds: u32) -> Result<Self, Reason> {
        if seconds == 0 || seconds > MIN_KEY_LIFETIME {
            return Err(Reason::Misuse);
        }
        Ok(Self { cooldown: seconds, ..self })
    }

    /// Gives a fetch up that has not reported back after this many seconds: 10 unless set.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for none, or more than [`MAX_FETCH_TIMEOUT`].
    pub fn with_timeout(self, seconds: u32) -> Result<Self, Reason> {
        if seconds == 0 || seconds > MAX_FETCH_TIMEOUT {
            return Err(Reason::Misuse);
        }
        Ok(Self { timeout: seconds, ..self })
    }

    /// What to do before a token is validated.
    pub fn before_validation(&mut self, now: UnixTime) -> RefreshAction {
        self.notice(now);
        if self.held.is_some_and(|held| now < held.since.plus(held.lifetime)) {
            return RefreshAction::UseKeys;
        }
        match (self.fetch_or_wait(now), self.has_keys(now)) {
            (fetch @ RefreshAction::Fetch(_), _) => fetch,
            // Nobody waits who need not.
            (_, true) => RefreshAction::UseStale,
            (RefreshAction::Refuse(_), false) => RefreshAction::Refuse(Reason::KeysUnavailable),
            (action, false) => action,
        }
    }

    /// What to do about a token whose key is not among the keys of this
    /// [`generation`](Self::generation), those that it was validated with.
    pub fn unknown_key(&mut self, generation: u32, now: UnixTime) -> RefreshAction {
        self.notice(now);
        // While the token was validated, somebody else has brought others.
        if generation != self.generation && self.has_keys(now) {
            return RefreshAction::UseKeys;
        }
        match self.fetch_or_wait(now) {
            RefreshAction::Refuse(_) if !self.has_keys(now) => {
                RefreshAction::Refuse(Reason::KeysUnavailable)
            }
            action => action,
        }
    }

    /// Takes the report of a fetch that brought `jwks`, from which the caller could load its keys.
    ///
    /// A set of more than [`MAX_JWK_SET_LEN`] bytes counts as a failed fetch and is
    /// [`KeyChange::Ignored`]; nobody should have read so much of it.
    pub fn fetched(
        &mut self,
        fetch: FetchId,
        now: UnixTime,
        jwks: &[u8],
        headers: CacheHeaders<'_>,
    ) -> KeyChange {
        if jwks.len() > MAX_JWK_SET_LEN {
            self.failed(fetch, now);
            return KeyChange::Ignored;
        }
        let Some(since) = self.end(fetch, now, true) else { return KeyChange::Ignored };
        let hash = Sha256::digest(jwks).into();
        let is_same = self.held.is_some_and(|held| held.hash == hash);
        self.hold(hash, since, headers);
        self.entity_tag = headers.entity_tag().and_then(|tag| EntityTag::from_slice(tag).ok());
        if is_same {
            return KeyChange::Unchanged;
        }
        self.generation = self.generation.wrapping_add(1);
        KeyChange::Changed
    }

    /// Takes the report of a fetch that was answered with 304: the keys are still the same.
    ///
    /// Without an entity tag there was nothing to compare with, and such an answer counts as a
    /// failed fetch ([`KeyChange::Ignored`]).
    pub fn not_modified(
        &mut self,
        fetch: FetchId,
        now: UnixTime,
        headers: CacheHeaders<'_>,
    ) -> KeyChange {
        let Some(held) = self.held.filter(|_| self.entity_tag.is_some()) else {
            self.failed(fetch, now);
            return KeyChange::Ignored;
        };
        let Some(since) = self.end(fetch, now, true) else { return KeyChange::Ignored };
        self.hold(held.hash, since, headers);
        KeyChange::Unchanged
    }

    /// Takes the report of a fetch that brought no keys that can be used, whatever the cause.
    pub fn failed(&mut self, fetch: FetchId, now: UnixTime) {
        self.end(fetch, now, false);
    }

    /// Whether there are keys that may be used at `now`, fresh or not.
    #[must_use]
    pub fn has_keys(&self, now: UnixTime) -> bool {
        self.held.is_some_and(|held| {
            let left = self.most_age.saturating_sub(held.age);
            now < held.since.plus(left.max(held.lifetime))
        })
    }

    /// How often the keys have changed: the number of the keys that there are now, to be read and
    /// kept together with them.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// The entity tag of the keys, for the header `If-None-Match` of the next fetch, if the issuer
    /// sent one: at most [`MAX_ENTITY_TAG_LEN`] bytes, none of them a control byte.
    #[must_use]
    pub fn entity_tag(&self) -> Option<&[u8]> {
        self.entity_tag.as_deref()
    }

    /// When the next fetch may be started at the earliest, if there was one: for
    /// [`Guard::refuse_until`](crate::mcp::Guard::refuse_until).
    #[must_use]
    pub fn next_fetch_at(&self) -> Option<UnixTime> {
        match (self.running, self.last) {
            (Some(running), _) => Some(running.since.plus(self.timeout.max(self.cooldown))),
            (None, last) => last.map(|last| last.at.plus(self.cooldown)),
        }
    }

    /// Starts a fetch, or says why not: one is running, or the last one has just ended.
    fn fetch_or_wait(&mut self, now: UnixTime) -> RefreshAction {
        let last = match self.running {
            Some(running) => {
                let until = running.since.plus(self.timeout);
                if now < until {
                    return RefreshAction::Wait { until };
                }
                // Given up. Its cooldown has begun with it.
                Some(Ended { at: running.since, has_succeeded: false })
            }
            None => self.last,
        };
        if let Some(last) = last.filter(|last| now < last.at.plus(self.cooldown)) {
            let reason =
                if last.has_succeeded { Reason::KeyNotFound } else { Reason::KeysUnavailable };
            return RefreshAction::Refuse(reason);
        }
        let id = FetchId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.running = Some(Running { id, since: now });
        RefreshAction::Fetch(id)
    }

    /// Ends the fetch, if no other has followed it, and it has not ended before. Returns when it
    /// began.
    fn end(&mut self, fetch: FetchId, now: UnixTime, has_succeeded: bool) -> Option<UnixTime> {
        self.notice(now);
        let since = self.running.filter(|running| running.id == fetch)?.since;
        self.running = None;
        self.last = Some(Ended { at: now, has_succeeded });
        Some(since)
    }

    /// Takes keys for those that the issuer had when they were asked for.
    fn hold(&mut self, hash: [u8; 32], since: UnixTime, headers: CacheHeaders<'_>) {
        let most = headers.max_age().unwrap_or(u32::MAX).min(self.most_lifetime);
        let lifetime = most.saturating_sub(headers.age()).max(self.least_lifetime);
        self.held = Some(Held { since, age: headers.age(), lifetime, hash });
    }

    /// Where the clock has been set back, what lies in the future is taken to have been just now:
    /// it lasts no longer than once more.
    fn notice(&mut self, now: UnixTime) {
        let times = [
            self.held.as_mut().map(|held| &mut held.since),
            self.running.as_mut().map(|running| &mut running.since),
            self.last.as_mut().map(|last| &mut last.at),
        ];
        for time in times.into_iter().flatten() {
            *time = now.min(*time);
        }
    }
}

impl Default for KeyRefresh {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for KeyRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRefresh")
            .field("has_keys", &self.held.is_some())
            .field("is_fetching", &self.running.is_some())
            .finish_non_exhaustive()
    }
}
