//! From which addresses nothing is fetched on a stranger's word.
//!
//! Who may name a URL that a server fetches (a client identifier, a `jwks_uri`, a logo) must not
//! reach the server's own network with it. Hence: the registries of special-purpose addresses
//! ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890), with what IANA has added up to RFC 9780),
//! multicast, everything in IPv6 that nobody has been given yet, and IPv4 in the dress of IPv6.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Reason;

/// Which addresses a fetcher may connect to for a URL that a stranger has named.
///
/// Check each address that the URL's host resolves to, connect to the one that was checked, and
/// follow no redirect: a name can resolve to something else the next time
/// ([CIMD draft -01, section 6.5](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01#section-6.5)).
///
/// An IPv4 address in the form of IPv6 (`::ffff:0:0/96`), or of the well-known prefix of NAT64
/// (`64:ff9b::/96`), is judged as the IPv4 address that the packets end up at; of 6to4, Teredo and
/// ISATAP none is let through, nor of `64:ff9b:1::/48`. What a network translates under a prefix of
/// its own ([RFC 6052, section 2.2](https://www.rfc-editor.org/rfc/rfc6052#section-2.2)) cannot be
/// known here.
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::FetchPolicy;
///
/// let policy = FetchPolicy::new();
/// policy.require_fetchable("1.1.1.1".parse().unwrap())?;
/// for inside in ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "64:ff9b::a00:1"] {
///     let verdict = policy.require_fetchable(inside.parse().unwrap());
///     assert_eq!(verdict, Err(Reason::AddressRefused));
/// }
///
/// // On a developer's machine.
/// let policy = policy.with_loopback_for_development();
/// policy.require_fetchable("127.0.0.1".parse().unwrap())?;
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FetchPolicy {
    loopback: bool,
}

impl FetchPolicy {
    /// Public addresses and no others.
    #[must_use]
    pub const fn new() -> Self {
        Self { loopback: false }
    }

    /// Takes the addresses of this machine as well (`127.0.0.0/8`, `::1`): for a developer's
    /// machine, never for a server that others reach.
    #[must_use]
    pub const fn with_loopback_for_development(self) -> Self {
        Self { loopback: true }
    }

    /// Refuses an address that is not one of the public Internet
    /// ([RFC 6890, section 2.2](https://www.rfc-editor.org/rfc/rfc6890#section-2.2)).
    ///
    /// # Errors
    ///
    /// [`Reason::AddressRefused`].
    pub fn require_fetchable(&self, address: IpAddr) -> Result<(), Reason> {
        let address = address.to_canonical();
        if is_public(address) || self.loopback && address.is_loopback() {
            Ok(())
        } else {
            Err(Reason::AddressRefused)
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_ipv4(address),
        IpAddr::V6(address) => match address.segments() {
            // RFC 6052, section 2.1.
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_ipv4(ipv4(high, low)),
            segments => is_public_ipv6(address, segments),
        },
    }
}

fn is_public_ipv4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_IPV4.iter().any(|(network, length)| {
        let differing = network.to_bits() ^ address.to_bits();
        differing.leading_zeros() >= *length
    })
}

/// The networks that are no part of the public Internet, and the bits by which one knows them.
const NOT_PUBLIC_IPV4: [(Ipv4Addr, u32); 19] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared by carriers
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host, seen from its machines
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local: metadata of most clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24),  // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24),  // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(192, 175, 48, 0), 24),  // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, and broadcast
];

fn is_public_ipv6(address: Ipv6Addr, segments: [u16; 8]) -> bool {
    // RFC 4291, section 2.4: all that is given out so far. Beyond it are loopback, IPv4 within
    // IPv6, `64:ff9b:1::/48`, `100::/64`, `5f00::/16`, unique local, link-local, multicast.
    let is_given_out = address.to_bits() >> 125 == 1;
    let is_special = match segments {
        // Protocol assignments: Teredo, benchmarks, AMT, AS112, ORCHID, drones.
        [0x2001, 0..=0x1ff, ..] => true,
        // Documentation.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => true,
        // 6to4.
        [0x2002, ..] => true,
        // AS112.
        [0x2620, 0x4f, 0x8000, ..] => true,
        // ISATAP (RFC 5214, section 6.1): a router of the site would unwrap the IPv4 in it. The
        // bits for "universal" and "group" are the sender's choice.
        [_, _, _, _, identifier, 0x5efe, _, _] => identifier & !0x300 == 0,
        _ => false,
    };
    is_given_out && !is_special
}

const fn ipv4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}
