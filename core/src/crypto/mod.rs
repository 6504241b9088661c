//! Signatures: what a key is, the keys this crate brings, and sets of them.

use crate::{Algorithm, Reason};

mod cache;
mod constant_time;
#[cfg_attr(
    not(any(feature = "p256", feature = "p384", feature = "rs256")),
    allow(dead_code, reason = "the other algorithms hash on their own")
)]
mod digest;
#[cfg(any(feature = "p384", feature = "rustcrypto"))]
mod ecdsa;
#[cfg(feature = "ed25519")]
mod ed25519;
#[cfg(feature = "hmac")]
mod hmac;
mod key_set;
#[cfg(feature = "p256")]
pub(crate) mod p256;
#[cfg_attr(
    not(feature = "rs256"),
    allow(unreachable_code, unused_imports, unused_variables, reason = "fewer kinds need less")
)]
mod public_key;
mod recall;
#[cfg(feature = "rustcrypto")]
mod reference;
#[cfg(feature = "rs256")]
pub(crate) mod rsa;
#[cfg(feature = "mcp")]
mod seal;
mod secret;
mod slots;
mod strength;
mod thumbprint;

#[cfg(feature = "p256")]
pub use self::p256::{P256Table, PreparedP256, TableEntry};
pub use cache::{FixedTokenCache, NoTokenCache, TokenCache};
pub(crate) use constant_time::is_equal;
pub use key_set::KeySet;
pub use public_key::PublicKey;
pub use recall::KnownToken;
pub(crate) use recall::digest;
#[cfg(feature = "rustcrypto")]
pub use reference::ReferenceKey;
#[cfg(feature = "mcp")]
pub(crate) use seal::{Message, TAG_LEN};
#[cfg(feature = "mcp")]
pub use seal::{SealKey, SealKeys};
pub use slots::{KeySlot, Keys, SkippedKey, load};

/// A key that can verify signatures.
///
/// [`PublicKey`] is the one this crate brings; whoever has faster or otherwise certified code
/// implements this for a type of their own and fills slots with it through [`load`].
///
/// ```
/// use gatepost::{Algorithm, Reason, VerifyingKey};
///
/// /// A key that counts what it is asked, and refuses it all.
/// struct Refusing(core::cell::Cell<u32>);
///
/// impl VerifyingKey for Refusing {
///     fn verify(
///         &self,
///         _algorithm: Algorithm,
///         _message: &[u8],
///         _prehash: Option<&[u8]>,
///         _signature: &[u8],
///     ) -> Result<(), Reason> {
///         self.0.set(self.0.get() + 1);
///         Err(Reason::InvalidSignature)
///     }
/// }
/// ```
pub trait VerifyingKey {
    /// Checks that `signature` is this key's over `message`.
    ///
    /// `algorithm` is the one that the key was loaded for. `prehash` is the digest of `message`
    /// with the hash of `algorithm`, where it is known already; a digest of another length is not
    /// used.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidSignature`], whatever is wrong with it;
    /// [`Reason::KeyAlgorithmMismatch`] where the key cannot be one of `algorithm`.
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason>;
}

impl<K: VerifyingKey + ?Sized> VerifyingKey for &K {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        (**self).verify(algorithm, message, prehash, signature)
    }
}
