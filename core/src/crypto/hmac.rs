//! HMAC with SHA-2
//! ([RFC 7518, section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use crate::{Algorithm, Reason};

/// A shared secret, made ready for one algorithm. Wiped when dropped.
#[derive(Clone)]
pub(super) enum HmacKey {
    Hs256(Hmac<Sha256>),
    Hs384(Hmac<Sha384>),
    Hs512(Hmac<Sha512>),
}

impl HmacKey {
    pub(super) fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, Reason> {
        fn keyed<M: KeyInit>(secret: &[u8]) -> Result<M, Reason> {
            M::new_from_slice(secret).map_err(|_| Reason::InvalidKey)
        }
        match algorithm {
            Algorithm::Hs256 => keyed(secret).map(Self::Hs256),
            Algorithm::Hs384 => keyed(secret).map(Self::Hs384),
            Algorithm::Hs512 => keyed(secret).map(Self::Hs512),
            _ => Err(Reason::KeyAlgorithmMismatch),
        }
    }

    /// Compares the whole tag, in time that does not depend on where it differs.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        tag: &[u8],
    ) -> Result<(), Reason> {
        fn check<M: Mac + Clone>(key: &M, message: &[u8], tag: &[u8]) -> Result<(), Reason> {
            key.clone()
                .chain_update(message)
                .verify_slice(tag)
                .map_err(|_| Reason::InvalidSignature)
        }
        match (self, algorithm) {
            (Self::Hs256(key), Algorithm::Hs256) => check(key, message, tag),
            (Self::Hs384(key), Algorithm::Hs384) => check(key, message, tag),
            (Self::Hs512(key), Algorithm::Hs512) => check(key, message, tag),
            _ => Err(Reason::KeyAlgorithmMismatch),
        }
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey")
    }
}

/// Holds at compile time that the states which a secret is made into are wiped: the features of
/// the hash crates that do it are on.
const _: fn() = || {
    fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    wiped::<sha2::block_api::Sha256VarCore>();
    wiped::<sha2::block_api::Sha512VarCore>();
};
