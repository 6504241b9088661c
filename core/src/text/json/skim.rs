//! A walk through the members of an object whose document nobody has checked: where there is too
//! much of it to keep all names, and only some members decide.

use super::cursor::Cursor;
use super::members::Kinds;
use super::number::Number;
use super::skip;
use super::string::Text;
use super::value::Value;
use crate::Reason;

/// A position in a document that is UTF-8, and of which no more is known.
///
/// Names and the values that are read are checked as the strict reader checks them. In values that
/// are skipped, names may stand twice, surrogates alone and numbers that are none in arrays and
/// objects; else they have to be JSON as well.
#[derive(Clone, Copy)]
pub(crate) struct Skim<'t> {
    document: &'t str,
    cursor: Cursor<'t>,
}

impl<'t> Skim<'t> {
    /// Before the first value of the document.
    pub(crate) fn new(document: &'t str) -> Self {
        let mut cursor = Cursor::new(document);
        cursor.skip_space();
        Self { document, cursor }
    }

    /// The next byte; NUL behind the end.
    pub(crate) fn peek(self) -> u8 {
        self.cursor.peek()
    }

    /// The document from here on.
    pub(crate) fn rest(self) -> &'t str {
        self.document.get(self.cursor.at(self.document)..).unwrap_or("")
    }

    /// Goes into the object that stands here, and says whether it has members.
    pub(crate) fn open(&mut self) -> Result<bool, Reason> {
        self.enter(b'{', b'}')
    }

    /// Goes into the array that stands here, and says whether it has elements.
    pub(crate) fn open_array(&mut self) -> Result<bool, Reason> {
        self.enter(b'[', b']')
    }

    fn enter(&mut self, open: u8, close: u8) -> Result<bool, Reason> {
        if self.cursor.peek() != open {
            return Err(Reason::InvalidJson);
        }
        self.cursor.take_bracket();
        let is_empty = self.cursor.peek() == close;
        if is_empty {
            self.cursor.advance(1);
        }
        Ok(!is_empty)
    }

    /// Takes the name of a member; `None` where there is none.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn take_name(&mut self) -> Option<Text<'t>> {
        let name = self.take_text()?;
        self.cursor.take_separator(b':').then_some(name)
    }

    /// Goes on behind the value of a member, and says whether there is another.
    pub(crate) fn has_more(&mut self) -> Result<bool, Reason> {
        self.leave_unless_more(b'}')
    }

    /// Goes on behind an element of an array, and says whether there is another.
    pub(crate) fn has_more_elements(&mut self) -> Result<bool, Reason> {
        self.leave_unless_more(b']')
    }

    fn leave_unless_more(&mut self, close: u8) -> Result<bool, Reason> {
        if self.cursor.take_separator(b',') {
            return Ok(true);
        }
        if self.cursor.peek() != close {
            return Err(Reason::InvalidJson);
        }
        self.cursor.advance(1);
        Ok(false)
    }

    /// Whether nothing but white space is left.
    pub(crate) fn is_at_end(mut self) -> bool {
        self.cursor.skip_space();
        self.cursor.is_at_end()
    }

    /// Takes the string that stands here; `None` where there is none.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn take_text(&mut self) -> Option<Text<'t>> {
        if self.cursor.peek() != b'"' {
            return None;
        }
        let mut cursor = self.cursor;
        cursor.advance(1);
        let start = cursor.at(self.document);
        cursor.skip_plain();
        if cursor.peek() != b'"' {
            return self.take_text_with_escapes();
        }
        let raw = self.document.get(start..cursor.at(self.document)).unwrap_or("");
        cursor.advance(1);
        self.cursor = cursor;
        Some(Text::new(raw, false))
    }

    #[inline(never)]
    fn take_text_with_escapes(&mut self) -> Option<Text<'t>> {
        let start = self.cursor.at(self.document);
        let mut kinds = Kinds::NONE;
        self.cursor.take_string(&mut kinds).ok()?;
        let raw = self.document.get(start..self.cursor.at(self.document)).unwrap_or("");
        Value::new(raw, true).as_text()
    }

    /// Takes the number that stands here.
    pub(crate) fn take_number(&mut self) -> Result<Number<'t>, Reason> {
        let start = self.cursor.at(self.document);
        if !matches!(self.cursor.peek(), b'-' | b'0'..=b'9') {
            return Err(Reason::InvalidJson);
        }
        let mut kinds = Kinds::NONE;
        self.cursor.take_scalar(&mut kinds)?;
        let raw = self.document.get(start..self.cursor.at(self.document)).unwrap_or("");
        Value::new(raw, false).as_number().ok_or(Reason::InvalidJson)
    }

    /// Skips the value that stands here, and checks it on the way.
    pub(crate) fn skip(&mut self) -> Result<(), Reason> {
        match self.cursor.peek() {
            b'{' | b'[' => self.cursor = skip::behind_brackets(self.cursor)?,
            b'"' => self.cursor = skip::behind_string(self.cursor)?,
            _ => {
                let mut kinds = Kinds::NONE;
                self.cursor.take_scalar(&mut kinds)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn names(document: &str) -> Result<Vec<&str>, Reason> {
        let mut skim = Skim::new(document);
        let mut names = Vec::new();
        let mut has_more = skim.open()?;
        while has_more {
            names.push(skim.take_name().ok_or(Reason::InvalidJson)?.as_str().unwrap_or("escaped"));
            skim.skip()?;
            has_more = skim.has_more()?;
        }
        if skim.is_at_end() { Ok(names) } else { Err(Reason::InvalidJson) }
    }

    fn texts(document: &str) -> Result<usize, Reason> {
        let mut skim = Skim::new(document);
        assert_eq!(skim.rest(), document.trim_start());
        let mut count = 0;
        let mut has_more = skim.open_array()?;
        while has_more {
            skim.take_text().ok_or(Reason::InvalidJson)?;
            count += 1;
            has_more = skim.has_more_elements()?;
        }
        if skim.is_at_end() { Ok(count) } else { Err(Reason::InvalidJson) }
    }

    #[test]
    fn elements_are_found() {
        for (document, count) in
            [("[]", 0), (" [ ] ", 0), ("[\"a\"]", 1), ("[ \"a\" , \"]\" ] ", 2)]
        {
            assert_eq!(texts(document), Ok(count), "{document}");
        }
    }

    #[test]
    fn members_are_found_whatever_stands_between_them() {
        let document = r#" { "a" : {"b":[1,"}"]} , "c":"\"d\\", "e":-1e5 ,"f":[],"\n":null} "#;
        assert_eq!(names(document).unwrap(), ["a", "c", "e", "f", "escaped"]);
        assert_eq!(names("{}").unwrap(), [""; 0]);
        // What readers of JSON take or refuse, and never take for something else.
        let document = r#"{"a":[NaN,-Infinity, Infinity ,"\ud800",{"b":1,"b":2}],"c":"\ud800"}"#;
        assert_eq!(names(document).unwrap(), ["a", "c"]);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for document in [
            "",
            "[]",
            "\u{feff}{}",
            "{",
            "{}}",
            "{}x",
            "{,}",
            "{a:1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\" 1}",
            "{\"a\":1]",
            "{\"a\":[1}",
            "{\"a\":\"1}",
            "{\"a\":\"1\\\"}",
            "{\"a\":NaN}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":tru}",
            "{\"\\ud800\":1}",
            "{\"\n\":1}",
            "{\0\"a\":1}",
            "{\"a\":[}}",
            "{\"a\":[1 2]}",
            "{\"a\":[\"\\x\"]}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\n\"}",
            "{\"a\":[/**/]}",
        ] {
            assert!(names(document).is_err(), "{document}");
        }
        for document in ["{}", "[,]", "[\"a\",]", "[\"a\" \"b\"]", "[\"a\"}", "[\"a\"", "[1]"] {
            assert!(texts(document).is_err(), "{document}");
        }
    }
}
