//! One pass over a document: its form, duplicate names, and the members known by name.

use super::cursor::Cursor;
use super::members::{Found, Kinds, Members};
use super::names::{Known, Names, Table, string_at, take_escaped_name, take_plain_name};
use super::open::{Nesting, Open, Outer};
use crate::Reason;
use crate::limits::{MAX_JWK_SET_LEN, MAX_PAYLOAD_LEN};

/// Checks that `text` is one JSON object and finds the members named in `known`.
///
/// `names` is memory for the names of all open objects, [`NAME_LEN`](crate::limits::NAME_LEN)
/// bytes each, at most [`MAX_MEMBERS`](crate::limits::MAX_MEMBERS) of them.
///
/// # Errors
///
/// [`Reason::InvalidJson`], [`Reason::DuplicateMember`], [`Reason::TooDeep`],
/// [`Reason::TooLarge`] for too many names, [`Reason::MemoryTooSmall`] where `names` is.
#[inline]
pub(crate) fn object<'a, const N: usize>(
    text: &'a [u8],
    known: &Known<N>,
    names: &mut [u8],
) -> Result<Members<'a, N>, Reason> {
    let text = core::str::from_utf8(text).map_err(|_| Reason::InvalidJson)?;
    let mut found = [Found::NOT; N];
    scan(text, names, known.as_table(), &mut found, None)?;
    Ok(Members::new(text, found))
}

/// Like [`object`], and hands each element of the array that is the member `watched` (its place
/// in `known`) to `each` as soon as it is read. An error of `each` ends the scan.
///
/// An element is checked when it is handed on; the document behind it is not yet.
pub(crate) fn object_with_elements<'a, const N: usize>(
    text: &'a [u8],
    known: &Known<N>,
    names: &mut [u8],
    watched: usize,
    mut each: impl FnMut(&'a str) -> Result<(), Reason>,
) -> Result<Members<'a, N>, Reason> {
    let text = core::str::from_utf8(text).map_err(|_| Reason::InvalidJson)?;
    let mut found = [Found::NOT; N];
    let watch = Watch { member: watched, each: &mut each };
    scan(text, names, known.as_table(), &mut found, Some(watch))?;
    Ok(Members::new(text, found))
}

/// Who wants to see the elements of an array.
struct Watch<'w, 'a> {
    member: usize,
    each: &'w mut dyn FnMut(&'a str) -> Result<(), Reason>,
}

/// Stands for no member that is looked for.
const NO_MEMBER: usize = usize::MAX;

/// Scans a document. It is one function for all of them, whatever is looked for, so that a device
/// has it once.
///
/// Each turn of the outer loop takes a value, or the opening bracket of one, and the inner loop
/// what stands between it and the next: every turn of either moves on. Members and elements that
/// are no objects or arrays do not come here: [`Scan::take_members`] and [`take_elements`] take a
/// row of them, in loops that keep to registers.
#[inline(never)]
fn scan<'a>(
    text: &'a str,
    names: &mut [u8],
    known: Table<'_>,
    found: &mut [Found],
    mut watch: Option<Watch<'_, 'a>>,
) -> Result<(), Reason> {
    let mut scan =
        Scan { text, names: Names::new(names), known, found, object: Open::new(0), start: 0 };
    let mut cursor = Cursor::new(text);
    let mut nesting = Nesting::NONE;
    let mut outer = Outer::new();
    // The member of the outermost object that is being read, if it is a known one; where the
    // element of its value starts, and the kinds of value in it.
    let mut member = NO_MEMBER;
    let (mut element_start, mut kinds) = (0, Kinds::NONE);

    cursor.skip_space();
    if cursor.peek() != b'{' {
        return Err(Reason::InvalidJson);
    }
    'values: loop {
        if nesting.depth == 2 {
            element_start = cursor.at(text);
        }
        let mut is_before_name = false;
        match cursor.peek() {
            b'{' => {
                kinds.add(nesting.kinds_around());
                nesting.open(true)?;
                scan.open(&mut outer)?;
                cursor.take_bracket();
                if cursor.peek() == b'}' {
                    cursor.advance(1);
                    nesting.close();
                    scan.object.close(&mut outer);
                } else {
                    is_before_name = true;
                }
            }
            b'[' => {
                kinds.add(nesting.kinds_around());
                nesting.open(false)?;
                cursor.take_bracket();
                if cursor.peek() == b']' {
                    cursor.advance(1);
                    nesting.close();
                } else {
                    if watch.is_some() || matches!(cursor.peek(), b'{' | b'[') {
                        continue 'values;
                    }
                    let next;
                    (cursor, next) = take_elements(cursor, &mut kinds)?;
                    if next == Next::Value {
                        continue 'values;
                    }
                }
            }
            _ => cursor.take_scalar(&mut kinds)?,
        }
        loop {
            if !is_before_name {
                if cursor.peek() == b']' && nesting.depth > 2 && !nesting.is_in_object() {
                    // Nobody wants to see what ends here, or any value before it.
                    cursor.advance(1);
                    nesting.close();
                    continue;
                }
                if nesting.depth == 1 {
                    scan.find(member, cursor, kinds);
                } else if nesting.depth == 2 {
                    if let Some(watch) = &mut watch
                        && watch.member == member
                        && !nesting.is_in_object()
                    {
                        let element = text.get(element_start..cursor.at(text)).unwrap_or("");
                        (watch.each)(element)?;
                    }
                } else if nesting.depth == 0 {
                    break 'values;
                }
                cursor.skip_space();
                match (cursor.peek(), nesting.is_in_object()) {
                    (b',', is_in_object) => {
                        cursor.advance(1);
                        cursor.skip_space();
                        if !is_in_object {
                            if watch.is_none() && !matches!(cursor.peek(), b'{' | b'[') {
                                let next;
                                (cursor, next) = take_elements(cursor, &mut kinds)?;
                                if next == Next::Separator {
                                    continue;
                                }
                            }
                            continue 'values;
                        }
                    }
                    (b'}', true) => {
                        cursor.advance(1);
                        nesting.close();
                        scan.names.forget_from(scan.object.names_before);
                        scan.object.close(&mut outer);
                        continue;
                    }
                    (b']', false) => {
                        cursor.advance(1);
                        nesting.close();
                        continue;
                    }
                    _ => return Err(Reason::InvalidJson),
                }
            }
            is_before_name = false;
            let (next, in_member);
            (cursor, next, in_member) = scan.take_members(cursor, nesting.depth == 1)?;
            if nesting.depth == 1 {
                // What was found is found: nothing more is to be written for it.
                (member, kinds) = (in_member, Kinds::NONE);
            }
            if next == Next::Value {
                continue 'values;
            }
        }
    }
    cursor.skip_space();
    if cursor.is_at_end() { Ok(()) } else { Err(Reason::InvalidJson) }
}

/// What comes next in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value.
    Value,
    /// What stands behind a value: white space, a comma or a closing bracket.
    Separator,
}

/// What is kept of a document while it is scanned, in memory, beside the cursor in registers.
struct Scan<'s, 'a> {
    text: &'a str,
    names: Names<'s>,
    known: Table<'s>,
    found: &'s mut [Found],
    /// The innermost object.
    object: Open,
    /// Where the value of the present member of the outermost object starts.
    start: usize,
}

impl<'a> Scan<'_, 'a> {
    fn open(&mut self, outer: &mut Outer) -> Result<(), Reason> {
        self.object.open(outer, self.names.open())
    }

    /// Notes the value of the present member, up to the cursor.
    #[inline(always)]
    fn find(&mut self, member: usize, cursor: Cursor<'a>, kinds: Kinds) {
        if let Some(found) = self.found.get_mut(member) {
            let end = offset(cursor.at(self.text));
            *found = Found { start: offset(self.start), end, kinds };
        }
    }

    /// Takes members, from a name on, up to a value that is an object or an array, or behind the
    /// last one; says which member of the outermost object is still to be noted.
    #[inline(never)]
    fn take_members(
        &mut self,
        mut cursor: Cursor<'a>,
        is_outermost: bool,
    ) -> Result<(Cursor<'a>, Next, usize), Reason> {
        loop {
            if cursor.peek() != b'"' {
                return Err(Reason::InvalidJson);
            }
            cursor.advance(1);
            let start = cursor.at(self.text);
            let (hash, len);
            (cursor, hash, len) = match take_plain_name(cursor) {
                Some(name) => name,
                None => take_escaped_name(cursor)?,
            };
            if !cursor.take_separator(b':') {
                return Err(Reason::InvalidJson);
            }
            let start = offset(start);
            if self.object.has_perhaps(hash) {
                self.refuse_seen(hash, start)?;
            }
            self.names.push(hash, start)?;
            let mut member = NO_MEMBER;
            if is_outermost {
                let index = self.known.find(hash, len, || string_at(self.text, start));
                member = index.unwrap_or(NO_MEMBER);
                self.start = cursor.at(self.text);
            }
            let mut kinds = Kinds::NONE;
            match cursor.peek() {
                b'"' => cursor.take_string(&mut kinds)?,
                b'{' | b'[' => return Ok((cursor, Next::Value, member)),
                _ => cursor.take_scalar(&mut kinds)?,
            }
            self.find(member, cursor, kinds);
            if !cursor.take_separator(b',') {
                return Ok((cursor, Next::Separator, NO_MEMBER));
            }
        }
    }

    /// Refuses the name that starts at `start` if the object has it already.
    #[inline(never)]
    fn refuse_seen(&mut self, hash: u64, start: u32) -> Result<(), Reason> {
        self.names.refuse_seen(self.text, self.object.names_before, hash, start)
    }
}

/// Takes elements of an array, up to one that is an object or an array, or behind the last one.
#[inline(never)]
fn take_elements<'a>(
    mut cursor: Cursor<'a>,
    kinds: &mut Kinds,
) -> Result<(Cursor<'a>, Next), Reason> {
    let mut seen = *kinds;
    loop {
        match cursor.peek() {
            b'"' => cursor.take_string(&mut seen)?,
            b'{' | b'[' => {
                *kinds = seen;
                return Ok((cursor, Next::Value));
            }
            _ => cursor.take_scalar(&mut seen)?,
        }
        if !cursor.take_separator(b',') {
            *kinds = seen;
            return Ok((cursor, Next::Separator));
        }
    }
}

/// A position in a document, which has a mebibyte at the most.
#[inline(always)]
const fn offset(at: usize) -> u32 {
    let [a, b, c, d, ..] = at.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

const _: () = assert!(MAX_JWK_SET_LEN <= 1 << 20 && MAX_PAYLOAD_LEN <= 1 << 20);

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::super::Value;
    use super::*;
    use crate::limits::{MAX_DEPTH, MAX_MEMBERS, NAME_LEN};

    fn scan(text: &str) -> Result<(), Reason> {
        object(text.as_bytes(), &Known::new(["a", "b"]), &mut [0; MAX_MEMBERS * NAME_LEN])
            .map(|_| ())
    }

    #[test]
    fn known_members_are_found_wherever_they_stand() {
        let text = br#" {"x":{"a":1},"\u0062" : [1, {"b":2}] ,"a":"v"} "#;
        let members = object(text, &Known::new(["a", "b", "c"]), &mut [0; 64]).unwrap();
        assert!(matches!(members.value(0), Some(Value::String(text)) if text == "v"));
        assert!(matches!(members.value(1), Some(Value::Array(_))));
        assert!(members.value(2).is_none());
    }

    #[test]
    fn elements_are_handed_on_one_by_one() {
        let text = br#"{"k":[{"k":[1]}, 2 ,"x"],"o":[3]}"#;
        let mut seen = Vec::new();
        object_with_elements(text, &Known::new(["k"]), &mut [0; 64], 0, |element| {
            seen.push(element);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [r#"{"k":[1]}"#, "2", "\"x\""]);
        let stopped = object_with_elements(
            b"{\"k\":[1,2 nonsense",
            &Known::new(["k"]),
            &mut [0; 64],
            0,
            |_| Err(Reason::TooManyKeys),
        );
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
            object(b"{\"a\":\"\xff\"}", &Known::new(["a"]), &mut [0; 64]).unwrap_err(),
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
        let little = object(three.as_bytes(), &Known::new(["a"]), &mut [0; 2 * NAME_LEN]);
        assert_eq!(little.unwrap_err(), Reason::MemoryTooSmall);
    }
}
