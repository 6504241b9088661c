//! The members of a scanned object that were looked for.

use super::value::Value;

/// The members of an object that were looked for, in the order in which they were asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'a, const N: usize> {
    text: &'a str,
    found: [Found; N],
}

impl<'a, const N: usize> Members<'a, N> {
    #[inline(always)]
    pub(super) const fn new(text: &'a str, found: [Found; N]) -> Self {
        Self { text, found }
    }

    /// The document.
    #[inline(always)]
    pub(crate) const fn document(&self) -> &'a str {
        self.text
    }

    /// Whether there is the member that stands at `index` in the list of known names.
    #[inline(always)]
    pub(crate) fn contains(&self, index: usize) -> bool {
        self.found.get(index).is_some_and(Found::is_there)
    }

    /// The value of that member.
    #[inline(always)]
    pub(crate) fn value(&self, index: usize) -> Option<Value<'a>> {
        let found = self.found.get(index).filter(|found| found.is_there())?;
        Some(Value::new(found.of(self.text)?, found.kinds.contains(Kinds::ESCAPED_STRINGS)))
    }

    /// Where the members stand, for a document that comes again; `None` for one of 64 KiB or more.
    pub(crate) fn outline(&self) -> Option<Outline<N>> {
        let mut outline = Outline { starts: [0; N], ends: [0; N], kinds: [Kinds::NONE; N] };
        let places = outline.starts.iter_mut().zip(&mut outline.ends).zip(&mut outline.kinds);
        for (((start, end), kinds), found) in places.zip(&self.found) {
            *start = u16::try_from(found.start).ok()?;
            *end = u16::try_from(found.end).ok()?;
            *kinds = found.kinds;
        }
        Some(outline)
    }

    /// The members of a document that `outline` was taken of: of any other text it would say
    /// nothing that is true, though nothing that is out of bounds either.
    pub(crate) fn recall(text: &'a str, outline: &Outline<N>) -> Self {
        let mut found = [Found::NOT; N];
        let places = outline.starts.iter().zip(&outline.ends).zip(&outline.kinds);
        for (found, ((start, end), kinds)) in found.iter_mut().zip(places) {
            *found = Found { start: u32::from(*start), end: u32::from(*end), kinds: *kinds };
        }
        Self { text, found }
    }

    /// What the elements of that member are, if it is an array.
    #[inline(always)]
    pub(crate) fn array_kinds(&self, index: usize) -> Kinds {
        self.found.get(index).map_or(Kinds::NONE, |found| found.kinds)
    }
}

/// Where the value of a member stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kinds: Kinds,
}

impl Found {
    pub(super) const NOT: Self = Self { start: 0, end: 0, kinds: Kinds::NONE };

    /// No value is empty.
    #[inline(always)]
    const fn is_there(&self) -> bool {
        self.end != 0
    }

    #[inline(always)]
    fn of(self, text: &str) -> Option<&str> {
        text.get(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }
}

/// Where the members that were looked for stand in a document: what a scan of it finds, small
/// enough to be kept.
#[derive(Clone, Copy)]
pub(crate) struct Outline<const N: usize> {
    starts: [u16; N],
    ends: [u16; N],
    kinds: [Kinds; N],
}

/// The kinds of values that a string is, or that an array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const PLAIN_STRINGS: Self = Self(1);
    pub(crate) const ESCAPED_STRINGS: Self = Self(2);
    pub(crate) const OTHERS: Self = Self(4);

    #[inline(always)]
    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[inline(always)]
    pub(super) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
