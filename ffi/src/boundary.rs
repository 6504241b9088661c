//! The border between C and Rust: what comes over it is checked here, and no panic leaves.

use core::ffi::c_void;
use core::ops::Range;
use core::ptr::NonNull;
use core::slice;

use gatepost_core::Reason;

/// Runs `call` and turns its result into a number: 0 or the reason's.
///
/// The core does not panic; should it do so all the same, the answer is a refusal
/// ([`Reason::Misuse`]), and C is not unwound.
pub(crate) fn status(call: impl FnOnce() -> Result<(), Reason>) -> u32 {
    match guard(Err(Reason::Misuse), call) {
        Ok(()) => 0,
        Err(reason) => u32::from(reason.number()),
    }
}

/// Runs `call`; the answer to a panic is `otherwise`.
pub(crate) fn guard<T>(otherwise: T, call: impl FnOnce() -> T) -> T {
    #[cfg(feature = "std")]
    {
        // What a panic leaves half done is a key set whose slots are each whole.
        std::panic::catch_unwind(core::panic::AssertUnwindSafe(call)).unwrap_or(otherwise)
    }
    #[cfg(not(feature = "std"))]
    {
        // There is nothing to catch a panic with: the panic handler ends the program.
        let _ = otherwise;
        call()
    }
}

/// What `pointer` points to; [`Reason::Misuse`] for a pointer that is `NULL` or not aligned.
///
/// # Safety
///
/// The pointer is `NULL` or points to a `T` that nobody changes during `'a`.
pub(crate) unsafe fn shared<'a, T>(pointer: *const T) -> Result<&'a T, Reason> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Reason::Misuse);
    }
    // SAFETY: not null and aligned; the caller vouches for the rest.
    Ok(unsafe { &*pointer })
}

/// What `pointer` points to, a struct that begins with its own size: that of this version.
///
/// # Safety
///
/// The pointer is `NULL` or points to a `T` of some version, which begins with its size.
pub(crate) unsafe fn sized<'a, T>(pointer: *const T) -> Result<&'a T, Reason> {
    // SAFETY: the caller vouches for it. The size says whether all of a `T` is there.
    unsafe {
        if *shared(pointer.cast::<usize>())? != size_of::<T>() {
            return Err(Reason::Misuse);
        }
        shared(pointer)
    }
}

/// The `count` elements that `pointer` points to; `NULL` with a count of 0 has none.
///
/// # Safety
///
/// The pointer is `NULL` or points to `count` of `T` that nobody changes during `'a`.
pub(crate) unsafe fn array<'a, T>(pointer: *const T, count: usize) -> Result<&'a [T], Reason> {
    if pointer.is_null() && count == 0 {
        return Ok(&[]);
    }
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|len| isize::try_from(len).is_ok());
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Reason::Misuse);
    }
    // SAFETY: not null, aligned and no larger than `isize::MAX`; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(pointer, count) })
}

/// Memory of the caller's to work in; `NULL` with a length of 0 is none.
///
/// # Safety
///
/// The pointer is `NULL` or points to `length` bytes that nobody else reads or writes during `'a`.
pub(crate) unsafe fn memory<'a>(
    pointer: *mut c_void,
    length: usize,
) -> Result<&'a mut [u8], Reason> {
    match (pointer.is_null(), length) {
        (true, 0) => Ok(&mut []),
        (false, length) if isize::try_from(length).is_ok() => {
            // SAFETY: not null and no longer than `isize::MAX`; the caller vouches for the rest.
            // What the bytes hold is C's business and does not matter: each is written before it
            // is read.
            Ok(unsafe { slice::from_raw_parts_mut(pointer.cast(), length) })
        }
        _ => Err(Reason::Misuse),
    }
}

/// A place for a result. It is written at the very end, so that a failure leaves it as it was.
pub(crate) struct Output<T> {
    place: NonNull<T>,
}

impl<T> Output<T> {
    /// [`Reason::Misuse`] for a pointer that is `NULL` or not aligned.
    pub(crate) fn new(pointer: *mut T) -> Result<Self, Reason> {
        match NonNull::new(pointer) {
            Some(place) if place.is_aligned() => Ok(Self { place }),
            _ => Err(Reason::Misuse),
        }
    }

    /// Writes the result.
    ///
    /// # Safety
    ///
    /// The pointer points to memory for a `T` that nobody else reads or writes now.
    pub(crate) unsafe fn write(self, value: T) {
        // SAFETY: not null and aligned; the caller vouches for the rest.
        unsafe { self.place.write(value) }
    }

    /// Where it is.
    pub(crate) fn addresses(&self) -> Range<usize> {
        addresses(self.place.as_ptr().cast(), size_of::<T>())
    }
}

/// The addresses of `length` bytes.
pub(crate) fn addresses(pointer: *const u8, length: usize) -> Range<usize> {
    pointer.addr()..pointer.addr().saturating_add(length)
}

/// Refuses memory that is two things at once: Rust relies on its not being so.
pub(crate) fn require_apart(a: &Range<usize>, b: &Range<usize>) -> Result<(), Reason> {
    let overlap = a.start.max(b.start) < a.end.min(b.end);
    if overlap { Err(Reason::Misuse) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "std")]
    #[test]
    fn a_panic_becomes_a_refusal() {
        assert_eq!(status(|| panic!("a test of the panic boundary")), 902);
        assert!(!guard(false, || panic!("a test of the panic boundary")));
        assert_eq!(status(|| Ok(())), 0);
        assert_eq!(status(|| Err(Reason::Expired)), 501);
    }

    #[test]
    fn overlap_is_one_common_byte() {
        assert_eq!(require_apart(&(0..4), &(4..8)), Ok(()));
        assert_eq!(require_apart(&(4..8), &(0..4)), Ok(()));
        assert_eq!(require_apart(&(2..2), &(0..4)), Ok(()));
        assert_eq!(require_apart(&(0..4), &(3..8)), Err(Reason::Misuse));
        assert_eq!(require_apart(&(3..8), &(0..4)), Err(Reason::Misuse));
        assert_eq!(require_apart(&(0..8), &(3..4)), Err(Reason::Misuse));
    }
}
