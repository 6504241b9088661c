//! Test keys, and signatures made by the crates of RustCrypto and dalek, which the core's own
//! RSA shares no line with.
//!
//! Every signature is the same in each run: the salts of RSA-PSS come from a fixed sequence.

use std::sync::OnceLock;

use ed25519_dalek::ed25519::signature::Signer;
use gatepost::Algorithm;
use hmac::{Hmac, KeyInit, Mac};
use rsa::{BoxedUint, PrivateKey};
use sha2::{Sha256, Sha384, Sha512};

use super::random::Random;
use super::{base64url, from_base64url};

/// The shared secret of the test keys, long enough for each hash.
pub(crate) const SECRET: &[u8; 64] =
    b"a shared secret of sixty-four bytes, which is known to everybody";

/// The primes of the RSA key of RFC 7520, section 3.4.
const RSA_PRIMES: [&str; 2] = [
    "3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0A\
     zZ0N2fvuIAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0k",
    "uKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON\
     8lHTeZu2lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFc",
];

/// A compact token with this header and these claims, signed with the test key of `algorithm`,
/// whatever the header says.
pub(crate) fn sign(algorithm: Algorithm, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url(header), base64url(claims));
    let signature = signature(algorithm, input.as_bytes());
    format!("{input}.{}", base64url(signature))
}

/// A compact token signed with this HMAC secret.
pub(crate) fn sign_with_secret(secret: &[u8], header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url(header), base64url(claims));
    let tag = mac::<Hmac<Sha256>>(secret, input.as_bytes());
    format!("{input}.{}", base64url(tag))
}

/// The signature of the test key for `algorithm`.
pub(crate) fn signature(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let salts = &mut Random(7);
    match algorithm {
        Algorithm::Rs256 => rsa_key().pkcs1v15_sign::<Sha256>(message).unwrap(),
        Algorithm::Rs384 => rsa_key().pkcs1v15_sign::<Sha384>(message).unwrap(),
        Algorithm::Rs512 => rsa_key().pkcs1v15_sign::<Sha512>(message).unwrap(),
        Algorithm::Ps256 => rsa_key().pss_sign_with_rng::<Sha256, _>(salts, message).unwrap(),
        Algorithm::Ps384 => rsa_key().pss_sign_with_rng::<Sha384, _>(salts, message).unwrap(),
        Algorithm::Ps512 => rsa_key().pss_sign_with_rng::<Sha512, _>(salts, message).unwrap(),
        Algorithm::Es256 => {
            let signature: p256::ecdsa::Signature = p256_key().sign(message);
            signature.to_bytes().to_vec()
        }
        Algorithm::Es384 => {
            let signature: p384::ecdsa::Signature = p384_key().sign(message);
            signature.to_bytes().to_vec()
        }
        Algorithm::EdDsa => ed25519_key().sign(message).to_bytes().to_vec(),
        Algorithm::Hs256 => mac::<Hmac<Sha256>>(SECRET, message),
        Algorithm::Hs384 => mac::<Hmac<Sha384>>(SECRET, message),
        Algorithm::Hs512 => mac::<Hmac<Sha512>>(SECRET, message),
        _ => panic!("{algorithm} has no test key"),
    }
}

/// The public half of the test key for `algorithm`, or the secret, as a JSON Web Key.
pub(crate) fn jwk(algorithm: Algorithm, key_id: &str) -> String {
    format!(r#"{{{},"kid":"{key_id}","alg":"{algorithm}","use":"sig"}}"#, numbers(algorithm))
}

/// The members of the key of `algorithm` that make it this key: `kty` and its numbers.
pub(crate) fn numbers(algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Es256 => p256_numbers(&p256_key()),
        Algorithm::Es384 => {
            let point = p384_key().verifying_key().to_sec1_point(false);
            let (x, y) = (point.x().unwrap(), point.y().unwrap());
            format!(r#""kty":"EC","crv":"P-384","x":"{}","y":"{}""#, base64url(x), base64url(y))
        }
        Algorithm::EdDsa => ed25519_numbers(&ed25519_key()),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => secret_numbers(SECRET),
        _ => rsa_numbers(&rsa_modulus(), &[1, 0, 1]),
    }
}

pub(crate) fn p256_numbers(key: &p256::ecdsa::SigningKey) -> String {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    format!(r#""kty":"EC","crv":"P-256","x":"{}","y":"{}""#, base64url(x), base64url(y))
}

pub(crate) fn ed25519_numbers(key: &ed25519_dalek::SigningKey) -> String {
    let x = base64url(key.verifying_key().as_bytes());
    format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#)
}

pub(crate) fn secret_numbers(secret: &[u8]) -> String {
    format!(r#""kty":"oct","k":"{}""#, base64url(secret))
}

/// The members of an RSA key with this modulus and exponent, big-endian.
pub(crate) fn rsa_numbers(modulus: &[u8], exponent: &[u8]) -> String {
    format!(r#""kty":"RSA","n":"{}","e":"{}""#, base64url(modulus), base64url(exponent))
}

/// The modulus of the RSA test key, 256 bytes.
pub(crate) fn rsa_modulus() -> Vec<u8> {
    modulus(rsa_key())
}

pub(crate) fn modulus(key: &PrivateKey) -> Vec<u8> {
    use rsa::traits::PublicKeyParts;
    key.n().to_be_bytes_trimmed_vartime().to_vec()
}

pub(crate) fn rsa_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let [p, q] = rsa_primes();
        rsa_key_of(p, q)
    })
}

/// The RSA key of these primes, with the exponent 65537.
pub(crate) fn rsa_key_of(p: BoxedUint, q: BoxedUint) -> PrivateKey {
    PrivateKey::from_p_q(p, q, BoxedUint::from(65537_u64)).unwrap()
}

/// The primes of the RSA test key.
pub(crate) fn rsa_primes() -> [BoxedUint; 2] {
    RSA_PRIMES.map(|prime| BoxedUint::from_be_slice_vartime(&from_base64url(prime)))
}

pub(crate) fn p256_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap()
}

pub(crate) fn p384_key() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap()
}

pub(crate) fn ed25519_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).unwrap();
    mac.chain_update(message).finalize().into_bytes().to_vec()
}
