//! When keys are fetched: the core's machine, as a plain value.

use core::mem::MaybeUninit;
use core::ptr;

use gatepost_core::oauth::{KeyRefresh, RefreshAction};
use gatepost_core::{Reason, UnixTime};

use crate::boundary::{Output, guard, require_apart, shared, sized, status};
use crate::response::place_of;
use crate::{gatepost_key_refresh_config, gatepost_slice};

/// The keys are fresh: validate with them.
pub const GATEPOST_REFRESH_USE_KEYS: u32 = 1;
/// Fetch the keys, report what came of it, then ask again. Whoever has keys need not make the
/// request wait: it can be validated with them while they are fetched.
pub const GATEPOST_REFRESH_FETCH: u32 = 2;
/// Somebody else is fetching: wait for the report, but not longer than `until`, then ask again.
pub const GATEPOST_REFRESH_WAIT: u32 = 3;
/// The keys cannot be fetched now: validate with the ones there are.
pub const GATEPOST_REFRESH_USE_STALE: u32 = 4;
/// Refuse the request with `reason`: GATEPOST_KEYS_UNAVAILABLE where the last fetch failed,
/// GATEPOST_KEY_NOT_FOUND where it succeeded and the issuer has no such key.
pub const GATEPOST_REFRESH_REFUSE: u32 = 5;

/// Says when the keys of an issuer are fetched, for whoever carries the fetch out. One for each
/// issuer.
///
/// Opaque, and a plain value that needs no cleaning up; a copy goes its own way. It has no lock:
/// where several threads share it, the caller holds a mutex of its own around every call, and
/// around reading or replacing the pointer to the keys, but never while something is fetched.
///
/// It opens no socket and holds no keys. Before a token is validated, ask
/// gatepost_key_refresh_before_validation(); after it was refused with GATEPOST_KEY_NOT_FOUND, ask
/// gatepost_key_refresh_unknown_key(). Carry out what the action says; after a fetch, or having
/// waited for one, begin anew.
///
/// To fetch is to send a GET to the issuer's `jwks_uri`, over TLS, without following redirects,
/// with `Cache-Control: no-cache`, and `If-None-Match` where there is a
/// gatepost_key_refresh_entity_tag(); to read at most GATEPOST_MAX_JWKS_LENGTH bytes of the answer;
/// and to load them into a new key set. Report 200 with keys that were loaded by
/// gatepost_key_refresh_fetched(), 304 by gatepost_key_refresh_not_modified(), and everything else
/// by gatepost_key_refresh_failed(), a set that cannot be loaded included: the old keys stay.
///
/// examples/server/issuer_keys.c does all of it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_key_refresh {
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 47],
}

/// What a request has to do about the keys.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_refresh_action {
    /// A GATEPOST_REFRESH.
    pub action: u32,
    /// For GATEPOST_REFRESH_FETCH: the number of the fetch, for its report. Else 0.
    pub fetch: u32,
    /// For GATEPOST_REFRESH_REFUSE: the reason. Else GATEPOST_OK.
    pub reason: u32,
    /// For GATEPOST_REFRESH_WAIT: when the fetch is given up, in seconds since 1970. Else 0.
    pub until: u64,
}

const LIVE: usize = 0x6665_7463;

// It holds numbers, and bytes in place: forgetting one leaks nothing, and a copy is as good.
const _: () = {
    assert!(size_of::<KeyRefresh>() <= size_of::<[MaybeUninit<u64>; 47]>());
    assert!(align_of::<KeyRefresh>() <= align_of::<[MaybeUninit<u64>; 47]>());
};

/// Checks a configuration and makes `*refresh` of it, without keys: the first request fetches
/// them.
///
/// `size`: sizeof(gatepost_key_refresh).
///
/// Errors: GATEPOST_MISUSE for a NULL, the size of another version of this header, and numbers
/// outside their limits.
///
/// # Safety
///
/// `refresh` is NULL or points to `size` bytes that may be written; `config` is NULL or points to
/// a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_init(
    refresh: *mut gatepost_key_refresh,
    size: usize,
    config: *const gatepost_key_refresh_config,
) -> u32 {
    status(|| {
        let output = Output::new(refresh)?;
        if size != size_of::<gatepost_key_refresh>() {
            return Err(Reason::Misuse);
        }
        // SAFETY: the caller vouches for the configuration.
        let made = unsafe { sized(config) }?.read()?;
        let mut flat = gatepost_key_refresh { state: LIVE, opaque: [MaybeUninit::uninit(); 47] };
        // SAFETY: the array is large enough and aligned, as is asserted above; the caller vouches
        // for the place of the result.
        unsafe {
            flat.opaque.as_mut_ptr().cast::<KeyRefresh>().write(made);
            output.write(flat);
        }
        Ok(())
    })
}

/// Says in `*action` what to do before a token is validated. Never a reason to refuse but
/// GATEPOST_KEYS_UNAVAILABLE, where there are no keys and none can be fetched now.
///
/// Requests without a token need no keys, and so no question.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
///
/// # Safety
///
/// `refresh` is NULL, or points to zeros or to what gatepost_key_refresh_init() made, which nobody
/// else uses during the call; `action` is NULL or points to an action that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_before_validation(
    refresh: *mut gatepost_key_refresh,
    now: u64,
    action: *mut gatepost_refresh_action,
) -> u32 {
    // SAFETY: the caller vouches for both pointers.
    unsafe { ask(refresh, action, |machine| machine.before_validation(UnixTime::from_secs(now))) }
}

/// Says in `*action` what to do about a token that was refused with GATEPOST_KEY_NOT_FOUND.
///
/// `generation`: gatepost_key_refresh_generation() as it was when the keys were taken that the
/// token was validated with.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
///
/// # Safety
///
/// As for gatepost_key_refresh_before_validation().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_unknown_key(
    refresh: *mut gatepost_key_refresh,
    generation: u32,
    now: u64,
    action: *mut gatepost_refresh_action,
) -> u32 {
    let now = UnixTime::from_secs(now);
    // SAFETY: the caller vouches for both pointers.
    unsafe { ask(refresh, action, |machine| machine.unknown_key(generation, now)) }
}

/// Whether there are keys that may be used at `now`, fresh or not; false for a NULL.
///
/// # Safety
///
/// `refresh` is NULL, or points to zeros or to what gatepost_key_refresh_init() made, which nobody
/// changes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_has_keys(
    refresh: *const gatepost_key_refresh,
    now: u64,
) -> bool {
    // SAFETY: the caller vouches for the pointer.
    guard(false, || unsafe { core(refresh) }.is_ok_and(|r| r.has_keys(UnixTime::from_secs(now))))
}

/// How often the keys have changed: the number of the keys that there are now, to be read and kept
/// together with them. 0 for a NULL.
///
/// # Safety
///
/// As for gatepost_key_refresh_has_keys().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_generation(
    refresh: *const gatepost_key_refresh,
) -> u32 {
    // SAFETY: the caller vouches for the pointer.
    guard(0, || unsafe { core(refresh) }.map_or(0, KeyRefresh::generation))
}

/// The entity tag of the keys, for the header `If-None-Match` of the next fetch: at most
/// GATEPOST_MAX_ENTITY_TAG_LENGTH bytes, none of them a control byte. `ptr` is NULL where the
/// issuer sent none, and for a NULL.
///
/// It points into `*refresh`, and is good until the next call that takes it not as `const`: copy
/// it under the lock.
///
/// # Safety
///
/// As for gatepost_key_refresh_has_keys().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_entity_tag(
    refresh: *const gatepost_key_refresh,
) -> gatepost_slice {
    guard(gatepost_slice::NONE, || {
        // SAFETY: the caller vouches for the pointer.
        let tag = unsafe { core(refresh) }.ok().and_then(KeyRefresh::entity_tag);
        tag.map_or(gatepost_slice::NONE, gatepost_slice::from)
    })
}

/// When the next fetch may be started at the earliest, in seconds since 1970, for
/// gatepost_guard_refuse_until(); 0 where there was none yet, and for a NULL.
///
/// # Safety
///
/// As for gatepost_key_refresh_has_keys().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_next_fetch_at(
    refresh: *const gatepost_key_refresh,
) -> u64 {
    // SAFETY: the caller vouches for the pointer.
    let next = || unsafe { core(refresh) }.ok().and_then(KeyRefresh::next_fetch_at);
    guard(0, || next().map_or(0, UnixTime::as_secs))
}

/// Asks the machine, and writes what it says.
///
/// # Safety
///
/// That of [`gatepost_key_refresh_before_validation`].
unsafe fn ask(
    refresh: *mut gatepost_key_refresh,
    action: *mut gatepost_refresh_action,
    question: impl FnOnce(&mut KeyRefresh) -> RefreshAction,
) -> u32 {
    status(|| {
        let output = Output::new(action)?;
        require_apart(&place_of(refresh), &output.addresses())?;
        // SAFETY: the caller vouches for the pointer.
        let answer = question(unsafe { machine(refresh) }?);
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(answer.into()) }
        Ok(())
    })
}

/// The core's machine, to be changed.
///
/// # Safety
///
/// `refresh` is `NULL`, or points to zeros or a machine that nobody else uses during `'a`.
pub(crate) unsafe fn machine<'a>(
    refresh: *mut gatepost_key_refresh,
) -> Result<&'a mut KeyRefresh, Reason> {
    // SAFETY: the caller vouches for it; the check ends before the machine is borrowed to change.
    unsafe {
        core(refresh)?;
        Ok(&mut *(&raw mut (*refresh).opaque).cast::<KeyRefresh>())
    }
}

/// The core's machine.
///
/// # Safety
///
/// `refresh` is `NULL`, or points to zeros or a machine that nobody changes during `'a`.
unsafe fn core<'a>(refresh: *const gatepost_key_refresh) -> Result<&'a KeyRefresh, Reason> {
    // SAFETY: the caller vouches for it.
    let flat = unsafe { shared(refresh) }?;
    if flat.state != LIVE {
        return Err(Reason::Misuse);
    }
    // SAFETY: one that was made holds a `KeyRefresh`, aligned.
    Ok(unsafe { &*ptr::from_ref(&flat.opaque).cast::<KeyRefresh>() })
}

impl From<RefreshAction> for gatepost_refresh_action {
    fn from(action: RefreshAction) -> Self {
        let new = |action| Self { action, fetch: 0, reason: 0, until: 0 };
        match action {
            RefreshAction::UseKeys => new(GATEPOST_REFRESH_USE_KEYS),
            RefreshAction::Fetch(fetch) => {
                Self { fetch: fetch.number(), ..new(GATEPOST_REFRESH_FETCH) }
            }
            RefreshAction::Wait { until } => {
                Self { until: until.as_secs(), ..new(GATEPOST_REFRESH_WAIT) }
            }
            RefreshAction::UseStale => new(GATEPOST_REFRESH_USE_STALE),
            RefreshAction::Refuse(reason) => {
                Self { reason: reason.number().into(), ..new(GATEPOST_REFRESH_REFUSE) }
            }
        }
    }
}

impl core::fmt::Debug for gatepost_key_refresh {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_key_refresh").finish_non_exhaustive()
    }
}
