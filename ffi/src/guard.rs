//! Guards: the core's, with all that it borrows, in the caller's memory.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use gatepost_core::mcp::Guard;
use gatepost_core::oauth::{LegacyServerMetadata, ResourceMetadata, SealKey};
use gatepost_core::{ClaimRule, Reason};

#[cfg(feature = "std")]
use crate::boundary;
use crate::boundary::{Output, sized, status};
use crate::guard_config::{GATEPOST_MAX_GUARD_STRINGS, Reader, gatepost_guard_config};
use crate::key_set::GATEPOST_ALIGNMENT;
use crate::places::Places;
use crate::proofs::AnyGuard;
use crate::provider::provider;
use crate::rule::{GATEPOST_MAX_CLAIM_RULES, GuardRules};
use crate::seal::GATEPOST_MAX_SEAL_KEYS;

/// Bytes that a guard takes, at the most.
pub const GATEPOST_GUARD_SIZE: usize = 65536;

/// What decides about requests to one MCP server.
///
/// Opaque. It is made in memory of the caller's by gatepost_guard_init(), or on the heap by
/// gatepost_guard_new(), and never changed after that; it must not be copied or moved, and may
/// serve any number of threads at once. It points to the strings of its configuration, which must
/// live, unchanged, as long as it is used.
pub struct gatepost_guard {
    /// [`LIVE`] once the rest is written: zeroed memory is told apart.
    state: usize,
    is_on_heap: bool,
    /// Borrows from what follows.
    guard: AnyGuard,
    metadata: ResourceMetadata<'static>,
    legacy_metadata: Option<LegacyServerMetadata<'static>>,
    rules: GuardRules,
    strings: [MaybeUninit<&'static str>; GATEPOST_MAX_GUARD_STRINGS],
    claims: [MaybeUninit<ClaimRule<'static>>; GATEPOST_MAX_CLAIM_RULES],
    nonce_keys: [MaybeUninit<SealKey<'static>>; GATEPOST_MAX_SEAL_KEYS],
}

const LIVE: usize = 0x6775_6172;

/// Bytes for a guard, and for the way to where it may begin: sets of scopes want more alignment
/// than C99 has an easy way to give.
const SIZE: usize = size_of::<gatepost_guard>() + align_of::<gatepost_guard>();

const _: () = {
    assert!(SIZE <= GATEPOST_GUARD_SIZE);
    assert!(align_of::<gatepost_guard>() <= 2 * GATEPOST_ALIGNMENT);
};

/// How many bytes a guard needs.
///
/// GATEPOST_GUARD_SIZE is at least as much, and known to the compiler.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_guard_size() -> usize {
    SIZE
}

/// Checks a configuration, makes a guard of it in `memory`, and points `*guard` to it.
///
/// `memory`: `length` bytes, aligned to GATEPOST_ALIGNMENT; what they hold does not matter. It is
/// the guard's as long as that is used; then it is the caller's again, without further ado. The
/// arrays of the configuration are copied, its strings are not: they must live, unchanged, as long
/// as the guard is used.
///
/// Takes up to 32 KiB of the stack, whatever the number of rules; built without optimization, up
/// to 192 KiB.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL for fewer bytes than gatepost_guard_size(); GATEPOST_MISUSE
/// for a NULL, memory that is not aligned, the size of another version of this header, a string
/// that is not UTF-8, URLs, scopes and origins that are none, two rules for the same operations
/// and principals, bits that are not defined, switches that contradict each other, and more of
/// anything than there is room for; those of gatepost_seal_state() for secrets.
///
/// # Safety
///
/// Nobody else uses `memory` as long as the guard is used; what `config` points to is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_init(
    memory: *mut c_void,
    length: usize,
    config: *const gatepost_guard_config,
    guard: *mut *mut gatepost_guard,
) -> u32 {
    status(|| {
        let output = Output::new(guard)?;
        if memory.is_null() || !memory.addr().is_multiple_of(GATEPOST_ALIGNMENT) {
            return Err(Reason::Misuse);
        }
        if length < SIZE {
            return Err(Reason::MemoryTooSmall);
        }
        let gap = memory.addr().wrapping_neg() % align_of::<gatepost_guard>();
        // SAFETY: the caller vouches for the memory, in which there is room for a guard behind the
        // gap, and for the configuration.
        let made = unsafe {
            let place: *mut gatepost_guard = memory.byte_add(gap).cast();
            make(place, config, false)?;
            place
        };
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(made) }
        Ok(())
    })
}

/// Checks a configuration, makes a guard of it on the heap, and points `*guard` to it.
///
/// Not in libraries built without std. gatepost_guard_free() gives the memory back.
///
/// Errors: those of gatepost_guard_init(); GATEPOST_MEMORY_TOO_SMALL where the heap is used up.
///
/// # Safety
///
/// `guard` is NULL or points to a pointer that may be written; what `config` points to is there.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_new(
    config: *const gatepost_guard_config,
    guard: *mut *mut gatepost_guard,
) -> u32 {
    status(|| {
        let output = Output::new(guard)?;
        // SAFETY: a guard has a size.
        let place = unsafe { std::alloc::alloc(LAYOUT) }.cast::<gatepost_guard>();
        if place.is_null() {
            return Err(Reason::MemoryTooSmall);
        }
        // SAFETY: the memory was made for it, and nobody else knows of it; the caller vouches for
        // the configuration.
        if let Err(reason) = unsafe { make(place, config, true) } {
            // SAFETY: it was just taken from the heap, with this layout.
            unsafe { std::alloc::dealloc(place.cast(), LAYOUT) }
            return Err(reason);
        }
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(place) }
        Ok(())
    })
}

/// Gives a guard back to the heap; NULL is left alone.
///
/// Not in libraries built without std.
///
/// # Safety
///
/// `guard` is NULL or a guard of gatepost_guard_new() that nobody else uses, now or later.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_free(guard: *mut gatepost_guard) {
    boundary::guard((), || {
        // SAFETY: the caller vouches for the guard. Nothing in it owns anything but its place.
        unsafe {
            if core(guard).is_ok() && (&raw const (*guard).is_on_heap).read() {
                (&raw mut (*guard).state).write(0);
                std::alloc::dealloc(guard.cast(), LAYOUT);
            }
        }
    });
}

#[cfg(feature = "std")]
const LAYOUT: core::alloc::Layout = core::alloc::Layout::new::<gatepost_guard>();

/// The guard of the core's.
///
/// # Safety
///
/// `guard` is `NULL` or points to zeros or a guard; the strings of its configuration are still
/// there.
pub(crate) unsafe fn core<'a>(guard: *const gatepost_guard) -> Result<&'a AnyGuard, Reason> {
    if guard.is_null() || !guard.is_aligned() {
        return Err(Reason::Misuse);
    }
    // SAFETY: the caller vouches for the guard. The state says whether the rest was written, which
    // is only read from then on.
    unsafe {
        match (&raw const (*guard).state).read() {
            LIVE => Ok(&(*guard).guard),
            _ => Err(Reason::Misuse),
        }
    }
}

/// Makes a guard in its place, piece by piece: they borrow from one another.
///
/// # Safety
///
/// `place` is aligned, and the guard's from now on; what the configuration points to stays as long
/// as the guard is used.
unsafe fn make(
    place: *mut gatepost_guard,
    config: *const gatepost_guard_config,
    is_on_heap: bool,
) -> Result<(), Reason> {
    // SAFETY: the caller vouches for place and configuration. Each piece is written once, before it
    // is borrowed; what is borrowed stays where it is, and is not written again.
    unsafe {
        let config = sized(config)?;
        (&raw mut (*place).state).write(0);
        (&raw mut (*place).is_on_heap).write(is_on_heap);
        let mut reader = Reader {
            config,
            strings: Places::new(&mut (*place).strings),
            claims: Places::new(&mut (*place).claims),
            nonce_keys: Places::new(&mut (*place).nonce_keys),
        };
        let metadata = put(&raw mut (*place).metadata, reader.metadata()?);
        let rules = reader.rules(&mut *(&raw mut (*place).rules).cast())?;
        let legacy_metadata = put(&raw mut (*place).legacy_metadata, reader.legacy_metadata()?);
        let mut guard = Guard::new(metadata)?
            .with_rules(rules.view())
            .with_provider(provider(config.provider)?)
            .with_max_message_len(config.max_message_length);
        guard = match (legacy_metadata, config.legacy_audience.optional_text()?) {
            (Some(legacy_metadata), _) => guard.with_legacy_metadata(legacy_metadata),
            (None, Some(audience)) => guard.with_legacy_audience(audience)?,
            (None, None) if reader.has_no_legacy_metadata() => guard.without_legacy_metadata(),
            (None, None) => guard,
        };
        guard = match reader.origins()? {
            Some(origins) => guard.with_origins(origins)?,
            None => guard.with_any_origin(),
        };
        let guard = match reader.dpop()? {
            None => AnyGuard::Bearer(guard),
            Some(dpop) => AnyGuard::Dpop(guard.with_dpop(dpop, reader.requires_dpop())?),
        };
        put(&raw mut (*place).guard, guard);
        (&raw mut (*place).state).write(LIVE);
    }
    Ok(())
}

/// Puts a piece into its place.
///
/// # Safety
///
/// The place is aligned, and nobody writes to it again.
unsafe fn put<T>(place: *mut T, piece: T) -> &'static T {
    // SAFETY: the caller vouches for the place.
    unsafe {
        place.write(piece);
        &*place
    }
}

impl core::fmt::Debug for gatepost_guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_guard").finish_non_exhaustive()
    }
}
