//! RSA signatures: the same verdict and the same power as the `rsa` crate, in limbs of every size.
//!
//! Input: one byte for the algorithm and the way in; then either
//! - 4 bytes of exponent, 2 bytes of length n, n bytes of modulus, n bytes of signature, or
//! - 256 bytes of encoded message, which is signed here whatever it holds, so that every byte of
//!   the padding can be wrong under a signature that is right;
//!
//! and the message.

#![no_main]

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::internal::rsa::{TiledKey, WordKey};
use gatepost::{Algorithm, Reason, VerifyingKey};
use gatepost_fuzz::prepare;
use libfuzzer_sys::fuzz_target;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

static SIGNER: LazyLock<PrivateKey> = LazyLock::new(|| {
    let pem = include_str!("../../testdata/keys/rsa_2048.pem");
    PrivateKey::from_pkcs8_pem(pem).expect("the committed key is one")
});

fuzz_target!(|input: &[u8]| {
    let Some((&first, rest)) = input.split_first() else { return };
    let algorithm = ALGORITHMS[usize::from(first & 0x7f) % ALGORITHMS.len()];
    let signed = if first & 0x80 == 0 { as_given(rest) } else { with_encoded_message(rest) };
    if let Some(signed) = signed {
        compare(algorithm, &signed);
    }
});

struct Signed<'i> {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    signature: Vec<u8>,
    message: &'i [u8],
}

fn as_given(input: &[u8]) -> Option<Signed<'_>> {
    let (exponent, rest) = input.split_first_chunk::<4>()?;
    let (len, rest) = rest.split_first_chunk::<2>()?;
    let len = usize::from(u16::from_be_bytes(*len));
    let (modulus, rest) = rest.split_at_checked(len)?;
    let (signature, message) = rest.split_at_checked(len)?;
    Some(Signed {
        modulus: without_leading_zeros(modulus),
        exponent: without_leading_zeros(exponent),
        signature: signature.to_vec(),
        message,
    })
}

fn with_encoded_message(input: &[u8]) -> Option<Signed<'_>> {
    let (encoded, message) = input.split_first_chunk::<256>()?;
    let bits = SIGNER.n().bits_precision();
    let encoded = BoxedUint::from_be_slice(encoded, bits).ok()?;
    let no_blinding = None::<&mut dyn CryptoRng>;
    let signature = rsa::hazmat::rsa_decrypt(no_blinding, &*SIGNER, &encoded).ok()?;
    Some(Signed {
        modulus: without_leading_zeros(&SIGNER.n().to_be_bytes()),
        exponent: without_leading_zeros(&SIGNER.e().to_be_bytes()),
        signature: signature.to_be_bytes().into_vec(),
        message,
    })
}

fn compare(algorithm: Algorithm, signed: &Signed<'_>) {
    let Signed { modulus, exponent, signature, message } = signed;
    let members = format!(
        r#""kty":"RSA","alg":"{}","n":"{}","e":"{}""#,
        algorithm.name(),
        BASE64URL.encode(modulus),
        BASE64URL.encode(exponent)
    );
    // What is refused here and not there is weak, too large, or even.
    let Ok(key) = prepare(&members) else { return };

    let number = |bytes| BoxedUint::from_be_slice_vartime(bytes);
    let oracle = PublicKey::new(number(modulus), number(exponent))
        .expect("the rsa crate refuses a key that was accepted");
    let expected = match algorithm {
        Algorithm::Rs256 => {
            oracle.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
        }
        Algorithm::Rs384 => {
            oracle.verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message), signature)
        }
        Algorithm::Rs512 => {
            oracle.verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message), signature)
        }
        Algorithm::Ps256 => {
            oracle.verify(Pss::<Sha256>::new(), &Sha256::digest(message), signature)
        }
        Algorithm::Ps384 => {
            oracle.verify(Pss::<Sha384>::new(), &Sha384::digest(message), signature)
        }
        _ => oracle.verify(Pss::<Sha512>::new(), &Sha512::digest(message), signature),
    };
    let expected = expected.map_err(|_| Reason::InvalidSignature);
    assert_eq!(key.verify(algorithm, message, None, signature), expected, "{algorithm:?}");
    // One of these is the same again, with the words of this processor.
    let tiled = TiledKey::from_numbers(modulus, exponent).expect("it was accepted before");
    let words = WordKey::from_numbers(modulus, exponent).expect("it was accepted before");
    assert_eq!(tiled.verify(algorithm, message, None, signature), expected, "{algorithm:?}");
    assert_eq!(words.verify(algorithm, message, None, signature), expected, "{algorithm:?}");

    // Nearly no input reaches the padding with a result that is anything but random: the results
    // themselves are compared too.
    let mut opened = None;
    tiled.open(signature, &mut |encoded| {
        opened = Some(encoded.to_vec());
        true
    });
    let is_equal = words.open(signature, &mut |encoded| opened.as_deref() == Some(encoded));
    assert_eq!(is_equal, opened.is_some());
    let base = number(signature);
    let fits = signature.len() == modulus.len() && base < *oracle.n().as_ref();
    assert_eq!(opened.is_some(), fits);
    if let Some(opened) = opened {
        let power = rsa::hazmat::rsa_encrypt(&oracle, &base).expect("it is less than the modulus");
        assert_eq!(number(&opened), power);
    }
}

fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number[zeros..].to_vec()
}
