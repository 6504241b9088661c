//! URIs that some server takes for the same resource.

use core::iter;

use super::resource_uri::{escaped, split_off};

/// Whether `uri` is `pattern`, or begins with it, for a server that looks less closely.
///
/// Those in C# match templates without regard to case, and who opens files decodes; Windows drops
/// dots and spaces that end a name. A fragment names no other resource, and a query mostly none: the
/// official SDK for Python drops parameters that a template does not have, those for TypeScript and
/// others match the path alone. A pattern with a query speaks of its parameters, in whatever order
/// and company.
pub(super) fn is_alike(uri: &str, pattern: &str, is_prefix: bool) -> bool {
    let ((uri, _), (pattern, fragment)) = (split_off(uri, '#'), split_off(pattern, '#'));
    let ((uri, query), (pattern, wanted)) = (split_off(uri, '?'), split_off(pattern, '?'));
    let is_prefix = is_prefix && fragment.is_none();
    let Some(wanted) = wanted else { return begins_alike(uri, pattern, is_prefix) };
    let mut wanted = wanted.split('&').peekable();
    begins_alike(uri, pattern, false)
        && iter::from_fn(|| wanted.next().map(|parameter| (parameter, wanted.peek().is_none())))
            .all(|(parameter, is_last)| {
                let mut given = query.unwrap_or("").split('&');
                given.any(|given| begins_alike(given, parameter, is_prefix && is_last))
            })
}

/// Whether the bytes that both stand for are the same, or the one begins with the other.
fn begins_alike(text: &str, pattern: &str, is_prefix: bool) -> bool {
    let mut text = folded(text, true);
    folded(pattern, !is_prefix).all(|byte| text.next() == Some(byte))
        && (is_prefix || text.next().is_none())
}

/// The bytes that `text` stands for, in small letters, and without dots and spaces that end a
/// segment; the last one ends where `is_whole`.
fn folded(text: &str, is_whole: bool) -> impl Iterator<Item = u8> {
    let mut bytes = decoded(text);
    iter::from_fn(move || {
        let byte = bytes.next()?;
        if is_dropped(byte) {
            let mut ahead = bytes.clone();
            match ahead.find(|byte| !is_dropped(*byte)) {
                Some(b'/') => {
                    bytes = ahead;
                    return Some(b'/');
                }
                None if is_whole => return None,
                _ => {}
            }
        }
        Some(byte.to_ascii_lowercase())
    })
}

const fn is_dropped(byte: u8) -> bool {
    matches!(byte, b'.' | b' ')
}

fn decoded(text: &str) -> impl Iterator<Item = u8> + Clone {
    let mut bytes = text.bytes();
    iter::from_fn(move || {
        let byte = bytes.next()?;
        let mut ahead = bytes.clone();
        let decoded = match (byte, ahead.next(), ahead.next()) {
            (b'%', Some(high), Some(low)) => escaped(high, low),
            _ => None,
        };
        if decoded.is_some() {
            bytes = ahead;
        }
        Some(decoded.unwrap_or(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_spaces_that_end_a_segment_make_none_either() {
        for uri in ["file:///a/b.", "file:///a./b", "file:///a%20.%2E/b%20", "file:///A. ./b..."] {
            assert!(is_alike(uri, "file:///a/b", false), "{uri}");
            assert!(is_alike("file:///a/b", uri, false), "{uri}");
        }
        assert!(is_alike("file:///a. /b", "file:///a/", true));
        for uri in ["file:///a/b.c", "file:///a/.b", "file:///.a/b", "file:///a/b.%00"] {
            assert!(!is_alike(uri, "file:///a/b", false), "{uri}");
        }
        // What a pattern ends with belongs to it.
        assert!(is_alike("note:V1.2", "note:v1.", true));
        assert!(!is_alike("note:v12", "note:v1.", true));
    }

    #[test]
    fn queries_and_fragments_make_none_unless_the_pattern_has_them() {
        for uri in ["db://a", "db://a?", "db://a?b", "db://A?b=c&d#e", "db://a#", "db://a#b?c"] {
            assert!(is_alike(uri, "db://a", false), "{uri}");
        }
        for uri in ["db://ab?", "db://", "db://b?db://a", "db://a/?b"] {
            assert!(!is_alike(uri, "db://a", false), "{uri}");
        }
        let pattern = "db://a?b=1&c=2";
        for uri in
            ["db://a?b=1&c=2", "db://a?c=2&x&b=1", "db://a?B=1&%63=2#x", "db://a?b=1&b=2&c=2"]
        {
            assert!(is_alike(uri, pattern, false), "{uri}");
        }
        for uri in ["db://a", "db://a?b=1", "db://a?b=1&c=23", "db://a?b=1#c=2", "db://b?b=1&c=2"] {
            assert!(!is_alike(uri, pattern, false), "{uri}");
        }
        assert!(is_alike("db://a?c=23&b=1", pattern, true));
        assert!(!is_alike("db://a?c=2&b=12", pattern, true));
        assert!(is_alike("db://a#c", "db://a#b", true));
        assert!(!is_alike("db://ab#b", "db://a#b", true));
    }

    #[test]
    fn case_and_encoding_make_no_difference_to_some() {
        for (uri, pattern) in [
            ("file:///A", "file:///a"),
            ("file:///a", "FILE:///A"),
            ("file:///a%21", "file:///a!"),
            ("file:///a!", "file:///a%21"),
            ("file:///%c3%a9", "file:///%C3%A9"),
            ("a%", "A%"),
            ("a%4", "A%4"),
            ("", ""),
        ] {
            assert!(is_alike(uri, pattern, false) && is_alike(uri, pattern, true), "{uri}");
        }
        assert!(is_alike("file:///A/b", "file:///a", true));
        assert!(!is_alike("file:///A/b", "file:///a", false));
        for (uri, pattern) in [("file:///", "file:///a"), ("file:///%c3", "file:///%c4"), ("", "a")]
        {
            assert!(!is_alike(uri, pattern, true), "{uri}");
        }
    }
}
