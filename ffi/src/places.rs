//! Lists that the core borrows, made of what C hands in.

use core::mem::{self, MaybeUninit};
use core::ptr;

use gatepost_core::Reason;

/// Room for lists, for as long as they are used.
pub(crate) struct Places<'p, T> {
    free: &'p mut [MaybeUninit<T>],
}

/// Room that nothing is in yet.
pub(crate) const fn room<T, const N: usize>() -> [MaybeUninit<T>; N] {
    [const { MaybeUninit::uninit() }; N]
}

impl<'p, T> Places<'p, T> {
    pub(crate) const fn new(free: &'p mut [MaybeUninit<T>]) -> Self {
        Self { free }
    }

    /// The list of what `read` makes of each of `from`; [`Reason::Misuse`] where there is no room.
    pub(crate) fn fill<F>(
        &mut self,
        from: &[F],
        mut read: impl FnMut(&F) -> Result<T, Reason>,
    ) -> Result<&'p [T], Reason> {
        let free = mem::take(&mut self.free);
        let (places, free) = free.split_at_mut_checked(from.len()).ok_or(Reason::Misuse)?;
        self.free = free;
        for (place, from) in places.iter_mut().zip(from) {
            place.write(read(from)?);
        }
        // SAFETY: there are as many places as there is to read, and each was just written.
        Ok(unsafe { &*(ptr::from_ref(places) as *const [T]) })
    }
}
