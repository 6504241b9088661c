//! Lists of strings: those of a policy, and those of a token.

use core::fmt;

use crate::Reason;
use crate::text::bytes;
use crate::text::json::{Array, Kinds, Members, Value};

/// One string or several, borrowed: audiences, scopes, names of claims.
///
/// ```
/// use gatepost::{Policy, UnixTime};
///
/// Policy::new("https://issuer.example", "https://mcp.example.com/mcp")?;
/// Policy::new("https://issuer.example", &["https://mcp.example.com/mcp", "api://mcp"])?;
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone, Copy)]
pub struct Strings<'p> {
    kind: Kind<'p>,
}

#[derive(Clone, Copy)]
enum Kind<'p> {
    One(&'p str),
    Several(&'p [&'p str]),
    #[cfg(feature = "alloc")]
    Owned(&'p [alloc::string::String]),
}

impl<'p> Strings<'p> {
    /// No string at all.
    pub const NONE: Self = Self { kind: Kind::Several(&[]) };

    #[cfg(feature = "mcp")]
    pub(super) const fn known(strings: &'static [&'static str]) -> Self {
        Self { kind: Kind::Several(strings) }
    }

    /// The strings, in their order.
    pub fn iter(self) -> impl Iterator<Item = &'p str> {
        let (one, several) = match self.kind {
            Kind::One(one) => (Some(one), &[][..]),
            Kind::Several(several) => (None, several),
            #[cfg(feature = "alloc")]
            Kind::Owned(_) => (None, &[][..]),
        };
        let strings = one.into_iter().chain(several.iter().copied());
        #[cfg(feature = "alloc")]
        let strings = strings.chain(
            match self.kind {
                Kind::Owned(owned) => owned,
                _ => &[],
            }
            .iter()
            .map(alloc::string::String::as_str),
        );
        strings
    }

    /// Refuses a list that holds an empty string.
    pub(crate) fn refuse_empty_ones(self) -> Result<Self, Reason> {
        if self.iter().any(str::is_empty) { Err(Reason::Misuse) } else { Ok(self) }
    }
}

impl<'p> From<&'p str> for Strings<'p> {
    fn from(one: &'p str) -> Self {
        Self { kind: Kind::One(one) }
    }
}

impl<'p> From<&'p [&'p str]> for Strings<'p> {
    fn from(several: &'p [&'p str]) -> Self {
        Self { kind: Kind::Several(several) }
    }
}

impl<'p, const N: usize> From<&'p [&'p str; N]> for Strings<'p> {
    fn from(several: &'p [&'p str; N]) -> Self {
        Self { kind: Kind::Several(several) }
    }
}

#[cfg(feature = "alloc")]
impl<'p> From<&'p [alloc::string::String]> for Strings<'p> {
    fn from(owned: &'p [alloc::string::String]) -> Self {
        Self { kind: Kind::Owned(owned) }
    }
}

impl fmt::Debug for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The strings that a claim of a token holds, in their order; iterating yields each.
#[derive(Clone)]
pub struct StringList<'t> {
    kind: ListKind<'t>,
}

#[derive(Clone)]
enum ListKind<'t> {
    /// One string.
    One(Option<&'t str>),
    /// Separated by spaces ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
    Words(&'t str),
    /// What is left of an array of strings without escapes, as it stands in the token: whatever
    /// stands between two quotes is one.
    Array(&'t str),
    /// Each ends with a NUL: the strings of an array with escapes, decoded.
    Decoded(&'t str),
}

impl<'t> StringList<'t> {
    pub(crate) const EMPTY: Self = Self { kind: ListKind::One(None) };

    /// The words of a text, separated by spaces.
    #[cfg(feature = "mcp")]
    pub(crate) const fn words(text: &'t str) -> Self {
        Self { kind: ListKind::Words(text) }
    }

    /// Reads a claim that is a string or an array of strings.
    ///
    /// Escapes are decoded into the front of `memory`; what is left of it is returned.
    #[inline(always)]
    pub(super) fn of_string_or_array<const N: usize>(
        claims: &Members<'t, N>,
        claim: usize,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        match claims.value(claim) {
            Some(Value::String(text)) => {
                let (text, memory) = text.decode_or_borrow(memory)?;
                Ok((Self { kind: ListKind::One(Some(text)) }, memory))
            }
            _ => Self::of_array(claims, claim, memory),
        }
    }

    /// Reads a claim that is a string of words separated by spaces.
    #[inline(always)]
    pub(super) fn of_words<const N: usize>(
        claims: &Members<'t, N>,
        claim: usize,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        match claims.value(claim) {
            None => Ok((Self::EMPTY, memory)),
            Some(Value::String(text)) => {
                let (text, memory) = text.decode_or_borrow(memory)?;
                Ok((Self { kind: ListKind::Words(text) }, memory))
            }
            Some(_) => Err(Reason::InvalidClaim),
        }
    }

    /// Reads a claim that is a string of words or an array of strings.
    #[inline(always)]
    pub(super) fn of_words_or_array<const N: usize>(
        claims: &Members<'t, N>,
        claim: usize,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        match claims.value(claim) {
            Some(Value::Array(_)) => Self::of_array(claims, claim, memory),
            _ => Self::of_words(claims, claim, memory),
        }
    }

    /// Reads a claim that is an array of strings.
    #[inline(always)]
    pub(crate) fn of_array<const N: usize>(
        claims: &Members<'t, N>,
        claim: usize,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        let array = match claims.value(claim) {
            None => return Ok((Self::EMPTY, memory)),
            Some(Value::Array(array)) => array,
            Some(_) => return Err(Reason::InvalidClaim),
        };
        // The scan has seen what is in it.
        let kinds = claims.array_kinds(claim);
        if kinds.contains(Kinds::OTHERS) {
            Err(Reason::InvalidClaim)
        } else if kinds.contains(Kinds::ESCAPED_STRINGS) {
            Self::decode_array(array, memory)
        } else {
            Ok((Self { kind: ListKind::Array(array.as_json()) }, memory))
        }
    }

    #[inline(never)]
    #[expect(clippy::manual_contains, reason = "`contains` is memchr: more code on a device")]
    fn decode_array(
        array: Array<'t>,
        memory: &'t mut [u8],
    ) -> Result<(Self, &'t mut [u8]), Reason> {
        let mut len = 0_usize;
        for text in array.elements().filter_map(Value::as_text) {
            let rest = memory.get_mut(len..).unwrap_or_default();
            let written = text.write_to(rest)?;
            // NUL separates the decoded strings, and has no place in any of them.
            if rest.get(..written).unwrap_or_default().iter().any(|byte| *byte == 0) {
                return Err(Reason::InvalidClaim);
            }
            *rest.get_mut(written).ok_or(Reason::MemoryTooSmall)? = 0;
            len = len.saturating_add(written).saturating_add(1);
        }
        let (decoded, memory) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;
        let decoded = core::str::from_utf8(decoded).map_err(|_| Reason::InvalidClaim)?;
        Ok((Self { kind: ListKind::Decoded(decoded) }, memory))
    }
}

impl<'t> Iterator for StringList<'t> {
    type Item = &'t str;

    #[cfg_attr(target_pointer_width = "64", inline)]
    fn next(&mut self) -> Option<&'t str> {
        match &mut self.kind {
            ListKind::One(one) => one.take(),
            ListKind::Words(words) => {
                while !words.is_empty() {
                    let (word, rest) = bytes::split_at_first(words, b' ').unwrap_or((words, ""));
                    *words = rest;
                    if !word.is_empty() {
                        return Some(word);
                    }
                }
                None
            }
            ListKind::Array(left) => {
                // A bracket or a comma stands before the quote, and seldom anything else.
                let behind_quote = match left.as_bytes() {
                    #[cfg(target_pointer_width = "64")]
                    [_, b'"', ..] => left.get(2..)?,
                    _ => bytes::split_at_first(left, b'"')?.1,
                };
                let (string, rest) = bytes::split_at_first(behind_quote, b'"')?;
                *left = rest;
                Some(string)
            }
            ListKind::Decoded(decoded) => {
                let (string, rest) = bytes::split_at_first(decoded, b'\0')?;
                *decoded = rest;
                Some(string)
            }
        }
    }
}

impl fmt::Debug for StringList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::text::json::{self, Known};

    fn list<'t>(json: &'t str, memory: &'t mut [u8]) -> Result<Vec<&'t str>, Reason> {
        let members = json::object(json.as_bytes(), &Known::new(["v"]), &mut [0; 64]).unwrap();
        StringList::of_string_or_array(&members, 0, memory).map(|(list, _)| list.collect())
    }

    fn words<'t>(json: &'t str, memory: &'t mut [u8]) -> Result<Vec<&'t str>, Reason> {
        let members = json::object(json.as_bytes(), &Known::new(["v"]), &mut [0; 64]).unwrap();
        StringList::of_words(&members, 0, memory).map(|(list, _)| list.collect())
    }

    #[test]
    fn a_string_and_an_array_of_strings_are_lists() {
        assert_eq!(list(r#"{"v":"a b"}"#, &mut []).unwrap(), ["a b"]);
        assert_eq!(list(r#"{"v":["a","b c",""]}"#, &mut []).unwrap(), ["a", "b c", ""]);
        assert!(list(r#"{"v":[]}"#, &mut []).unwrap().is_empty());
        assert!(list("{}", &mut []).unwrap().is_empty());
        assert_eq!(list(r#"{"v":["\u0061","b"]}"#, &mut [0; 4]).unwrap(), ["a", "b"]);
        assert_eq!(list(r#"{"v":["\u0061","b"]}"#, &mut [0; 3]), Err(Reason::MemoryTooSmall));
        for json in [
            r#"{"v":[1]}"#,
            r#"{"v":["a",null]}"#,
            r#"{"v":{}}"#,
            r#"{"v":null}"#,
            r#"{"v":["\u0000"]}"#,
        ] {
            assert_eq!(list(json, &mut [0; 64]), Err(Reason::InvalidClaim), "{json}");
        }
    }

    #[test]
    fn words_are_separated_by_spaces_alone() {
        assert_eq!(words(r#"{"v":"a b  c "}"#, &mut []).unwrap(), ["a", "b", "c"]);
        assert_eq!(words(r#"{"v":"a\tb\u0020c"}"#, &mut [0; 8]).unwrap(), ["a\tb", "c"]);
        assert!(words(r#"{"v":" "}"#, &mut []).unwrap().is_empty());
        assert_eq!(words(r#"{"v":["a"]}"#, &mut []), Err(Reason::InvalidClaim));
    }
}
