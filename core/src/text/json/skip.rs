//! The end of a value that nobody wants to see, in one pass without recursion.
//!
//! What is skipped is checked all the same. A reader that takes more than JSON (comments, strings
//! in other quotes or in none, any character behind a backslash, a line break that it joins) would
//! see another end of a string than the one found here, and with it other members behind it. Of
//! what is JSON, every reader sees the same end. Beyond JSON are taken the three numbers that
//! Python writes, and surrogates that stand alone: no reader sees a string end at those.

use super::cursor::Cursor;
use super::members::Kinds;
use crate::Reason;
use crate::limits::MAX_MESSAGE_DEPTH;

/// Behind the object or the array whose opening bracket stands here.
///
/// # Errors
///
/// [`Reason::InvalidJson`], also where more than [`MAX_MESSAGE_DEPTH`] brackets are open, empty
/// pairs aside.
#[inline(never)]
pub(super) fn behind_brackets(mut cursor: Cursor<'_>) -> Result<Cursor<'_>, Reason> {
    if cursor.take_literal("{}") || cursor.take_literal("[]") {
        return Ok(cursor);
    }
    let (mut inner, mut outer) = (Inner::NONE, Outer::NONE);
    'values: loop {
        match cursor.peek() {
            b'{' if !cursor.take_literal("{}") => {
                inner.open(true, &mut outer)?;
                cursor.take_bracket();
                if cursor.peek() != b'}' {
                    cursor = behind_name(cursor)?;
                    continue 'values;
                }
            }
            b'[' if !cursor.take_literal("[]") => {
                inner.open(false, &mut outer)?;
                cursor.take_bracket();
                if cursor.peek() != b']' {
                    continue 'values;
                }
            }
            // They were empty.
            b'{' | b'[' => {}
            b'"' => cursor = behind_string(cursor)?,
            b' ' | b'\t' | b'\n' | b'\r' => {
                cursor.skip_space();
                continue 'values;
            }
            _ => {
                let before = cursor;
                let mut kinds = Kinds::NONE;
                if cursor.take_scalar(&mut kinds).is_err() {
                    cursor = behind_word_of_python(before)?;
                }
            }
        }
        loop {
            match cursor.peek() {
                b',' => {
                    cursor.advance(1);
                    if inner.is_object() {
                        cursor.skip_space();
                        cursor = behind_name(cursor)?;
                    }
                    continue 'values;
                }
                bracket @ (b'}' | b']') if inner.is_object() == (bracket == b'}') => {
                    cursor.advance(1);
                    if inner.close(&mut outer) {
                        return Ok(cursor);
                    }
                }
                b' ' | b'\t' | b'\n' | b'\r' => cursor.skip_space(),
                _ => return Err(Reason::InvalidJson),
            }
        }
    }
}

/// Behind the name of a member and its colon.
#[inline(always)]
fn behind_name(mut cursor: Cursor<'_>) -> Result<Cursor<'_>, Reason> {
    if cursor.peek() != b'"' {
        return Err(Reason::InvalidJson);
    }
    cursor = behind_string(cursor)?;
    if cursor.take_separator(b':') { Ok(cursor) } else { Err(Reason::InvalidJson) }
}

/// Behind one of the three numbers that are none, as Python's `json` writes them unless told not
/// to.
#[inline(never)]
fn behind_word_of_python(mut cursor: Cursor<'_>) -> Result<Cursor<'_>, Reason> {
    let is_one = cursor.take_literal("NaN") || {
        _ = cursor.take_literal("-");
        cursor.take_literal("Infinity")
    };
    if is_one { Ok(cursor) } else { Err(Reason::InvalidJson) }
}

/// Behind the string whose opening quote stands here.
#[inline(always)]
pub(super) fn behind_string(mut cursor: Cursor<'_>) -> Result<Cursor<'_>, Reason> {
    cursor.advance(1);
    loop {
        // Where an escape begins a text or ends it, nothing plain is to be looked for.
        if !matches!(cursor.peek(), b'"' | b'\\') {
            cursor.skip_plain();
        }
        match cursor.peek() {
            b'"' => {
                cursor.advance(1);
                return Ok(cursor);
            }
            b'\\' => cursor = behind_escapes(cursor)?,
            // A control byte, or the end.
            _ => return Err(Reason::InvalidJson),
        }
    }
}

/// Behind the escapes that stand here in a row. A surrogate need not be half of a pair.
#[inline(never)]
fn behind_escapes(mut cursor: Cursor<'_>) -> Result<Cursor<'_>, Reason> {
    while cursor.peek() == b'\\' {
        if cursor.take_short_escape().is_some() {
            continue;
        }
        if !cursor.take_literal("\\u") {
            return Err(Reason::InvalidJson);
        }
        _ = cursor.take_hex()?;
    }
    Ok(cursor)
}

/// The innermost objects and arrays that are open: below a bit that is always set, a bit for each,
/// the innermost lowest, set for an object. It is kept in a register, apart from those around it.
struct Inner(u64);

impl Inner {
    const NONE: Self = Self(1);

    #[inline(always)]
    const fn is_object(&self) -> bool {
        self.0 & 1 == 1
    }

    #[inline(always)]
    fn open(&mut self, is_object: bool, outer: &mut Outer) -> Result<(), Reason> {
        if self.0 >> 63 != 0 {
            outer.push(self.0)?;
            self.0 = 1;
        }
        self.0 = self.0 << 1 | u64::from(is_object);
        Ok(())
    }

    /// Closes the innermost, and says whether it was the last.
    #[inline(always)]
    fn close(&mut self, outer: &mut Outer) -> bool {
        self.0 >>= 1;
        if self.0 != 1 {
            return false;
        }
        let Some(full) = outer.pop() else { return true };
        self.0 = full;
        false
    }
}

/// The words of [`Inner`] that were full, each with a bit for 63 brackets.
struct Outer {
    words: [u64; FULL_WORDS],
    len: usize,
}

const FULL_WORDS: usize = 15;
const _: () = assert!(MAX_MESSAGE_DEPTH == (FULL_WORDS + 1) * 63);

impl Outer {
    const NONE: Self = Self { words: [0; FULL_WORDS], len: 0 };

    #[inline(never)]
    fn push(&mut self, word: u64) -> Result<(), Reason> {
        *self.words.get_mut(self.len).ok_or(Reason::InvalidJson)? = word;
        self.len = self.len.wrapping_add(1);
        Ok(())
    }

    #[inline(never)]
    fn pop(&mut self) -> Option<u64> {
        self.len = self.len.checked_sub(1)?;
        self.words.get(self.len).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    /// Byte by byte, the way everybody would write it first: what is left behind a value.
    fn behind_value(text: &[u8]) -> Option<&[u8]> {
        match text {
            [b'{', ..] => behind_list(text, b'}', |text| {
                let text = behind_space(behind_plain_string(text)?);
                behind_value(behind_space(text.strip_prefix(b":")?))
            }),
            [b'[', ..] => behind_list(text, b']', behind_value),
            [b'"', ..] => behind_plain_string(text),
            _ => {
                let is_part =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                let len = text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len());
                let word = core::str::from_utf8(&text[..len]).unwrap();
                let is_value = ["NaN", "Infinity", "-Infinity"].contains(&word)
                    || serde_json::from_str::<serde_json::Value>(word).is_ok();
                is_value.then_some(&text[len..])
            }
        }
    }

    fn behind_list(
        text: &[u8],
        closing: u8,
        behind_item: impl Fn(&[u8]) -> Option<&[u8]>,
    ) -> Option<&[u8]> {
        let mut text = behind_space(&text[1..]);
        if text.first() == Some(&closing) {
            return Some(&text[1..]);
        }
        loop {
            text = behind_space(behind_item(text)?);
            match text {
                [b',', rest @ ..] => text = behind_space(rest),
                [byte, rest @ ..] => return (*byte == closing).then_some(rest),
                [] => return None,
            }
        }
    }

    fn behind_plain_string(text: &[u8]) -> Option<&[u8]> {
        let mut text = text.strip_prefix(b"\"")?;
        loop {
            text = match text {
                [b'"', rest @ ..] => return Some(rest),
                [b'\\', b'u', a, b, c, d, rest @ ..] => {
                    [a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()).then_some(rest)?
                }
                [b'\\', letter, rest @ ..] => b"\"\\/bfnrt".contains(letter).then_some(rest)?,
                [b'\\'] | [0..0x20, ..] | [] => return None,
                [_, rest @ ..] => rest,
            };
        }
    }

    fn behind_space(text: &[u8]) -> &[u8] {
        let is_space = |byte: &u8| b" \t\n\r".contains(byte);
        &text[text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len())..]
    }

    /// Says whether `text` begins with a value that ends, after a check that both agree on where.
    fn ends(text: &str) -> bool {
        let plain = behind_value(text.as_bytes()).map(|rest| text.len() - rest.len());
        let cursor = Cursor::new(text);
        let found = match cursor.peek() {
            b'{' | b'[' => behind_brackets(cursor),
            _ => behind_string(cursor),
        };
        let found = found.map(|cursor| cursor.at(text));
        assert_eq!(found, plain.ok_or(Reason::InvalidJson), "{text:?}");
        plain.is_some()
    }

    /// Every byte, escape and bracket, behind strings of every length and every kind of value.
    #[test]
    fn words_say_what_single_bytes_say() {
        let mut found = [0; 2];
        for before in 0..20 {
            let before = "a".repeat(before);
            for byte in 0..=0x7f_u8 {
                let byte = char::from(byte);
                for text in [
                    format!("\"{before}{byte}\",\""),
                    format!("\"{before}\\{byte}0041\""),
                    format!("\"{before}\\u12{byte}4\""),
                    format!("[\"{before}\"{byte}\"\"]]"),
                    format!("[{{\"{before}\"{byte}1}}]"),
                    format!("{{\"{before}\":[]{byte}\"\":1}}}}"),
                    format!("[\"{before}\",{byte}]]"),
                    format!("[{byte}\"{before}\"]"),
                    format!("[1{byte},2]"),
                    format!("[{byte}1]"),
                    format!("[[{{}}{byte}]"),
                    format!("[[{byte}]]"),
                    format!("{{{byte}}}"),
                ] {
                    found[usize::from(ends(&text))] += 1;
                }
            }
        }
        assert!(found.iter().all(|count| *count > 500), "{found:?}");
    }

    #[test]
    fn pieces_at_random_say_what_single_bytes_say() {
        const PIECES: [&str; 32] = [
            "[",
            "]",
            "{",
            "}",
            "[]",
            "{}",
            ",",
            ":",
            "\"\"",
            "\"a\"",
            "\"a\":",
            "1",
            "-1.5e3",
            "null",
            "NaN",
            "-Infinity",
            "-",
            "01",
            " ",
            "\n",
            "\"",
            "\\",
            "\\\"",
            "\\u00",
            "é",
            "/*",
            "*/",
            "//",
            "'",
            "#",
            "\"\\u00e9\\\\\"",
            "\"\\ud800\"",
        ];
        let mut state = 1_u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut found = [0; 2];
        for _ in 0..20_000 {
            // A value, and what may follow it; then, mostly, a piece that spoils it.
            let mut text = value(&mut random, 4);
            if random(4) != 0 {
                let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
                text.insert_str(places[random(places.len())], PIECES[random(PIECES.len())]);
            }
            if !matches!(text.as_bytes()[0], b'[' | b'{' | b'"') {
                text = format!("[{text}");
            }
            text.push_str(PIECES[random(PIECES.len())]);
            found[usize::from(ends(&text))] += 1;
        }
        assert!(found.iter().all(|count| *count > 5000), "{found:?}");

        fn value(random: &mut impl FnMut(usize) -> usize, depth: usize) -> String {
            let space = |random: &mut dyn FnMut(usize) -> usize| ["", "", " ", "\n\t"][random(4)];
            let count = random(4);
            match random(if depth == 0 { 1 } else { 3 }) {
                0 => ["1", "-0.5", "true", "NaN", "\"\"", "\"é\\\"\"", "\"\\u0022,\""][random(7)]
                    .into(),
                1 => {
                    let items: Vec<_> = (0..count).map(|_| value(random, depth - 1)).collect();
                    format!("[{}{}]", items.join(","), space(random))
                }
                _ => {
                    let items: Vec<_> = (0..count)
                        .map(|_| {
                            let value = value(random, depth - 1);
                            format!("{}\"n\\\\\"{}:{value}", space(random), space(random))
                        })
                        .collect();
                    format!("{{{}}}", items.join(","))
                }
            }
        }
    }

    #[test]
    fn depth_is_limited() {
        for (open, close) in [("[", "]"), ("{\"\":", "}")] {
            let nested = |depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
            assert!(behind_brackets(Cursor::new(&nested(MAX_MESSAGE_DEPTH))).is_ok());
            assert!(behind_brackets(Cursor::new(&nested(MAX_MESSAGE_DEPTH + 1))).is_err());
            // Each is matched, the outermost as well.
            let other = nested(MAX_MESSAGE_DEPTH);
            let other =
                format!("{}{}", &other[..other.len() - 1], if open == "[" { "}" } else { "]" });
            assert!(behind_brackets(Cursor::new(&other)).is_err());
        }
    }
}
