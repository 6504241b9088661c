//! The keys that this crate brings.

use core::fmt;

use crate::{Algorithm, KeyMaterial, ParsedKey, Reason, VerifyingKey};

#[cfg(feature = "p384")]
use super::ecdsa::P384Key;
#[cfg(feature = "ed25519")]
use super::ed25519::Ed25519Key;
#[cfg(feature = "hmac")]
use super::hmac::HmacKey;
#[cfg(feature = "p256")]
use super::p256::P256Key;
#[cfg(feature = "rs256")]
use super::rsa::{self, RsaKey};

/// A key in portable, safe code, ready to verify: the default of sets and policies.
///
/// It is a value without pointers, of about 1.2 KB (the largest RSA key; 2.3 KB with the feature
/// `rsa-8192`). Which kinds it can be follows from the crate's features. Shared secrets are wiped
/// when it is dropped.
#[derive(Clone)]
pub struct PublicKey {
    kind: Kind,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
enum Kind {
    #[cfg(feature = "rs256")]
    Rsa(RsaKey),
    #[cfg(feature = "p256")]
    P256(P256Key),
    #[cfg(feature = "p384")]
    P384(P384Key),
    #[cfg(feature = "ed25519")]
    Ed25519(Ed25519Key),
    #[cfg(feature = "hmac")]
    Hmac(HmacKey),
}

impl PublicKey {
    /// Prepares a key.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidKey`] for a point that is not on its curve; [`Reason::KeyTooWeak`] for a
    /// point of small order; [`Reason::UnsupportedKey`] where the feature for its kind is off.
    pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        let kind = match key.material {
            #[cfg(feature = "rs256")]
            KeyMaterial::Rsa { modulus, exponent } if rsa::serves(key.algorithm) => {
                Kind::Rsa(RsaKey::new(modulus, exponent)?)
            }
            #[cfg(feature = "p256")]
            KeyMaterial::P256 { x, y } => Kind::P256(P256Key::new(x, y)?),
            #[cfg(feature = "p384")]
            KeyMaterial::P384 { x, y } => Kind::P384(P384Key::new(x, y)?),
            #[cfg(feature = "ed25519")]
            KeyMaterial::Ed25519(x) => Kind::Ed25519(Ed25519Key::new(x)?),
            #[cfg(feature = "hmac")]
            KeyMaterial::Symmetric(secret) => Kind::Hmac(HmacKey::new(key.algorithm, secret)?),
            #[allow(unreachable_patterns, reason = "reached where a feature is off")]
            _ => return Err(Reason::UnsupportedKey),
        };
        Ok(Self { kind })
    }
}

impl VerifyingKey for PublicKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        match (&self.kind, algorithm) {
            #[cfg(feature = "rs256")]
            (Kind::Rsa(key), _) => key.verify(algorithm, message, prehash, signature),
            #[cfg(feature = "p256")]
            (Kind::P256(key), Algorithm::Es256) => {
                key.verify(algorithm, message, prehash, signature)
            }
            #[cfg(feature = "p384")]
            (Kind::P384(key), Algorithm::Es384) => {
                key.verify(algorithm, message, prehash, signature)
            }
            #[cfg(feature = "ed25519")]
            (Kind::Ed25519(key), Algorithm::EdDsa) => key.verify(message, signature),
            #[cfg(feature = "hmac")]
            (Kind::Hmac(key), _) => key.verify(algorithm, message, signature),
            #[allow(unreachable_patterns, reason = "reached where the key is of another kind")]
            _ => Err(Reason::KeyAlgorithmMismatch),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").finish_non_exhaustive()
    }
}

#[cfg(all(feature = "rs256", not(feature = "rsa")))]
#[cfg(test)]
mod tests {
    use super::*;

    /// The other hashes and PSS are not linked: a key for them would hash nothing.
    #[test]
    fn with_rs256_alone_no_other_algorithm_of_rsa_is_served() {
        let numbers = KeyMaterial::Rsa { modulus: &[0xff; 256], exponent: &[1, 0, 1] };
        let key = |algorithm| PublicKey::new(&ParsedKey::new(algorithm, numbers)?);
        let rs256 = key(Algorithm::Rs256).unwrap();
        assert_eq!(
            rs256.verify(Algorithm::Rs256, b"", None, &[0; 256]),
            Err(Reason::InvalidSignature)
        );
        for name in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
            let algorithm = Algorithm::from_name(name).unwrap();
            assert_eq!(key(algorithm).err(), Some(Reason::UnsupportedKey), "{name}");
            let verdict = rs256.verify(algorithm, b"", None, &[0; 256]);
            assert_eq!(verdict, Err(Reason::KeyAlgorithmMismatch), "{name}");
        }
    }
}
