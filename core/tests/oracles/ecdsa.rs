//! ECDSA against the crates `p256` and `p384`.

use gatepost::{Algorithm, KeySet, VerifyingKey};

use crate::common::random::Random;
use crate::common::{base64url, jwks};
use crate::numbers::{difference, from_hex, mutations, plus};

#[test]
fn ecdsa_p256() {
    let random = &mut Random(4);
    for _ in 0..8 {
        let Ok(key) = p256::ecdsa::SigningKey::from_slice(&random.bytes(32)) else { continue };
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(base64url);
        let numbers = format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#);
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        ecdsa(Algorithm::Es256, &numbers, order, random, |message, signature| {
            use p256::ecdsa::signature::{Signer, Verifier};
            match signature {
                None => {
                    let signature: p256::ecdsa::Signature = key.sign(message);
                    Some(signature.to_bytes().to_vec())
                }
                Some(signature) => {
                    let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                    key.verifying_key().verify(message, &signature).ok().map(|()| Vec::new())
                }
            }
        });
    }
}

#[test]
fn ecdsa_p384() {
    let random = &mut Random(5);
    for _ in 0..3 {
        let Ok(key) = p384::ecdsa::SigningKey::from_slice(&random.bytes(48)) else { continue };
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(base64url);
        let numbers = format!(r#""kty":"EC","crv":"P-384","x":"{x}","y":"{y}""#);
        let order = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
                     581a0db248b0a77aecec196accc52973";
        ecdsa(Algorithm::Es384, &numbers, order, random, |message, signature| {
            use p384::ecdsa::signature::{Signer, Verifier};
            match signature {
                None => {
                    let signature: p384::ecdsa::Signature = key.sign(message);
                    Some(signature.to_bytes().to_vec())
                }
                Some(signature) => {
                    let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                    key.verifying_key().verify(message, &signature).ok().map(|()| Vec::new())
                }
            }
        });
    }
}

/// Compares with `theirs`, which signs where there is no signature, and verifies where there is.
fn ecdsa(
    algorithm: Algorithm,
    numbers: &str,
    order: &str,
    random: &mut Random,
    theirs: impl Fn(&[u8], Option<&[u8]>) -> Option<Vec<u8>>,
) {
    let keys: KeySet<1> = KeySet::from_jwks(jwks(&[&format!("{{{numbers}}}")])).unwrap();
    let slot = keys.keys().iter().next().unwrap();
    let order = from_hex(order);
    let zero = vec![0; order.len()];
    for _ in 0..8 {
        let message = random.bytes(30);
        let good = theirs(&message, None).unwrap();
        let verify = |signature: &[u8]| {
            let ours = slot.key().verify(algorithm, &message, None, signature);
            let theirs = theirs(&message, Some(signature)).is_some();
            assert_eq!(ours.is_ok(), theirs, "{algorithm} {signature:02x?}");
            theirs
        };
        assert!(verify(&good));
        let (r, s) = good.split_at(order.len());
        // The other root is as good: nothing in JOSE rules it out.
        assert!(verify(&[r, &difference(&order, s)].concat()));
        for (r, s) in [
            (s, r),
            (&zero, s),
            (r, &zero),
            (&zero, &zero),
            (&order, s),
            (r, &order),
            (&plus(&order, -1), s),
            (&plus(&order, 1), s),
            (&plus(&zero, 1), &plus(&zero, 1)),
            (&vec![0xff; order.len()], s),
            (&difference(&order, r), s),
        ] {
            assert!(!verify(&[r, s].concat()));
        }
        let [longer, shorter] = [[&good[..], &[0]].concat(), good[1..].to_vec()];
        for bad in mutations(&good, 20, random).chain([longer, shorter, Vec::new()]) {
            assert!(!verify(&bad));
        }
    }
}
