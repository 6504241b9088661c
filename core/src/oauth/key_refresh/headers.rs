//! What an HTTP answer says about how long it may be used.

use crate::limits::MAX_ENTITY_TAG_LEN;

/// What the answer to a fetch of keys says of its lifetime: `Cache-Control`
/// ([RFC 9111, section 5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)), `Age`
/// ([section 5.1](https://www.rfc-editor.org/rfc/rfc9111#section-5.1)) and `ETag`
/// ([RFC 9110, section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
///
/// ```
/// use gatepost::oauth::CacheHeaders;
///
/// let headers = CacheHeaders::new([&b"public, max-age=3600"[..]], Some(b"\"v1\""));
/// let headers = headers.with_age([&b"90"[..]]);
/// assert_eq!(headers.max_age(), Some(3600));
/// assert_eq!(headers.age(), 90);
/// assert_eq!(headers.entity_tag(), Some(&b"\"v1\""[..]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheHeaders<'h> {
    max_age: Option<u32>,
    age: u32,
    entity_tag: Option<&'h [u8]>,
}

impl<'h> CacheHeaders<'h> {
    /// Reads the values of the headers `Cache-Control`, and that of `ETag`.
    ///
    /// Of `Cache-Control`, `max-age` counts (the shortest, where there are several), and
    /// `no-cache` and `no-store` are a `max-age` of zero; what cannot be read is passed over. An
    /// entity tag that is malformed or longer than [`MAX_ENTITY_TAG_LEN`] bytes is none.
    pub fn new<'c>(
        cache_control: impl IntoIterator<Item = &'c [u8]>,
        entity_tag: Option<&'h [u8]>,
    ) -> Self {
        let max_age = cache_control.into_iter().filter_map(max_age).min();
        Self { max_age, age: 0, entity_tag: entity_tag.filter(|tag| is_entity_tag(tag)) }
    }

    /// These, and the values of the headers `Age`: how many seconds caches on the way have kept the
    /// answer.
    ///
    /// There should be at most one. Where there are several the longest counts, and what cannot be
    /// read is passed over.
    #[must_use]
    pub fn with_age<'a>(self, values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let ages = values.into_iter().flat_map(|value| value.split(|byte| *byte == b','));
        let age = ages.filter_map(|age| seconds(age.trim_ascii())).max().unwrap_or(0);
        Self { age, ..self }
    }

    /// Seconds that the answer is fresh, if it says so; more than 32 bits are as many as these.
    #[must_use]
    pub const fn max_age(&self) -> Option<u32> {
        self.max_age
    }

    /// Seconds that caches have kept the answer: 0 where none says so, and more than 32 bits are as
    /// many as these.
    #[must_use]
    pub const fn age(&self) -> u32 {
        self.age
    }

    /// The entity tag, with its quotes and, where it is a weak one, `W/`.
    #[must_use]
    pub const fn entity_tag(&self) -> Option<&'h [u8]> {
        self.entity_tag
    }
}

/// The shortest lifetime that a value of `Cache-Control` names. Extensions may hold quoted strings
/// with commas in them, which could only make it shorter.
fn max_age(value: &[u8]) -> Option<u32> {
    value.split(|byte| *byte == b',').filter_map(directive).min()
}

fn directive(text: &[u8]) -> Option<u32> {
    let mut parts = text.splitn(2, |byte| *byte == b'=');
    let (name, argument) = (parts.next()?.trim_ascii(), parts.next().map(<[u8]>::trim_ascii));
    let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
    match argument {
        // `no-cache="field"` is about that field alone.
        None if is(b"no-cache") || is(b"no-store") => Some(0),
        Some(argument) if is(b"max-age") => seconds(argument),
        _ => None,
    }
}

/// Digits, perhaps in quotes: "recipients ought to accept both".
fn seconds(text: &[u8]) -> Option<u32> {
    let digits = match text {
        [b'"', digits @ .., b'"'] => digits,
        digits => digits,
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |seconds, digit| {
        digit
            .is_ascii_digit()
            .then(|| seconds.saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0'))))
    })
}

/// Whether it is an entity tag that can be sent back: it becomes part of a header.
fn is_entity_tag(tag: &[u8]) -> bool {
    let opaque = tag.strip_prefix(b"W/").unwrap_or(tag);
    tag.len() <= MAX_ENTITY_TAG_LEN
        && matches!(opaque, [b'"', inner @ .., b'"']
            if inner.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)))
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn the_shortest_lifetime_counts() {
        let of = |values: &[&'static str]| {
            CacheHeaders::new(values.iter().map(|value| value.as_bytes()), None).max_age()
        };
        assert_eq!(of(&["public, max-age=15, stale-while-revalidate=15"]), Some(15));
        assert_eq!(of(&["Max-Age = \"600\" ,private"]), Some(600));
        assert_eq!(of(&["max-age=600", "max-age=60, max-age=70"]), Some(60));
        assert_eq!(of(&["max-age=60, no-store"]), Some(0));
        assert_eq!(of(&["NO-CACHE"]), Some(0));
        assert_eq!(of(&["max-age=99999999999999999999"]), Some(u32::MAX));
        for nothing in [
            "",
            "public",
            "max-age",
            "max-age=",
            "max-age=-1",
            "max-age=1.5",
            "max-age=\"",
            "s-maxage=5",
            "xmax-age=5",
            "no-cache=\"set-cookie\"",
            "max-age=5x",
        ] {
            assert_eq!(of(&[nothing]), None, "{nothing}");
        }
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn the_longest_age_counts() {
        let of = |values: &[&'static str]| {
            let values = values.iter().map(|value| value.as_bytes());
            CacheHeaders::default().with_age(values).age()
        };
        assert_eq!(of(&["0"]), 0);
        assert_eq!(of(&[" 12000\t"]), 12_000);
        assert_eq!(of(&["7, 90", "x", "8"]), 90);
        assert_eq!(of(&["99999999999999999999"]), u32::MAX);
        for nothing in ["", ",", "-1", "1.5", "5s", "0x5", "five"] {
            assert_eq!(of(&[nothing]), 0, "{nothing}");
        }
        assert_eq!(of(&[]), 0);
    }

    #[test]
    fn an_entity_tag_cannot_break_a_header() {
        let of = |tag: &[u8]| CacheHeaders::new([], Some(tag)).entity_tag().map(<[u8]>::to_vec);
        let long = |len: usize| [b"\"", &vec![b'x'; len - 2][..], b"\""].concat();
        for good in [&b"\"\""[..], b"\"v1\"", b"W/\"a,b\"", b"\"\x80\"", &long(MAX_ENTITY_TAG_LEN)]
        {
            assert_eq!(of(good), Some(good.to_vec()));
        }
        for bad in [
            &b""[..],
            b"v1",
            b"\"",
            b"\"a",
            b"w/\"a\"",
            b"\"a\"b\"",
            b"\"a b\"",
            b"\"\r\nX: y\"",
            b"\"\0\"",
            b"\"\x7f\"",
            &long(MAX_ENTITY_TAG_LEN + 1),
        ] {
            assert_eq!(of(bad), None, "{:?}", Vec::from(bad));
        }
    }
}
