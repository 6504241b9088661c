//! The end of a value that nobody wants to see: 64 bytes at a time, whatever they hold, without
//! recursion and without judging. What is skipped need not be JSON; where it is, what is found is
//! its end. So every reader that accepts the document agrees on where the value ends.

/// Bytes that are looked at together: a bit of a word for each.
const BLOCK: usize = 64;

/// How many bytes the object or the array has that `text` begins with; `None` where it does not
/// end.
#[inline(never)]
pub(super) fn brackets_len(text: &[u8]) -> Option<usize> {
    let mut nesting = Nesting { strings: Strings { is_in_string: 0, is_escaped: 0 }, depth: 0 };
    find(text, |block| nesting.end_in(block))
}

/// How many bytes the rest of a string has, with its closing quote, where `text` begins inside it
/// and not behind a backslash; `None` where it does not end.
#[inline(never)]
pub(super) fn string_len(text: &[u8]) -> Option<usize> {
    let mut strings = Strings { is_in_string: u64::MAX, is_escaped: 0 };
    find(text, |block| {
        let Marks { quotes, backslashes } = Marks::of(block);
        let quotes = quotes & !strings.escaped(backslashes);
        (quotes != 0).then(|| quotes.trailing_zeros())
    })
}

/// The number of bytes up to and with the one that `end_in` finds in a block.
#[inline(always)]
fn find(text: &[u8], mut end_in: impl FnMut(&[u8; BLOCK]) -> Option<u32>) -> Option<usize> {
    let (blocks, rest) = text.as_chunks();
    let mut before = 0_usize;
    for block in blocks {
        if let Some(at) = end_in(block) {
            return behind(before, at);
        }
        before = before.wrapping_add(BLOCK);
    }
    // The last block is filled up with what ends nothing.
    let mut block = [b' '; BLOCK];
    block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    behind(before, end_in(&block)?)
}

fn behind(before: usize, at: u32) -> Option<usize> {
    before.checked_add(usize::try_from(at).ok()?)?.checked_add(1)
}

/// What a block begins in.
struct Strings {
    /// All bits where it begins in a string.
    is_in_string: u64,
    /// One where its first byte is escaped.
    is_escaped: u64,
}

impl Strings {
    /// The bytes that are escaped: those behind an odd number of backslashes.
    ///
    /// A sum carries the start of a row of backslashes to behind its end; whether it starts and
    /// ends at even or odd bits tells whether its length is odd.
    #[inline(always)]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        if backslashes == 0 {
            return core::mem::replace(&mut self.is_escaped, 0);
        }
        // An escaped backslash escapes nothing.
        let backslashes = backslashes & !self.is_escaped;
        let follows = backslashes << 1 | self.is_escaped;
        let odd_starts = backslashes & !EVEN & !follows;
        let (sum, carry) = odd_starts.overflowing_add(backslashes);
        self.is_escaped = u64::from(carry);
        (EVEN ^ sum << 1) & follows
    }

    /// The bytes in strings, opening quotes with them and closing ones without.
    #[inline(always)]
    fn inside(&mut self, quotes: u64) -> u64 {
        // Each bit becomes the parity of the quotes up to it.
        let mut parity = quotes ^ quotes << 1;
        parity ^= parity << 2;
        parity ^= parity << 4;
        parity ^= parity << 8;
        parity ^= parity << 16;
        parity ^= parity << 32;
        let inside = parity ^ self.is_in_string;
        self.is_in_string = if inside >> 63 == 1 { u64::MAX } else { 0 };
        inside
    }
}

struct Nesting {
    strings: Strings,
    /// Objects and arrays that are open.
    depth: u64,
}

impl Nesting {
    /// The byte of the block that closes all that is open.
    #[inline(always)]
    fn end_in(&mut self, block: &[u8; BLOCK]) -> Option<u32> {
        let Marks { quotes, backslashes } = Marks::of(block);
        if quotes | backslashes == 0 && self.strings.is_in_string != 0 {
            self.strings.is_escaped = 0;
            return None;
        }
        let escaped = self.strings.escaped(backslashes);
        let outside = !self.strings.inside(quotes & !escaped);
        let (opening, closing) = brackets(block);
        let (opening, closing) = (opening & outside, closing & outside);
        let (opened, closed) = (u64::from(opening.count_ones()), u64::from(closing.count_ones()));
        if self.depth > closed {
            self.depth = self.depth.wrapping_add(opened).wrapping_sub(closed);
            return None;
        }
        self.walk(opening, closing)
    }

    /// [`end_in`](Self::end_in) bracket by bracket, where the last may be closed.
    fn walk(&mut self, opening: u64, closing: u64) -> Option<u32> {
        let mut brackets = opening | closing;
        while brackets != 0 {
            let lowest = brackets & brackets.wrapping_neg();
            if closing & lowest == 0 {
                self.depth = self.depth.saturating_add(1);
            } else if self.depth > 1 {
                self.depth = self.depth.wrapping_sub(1);
            } else {
                return Some(lowest.trailing_zeros());
            }
            brackets ^= lowest;
        }
        None
    }
}

/// Where a block has what begins, ends or goes on with a string: a bit for each byte, the first
/// lowest.
struct Marks {
    quotes: u64,
    backslashes: u64,
}

impl Marks {
    #[inline(always)]
    fn of(block: &[u8; BLOCK]) -> Self {
        Self {
            quotes: bits(block, |word| equal(word, b'"')),
            backslashes: bits(block, |word| equal(word, b'\\')),
        }
    }
}

/// The opening and the closing brackets and braces of a block.
#[inline(always)]
fn brackets(block: &[u8; BLOCK]) -> (u64, u64) {
    // One bit is all that a bracket and its brace differ in.
    let brace = |word| word | ONES << 5;
    (bits(block, |word| equal(brace(word), b'{')), bits(block, |word| equal(brace(word), b'}')))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// The high bit of each byte of `word` that is `byte`.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ ONES.wrapping_mul(u64::from(byte));
    // Seven bits carry into the eighth where they are not zero, and never beyond it.
    !((difference & !HIGH).wrapping_add(!HIGH) | difference) & HIGH
}

/// A bit for each byte of a block, from the high bits that `marks` sets in each of its words.
#[inline(always)]
fn bits(block: &[u8; BLOCK], marks: impl Fn(u64) -> u64) -> u64 {
    let (words, _) = block.as_chunks();
    words.iter().rev().fold(0, |bits, word| {
        // The product moves the bit of each byte to its place in the highest byte.
        let gathered = (marks(u64::from_le_bytes(*word)) >> 7).wrapping_mul(0x0102_0408_1020_4080);
        bits << 8 | gathered >> 56
    })
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    /// Byte by byte, the way everybody would write it first.
    fn plain_len(text: &[u8], mut is_in_string: bool) -> Option<usize> {
        let (mut depth, mut is_escaped) = (0, false);
        let ends_with_string = is_in_string;
        for (at, byte) in text.iter().enumerate() {
            let was_escaped = core::mem::replace(&mut is_escaped, false);
            match byte {
                // Outside of strings there are no backslashes in JSON: of what they escape there,
                // only quotes count.
                b'"' | b'\\' if was_escaped => {}
                b'\\' => is_escaped = true,
                b'"' if is_in_string && ends_with_string => return Some(at + 1),
                b'"' => is_in_string = !is_in_string,
                _ if is_in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => return Some(at + 1),
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Every byte, and rows of backslashes and brackets of every length, at every place.
    #[test]
    fn blocks_say_what_single_bytes_say() {
        let mut texts = std::vec::Vec::new();
        for before in 0..140 {
            for run in 0..6 {
                for (byte, after) in [
                    ("\\", "\"]}\"]}"),
                    ("{", "}}]}]\"}}"),
                    ("[\"", "\"]\"\"]}}"),
                    ("é\"", "]]\"]"),
                ] {
                    texts.push(["{", &"a".repeat(before), &byte.repeat(run), after].concat());
                    texts.push(["{\"", &"a".repeat(before), &byte.repeat(run), after].concat());
                }
            }
        }
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut text = String::from("[");
            for _ in 0..state % 200 {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                text.push(char::from(b"\"\"\\\\{}[]a,:[{ "[(state >> 33) as usize % 14]));
            }
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1) >> 3;
            texts.push(text);
        }
        let mut found = 0;
        for text in &texts {
            let text = text.as_bytes();
            assert_eq!(brackets_len(text), plain_len(text, false), "{}", text.escape_ascii());
            assert_eq!(string_len(text), plain_len(text, true), "{}", text.escape_ascii());
            found += usize::from(brackets_len(text).is_some());
        }
        assert!(found > texts.len() / 4 && found < texts.len(), "{found} of {}", texts.len());
    }

    #[test]
    fn every_byte_is_told_apart() {
        for byte in 0..=255_u8 {
            for at in 0..BLOCK {
                let mut block = [b'a'; BLOCK];
                block[at] = byte;
                let marks = Marks::of(&block);
                let (opening, closing) = brackets(&block);
                let expected = |is_marked: bool| u64::from(is_marked) << at;
                assert_eq!(marks.quotes, expected(byte == b'"'), "{byte:#x}");
                assert_eq!(marks.backslashes, expected(byte == b'\\'), "{byte:#x}");
                assert_eq!(opening, expected(matches!(byte, b'[' | b'{')), "{byte:#x}");
                assert_eq!(closing, expected(matches!(byte, b']' | b'}')), "{byte:#x}");
            }
        }
    }
}
