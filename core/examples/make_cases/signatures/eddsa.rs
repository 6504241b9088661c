//! Ed25519 (RFC 8037, RFC 9864).

use super::forge;
use crate::generator::keys::Keys;
use crate::generator::octets::{add as add_octets, from_hex};
use crate::generator::setup::{claims, header_for};
use crate::generator::suite::Suite;

/// The order of the group (RFC 8032, section 5.1), most significant octet first.
const ORDER: &str = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

pub(super) fn add(suite: &mut Suite, keys: &Keys) {
    let header = header_for("EdDSA");
    suite.accept(
        "ed25519_name_of_rfc_9864_accepted",
        keys.token_as("EdDSA", header.text("alg", "Ed25519"), claims()),
    );

    forge(suite, "eddsa_order_added_to_s", "EdDSA", |message| {
        let mut signature = keys.sign("EdDSA", message);
        let mut s = signature.split_off(32);
        s.reverse();
        let mut sum = add_octets(&s, &from_hex(ORDER)).expect("both are below 2^253");
        sum.reverse();
        [signature, sum].concat()
    });
    forge(suite, "eddsa_s_is_the_order", "EdDSA", |message| {
        let mut order = from_hex(ORDER);
        order.reverse();
        [&keys.sign("EdDSA", message)[..32], &order].concat()
    });
    forge(suite, "eddsa_r_is_the_neutral_element", "EdDSA", |message| {
        let mut signature = keys.sign("EdDSA", message);
        signature[..32].fill(0);
        signature[0] = 1;
        signature
    });
    forge(suite, "eddsa_r_is_no_point", "EdDSA", |message| {
        let mut signature = keys.sign("EdDSA", message);
        signature[..32].fill(0xff);
        signature
    });
    forge(suite, "eddsa_r_and_s_swapped", "EdDSA", |message| {
        let signature = keys.sign("EdDSA", message);
        [&signature[32..], &signature[..32]].concat()
    });
    let ed448 = keys.token_as("EdDSA", header_for("EdDSA").text("alg", "Ed448"), claims());
    suite.refuse("ed448_not_supported", ed448, "algorithm_not_allowed");
}
