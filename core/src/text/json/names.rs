//! The names of members: those that are looked for, and those of open objects, to find the ones
//! that stand twice.

use super::cursor::{Cursor, plain_bytes};
use super::steps;
use super::string::Text;
use crate::Reason;
use crate::limits::{MAX_MEMBERS, MAX_NAME_COLLISIONS, NAME_LEN};

/// Names of members that are looked for, with a table to find them in by their hash.
pub(crate) struct Known<const N: usize> {
    names: [KnownName; N],
    places: [u8; PLACES],
    shift: u32,
}

#[derive(Clone, Copy)]
struct KnownName {
    hash: u64,
    name: &'static str,
}

/// Places of the table: so many that for the 18 names of a key some six bits of the hash tell them
/// all apart.
const PLACES: usize = 64;

/// Marks a place where no name is.
const NO_NAME: u8 = 0xff;

impl<const N: usize> Known<N> {
    /// The table of these names, made by the compiler, which refuses names that no six bits of
    /// their hashes tell apart.
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "run by the compiler alone"
    )]
    pub(crate) const fn new(names: [&'static str; N]) -> Self {
        let mut known = [KnownName { hash: 0, name: "" }; N];
        let mut i = 0;
        while i < N {
            known[i] = KnownName { hash: hash_known(names[i].as_bytes()), name: names[i] };
            i += 1;
        }
        let mut shift = 0;
        'shift: loop {
            assert!(shift <= 64 - PLACES.trailing_zeros());
            let mut places = [NO_NAME; PLACES];
            let mut i = 0;
            while i < N {
                let place = (known[i].hash >> shift) as usize % PLACES;
                if places[place] != NO_NAME {
                    shift += 1;
                    continue 'shift;
                }
                places[place] = i as u8;
                i += 1;
            }
            return Self { names: known, places, shift };
        }
    }

    /// The place of `name` among the names.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let hash = hash_plain(name);
        self.as_table().find(hash, name.len(), || Text::new(name, false))
    }

    /// The same for any number of names.
    #[inline(always)]
    pub(super) const fn as_table(&self) -> Table<'_> {
        Table { names: &self.names, places: &self.places, shift: self.shift }
    }
}

/// A view of [`Known`] names.
#[derive(Clone, Copy)]
pub(super) struct Table<'k> {
    names: &'k [KnownName],
    places: &'k [u8; PLACES],
    shift: u32,
}

impl Table<'_> {
    /// The place among the known names of the name with this hash and, once decoded, of `len`
    /// bytes.
    #[inline(always)]
    pub(super) fn find<'a>(
        self,
        hash: u64,
        len: usize,
        name: impl FnOnce() -> Text<'a>,
    ) -> Option<usize> {
        let place = hash.wrapping_shr(self.shift).to_le_bytes()[0] & 0x3f;
        let index = usize::from(*self.places.get(usize::from(place))?);
        let known = self.names.get(index)?;
        // Among names of one length up to eight bytes, equal hashes are equal names: see `mix`.
        let is_equal =
            known.hash == hash && known.name.len() == len && (len <= 8 || name() == known.name);
        is_equal.then_some(index)
    }
}

/// The names of all open objects, innermost last: a hash and where the name starts.
///
/// The hashes stand together, so that many are compared at once.
pub(super) struct Names<'m> {
    hashes: &'m mut [[u8; 4]],
    starts: &'m mut [[u8; 4]],
    open: usize,
    /// How many more pairs of different names with equal hashes are put up with.
    collisions_left: u32,
}

impl<'m> Names<'m> {
    #[inline(always)]
    pub(super) fn new(memory: &'m mut [u8]) -> Self {
        let room = memory.len().checked_div(NAME_LEN).unwrap_or(0).min(MAX_MEMBERS);
        let (slots, _) = memory.as_chunks_mut();
        let (hashes, starts) = slots.split_at_mut_checked(room).unwrap_or_default();
        Self { hashes, starts, open: 0, collisions_left: MAX_NAME_COLLISIONS }
    }

    /// How many names are open.
    #[inline(always)]
    pub(super) const fn open(&self) -> usize {
        self.open
    }

    /// Closes all names from the one with this number on.
    #[inline(always)]
    pub(super) const fn forget_from(&mut self, first: usize) {
        self.open = first;
    }

    #[inline(always)]
    pub(super) fn push(&mut self, hash: u64, start: u32) -> Result<(), Reason> {
        let slot = (self.hashes.get_mut(self.open), self.starts.get_mut(self.open));
        let (Some(hash_slot), Some(start_slot)) = slot else {
            return Err(if self.open < MAX_MEMBERS {
                Reason::MemoryTooSmall
            } else {
                Reason::TooLarge
            });
        };
        (*hash_slot, *start_slot) = (low_half(hash), start.to_le_bytes());
        self.open = self.open.wrapping_add(1);
        Ok(())
    }

    /// Refuses the name that starts at `start` if one of those from `first` on is equal to it.
    #[inline(never)]
    pub(super) fn refuse_seen(
        &mut self,
        text: &str,
        first: usize,
        hash: u64,
        start: u32,
    ) -> Result<(), Reason> {
        let hash = low_half(hash);
        // Blocks end where the memory does, not with the open names: whole ones are compared at
        // once. What is behind the open ones only raises a suspicion.
        let (blocks, rest) = self.hashes.get(first..).unwrap_or_default().as_chunks::<BLOCK>();
        let used = self.open.wrapping_sub(first).div_ceil(BLOCK);
        for (number, block) in blocks.iter().take(used).enumerate() {
            if is_any(block, hash) {
                let first = first.wrapping_add(number.wrapping_mul(BLOCK));
                self.collisions_left = self.refuse_among(text, first, hash, start)?;
            }
        }
        if used > blocks.len() && is_any(rest, hash) {
            let first = first.wrapping_add(blocks.len().wrapping_mul(BLOCK));
            self.collisions_left = self.refuse_among(text, first, hash, start)?;
        }
        Ok(())
    }

    /// Refuses the name at `new` if one of the names from `first` on, a block of them, is equal to
    /// it; else returns how many more collisions are put up with.
    #[inline(never)]
    fn refuse_among(
        &self,
        text: &str,
        first: usize,
        hash: [u8; 4],
        new: u32,
    ) -> Result<u32, Reason> {
        let mut collisions_left = self.collisions_left;
        let open = first..self.open.min(first.saturating_add(BLOCK));
        let hashes = self.hashes.get(open.clone()).unwrap_or_default();
        let starts = self.starts.get(open).unwrap_or_default();
        for (_, start) in hashes.iter().zip(starts).filter(|(other, _)| **other == hash) {
            if string_at(text, u32::from_le_bytes(*start)) == string_at(text, new) {
                return Err(Reason::DuplicateMember);
            }
            collisions_left = collisions_left.checked_sub(1).ok_or(Reason::TooLarge)?;
        }
        Ok(collisions_left)
    }
}

/// Hashes that are compared at once.
const BLOCK: usize = 16;

/// Whether one of `hashes` is `hash`. Without a branch, so that several are compared at once.
#[inline(always)]
fn is_any(hashes: &[[u8; 4]], hash: [u8; 4]) -> bool {
    steps::count();
    let hash = u32::from_le_bytes(hash);
    hashes.iter().fold(0, |any, other| any | u32::from(u32::from_le_bytes(*other) == hash)) != 0
}

fn low_half(hash: u64) -> [u8; 4] {
    u32::try_from(hash & 0xffff_ffff).unwrap_or(0).to_le_bytes()
}

/// The checked string whose first character is at `start`.
pub(super) fn string_at(text: &str, start: u32) -> Text<'_> {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let mut cursor = Cursor::new_at(text, start);
    let mut has_escapes = false;
    loop {
        cursor.skip_plain();
        if cursor.peek() != b'\\' {
            let name = text.get(start..cursor.at(text)).unwrap_or("");
            return Text::new(name, has_escapes);
        }
        has_escapes = true;
        cursor.advance(2);
    }
}

/// The hash of a name without escapes. Not keyed: who searches for equal hashes gains nothing but
/// [`MAX_NAME_COLLISIONS`] comparisons.
fn hash_plain(name: &str) -> u64 {
    let (words, rest) = name.as_bytes().as_chunks();
    let hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    finish(hash, last, name.len())
}

/// Takes the name, up to and with its closing quote, whose first character is at the cursor, if
/// it has no escapes; returns its hash and its length.
#[inline(always)]
pub(super) fn take_plain_name(mut cursor: Cursor<'_>) -> Option<(Cursor<'_>, u64, usize)> {
    let (mut hash, mut len) = (0, 0_usize);
    loop {
        let word = cursor.word();
        let bytes = plain_bytes(word);
        if bytes == 8 {
            hash = mix(hash, word);
            len = len.wrapping_add(8);
            cursor.advance(8);
            continue;
        }
        let bits = bytes.wrapping_mul(8);
        if word.wrapping_shr(bits) & 0xff != 0x22 {
            return None;
        }
        let bytes = usize::try_from(bytes).unwrap_or(0);
        len = len.wrapping_add(bytes);
        cursor.advance(bytes.wrapping_add(1));
        return Some((cursor, finish(hash, word & !u64::MAX.wrapping_shl(bits), len), len));
    }
}

/// The same for a name with escapes; the length is that of the decoded name.
#[inline(never)]
pub(super) fn take_escaped_name(
    mut cursor: Cursor<'_>,
) -> Result<(Cursor<'_>, u64, usize), Reason> {
    let mut hasher = Hasher { hash: 0, word: 0, len: 0 };
    loop {
        while let Some(byte) = cursor.take_short_escape() {
            hasher.push(u64::from(byte), 1);
        }
        match cursor.peek() {
            b'\\' => {
                let c = cursor.take_escape()?;
                let mut bytes = [0; 4];
                let len = c.encode_utf8(&mut bytes).len();
                let word = u64::from(u32::from_le_bytes(bytes));
                hasher.push(word, u32::try_from(len).unwrap_or(0));
            }
            b'"' => {
                cursor.advance(1);
                let len = usize::try_from(hasher.len).unwrap_or(0);
                return Ok((cursor, finish(hasher.hash, hasher.word, len), len));
            }
            0..0x20 => return Err(Reason::InvalidJson),
            _ => {
                let word = cursor.word();
                let bytes = plain_bytes(word);
                hasher.push(word & !u64::MAX.unbounded_shl(bytes.wrapping_mul(8)), bytes);
                cursor.advance(usize::try_from(bytes).unwrap_or(0));
            }
        }
    }
}

/// The hash of a name that comes in pieces.
struct Hasher {
    hash: u64,
    /// The bytes that do not fill a word yet, first byte lowest.
    word: u64,
    len: u32,
}

impl Hasher {
    /// Takes up to eight bytes, first byte lowest; those above are zero.
    #[inline(always)]
    fn push(&mut self, bytes: u64, count: u32) {
        let before = self.len % 8;
        let bits = before.wrapping_mul(8);
        self.word |= bytes.wrapping_shl(bits);
        if before.wrapping_add(count) >= 8 {
            self.hash = mix(self.hash, self.word);
            self.word = bytes.unbounded_shr(64_u32.wrapping_sub(bits));
        }
        self.len = self.len.wrapping_add(count);
    }
}

/// The same hash of a name without escapes, for the compiler.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "run by the compiler alone"
)]
const fn hash_known(name: &[u8]) -> u64 {
    let (mut hash, mut word, mut i) = (0, 0, 0);
    while i < name.len() {
        word |= (name[i] as u64) << (8 * (i % 8));
        i += 1;
        if i % 8 == 0 {
            hash = mix(hash, word);
            word = 0;
        }
    }
    finish(hash, word, name.len())
}

/// For a given `hash` one word gives one result, and for a given `word` one hash does: the factor
/// is odd, so the product can be divided by it again, and its high half, which the shift leaves
/// alone, undoes the shift.
///
/// A name of up to eight bytes is one word beside constants of its length. So two such names of
/// one length have equal hashes only where they are equal.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(super) const fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

/// The length goes in, so that a name and the same name with NULs behind it differ.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "a length is mixed in, whatever its width")]
const fn finish(hash: u64, last: u64, len: usize) -> u64 {
    mix(hash, last ^ len as u64)
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn escaped_plain_and_known_names_hash_alike() {
        for name in ["", "a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnopq", "é€😀"]
        {
            let hash = hash_known(name.as_bytes());
            assert_eq!(hash_plain(name), hash, "{name}");
            for behind in ["\"", "\":\"more text of the document"] {
                let plain = format!("{name}{behind}");
                let (rest, taken, len) = take_plain_name(Cursor::new(&plain)).unwrap();
                assert_eq!((taken, len, rest.at(&plain)), (hash, name.len(), name.len() + 1));
                let escaped: String =
                    name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                // Escapes and what stands for itself, at each place of a word.
                for (at, _) in name.char_indices() {
                    let units = name[..at].encode_utf16().count();
                    let half = format!("{}{}{behind}", &name[..at], &escaped[6 * units..]);
                    let (rest, taken, len) = take_escaped_name(Cursor::new(&half)).unwrap();
                    assert_eq!((taken, len), (hash, name.len()), "{half}");
                    assert_eq!(rest.at(&half), half.len() - behind.len() + 1);
                }
            }
        }
    }

    #[test]
    fn known_names_are_found_and_no_others() {
        static KNOWN: Known<5> = Known::new(["", "a", "iss", "eight_by", "permissions"]);
        for (index, known) in KNOWN.names.iter().enumerate() {
            assert_eq!(KNOWN.position(known.name), Some(index));
        }
        for name in ["\0", "b", "is", "isss", "eight_bx", "permission", "permissionz"] {
            assert_eq!(KNOWN.position(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_only_hashes_like_a_known_one_is_not_it() {
        let known = Known::new(["a long name", "another long name"]);
        let table = known.as_table();
        let hash = hash_known(b"a long name");
        assert_eq!(table.find(hash, 11, || Text::new("a long name", false)), Some(0));
        assert_eq!(table.find(hash, 11, || Text::new("a long nose", false)), None);
        assert_eq!(table.find(hash, 12, || Text::new("a long name", false)), None);
    }

    #[test]
    fn names_made_to_collide_are_given_up_on() {
        let mut memory = [0; 64 * NAME_LEN];
        let mut names = Names::new(&mut memory);
        let text = "abcdefghijklmnopqrstuvwxyz\"!\"";
        for start in 0..=MAX_NAME_COLLISIONS {
            names.push(7, start).unwrap();
        }
        let name = 27;
        assert_eq!(names.refuse_seen(text, 0, 7, name), Err(Reason::TooLarge));
        let mut names = Names::new(&mut memory);
        for start in 0..MAX_NAME_COLLISIONS {
            names.push(7, start).unwrap();
        }
        assert_eq!(names.refuse_seen(text, 0, 7, name), Ok(()));
    }

    #[test]
    fn a_name_is_found_wherever_it_stands_among_many() {
        let text: String = (0..100).map(|i| format!("{i:03}\"")).collect();
        let starts: Vec<u32> = (0..100).map(|i| i * 4).collect();
        let mut memory = [0; 100 * NAME_LEN];
        let mut names = Names::new(&mut memory);
        for (i, start) in starts.iter().enumerate() {
            names.push(i as u64, *start).unwrap();
        }
        for i in 0..100 {
            let name = starts[i as usize];
            let refused = names.refuse_seen(&text, 0, i, name);
            assert_eq!(refused, Err(Reason::DuplicateMember));
            // What stands before `first` belongs to other objects.
            let first = i as usize + 1;
            assert_eq!(names.refuse_seen(&text, first, i, name), Ok(()));
        }
        assert_eq!(names.push(0, 0), Err(Reason::MemoryTooSmall));
    }
}
