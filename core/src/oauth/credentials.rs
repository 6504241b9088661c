//! What a request presents to be let in.

use core::fmt;

use super::Scheme;
use super::scheme::{Item, Items, is_white, split_token, split_token68, split_while};
use crate::Reason;

/// The access token of a request, and how it is presented.
///
/// It comes from the header `Authorization` alone. A token in the URL or the body is never looked
/// at, so a request that has nothing else has none
/// ([OAuth 2.1, section 5.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-5.1)).
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::Credentials;
///
/// let credentials = Credentials::from_values(["bearer eyJ.e30.c2ln"])?;
/// assert_eq!(credentials, Credentials::Bearer("eyJ.e30.c2ln"));
///
/// let none: [&[u8]; 0] = [];
/// assert_eq!(Credentials::from_values(none)?, Credentials::Missing);
/// assert_eq!(Credentials::from_values(["Basic dTpw"])?, Credentials::Missing);
///
/// let both = Credentials::from_values(["Bearer a", "DPoP b"]);
/// assert_eq!(both, Err(Reason::SeveralCredentials));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credentials<'h> {
    /// There are none, or they are of a scheme that brings no access token, such as `Basic`
    /// ([RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    Missing,
    /// A token that whoever has it may use.
    Bearer(&'h str),
    /// A token that a proof of possession comes with.
    Dpop(&'h str),
}

impl<'h> Credentials<'h> {
    /// Reads the values of all the `Authorization` headers of a request, of any length.
    ///
    /// There may be one header, with one scheme, in any case, spaces and one token68
    /// ([RFC 9110, section 11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4)). White
    /// space around it is passed over. An empty header is as good as none. Whether the token is a
    /// good one, and short enough, a [`Policy`](crate::Policy) finds.
    ///
    /// # Errors
    ///
    /// [`Reason::SeveralCredentials`] for more than one header, or more than one scheme in it;
    /// [`Reason::InvalidCredentials`] for anything else that is not a scheme, and for `Bearer` and
    /// `DPoP` without just one token.
    pub fn from_values(
        values: impl IntoIterator<Item = &'h (impl AsRef<[u8]> + ?Sized + 'h)>,
    ) -> Result<Self, Reason> {
        let mut values = values.into_iter();
        let Some(value) = values.next() else { return Ok(Self::Missing) };
        if values.next().is_some() {
            return Err(Reason::SeveralCredentials);
        }
        Self::from_value(value.as_ref())
    }

    fn from_value(value: &'h [u8]) -> Result<Self, Reason> {
        let value = trim(value);
        if value.is_empty() {
            return Ok(Self::Missing);
        }
        match Self::only_one(value) {
            // There is no comma in it.
            Ok(token @ (Self::Bearer(_) | Self::Dpop(_))) => Ok(token),
            // A proxy that joins two headers by a comma must not hide one of them.
            _ if value.contains(&b',') && has_several_schemes(value) => {
                Err(Reason::SeveralCredentials)
            }
            other => other,
        }
    }

    /// Reads the credentials where there are no others.
    fn only_one(value: &'h [u8]) -> Result<Self, Reason> {
        let (scheme, rest) = split_token(value).ok_or(Reason::InvalidCredentials)?;
        if !matches!(rest, [] | [b' ', ..]) {
            return Err(Reason::InvalidCredentials);
        }
        let Some(scheme) = Scheme::from_name(scheme) else { return Ok(Self::Missing) };
        let (_, token) = split_while(rest, |byte| byte == b' ');
        let token = match split_token68(token) {
            Some((token, [])) => {
                core::str::from_utf8(token).map_err(|_| Reason::InvalidCredentials)?
            }
            _ => return Err(Reason::InvalidCredentials),
        };
        Ok(match scheme {
            Scheme::Bearer => Self::Bearer(token),
            Scheme::Dpop => Self::Dpop(token),
        })
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of a token is printed, lest it end up in a log.
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Bearer(_) => "Bearer(..)",
            Self::Dpop(_) => "Dpop(..)",
        })
    }
}

/// Whether a second scheme stands in `value`, as far as it can be read.
fn has_several_schemes(value: &[u8]) -> bool {
    let (mut items, mut schemes) = (Items::new(value), 0_u8);
    while schemes < 2
        && let Ok(Some(item)) = items.next()
    {
        schemes = schemes.saturating_add(u8::from(matches!(item, Item::Scheme(_))));
    }
    schemes > 1
}

/// Without the white space around it.
fn trim(value: &[u8]) -> &[u8] {
    let (_, mut value) = split_while(value, is_white);
    while let [rest @ .., last] = value
        && is_white(*last)
    {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_token_is_printed() {
        let credentials = [Credentials::Missing, Credentials::Bearer("a"), Credentials::Dpop("b")];
        assert_eq!(format!("{credentials:?}"), "[Missing, Bearer(..), Dpop(..)]");
    }
}
