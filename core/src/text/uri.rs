//! URIs as [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) has them, absolute and in ASCII.
//!
//! A URI is taken apart and looked at, and never put together anew: what is compared or published
//! is the text that somebody configured.

use core::iter;
use core::mem;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The parts of an absolute URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uri<'u> {
    /// In any case.
    pub(crate) scheme: &'u str,
    pub(crate) authority: Option<Authority<'u>>,
    pub(crate) path: &'u str,
    pub(crate) query: Option<&'u str>,
    pub(crate) fragment: Option<&'u str>,
    /// Scheme and authority, as they stand there.
    pub(crate) origin: &'u str,
}

/// What stands between `//` and the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'u> {
    pub(crate) has_user: bool,
    /// In any case; an IPv6 address without its brackets.
    pub(crate) host: &'u str,
    pub(crate) port: Option<u16>,
    is_bracketed: bool,
}

impl<'u> Uri<'u> {
    /// Takes `text` apart; `None` where it is no absolute URI.
    pub(crate) fn parse(text: &'u str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let is_scheme = scheme.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
            && scheme.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.'));
        if !is_scheme || !has_uri_characters(rest) {
            return None;
        }
        let (rest, fragment) = split_off(rest, '#');
        let (rest, query) = split_off(rest, '?');
        if fragment.is_some_and(|fragment| fragment.contains('#')) {
            return None;
        }
        let Some(hierarchy) = rest.strip_prefix("//") else {
            let origin = text.get(..scheme.len().saturating_add(1))?;
            return Some(Self { scheme, authority: None, path: rest, query, fragment, origin });
        };
        let end = hierarchy.find('/').unwrap_or(hierarchy.len());
        let (authority, path) = hierarchy.split_at_checked(end)?;
        let origin = text.get(..scheme.len().saturating_add(3).saturating_add(end))?;
        let authority = Some(Authority::parse(authority)?);
        Some(Self { scheme, authority, path, query, fragment, origin })
    }

    pub(crate) const fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    pub(crate) const fn is_http(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http")
    }

    /// Whether it is `https` with a host and no user: what an OAuth URL has to be
    /// ([OAuth 2.1, section 1.5](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-1.5)),
    /// or, for development, `http` on this machine.
    pub(crate) fn is_secure(&self) -> bool {
        self.authority.is_some_and(|authority| {
            !authority.host.is_empty()
                && !authority.has_user
                && (self.is_https() || self.is_http() && authority.is_loopback())
        })
    }

    /// Whether a segment of the path is `.` or `..`, encoded or not.
    pub(crate) fn has_dot_segments(&self) -> bool {
        has_dot_segments(self.path)
    }

    /// Whether both name one endpoint: equal after the normalisation of
    /// [RFC 3986, sections 6.2.2 and 6.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2),
    /// without query and fragment.
    pub(crate) fn is_same_endpoint(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (self.authority, other.authority) else { return false };
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && one.has_user == two.has_user
            && one.is_bracketed == two.is_bracketed
            && normal(one.host).map(lower).eq(normal(two.host).map(lower))
            && self.port() == other.port()
            && same_paths(self.path, other.path)
    }

    /// The port, or that of the scheme.
    fn port(&self) -> Option<u16> {
        self.authority.and_then(|authority| authority.port).or(match () {
            () if self.is_https() => Some(443),
            () if self.is_http() => Some(80),
            () => None,
        })
    }
}

impl<'u> Authority<'u> {
    fn parse(text: &'u str) -> Option<Self> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, text),
        };
        if user.is_some_and(|user| user.contains(['@', '[', ']'])) {
            return None;
        }
        let (host, is_bracketed, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, true, port)
            }
            None => {
                let end = rest.find(':').unwrap_or(rest.len());
                let (host, port) = rest.split_at_checked(end)?;
                if host.contains(['[', ']']) {
                    return None;
                }
                (host, false, port)
            }
        };
        let port = match port.strip_prefix(':') {
            Some("") => None,
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            None if port.is_empty() => None,
            _ => return None,
        };
        Some(Self { has_user: user.is_some(), host, port, is_bracketed })
    }

    /// The host as an IPv4 address in the usual form.
    pub(crate) fn ipv4(&self) -> Option<Ipv4Addr> {
        if self.is_bracketed { None } else { self.host.parse().ok() }
    }

    /// The host as an IPv6 address.
    pub(crate) fn ipv6(&self) -> Option<Ipv6Addr> {
        if self.is_bracketed { self.host.parse().ok() } else { None }
    }

    /// Whether the host is an address of this machine, or `localhost`
    /// ([RFC 6761, section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
    pub(crate) fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.is_loopback_address()
    }

    /// Whether the host is an address of this machine.
    pub(crate) fn is_loopback_address(&self) -> bool {
        self.ipv4().is_some_and(|address| address.is_loopback())
            || self.ipv6().is_some_and(|address| address.is_loopback())
    }
}

/// Whether a segment of `path` is `.` or `..`, encoded or not.
fn has_dot_segments(path: &str) -> bool {
    path.split('/').any(|segment| is_dots(segment, 1) || is_dots(segment, 2))
}

/// Whether a slash or backslash hides in `text`, encoded or not as it is.
pub(crate) fn has_hidden_slashes(text: &str) -> bool {
    text.contains('\\')
        || text
            .as_bytes()
            .windows(3)
            .any(|w| matches!(w, [b'%', b'2', b'f' | b'F'] | [b'%', b'5', b'c' | b'C']))
}

pub(crate) fn split_off(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((text, rest)) => (text, Some(rest)),
        None => (text, None),
    }
}

/// Whether all are characters that a URI may have, and each `%` begins two hexadecimal digits.
pub(crate) fn has_uri_characters(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'%' => iter::repeat_with(|| bytes.next())
                .take(2)
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'$' | b'&' | b'\'' | b'('
            | b')' | b'*' | b'+' | b',' | b';' | b'=' => true,
            byte => is_unreserved(byte),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}

pub(super) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// A character of normalised text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Normal {
    /// One that stands for itself.
    Plain(u8),
    /// One that must be, and is, encoded: it is another than the one that is not.
    Encoded(u8),
}

const fn lower(character: Normal) -> Normal {
    match character {
        Normal::Plain(byte) => Normal::Plain(byte.to_ascii_lowercase()),
        encoded @ Normal::Encoded(_) => encoded,
    }
}

/// The characters of `text`; those that need not be encoded are not.
fn normal(text: &str) -> impl Iterator<Item = Normal> {
    let mut bytes = text.bytes();
    iter::from_fn(move || match bytes.next()? {
        b'%' => {
            let (high, low) = (bytes.next()?, bytes.next()?);
            let byte = hex(high)?.wrapping_mul(16).wrapping_add(hex(low)?);
            Some(if is_unreserved(byte) { Normal::Plain(byte) } else { Normal::Encoded(byte) })
        }
        byte => Some(Normal::Plain(byte)),
    })
}

fn hex(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

/// Whether the segment is `dots` dots, encoded or not.
fn is_dots(segment: &str, dots: usize) -> bool {
    segment.len() <= 6 && normal(segment).eq(iter::repeat_n(Normal::Plain(b'.'), dots))
}

/// Whether the paths are equal once encoding and dot segments are normal
/// ([RFC 3986, section 5.2.4](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4)).
fn same_paths(one: &str, two: &str) -> bool {
    let (mut one, mut two) = (segments_from_behind(one), segments_from_behind(two));
    loop {
        match (one.next(), two.next()) {
            (None, None) => return true,
            (Some(one), Some(two)) if normal(one).eq(normal(two)) => {}
            _ => return false,
        }
    }
}

/// The segments that are left of an absolute path when the dot segments are gone, the last first.
/// Where the last was a dot segment, what is left ends with a slash. An empty path is `/`.
fn segments_from_behind(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut to_drop = 0_usize;
    let mut is_last = true;
    path.rsplit('/').filter_map(move |segment| {
        let was_last = mem::replace(&mut is_last, false);
        let is_parent = is_dots(segment, 2);
        if is_parent || is_dots(segment, 1) {
            to_drop = to_drop.saturating_add(usize::from(is_parent));
            return was_last.then_some("");
        }
        // What a parent segment takes away: never the name behind the last slash.
        if to_drop > 0 && !was_last {
            to_drop = to_drop.saturating_sub(1);
            return None;
        }
        Some(segment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_taken_apart() {
        let uri = Uri::parse("https://me@Example.com:8443/a/b?c=d?#e").unwrap();
        let authority = uri.authority.unwrap();
        assert_eq!((uri.scheme, uri.path, uri.query), ("https", "/a/b", Some("c=d?")));
        assert_eq!((uri.fragment, uri.origin), (Some("e"), "https://me@Example.com:8443"));
        assert_eq!((authority.host, authority.port), ("Example.com", Some(8443)));
        assert!(authority.has_user && !authority.is_loopback() && !uri.is_secure());

        let uri = Uri::parse("com.example.app:/callback").unwrap();
        assert_eq!((uri.scheme, uri.authority, uri.path), ("com.example.app", None, "/callback"));
        let uri = Uri::parse("http://[::1]:3000").unwrap();
        assert_eq!((uri.authority.unwrap().host, uri.path), ("::1", ""));
        assert!(uri.authority.unwrap().is_loopback() && uri.is_secure());
        for loopback in ["http://localhost", "http://LOCALHOST:1/", "http://127.8.0.1/x"] {
            assert!(Uri::parse(loopback).unwrap().is_secure(), "{loopback}");
        }
        for other in ["http://localhost.example", "http://127.1/x", "https:///x", "ftp://localhost"]
        {
            assert!(!Uri::parse(other).unwrap().is_secure(), "{other}");
        }
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for text in [
            "",
            "a",
            "/a",
            "//a/b",
            ":a",
            "1a:b",
            "a b:c",
            "http://a b",
            "http://a\\b",
            "http://é",
            "http://a/%",
            "http://a/%4",
            "http://a/%4g",
            "http://a:b",
            "http://a:1:2",
            "http://a:70000",
            "http://[::1",
            "http://[::1]x",
            "http://[1.2.3.4]",
            "http://::1/",
            "http://a[b]/",
            "http://a@b@c/",
            "http://a/#b#c",
            "http://a/\"",
            "http://a/<",
            "http://a/\n",
            "http://a:+1",
        ] {
            assert_eq!(Uri::parse(text), None, "{text}");
        }
    }

    #[test]
    fn one_endpoint_has_many_spellings() {
        let same = |one, two| {
            let (one, two) = (Uri::parse(one).unwrap(), Uri::parse(two).unwrap());
            assert_eq!(one.is_same_endpoint(&two), two.is_same_endpoint(&one));
            one.is_same_endpoint(&two)
        };
        for (one, two) in [
            ("https://a.example/mcp", "HTTPS://A.Example:443/mcp?x#y"),
            ("http://a", "http://a:80/"),
            ("http://a", "http://a:/"),
            ("https://a/b", "https://a/%62"),
            ("https://a/~b", "https://a/%7eb"),
            ("https://a/%2f", "https://a/%2F"),
            ("https://a/b", "https://a/./c/../b"),
            ("https://a/b/", "https://a/b/c/.."),
            ("https://a/b/", "https://a/b/."),
            ("https://a/b", "https://a/../../b"),
            ("https://a/", "https://a/b/.."),
            ("https://[::1]/a", "https://[::1]:443/a"),
        ] {
            assert!(same(one, two), "{one} {two}");
        }
        for (one, two) in [
            ("https://a/b", "https://a/B"),
            ("https://a/b", "https://a/b/"),
            ("https://a/b", "http://a/b"),
            ("https://a/b", "https://a:444/b"),
            ("https://a/b", "https://u@a/b"),
            ("https://a/b/c", "https://a/b%2fc"),
            ("https://a/b", "https://a//b"),
            ("https://a/b", "https://a/c/b"),
            ("https://a/", "https://a/b/."),
            ("https://a/%41", "https://a/a"),
            ("a:/b", "a:/b"),
        ] {
            assert!(!same(one, two), "{one} {two}");
        }
    }

    #[test]
    fn dots_and_slashes_do_not_hide() {
        for path in ["/.", "/..", "/a/../b", "/%2e", "/%2E./x", "..", "/a/.%2e"] {
            assert!(has_dot_segments(path), "{path}");
        }
        for path in ["", "/", "/a.b/...", "/.a", "/%2e%2e%2e", "/a..b"] {
            assert!(!has_dot_segments(path), "{path}");
        }
        for text in ["a%2fb", "%2F", "a\\b", "%5C", "%5c"] {
            assert!(has_hidden_slashes(text), "{text}");
        }
        assert!(!has_hidden_slashes("/a/%2e/%25"));
    }
}
