//! A reader that takes what some reader of JSON takes beyond JSON, all at once: comments, strings
//! in single quotes or in none, any character behind a backslash, four of any kind behind `\u`,
//! control bytes in strings, lines that are joined, brackets that do not match, separators that
//! are others or too many, and anything behind the message.

use serde_json::{Map, Value};

/// What it reads of `body`, with its lines as they are and joined.
pub(crate) fn readings(body: &[u8]) -> [Option<Value>; 2] {
    let joined: Vec<u8> = body.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    [Reader { rest: body, depth: 0 }.value(), Reader { rest: &joined, depth: 0 }.value()]
}

struct Reader<'b> {
    rest: &'b [u8],
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn take_one_of(&mut self, bytes: &[u8]) -> bool {
        let is_here = self.rest.first().is_some_and(|byte| bytes.contains(byte));
        if is_here {
            self.take();
        }
        is_here
    }

    fn skip_behind(&mut self, end: &[u8]) {
        let at = self.rest.windows(end.len()).position(|window| window == end);
        self.rest = at.map_or(&[], |at| &self.rest[at + end.len()..]);
    }

    fn skip_space(&mut self) {
        loop {
            match self.rest {
                [0..=b' ' | 0x7f, ..] => _ = self.take(),
                [b'/', b'*', rest @ ..] => {
                    self.rest = rest;
                    self.skip_behind(b"*/");
                }
                [b'/', b'/', ..] | [b'#', ..] => self.skip_behind(b"\n"),
                _ => return,
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_space();
        let value = match self.rest.first()? {
            b'{' | b'[' => self.list()?,
            b'"' | b'\'' => Value::String(self.string()?),
            _ => {
                let word = self.word()?;
                serde_json::from_str(&word).unwrap_or(Value::String(word))
            }
        };
        self.skip_space();
        Some(value)
    }

    fn list(&mut self) -> Option<Value> {
        let is_object = self.take()? == b'{';
        // It calls itself.
        self.depth += 1;
        let (mut members, mut elements) = (Map::new(), Vec::new());
        while self.depth < 200 {
            self.skip_space();
            if self.take_one_of(b"}]") {
                self.depth -= 1;
                return Some(if is_object { members.into() } else { elements.into() });
            }
            if self.take_one_of(b",;") {
                continue;
            }
            if is_object {
                let is_string = self.rest.first().is_some_and(|byte| b"\"'".contains(byte));
                let name = if is_string { self.string()? } else { self.word()? };
                self.skip_space();
                if !self.take_one_of(b":=") {
                    return None;
                }
                members.insert(name, self.value()?);
            } else {
                elements.push(self.value()?);
            }
            // A separator, or the end.
            if !self.rest.first().is_some_and(|byte| b",;}]".contains(byte)) {
                return None;
            }
        }
        None
    }

    fn word(&mut self) -> Option<String> {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[]:,;=#/\\".contains(byte);
        let len = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        (len > 0).then(|| String::from_utf8_lossy(word).into_owned())
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.take()?;
        // Surrogates stand in two escapes.
        let mut units = Vec::new();
        let mut plain = Vec::new();
        loop {
            let byte = self.take()?;
            if byte != quote && byte != b'\\' {
                plain.push(byte);
                continue;
            }
            units.extend(String::from_utf8_lossy(&plain).encode_utf16());
            plain.clear();
            if byte == quote {
                return Some(String::from_utf16_lossy(&units));
            }
            units.push(match self.take()? {
                b'u' => {
                    let (digits, rest) = self.rest.split_at_checked(4)?;
                    self.rest = rest;
                    let digits = core::str::from_utf8(digits).unwrap_or("");
                    u16::from_str_radix(digits, 16).unwrap_or(0xfffd)
                }
                b'b' => 8,
                b'f' => 12,
                b'n' => 10,
                b'r' => 13,
                b't' => 9,
                other => u16::from(other),
            });
        }
    }
}
