//! ES256 signatures: the same verdict as the `p256` crate, in every way that it is computed: with
//! limbs of 64 and of 32 bits, with tables and without.
//!
//! Input: one byte for the way in; then either
//! - the coordinates x and y and the numbers r and s, 32 bytes each, or
//! - 32 bytes of private key and 64 bytes that are flipped in a signature made with it, or none of
//!   them, so that a good signature is never far away;
//!
//! and the message.

#![no_main]

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::internal::p256::Paths;
use gatepost::{Algorithm, P256Table, Reason, TableEntry, VerifyingKey as _};
use gatepost_fuzz::{prepare, prepare_with};
use libfuzzer_sys::fuzz_target;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Small windows, as a table is made for each input.
const WIDTH: usize = 3;

type Table = P256Table<WIDTH, Vec<TableEntry>>;

static GENERATOR: LazyLock<Table> =
    LazyLock::new(|| Table::generator(memory()).expect("enough memory"));

fn memory() -> Vec<TableEntry> {
    vec![TableEntry::default(); Table::LEN]
}

fuzz_target!(|input: &[u8]| {
    let Some((&first, rest)) = input.split_first() else { return };
    let signed = if first & 1 == 0 { as_given(rest) } else { with_signature(rest) };
    if let Some(signed) = signed {
        compare(&signed);
    }
});

struct Signed<'i> {
    x: [u8; 32],
    y: [u8; 32],
    signature: [u8; 64],
    message: &'i [u8],
}

fn as_given(input: &[u8]) -> Option<Signed<'_>> {
    let (x, rest) = input.split_first_chunk()?;
    let (y, rest) = rest.split_first_chunk()?;
    let (signature, message) = rest.split_first_chunk()?;
    Some(Signed { x: *x, y: *y, signature: *signature, message })
}

fn with_signature(input: &[u8]) -> Option<Signed<'_>> {
    let (private, rest) = input.split_first_chunk::<32>()?;
    let (flipped, message) = rest.split_first_chunk::<64>()?;
    let signer = SigningKey::from_slice(private).ok()?;
    let made: Signature = signer.sign(message);
    let mut signature: [u8; 64] = made.to_bytes().into();
    for (byte, flip) in signature.iter_mut().zip(flipped) {
        *byte ^= flip;
    }
    let point = signer.verifying_key().to_sec1_point(false);
    let (x, y) = (*point.x()?, *point.y()?);
    Some(Signed { x: x.into(), y: y.into(), signature, message })
}

fn compare(signed: &Signed<'_>) {
    let Signed { x, y, signature, message } = signed;
    let members = format!(
        r#""kty":"EC","crv":"P-256","x":"{}","y":"{}""#,
        BASE64URL.encode(x),
        BASE64URL.encode(y)
    );
    let key = prepare(&members);
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    let oracle = VerifyingKey::from_sec1_bytes(&point);
    assert_eq!(key.is_ok(), oracle.is_ok(), "whether the point is on the curve");

    if let (Ok(key), Ok(oracle)) = (key, oracle) {
        let expected = Signature::from_slice(signature)
            .and_then(|signature| oracle.verify(message, &signature));
        let verdict = key.verify(Algorithm::Es256, message, None, signature);
        assert_eq!(verdict, expected.map_err(|_| Reason::InvalidSignature));

        let paths = prepare_with(&members, |key| {
            Paths::<WIDTH, WIDTH, _, _>::new(key, memory(), &GENERATOR)
        });
        let verdicts =
            paths.map(|paths| paths.verdicts(&Sha256::digest(message).into(), signature));
        assert_eq!(verdicts, Ok([verdict.is_ok(); 4]));
    }
}
