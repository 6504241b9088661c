//! Results that lie in the caller's memory, apart from all that they are made of.

use core::ffi::c_void;
use core::marker::PhantomData;
use core::mem;
use core::ops::Range;

use gatepost_core::Reason;

use crate::boundary::{Output, addresses, memory, require_apart, status};

/// Runs `make`, and writes what it makes to `*output`. What it has to decode or write it puts into
/// memory of the caller's, which `make` is handed as [`Room`].
///
/// # Safety
///
/// `output` is `NULL` or points to memory for an `O`, and `memory` is `NULL` or points to `length`
/// bytes; nobody else reads or writes either during `'a`.
pub(crate) unsafe fn fill<'a, O>(
    memory: *mut c_void,
    length: usize,
    output: *mut O,
    make: impl FnOnce(Room<'a>) -> Result<O, Reason>,
) -> u32 {
    status(|| {
        let output = Output::new(output)?;
        let place = addresses(memory.cast(), length);
        require_apart(&place, &output.addresses())?;
        let made = make(Room { memory, length, place, lifetime: PhantomData })?;
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(made) }
        Ok(())
    })
}

/// Memory of the caller's, not looked at yet.
pub(crate) struct Room<'a> {
    memory: *mut c_void,
    length: usize,
    place: Range<usize>,
    lifetime: PhantomData<&'a mut [u8]>,
}

impl<'a> Room<'a> {
    /// The memory, which has to be apart from all of `inputs`.
    ///
    /// # Safety
    ///
    /// `inputs` are all that is read while the memory is written.
    pub(crate) unsafe fn beside(
        self,
        inputs: impl IntoIterator<Item = Range<usize>>,
    ) -> Result<&'a mut [u8], Reason> {
        for input in inputs {
            require_apart(&self.place, &input)?;
        }
        // SAFETY: the caller of `fill` vouches for the memory, which is apart from all that is
        // read.
        unsafe { memory(self.memory, self.length) }
    }
}

/// Where the elements of an array are.
pub(crate) fn place_of<T>(elements: &[T]) -> Range<usize> {
    addresses(elements.as_ptr().cast(), size_of_val(elements))
}

/// Copies `text` to the front of `memory`, and takes that from it.
pub(crate) fn copy<'m>(text: &str, memory: &mut &'m mut [u8]) -> Result<&'m [u8], Reason> {
    let own = take(text.len(), memory)?;
    for (to, from) in own.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    Ok(own)
}

/// Takes the first `length` bytes from `memory`.
pub(crate) fn take<'m>(length: usize, memory: &mut &'m mut [u8]) -> Result<&'m mut [u8], Reason> {
    let (own, rest) =
        mem::take(memory).split_at_mut_checked(length).ok_or(Reason::MemoryTooSmall)?;
    *memory = rest;
    Ok(own)
}
