//! A position in a document. Behind the end it reads NUL, which is legal nowhere in JSON, so that
//! no step needs a check of its own for the end.

#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) const fn at(self) -> usize {
        self.at
    }

    #[inline(always)]
    pub(super) fn peek(self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    #[inline(always)]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// The next eight bytes, first byte lowest.
    #[inline(always)]
    pub(super) fn word(self) -> u64 {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        }
    }

    /// The text between an earlier position and this one; empty where that is none.
    #[inline(always)]
    pub(super) fn since(self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    pub(super) fn is_at_end(self) -> bool {
        self.at >= self.text.len()
    }

    #[inline(always)]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        if found {
            self.advance(1);
        }
        found
    }

    /// Takes `literal`, of at most eight bytes.
    pub(super) fn take_literal(&mut self, literal: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        let found = rest.starts_with(literal.as_bytes());
        if found {
            self.advance(literal.len());
        }
        found
    }

    #[inline(always)]
    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.advance(1);
        }
    }

    /// Takes digits and says whether there was one.
    #[inline(always)]
    pub(super) fn take_digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.advance(1);
        }
        self.at != start
    }

    /// Moves to the next quote, backslash or control byte (NUL behind the end is one).
    #[inline(always)]
    pub(super) fn skip_plain(&mut self) {
        loop {
            let stop = stops(self.word());
            if stop != 0 {
                // The lowest set bit is exact; those above may be false.
                return self.advance(usize::from(first_byte(stop)));
            }
            self.advance(8);
        }
    }
}

/// The high bit of each byte that is a quote, a backslash or below 0x20; exact up to and with the
/// lowest one.
#[inline(always)]
const fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5c;
    const SPACES: u64 = ONES * 0x20;
    let quote = word ^ QUOTES;
    let backslash = word ^ BACKSLASHES;
    ((word.wrapping_sub(SPACES) & !word)
        | (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash))
        & HIGH
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
        }
    }

    #[test]
    fn the_end_reads_as_nul() {
        let mut cursor = Cursor::new("abc");
        assert_eq!(cursor.word(), 0x63_6261);
        cursor.skip_plain();
        assert_eq!(cursor.at(), 3);
        assert_eq!(cursor.peek(), 0);
        cursor.advance(usize::MAX);
        assert_eq!((cursor.peek(), cursor.word(), cursor.is_at_end()), (0, 0, true));
    }
}
