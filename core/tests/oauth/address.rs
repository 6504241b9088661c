//! From which addresses nothing is fetched: the edges of every range of the registries of
//! special-purpose addresses (<https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gatepost::Reason;
use gatepost::oauth::FetchPolicy;

/// The registry, each entry of it, however much another contains it; then multicast (RFC 5771) and
/// the address of Azure's host.
const IPV4: [&str; 30] = [
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "224.0.0.0/4",
    "239.0.0.0/8",
    "168.63.129.16/32",
    "192.0.0.192/32",
];

/// The registry without the two ranges that are judged by the IPv4 address within; then the other
/// ranges of RFC 4291 and what has carried IPv4 before.
const IPV6: [&str; 33] = [
    "::1/128",
    "::/128",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    // Not given out: all but 2000::/3.
    "::/3",
    "4000::/2",
    "8000::/1",
    // IPv4-compatible and IPv4-translated.
    "::/96",
    "::ffff:0:0:0/96",
    // Site-local, multicast, the metadata of a cloud.
    "fec0::/10",
    "ff00::/8",
    "ff02::1/128",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
];

fn is_fetchable(address: impl Into<IpAddr>) -> bool {
    let address = address.into();
    match FetchPolicy::new().require_fetchable(address) {
        Ok(()) => true,
        Err(reason) => {
            assert_eq!(reason, Reason::AddressRefused, "{address}");
            false
        }
    }
}

/// First and last address of a range, as numbers.
fn edges(range: &str, bits: u32) -> (u128, u128) {
    let (network, length) = range.split_once('/').unwrap();
    let first = match network.parse().unwrap() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let free = bits - length.parse::<u32>().unwrap();
    let last = first + ((1_u128 << free) - 1);
    (first, last)
}

/// All that the ranges say of their edges and the addresses next to them: (address, is refused).
fn around(ranges: &[&str], bits: u32) -> Vec<(u128, bool)> {
    let ranges: Vec<_> = ranges.iter().map(|range| edges(range, bits)).collect();
    let most = u128::MAX >> (128 - bits);
    let of_range = |(first, last): (u128, u128)| {
        [first.checked_sub(1), Some(first), Some(last), (last < most).then(|| last + 1)]
    };
    let within =
        |address: u128| ranges.iter().any(|(first, last)| (*first..=*last).contains(&address));
    let addresses = ranges.iter().copied().flat_map(of_range).flatten();
    addresses.map(|address| (address, within(address))).collect()
}

fn ipv4_around() -> Vec<(Ipv4Addr, bool)> {
    let around = around(&IPV4, 32);
    around
        .into_iter()
        .map(|(a, refused)| (Ipv4Addr::from(u32::try_from(a).unwrap()), refused))
        .collect()
}

#[test]
fn a17_no_special_purpose_ipv4_address_is_fetched_from() {
    let around = ipv4_around();
    assert!(around.iter().filter(|(_, refused)| !refused).count() >= 30, "too few neighbours");
    for (address, refused) in around {
        assert_eq!(is_fetchable(address), !refused, "{address}");
    }
    for public in ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.0.1", "223.255.255.255"] {
        assert!(is_fetchable(public.parse::<Ipv4Addr>().unwrap()), "{public}");
    }
}

#[test]
fn a17_no_special_purpose_ipv6_address_is_fetched_from() {
    let around = around(&IPV6, 128);
    let neighbours = around.iter().filter(|(_, refused)| !refused).count();
    for (address, refused) in around {
        let address = Ipv6Addr::from_bits(address);
        assert_eq!(is_fetchable(address), !refused, "{address}");
    }
    assert!(neighbours >= 12, "too few neighbours: {neighbours}");
    for public in ["2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "2000::"] {
        assert!(is_fetchable(public.parse::<Ipv6Addr>().unwrap()), "{public}");
    }
}

#[test]
fn a17_ipv4_within_ipv6_is_judged_as_ipv4_or_refused() {
    for (address, refused) in ipv4_around() {
        let [a, b, c, d] = address.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let mapped = address.to_ipv6_mapped();
        assert_eq!(is_fetchable(mapped), !refused, "{mapped}");
        let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
        assert_eq!(is_fetchable(nat64), !refused, "{nat64}");

        let middle = u16::from_be_bytes([b, c]);
        let given_out = [0x2606, 0x4700, 0, 0];
        let isatap = |identifier: u16, prefix: [u16; 4]| {
            Ipv6Addr::new(prefix[0], prefix[1], prefix[2], prefix[3], identifier, 0x5efe, high, low)
        };
        for carrier in [
            // IPv4-compatible, IPv4-translated.
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
            // The local prefix of NAT64, with 96, 64, 56 and 48 bits (RFC 6052, section 2.2).
            Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 1, 0xffff, u16::from(a), middle, u16::from(d) << 8, 0),
            Ipv6Addr::new(0x64, 0xff9b, 1, u16::from(a), middle & 0xff, low, 0, 0),
            Ipv6Addr::new(0x64, 0xff9b, 1, high, low >> 8, low << 8, 0, 0),
            // 6to4.
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            // Teredo: the server, and the client's address with its bits turned.
            Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 0),
            Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
            isatap(0, [0xfe80, 0, 0, 0]),
            isatap(0, given_out),
            isatap(0x0200, given_out),
            isatap(0x0100, given_out),
            isatap(0x0300, given_out),
        ] {
            assert!(!is_fetchable(carrier), "{carrier}");
        }
        // No ISATAP identifier: an address like any other.
        assert!(is_fetchable(isatap(0x0400, given_out)));
    }
    // Next to the well-known prefix of NAT64.
    for other in ["64:ff9b::1:101:101", "64:ff9a::101:101", "64:ff9b:0:0:1::101:101"] {
        assert!(!is_fetchable(other.parse::<Ipv6Addr>().unwrap()), "{other}");
    }
}

#[test]
fn c14_the_loopback_is_fetched_from_only_in_development() {
    let policy = FetchPolicy::new().with_loopback_for_development();
    for loopback in ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"] {
        let loopback = loopback.parse().unwrap();
        assert!(!is_fetchable(loopback), "{loopback}");
        assert_eq!(policy.require_fetchable(loopback), Ok(()), "{loopback}");
    }
    for other in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "fe80::1", "64:ff9b::7f00:1"] {
        let verdict = policy.require_fetchable(other.parse().unwrap());
        assert_eq!(verdict, Err(Reason::AddressRefused), "{other}");
    }
    assert_eq!(policy.require_fetchable("1.1.1.1".parse().unwrap()), Ok(()));
}
