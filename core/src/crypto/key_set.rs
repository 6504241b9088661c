//! A set of keys that owns its slots.

use core::fmt;

use heapless::Vec;

use super::{KeySlot, Keys, PublicKey, SkippedKey, VerifyingKey, load};
use crate::limits::MAX_KEYS;
use crate::{Algorithm, Algorithms, ImportOptions, ParsedKey, Reason};

/// Up to `N` keys, by value: about 1.3 KB each.
///
/// For a server's or a device's few keys. Where there are many, or the keys are of a type with
/// large tables, [`load`] fills slots that live wherever the caller wants.
///
/// ```
/// use gatepost::{Algorithm, KeySet};
///
/// // The key of RFC 8037, appendix A.2.
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let keys: KeySet<4> = KeySet::from_jwks(jwks)?;
/// let key = keys.keys().iter().next().unwrap();
/// assert_eq!((key.key_id(), key.algorithm()), (Some("1"), Algorithm::EdDsa));
///
/// // The signature of appendix A.4 (whose header names no key).
/// let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCj\
///     P0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// let mut memory = [0; 256];
/// let payload = keys.verify_signature(jws, Algorithm::EdDsa, &mut memory)?;
/// assert_eq!(payload, b"Example of Ed25519 signing");
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone)]
pub struct KeySet<const N: usize, K = PublicKey> {
    slots: [Option<KeySlot<K>>; N],
    skipped: Vec<(u16, Reason), MAX_SKIPPED>,
    skipped_count: usize,
}

/// How many skipped keys a set remembers one by one.
const MAX_SKIPPED: usize = 32;
const _: () = assert!(MAX_KEYS <= 0xffff);

impl<const N: usize> KeySet<N> {
    /// Reads a JSON Web Key Set of public keys
    /// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    ///
    /// What is read and refused, and the errors, are those of [`load`].
    ///
    /// # Errors
    ///
    /// Those of [`load`].
    pub fn from_jwks(jwks: impl AsRef<[u8]>) -> Result<Self, Reason> {
        Self::from_jwks_with(jwks, ImportOptions::default())
    }

    /// Like [`from_jwks`](Self::from_jwks), with options.
    ///
    /// # Errors
    ///
    /// Those of [`load`].
    pub fn from_jwks_with(jwks: impl AsRef<[u8]>, options: ImportOptions) -> Result<Self, Reason> {
        Self::load(jwks, options, PublicKey::new)
    }

    /// A set of one public key in PEM: see [`KeySlot::from_pem`].
    ///
    /// # Errors
    ///
    /// Those of [`KeySlot::from_pem`].
    #[cfg(feature = "pem")]
    pub fn from_pem(
        pem: impl AsRef<[u8]>,
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
    ) -> Result<Self, Reason> {
        KeySlot::from_pem(pem, algorithm, key_id, PublicKey::new).and_then(Self::of_one)
    }

    /// A set of one public key in DER: see [`KeySlot::from_der`].
    ///
    /// # Errors
    ///
    /// Those of [`KeySlot::from_der`].
    #[cfg(feature = "pem")]
    pub fn from_der(
        der: impl AsRef<[u8]>,
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
    ) -> Result<Self, Reason> {
        KeySlot::from_der(der, algorithm, key_id, PublicKey::new).and_then(Self::of_one)
    }

    /// A set of one shared secret: see [`KeySlot::from_secret`]. It is copied in prepared form,
    /// and wiped when the set is dropped.
    ///
    /// # Errors
    ///
    /// Those of [`KeySlot::from_secret`].
    pub fn from_secret(
        secret: impl AsRef<[u8]>,
        algorithm: Algorithm,
        key_id: Option<&str>,
    ) -> Result<Self, Reason> {
        KeySlot::from_secret(secret, algorithm, key_id, PublicKey::new).and_then(Self::of_one)
    }
}

impl<const N: usize, K> KeySet<N, K> {
    /// Reads a JSON Web Key Set and prepares its keys with `make`.
    ///
    /// # Errors
    ///
    /// Those of [`load`].
    pub fn load(
        jwks: impl AsRef<[u8]>,
        options: ImportOptions,
        make: impl FnMut(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        let mut set = Self::empty();
        let Self { slots, skipped, skipped_count } = &mut set;
        load(jwks.as_ref(), options, slots, make, |key: SkippedKey<'_>| {
            if let Ok(index) = u16::try_from(key.index) {
                // The first ones are kept one by one, the others counted.
                let _ = skipped.push((index, key.reason));
            }
            *skipped_count = skipped_count.saturating_add(1);
        })?;
        Ok(set)
    }

    /// The keys that were left out: their places in the JWK Set, counted from zero, and why; the
    /// first 32 of them.
    pub fn skipped(&self) -> impl Iterator<Item = (usize, Reason)> + '_ {
        self.skipped.iter().map(|(index, reason)| (usize::from(*index), *reason))
    }

    /// How many keys were left out.
    #[must_use]
    pub const fn skipped_count(&self) -> usize {
        self.skipped_count
    }

    /// A view of the keys.
    #[must_use]
    pub fn keys(&self) -> Keys<'_, K> {
        Keys::from(self.slots.as_slice())
    }

    fn of_one(slot: KeySlot<K>) -> Result<Self, Reason> {
        let mut set = Self::empty();
        *set.slots.first_mut().ok_or(Reason::TooManyKeys)? = Some(slot);
        Ok(set)
    }

    const fn empty() -> Self {
        Self { slots: [const { None }; N], skipped: Vec::new(), skipped_count: 0 }
    }
}

impl<const N: usize, K: VerifyingKey> KeySet<N, K> {
    /// Checks the signature of a compact JWS and returns its payload: see
    /// [`Keys::verify_signature`].
    ///
    /// # Errors
    ///
    /// Those of [`Keys::verify_signature`].
    pub fn verify_signature<'t>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        algorithms: impl Into<Algorithms>,
        memory: &'t mut [u8],
    ) -> Result<&'t [u8], Reason> {
        self.keys().verify_signature(compact, algorithms, memory)
    }
}

impl<'k, const N: usize, K> From<&'k KeySet<N, K>> for Keys<'k, K> {
    fn from(set: &'k KeySet<N, K>) -> Self {
        set.keys()
    }
}

impl<const N: usize, K> fmt::Debug for KeySet<N, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("keys", &self.keys())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
