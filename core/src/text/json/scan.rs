//! One pass over a document: its form, duplicate names, and the members known by name.

use super::cursor::Cursor;
use super::names::{Names, hash_escaped, hash_plain};
use super::string::{Text, take_escape};
use super::value::Value;
use crate::Reason;
use crate::limits::MAX_DEPTH;

/// The members of an object that were looked for, in the order in which they were asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'a, const N: usize> {
    found: [Option<&'a str>; N],
}

impl<'a, const N: usize> Members<'a, N> {
    /// The value of the member that stands at `index` in the list of known names.
    pub(crate) fn value(&self, index: usize) -> Option<Value<'a>> {
        self.found.get(index).copied().flatten().map(Value::new)
    }
}

/// Checks that `text` is one JSON object and finds the members named in `known`.
///
/// `names` is memory for the names of all open objects, [`NAME_LEN`](crate::limits::NAME_LEN)
/// bytes each, at most [`MAX_MEMBERS`](crate::limits::MAX_MEMBERS) of them.
///
/// # Errors
///
/// [`Reason::InvalidJson`], [`Reason::DuplicateMember`], [`Reason::TooDeep`],
/// [`Reason::TooLarge`] for too many names, [`Reason::MemoryTooSmall`] where `names` is.
pub(crate) fn object<'a, const N: usize>(
    text: &'a [u8],
    known: &[&str; N],
    names: &mut [u8],
) -> Result<Members<'a, N>, Reason> {
    object_with_elements(text, known, names, N, |_| Ok(()))
}

/// Like [`object`], and hands each element of the array that is the member `watched` (its place
/// in `known`) to `each` as soon as it is read. An error of `each` ends the scan.
///
/// An element is checked when it is handed on; the document behind it is not yet.
pub(crate) fn object_with_elements<'a, const N: usize>(
    text: &'a [u8],
    known: &[&str; N],
    names: &mut [u8],
    watched: usize,
    each: impl FnMut(&'a str) -> Result<(), Reason>,
) -> Result<Members<'a, N>, Reason> {
    let text = core::str::from_utf8(text).map_err(|_| Reason::InvalidJson)?;
    let scanner = Scanner {
        cursor: Cursor::new(text),
        text,
        known,
        names: Names::new(names),
        levels: [Level::CLOSED; MAX_DEPTH],
        depth: 0,
        found: [None; N],
        current: None,
        watched,
        each,
    };
    scanner.run()
}

struct Scanner<'a, 'k, 'm, const N: usize, F> {
    cursor: Cursor<'a>,
    text: &'a str,
    known: &'k [&'k str; N],
    names: Names<'m>,
    /// The open objects and arrays; `depth` of them.
    levels: [Level; MAX_DEPTH],
    depth: usize,
    found: [Option<&'a str>; N],
    /// The member of the outermost object whose value is being read, if it is a known one.
    current: Option<usize>,
    watched: usize,
    each: F,
}

#[derive(Clone, Copy)]
struct Level {
    is_object: bool,
    /// How many names were open before this object's.
    names_before: usize,
    /// One bit for each hash seen: where the bit is clear, the name is surely new.
    filter: u64,
    /// Where the value being read at this level starts.
    value_start: usize,
}

impl Level {
    const CLOSED: Self = Self { is_object: false, names_before: 0, filter: 0, value_start: 0 };
}

/// What the grammar expects next.
enum Next {
    Value,
    Name,
    CommaOrClose,
}

impl<'a, const N: usize, F: FnMut(&'a str) -> Result<(), Reason>> Scanner<'a, '_, '_, N, F> {
    fn run(mut self) -> Result<Members<'a, N>, Reason> {
        self.cursor.skip_space();
        if self.cursor.peek() != b'{' {
            return Err(Reason::InvalidJson);
        }
        let mut next = Next::Value;
        loop {
            next = match next {
                Next::Value => self.value()?,
                Next::Name => self.name()?,
                Next::CommaOrClose => {
                    if self.depth == 0 {
                        break;
                    }
                    self.value_ends()?;
                    self.comma_or_close()?
                }
            };
        }
        self.cursor.skip_space();
        if !self.cursor.is_at_end() {
            return Err(Reason::InvalidJson);
        }
        Ok(Members { found: self.found })
    }

    #[inline(always)]
    fn value(&mut self) -> Result<Next, Reason> {
        let start = self.cursor.at();
        if let Some(level) = self.level() {
            level.value_start = start;
        }
        match self.cursor.peek() {
            b'"' => {
                self.string()?;
            }
            b'{' => return self.open(true),
            b'[' => return self.open(false),
            b'-' | b'0'..=b'9' => self.number()?,
            _ => {
                if !["true", "false", "null"].iter().any(|word| self.cursor.take_literal(word)) {
                    return Err(Reason::InvalidJson);
                }
            }
        }
        Ok(Next::CommaOrClose)
    }

    fn open(&mut self, is_object: bool) -> Result<Next, Reason> {
        let level = self.levels.get_mut(self.depth).ok_or(Reason::TooDeep)?;
        *level = Level { is_object, names_before: self.names.open(), ..Level::CLOSED };
        self.depth = self.depth.saturating_add(1);
        self.cursor.advance(1);
        self.cursor.skip_space();
        match (is_object, self.cursor.peek()) {
            (true, b'}') | (false, b']') => {
                self.close();
                Ok(Next::CommaOrClose)
            }
            (true, _) => Ok(Next::Name),
            (false, _) => Ok(Next::Value),
        }
    }

    fn close(&mut self) {
        if let Some(level) = self.level() {
            let names_before = level.names_before;
            self.names.forget_from(names_before);
        }
        self.depth = self.depth.saturating_sub(1);
        self.cursor.advance(1);
    }

    #[inline(always)]
    fn name(&mut self) -> Result<Next, Reason> {
        if self.cursor.peek() != b'"' {
            return Err(Reason::InvalidJson);
        }
        let start = self.cursor.at().saturating_add(1);
        let escaped = self.string()?;
        let name = self.text.get(start..self.cursor.at().saturating_sub(1)).unwrap_or("");
        let hash = if escaped { hash_escaped(name) } else { hash_plain(name.as_bytes()) };

        let text = self.text;
        let names = &mut self.names;
        let level = self.levels.get_mut(self.depth.saturating_sub(1)).ok_or(Reason::TooDeep)?;
        let bit = 1 << (hash >> 58);
        if level.filter & bit != 0 {
            names.refuse_seen(text, level.names_before, hash, name)?;
        }
        level.filter |= bit;
        names.push(hash, start)?;

        if self.depth == 1 {
            self.current = if escaped {
                self.known.iter().position(|known| Text::new(name) == **known)
            } else {
                self.known.iter().position(|known| name == *known)
            };
        }
        self.cursor.skip_space();
        if !self.cursor.take(b':') {
            return Err(Reason::InvalidJson);
        }
        self.cursor.skip_space();
        Ok(Next::Value)
    }

    /// Behind a whole value: keeps it where it was looked for.
    #[inline(always)]
    fn value_ends(&mut self) -> Result<(), Reason> {
        let Some(current) = self.current else { return Ok(()) };
        let start = self.level().map_or(0, |level| level.value_start);
        let value = self.cursor.since(start);
        if self.depth == 1 {
            if let Some(found) = self.found.get_mut(current) {
                *found = Some(value);
            }
            self.current = None;
        } else if current == self.watched
            && self.depth == 2
            && self.level().is_some_and(|level| !level.is_object)
        {
            (self.each)(value)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn comma_or_close(&mut self) -> Result<Next, Reason> {
        self.cursor.skip_space();
        let is_object = self.level().is_some_and(|level| level.is_object);
        match (self.cursor.peek(), is_object) {
            (b',', _) => {
                self.cursor.advance(1);
                self.cursor.skip_space();
                Ok(if is_object { Next::Name } else { Next::Value })
            }
            (b'}', true) | (b']', false) => {
                self.close();
                Ok(Next::CommaOrClose)
            }
            _ => Err(Reason::InvalidJson),
        }
    }

    /// Takes a string and says whether it holds escapes.
    #[inline(always)]
    fn string(&mut self) -> Result<bool, Reason> {
        self.cursor.advance(1);
        let mut escaped = false;
        loop {
            self.cursor.skip_plain();
            match self.cursor.peek() {
                b'"' => {
                    self.cursor.advance(1);
                    return Ok(escaped);
                }
                b'\\' => {
                    take_escape(&mut self.cursor)?;
                    escaped = true;
                }
                _ => return Err(Reason::InvalidJson),
            }
        }
    }

    fn number(&mut self) -> Result<(), Reason> {
        let cursor = &mut self.cursor;
        cursor.take(b'-');
        // A zero stands alone before the point.
        let well_formed = (cursor.take(b'0') || cursor.take_digits())
            && (!cursor.take(b'.') || cursor.take_digits())
            && (!(cursor.take(b'e') || cursor.take(b'E')) || {
                let _ = cursor.take(b'+') || cursor.take(b'-');
                cursor.take_digits()
            });
        if well_formed { Ok(()) } else { Err(Reason::InvalidJson) }
    }

    fn level(&mut self) -> Option<&mut Level> {
        self.levels.get_mut(self.depth.wrapping_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::limits::{MAX_MEMBERS, NAME_LEN};

    fn scan(text: &str) -> Result<(), Reason> {
        object(text.as_bytes(), &["a", "b"], &mut [0; MAX_MEMBERS * NAME_LEN]).map(|_| ())
    }

    #[test]
    fn known_members_are_found_wherever_they_stand() {
        let text = br#" {"x":{"a":1},"\u0062" : [1, {"b":2}] ,"a":"v"} "#;
        let members = object(text, &["a", "b", "c"], &mut [0; 64]).unwrap();
        assert!(matches!(members.value(0), Some(Value::String(text)) if text == "v"));
        assert!(matches!(members.value(1), Some(Value::Array(_))));
        assert!(members.value(2).is_none());
    }

    #[test]
    fn elements_are_handed_on_one_by_one() {
        let text = br#"{"k":[{"k":[1]}, 2 ,"x"],"o":[3]}"#;
        let mut seen = Vec::new();
        object_with_elements(text, &["k"], &mut [0; 64], 0, |element| {
            seen.push(element);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [r#"{"k":[1]}"#, "2", "\"x\""]);
        let stopped =
            object_with_elements(b"{\"k\":[1,2 nonsense", &["k"], &mut [0; 64], 0, |_| {
                Err(Reason::TooManyKeys)
            });
        assert_eq!(stopped.unwrap_err(), Reason::TooManyKeys);
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"\u0061\n":1,"a\n":2}"#,
            r#"{"x":{"long name of more than eight bytes":1,"y":{},"long name of more than eight bytes":2}}"#,
            r#"{"x":[[{"":1,"":2}]]}"#,
            r#"{"x":{"y":1},"z":{},"x":1}"#,
        ] {
            assert_eq!(scan(text), Err(Reason::DuplicateMember), "{text}");
        }
        for text in [
            r#"{"a":{"a":{"a":1}}}"#,
            r#"{"x":[{"a":1},{"a":2}]}"#,
            r#"{"a":1,"A":2}"#,
            r#"{"a":1,"a\u0000":2}"#,
        ] {
            assert_eq!(scan(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn the_grammar_is_that_of_rfc_8259() {
        for text in [
            "{}",
            " { } ",
            "\t\r\n{}",
            r#"{"a":[]}"#,
            r#"{"a":[1,2,[3]],"b":{"c":null}}"#,
            r#"{"a":-0.5e+10,"b":0,"c":1E3,"d":-0}"#,
            r#"{"a":true,"b":false}"#,
            "{\"a\":\"\u{7f}\u{2028}\"}",
        ] {
            assert_eq!(scan(text), Ok(()), "{text}");
        }
        for text in [
            "",
            " ",
            "[]",
            "1",
            "null",
            "\"a\"",
            "{",
            "}",
            "{}}",
            "{} {}",
            "{}x",
            "{a:1}",
            "{'a':1}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a"::1}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[,1]}"#,
            r#"{"a":[1 2]}"#,
            r#"{"a":[1}}"#,
            r#"{"a":{]}"#,
            r#"{"a":01}"#,
            r#"{"a":+1}"#,
            r#"{"a":.5}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":1e+}"#,
            r#"{"a":-}"#,
            r#"{"a":0x1}"#,
            r#"{"a":NaN}"#,
            r#"{"a":Infinity}"#,
            r#"{"a":True}"#,
            r#"{"a":nul}"#,
            r#"{"a":nulll}"#,
            "{\"a\":\"\n\"}",
            "{\"a\":\"\0\"}",
            r#"{"a":"}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\ud800"}"#,
            "{/**/}",
            "\u{feff}{}",
            "{}\0",
            "{\u{a0}}",
            "{\u{c}}",
        ] {
            assert_eq!(scan(text), Err(Reason::InvalidJson), "{text}");
        }
        assert_eq!(
            object(b"{\"a\":\"\xff\"}", &["a"], &mut [0; 64]).unwrap_err(),
            Reason::InvalidJson
        );
    }

    #[test]
    fn depth_members_and_memory_are_limited() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(scan(&nested(MAX_DEPTH - 1)), Ok(()));
        assert_eq!(scan(&nested(MAX_DEPTH)), Err(Reason::TooDeep));
        assert_eq!(scan(&nested(100_000)), Err(Reason::TooDeep));

        let wide = |members: usize| {
            let members: Vec<_> = (0..members).map(|i| format!("\"{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(scan(&wide(MAX_MEMBERS)), Ok(()));
        assert_eq!(scan(&wide(MAX_MEMBERS + 1)), Err(Reason::TooLarge));
        let three = wide(3);
        let little = object(three.as_bytes(), &["a"], &mut [0; 2 * NAME_LEN]);
        assert_eq!(little.unwrap_err(), Reason::MemoryTooSmall);
    }
}
