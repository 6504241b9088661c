//! The ways to present an access token, and the grammar that they share.

use crate::Reason;

/// How an access token is presented in a request's `Authorization`
/// ([RFC 9110, section 11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
///
/// ```
/// use gatepost::oauth::Scheme;
///
/// assert_eq!(Scheme::Dpop.name(), "DPoP");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Whoever has the token may use it
    /// ([RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    Bearer,
    /// A proof of possession comes with the token
    /// ([RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    Dpop,
}

impl Scheme {
    /// The registered name. It is compared without regard to case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// The scheme of this name, in any case.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        [Self::Bearer, Self::Dpop]
            .into_iter()
            .find(|scheme| scheme.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// Reads credentials and lists of challenges item by item
/// ([RFC 9110, sections 11.3 and 11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.3)), in
/// time that is linear in their length.
///
/// A comma separates the parameters of a challenge and the challenges as well: only what stands
/// behind it tells. A token and `=` begin a parameter, any other token is a scheme.
#[derive(Clone, Copy)]
pub(super) struct Items<'h> {
    rest: &'h [u8],
    place: Place,
}

#[derive(Clone, Copy)]
pub(super) enum Item<'h> {
    Scheme(&'h [u8]),
    Token68(&'h [u8]),
    Parameter(RawParameter<'h>),
}

/// A parameter as it stands there.
#[derive(Clone, Copy)]
pub(super) struct RawParameter<'h> {
    pub(super) name: &'h [u8],
    /// Without the quotes.
    pub(super) value: &'h [u8],
    pub(super) has_escapes: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the beginning and behind a token68: only a scheme can follow.
    Outside,
    /// Behind a scheme: a token68 can follow, and what can follow a parameter.
    BehindScheme,
    /// Behind a parameter: another can follow, or a scheme.
    BehindParameter,
}

impl<'h> Items<'h> {
    pub(super) const fn new(value: &'h [u8]) -> Self {
        Self { rest: value, place: Place::Outside }
    }

    /// The next item; none at the end.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidChallenge`] where there is no item.
    pub(super) fn next(&mut self) -> Result<Option<Item<'h>>, Reason> {
        // Elements of a list may be empty (RFC 9110, section 5.6.1.2).
        let (separators, rest) = split_while(self.rest, |byte| is_white(byte) || byte == b',');
        if rest.is_empty() {
            return Ok(None);
        }
        if self.place != Place::Outside
            && let Some((parameter, rest)) = RawParameter::split(rest)
        {
            *self = Self { rest: end_of_element(rest)?, place: Place::BehindParameter };
            return Ok(Some(Item::Parameter(parameter)));
        }
        if self.place == Place::BehindScheme && separators.is_empty() {
            let (token68, rest) = split_token68(rest).ok_or(Reason::InvalidChallenge)?;
            *self = Self { rest: end_of_element(rest)?, place: Place::Outside };
            return Ok(Some(Item::Token68(token68)));
        }
        let (scheme, rest) = split_token(rest).ok_or(Reason::InvalidChallenge)?;
        let (spaces, rest) = split_while(rest, is_white);
        let rest = if spaces.is_empty() { end_of_element(rest)? } else { rest };
        *self = Self { rest, place: Place::BehindScheme };
        Ok(Some(Item::Scheme(scheme)))
    }
}

impl<'h> RawParameter<'h> {
    /// A parameter at the beginning of `text`, and what follows it.
    fn split(text: &'h [u8]) -> Option<(Self, &'h [u8])> {
        let (name, rest) = split_token(text)?;
        // White space around `=` is bad, and has to be read
        // (RFC 9110, sections 5.6.3 and 11.2).
        let (_, rest) = split_while(rest, is_white);
        let (_, rest) = split_while(rest.strip_prefix(b"=")?, is_white);
        let Some(quoted) = rest.strip_prefix(b"\"") else {
            let (value, rest) = split_token(rest)?;
            return Some((Self { name, value, has_escapes: false }, rest));
        };
        let (mut rest, mut has_escapes) = (quoted, false);
        loop {
            rest = match rest {
                [b'"', behind @ ..] => {
                    let value = quoted.get(..quoted.len().saturating_sub(rest.len()))?;
                    return Some((Self { name, value, has_escapes }, behind));
                }
                [b'\\', byte, behind @ ..] if is_text(*byte) => {
                    has_escapes = true;
                    behind
                }
                [byte, behind @ ..] if is_text(*byte) && *byte != b'\\' => behind,
                _ => return None,
            };
        }
    }
}

/// Passes white space behind an element: the list ends there, or a comma follows.
fn end_of_element(text: &[u8]) -> Result<&[u8], Reason> {
    let (_, rest) = split_while(text, is_white);
    if matches!(rest, [] | [b',', ..]) { Ok(rest) } else { Err(Reason::InvalidChallenge) }
}

/// A token at the beginning of `text`
/// ([RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)), and what
/// follows it.
pub(super) fn split_token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let (token, rest) = split_while(text, is_token);
    (!token.is_empty()).then_some((token, rest))
}

/// A token68 at the beginning of `text`
/// ([RFC 9110, section 11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)), and what
/// follows it.
pub(super) fn split_token68(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if is_all_token68(text) {
        return Some((text, &[]));
    }
    let (begin, rest) = split_while(text, is_token68);
    let (_, rest) = split_while(rest, |byte| byte == b'=');
    let token68 = text.get(..text.len().saturating_sub(rest.len()))?;
    (!begin.is_empty()).then_some((token68, rest))
}

/// Whether a token68 has all these bytes before its `=`, at least a block of them.
///
/// Each byte of each token is looked at: a mark for each place in a block, so that compilers look
/// at all of a block at once. The last block overlaps the one before it.
fn is_all_token68(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<32>() else { return false };
    let mut others = last.map(|byte| !is_token68(byte));
    for block in text.as_chunks::<32>().0 {
        for (other, byte) in others.iter_mut().zip(block) {
            *other |= !is_token68(*byte);
        }
    }
    !others.contains(&true)
}

/// Whether a token68 has the byte before its `=`: a letter, a digit or one of `-._~+/`. Without
/// branches, for blocks of bytes.
const fn is_token68(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // From `-` over `.`, `/` and the digits.
    let is_between = byte.wrapping_sub(b'-') < 13;
    is_letter | is_between | (byte == b'_') | (byte == b'~') | (byte == b'+')
}

/// The longest beginning of `text` whose bytes are all as wanted, and the rest.
pub(super) fn split_while(text: &[u8], is_wanted: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|byte| is_wanted(**byte)).count();
    text.split_at_checked(len).unwrap_or((text, &[]))
}

/// OWS of [RFC 9110, section 5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3).
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a quoted string may hold it, escaped or not: anything but control characters
/// ([RFC 9110, section 5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)).
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    /// The items of a list, `!` at the end where it breaks off.
    fn items(text: &str) -> Vec<String> {
        let name = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (mut items, mut found) = (Items::new(text.as_bytes()), Vec::new());
        loop {
            found.push(match items.next() {
                Ok(Some(Item::Scheme(scheme))) => name(scheme),
                Ok(Some(Item::Token68(token68))) => format!("<{}>", name(token68)),
                Ok(Some(Item::Parameter(p))) => format!("{}={}", name(p.name), name(p.value)),
                Ok(None) => return found,
                Err(reason) => {
                    assert_eq!(reason, Reason::InvalidChallenge);
                    found.push(String::from("!"));
                    return found;
                }
            });
        }
    }

    #[test]
    fn commas_separate_parameters_and_challenges() {
        for (text, expected) in [
            ("", &[][..]),
            (" , ,\t, ", &[]),
            ("Basic", &["Basic"]),
            ("Basic, Negotiate ,Bearer", &["Basic", "Negotiate", "Bearer"]),
            ("Basic realm=x", &["Basic", "realm=x"]),
            (r#"Basic realm="a, b=c""#, &["Basic", "realm=a, b=c"]),
            (
                r#"Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple""#,
                &[
                    "Newauth",
                    "realm=apps",
                    "type=1",
                    r#"title=Login to \"apps\""#,
                    "Basic",
                    "realm=simple",
                ],
            ),
            // The white space that recipients must read, and empty elements.
            (",a \t b\t=\t\"c\",, ,d = e , , f", &["a", "b=c", "d=e", "f"]),
            ("a ,b=c", &["a", "b=c"]),
            ("a,b=c", &["a", "b=c"]),
            // What looks like a parameter, and is none; and the other way around.
            ("a b=", &["a", "<b=>"]),
            ("a b== , c", &["a", "<b==>", "c"]),
            ("a b= ,c", &["a", "<b=>", "c"]),
            ("a b= c", &["a", "b=c"]),
            ("a /+b", &["a", "</+b>"]),
            ("a b, c d", &["a", "<b>", "c", "<d>"]),
            ("a b=c, d e=f", &["a", "b=c", "d", "e=f"]),
            ("a b=\"\"", &["a", "b="]),
            ("a b=\"\té\\é\\\\\"", &["a", "b=\té\\é\\\\"]),
        ] {
            assert_eq!(items(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_list_breaks_off() {
        for text in [
            "=",
            "a=b",
            "a = b",
            "a b c",
            "a b=c d",
            "a b=c d=e",
            "a b, c=d",
            "a b=c, d=",
            "a =",
            "a b=\"c",
            "a b=\"c\\\"",
            "a b=\"c\"d",
            "a b=\"\n\"",
            "a b=\"\\\n\"",
            "a b=\"\x7f\"",
            "a b=\0",
            "a\n",
            "a b\r\n",
            "a b=c/d",
            "a b=\"c\", \"d\"",
            "a:",
            "é",
            "a =b",
            "a b=c;d=e",
        ] {
            assert_eq!(items(text).last().map(String::as_str), Some("!"), "{text}");
        }
    }

    #[test]
    fn a_token68_ends_at_the_first_byte_that_is_none_of_its() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
        for byte in (0..=u8::MAX).filter(|byte| *byte != b'=') {
            for at in 0..100 {
                let mut text = [b'a'; 100];
                text[at] = byte;
                let len = if alphabet.contains(&byte) { 100 } else { at };
                let (token68, rest) = split_token68(&text).unwrap_or((&[], &text));
                assert_eq!((token68.len(), rest.len()), (len, 100 - len), "{byte} at {at}");
            }
        }
        for len in [1, 31, 32, 33, 64, 90] {
            let text = format!("{}==, b", "a".repeat(len));
            let (token68, rest) = split_token68(text.as_bytes()).unwrap();
            assert_eq!((token68.len(), rest), (len + 2, &b", b"[..]));
        }
        assert_eq!(split_token68(b"=="), None);
    }
}
