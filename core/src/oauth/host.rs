//! Hosts that mean one thing to everybody who reads them.

use core::net::IpAddr;

use crate::text::uri::Authority;

/// A host of a URI that a stranger has named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host<'u> {
    Address(IpAddr),
    Name(&'u str),
}

impl<'u> Host<'u> {
    /// The host of `authority`; `None` where browsers and resolvers read it differently: user
    /// information, an encoded character, an empty label, a number that is no address as it is
    /// written (`127.1`, `0x7f000001`, `2130706433` are 127.0.0.1 to a browser).
    pub(super) fn of(authority: &Authority<'u>) -> Option<Self> {
        if authority.has_user {
            return None;
        }
        if let Some(address) = authority.ipv6() {
            return Some(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        if let Some(address) = authority.ipv4() {
            return Some(Self::Address(IpAddr::V4(address)));
        }
        let name = authority.host;
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let last = name.rsplit('.').next().unwrap_or("");
        (name.split('.').all(is_label) && !is_number(last)).then_some(Self::Name(name))
    }

    /// Whether it is this machine: a loopback address, or `localhost` and what is below it
    /// ([RFC 6761, section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
    pub(super) fn is_loopback(self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Name(name) => {
                name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
            }
        }
    }

    /// Whether it is the address that stands for none, which reaches this machine all the same.
    pub(super) fn is_unspecified(self) -> bool {
        matches!(self, Self::Address(address) if address.is_unspecified())
    }
}

/// Whether a browser takes the last label of a name for a number, and the name for an address.
fn is_number(label: &str) -> bool {
    match label.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        digits => digits.iter().all(u8::is_ascii_digit),
    }
}
