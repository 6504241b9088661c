//! A position in a document. Behind the end it reads NUL, which is legal nowhere in JSON, so that
//! no step needs a check of its own for the end.

use super::members::Kinds;
use super::steps;
use crate::Reason;

/// It is passed by value, also to functions of its own that are not inlined: one whose address is
/// taken would be kept in memory, not in registers. On processors with words of 32 bits the longer
/// steps are functions of their own: a copy wherever they are taken would be 4 KB on a device.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// The end of the document, from the position on.
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    pub(super) const fn new(document: &'a str) -> Self {
        Self { rest: document.as_bytes() }
    }

    /// At the byte with this number.
    #[inline(always)]
    pub(super) fn new_at(document: &'a str, at: usize) -> Self {
        Self { rest: document.as_bytes().get(at..).unwrap_or(&[]) }
    }

    /// The number of the byte of `document` that the cursor stands at.
    #[inline(always)]
    pub(super) const fn at(self, document: &str) -> usize {
        document.len().wrapping_sub(self.rest.len())
    }

    #[inline(always)]
    pub(super) const fn is_at_end(self) -> bool {
        self.rest.is_empty()
    }

    #[inline(always)]
    pub(super) fn peek(self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn advance(&mut self, bytes: usize) {
        steps::count();
        self.rest = self.rest.get(bytes..).unwrap_or(&[]);
    }

    /// The next eight bytes, first byte lowest.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn word(self) -> u64 {
        steps::count();
        match self.rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => self.last_word(),
        }
    }

    /// [`word`](Self::word) where fewer than eight bytes are left.
    #[inline(never)]
    fn last_word(self) -> u64 {
        match (self.rest.first_chunk(), self.rest.last_chunk()) {
            (Some(first), Some(last)) => {
                // Of four to seven bytes, the last four overlap the first four, and agree there.
                let behind = u32::try_from(self.rest.len().saturating_sub(4)).unwrap_or(0);
                let last = u64::from(u32::from_le_bytes(*last));
                u64::from(u32::from_le_bytes(*first)) | last.unbounded_shl(behind.wrapping_mul(8))
            }
            _ => self.rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        }
    }

    /// Takes an opening bracket and white space behind it.
    #[inline(always)]
    pub(super) fn take_bracket(&mut self) {
        self.advance(1);
        self.skip_space();
    }

    /// Takes `literal`, of at most eight bytes, if it is what stands here.
    #[inline(always)]
    pub(super) fn take_literal(&mut self, literal: &str) -> bool {
        let rest = self.rest.strip_prefix(literal.as_bytes());
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn skip_space(&mut self) {
        // One comparison where there is none, as in most documents.
        while self.peek() <= b' ' && matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.advance(1);
        }
    }

    /// Takes this colon, comma or bracket, and white space around it, if it is what stands next.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn take_separator(&mut self, separator: u8) -> bool {
        match self.rest {
            [here, next, ..] if *here == separator && *next > b' ' => {
                self.advance(1);
                true
            }
            [here, ..] if *here != separator && *here > b' ' => false,
            _ => {
                let taken;
                (*self, taken) = self.behind_separator(separator);
                taken
            }
        }
    }

    /// Behind the separator and the white space around it, or behind the white space before another
    /// one.
    #[inline(never)]
    fn behind_separator(mut self, separator: u8) -> (Self, bool) {
        self.skip_space();
        let is_here = self.peek() == separator;
        if is_here {
            self.advance(1);
            self.skip_space();
        }
        (self, is_here)
    }

    /// Takes the string whose opening quote stands here, and notes whether it holds escapes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn take_string(&mut self, kinds: &mut Kinds) -> Result<(), Reason> {
        self.advance(1);
        self.skip_plain();
        if let [b'"', rest @ ..] = self.rest {
            self.rest = rest;
            kinds.add(Kinds::PLAIN_STRINGS);
        } else {
            *self = self.behind_rest_of_string()?;
            kinds.add(Kinds::ESCAPED_STRINGS);
        }
        Ok(())
    }

    /// Behind the value that stands here, if it is no object and no array.
    #[inline(never)]
    pub(super) fn behind_scalar(mut self) -> Result<(Self, Kinds), Reason> {
        let mut kinds = Kinds::OTHERS;
        match self.peek() {
            b'"' => {
                kinds = Kinds::NONE;
                self.take_string(&mut kinds)?;
            }
            b'-' | b'0'..=b'9' => self.take_number()?,
            _ => {
                if !["true", "false", "null"].iter().any(|word| self.take_literal(word)) {
                    return Err(Reason::InvalidJson);
                }
            }
        }
        Ok((self, kinds))
    }

    /// Takes the value that stands here, if it is no object and no array.
    #[inline(always)]
    pub(super) fn take_scalar(&mut self, kinds: &mut Kinds) -> Result<(), Reason> {
        // A digit alone, as in arrays of small numbers.
        if let [b'0'..=b'9', b',' | b']' | b'}' | b' ' | b'\n', ..] = self.rest {
            self.advance(1);
            kinds.add(Kinds::OTHERS);
            return Ok(());
        }
        // On a device numbers are read by what reads all else.
        #[cfg(target_pointer_width = "64")]
        if matches!(self.peek(), b'-' | b'0'..=b'9') {
            kinds.add(Kinds::OTHERS);
            return self.take_number();
        }
        let kind;
        (*self, kind) = self.behind_scalar()?;
        kinds.add(kind);
        Ok(())
    }

    /// Takes a number, where a digit or a minus sign stands. Byte by byte: most are short.
    #[inline(always)]
    fn take_number(&mut self) -> Result<(), Reason> {
        let mut rest = self.rest;
        if let [b'-', behind @ ..] = rest {
            rest = behind;
        }
        rest = match rest {
            // A zero stands alone before the point.
            [b'0', b'0'..=b'9', ..] => return Err(Reason::InvalidJson),
            [b'0', behind @ ..] => behind,
            _ => behind_digits(rest)?,
        };
        if let [b'.', behind @ ..] = rest {
            rest = behind_digits(behind)?;
        }
        if let [b'e' | b'E', b'+' | b'-', behind @ ..] | [b'e' | b'E', behind @ ..] = rest {
            rest = behind_digits(behind)?;
        }
        self.rest = rest;
        Ok(())
    }

    /// Moves to the next quote, backslash or control byte (NUL behind the end is one).
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn skip_plain(&mut self) {
        while let Some((word, rest)) = self.rest.split_first_chunk() {
            steps::count();
            let stop = stops(u64::from_le_bytes(*word));
            if stop != 0 {
                // The lowest set bit is exact; those above may be false.
                return self.advance(usize::from(first_byte(stop)));
            }
            self.rest = rest;
        }
        self.advance(usize::from(first_byte(stops(self.last_word()))));
    }

    /// From a stop in a string to behind its closing quote.
    #[inline(never)]
    fn behind_rest_of_string(mut self) -> Result<Self, Reason> {
        loop {
            match self.peek() {
                b'"' => {
                    self.advance(1);
                    return Ok(self);
                }
                b'\\' => _ = self.take_escape()?,
                0..0x20 => return Err(Reason::InvalidJson),
                _ => self.skip_plain(),
            }
        }
    }

    /// Takes the escape at the cursor, which stands on its backslash, and says what it stands for.
    ///
    /// A lone surrogate is refused: it stands for no character, and readers differ in what they
    /// make of it ([RFC 8259, section 8.2](https://www.rfc-editor.org/rfc/rfc8259#section-8.2)).
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn take_escape(&mut self) -> Result<char, Reason> {
        match self.take_short_escape() {
            Some(byte) => Ok(char::from(byte)),
            None => self.take_long_escape(),
        }
    }

    /// Takes the escape at the cursor, if it is one of two characters, and says which byte it
    /// stands for. A table, since a processor cannot foresee which of eight escapes comes next.
    #[inline(always)]
    pub(super) fn take_short_escape(&mut self) -> Option<u8> {
        let [b'\\', letter, rest @ ..] = self.rest else { return None };
        let byte = *SHORT_ESCAPES.get(usize::from(letter.wrapping_sub(b'"')))?;
        if byte == 0 {
            return None;
        }
        steps::count();
        self.rest = rest;
        Some(byte)
    }

    /// Takes the escape at the cursor, which is one of hexadecimal digits or none; moves on over
    /// two characters at least.
    #[inline(always)]
    fn take_long_escape(&mut self) -> Result<char, Reason> {
        self.advance(1);
        let letter = self.peek();
        self.advance(1);
        if letter != b'u' {
            return Err(Reason::InvalidJson);
        }
        let mut code = self.take_hex()?;
        if code & 0xfc00 == 0xd800 && self.take_literal("\\u") {
            let second = self.take_hex()?;
            if second & 0xfc00 != 0xdc00 {
                return Err(Reason::InvalidJson);
            }
            code = 0x1_0000_u32.wrapping_add((code & 0x3ff) << 10 | second & 0x3ff);
        }
        // What is left of surrogates stands alone, and is none.
        char::from_u32(code).ok_or(Reason::InvalidJson)
    }

    /// Takes four hexadecimal digits.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn take_hex(&mut self) -> Result<u32, Reason> {
        let [a, b, c, d, ..] = self.word().to_le_bytes();
        let value = hex_value([a, b, c, d]).ok_or(Reason::InvalidJson)?;
        self.advance(4);
        Ok(value)
    }
}

/// Behind the digits that have to stand here.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn behind_digits(digits: &[u8]) -> Result<&[u8], Reason> {
    let [b'0'..=b'9', rest @ ..] = digits else { return Err(Reason::InvalidJson) };
    let mut rest = rest;
    while let [b'0'..=b'9', behind @ ..] = rest {
        steps::count();
        rest = behind;
    }
    Ok(rest)
}

/// What a backslash and the letter stand for, from the first of them in ASCII on; zero where they
/// are no escape of two characters.
#[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "run by the compiler alone")]
static SHORT_ESCAPES: [u8; 83] = {
    let mut bytes = [0; 83];
    let escapes = *b"\"\"\\\\//b\x08f\x0cn\nr\rt\t";
    let (mut pairs, _) = escapes.as_chunks::<2>();
    while let [[letter, byte], rest @ ..] = pairs {
        bytes[(*letter - b'"') as usize] = *byte;
        pairs = rest;
    }
    bytes
};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// How many bytes of a word, from the lowest, stand before a quote, a backslash or a control byte:
/// eight where there is none.
#[inline(always)]
pub(super) const fn plain_bytes(word: u64) -> u32 {
    stops(word).trailing_zeros() >> 3
}

/// The high bit of each byte that is a quote, a backslash or below 0x20; exact up to and with the
/// lowest one.
#[inline(always)]
const fn stops(word: u64) -> u64 {
    // With bit 1 turned over, quotes are 0x20, and all that is below 0x20 stays there; 0x20 and
    // 0x21, which are no stops, become 0x22 and 0x23.
    let turned = word ^ (ONES * 0x02);
    let backslash = word ^ (ONES * 0x5c);
    (turned.wrapping_sub(ONES * 0x21) | backslash.wrapping_sub(ONES)) & !word & HIGH
}

/// The value of four hexadecimal digits, all at once, or `None` where one is none.
#[inline(always)]
fn hex_value(digits: [u8; 4]) -> Option<u32> {
    const ONES: u32 = 0x0101_0101;
    // The first digit is highest, in the result as well.
    let word = u32::from_be_bytes(digits);
    // Digits become 0 to 9, which 0x76 does not carry into the high bit; any other byte that is
    // not above 0x7f does. Letters become 1 to 6, which 0x79 does not and 0x7f does.
    let decimal = word ^ (ONES * 0x30);
    let letter = (word | (ONES * 0x20)) ^ (ONES * 0x60);
    let is_no_decimal = decimal.wrapping_add(ONES * 0x76);
    let is_no_letter = letter.wrapping_add(ONES * 0x79) | !letter.wrapping_add(ONES * 0x7f);
    // A byte above 0x7f is refused, and so is what it carries into the byte above it.
    if (word | is_no_decimal & is_no_letter) & (ONES << 7) != 0 {
        return None;
    }
    // A letter has bit 6, and its low half is 1 to 6: nine less than its value.
    let nine = (word >> 6 & ONES).wrapping_mul(9);
    let value = (word & (ONES * 0x0f)).wrapping_add(nine);
    let value = value >> 4 & 0x00f0_00f0 | value & 0x000f_000f;
    Some(value >> 8 & 0xff00 | value & 0xff)
}

/// The index, 0 to 7, of the byte that holds the lowest set bit.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "a number below 8")]
const fn first_byte(bits: u64) -> u8 {
    (bits.trailing_zeros() >> 3) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_stops_or_not_as_json_says() {
        for byte in 0..=255_u8 {
            for at in 0..8 {
                let mut bytes = [b'a'; 8];
                bytes[at] = byte;
                let stop = stops(u64::from_le_bytes(bytes));
                if matches!(byte, 0..0x20 | b'"' | b'\\') {
                    assert_eq!(usize::from(first_byte(stop)), at, "{byte:#x}");
                } else {
                    assert_eq!(stop, 0, "{byte:#x}");
                }
            }
            for place in 0..4 {
                let mut digits = *b"9aF0";
                digits[place] = byte;
                let text = core::str::from_utf8(&digits).unwrap_or("").replace('+', "");
                let value = u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == 4);
                assert_eq!(hex_value(digits), value, "{digits:?}");
            }
        }
    }

    #[test]
    fn the_end_reads_as_nul() {
        for text in ["", "abc", "abcdefg", "abcdefgh", "abcdefghijk"] {
            let mut cursor = Cursor::new(text);
            for at in 0..20 {
                let mut word = [0; 8];
                let rest = text.as_bytes().get(at..).unwrap_or(&[]);
                word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                assert_eq!(cursor.word(), u64::from_le_bytes(word), "{text} {at}");
                assert_eq!(cursor.peek(), word[0]);
                let is_at_end = at >= text.len();
                assert_eq!((cursor.at(text), cursor.is_at_end()), (at.min(text.len()), is_at_end));
                assert_eq!(Cursor::new_at(text, at).at(text), at.min(text.len()));
                cursor.advance(1);
            }
            let mut cursor = Cursor::new(text);
            cursor.skip_plain();
            assert_eq!(cursor.at(text), text.len());
            assert_eq!((cursor.peek(), cursor.word(), cursor.is_at_end()), (0, 0, true));
            cursor.advance(usize::MAX);
            assert_eq!(cursor.at(text), text.len());
        }
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
            assert_eq!(Cursor::new(raw).take_escape(), Err(Reason::InvalidJson), "{raw}");
        }
    }
}
