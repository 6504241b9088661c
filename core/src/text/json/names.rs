//! The member names of open objects, to find those that stand twice.

use super::cursor::Cursor;
use super::string::Text;
use crate::Reason;
use crate::limits::{MAX_MEMBERS, MAX_NAME_COLLISIONS, NAME_LEN};

/// The names of all open objects, innermost last: a hash and where the name starts.
pub(super) struct Names<'m> {
    slots: &'m mut [[u8; NAME_LEN]],
    open: usize,
    /// How many more pairs of different names with equal hashes are put up with.
    collisions_left: u32,
}

impl<'m> Names<'m> {
    pub(super) fn new(memory: &'m mut [u8]) -> Self {
        let (slots, _) = memory.as_chunks_mut();
        Self { slots, open: 0, collisions_left: MAX_NAME_COLLISIONS }
    }

    /// How many names are open.
    pub(super) const fn open(&self) -> usize {
        self.open
    }

    /// Closes all names from the one with this number on.
    pub(super) const fn forget_from(&mut self, first: usize) {
        self.open = first;
    }

    #[inline(always)]
    pub(super) fn push(&mut self, hash: u64, start: usize) -> Result<(), Reason> {
        if self.open >= MAX_MEMBERS {
            return Err(Reason::TooLarge);
        }
        let slot = self.slots.get_mut(self.open).ok_or(Reason::MemoryTooSmall)?;
        let start = u32::try_from(start).map_err(|_| Reason::TooLarge)?;
        let [h0, h1, h2, h3, ..] = hash.to_le_bytes();
        let [s0, s1, s2, s3] = start.to_le_bytes();
        *slot = [h0, h1, h2, h3, s0, s1, s2, s3];
        self.open = self.open.saturating_add(1);
        Ok(())
    }

    /// Refuses `name` if one of the names from `first` on is equal to it.
    #[cold]
    pub(super) fn refuse_seen(
        &mut self,
        text: &str,
        first: usize,
        hash: u64,
        name: &str,
    ) -> Result<(), Reason> {
        let [h0, h1, h2, h3, ..] = hash.to_le_bytes();
        for slot in self.slots.get(first..self.open).unwrap_or_default() {
            let [a0, a1, a2, a3, s0, s1, s2, s3] = *slot;
            if [a0, a1, a2, a3] != [h0, h1, h2, h3] {
                continue;
            }
            let start = usize::try_from(u32::from_le_bytes([s0, s1, s2, s3])).unwrap_or(usize::MAX);
            if Text::new(string_at(text, start)) == Text::new(name) {
                return Err(Reason::DuplicateMember);
            }
            self.collisions_left = self.collisions_left.checked_sub(1).ok_or(Reason::TooLarge)?;
        }
        Ok(())
    }
}

/// What stands between the quotes of the checked string whose first character is at `start`.
fn string_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let mut cursor = Cursor::new(rest);
    loop {
        cursor.skip_plain();
        if cursor.peek() != b'\\' {
            return cursor.since(0);
        }
        cursor.advance(2);
    }
}

/// The hash of a name without escapes. Not keyed: who searches for equal hashes gains nothing but
/// [`MAX_NAME_COLLISIONS`] comparisons.
#[inline(always)]
pub(super) fn hash_plain(name: &[u8]) -> u64 {
    let (words, rest) = name.as_chunks();
    let hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    finish(hash, last, name.len())
}

/// The same hash of the decoded name.
#[cold]
pub(super) fn hash_escaped(name: &str) -> u64 {
    let (mut hash, mut word, mut len) = (0, [0_u8; 8], 0_usize);
    for c in Text::new(name).chars() {
        for &byte in c.encode_utf8(&mut [0; 4]).as_bytes() {
            word.rotate_left(1);
            let [.., last] = &mut word;
            *last = byte;
            len = len.wrapping_add(1);
            if len.is_multiple_of(8) {
                hash = mix(hash, u64::from_le_bytes(word));
                word = [0; 8];
            }
        }
    }
    // The bytes of a part of a word were pushed in from the end.
    word.rotate_left(8_usize.wrapping_sub(len % 8) % 8);
    finish(hash, u64::from_le_bytes(word), len)
}

const fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

/// The length goes in, so that a name and the same name with NULs behind it differ.
#[expect(clippy::as_conversions, reason = "a length is mixed in, whatever its width")]
const fn finish(hash: u64, last: u64, len: usize) -> u64 {
    mix(mix(hash, last), len as u64)
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    #[test]
    fn escaped_and_plain_names_hash_alike() {
        for name in ["", "a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnopq", "é€😀"]
        {
            let escaped: String =
                name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            assert_eq!(hash_plain(name.as_bytes()), hash_escaped(&escaped), "{name}");
        }
    }

    #[test]
    fn names_made_to_collide_are_given_up_on() {
        let mut memory = [0; 64 * NAME_LEN];
        let mut names = Names::new(&mut memory);
        let text = "abcdefghijklmnopqrstuvwxyz\"";
        for start in 0..17 {
            names.push(7, start).unwrap();
        }
        assert_eq!(names.refuse_seen(text, 0, 7, "!"), Err(Reason::TooLarge));
    }
}
