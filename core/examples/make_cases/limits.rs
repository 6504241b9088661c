//! Sizes, depth and number of members: at each limit, and one beyond.

use crate::generator::keys::Keys;
use crate::generator::setup::{claims, header};
use crate::generator::suite::{Members, Suite};

const MAX_TOKEN_LEN: usize = 16_384;
const MAX_HEADER_LEN: usize = 4096;
const MAX_PAYLOAD_LEN: usize = 8192;
const MAX_DEPTH: usize = 32;
const MAX_MEMBERS: usize = 512;

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    suite.accept(
        "payload_of_8192_octets_accepted",
        keys.token(header(), filled(claims(), MAX_PAYLOAD_LEN)),
    );
    suite.refuse(
        "payload_of_8193_octets",
        keys.token(header(), filled(claims(), MAX_PAYLOAD_LEN + 1)),
        "too_large",
    );
    suite.accept(
        "header_of_4096_octets_accepted",
        keys.token(filled(header(), MAX_HEADER_LEN), claims()),
    );
    suite.refuse(
        "header_of_4097_octets",
        keys.token(filled(header(), MAX_HEADER_LEN + 1), claims()),
        "too_large",
    );

    let longest = longest_token(keys);
    assert_eq!(longest.len(), MAX_TOKEN_LEN);
    suite.accept("token_of_16384_octets_accepted", &longest);
    suite.refuse("token_of_16385_octets", format!("{longest}A"), "too_large");
    suite.refuse("letters_too_many", "A".repeat(MAX_TOKEN_LEN + 1), "too_large");
    suite.refuse("dots_too_many_for_any_token", ".".repeat(MAX_TOKEN_LEN + 1), "too_large");
    suite.refuse("dots_as_many_as_fit", ".".repeat(MAX_TOKEN_LEN), "malformed");

    for (name, open, close) in [("arrays", "[", "]"), ("objects", "{\"x\":", "}")] {
        let nested = |depth: usize| {
            // The object of the claims is the first level.
            let levels = depth - 1;
            claims().raw("x", format!("{}1{}", open.repeat(levels), close.repeat(levels)))
        };
        suite.accept(
            format!("claims_with_{name}_32_deep_accepted"),
            keys.token(header(), nested(MAX_DEPTH)),
        );
        suite.refuse(
            format!("claims_with_{name}_33_deep"),
            keys.token(header(), nested(MAX_DEPTH + 1)),
            "too_deep",
        );
        suite.refuse(
            format!("claims_with_{name}_1000_deep"),
            keys.token(header(), nested(1000)),
            "too_deep",
        );
    }
    let deep = |depth: usize| header().raw("x", "[".repeat(depth - 1) + &"]".repeat(depth - 1));
    suite.accept("header_32_deep_accepted", keys.token(deep(MAX_DEPTH), claims()));
    suite.refuse("header_33_deep", keys.token(deep(MAX_DEPTH + 1), claims()), "too_deep");
    let open = format!("{{\"x\":{}", "[".repeat(4000));
    suite.refuse("claims_of_open_brackets", keys.token(header(), open), "too_deep");

    let usual = 7;
    suite.accept(
        "claims_with_512_members_accepted",
        keys.token(header(), numbered(claims(), MAX_MEMBERS - usual)),
    );
    suite.refuse(
        "claims_with_513_members",
        keys.token(header(), numbered(claims(), MAX_MEMBERS + 1 - usual)),
        "too_large",
    );
}

/// The object grown to `len` octets by one long member.
fn filled(members: Members, len: usize) -> String {
    let empty = members.clone().text("filler", "").json().len();
    members.text("filler", "f".repeat(len - empty)).json()
}

/// The object with `count` members more.
fn numbered(members: Members, count: usize) -> Members {
    (0..count).fold(members, |members, number| members.raw(&format!("m{number}"), "0"))
}

/// A token of exactly the greatest length.
fn longest_token(keys: &Keys) -> String {
    // Two dots and the 86 digits of an ES256 signature: the header takes what the payload leaves.
    let header_digits = MAX_TOKEN_LEN - 2 - 86 - (8190 / 3 * 4);
    let header_len = header_digits / 4 * 3
        + match header_digits % 4 {
            0 => 0,
            2 => 1,
            3 => 2,
            _ => panic!("no part has this length"),
        };
    keys.token(filled(header(), header_len), filled(claims(), 8190))
}
