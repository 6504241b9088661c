//! RSA signatures ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017)), verification only.
//!
//! All of it is about public values: nothing here has to take the same time for each.

#[cfg(feature = "internal")]
pub mod internal;
mod padding;
mod proofs;
// Each where it is used. Both everywhere else where they can be compared.
#[cfg(any(test, feature = "internal", target_pointer_width = "64"))]
mod tiles;
#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
#[cfg_attr(
    all(test, not(feature = "internal")),
    allow(dead_code, reason = "the proofs take the kernel alone")
)]
mod words;

use super::digest::{Digest, Hash};
use super::strength::rsa_exponent;
use crate::limits::MAX_RSA_BITS;
use crate::{Algorithm, Reason};

/// What is fastest with the target's words.
#[cfg(target_pointer_width = "64")]
type Native = tiles::Tiles;
#[cfg(not(target_pointer_width = "64"))]
type Native = words::Words;

/// Bytes of the largest modulus.
const MAX_LEN: usize = MAX_RSA_BITS / 8;

/// A public key, its modulus made ready for multiplication.
#[derive(Clone)]
pub(super) struct RsaKey<M = Native> {
    modulus: M,
    exponent: u32,
}

/// An odd modulus of any size up to the limit.
pub(super) trait Modulus: Sized {
    /// `bytes` is big-endian, without leading zeros.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidKey`] for an even modulus, [`Reason::UnsupportedKey`] for one that is too
    /// long.
    fn new(bytes: &[u8]) -> Result<Self, Reason>;

    /// Bits of the modulus.
    fn bits(&self) -> usize;

    /// What `judge` says of `base` to the power of `exponent`, which has as many bytes as the
    /// modulus; `false` unless `base` has that length and is less than the modulus.
    ///
    /// `exponent` is odd and at least 3. The result is lent and not returned, so that memory is
    /// only taken for a modulus of this size.
    fn open(&self, base: &[u8], exponent: u32, judge: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

impl<M: Modulus> RsaKey<M> {
    /// Both numbers are big-endian, without leading zeros, and have been checked for strength.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, Reason> {
        let exponent = rsa_exponent(exponent).ok_or(Reason::InvalidKey)?;
        Ok(Self { modulus: M::new(modulus)?, exponent })
    }

    /// `signature` has as many bytes as the modulus and is less than it.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        if !serves(algorithm) {
            return Err(Reason::KeyAlgorithmMismatch);
        }
        let is_good = self.modulus.open(signature, self.exponent, &mut |encoded| {
            let digest = Digest::of(algorithm, message, prehash);
            is_encoding(encoded, self.modulus.bits(), algorithm, digest.as_bytes())
        });
        if is_good { Ok(()) } else { Err(Reason::InvalidSignature) }
    }
}

/// Whether this build checks signatures of `algorithm`: with the feature `rs256` alone no others.
pub(super) const fn serves(algorithm: Algorithm) -> bool {
    if cfg!(feature = "rsa") { algorithm.is_rsa() } else { matches!(algorithm, Algorithm::Rs256) }
}

/// Whether `encoded`, as long as the modulus of `modulus_bits`, is what a signature of `algorithm`
/// for this digest opens to.
fn is_encoding(encoded: &[u8], modulus_bits: usize, algorithm: Algorithm, digest: &[u8]) -> bool {
    let hash = Hash::of(algorithm);
    if digest.len() != hash.len() {
        return false;
    }
    match algorithm {
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
            padding::is_pkcs1(encoded, hash, digest)
        }
        _ => serves(algorithm) && padding::is_pss(encoded, modulus_bits, hash, digest),
    }
}

/// Bits of a big-endian number without leading zeros.
fn bit_length(bytes: &[u8]) -> usize {
    let unused = bytes.first().map_or(0, |first| first.leading_zeros());
    bytes.len().saturating_mul(8).saturating_sub(usize::try_from(unused).unwrap_or(8))
}
