//! URIs that some server takes for the same resource.

use core::iter;

use super::resource_uri::escaped;
use crate::text::uri::split_off;

/// Whether `uri` is `pattern`, or begins with it, for a server that looks less closely.
///
/// Those in C# match templates without regard to case, and who opens files decodes; a slash that
/// ends a path of a file is dropped, and Windows drops dots and spaces that end a name and takes
/// `a::$DATA` for `a`. A fragment names no other resource, and a query mostly none: the official SDK
/// for Python drops parameters that a template does not have, those for TypeScript and others match
/// the path alone, without what stands behind a semicolon. A pattern with a query speaks of its
/// parameters, in whatever order and company. Letters beyond ASCII are compared as they are.
pub(super) fn is_alike(uri: &str, pattern: &str, is_prefix: bool) -> bool {
    let ((uri, _), (pattern, fragment)) = (split_off(uri, '#'), split_off(pattern, '#'));
    let ((uri, query), (pattern, wanted)) = (split_off(uri, '?'), split_off(pattern, '?'));
    let is_prefix = is_prefix && fragment.is_none();
    let Some(wanted) = wanted else { return has_path(uri, pattern, is_prefix) };
    let Some(query) = query else { return false };
    let mut left = wanted.split(['&', ';']).count();
    has_path(uri, pattern, false)
        && wanted.split(['&', ';']).all(|parameter| {
            left = left.saturating_sub(1);
            // The last one of a beginning goes on.
            let is_begun = is_prefix && left == 0;
            query.split(['&', ';']).any(|given| has_parameter(given, parameter, is_begun))
        })
}

/// Whether the parameters are the same, or the one begins with the other.
fn has_parameter(given: &str, wanted: &str, is_begun: bool) -> bool {
    let wanted = if is_begun { wanted } else { wanted.trim_end_matches('=') };
    let given = if is_begun { given } else { given.trim_end_matches('=') };
    let mut given = in_query(given);
    in_query(wanted).all(|byte| given.next() == Some(byte)) && (is_begun || given.next().is_none())
}

/// Whether the paths are the same for one that opens files, or the one begins with the other.
fn has_path(uri: &str, pattern: &str, is_prefix: bool) -> bool {
    let mut uri = folded(uri, true);
    folded(pattern, !is_prefix).all(|byte| uri.next() == Some(byte))
        && (is_prefix || uri.next().is_none())
}

/// The bytes that a parameter stands for, in small letters.
fn in_query(text: &str) -> impl Iterator<Item = u8> {
    decoded(text).map(|byte| if byte == b'+' { b' ' } else { byte.to_ascii_lowercase() })
}

/// The bytes that a path stands for, in small letters, each segment without what some drop at its
/// end. The last one ends where `is_whole`, and so does its slash.
fn folded(text: &str, is_whole: bool) -> impl Iterator<Item = u8> {
    let mut bytes = decoded(text);
    iter::from_fn(move || {
        loop {
            let here = bytes.clone();
            let byte = bytes.next()?.to_ascii_lowercase();
            let is_last = is_whole && byte == b'/' && bytes.clone().next().is_none();
            if !is_dropped(here.clone()) {
                return (!is_last).then_some(byte);
            }
            let mut behind = here;
            loop {
                let slash = behind.clone();
                match behind.next() {
                    Some(b'/') => {
                        bytes = slash;
                        break;
                    }
                    Some(_) => {}
                    None => return (!is_whole).then_some(byte),
                }
            }
        }
    })
}

/// Whether what stands here is dropped, up to the end of its segment: dots and spaces, parameters, a
/// stream of NTFS.
fn is_dropped(mut bytes: impl Iterator<Item = u8>) -> bool {
    let first = match bytes.next() {
        Some(b'.' | b' ') => bytes.find(|byte| !matches!(byte, b'.' | b' ')),
        Some(byte @ (b';' | b':')) => Some(byte),
        _ => return false,
    };
    match first {
        None | Some(b'/' | b';') => true,
        Some(b':') => matches!(bytes.next(), Some(b':' | b'$')),
        Some(_) => false,
    }
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
        for uri in [
            "file:///a/b.",
            "file:///a./b",
            "file:///a%20.%2E/b%20",
            "file:///A. ./b...",
            "file:///a/b/",
            "file:///a/b./",
            "file:///a/b::$DATA",
            "file:///a:$I30:$INDEX_ALLOCATION/b",
            "file:///a/b%3A%3a%24DATA",
            "file:///a. ::$x/b;v=1",
            "file:///a;x/b;",
        ] {
            assert!(is_alike(uri, "file:///a/b", false), "{uri}");
            assert!(is_alike("file:///a/b", uri, false), "{uri}");
        }
        assert!(is_alike("file:///a. /b", "file:///a/", true));
        for uri in [
            "file:///a/b.c",
            "file:///a/.b",
            "file:///.a/b",
            "file:///a/b.%00",
            "file:///a/b/c",
            "file:///a/b:c",
            "file:///a/b.:c",
            "file:///a//b",
        ] {
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
        assert!(is_alike("db://a/?b", "db://a", false) && is_alike("db://a", "db://a/", false));
        for uri in ["db://ab?", "db://", "db://b?db://a", "db://a//?b"] {
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
