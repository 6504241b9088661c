//! The hash of an algorithm.

use sha2::Sha256;
#[cfg(any(feature = "p384", feature = "rsa"))]
use sha2::Sha384;
#[cfg(feature = "rsa")]
use sha2::Sha512;

use crate::Algorithm;

/// Bytes of the longest digest.
pub(super) const MAX_HASH_LEN: usize = 64;

/// A digest of up to 64 bytes.
#[derive(Clone, Copy)]
pub(super) struct Digest {
    bytes: [u8; MAX_HASH_LEN],
    len: usize,
}

impl Digest {
    /// The digest of `message` with the hash of `algorithm`: `prehash`, where it can be that.
    pub(super) fn of(algorithm: Algorithm, message: &[u8], prehash: Option<&[u8]>) -> Self {
        let hash = Hash::of(algorithm);
        match prehash {
            Some(known) if known.len() == hash.len() => Self::copy(known),
            _ => hash.digest(&[message]),
        }
    }

    fn copy(digest: &[u8]) -> Self {
        let mut bytes = [0; MAX_HASH_LEN];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = *from;
        }
        Self { bytes, len: digest.len() }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}

/// A hash function of the SHA-2 family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) const fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 | Algorithm::Hs256 => {
                Self::Sha256
            }
            Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 | Algorithm::Hs384 => {
                Self::Sha384
            }
            Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa | Algorithm::Hs512 => {
                Self::Sha512
            }
        }
    }

    /// Bytes of a digest.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of all `parts`, one behind the other; empty where no key of this build needs the
    /// hash, and it is not linked.
    pub(super) fn digest(self, parts: &[&[u8]]) -> Digest {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Digest {
            let hash = parts.iter().fold(D::new(), |hash, part| hash.chain_update(part));
            Digest::copy(&hash.finalize())
        }
        match self {
            Self::Sha256 => run::<Sha256>(parts),
            #[cfg(any(feature = "p384", feature = "rsa"))]
            Self::Sha384 => run::<Sha384>(parts),
            #[cfg(feature = "rsa")]
            Self::Sha512 => run::<Sha512>(parts),
            #[allow(unreachable_patterns, reason = "reached where a feature is off")]
            _ => Digest::copy(&[]),
        }
    }
}
