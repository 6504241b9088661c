//! The challenges that a client is answered with: `WWW-Authenticate`, read.

use core::fmt;

use super::Scheme;
use super::scheme::{Item, Items, RawParameter};
use crate::Reason;
use crate::limits::{MAX_CHALLENGE_PARAMETERS, MAX_CHALLENGES_LEN};
use crate::text::uri::Uri;

/// The challenges of one header `WWW-Authenticate`, in their order.
///
/// ```
/// use gatepost::oauth::{Challenges, ParsedChallenge, Scheme};
///
/// // The values of all the `WWW-Authenticate` of an answer; what cannot be read is passed over.
/// let headers = [
///     r#"Negotiate, Basic realm="a, b""#,
///     r#"Bearer error="insufficient_scope", scope="files:read", resource_metadata="https://a/b""#,
/// ];
/// let mut challenges = headers.iter().flat_map(Challenges::parse).flatten();
/// let bearer = challenges.find(|challenge| challenge.is(Scheme::Bearer)).unwrap();
///
/// let mut memory = [0; 256];
/// assert!(bearer.error().unwrap() == "insufficient_scope");
/// assert_eq!(bearer.scope().unwrap().decode(&mut memory)?, "files:read");
/// assert_eq!(bearer.resource_metadata(&mut memory)?, Some("https://a/b"));
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone)]
pub struct Challenges<'h> {
    items: Items<'h>,
}

impl<'h> Challenges<'h> {
    /// Reads the value of one header, at most [`MAX_CHALLENGES_LEN`] bytes: any number of
    /// challenges, none included, with at most [`MAX_CHALLENGE_PARAMETERS`] parameters each.
    ///
    /// Of several headers, each is read by itself. Empty elements of lists and white space around
    /// `=` are passed over, as recipients must
    /// ([RFC 9110, sections 5.6.1.2 and 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidChallenge`] for what is no list of challenges, and where a challenge has a
    /// parameter twice, whatever the case of its name
    /// ([section 11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)); [`Reason::TooLarge`].
    pub fn parse(value: &'h (impl AsRef<[u8]> + ?Sized)) -> Result<Self, Reason> {
        let value = value.as_ref();
        if value.len() > MAX_CHALLENGES_LEN {
            return Err(Reason::TooLarge);
        }
        let mut names: heapless::Vec<&[u8], MAX_CHALLENGE_PARAMETERS> = heapless::Vec::new();
        let mut items = Items::new(value);
        while let Some(item) = items.next()? {
            match item {
                Item::Scheme(_) => names.clear(),
                Item::Token68(_) => {}
                Item::Parameter(parameter) => {
                    if names.iter().any(|name| name.eq_ignore_ascii_case(parameter.name)) {
                        return Err(Reason::InvalidChallenge);
                    }
                    names.push(parameter.name).map_err(|_| Reason::TooLarge)?;
                }
            }
        }
        Ok(Self { items: Items::new(value) })
    }
}

impl<'h> Iterator for Challenges<'h> {
    type Item = ParsedChallenge<'h>;

    fn next(&mut self) -> Option<ParsedChallenge<'h>> {
        // The whole list was read once, so no item is in error.
        while let Ok(Some(item)) = self.items.next() {
            if let Item::Scheme(scheme) = item {
                return Some(ParsedChallenge { scheme: text(scheme), items: self.items });
            }
        }
        None
    }
}

impl fmt::Debug for Challenges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A challenge that a server has sent. Nobody vouches for what it says.
#[derive(Clone, Copy)]
pub struct ParsedChallenge<'h> {
    scheme: &'h str,
    /// What follows the scheme, to the end of the header.
    items: Items<'h>,
}

impl<'h> ParsedChallenge<'h> {
    /// The name of the scheme, as it stands there.
    #[must_use]
    pub const fn scheme(&self) -> &'h str {
        self.scheme
    }

    /// Whether the scheme is this one.
    #[must_use]
    pub fn is(&self, scheme: Scheme) -> bool {
        Scheme::from_name(self.scheme.as_bytes()) == Some(scheme)
    }

    /// The token68 that some schemes have in place of parameters, such as `Negotiate`.
    #[must_use]
    pub fn token68(&self) -> Option<&'h str> {
        match self.items.clone().next() {
            Ok(Some(Item::Token68(token68))) => Some(text(token68)),
            _ => None,
        }
    }

    /// The parameters, in their order, none twice.
    pub fn parameters(&self) -> impl Iterator<Item = ChallengeParameter<'h>> + use<'h> {
        let mut items = self.items;
        core::iter::from_fn(move || match items.next() {
            Ok(Some(Item::Parameter(raw))) => Some(ChallengeParameter { raw }),
            _ => None,
        })
    }

    /// The parameter of this name, in any case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<ChallengeParameter<'h>> {
        self.parameters().find(|parameter| parameter.name().eq_ignore_ascii_case(name))
    }

    /// Why the request was refused: `invalid_token`, `insufficient_scope` and so on
    /// ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    #[must_use]
    pub fn error(&self) -> Option<ChallengeParameter<'h>> {
        self.parameter("error")
    }

    /// The scopes that are needed, separated by spaces
    /// ([RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)). An empty `scope`
    /// is as good as none.
    #[must_use]
    pub fn scope(&self) -> Option<ChallengeParameter<'h>> {
        self.parameter("scope").filter(|scope| *scope != "")
    }

    /// The URL of the resource's metadata, if there is one
    /// ([RFC 9728, section 5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)): a client asks
    /// there before it asks at the well-known places. `memory` is needed for escapes alone.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidChallenge`] for what is no absolute URL with `https`, or `http` on this
    /// machine; [`Reason::MemoryTooSmall`].
    pub fn resource_metadata<'m>(&self, memory: &'m mut [u8]) -> Result<Option<&'m str>, Reason>
    where
        'h: 'm,
    {
        let Some(parameter) = self.parameter("resource_metadata") else { return Ok(None) };
        let url = parameter.decode(memory)?;
        if Uri::parse(url).is_some_and(|uri| uri.is_secure()) {
            Ok(Some(url))
        } else {
            Err(Reason::InvalidChallenge)
        }
    }
}

impl fmt::Debug for ParsedChallenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme)?;
        f.write_str(" ")?;
        f.debug_list().entries(self.parameters()).finish()
    }
}

/// A parameter of a challenge: a token, or a quoted string that may hold escapes.
#[derive(Clone, Copy)]
pub struct ChallengeParameter<'h> {
    raw: RawParameter<'h>,
}

impl<'h> ChallengeParameter<'h> {
    /// The name, as it stands there.
    #[must_use]
    pub fn name(self) -> &'h str {
        text(self.raw.name)
    }

    /// The value, where it holds no escape and is UTF-8; else `None`, and
    /// [`bytes`](Self::bytes) reads it.
    #[must_use]
    pub fn as_str(self) -> Option<&'h str> {
        if self.raw.has_escapes { None } else { core::str::from_utf8(self.raw.value).ok() }
    }

    /// The bytes of the value, escapes decoded
    /// ([RFC 9110, section 5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)).
    pub fn bytes(self) -> impl Iterator<Item = u8> + use<'h> {
        let mut bytes = self.raw.value.iter().copied();
        core::iter::from_fn(move || match bytes.next()? {
            // Only a quoted string holds one, and something follows it there.
            b'\\' => bytes.next(),
            byte => Some(byte),
        })
    }

    /// The value, decoded into the front of `memory` if it holds an escape.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidChallenge`] for what is no UTF-8; [`Reason::MemoryTooSmall`] where `memory`
    /// is shorter than the value.
    pub fn decode<'m>(self, memory: &'m mut [u8]) -> Result<&'m str, Reason>
    where
        'h: 'm,
    {
        let bytes = if self.raw.has_escapes {
            let mut len = 0_usize;
            for byte in self.bytes() {
                *memory.get_mut(len).ok_or(Reason::MemoryTooSmall)? = byte;
                len = len.saturating_add(1);
            }
            memory.get(..len).ok_or(Reason::MemoryTooSmall)?
        } else {
            self.raw.value
        };
        core::str::from_utf8(bytes).map_err(|_| Reason::InvalidChallenge)
    }
}

impl PartialEq<str> for ChallengeParameter<'_> {
    fn eq(&self, other: &str) -> bool {
        self.bytes().eq(other.bytes())
    }
}

impl PartialEq<&str> for ChallengeParameter<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Debug for ChallengeParameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=\"{}\"", self.name(), self.raw.value.escape_ascii())
    }
}

/// A token or a token68 as text: it is ASCII.
fn text(token: &[u8]) -> &str {
    core::str::from_utf8(token).unwrap_or_default()
}
