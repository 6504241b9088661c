//! Signatures: right ones of every algorithm, and what must not pass for one.

mod ecdsa;
mod eddsa;
mod hmac;
mod rsa;

use crate::generator::keys::{ALGORITHMS, Keys, encode, signed};
use crate::generator::setup::{claims, header_for, key_set_for};
use crate::generator::suite::{Case, Members, Suite};

pub(crate) fn add(suite: &mut Suite, keys: &Keys) {
    for algorithm in ALGORITHMS {
        every_algorithm(suite, keys, algorithm);
    }
    rsa::add(suite, keys);
    ecdsa::add(suite, keys);
    eddsa::add(suite, keys);
    hmac::add(suite, keys);
}

/// What holds for a signature of any kind.
fn every_algorithm(suite: &mut Suite, keys: &Keys, algorithm: &str) {
    let name = algorithm.to_ascii_lowercase();
    let set = key_set_for(algorithm);
    let header = header_for(algorithm);
    let token = keys.token_as(algorithm, &header, claims());
    let refuse = |suite: &mut Suite, what: &str, token: String| {
        suite.refuse(format!("{name}_{what}"), token, "invalid_signature").with_keys(set);
    };

    suite.accept(format!("{name}_accepted"), &token).with_keys(set);
    let forged = signed(&header, claims(), |message| keys.sign_with_other(algorithm, message));
    refuse(suite, "signed_with_another_key", forged);
    let (input, _) = token.rsplit_once('.').expect("three parts");
    let tampered =
        signed(&header, claims().text("sub", "admin"), |_| keys.sign(algorithm, input.as_bytes()));
    refuse(suite, "payload_changed", tampered);
    refuse(
        suite,
        "header_changed",
        signed(header.text("x", "y"), claims(), |_| keys.sign(algorithm, input.as_bytes())),
    );
    refuse(suite, "signature_empty", format!("{input}."));

    let mut forge = |what: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut signature = keys.sign(algorithm, input.as_bytes());
        change(&mut signature);
        refuse(suite, what, format!("{input}.{}", encode(&signature)));
    };
    forge("first_bit_of_signature_flipped", &|signature| signature[0] ^= 0x80);
    forge("middle_bit_of_signature_flipped", &|signature| {
        let middle = signature.len() / 2;
        signature[middle] ^= 0x10;
    });
    forge("last_bit_of_signature_flipped", &|signature| {
        *signature.last_mut().expect("octets") ^= 1
    });
    forge("signature_truncated", &|signature| signature.truncate(signature.len() - 1));
    forge("signature_one_octet_too_long", &|signature| signature.push(0));
    forge("signature_of_zeros", &|signature| signature.fill(0));
}

/// The usual claims with the first `jti` of 0, 1, 2, … for which `sign` makes a signature of the
/// wanted form.
fn claims_until(header: &Members, sign: impl Fn(&[u8]) -> Option<Vec<u8>>) -> (Members, Vec<u8>) {
    (0..100_000)
        .find_map(|attempt| {
            let claims = claims().text("jti", attempt.to_string());
            let mut signature = None;
            signed(header, &claims, |message| {
                signature = sign(message);
                Vec::new()
            });
            Some((claims, signature?))
        })
        .expect("one signature in some hundreds is of this form")
}

/// Adds the case `name` under the usual header of `algorithm`, with a signature that `sign` makes.
fn forge<'s>(
    suite: &'s mut Suite,
    name: &str,
    algorithm: &str,
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> &'s mut Case {
    suite
        .refuse(name, signed(header_for(algorithm), claims(), sign), "invalid_signature")
        .with_keys(key_set_for(algorithm))
}
