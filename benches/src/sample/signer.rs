//! The test keys: other people's code, none of which the core verifies RSA with.

use core::convert::Infallible;

use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};

use super::{Kind, base64url};

/// A private key for one of the [`Kind`]s.
pub(super) enum Signer {
    Pkcs1(rsa::PrivateKey),
    Pss(rsa::PrivateKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Hmac([u8; 32]),
}

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../../../testdata/keys/", $name, ".pem"))
    };
}

impl Signer {
    pub(super) fn new(kind: Kind) -> Self {
        let rsa = |pem| rsa::PrivateKey::from_pkcs8_pem(pem).expect("an RSA key");
        match kind {
            Kind::Rs256Of2048Bits => Self::Pkcs1(rsa(pem!("rsa_2048"))),
            Kind::Rs256Of3072Bits => Self::Pkcs1(rsa(pem!("rsa_3072"))),
            Kind::Rs256Of4096Bits => Self::Pkcs1(rsa(pem!("rsa_4096"))),
            Kind::Ps256Of2048Bits => Self::Pss(rsa(pem!("rsa_2048"))),
            Kind::Es256 => Self::P256(
                p256::ecdsa::SigningKey::from_pkcs8_pem(pem!("p256")).expect("a P-256 key"),
            ),
            Kind::Es384 => Self::P384(
                p384::ecdsa::SigningKey::from_pkcs8_pem(pem!("p384")).expect("a P-384 key"),
            ),
            Kind::EdDsa => Self::Ed25519(
                ed25519_dalek::SigningKey::from_pkcs8_pem(pem!("ed25519")).expect("an Ed25519 key"),
            ),
            Kind::Hs256 => Self::Hmac(*b"thirty-two bytes that are known!"),
        }
    }

    /// One of many keys of P-256.
    pub(super) fn p256(number: usize) -> Self {
        let secret = Sha256::digest(format!("key {number}"));
        Self::P256(p256::ecdsa::SigningKey::from_slice(&secret).expect("below the group's order"))
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Pkcs1(key) => key.pkcs1v15_sign::<Sha256>(message).expect("a signature"),
            Self::Pss(key) => {
                key.pss_sign_with_rng::<Sha256, _>(&mut Salts(7), message).expect("a signature")
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::Hmac(secret) => {
                let mac = <Hmac<Sha256>>::new_from_slice(secret).expect("any length will do");
                mac.chain_update(message).finalize().into_bytes().to_vec()
            }
        }
    }

    /// Bytes of a signature.
    pub(super) fn signature_len(&self) -> usize {
        match self {
            Self::Pkcs1(key) | Self::Pss(key) => key.size(),
            Self::P256(_) | Self::Ed25519(_) => 64,
            Self::P384(_) => 96,
            Self::Hmac(_) => 32,
        }
    }

    /// The members of the JSON Web Key that make it this key.
    pub(super) fn numbers(&self) -> String {
        match self {
            Self::Pkcs1(key) | Self::Pss(key) => {
                let n = base64url(key.n().to_be_bytes_trimmed_vartime());
                let e = base64url(key.e().to_be_bytes_trimmed_vartime());
                format!(r#""kty":"RSA","n":"{n}","e":"{e}""#)
            }
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                ec_numbers("P-256", &point.as_bytes()[1..])
            }
            Self::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                ec_numbers("P-384", &point.as_bytes()[1..])
            }
            Self::Ed25519(key) => {
                let x = base64url(key.verifying_key().as_bytes());
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#)
            }
            Self::Hmac(secret) => format!(r#""kty":"oct","k":"{}""#, base64url(secret)),
        }
    }

    pub(super) fn public_key_der(&self) -> Vec<u8> {
        let der = match self {
            Self::Pkcs1(key) | Self::Pss(key) => key.to_public_key().to_public_key_der(),
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::Ed25519(key) => key.verifying_key().to_public_key_der(),
            Self::Hmac(_) => return Vec::new(),
        };
        der.expect("a public key").into_vec()
    }
}

/// Both coordinates of a point, one behind the other, as members of a JSON Web Key.
fn ec_numbers(curve: &str, coordinates: &[u8]) -> String {
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let (x, y) = (base64url(x), base64url(y));
    format!(r#""kty":"EC","crv":"{curve}","x":"{x}","y":"{y}""#)
}

/// Salts from a fixed sequence: every run measures the same tokens.
struct Salts(u64);

impl TryRng for Salts {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.try_next_u64()?.to_be_bytes();
        Ok(u32::from_be_bytes([a, b, c, d]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            let word = self.try_next_u32()?.to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Salts {}
