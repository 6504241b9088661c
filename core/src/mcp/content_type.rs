//! Whether the body of a request is read as it is judged: in UTF-8, and not compressed.

use crate::Reason;
use crate::oauth::RequestHead;

/// Checks what the headers say of the body's bytes.
///
/// Servers decode the body by the `charset` that they find, with parsers that differ: what is
/// `read_file` in UTF-8 is `delete_all` in UTF-7 or ISO-2022-JP. So there is one `Content-Type` at
/// the most, and wherever `charset` stands in it, UTF-8 has to follow, in the one plain form that
/// all parsers take alike. What media type it is, and the rest of its parameters, are for the
/// server to judge. A `Content-Encoding` is refused, since the body would be other bytes behind it.
///
/// # Errors
///
/// [`Reason::InvalidMessage`].
pub(super) fn check(head: &RequestHead<'_>) -> Result<(), Reason> {
    let mut types = head.values("content-type");
    let is_utf8 = types.next().is_none_or(may_be_utf8) && types.next().is_none();
    let mut codings = head.values("content-encoding");
    if is_utf8 && codings.all(|coding| coding.eq_ignore_ascii_case(b"identity")) {
        Ok(())
    } else {
        Err(Reason::InvalidMessage)
    }
}

const NAME: &[u8] = b"charset";

/// Whether no parser finds another charset than UTF-8 in this value. JSON without one is UTF-8
/// ([RFC 8259, section 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
fn may_be_utf8(value: &[u8]) -> bool {
    if value == b"application/json" {
        return true;
    }
    // A parser could drop or fold what is not printable, and then find the name.
    let is_printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
    let mut places = value.windows(NAME.len()).enumerate();
    let is_name = |(at, window): (usize, &[u8])| window.eq_ignore_ascii_case(NAME).then_some(at);
    let (first, second) = (places.find_map(is_name), places.find_map(is_name));
    let is_utf8 = match (first, second) {
        (None, _) => true,
        (Some(at), None) => {
            let behind = at.checked_add(NAME.len()).and_then(|end| value.get(end..));
            behind.is_some_and(is_followed_by_utf8)
        }
        // The first counts for some parsers, the last for others.
        (Some(_), Some(_)) => false,
    };
    is_utf8 && value.iter().all(is_printable)
}

/// Whether this begins with `=` and UTF-8, up to the end or to the next parameter. Quotes are both
/// there or neither, so that none hides what is behind; `utf8` is no registered name, but means the
/// same wherever it means something.
fn is_followed_by_utf8(behind: &[u8]) -> bool {
    let parameter = behind.split(|byte| *byte == b';').next().unwrap_or(behind);
    let forms: [&[u8]; 4] = [b"=utf-8", b"=\"utf-8\"", b"=utf8", b"=\"utf8\""];
    forms.iter().any(|form| form.eq_ignore_ascii_case(parameter.trim_ascii_end()))
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::oauth::Header;

    fn is_taken(headers: &[(&str, &[u8])]) -> bool {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| Header::new(*name, *value)).collect();
        let head =
            RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
        match check(&head) {
            Ok(()) => true,
            Err(reason) => {
                assert_eq!(reason, Reason::InvalidMessage);
                false
            }
        }
    }

    #[test]
    fn utf_8_is_taken_however_it_is_written() {
        assert!(is_taken(&[]));
        for value in [
            "application/json",
            "",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json; CharSet=\"Utf-8\"",
            "application/json; charset=utf8",
            "application/json; charset=\"UTF8\"",
            "application/json; charset=utf-8 ; profile=\"a b\"",
            "application/json; profile=\"a;b\"; charset=utf-8",
            "application/json;\tcharset=utf-8;",
            "\tapplication/json; charset=utf-8 ",
        ] {
            assert!(is_taken(&[("content-TYPE", value.as_bytes())]), "{value}");
        }
    }

    #[test]
    fn what_some_parser_could_take_for_another_charset_is_refused() {
        for value in [
            "application/json; charset=utf-7",
            "application/json; charset=iso-2022-jp",
            "application/json; charset=utf-16",
            "application/json; charset=us-ascii",
            "application/json; charset=utf-8-sig",
            "application/json; charset=utf-80",
            "application/json; charset=",
            "application/json; charset",
            "application/json; charset=\"\"",
            "application/json; charset=\"utf-8",
            "application/json; charset=utf-8\"",
            "application/json; charset='utf-8'",
            "application/json; charset=\"utf-8\\\"\"",
            "application/json; charset=\"utf\\-8\"",
            "application/json; charset=\"utf-8\"; charset=utf-7",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json; charset=utf-8; CHARSET=utf-7",
            "application/json; charset=utf-8, text/plain; charset=utf-7",
            "application/json; charset=utf-8, text/plain",
            "application/json; charset=utf-8 utf-7",
            "application/json; charset = utf-8",
            "application/json; charset =utf-8",
            "application/json; charset= utf-8",
            "application/json; charset*=utf-8''utf-7",
            "application/json; charset*=utf-8",
            "application/json; charset*0=utf-7",
            "application/json; \"charset\"=utf-7",
            "application/json; a=\"; charset=utf-7",
            "application/json; a=\"\\\"; charset=utf-7; b=\"",
            "charset=utf-7",
            "charset",
            "text/charset; a=b",
        ] {
            assert!(!is_taken(&[("Content-Type", value.as_bytes())]), "{value}");
        }
        for value in [
            &b"application/json; char\0set=utf-7"[..],
            b"application/json; char\r\n set=utf-7",
            b"application/json; chars\xe9t=utf-7",
            b"application/json; char\x7fset=utf-7",
            b"application/json; a=\"\xc5\xbf\"",
        ] {
            assert!(!is_taken(&[("Content-Type", value)]), "{}", value.escape_ascii());
        }
    }

    #[test]
    fn one_content_type_is_enough() {
        let json = ("Content-Type", &b"application/json"[..]);
        assert!(is_taken(&[json]));
        assert!(!is_taken(&[json, json]));
        assert!(!is_taken(&[json, ("content-type", b"application/json; charset=utf-8")]));
    }

    #[test]
    fn a_body_that_is_encoded_is_refused() {
        for value in ["identity", "IDENTITY", " identity "] {
            assert!(is_taken(&[("content-encoding", value.as_bytes())]), "{value}");
        }
        for value in ["gzip", "br", "identity, gzip", "identity,identity", "", "x-identity"] {
            assert!(!is_taken(&[("Content-Encoding", value.as_bytes())]), "{value}");
        }
        let identity = ("Content-Encoding", &b"identity"[..]);
        assert!(is_taken(&[identity, identity]));
        assert!(!is_taken(&[identity, ("Content-Encoding", b"deflate")]));
    }
}
