//! The test keys, what they sign, and what they look like as JWKs.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use core::convert::Infallible;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use p256::ecdsa::SigningKey as P256Key;
use p384::ecdsa::SigningKey as P384Key;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use rsa::rand_core::TryCryptoRng;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PrivateKey, PublicKey, hazmat};
use sha2::{Sha256, Sha384, Sha512};

use crate::generator::rsa_padding::{self, Hash, Pss};
use crate::generator::suite::{Members, Text, members};

/// The text of one committed key.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../../../testdata/keys/", $name, ".pem"))
    };
}

/// A private key, where a public one is wanted.
pub(crate) const PRIVATE_PEM: &str = pem!("p256");
pub(crate) const RSA_1024_PEM: &str = pem!("rsa_1024_public");
pub(crate) const ROCA_PEM: &str = pem!("rsa_2048_roca_public");

/// Every algorithm, under the name that stands in a header; its lower-case form is its `kid`.
pub(crate) const ALGORITHMS: [&str; 12] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256",
    "HS384", "HS512",
];

pub(crate) struct Keys {
    pub(crate) rsa_2048: RsaKey,
    pub(crate) rsa_2048_other: RsaKey,
    pub(crate) rsa_2049: RsaKey,
    pub(crate) rsa_3072: RsaKey,
    pub(crate) rsa_4096: RsaKey,
    pub(crate) p256: P256Key,
    pub(crate) p256_other: P256Key,
    pub(crate) p384: P384Key,
    pub(crate) p384_other: P384Key,
    pub(crate) ed25519: SigningKey,
    pub(crate) ed25519_other: SigningKey,
}

impl Keys {
    pub(crate) fn load() -> Self {
        Self {
            rsa_2048: RsaKey::from_pem(pem!("rsa_2048")),
            rsa_2048_other: RsaKey::from_pem(pem!("rsa_2048_other")),
            rsa_2049: RsaKey::from_pem(pem!("rsa_2049")),
            rsa_3072: RsaKey::from_pem(pem!("rsa_3072")),
            rsa_4096: RsaKey::from_pem(pem!("rsa_4096")),
            p256: P256Key::from_pkcs8_pem(pem!("p256")).expect("a P-256 key"),
            p256_other: P256Key::from_pkcs8_pem(pem!("p256_other")).expect("a P-256 key"),
            p384: P384Key::from_pkcs8_pem(pem!("p384")).expect("a P-384 key"),
            p384_other: P384Key::from_pkcs8_pem(pem!("p384_other")).expect("a P-384 key"),
            ed25519: SigningKey::from_pkcs8_pem(pem!("ed25519")).expect("an Ed25519 key"),
            ed25519_other: SigningKey::from_pkcs8_pem(pem!("ed25519_other"))
                .expect("an Ed25519 key"),
        }
    }

    /// The signature of `message` by the key whose `kid` is `algorithm` in lower case.
    pub(crate) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        match algorithm {
            "RS256" => self.rsa_2048.pkcs1(Hash::Sha256, message),
            "RS384" => self.rsa_3072.pkcs1(Hash::Sha384, message),
            "RS512" => self.rsa_4096.pkcs1(Hash::Sha512, message),
            "PS256" => self.rsa_2048.pss(Pss::new(Hash::Sha256), message),
            "PS384" => self.rsa_3072.pss(Pss::new(Hash::Sha384), message),
            "PS512" => self.rsa_4096.pss(Pss::new(Hash::Sha512), message),
            "ES256" => es256(&self.p256, message),
            "ES384" => es384(&self.p384, message),
            "EdDSA" => self.ed25519.sign(message).to_vec(),
            "HS256" => mac(Hash::Sha256, &secret(Hash::Sha256), message),
            "HS384" => mac(Hash::Sha384, &secret(Hash::Sha384), message),
            "HS512" => mac(Hash::Sha512, &secret(Hash::Sha512), message),
            _ => panic!("no key for {algorithm}"),
        }
    }

    /// The signature of `message` by a key of the same kind that no key set holds.
    pub(crate) fn sign_with_other(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let hash = hash_of(algorithm);
        match &algorithm[..2] {
            "RS" => self.rsa_2048_other.pkcs1(hash, message),
            "PS" => self.rsa_2048_other.pss(Pss::new(hash), message),
            "ES" if hash == Hash::Sha256 => es256(&self.p256_other, message),
            "ES" => es384(&self.p384_other, message),
            "Ed" => self.ed25519_other.sign(message).to_vec(),
            "HS" => mac(hash, &[0x5a; 64], message),
            _ => panic!("no key for {algorithm}"),
        }
    }

    /// A token signed with the ES256 key.
    pub(crate) fn token(&self, header: impl Text, claims: impl Text) -> String {
        self.token_as("ES256", header, claims)
    }

    /// A token signed with the key of `algorithm`, whatever its header says.
    pub(crate) fn token_as(&self, algorithm: &str, header: impl Text, claims: impl Text) -> String {
        signed(header, claims, |message| self.sign(algorithm, message))
    }

    /// The public key of an asymmetric `algorithm` as a JWK, with `kid` and `alg`.
    pub(crate) fn jwk(&self, algorithm: &str) -> Members {
        let key = match algorithm {
            "RS256" | "PS256" => self.rsa_2048.jwk(),
            "RS384" | "PS384" => self.rsa_3072.jwk(),
            "RS512" | "PS512" => self.rsa_4096.jwk(),
            "ES256" => p256_jwk(&self.p256),
            "ES384" => p384_jwk(&self.p384),
            "EdDSA" => ed25519_jwk(&self.ed25519),
            _ => panic!("no public key for {algorithm}"),
        };
        key.text("kid", algorithm.to_ascii_lowercase()).text("alg", algorithm)
    }
}

/// An RSA key pair.
pub(crate) struct RsaKey {
    key: PrivateKey,
    pub(crate) modulus: Vec<u8>,
}

impl RsaKey {
    fn from_pem(pem: &str) -> Self {
        let key = PrivateKey::from_pkcs8_pem(pem).expect("an RSA key");
        let modulus = key.n().to_be_bytes_trimmed_vartime().to_vec();
        Self { key, modulus }
    }

    pub(crate) fn pkcs1(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let info = rsa_padding::digest_info(hash, message);
        self.raw(&rsa_padding::pkcs1(&info, self.modulus.len()))
    }

    pub(crate) fn pss(&self, form: Pss, message: &[u8]) -> Vec<u8> {
        let bits = 8 * self.modulus.len() - self.modulus[0].leading_zeros() as usize;
        self.raw(&form.encode(message, bits))
    }

    /// The private operation on an encoded message, as long as the modulus. Without blinding, so
    /// that nothing is random: the key is worth nothing.
    pub(crate) fn raw(&self, encoded: &[u8]) -> Vec<u8> {
        let precision = self.key.n().as_ref().bits_precision();
        let number = BoxedUint::from_be_slice(encoded, precision).expect("as long as the modulus");
        let no_rng: Option<&mut dyn TryCryptoRng<Error = Infallible>> = None;
        let signature = hazmat::rsa_decrypt_and_check(&self.key, no_rng, &number)
            .expect("smaller than the modulus");
        let octets = signature.to_be_bytes();
        octets[octets.len() - self.modulus.len()..].to_vec()
    }

    pub(crate) fn jwk(&self) -> Members {
        rsa_jwk(&self.modulus, &[1, 0, 1])
    }

    pub(crate) fn pkcs1_pem(&self) -> String {
        self.key.to_public_key().to_pkcs1_pem(LineEnding::LF).expect("a public key")
    }

    pub(crate) fn public_pem(&self) -> String {
        self.key.to_public_key().to_public_key_pem(LineEnding::LF).expect("a public key")
    }
}

/// The modulus of a key too short to be used.
pub(crate) fn modulus_of_1024_bits() -> Vec<u8> {
    public_modulus(RSA_1024_PEM)
}

/// The modulus of a key that is one bit too short.
pub(crate) fn modulus_of_2047_bits() -> Vec<u8> {
    public_modulus(pem!("rsa_2047_public"))
}

/// The product of two primes of the form by which CVE-2017-15361 (ROCA) gives itself away.
pub(crate) fn roca_modulus() -> Vec<u8> {
    public_modulus(ROCA_PEM)
}

fn public_modulus(pem: &str) -> Vec<u8> {
    PublicKey::from_public_key_pem(pem)
        .expect("a public RSA key")
        .n()
        .to_be_bytes_trimmed_vartime()
        .to_vec()
}

pub(crate) fn rsa_jwk(modulus: &[u8], exponent: &[u8]) -> Members {
    members().text("kty", "RSA").text("n", encode(modulus)).text("e", encode(exponent))
}

pub(crate) fn p256_jwk(key: &P256Key) -> Members {
    ec_jwk("P-256", &p256_point(key))
}

pub(crate) fn p256_pem(key: &P256Key) -> String {
    key.verifying_key().to_public_key_pem(LineEnding::LF).expect("a public key")
}

pub(crate) fn p384_pem(key: &P384Key) -> String {
    key.verifying_key().to_public_key_pem(LineEnding::LF).expect("a public key")
}

pub(crate) fn ed25519_pem(key: &SigningKey) -> String {
    key.verifying_key().to_public_key_pem(LineEnding::LF).expect("a public key")
}

pub(crate) fn p384_jwk(key: &P384Key) -> Members {
    ec_jwk("P-384", &p384_point(key))
}

/// The two coordinates of a public key, one after the other.
pub(crate) fn p256_point(key: &P256Key) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
}

pub(crate) fn p384_point(key: &P384Key) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
}

/// An elliptic curve key whose two coordinates stand in `point` one after the other.
pub(crate) fn ec_jwk(curve: &str, point: &[u8]) -> Members {
    let (x, y) = point.split_at(point.len() / 2);
    members().text("kty", "EC").text("crv", curve).text("x", encode(x)).text("y", encode(y))
}

pub(crate) fn ed25519_jwk(key: &SigningKey) -> Members {
    members()
        .text("kty", "OKP")
        .text("crv", "Ed25519")
        .text("x", encode(key.verifying_key().as_bytes()))
}

/// A symmetric key, with the `kid` and `alg` of its hash.
pub(crate) fn secret_jwk(hash: Hash) -> Members {
    let algorithm = format!("HS{}", 8 * hash.len());
    let jwk = members().text("kty", "oct").text("k", encode(&secret(hash)));
    jwk.text("kid", algorithm.to_ascii_lowercase()).text("alg", &algorithm)
}

/// The secret for HMAC with `hash`, as long as the hash.
pub(crate) fn secret(hash: Hash) -> Vec<u8> {
    (0x40..).take(hash.len()).collect()
}

pub(crate) fn mac(hash: Hash, secret: &[u8], message: &[u8]) -> Vec<u8> {
    macro_rules! mac {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(secret)
                .expect("any length")
                .chain_update(message)
                .finalize()
                .into_bytes()
                .to_vec()
        };
    }
    match hash {
        Hash::Sha256 => mac!(Sha256),
        Hash::Sha384 => mac!(Sha384),
        Hash::Sha512 => mac!(Sha512),
    }
}

pub(crate) fn es256(key: &P256Key, message: &[u8]) -> Vec<u8> {
    let signature: p256::ecdsa::Signature = key.sign(message);
    signature.to_bytes().to_vec()
}

pub(crate) fn es384(key: &P384Key, message: &[u8]) -> Vec<u8> {
    let signature: p384::ecdsa::Signature = key.sign(message);
    signature.to_bytes().to_vec()
}

/// The hash function in an algorithm's name; EdDSA has none to choose.
pub(crate) fn hash_of(algorithm: &str) -> Hash {
    match &algorithm[2..] {
        "384" => Hash::Sha384,
        "512" => Hash::Sha512,
        _ => Hash::Sha256,
    }
}

/// A compact JWS: the two parts and the signature that `sign` makes over them.
pub(crate) fn signed(
    header: impl Text,
    payload: impl Text,
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    signed_parts(&encode(&header.octets()), &encode(&payload.octets()), sign)
}

/// The same over parts that are encoded already, rightly or wrongly.
pub(crate) fn signed_parts(
    header: &str,
    payload: &str,
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    let input = format!("{header}.{payload}");
    let signature = encode(&sign(input.as_bytes()));
    format!("{input}.{signature}")
}

pub(crate) fn encode(octets: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(octets)
}
