//! URIs of resources as servers look them up.
//!
//! A server finds a resource by what its own reader makes of a URI: that of the URL standard
//! (<https://url.spec.whatwg.org/>) in the official SDK for TypeScript, others elsewhere. What one
//! of them changes could lead to what a rule keeps closed, so only what none changes is compared
//! with the beginning of a pattern.

use core::net::Ipv4Addr;

use crate::text::uri::{has_hidden_slashes, has_uri_characters, split_off};

/// The special schemes of the URL standard, and the port that it leaves out.
const SPECIAL: [(&str, &str); 6] =
    [("file", ""), ("ftp", "21"), ("http", "80"), ("https", "443"), ("ws", "80"), ("wss", "443")];

/// Whether a server that normalises `uri` gets what it was. Expressions in braces
/// ([RFC 6570](https://www.rfc-editor.org/rfc/rfc6570)) are good in a template alone.
pub(super) fn is_normal(uri: &str, is_template: bool) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')
        });
    is_scheme
        && has_characters(rest, is_template)
        // Who opens a file by its URI may not know that a path ends at a question mark.
        && !rest.split(['/', '?', '#']).any(is_dots_and_spaces)
        && !has_hidden_slashes(rest)
        && !has_bad_escape(rest)
        && has_normal_parts(scheme, rest)
}

/// Whether the segment is one of dots, or nothing is left of it on Windows, which drops dots and
/// spaces that end a name. Dots that are encoded are bad escapes.
fn is_dots_and_spaces(segment: &str) -> bool {
    let rest = segment.bytes().filter(|byte| *byte != b'.').count();
    let spaces = segment.matches("%20").count();
    !segment.is_empty() && rest == spaces.saturating_mul(3)
}

/// Whether `text` is made of what a URI may have, and in a template of expressions.
fn has_characters(text: &str, is_template: bool) -> bool {
    let mut pieces = text.split('{');
    pieces.next().is_none_or(has_uri_characters)
        && pieces.all(|piece| {
            is_template
                && piece.split_once('}').is_some_and(|(expression, literal)| {
                    is_expression(expression) && has_uri_characters(literal)
                })
        })
}

/// An operator perhaps, and names with their modifiers.
fn is_expression(text: &str) -> bool {
    let names = text.strip_prefix(['+', '#', '.', '/', ';', '?', '&']).unwrap_or(text);
    !names.is_empty()
        && names.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b',' | b':' | b'*')
        })
}

/// Whether an escape stands for a character that need not be encoded, for NUL, or for a mark that
/// ends a path for who decodes first.
fn has_bad_escape(text: &str) -> bool {
    text.as_bytes().windows(3).any(|window| match window {
        [b'%', high, low] => escaped(*high, *low).is_some_and(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'.' | b'_' | b'~' | 0 | b'?' | b'#')
        }),
        _ => false,
    })
}

fn has_normal_parts(scheme: &str, rest: &str) -> bool {
    let (rest, fragment) = split_off(rest, '#');
    let (hierarchy, query) = split_off(rest, '?');
    // Some readers drop the mark where nothing follows it, and a fragment has no second one.
    if query == Some("") || fragment.is_some_and(|text| text.is_empty() || text.contains('#')) {
        return false;
    }
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at_checked(end).unwrap_or_default();
            (Some(authority), path)
        }
        None => (None, hierarchy),
    };
    let is_hierarchical = authority.is_some() || path.starts_with('/');
    if is_hierarchical && path.contains("//") {
        return false;
    }
    let Some((_, default_port)) = SPECIAL.iter().find(|special| special.0 == scheme) else {
        return authority.is_none_or(is_normal_authority);
    };
    // A special URL without slashes is given them, and one without a path a slash.
    let Some(authority) = authority else { return false };
    if path.is_empty() {
        return false;
    }
    if scheme == "file" {
        // Whoever turns it into a path drops what is behind.
        return authority.is_empty()
            && query.is_none()
            && fragment.is_none()
            && !has_short_names(path);
    }
    let (host, port) = split_off(authority, ':');
    is_normal_host(host)
        && port.is_none_or(|port| is_normal_port(port) && port != *default_port)
        && !query.is_some_and(|query| query.contains('\''))
}

/// Whether a path may lead to a file by its short name on Windows, such as `LONGNA~1.TXT`.
fn has_short_names(path: &str) -> bool {
    path.split('/').any(|segment| {
        let (name, extension) = segment.split_once('.').unwrap_or((segment, ""));
        let Some((begin, number)) = name.rsplit_once('~') else { return false };
        name.len() <= 8
            && extension.len() <= 3
            && !begin.is_empty()
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What is no special URL has a host that is kept as it is by most readers.
fn is_normal_authority(authority: &str) -> bool {
    let (host, port) = split_off(authority, ':');
    let is_kept = |text: &str| {
        !text.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'@' | b'[' | b']'))
    };
    // Every second piece is an expression of a template.
    host.split(['{', '}']).step_by(2).all(is_kept) && port.is_none_or(is_normal_port)
}

/// A name in small letters, or an IPv4 address as it is always written.
fn is_normal_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    let last = host.rsplit('.').next().unwrap_or(host);
    // A number at the end makes an address of it: 127.1 and 0x7f.1 are 127.0.0.1.
    host.split('.').all(is_label)
        && (!last.starts_with(|c: char| c.is_ascii_digit()) || host.parse::<Ipv4Addr>().is_ok())
}

fn is_normal_port(port: &str) -> bool {
    port.parse::<u16>().is_ok()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && (port == "0" || !port.starts_with('0'))
}

/// The byte of two hexadecimal digits.
pub(super) fn escaped(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_changes_is_normal() {
        for uri in [
            "file:///a/b.txt",
            "file:///",
            "file:///C:/a",
            "file:///a/",
            "file:///%20%25%c3%a9",
            "file:///a[1]'!$&()*+,;=:@b~c",
            "file:///logs/10:00.log",
            "file:///notes.~1~",
            "file:///~1",
            "https://a.example/",
            "https://a.example:8443/b?c=../d#e",
            "https://a.example/b?u=https://b.example//c",
            "https://a.example:0/",
            "https://xn--bcher-kva.example/",
            "https://a_b.example/A'",
            "https://127.0.0.1/",
            "https://1a.example/",
            "http://a:443/",
            "https://a:80/",
            "ws://a:443/",
            "ftp://a/b",
            "git+ssh://a/b..c/...d",
            "note:a",
            "note:a//b",
            "urn:isbn:0451450523",
            "db:/a",
            "db:///a",
            "db://a",
            "db://a:80?b'",
            "db://a.b./c",
        ] {
            assert!(is_normal(uri, false), "{uri}");
            assert!(is_normal(uri, true), "{uri}");
        }
    }

    /// What the serializer of the URL standard writes of each is not what it was; a few it takes
    /// as they are, and readers of files or of RFC 3986 do not.
    #[test]
    fn what_a_reader_changes_is_not_normal() {
        for uri in [
            // No two slashes, or no host where there is one, or one where there is none.
            "file:/a",
            "file:a",
            "file:",
            "file://a",
            "file://localhost/a",
            "file://a.example/a",
            "https:/a.example/x",
            "https:a.example/x",
            "https:///a.example/x",
            "https://",
            "https://:8443/x",
            "ws:/a/",
            "wss:a/",
            "ftp:///a",
            "http:/a",
            // No path.
            "file://",
            "https://a.example",
            "https://a.example?b",
            "https://a.example#b",
            // Segments.
            "file:////a",
            "file:///a//b",
            "https://a//b",
            "https://a/b//",
            "db:////a",
            "db://a//b",
            "db:/a//b",
            "file:///a/../b",
            "file:///a/./b",
            "file:///a/..",
            "file:///a/%2e%2E/b",
            "https://a/.%2e?x",
            "https://a/b?/../../c",
            "https://a/b#/../../c",
            "https://a/b#x/..",
            "https://a/..?x",
            "https://a/b?..",
            "file:///x/?/../../a",
            "db://../a",
            "note:..",
            "note:a/../b",
            // What Windows drops, and other names that it has for a file.
            "file:///a/.../b",
            "file:///a/%20/b",
            "file:///a/..%20/b",
            "db://a/%20.",
            "file:///LONGNA~1.TXT",
            "file:///a~12/b",
            "docs://a%3Fb",
            "docs://a%23b",
            // Slashes.
            "file:///a%2fb",
            "file:///a%2Fb",
            "file:///a\\b",
            "file:\\\\\\a",
            "https:\\\\a\\b",
            "https://a/b?c%5Cd",
            "file:///a%5cb",
            // Ports.
            "https://a:443/",
            "https://a:0443/",
            "https://a:08443/",
            "https://a:00/",
            "https://a:/",
            "https://a:65536/",
            "https://a:+1/",
            "https://a:b/",
            "https://a:1:2/",
            "http://a:80/",
            "ws://a:80/",
            "wss://a:443/",
            "ftp://a:21/",
            "db://a:/b",
            "db://a:01/b",
            // Hosts and users.
            "https://u@a/",
            "https://u:p@a/",
            "https://@a/",
            "db://u@a/",
            "https://A/",
            "db://A/",
            "https://a%62/",
            "https://%c3%a9/",
            "https://a./",
            "https://./",
            "https://a..b/",
            "https://[::1]/",
            "db://[::1]/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://127.0.0.01/",
            "https://127.0.0.1./",
            "https://256.0.0.1/",
            "https://a.1/",
            "https://a.0x/",
            "https://a!/",
            // Marks with nothing behind them, or that a path of a file has not.
            "https://a/?",
            "https://a/#",
            "https://a/?#b",
            "https://a/#b#c",
            "file:///a?b",
            "file:///a#b",
            // Characters, and escapes that need not be.
            "HTTPS://a/",
            "fILE:///a",
            "https://a/?'",
            "https://a/\"",
            "https://a/<b>",
            "https://a/^",
            "https://a/`",
            "https://a/|",
            "https://a/{b}",
            "https://a/}",
            "db://a/{b}",
            "https://a/ ",
            " https://a/",
            "https://a/\tb",
            "https://a/\u{e9}",
            "https://\u{e9}/",
            "https://a/\u{7f}",
            "https://a/%",
            "https://a/%4",
            "https://a/%4g",
            "https://a/%61",
            "https://a/%7E",
            "https://a/%00",
            "",
            "a",
            "/a",
            "//a/b",
            ":a",
            "1a:b",
            "{a}",
        ] {
            assert!(!is_normal(uri, false), "{uri}");
        }
    }

    #[test]
    fn templates_have_expressions() {
        for uri in [
            "file:///{a}",
            "file:///a/{+path}",
            "https://a/{b}/c{?d,e*}",
            "https://a/b{/c:3}{#d}",
            "db://{tableName}/x",
            "db://{a}.b/{c.d}",
        ] {
            assert!(is_normal(uri, true), "{uri}");
            assert!(!is_normal(uri, false), "{uri}");
        }
        for uri in [
            "{a}",
            "{a}:///b",
            "file:///{a",
            "file:///a}",
            "file:///{{a}}",
            "file:///{}",
            "file:///{+}",
            "file:///{a b}",
            "file:///{\t}",
            "file:///{a}\t",
            "file:///{%61}",
            "file:///%{a}",
            "file:///{a}/../b",
            "file:///{a}//b",
            "file://{a}/b",
            "https://{a}/b",
            "https://a:{b}/c",
            "db://{a}.B/c",
        ] {
            assert!(!is_normal(uri, true), "{uri}");
        }
    }
}
