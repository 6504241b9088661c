//! The parts, for fuzzing, benchmarks and other implementations of RSA, without any promise.

use super::tiles::Tiles;
use super::words::Words;
use super::{Modulus, RsaKey, is_encoding};
use crate::crypto::digest::Digest;
use crate::{Algorithm, KeyMaterial, ParsedKey, Reason, VerifyingKey};

/// A key with limbs of 60 bits, whatever the target's words.
#[derive(Clone)]
pub struct TiledKey(RsaKey<Tiles>);

/// A key with limbs of 32 bits, whatever the target's words.
#[derive(Clone)]
pub struct WordKey(RsaKey<Words>);

macro_rules! key {
    ($key:ident, $modulus:ty) => {
        impl $key {
            /// Prepares a key that has passed the checks for strength.
            ///
            /// # Errors
            ///
            /// [`Reason::InvalidKey`], [`Reason::UnsupportedKey`].
            pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
                match key.material {
                    KeyMaterial::Rsa { modulus, exponent } => Self::from_numbers(modulus, exponent),
                    _ => Err(Reason::UnsupportedKey),
                }
            }

            /// Prepares a key from big-endian numbers without leading zeros, whatever its
            /// strength.
            ///
            /// # Errors
            ///
            /// [`Reason::InvalidKey`], [`Reason::UnsupportedKey`].
            pub fn from_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Self, Reason> {
                RsaKey::new(modulus, exponent).map(Self)
            }

            /// What `judge` says of the encoded message that `signature` opens to; `false` where
            /// it opens to nothing.
            pub fn open(&self, signature: &[u8], judge: &mut dyn FnMut(&[u8]) -> bool) -> bool {
                let RsaKey { modulus, exponent } = &self.0;
                <$modulus>::open(modulus, signature, *exponent, judge)
            }
        }

        impl VerifyingKey for $key {
            fn verify(
                &self,
                algorithm: Algorithm,
                message: &[u8],
                prehash: Option<&[u8]>,
                signature: &[u8],
            ) -> Result<(), Reason> {
                self.0.verify(algorithm, message, prehash, signature)
            }
        }

        impl core::fmt::Debug for $key {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($key)).finish_non_exhaustive()
            }
        }
    };
}
key!(TiledKey, Tiles);
key!(WordKey, Words);

/// The exponent, big-endian, if the core takes it: odd, from 3 to 2^32 - 1.
#[must_use]
pub fn exponent(bytes: &[u8]) -> Option<u32> {
    crate::crypto::strength::rsa_exponent(bytes)
        .filter(|exponent| *exponent >= 3 && exponent % 2 == 1)
}

/// Whether `encoded`, as long as the modulus of `modulus_bits`, is what a signature of `algorithm`
/// over `message` opens to; `false` for an algorithm that is not of RSA. `prehash` is the digest
/// of `message`, where it is known.
#[must_use]
pub fn is_encoded_message(
    encoded: &[u8],
    modulus_bits: usize,
    algorithm: Algorithm,
    message: &[u8],
    prehash: Option<&[u8]>,
) -> bool {
    let digest = Digest::of(algorithm, message, prehash);
    is_encoding(encoded, modulus_bits, algorithm, digest.as_bytes())
}
