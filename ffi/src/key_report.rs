//! What came of a fetch of keys.

use core::ops::Range;

use gatepost_core::oauth::{CacheHeaders, FetchId, KeyChange};
use gatepost_core::{Reason, UnixTime};

use crate::boundary::{Output, addresses, array, require_apart, shared, status};
use crate::key_refresh::machine;
use crate::response::place_of;
use crate::{gatepost_key_refresh, gatepost_slice};

/// The keys are others than before: replace them, and forget what they verified.
pub const GATEPOST_KEY_CHANGE_CHANGED: u32 = 1;
/// The keys are the same as before: keep those that are in use.
pub const GATEPOST_KEY_CHANGE_UNCHANGED: u32 = 2;
/// The report counts for nothing: another fetch has been started since, and may have brought newer
/// keys. Keep those that are in use.
pub const GATEPOST_KEY_CHANGE_IGNORED: u32 = 3;

/// What the answer to a fetch says of its lifetime. Values are taken as they came; what is
/// malformed says nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_cache_headers {
    /// The values of the headers `Cache-Control`, in any order.
    pub cache_control: *const gatepost_slice,
    /// How many of these headers there are.
    pub cache_control_count: usize,
    /// The value of the header `ETag`, with its quotes, or NULL.
    pub entity_tag: gatepost_slice,
    /// The value of the header `Age`, several of them joined with commas, or NULL: how many seconds
    /// caches on the way have kept the answer, which are taken off its lifetime.
    pub age: gatepost_slice,
}

/// Takes the report of a fetch that brought keys which could be loaded, and says in `*change` what
/// is to be done with them, a GATEPOST_KEY_CHANGE.
///
/// `fetch`: the number of the action. `jwks`: the whole body of the answer; more than
/// GATEPOST_MAX_JWKS_LENGTH bytes count as a failed fetch. `headers`: NULL where there are none.
/// None of them is memory of the machine's own.
///
/// Errors: GATEPOST_MISUSE for another NULL, and for what was never made. Then nothing was
/// reported.
///
/// # Safety
///
/// As for gatepost_key_refresh_before_validation(); what the other pointers point to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_fetched(
    refresh: *mut gatepost_key_refresh,
    fetch: u32,
    now: u64,
    jwks: gatepost_slice,
    headers: *const gatepost_cache_headers,
    change: *mut u32,
) -> u32 {
    let (fetch, now) = (FetchId::from_number(fetch), UnixTime::from_secs(now));
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        report(refresh, headers, change, |place, headers| {
            let jwks_place = addresses(jwks.ptr, jwks.len);
            require_apart(&place, &jwks_place)?;
            let jwks = jwks.bytes()?;
            Ok(machine(refresh)?.fetched(fetch, now, jwks, headers))
        })
    }
}

/// Takes the report of a fetch that was answered with 304: the keys are still the same.
///
/// Where no entity tag was sent there was nothing to compare with, and such an answer counts as a
/// failed fetch. `fetch`, `headers` and `*change`: as in gatepost_key_refresh_fetched().
///
/// Errors: those of gatepost_key_refresh_fetched().
///
/// # Safety
///
/// As for gatepost_key_refresh_fetched().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_not_modified(
    refresh: *mut gatepost_key_refresh,
    fetch: u32,
    now: u64,
    headers: *const gatepost_cache_headers,
    change: *mut u32,
) -> u32 {
    let (fetch, now) = (FetchId::from_number(fetch), UnixTime::from_secs(now));
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        report(refresh, headers, change, |_, headers| {
            Ok(machine(refresh)?.not_modified(fetch, now, headers))
        })
    }
}

/// Takes the report of a fetch that brought no keys that can be used, whatever the cause.
///
/// `fetch`: the number of the action.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for what was never made.
///
/// # Safety
///
/// `refresh`: as for gatepost_key_refresh_before_validation().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_refresh_failed(
    refresh: *mut gatepost_key_refresh,
    fetch: u32,
    now: u64,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the pointer.
        let machine = unsafe { machine(refresh) }?;
        machine.failed(FetchId::from_number(fetch), UnixTime::from_secs(now));
        Ok(())
    })
}

/// Reads the headers of a report, which is given them and the machine's place, and writes what it
/// changed.
///
/// # Safety
///
/// That of [`gatepost_key_refresh_fetched`].
unsafe fn report(
    refresh: *mut gatepost_key_refresh,
    headers: *const gatepost_cache_headers,
    change: *mut u32,
    call: impl FnOnce(Range<usize>, CacheHeaders<'_>) -> Result<KeyChange, Reason>,
) -> u32 {
    status(|| {
        let output = Output::new(change)?;
        let place = place_of(refresh);
        require_apart(&place, &output.addresses())?;
        // SAFETY: the caller vouches for the headers.
        let headers = unsafe { cache_headers(headers, &place) }?;
        let changed = match call(place, headers)? {
            KeyChange::Changed => GATEPOST_KEY_CHANGE_CHANGED,
            KeyChange::Unchanged => GATEPOST_KEY_CHANGE_UNCHANGED,
            KeyChange::Ignored => GATEPOST_KEY_CHANGE_IGNORED,
        };
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(changed) }
        Ok(())
    })
}

/// The headers, none for `NULL`. They have to be apart from the machine, which changes while they
/// are read: its own entity tag is the one thing that could come to mind.
///
/// # Safety
///
/// `headers` is `NULL` or points to headers that nobody changes during `'h`.
unsafe fn cache_headers<'h>(
    headers: *const gatepost_cache_headers,
    machine: &Range<usize>,
) -> Result<CacheHeaders<'h>, Reason> {
    if headers.is_null() {
        return Ok(CacheHeaders::default());
    }
    // SAFETY: the caller vouches for the headers, and for what they point to.
    unsafe {
        let headers = shared(headers)?;
        let cache_control = array(headers.cache_control, headers.cache_control_count)?;
        for slice in cache_control.iter().chain([&headers.entity_tag, &headers.age]) {
            require_apart(machine, &addresses(slice.ptr, slice.len))?;
            slice.bytes()?;
        }
        // Each of them was just found good.
        let values = cache_control.iter().filter_map(|value| value.bytes().ok());
        let read = CacheHeaders::new(values, Some(headers.entity_tag.bytes()?));
        Ok(read.with_age([headers.age.bytes()?]))
    }
}
