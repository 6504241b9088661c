//! The numbers of a key, as they were published.

use core::fmt;

use super::Algorithm;
use crate::Reason;

/// A key that was read from a JSON Web Key, a PEM or a DER file, and is not prepared yet.
///
/// Its form has been checked; that a point is on its curve is for whoever prepares it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ParsedKey<'a> {
    /// The one algorithm that the key is for.
    pub algorithm: Algorithm,
    /// Its numbers.
    pub material: KeyMaterial<'a>,
}

/// The numbers of a key, big-endian.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum KeyMaterial<'a> {
    /// Modulus and public exponent, without leading zeros.
    Rsa {
        /// The modulus `n`.
        modulus: &'a [u8],
        /// The public exponent `e`.
        exponent: &'a [u8],
    },
    /// A point on P-256, which may be none.
    P256 {
        /// The coordinate `x`.
        x: &'a [u8; 32],
        /// The coordinate `y`.
        y: &'a [u8; 32],
    },
    /// A point on P-384, which may be none.
    P384 {
        /// The coordinate `x`.
        x: &'a [u8; 48],
        /// The coordinate `y`.
        y: &'a [u8; 48],
    },
    /// A compressed point on Ed25519, which may be none.
    Ed25519(&'a [u8; 32]),
    /// A shared secret.
    Symmetric(&'a [u8]),
}

impl<'a> ParsedKey<'a> {
    /// Takes the numbers of a key from where the caller has them, for `algorithm`.
    ///
    /// Nothing but that the two go together is checked: that RSA is strong enough, for instance,
    /// is for [`load`](crate::load) and [`KeySlot`](crate::KeySlot), which read keys from outside.
    ///
    /// # Errors
    ///
    /// [`Reason::KeyAlgorithmMismatch`] where a key of this kind has another algorithm.
    ///
    /// ```
    /// use gatepost::{Algorithm, KeyMaterial, ParsedKey, PublicKey, Reason};
    ///
    /// let material = KeyMaterial::P256 { x: &[1; 32], y: &[2; 32] };
    /// let key = ParsedKey::new(Algorithm::Es256, material)?;
    /// assert_eq!(PublicKey::new(&key).unwrap_err(), Reason::InvalidKey);
    /// # Ok::<(), Reason>(())
    /// ```
    pub fn new(algorithm: Algorithm, material: KeyMaterial<'a>) -> Result<Self, Reason> {
        if material.serves(algorithm) {
            Ok(Self { algorithm, material })
        } else {
            Err(Reason::KeyAlgorithmMismatch)
        }
    }

    /// The same, with the algorithm of the key's curve, or `rsa_algorithm`, where none is named.
    pub(super) fn with_default(
        algorithm: Option<Algorithm>,
        material: KeyMaterial<'a>,
        rsa_algorithm: Algorithm,
    ) -> Result<Self, Reason> {
        let algorithm = algorithm.unwrap_or(match material {
            KeyMaterial::Rsa { .. } => rsa_algorithm,
            KeyMaterial::P256 { .. } => Algorithm::Es256,
            KeyMaterial::P384 { .. } => Algorithm::Es384,
            KeyMaterial::Ed25519(_) => Algorithm::EdDsa,
            KeyMaterial::Symmetric(_) => Algorithm::Hs256,
        });
        Self::new(algorithm, material)
    }
}

impl KeyMaterial<'_> {
    /// Whether a key of this kind can be one of `algorithm`.
    fn serves(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => algorithm.is_rsa(),
            Self::P256 { .. } => algorithm == Algorithm::Es256,
            Self::P384 { .. } => algorithm == Algorithm::Es384,
            Self::Ed25519(_) => algorithm == Algorithm::EdDsa,
            Self::Symmetric(_) => algorithm.is_symmetric(),
        }
    }
}

impl fmt::Debug for ParsedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl fmt::Debug for KeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The kind alone: a secret must not be printed.
        f.write_str(match self {
            Self::Rsa { .. } => "Rsa",
            Self::P256 { .. } => "P256",
            Self::P384 { .. } => "P384",
            Self::Ed25519(_) => "Ed25519",
            Self::Symmetric(_) => "Symmetric",
        })
    }
}
