//! Key sets: slots of the core's in the caller's memory, behind a small head.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::{ptr, slice};

use gatepost_core::limits::MAX_KEYS;
use gatepost_core::{Keys, Reason, SkippedKey};
#[cfg(not(feature = "hosted"))]
use gatepost_core::{NoTokenCache, PublicKey};
#[cfg(feature = "hosted")]
use gatepost_hosted::{HostedKey, SharedTokenCache};
use zeroize::Zeroize;

use crate::boundary::{self, Output, guard, status};

/// The alignment, in bytes, of the memory of a key set: that of uint64_t.
pub const GATEPOST_ALIGNMENT: usize = 8;

/// Bytes that a key set takes besides its keys, at the most.
pub const GATEPOST_KEY_SET_HEAD_SIZE: usize = 256;

/// Bytes that a key takes in a key set, at the most.
pub const GATEPOST_KEY_SIZE: usize = 1536;

/// How many skipped keys a key set remembers one by one; the others are counted.
pub const GATEPOST_MAX_SKIPPED_KEYS: usize = 32;

/// How many tokens a key set can be asked to remember.
#[cfg(feature = "hosted")]
pub const GATEPOST_MAX_CACHED_TOKENS: usize = 1_000_000;

/// Accepts a set of shared secrets (`kty` "oct"), and nothing but such a set. A published set has
/// no secrets: whoever can read it could sign.
pub const GATEPOST_JWKS_SYMMETRIC: u32 = 1;

/// The keys of one issuer, ready to verify.
///
/// Opaque. It is made in memory of the caller's by gatepost_key_set_init(), or on the heap by
/// gatepost_key_set_new(); it must not be copied or moved. Functions that take it as `const` may
/// run in any number of threads at once; those that do not need it for themselves. To rotate
/// keys, load a second set and exchange the pointers.
pub struct gatepost_key_set {
    /// [`LIVE`] between `init` and `destroy`: zeroed memory and a destroyed set are told apart.
    state: usize,
    /// Bytes on the heap, or 0 where the memory is the caller's.
    #[cfg_attr(not(feature = "std"), expect(dead_code, reason = "read by gatepost_key_set_free"))]
    heap_size: usize,
    capacity: usize,
    pub(crate) loaded: usize,
    skipped: [Skipped; GATEPOST_MAX_SKIPPED_KEYS],
    skipped_count: usize,
    #[cfg(feature = "hosted")]
    cache: SharedTokenCache,
}

/// A key that was left out of a set, and why.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_skipped_key {
    /// Its place in the JSON Web Key Set, counted from zero.
    pub index: usize,
    /// Why it was left out.
    pub reason: u32,
}

/// What verifies.
#[cfg(feature = "hosted")]
pub(crate) type Key = HostedKey;
#[cfg(not(feature = "hosted"))]
pub(crate) type Key = PublicKey;

#[cfg(feature = "hosted")]
type Cache<'a> = &'a SharedTokenCache;
#[cfg(not(feature = "hosted"))]
type Cache<'a> = NoTokenCache;

/// The keys of one issuer, as the core wants them.
pub(crate) type IssuerKeys<'a> = Keys<'a, Key, Cache<'a>>;

type KeySlot = gatepost_core::KeySlot<Key>;
type Slot = Option<KeySlot>;

#[derive(Clone, Copy)]
struct Skipped {
    index: u16,
    reason: u16,
}

const LIVE: usize = 0x6761_7465;

/// Bytes for the head, and for the way from there to where a slot may begin: vector registers in
/// a key ask for more than C99 has an easy way to give.
const HEAD_SIZE: usize = size_of::<gatepost_key_set>() + align_of::<Slot>();

const _: () = {
    assert!(align_of::<gatepost_key_set>() <= GATEPOST_ALIGNMENT);
    assert!(HEAD_SIZE <= GATEPOST_KEY_SET_HEAD_SIZE);
    // Where another crate has switched on the core's larger keys, gatepost_key_set_size() alone
    // tells the size.
    assert!(size_of::<Slot>() <= GATEPOST_KEY_SIZE || gatepost_core::limits::MAX_RSA_BITS > 4096);
    assert!(MAX_KEYS <= 0xffff);
};

/// How many bytes a set of `capacity` keys needs; 0 for a capacity of 0 or of more than
/// GATEPOST_MAX_KEYS.
///
/// GATEPOST_KEY_SET_SIZE(capacity) is at least as much, and known to the compiler.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_key_set_size(capacity: usize) -> usize {
    size(capacity).unwrap_or(0)
}

/// Makes an empty key set in `memory`, with room for as many keys as fit, and points `*set` to it.
///
/// `memory`: `length` bytes, aligned to GATEPOST_ALIGNMENT; what they hold does not matter. It is
/// the set's until gatepost_key_set_destroy().
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL where not even one key fits; GATEPOST_MISUSE for a NULL and
/// for memory that is not aligned.
///
/// # Safety
///
/// Nobody else uses `memory` as long as the set lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_init(
    memory: *mut c_void,
    length: usize,
    set: *mut *mut gatepost_key_set,
) -> u32 {
    status(|| {
        let output = Output::new(set)?;
        // SAFETY: the caller vouches for the memory.
        let made = unsafe { init(memory, length, 0) }?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(made) }
        Ok(())
    })
}

/// Makes an empty key set on the heap, with room for `capacity` keys, and points `*set` to it.
///
/// Not in libraries built without std. gatepost_key_set_free() gives the memory back.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL where the heap is used up; GATEPOST_MISUSE for a NULL and for
/// a capacity of 0 or of more than GATEPOST_MAX_KEYS.
///
/// # Safety
///
/// `set` is NULL or points to a pointer that may be written.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_new(
    capacity: usize,
    set: *mut *mut gatepost_key_set,
) -> u32 {
    status(|| {
        let output = Output::new(set)?;
        let size = size(capacity).ok_or(Reason::Misuse)?;
        // SAFETY: the size is not 0.
        let memory = unsafe { std::alloc::alloc(layout(size)?) };
        if memory.is_null() {
            return Err(Reason::MemoryTooSmall);
        }
        // SAFETY: the memory was made for it, and nobody else knows of it.
        let made = unsafe { init(memory.cast(), size, size) }?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(made) }
        Ok(())
    })
}

/// How many keys the set holds; 0 for NULL.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody changes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_count(set: *const gatepost_key_set) -> usize {
    // SAFETY: the caller vouches for the set.
    guard(0, || unsafe { head(set) }.map_or(0, |head| head.loaded))
}

/// How many keys the last gatepost_key_set_load_jwks() left out; 0 for NULL.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody changes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_skipped_count(set: *const gatepost_key_set) -> usize {
    // SAFETY: the caller vouches for the set.
    guard(0, || unsafe { head(set) }.map_or(0, |head| head.skipped_count))
}

/// Says in `*key` which key the last gatepost_key_set_load_jwks() left out, and why; also where it
/// refused the set as a whole.
///
/// `i`: below gatepost_key_set_skipped_count() and GATEPOST_MAX_SKIPPED_KEYS.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for an `i` that is too large.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody changes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_skipped_key(
    set: *const gatepost_key_set,
    i: usize,
    key: *mut gatepost_skipped_key,
) -> u32 {
    status(|| {
        let output = Output::new(key)?;
        // SAFETY: the caller vouches for the set.
        let head = unsafe { head(set) }?;
        let skipped = head.skipped.get(i).filter(|_| i < head.skipped_count);
        let Skipped { index, reason } = *skipped.ok_or(Reason::Misuse)?;
        let skipped = gatepost_skipped_key { index: index.into(), reason: reason.into() };
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(skipped) }
        Ok(())
    })
}

/// Lets the set remember up to `capacity` tokens whose signature was found good, rounded up to a
/// multiple of 32, about 160 bytes each on the heap; 0, as at first, for none.
///
/// A token is remembered by SHA-256 digests, until it expires, its place is needed, or the
/// set is loaded anew. Its claims are judged again each time: nothing but the time that a
/// validation takes depends on it. What was remembered before is forgotten.
///
/// Not in libraries built without the feature `hosted`.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for more than GATEPOST_MAX_CACHED_TOKENS.
///
/// # Safety
///
/// `set` is NULL or a live set that nobody else uses during the call.
#[cfg(feature = "hosted")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_cache_tokens(
    set: *mut gatepost_key_set,
    capacity: usize,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the set.
        let (head, _) = unsafe { parts_mut(set) }?;
        if capacity > GATEPOST_MAX_CACHED_TOKENS {
            return Err(Reason::Misuse);
        }
        head.set_cache(capacity);
        Ok(())
    })
}

/// Limits what the tables of keys in use take on the heap, for all key sets together: `bytes`, 16
/// MiB at first; 256 KiB is one P-256 key. Keys for which there is no room are verified without.
///
/// May be called at any time, by any thread. Not in libraries built without the feature `hosted`.
#[cfg(feature = "hosted")]
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_set_table_budget(bytes: usize) {
    guard((), || gatepost_hosted::Tables::shared().set_budget(bytes));
}

/// Ends a key set and wipes its memory, which is the caller's again; NULL, and a set that was
/// ended before, are left alone.
///
/// # Safety
///
/// `set` is NULL or a set of gatepost_key_set_init() that nobody else uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_destroy(set: *mut gatepost_key_set) {
    guard((), || {
        // SAFETY: the caller vouches for the set.
        let Ok((head, slots)) = (unsafe { parts_mut(set) }) else { return };
        head.state = 0;
        head.forget();
        #[cfg(feature = "hosted")]
        head.set_cache(0);
        let slots: *mut [Slot] = slots;
        // SAFETY: the slots are live, and after `state` was reset nobody sees them again.
        unsafe { ptr::drop_in_place(slots) }
        // SAFETY: the same bytes, which no longer hold anything.
        let bytes = unsafe {
            slice::from_raw_parts_mut(
                slots.cast::<MaybeUninit<u8>>(),
                slots.len().saturating_mul(size_of::<Slot>()),
            )
        };
        bytes.zeroize();
    });
}

/// Ends a key set, wipes its memory and gives it back to the heap; NULL is left alone.
///
/// Not in libraries built without std.
///
/// # Safety
///
/// `set` is NULL or a set of gatepost_key_set_new() that nobody else uses, now or later.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_key_set_free(set: *mut gatepost_key_set) {
    guard((), || {
        // SAFETY: the caller vouches for the set. Its head is there until it is given back.
        let Ok(heap_size) = (unsafe { boundary::shared(set) }).map(|head| head.heap_size) else {
            return;
        };
        // SAFETY: the caller vouches for the set.
        unsafe { gatepost_key_set_destroy(set) };
        if let (1.., Ok(layout)) = (heap_size, layout(heap_size)) {
            // SAFETY: it was taken from the heap with this layout.
            unsafe { std::alloc::dealloc(set.cast(), layout) }
        }
    });
}

/// The keys of a set.
///
/// # Safety
///
/// `set` is `NULL` or a live set that nobody changes during `'a`.
pub(crate) unsafe fn keys<'a>(set: *const gatepost_key_set) -> Result<IssuerKeys<'a>, Reason> {
    // SAFETY: the caller vouches for the set.
    let head = unsafe { head(set) }?;
    // SAFETY: behind the head of a live set stand as many slots as it says, and nobody changes
    // them. The pointer is the one to the whole memory, not one made from the head.
    let slots = unsafe {
        slice::from_raw_parts(set.cast::<u8>().add(slots_offset(set)).cast::<Slot>(), head.capacity)
    };
    #[cfg(feature = "hosted")]
    let cache = &head.cache;
    #[cfg(not(feature = "hosted"))]
    let cache = NoTokenCache;
    Ok(Keys::from(slots).remembering(cache))
}

fn size(capacity: usize) -> Option<usize> {
    if capacity == 0 || capacity > MAX_KEYS {
        return None;
    }
    capacity.checked_mul(size_of::<Slot>())?.checked_add(HEAD_SIZE)
}

/// Where the slots of a set begin: behind the head, aligned.
fn slots_offset(set: *const gatepost_key_set) -> usize {
    let end_of_head = set.addr().wrapping_add(size_of::<gatepost_key_set>());
    end_of_head.wrapping_neg() % align_of::<Slot>() + size_of::<gatepost_key_set>()
}

#[cfg(feature = "std")]
fn layout(size: usize) -> Result<core::alloc::Layout, Reason> {
    core::alloc::Layout::from_size_align(size, GATEPOST_ALIGNMENT).map_err(|_| Reason::Misuse)
}

/// Makes an empty set in `memory`.
///
/// # Safety
///
/// `memory` is `NULL` or points to `length` bytes that are the set's from now on.
unsafe fn init(
    memory: *mut c_void,
    length: usize,
    heap_size: usize,
) -> Result<*mut gatepost_key_set, Reason> {
    if memory.is_null() || !memory.addr().is_multiple_of(GATEPOST_ALIGNMENT) {
        return Err(Reason::Misuse);
    }
    let room = length.checked_sub(HEAD_SIZE).ok_or(Reason::MemoryTooSmall)?;
    let capacity = (room / size_of::<Slot>()).min(MAX_KEYS);
    if capacity == 0 {
        return Err(Reason::MemoryTooSmall);
    }
    let set: *mut gatepost_key_set = memory.cast();
    // SAFETY: head and slots fit into the memory, as was just computed, and are aligned.
    unsafe {
        let slots = memory.cast::<u8>().add(slots_offset(set)).cast::<Slot>();
        for i in 0..capacity {
            slots.add(i).write(None);
        }
        set.write(gatepost_key_set {
            state: LIVE,
            heap_size,
            capacity,
            loaded: 0,
            skipped: [Skipped { index: 0, reason: 0 }; GATEPOST_MAX_SKIPPED_KEYS],
            skipped_count: 0,
            #[cfg(feature = "hosted")]
            cache: SharedTokenCache::new(0),
        });
    }
    Ok(set)
}

/// The head of a live set.
///
/// # Safety
///
/// `set` is `NULL` or a set that nobody changes during `'a`.
unsafe fn head<'a>(set: *const gatepost_key_set) -> Result<&'a gatepost_key_set, Reason> {
    // SAFETY: the caller vouches for the set.
    let head = unsafe { boundary::shared(set) }?;
    if head.state == LIVE { Ok(head) } else { Err(Reason::Misuse) }
}

type Parts<'a> = (&'a mut gatepost_key_set, &'a mut [Slot]);

/// Head and slots of a live set, to be changed.
///
/// # Safety
///
/// `set` is `NULL` or a set that nobody else uses during `'a`.
pub(crate) unsafe fn parts_mut<'a>(set: *mut gatepost_key_set) -> Result<Parts<'a>, Reason> {
    // SAFETY: the caller vouches for the set.
    let capacity = unsafe { head(set) }?.capacity;
    // SAFETY: behind the head of a live set stand as many slots as it says. The two do not
    // overlap, nobody else uses them, and both come from the pointer to the whole memory.
    Ok(unsafe {
        let slots = set.cast::<u8>().add(slots_offset(set)).cast::<Slot>();
        (&mut *set, slice::from_raw_parts_mut(slots, capacity))
    })
}

/// Makes `key` the only one of the set.
pub(crate) fn store((head, slots): Parts<'_>, key: KeySlot) -> Result<(), Reason> {
    slots.iter_mut().for_each(|slot| *slot = None);
    *slots.first_mut().ok_or(Reason::TooManyKeys)? = Some(key);
    head.forget();
    head.loaded = 1;
    Ok(())
}

impl gatepost_key_set {
    /// Forgets what was loaded and left out, and the tokens that were verified with it.
    pub(crate) fn forget(&mut self) {
        self.loaded = 0;
        self.skipped_count = 0;
        #[cfg(feature = "hosted")]
        self.cache.clear();
    }

    #[cfg(feature = "hosted")]
    fn set_cache(&mut self, capacity: usize) {
        self.cache = SharedTokenCache::new(capacity);
    }

    /// Remembers a key that was left out.
    pub(crate) fn skip(&mut self, key: SkippedKey<'_>) {
        if let (Some(place), Ok(index)) =
            (self.skipped.get_mut(self.skipped_count), u16::try_from(key.index))
        {
            *place = Skipped { index, reason: key.reason.number() };
        }
        self.skipped_count = self.skipped_count.saturating_add(1);
    }
}

impl core::fmt::Debug for gatepost_key_set {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_key_set").field("count", &self.loaded).finish_non_exhaustive()
    }
}
