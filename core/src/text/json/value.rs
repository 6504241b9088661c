//! Views of a checked document. Walking one cannot fail: it has been scanned as a whole.

use core::fmt;

use super::cursor::Cursor;
use super::number::Number;
use super::string::Text;

/// A JSON value of a checked document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'t> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number<'t>),
    /// A string.
    String(Text<'t>),
    /// An array.
    Array(Array<'t>),
    /// An object.
    Object(Object<'t>),
}

impl<'t> Value<'t> {
    /// `raw` is a value that the scanner has passed, without white space around it; where it is a
    /// string, `has_escapes` says whether it holds any.
    #[inline(always)]
    pub(super) fn new(raw: &'t str, has_escapes: bool) -> Self {
        match raw.as_bytes().first() {
            Some(b'"') => {
                let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
                Self::String(Text::new(inner, has_escapes))
            }
            Some(b'{') => Self::Object(Object { raw }),
            Some(b'[') => Self::Array(Array { raw }),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(Number::new(raw)),
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub const fn as_text(self) -> Option<Text<'t>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string, if it is one without escapes.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        self.as_text().and_then(Text::as_str)
    }

    /// The truth value, if it is one.
    #[must_use]
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(self) -> Option<Number<'t>> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// A JSON array of a checked document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Array<'t> {
    /// With its brackets.
    raw: &'t str,
}

impl<'t> Array<'t> {
    /// The elements, in their order.
    #[must_use]
    pub fn elements(self) -> Elements<'t> {
        Elements { walk: Walk::behind_bracket(self.raw) }
    }

    /// Whether all elements are strings, no two of them equal, and no more than `most`, which
    /// bounds the cost: each is compared with each.
    pub(crate) fn holds_distinct_strings(self, most: usize) -> bool {
        self.elements().take(most.saturating_add(1)).count() <= most
            && self.elements().enumerate().all(|(i, element)| {
                element.as_text().is_some() && self.elements().take(i).all(|other| other != element)
            })
    }

    /// The array as it stands in the document.
    #[must_use]
    pub const fn as_json(self) -> &'t str {
        self.raw
    }
}

impl<'t> IntoIterator for Array<'t> {
    type Item = Value<'t>;
    type IntoIter = Elements<'t>;

    fn into_iter(self) -> Elements<'t> {
        self.elements()
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw)
    }
}

/// A JSON object of a checked document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'t> {
    /// With its braces.
    raw: &'t str,
}

impl<'t> Object<'t> {
    /// `raw` is an object that the scanner has passed, perhaps with white space before it.
    pub(crate) fn new(raw: &'t str) -> Self {
        Self { raw: raw.trim_ascii() }
    }

    /// The value of the member with this name.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Value<'t>> {
        self.entries().find(|(key, _)| *key == *name).map(|(_, value)| value)
    }

    /// Names and values, in their order.
    #[must_use]
    pub fn entries(self) -> Entries<'t> {
        Entries { walk: Walk::behind_bracket(self.raw) }
    }

    /// The object as it stands in the document.
    #[must_use]
    pub const fn as_json(self) -> &'t str {
        self.raw
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw)
    }
}

/// The elements of an [`Array`].
#[derive(Clone)]
pub struct Elements<'t> {
    walk: Walk<'t>,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Value<'t>;

    fn next(&mut self) -> Option<Value<'t>> {
        self.walk.next_value()
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The members of an [`Object`].
#[derive(Clone)]
pub struct Entries<'t> {
    walk: Walk<'t>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = (Text<'t>, Value<'t>);

    fn next(&mut self) -> Option<(Text<'t>, Value<'t>)> {
        let name = self.walk.next_value()?.as_text()?;
        Some((name, self.walk.next_value()?))
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

/// A walk through the values of an object or an array.
#[derive(Clone)]
struct Walk<'t> {
    /// The object or the array.
    raw: &'t str,
    cursor: Cursor<'t>,
}

impl<'t> Walk<'t> {
    fn behind_bracket(raw: &'t str) -> Self {
        Self { raw, cursor: Cursor::new_at(raw, 1) }
    }

    /// The next value, or name; `None` at a closing bracket or the end.
    fn next_value(&mut self) -> Option<Value<'t>> {
        let mut cursor = self.cursor;
        cursor.skip_space();
        while matches!(cursor.peek(), b',' | b':') {
            cursor.advance(1);
            cursor.skip_space();
        }
        let start = cursor.at(self.raw);
        let mut depth = 0_usize;
        if cursor.peek() == b'"' {
            let has_escapes = skip_string(&mut cursor);
            self.cursor = cursor;
            let raw = self.raw.get(start..cursor.at(self.raw)).unwrap_or("");
            return Some(Value::new(raw, has_escapes));
        }
        loop {
            let mut has_escapes = false;
            match cursor.peek() {
                b'"' => has_escapes = skip_string(&mut cursor),
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    cursor.advance(1);
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    cursor.advance(1);
                }
                0 => return None,
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                    cursor.advance(1);
                    continue;
                }
                _ => skip_scalar(&mut cursor),
            }
            if depth == 0 {
                self.cursor = cursor;
                let raw = self.raw.get(start..cursor.at(self.raw)).unwrap_or("");
                return Some(Value::new(raw, has_escapes));
            }
        }
    }
}

/// Skips a string and says whether it holds escapes.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn skip_string(cursor: &mut Cursor<'_>) -> bool {
    cursor.advance(1);
    let mut has_escapes = false;
    loop {
        cursor.skip_plain();
        match cursor.peek() {
            b'\\' => {
                has_escapes = true;
                cursor.advance(2);
            }
            b'"' => {
                cursor.advance(1);
                return has_escapes;
            }
            _ => return has_escapes, // the end: not reached in a checked document
        }
    }
}

/// Skips a number, `true`, `false` or `null`.
#[inline(always)]
fn skip_scalar(cursor: &mut Cursor<'_>) {
    while !matches!(cursor.peek(), 0..=b' ' | b',' | b']' | b'}') {
        cursor.advance(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Known;
    use super::*;

    fn read(text: &str) -> Object<'_> {
        super::super::object(text.as_bytes(), &Known::new(["a"]), &mut [0; 512]).unwrap();
        Object::new(text)
    }

    #[test]
    fn members_are_found_and_values_told_apart() {
        let object = read(
            r#" { "s" : "x\"}" , "n":-1.5e3,"t":true,"f":false,"z":null,"a":[1,"]",[2]],"o":{"b":{}} } "#,
        );
        assert_eq!(object.member("s").unwrap().as_text().unwrap(), "x\"}");
        assert_eq!(object.member("n").unwrap().as_number().unwrap().as_str(), "-1.5e3");
        assert_eq!(object.member("t"), Some(Value::Bool(true)));
        assert_eq!(object.member("f").unwrap().as_bool(), Some(false));
        assert_eq!(object.member("z"), Some(Value::Null));
        let Some(Value::Array(array)) = object.member("a") else { panic!() };
        assert_eq!(array.elements().count(), 3);
        assert_eq!(array.elements().nth(1).unwrap().as_str(), Some("]"));
        let Some(Value::Object(inner)) = object.member("o") else { panic!() };
        assert_eq!(inner.as_json(), r#"{"b":{}}"#);
        assert_eq!(object.member("b"), None);
        assert_eq!(object.entries().count(), 7);
        assert_eq!(read("{}").entries().count(), 0);
        assert_eq!(read(r#"{"a":[]}"#).entries().count(), 1);
    }

    #[test]
    fn what_was_never_checked_ends_instead_of_hanging() {
        for raw in ["{\"a", "{\"a\":", "{\"a\":[", "{\"a\\", "{", "", "{\"a\":}", "{]"] {
            assert!(Object { raw }.entries().count() <= 1, "{raw}");
        }
    }
}
