//! The headers that say of a request what its body says (MCP 2026-07-28, Streamable HTTP,
//! "Request Metadata").

use crate::Reason;
use crate::oauth::RequestHead;
use crate::text::json::Text;

/// The revisions whose servers do not ask for the headers. An unknown one is no reason to do
/// without them.
const WITHOUT_HEADERS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const FIRST_WITH_HEADERS: &str = "2026-07-28";

/// The headers `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` of a request, not judged yet.
///
/// ```
/// use gatepost::mcp::OperationHeaders;
///
/// let headers = OperationHeaders::new([&b"2026-07-28"[..]], [&b"tools/list"[..]], []);
/// assert_eq!(headers.version(), Some("2026-07-28"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationHeaders<'h> {
    version: Field<'h>,
    pub(super) method: Field<'h>,
    pub(super) name: Field<'h>,
}

impl<'h> OperationHeaders<'h> {
    /// Takes all values that the request has for each of the headers, in octets.
    ///
    /// A header that comes twice is kept as that: nothing agrees with it.
    #[must_use]
    pub fn new(
        version: impl IntoIterator<Item = &'h [u8]>,
        method: impl IntoIterator<Item = &'h [u8]>,
        name: impl IntoIterator<Item = &'h [u8]>,
    ) -> Self {
        Self { version: Field::of(version), method: Field::of(method), name: Field::of(name) }
    }

    /// The protocol version that the request names, if it names one, in visible characters.
    #[must_use]
    pub const fn version(&self) -> Option<&'h str> {
        match self.version {
            Field::Once(version) => Some(version),
            _ => None,
        }
    }

    /// Whether the version is known to be one whose servers compare headers and body.
    pub(super) fn are_compared(&self) -> bool {
        self.version().is_some_and(|version| is_date(version) && version >= FIRST_WITH_HEADERS)
    }

    /// Whether the headers have to be there.
    pub(super) fn are_required(&self) -> bool {
        match self.version {
            Field::Absent => false,
            Field::Once(version) => !WITHOUT_HEADERS.contains(&version),
            Field::Unusable => true,
        }
    }

    /// Compares the version with that in the body, where that has one: a body that lacks what its
    /// revision demands is the server's to refuse, and is judged by the headers here.
    pub(super) fn check_version(&self, in_body: Option<Text<'_>>) -> Result<(), Reason> {
        let agrees = match (self.version, in_body) {
            (Field::Unusable, _) => false,
            (Field::Once(version), Some(in_body)) => in_body == version,
            // A body of a newer revision does not come without the header.
            (Field::Absent, Some(in_body)) => WITHOUT_HEADERS.iter().any(|known| in_body == *known),
            (_, None) => true,
        };
        if agrees { Ok(()) } else { Err(Reason::HeaderMismatch) }
    }
}

impl<'h> From<&RequestHead<'h>> for OperationHeaders<'h> {
    fn from(head: &RequestHead<'h>) -> Self {
        Self::new(
            head.values("mcp-protocol-version"),
            head.values("mcp-method"),
            head.values("mcp-name"),
        )
    }
}

/// Whether it is written as a date: dates are in order as texts.
fn is_date(version: &str) -> bool {
    version.len() == 10
        && version.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// What a request has of one header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'h> {
    Absent,
    /// Without white space around it; all of it visible ASCII, spaces and tabs.
    Once(&'h str),
    /// More than once, or with characters that no such header has.
    Unusable,
}

impl<'h> Field<'h> {
    fn of(values: impl IntoIterator<Item = &'h [u8]>) -> Self {
        let mut values = values.into_iter();
        let Some(value) = values.next() else { return Self::Absent };
        let value = value.trim_ascii();
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
        let is_usable = value.iter().fold(true, |all, byte| all & is_plain(byte));
        match core::str::from_utf8(value) {
            Ok(text) if is_usable && values.next().is_none() => Self::Once(text),
            _ => Self::Unusable,
        }
    }
}

/// The value of `Mcp-Name`: plain, or Base64 between two markers ("Value Encoding").
#[derive(Clone, Copy)]
pub(super) enum Name<'h> {
    Plain(&'h str),
    /// Whole groups of the alphabet of
    /// [RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4), the last perhaps
    /// with padding.
    Base64(&'h str),
}

impl<'h> Name<'h> {
    /// `None` where it is marked as Base64 and none.
    pub(super) fn parse(value: &'h str) -> Option<Self> {
        let marked = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
        let Some(encoded) = marked else { return Some(Self::Plain(value)) };
        let (groups, rest) = encoded.as_bytes().as_chunks();
        let (last, before) = match groups.split_last() {
            Some((last, before)) => (*last, before),
            None => (*b"AAAA", groups),
        };
        let is_valid = rest.is_empty()
            && before.iter().all(|group| !group.contains(&b'=') && decode(*group).is_some())
            && decode(last).is_some();
        is_valid.then_some(Self::Base64(encoded))
    }

    /// The bytes of the name.
    pub(super) fn bytes(self) -> impl Iterator<Item = u8> + use<'h> {
        let (plain, encoded) = match self {
            Self::Plain(text) => (text, ""),
            Self::Base64(text) => ("", text),
        };
        let (groups, _) = encoded.as_bytes().as_chunks();
        let decoded = groups
            .iter()
            .filter_map(|group| decode(*group))
            .flat_map(|(bytes, len)| bytes.into_iter().take(len));
        plain.bytes().chain(decoded)
    }
}

/// The three bytes that a group of Base64 stands for, and how many there are; `None` where it is
/// no group, or another group stands for the same.
fn decode(group: [u8; 4]) -> Option<([u8; 3], usize)> {
    let (digits, len) = match group {
        [a, b, b'=', b'='] => ([a, b, b'A', b'A'], 1),
        [a, b, c, b'='] => ([a, b, c, b'A'], 2),
        group => (group, 3),
    };
    let bits = digits.iter().try_fold(0_u32, |bits, digit| {
        let value = match digit {
            b'A'..=b'Z' => digit.wrapping_sub(b'A'),
            b'a'..=b'z' => digit.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => digit.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        Some(bits << 6 | u32::from(value))
    })?;
    let [_, bytes @ ..] = bits.to_be_bytes();
    // Bits that stand for nothing are zero.
    bytes.iter().skip(len).all(|byte| *byte == 0).then_some((bytes, len))
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn name(value: &str) -> Option<String> {
        Name::parse(value).map(|name| String::from_utf8(name.bytes().collect::<Vec<_>>()).unwrap())
    }

    #[test]
    fn s28_the_examples_of_the_specification_decode() {
        for (value, expected) in [
            ("us-west1", "us-west1"),
            ("=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界"),
            ("=?base64?IHBhZGRlZCA=?=", " padded "),
            ("=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"),
            ("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="),
        ] {
            assert_eq!(name(value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn s28_markers_and_alphabet_are_exact() {
        for plain in [
            "=?Base64?YQ==?=",
            "=?BASE64?YQ==?=",
            "=?base64?YQ==",
            "=?base64?=",
            "=?base64YQ==?=",
            "?base64?YQ==?=",
            "x=?base64?YQ==?=",
        ] {
            assert_eq!(name(plain).as_deref(), Some(plain));
        }
        assert_eq!(name("=?base64??=").as_deref(), Some(""));
        for invalid in [
            "YQ", "YQ=", "YR==", "YWJ=", "Y===", "====", "YQ==YQ==", "Y-==", "Y_==", "YQ== ",
            "Y Q=",
        ] {
            assert_eq!(name(&format!("=?base64?{invalid}?=")), None, "{invalid}");
        }
        let bytes = Name::parse("=?base64?+/+/?=").unwrap().bytes();
        assert!(bytes.eq([0xfb, 0xff, 0xbf]));
    }
}
