//! Ed25519 where verifiers are known to differ, computed by hand: one signature has one encoding,
//! and what only the holder of the key can make up for an argument is refused.

use ed25519_dalek::Verifier;
use gatepost::{Algorithm, Reason, VerifyingKey};

use crate::common::random::Random;
use crate::common::{key_set, signer};
use crate::numbers::{from_hex, mutations, sum};

/// The order of the group, lowest byte first as in a signature.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn verify(message: &[u8], signature: &[u8]) -> Result<(), Reason> {
    let keys = key_set(Algorithm::EdDsa);
    let slot = keys.keys().iter().next().unwrap();
    slot.key().verify(Algorithm::EdDsa, message, None, signature)
}

#[test]
fn s_is_below_the_order() {
    let random = &mut Random(9);
    for _ in 0..16 {
        let message = random.bytes(20);
        let good = signer::signature(Algorithm::EdDsa, &message);
        assert_eq!(verify(&message, &good), Ok(()));
        // S and the order: the same point.
        let (r, s) = good.split_at(32);
        let big_endian = |number: &[u8]| number.iter().rev().copied().collect::<Vec<_>>();
        let beyond = big_endian(&sum(&big_endian(s), &big_endian(&from_hex(ORDER))));
        let malleated = [r, &beyond].concat();
        assert_eq!(verify(&message, &malleated), Err(Reason::InvalidSignature));
        for bad in mutations(&good, 20, random) {
            assert_eq!(verify(&message, &bad), Err(Reason::InvalidSignature));
        }
        for len in [0, 32, 63] {
            assert_eq!(verify(&message, &good[..len]), Err(Reason::InvalidSignature));
        }
        assert_eq!(verify(&message, &[&good[..], &[0]].concat()), Err(Reason::InvalidSignature));
    }
}

#[test]
fn r_is_of_full_order() {
    // R is the neutral point, and S the product of the key and the hash alone: the equation holds.
    let signature = from_hex(
        "0100000000000000000000000000000000000000000000000000000000000000\
         d4c5323131ff9683cfb3d30197c786c9043f1052d6c2d5293f19d6f36b911104",
    );
    let lenient = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    assert!(signer::ed25519_key().verifying_key().verify(b"message", &lenient).is_ok());
    assert_eq!(verify(b"message", &signature), Err(Reason::InvalidSignature));
}
