//! RSA signatures ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017)), verification only.
//!
//! All of it is about public values: nothing here has to take the same time for each.

mod modulus;
mod padding;

use modulus::Modulus;

use super::digest::{Digest, Hash};
use super::strength::rsa_exponent;
use crate::limits::MAX_RSA_BITS;
use crate::{Algorithm, Reason};

/// Bytes of the largest modulus.
const MAX_LEN: usize = MAX_RSA_BITS / 8;

/// A public key, its modulus made ready for multiplication.
#[derive(Clone)]
pub(super) struct RsaKey {
    modulus: SizedModulus,
    exponent: u32,
}

/// The modulus in as many limbs as its size needs, which are multiples of a tile.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
enum SizedModulus {
    Bits2048(Modulus<5, 7>),
    Bits3072(Modulus<4, 13>),
    Bits4096(Modulus<5, 14>),
    #[cfg(feature = "rsa-8192")]
    Bits8192(Modulus<5, 28>),
}

impl RsaKey {
    /// Both numbers are big-endian, without leading zeros, and have been checked for strength.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, Reason> {
        let exponent = rsa_exponent(exponent).ok_or(Reason::InvalidKey)?;
        let modulus = match modulus.len() {
            0..=256 => Modulus::new(modulus).map(SizedModulus::Bits2048),
            257..=384 => Modulus::new(modulus).map(SizedModulus::Bits3072),
            385..=512 => Modulus::new(modulus).map(SizedModulus::Bits4096),
            #[cfg(feature = "rsa-8192")]
            513..=1024 => Modulus::new(modulus).map(SizedModulus::Bits8192),
            _ => return Err(Reason::UnsupportedKey),
        };
        Ok(Self { modulus: modulus.ok_or(Reason::InvalidKey)?, exponent })
    }

    /// `signature` has as many bytes as the modulus and is less than it.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        let mut memory = [0; MAX_LEN];
        let encoded = match &self.modulus {
            SizedModulus::Bits2048(modulus) => modulus.power(signature, self.exponent, &mut memory),
            SizedModulus::Bits3072(modulus) => modulus.power(signature, self.exponent, &mut memory),
            SizedModulus::Bits4096(modulus) => modulus.power(signature, self.exponent, &mut memory),
            #[cfg(feature = "rsa-8192")]
            SizedModulus::Bits8192(modulus) => modulus.power(signature, self.exponent, &mut memory),
        };
        let encoded = encoded.ok_or(Reason::InvalidSignature)?;
        let hash = Hash::of(algorithm);
        let digest = Digest::of(algorithm, message, prehash);
        let is_good = match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
                padding::is_pkcs1(encoded, hash, digest.as_bytes())
            }
            Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => {
                padding::is_pss(encoded, self.bits(), hash, digest.as_bytes())
            }
            _ => return Err(Reason::KeyAlgorithmMismatch),
        };
        if is_good { Ok(()) } else { Err(Reason::InvalidSignature) }
    }

    fn bits(&self) -> usize {
        match &self.modulus {
            SizedModulus::Bits2048(modulus) => modulus.bits(),
            SizedModulus::Bits3072(modulus) => modulus.bits(),
            SizedModulus::Bits4096(modulus) => modulus.bits(),
            #[cfg(feature = "rsa-8192")]
            SizedModulus::Bits8192(modulus) => modulus.bits(),
        }
    }
}
