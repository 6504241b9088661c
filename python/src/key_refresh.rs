//! `KeyRefresh`: when the keys of an issuer are fetched, and what came of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepost::limits::{
    DEFAULT_FETCH_COOLDOWN, DEFAULT_FETCH_TIMEOUT, DEFAULT_KEY_AGE, DEFAULT_KEY_LIFETIME,
    MIN_KEY_LIFETIME,
};
use gatepost::oauth::{CacheHeaders, FetchId, KeyChange, RefreshAction as Action};
use gatepost::{Reason, UnixTime};
use pyo3::prelude::*;

use crate::input::Seconds;
use crate::{errors, input};

/// Decides when an issuer's JSON Web Key Set is fetched, for whoever carries the fetch out.
///
/// One for each issuer, shared by all requests. It opens no socket and holds no keys: it says what
/// to do, and is told what came of it. At most one fetch runs at a time, and none is started
/// within `cooldown` seconds of the last one, however many requests come and whatever keys they
/// name, whether the last one succeeded or not. Keys are fresh for as long as Cache-Control says,
/// but for at least `least_lifetime` and at most `most_lifetime` seconds, counted from when they
/// were asked for and less by their Age; while they cannot be fetched again they are used until
/// they are `maximum_age` seconds old. A fetch that has not
/// reported back after `timeout` seconds is given up.
///
/// Before a token is validated, ask `before_validation`; after it was refused with
/// KeyNotFoundError, ask `unknown_key`. Do what the RefreshAction says; after a fetch, or having
/// waited for one, begin anew. To fetch is to send a GET to the issuer's `jwks_uri` over TLS,
/// without following redirects, with "Cache-Control: no-cache", and "If-None-Match" where there is
/// an `entity_tag`; to read at most 1 MiB; and to load the keys. Report 200 with
/// keys that were loaded as `fetched`, 304 as `not_modified`, and everything else, a cancelled
/// fetch too, as `failed`: the old keys stay.
///
/// Times are in seconds since 1970, of which a fraction is dropped; `time.time()` unless given.
///
/// Safe to share between threads.
///
/// Raises PolicyError.
///
/// >>> refresh = KeyRefresh()
/// >>> action = refresh.before_validation(now=1000)
/// >>> action
/// RefreshAction(kind='fetch', fetch=1)
/// >>> refresh.before_validation(now=1000)
/// RefreshAction(kind='wait', until=1010)
/// >>> refresh.fetched(action.fetch, b'{"keys":[]}', cache_control="max-age=600", now=1001)
/// 'changed'
/// >>> refresh.before_validation(now=1599)
/// RefreshAction(kind='use_keys')
/// >>> refresh.unknown_key(refresh.generation, now=1002)
/// RefreshAction(kind='refuse', reason='key_not_found')
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct KeyRefresh {
    // Locked for a call alone, which calls nothing of Python's.
    state: Mutex<gatepost::oauth::KeyRefresh>,
}

#[pymethods]
impl KeyRefresh {
    #[new]
    #[pyo3(signature = (
        *,
        least_lifetime = MIN_KEY_LIFETIME.into(),
        most_lifetime = DEFAULT_KEY_LIFETIME.into(),
        maximum_age = DEFAULT_KEY_AGE.into(),
        cooldown = DEFAULT_FETCH_COOLDOWN.into(),
        timeout = DEFAULT_FETCH_TIMEOUT.into(),
    ), text_signature = "(*, least_lifetime=300, most_lifetime=3600, maximum_age=86400, \
                         cooldown=30, timeout=10)")]
    fn new(
        py: Python<'_>,
        least_lifetime: Seconds,
        most_lifetime: Seconds,
        maximum_age: Seconds,
        cooldown: Seconds,
        timeout: Seconds,
    ) -> PyResult<Self> {
        let part = |name| move |_: Reason| errors::misuse(py, name);
        let state = gatepost::oauth::KeyRefresh::new()
            .with_lifetime(least_lifetime.0, most_lifetime.0)
            .map_err(part("least_lifetime or most_lifetime"))?
            .with_maximum_age(maximum_age.0)
            .map_err(part("maximum_age"))?
            .with_cooldown(cooldown.0)
            .map_err(part("cooldown"))?
            .with_timeout(timeout.0)
            .map_err(part("timeout"))?;
        Ok(Self { state: Mutex::new(state) })
    }

    /// What to do before a token is validated.
    #[pyo3(signature = (now = None))]
    fn before_validation(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<RefreshAction> {
        let now = input::time(py, now)?;
        Ok(RefreshAction(self.state().before_validation(now)))
    }

    /// What to do about a token whose key is not among the keys of this `generation`, those that
    /// it was validated with.
    #[pyo3(signature = (generation, now = None))]
    fn unknown_key(
        &self,
        py: Python<'_>,
        generation: u32,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<RefreshAction> {
        let now = input::time(py, now)?;
        Ok(RefreshAction(self.state().unknown_key(generation, now)))
    }

    /// Takes the report of a fetch that brought `jwks`, str or bytes, from which keys were loaded.
    ///
    /// `cache_control`, `entity_tag` and `age` are the headers "Cache-Control" and "Age", several of
    /// them joined with commas, and "ETag"; what cannot be read of them is passed over. `age` is how
    /// many seconds caches on the way have kept the answer, which are taken off its lifetime.
    ///
    /// Returns "changed": replace the keys; "unchanged": they are the same as before; or
    /// "ignored": another fetch was started since and may have brought newer ones, or the set has
    /// more than 1 MiB; keep the keys there are.
    #[pyo3(signature = (
        fetch, jwks, *, cache_control = None, entity_tag = None, age = None, now = None
    ))]
    fn fetched(
        &self,
        fetch: u32,
        jwks: &Bound<'_, PyAny>,
        cache_control: Option<&Bound<'_, PyAny>>,
        entity_tag: Option<&Bound<'_, PyAny>>,
        age: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<&'static str> {
        let now = input::time(jwks.py(), now)?;
        let jwks =
            input::text(jwks).ok_or_else(|| input::wrong_type("jwks", "str or bytes", jwks))?;
        let headers = headers(cache_control, entity_tag, age)?;
        let fetch = FetchId::from_number(fetch);
        Ok(name_of(self.state().fetched(fetch, now, jwks, headers)))
    }

    /// Takes the report of a fetch that was answered with 304: the keys are still the same.
    ///
    /// Returns "unchanged"; or "ignored" where another fetch was started since, or where there is
    /// no `entity_tag` that was compared, which counts as a failed fetch.
    #[pyo3(signature = (fetch, *, cache_control = None, age = None, now = None))]
    fn not_modified(
        &self,
        py: Python<'_>,
        fetch: u32,
        cache_control: Option<&Bound<'_, PyAny>>,
        age: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<&'static str> {
        let now = input::time(py, now)?;
        let headers = headers(cache_control, None, age)?;
        let fetch = FetchId::from_number(fetch);
        Ok(name_of(self.state().not_modified(fetch, now, headers)))
    }

    /// Takes the report of a fetch that brought no keys that can be used, whatever the cause.
    #[pyo3(signature = (fetch, now = None))]
    fn failed(&self, py: Python<'_>, fetch: u32, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = input::time(py, now)?;
        self.state().failed(FetchId::from_number(fetch), now);
        Ok(())
    }

    /// Whether there are keys that may be used at `now`, fresh or not: a request with a token that
    /// they know need not wait while they are fetched.
    #[pyo3(signature = (now = None))]
    fn has_keys(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        let now = input::time(py, now)?;
        Ok(self.state().has_keys(now))
    }

    /// How often the keys have changed: the number of the keys that there are now, to be kept
    /// together with them.
    #[getter]
    fn generation(&self) -> u32 {
        self.state().generation()
    }

    /// The entity tag of the keys, for the header "If-None-Match" of the next fetch; all ASCII.
    #[getter]
    fn entity_tag(&self) -> Option<String> {
        self.state().entity_tag().map(|tag| String::from_utf8_lossy(tag).into_owned())
    }

    /// When the next fetch may be started at the earliest, in seconds since 1970, if there was
    /// one: for `Guard.refuse(..., until=...)`.
    #[getter]
    fn next_fetch_at(&self) -> Option<u64> {
        self.state().next_fetch_at().map(UnixTime::as_secs)
    }

    fn __repr__(&self) -> String {
        format!("KeyRefresh(generation={})", self.generation())
    }
}

impl KeyRefresh {
    fn state(&self) -> MutexGuard<'_, gatepost::oauth::KeyRefresh> {
        // Nothing that can panic leaves it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request has to do about the keys.
///
/// `kind` is "use_keys": they are fresh, validate with them; "fetch": fetch them, report back by
/// the number `fetch`, and ask again, for which a request need not wait where there are keys;
/// "wait": somebody else is fetching, wait for the report, but not longer than `until`, and ask
/// again; "use_stale": they cannot be fetched now, validate with the ones there are; or "refuse",
/// for the `reason` "keys_unavailable" where the last fetch failed, and "key_not_found" where it
/// succeeded and the issuer has no such key.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct RefreshAction(Action);

#[pymethods]
impl RefreshAction {
    #[getter]
    fn kind(&self) -> &'static str {
        match self.0 {
            Action::UseKeys => "use_keys",
            Action::Fetch(_) => "fetch",
            Action::Wait { .. } => "wait",
            Action::UseStale => "use_stale",
            Action::Refuse(_) => "refuse",
        }
    }

    /// The number of the fetch to carry out; None where it is another action.
    #[getter]
    fn fetch(&self) -> Option<u32> {
        if let Action::Fetch(id) = self.0 { Some(id.number()) } else { None }
    }

    /// When the fetch to wait for is given up, in seconds since 1970.
    #[getter]
    fn until(&self) -> Option<u64> {
        if let Action::Wait { until } = self.0 { Some(until.as_secs()) } else { None }
    }

    /// The name of the reason for which to refuse, as `Guard.refuse` takes it.
    #[getter]
    fn reason(&self) -> Option<&'static str> {
        if let Action::Refuse(reason) = self.0 { Some(reason.name()) } else { None }
    }

    fn __repr__(&self) -> String {
        let kind = self.kind();
        match self.0 {
            Action::UseKeys | Action::UseStale => format!("RefreshAction(kind='{kind}')"),
            Action::Fetch(id) => format!("RefreshAction(kind='{kind}', fetch={})", id.number()),
            Action::Wait { until } => {
                format!("RefreshAction(kind='{kind}', until={})", until.as_secs())
            }
            Action::Refuse(reason) => {
                format!("RefreshAction(kind='{kind}', reason='{}')", reason.name())
            }
        }
    }
}

fn name_of(change: KeyChange) -> &'static str {
    match change {
        KeyChange::Changed => "changed",
        KeyChange::Unchanged => "unchanged",
        KeyChange::Ignored => "ignored",
    }
}

fn headers<'h>(
    cache_control: Option<&'h Bound<'_, PyAny>>,
    entity_tag: Option<&'h Bound<'_, PyAny>>,
    age: Option<&'h Bound<'_, PyAny>>,
) -> PyResult<CacheHeaders<'h>> {
    let read = |name, value: Option<&'h Bound<'_, PyAny>>| {
        value
            .map(|value| {
                input::text(value).ok_or_else(|| input::wrong_type(name, "str or bytes", value))
            })
            .transpose()
    };
    let cache_control = read("cache_control", cache_control)?;
    // Python's HTTP clients send text in ASCII, and fail for other text.
    let entity_tag = read("entity_tag", entity_tag)?.filter(|tag| tag.is_ascii());
    Ok(CacheHeaders::new(cache_control, entity_tag).with_age(read("age", age)?))
}
