//! ECDSA: `R || S` at fixed width (RFC 7518, section 3.4), nothing else.

use super::{claims_until, forge};
use crate::generator::keys::{Keys, signed};
use crate::generator::octets::{from_hex, subtract};
use crate::generator::rsa_padding::Hash;
use crate::generator::setup::{claims, header_for};
use crate::generator::suite::Suite;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;

/// The orders of the two groups (FIPS 186-5; SP 800-186, sections 3.2.1.3 and 3.2.1.4).
const ORDER_P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ORDER_P384: &str = concat!(
    "ffffffffffffffffffffffffffffffffffffffffffffffff",
    "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
);

pub(super) fn add(suite: &mut Suite, keys: &Keys) {
    for (algorithm, order) in [("ES256", from_hex(ORDER_P256)), ("ES384", from_hex(ORDER_P384))] {
        every_curve(suite, keys, algorithm, &order);
    }
    forge(suite, "es256_signature_of_sha_384", "ES256", |message| {
        let signature: p256::ecdsa::Signature =
            keys.p256.sign_prehash(&Hash::Sha384.digest(message)).expect("a hash of full length");
        signature.to_bytes().to_vec()
    });
    forge(suite, "es384_signature_of_sha_256", "ES384", |message| {
        let signature: p384::ecdsa::Signature =
            keys.p384.sign_prehash(&Hash::Sha256.digest(message)).expect("a hash of full length");
        signature.to_bytes().to_vec()
    });
}

fn every_curve(suite: &mut Suite, keys: &Keys, algorithm: &str, order: &[u8]) {
    let name = algorithm.to_ascii_lowercase();
    let width = order.len();
    let zero = vec![0; width];
    let mut one = zero.clone();
    one[width - 1] = 1;
    let mut forge = |what: &str, change: Change<'_>| {
        forge(suite, &format!("{name}_{what}"), algorithm, |message| {
            let signature = keys.sign(algorithm, message);
            let (r, s) = signature.split_at(width);
            change(r, s)
        });
    };
    forge("signature_as_der", &|r, s| der(r, s));
    forge("signature_is_r_only", &|r, _| r.to_vec());
    forge("r_and_s_swapped", &|r, s| [s, r].concat());
    forge("signature_twice", &|r, s| [r, s, r, s].concat());
    forge("r_is_zero", &|_, s| [&zero, s].concat());
    forge("s_is_zero", &|r, _| [r, &zero].concat());
    forge("r_is_the_order", &|_, s| [order, s].concat());
    forge("s_is_the_order", &|r, _| [r, order].concat());
    forge("r_and_s_are_the_order", &|_, _| [order, order].concat());
    forge("r_and_s_are_one", &|_, _| [&*one, &one].concat());
    forge("r_and_s_of_ff", &|_, _| vec![0xff; 2 * width]);

    // With s, the order less s is a signature too, and JWS asks for neither.
    let header = header_for(algorithm);
    let token = signed(&header, claims(), |message| {
        let signature = keys.sign(algorithm, message);
        let (r, s) = signature.split_at(width);
        [r, &subtract(order, s)].concat()
    });
    suite.accept(format!("{name}_s_negated"), token).with_keys("all");

    let (claims, signature) = claims_until(&header, |message| {
        Some(keys.sign(algorithm, message)).filter(|found| found[0] == 0)
    });
    suite.accept(
        format!("{name}_r_begins_with_zero"),
        signed(&header, &claims, |_| signature.clone()),
    );
    let short = signature[1..].to_vec();
    suite.refuse(
        format!("{name}_leading_zero_octet_left_out"),
        signed(&header, &claims, |_| short),
        "invalid_signature",
    );
}

/// What a forger makes of a good R and S.
type Change<'c> = &'c dyn Fn(&[u8], &[u8]) -> Vec<u8>;

/// The ASN.1 form that X.509 and TLS use.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|&&octet| octet == 0).count();
        let mut digits = number[zeros..].to_vec();
        if digits[0] >= 0x80 {
            digits.insert(0, 0);
        }
        [vec![0x02, u8::try_from(digits.len()).expect("short")], digits].concat()
    };
    let body = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(body.len()).expect("short")], body].concat()
}
