//! What is open while a document is scanned.

use heapless::Vec;

use super::members::Kinds;
use crate::Reason;
use crate::limits::MAX_DEPTH;

/// The objects and arrays that are open.
pub(super) struct Nesting {
    pub(super) depth: u32,
    /// One bit for each, the innermost lowest: whether it is an object.
    objects: u32,
}

impl Nesting {
    pub(super) const NONE: Self = Self { depth: 0, objects: 0 };

    #[inline(always)]
    pub(super) const fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    /// What an object or an array is to the member of the outermost object that it is in.
    #[inline(always)]
    pub(super) const fn kinds_around(&self) -> Kinds {
        if self.depth > 1 { Kinds::OTHERS } else { Kinds::NONE }
    }

    #[inline(always)]
    pub(super) fn open(&mut self, is_object: bool) -> Result<(), Reason> {
        if self.depth >= DEEPEST {
            return Err(Reason::TooDeep);
        }
        self.depth = self.depth.wrapping_add(1);
        self.objects = self.objects << 1 | u32::from(is_object);
        Ok(())
    }

    #[inline(always)]
    pub(super) const fn close(&mut self) {
        self.depth = self.depth.wrapping_sub(1);
        self.objects >>= 1;
    }
}

/// [`MAX_DEPTH`], and no deeper than [`Nesting`] has bits.
const DEEPEST: u32 = 32;
const _: () = assert!(MAX_DEPTH == 32);

/// An open object.
#[derive(Clone, Copy)]
pub(super) struct Open {
    /// One bit for each hash seen: where the bit is clear, the name is surely new.
    filter: [u32; 8],
    /// How many names were open before this object's.
    pub(super) names_before: usize,
}

/// The objects around the innermost one. It is a variable of its own, which is not filled with
/// anything until it is needed: that would take longer than to read a header.
pub(super) type Outer = Vec<Open, MAX_DEPTH>;

impl Open {
    /// An object without names.
    #[inline(always)]
    pub(super) const fn new(names_before: usize) -> Self {
        Self { filter: [0; 8], names_before }
    }

    /// Opens another object in this one.
    #[inline(always)]
    pub(super) fn open(&mut self, outer: &mut Outer, names_before: usize) -> Result<(), Reason> {
        outer.push(*self).map_err(|_| Reason::TooDeep)?;
        *self = Self::new(names_before);
        Ok(())
    }

    /// Closes the object and goes back to the one around it.
    #[inline(always)]
    pub(super) fn close(&mut self, outer: &mut Outer) {
        if let Some(object) = outer.pop() {
            *self = object;
        }
    }

    /// Marks the hash, and says whether it was marked before, by this or another name.
    #[inline(always)]
    pub(super) fn has_perhaps(&mut self, hash: u64) -> bool {
        // Five bits choose a bit and three its word; the names are told apart by the low half.
        let [.., bit, word] = hash.to_le_bytes();
        let bit = 1_u32.wrapping_shl(u32::from(bit));
        let Some(word) = self.filter.get_mut(usize::from(word & 7)) else { return true };
        let was_marked = *word & bit != 0;
        *word |= bit;
        was_marked
    }
}
