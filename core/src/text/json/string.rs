//! JSON strings: as they stand in a document, and what they say once escapes are decoded.

use core::fmt;

use super::cursor::Cursor;
use crate::Reason;

/// A JSON string of a checked document.
///
/// It is kept as it stands there; escapes are decoded where it is compared or read.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    /// Without the quotes.
    raw: &'t str,
}

impl<'t> Text<'t> {
    /// `raw` is what stands between the quotes of a string that the scanner has passed.
    pub(super) const fn new(raw: &'t str) -> Self {
        Self { raw }
    }

    /// The string, where it holds no escape; else `None`, and [`chars`](Self::chars) or
    /// [`decode`](Self::decode) read it.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        (!self.raw.as_bytes().contains(&b'\\')).then_some(self.raw)
    }

    /// The characters, escapes decoded.
    pub fn chars(self) -> impl Iterator<Item = char> + use<'t> {
        Decoded { rest: self.raw }
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
        let mut len = 0_usize;
        for c in self.chars() {
            let room = memory.get_mut(len..).unwrap_or_default();
            if room.len() < c.len_utf8() {
                return Err(Reason::MemoryTooSmall);
            }
            len = len.saturating_add(c.encode_utf8(room).len());
        }
        let (text, rest) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;
        // Characters were encoded into it, so it is UTF-8.
        let text = core::str::from_utf8(text).map_err(|_| Reason::InvalidJson)?;
        Ok((text, rest))
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_str() {
            Some(text) => text == other,
            None => self.chars().eq(other.chars()),
        }
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
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

/// Takes the escape at the cursor, which stands on its backslash.
///
/// A lone surrogate is refused: it stands for no character, and readers differ in what they make
/// of it ([RFC 8259, section 8.2](https://www.rfc-editor.org/rfc/rfc8259#section-8.2)).
#[cold]
pub(super) fn take_escape(cursor: &mut Cursor<'_>) -> Result<(), Reason> {
    cursor.advance(1);
    let letter = cursor.peek();
    cursor.advance(1);
    match letter {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
        b'u' => match take_hex(cursor)? {
            0xdc00..=0xdfff => Err(Reason::InvalidJson),
            0xd800..=0xdbff => {
                if !cursor.take_literal("\\u") {
                    return Err(Reason::InvalidJson);
                }
                match take_hex(cursor)? {
                    0xdc00..=0xdfff => Ok(()),
                    _ => Err(Reason::InvalidJson),
                }
            }
            _ => Ok(()),
        },
        _ => Err(Reason::InvalidJson),
    }
}

fn take_hex(cursor: &mut Cursor<'_>) -> Result<u32, Reason> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = char::from(cursor.peek()).to_digit(16).ok_or(Reason::InvalidJson)?;
        unit = unit << 4 | digit;
        cursor.advance(1);
    }
    Ok(unit)
}

struct Decoded<'t> {
    rest: &'t str,
}

impl Decoded<'_> {
    fn hex(&mut self) -> u32 {
        let (digits, rest) = self.rest.split_at_checked(4).unwrap_or(("", ""));
        self.rest = rest;
        u32::from_str_radix(digits, 16).unwrap_or(0)
    }
}

impl Iterator for Decoded<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        if c != '\\' {
            return Some(c);
        }
        let letter = chars.next()?;
        self.rest = chars.as_str();
        Some(match letter {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.hex();
                let code = if first & 0xfc00 == 0xd800 {
                    self.rest = self.rest.get(2..).unwrap_or("");
                    let second = self.hex();
                    0x1_0000_u32.wrapping_add((first & 0x3ff) << 10 | second & 0x3ff)
                } else {
                    first
                };
                // The scanner has seen to it that this is a character.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            c => c,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> Text<'_> {
        let quoted = format!("{raw}\"");
        let mut cursor = Cursor::new(&quoted);
        loop {
            cursor.skip_plain();
            match cursor.peek() {
                b'\\' => take_escape(&mut cursor).unwrap(),
                _ => break,
            }
        }
        assert_eq!(cursor.at(), raw.len(), "not a string: {raw}");
        Text::new(raw)
    }

    #[test]
    fn escapes_say_what_they_stand_for() {
        assert_eq!(text(r"a\u0062c"), "abc");
        assert_eq!(text(r#"\"\\\/\b\f\n\r\t"#), "\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(text(r"\uD83D\uDE00!"), "😀!");
        assert_eq!(text("😀"), text(r"\ud83d\ude00"));
        assert_ne!(text("ab"), "abc");
        assert_ne!(text(r"ab\u0000"), "ab");
    }

    #[test]
    fn bad_escapes_are_refused() {
        for raw in [
            r"\x",
            r"\u12",
            r"\u12g4",
            r"\ud800",
            r"\ud800\n",
            r"\ud800\u0041",
            r"\udc00",
            "\\",
            r"\u+123",
        ] {
            assert_eq!(take_escape(&mut Cursor::new(raw)), Err(Reason::InvalidJson), "{raw}");
        }
    }

    #[test]
    fn decoding_needs_memory_only_for_escapes() {
        assert_eq!(text("abc").decode(&mut []).unwrap(), "abc");
        assert_eq!(text(r"\u00e9b").decode(&mut [0; 3]).unwrap(), "éb");
        assert_eq!(text(r"\u00e9b").decode(&mut [0; 2]), Err(Reason::MemoryTooSmall));
    }
}
