//! JSON strings: as they stand in a document, and what they say once escapes are decoded.

use core::fmt;
use core::str::Chars;

use super::cursor::Cursor;
use crate::Reason;

/// A JSON string of a checked document.
///
/// It is kept as it stands there; escapes are decoded where it is compared or read.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    /// Without the quotes.
    raw: &'t str,
    escapes: Escapes,
}

/// As wide as a word: padding would be copied along in pieces, and whatever reads it back as a
/// whole would have to wait for all of them.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Escapes {
    None,
    Some,
}

impl<'t> Text<'t> {
    /// `raw` is what stands between the quotes of a string that the scanner has passed.
    #[inline(always)]
    pub(super) const fn new(raw: &'t str, has_escapes: bool) -> Self {
        Self { raw, escapes: if has_escapes { Escapes::Some } else { Escapes::None } }
    }

    /// The string, where it holds no escape; else `None`, and [`chars`](Self::chars) or
    /// [`decode`](Self::decode) read it.
    #[must_use]
    #[inline]
    pub const fn as_str(self) -> Option<&'t str> {
        match self.escapes {
            Escapes::None => Some(self.raw),
            Escapes::Some => None,
        }
    }

    /// The characters, escapes decoded.
    pub fn chars(self) -> impl Iterator<Item = char> + use<'t> {
        Decoded { pieces: self.pieces(), plain: "".chars() }
    }

    /// Whether the decoded string has more bytes than this.
    #[cfg(feature = "mcp")]
    pub(crate) fn is_longer_than(self, bytes: usize) -> bool {
        match self.as_str() {
            Some(text) => text.len() > bytes,
            None => {
                self.chars().try_fold(bytes, |room, c| room.checked_sub(c.len_utf8())).is_none()
            }
        }
    }

    /// The string, decoded into the front of `memory` if it holds an escape.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`] where `memory` is too short; the string as it stands in the
    /// document, escapes and all, is never shorter than the decoded one.
    pub fn decode<'m>(self, memory: &'m mut [u8]) -> Result<&'m str, Reason>
    where
        't: 'm,
    {
        self.decode_or_borrow(memory).map(|(text, _)| text)
    }

    /// Like [`decode`](Self::decode), and hands back the memory that was not needed.
    #[inline(always)]
    pub(crate) fn decode_or_borrow<'m>(
        self,
        memory: &'m mut [u8],
    ) -> Result<(&'m str, &'m mut [u8]), Reason>
    where
        't: 'm,
    {
        match self.as_str() {
            Some(text) => Ok((text, memory)),
            None => self.copy_to(memory),
        }
    }

    /// Copies the decoded string to the front of `memory` and returns it and the rest.
    pub(crate) fn copy_to(self, memory: &mut [u8]) -> Result<(&str, &mut [u8]), Reason> {
        let len = self.write_to(memory)?;
        let (text, rest) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;
        // Characters were encoded into it, so it is UTF-8.
        let text = core::str::from_utf8(text).map_err(|_| Reason::InvalidJson)?;
        Ok((text, rest))
    }

    /// Writes the decoded string to the front of `memory` and returns how many bytes it has.
    #[inline(never)]
    pub(crate) fn write_to(self, memory: &mut [u8]) -> Result<usize, Reason> {
        let len = memory.len();
        let mut room = memory;
        for piece in self.pieces() {
            room = match piece {
                Piece::Plain(text) => write(text.as_bytes(), room),
                Piece::Char(c) if c.is_ascii() => write(&[u8::try_from(c).unwrap_or(0)], room),
                Piece::Char(c) => write(c.encode_utf8(&mut [0; 4]).as_bytes(), room),
            }?;
        }
        Ok(len.saturating_sub(room.len()))
    }

    /// The decoded string in pieces: what stands between the escapes, and each escape.
    #[inline(always)]
    pub(super) const fn pieces(self) -> Pieces<'t> {
        Pieces { raw: self.raw, cursor: Cursor::new(self.raw) }
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        if let Some(text) = self.as_str() {
            return text == other;
        }
        let mut rest = Some(other);
        for piece in self.pieces() {
            rest = rest.and_then(|rest| match piece {
                Piece::Plain(text) => rest.strip_prefix(text),
                Piece::Char(c) => rest.strip_prefix(c),
            });
            if rest.is_none() {
                return false;
            }
        }
        rest == Some("")
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.as_str(), other.as_str()) {
            (Some(text), _) => *other == *text,
            (None, Some(text)) => *self == *text,
            (None, None) => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Text<'_> {}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.raw)
    }
}

/// Writes `bytes` to the front of `room` and returns the rest of it.
#[inline(always)]
fn write<'m>(bytes: &[u8], room: &'m mut [u8]) -> Result<&'m mut [u8], Reason> {
    let (place, rest) = room.split_at_mut_checked(bytes.len()).ok_or(Reason::MemoryTooSmall)?;
    place.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(rest)
}

/// A part of a string: text without escapes, or what an escape stands for.
#[derive(Clone, Copy)]
pub(super) enum Piece<'t> {
    Plain(&'t str),
    Char(char),
}

/// The pieces of a string that the scanner has passed.
pub(super) struct Pieces<'t> {
    raw: &'t str,
    cursor: Cursor<'t>,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn next(&mut self) -> Option<Piece<'t>> {
        if self.cursor.peek() == b'\\' {
            return Some(Piece::Char(
                self.cursor.take_escape().unwrap_or(char::REPLACEMENT_CHARACTER),
            ));
        }
        let start = self.cursor.at(self.raw);
        self.cursor.skip_plain();
        let plain = self.raw.get(start..self.cursor.at(self.raw)).unwrap_or("");
        if plain.is_empty() { None } else { Some(Piece::Plain(plain)) }
    }
}

struct Decoded<'t> {
    pieces: Pieces<'t>,
    plain: Chars<'t>,
}

impl Iterator for Decoded<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if let Some(c) = self.plain.next() {
            return Some(c);
        }
        match self.pieces.next()? {
            Piece::Char(c) => Some(c),
            Piece::Plain(text) => {
                self.plain = text.chars();
                self.plain.next()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::members::Kinds;
    use super::*;

    fn text(raw: &str) -> Text<'_> {
        let quoted = format!("\"{raw}\"");
        let mut cursor = Cursor::new(&quoted);
        let mut kinds = Kinds::NONE;
        cursor.take_string(&mut kinds).unwrap();
        assert_eq!(cursor.at(&quoted), quoted.len(), "not a string: {raw}");
        Text::new(raw, kinds.contains(Kinds::ESCAPED_STRINGS))
    }

    #[test]
    fn escapes_say_what_they_stand_for() {
        assert_eq!(text(r"a\u0062c"), "abc");
        assert_eq!(text(r#"\"\\\/\b\f\n\r\t"#), "\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(text(r"\uD83D\uDE00!"), "😀!");
        assert_eq!(text("😀"), text(r"\ud83d\ude00"));
        assert_eq!(text(r"\u0061b\n"), text(r"a\u0062\u000a"));
        assert_ne!(text(r"\u0061b\n"), text(r"a\u0062\u000ac"));
        assert_ne!(text("ab"), "abc");
        assert_ne!(text(r"a\u0062"), "abc");
        assert_ne!(text(r"a\u0062c"), "ab");
        assert_ne!(text(r"ab\u0000"), "ab");
        assert!(text(r"a\u00e9\nb").chars().eq("aé\nb".chars()));
    }

    #[test]
    fn decoding_needs_memory_only_for_escapes() {
        assert_eq!(text("abc").decode(&mut []).unwrap(), "abc");
        assert_eq!(text(r"\u00e9b").decode(&mut [0; 3]).unwrap(), "éb");
        assert_eq!(text(r"\u00e9b").decode(&mut [0; 2]), Err(Reason::MemoryTooSmall));
    }

    #[test]
    fn pieces_of_what_was_never_checked_end() {
        for raw in ["\\", "a\\", "\\u", "\\u12", "\\ud800", "\\ud800\\u", "\""] {
            assert!(Text::new(raw, true).pieces().count() <= raw.len(), "{raw}");
        }
    }
}
