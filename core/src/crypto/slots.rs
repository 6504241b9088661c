//! Slots for keys in memory of the caller's, and the choice of one for a token.

use core::fmt;

use heapless::Vec;
use zeroize::Zeroizing;

use super::strength;
use super::thumbprint::thumbprint;
use super::{NoTokenCache, PublicKey, TokenCache, VerifyingKey};
use crate::jose::{Head, Jwk, Parts};
use crate::limits::{MAX_KEY_ID_LEN, MAX_KEYS};
use crate::{Algorithm, Algorithms, ImportOptions, KeyMaterial, ParsedKey, Reason};

/// A key of a set: its identifier, its one algorithm, and what verifies.
#[derive(Clone)]
pub struct KeySlot<K = PublicKey> {
    key_id: Option<KeyId>,
    algorithm: Algorithm,
    /// Wiped when dropped: that of a shared secret would help to guess it. Of a key that was not
    /// read here there is none.
    thumbprint: Option<Zeroizing<[u8; 32]>>,
    key: K,
}

type KeyId = Vec<u8, MAX_KEY_ID_LEN, u8>;

impl<K> KeySlot<K> {
    /// Reads one public key in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)):
    /// `PUBLIC KEY` (SubjectPublicKeyInfo) or `RSA PUBLIC KEY` (PKCS#1); `make` prepares it.
    ///
    /// `algorithm` is that of the key's curve, or RS256, where it is `None`. A key without
    /// `key_id` serves tokens with any `kid`.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidKey`], [`Reason::KeyTooWeak`], [`Reason::UnsupportedKey`],
    /// [`Reason::KeyAlgorithmMismatch`]; [`Reason::PrivateKey`] for a private key; what `make`
    /// returns.
    #[cfg(feature = "pem")]
    pub fn from_pem(
        pem: impl AsRef<[u8]>,
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        make: impl FnOnce(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        crate::jose::pem(pem.as_ref(), algorithm, |key| Self::new(key, key_id, make))
    }

    /// Reads one public key in DER: a SubjectPublicKeyInfo
    /// ([RFC 5280, section 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    ///
    /// Otherwise like [`from_pem`](Self::from_pem).
    ///
    /// # Errors
    ///
    /// Those of [`from_pem`](Self::from_pem).
    #[cfg(feature = "pem")]
    pub fn from_der(
        der: impl AsRef<[u8]>,
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        make: impl FnOnce(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        crate::jose::subject_public_key_info(der.as_ref(), algorithm, |key| {
            Self::new(key, key_id, make)
        })
    }

    /// Takes a shared secret for the HMAC `algorithm`; `make` prepares it.
    ///
    /// `secret` is the secret itself, not base64, at least as long as the hash (32, 48 or 64
    /// bytes) and at most [`MAX_SECRET_LEN`](crate::limits::MAX_SECRET_LEN).
    ///
    /// # Errors
    ///
    /// [`Reason::KeyTooWeak`] for a short secret; [`Reason::KeyNotForVerification`] for a public
    /// key in whatever form; [`Reason::KeyAlgorithmMismatch`] for an algorithm with a public key;
    /// [`Reason::InvalidKey`] for a secret or a `key_id` that is too long; what `make` returns.
    pub fn from_secret(
        secret: impl AsRef<[u8]>,
        algorithm: Algorithm,
        key_id: Option<&str>,
        make: impl FnOnce(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        if !algorithm.is_symmetric() {
            return Err(Reason::KeyAlgorithmMismatch);
        }
        let material = KeyMaterial::Symmetric(secret.as_ref());
        Self::new(&ParsedKey { algorithm, material }, key_id, make)
    }

    /// Takes a key that the caller has made and vouches for, for one `algorithm`.
    ///
    /// For a device that is built with its one key, and for keys that never were a JSON Web Key:
    /// nothing is read or checked, so that nothing that reads or checks is linked. The slot has no
    /// [`thumbprint`](Self::thumbprint), and a [`TokenCache`] remembers none of its tokens. A key
    /// without `key_id`, of at most [`MAX_KEY_ID_LEN`] bytes, serves tokens with any `kid`.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidKey`] for a `key_id` that is too long.
    ///
    /// ```
    /// # #[cfg(feature = "ed25519")] {
    /// use gatepost::{Algorithm, KeyMaterial, KeySlot, Keys, ParsedKey, PublicKey};
    ///
    /// // The key and the signature of RFC 8037, appendix A (whose header names no key).
    /// let point = b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\
    ///     \x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
    /// let parsed = ParsedKey::new(Algorithm::EdDsa, KeyMaterial::Ed25519(point))?;
    /// let slot = [Some(KeySlot::from_key(PublicKey::new(&parsed)?, Algorithm::EdDsa, None)?)];
    /// let keys = Keys::from(&slot[..]);
    ///
    /// let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCj\
    ///     P0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    /// let mut memory = [0; 256];
    /// let payload = keys.verify_signature(jws, Algorithm::EdDsa, &mut memory)?;
    /// assert_eq!(payload, b"Example of Ed25519 signing");
    /// # }
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    pub fn from_key(key: K, algorithm: Algorithm, key_id: Option<&str>) -> Result<Self, Reason> {
        Ok(Self { key_id: to_key_id(key_id)?, algorithm, thumbprint: None, key })
    }

    /// Takes the key that a proof of possession brings; `make` prepares it.
    ///
    /// # Errors
    ///
    /// [`Reason::KeyAlgorithmMismatch`] where the key is not one of `algorithm`; all else that is
    /// wrong with a key.
    #[cfg(feature = "mcp")]
    pub(crate) fn from_proof(
        key: &Jwk<'_>,
        algorithm: Algorithm,
        make: impl FnOnce(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        let mut options = ImportOptions::default();
        if algorithm.is_rsa() {
            options.rsa_algorithm = algorithm;
        }
        key.parse(options, |parsed| {
            if parsed.algorithm != algorithm {
                return Err(Reason::KeyAlgorithmMismatch);
            }
            Self::new(parsed, None, make)
        })
    }

    /// Checks a parsed key and prepares it with `make`.
    fn new(
        parsed: &ParsedKey<'_>,
        key_id: Option<&str>,
        make: impl FnOnce(&ParsedKey<'_>) -> Result<K, Reason>,
    ) -> Result<Self, Reason> {
        let key_id = to_key_id(key_id)?;
        strength::check(parsed)?;
        Ok(Self {
            key_id,
            algorithm: parsed.algorithm,
            thumbprint: Some(Zeroizing::new(thumbprint(parsed))),
            key: make(parsed)?,
        })
    }

    /// The key's identifier (`kid`), if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_ref().and_then(|id| core::str::from_utf8(id).ok())
    }

    /// The one algorithm that the key is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The SHA-256 thumbprint of the key
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)), 32 bytes; `None` for a shared secret,
    /// which its thumbprint would help to guess, and for a key that came
    /// [as it is](Self::from_key).
    #[must_use]
    pub fn thumbprint(&self) -> Option<&[u8; 32]> {
        self.thumbprint.as_deref().filter(|_| !self.algorithm.is_symmetric())
    }

    /// What verifies.
    #[must_use]
    pub const fn key(&self) -> &K {
        &self.key
    }

    fn is_named(&self, key_id: &str) -> bool {
        self.key_id.as_ref().is_some_and(|id| id.as_slice() == key_id.as_bytes())
    }
}

fn to_key_id(key_id: Option<&str>) -> Result<Option<KeyId>, Reason> {
    key_id.map(|id| KeyId::from_slice(id.as_bytes()).map_err(|_| Reason::InvalidKey)).transpose()
}

impl<K> fmt::Debug for KeySlot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySlot")
            .field("key_id", &self.key_id())
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// A key that was left out of a set, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedKey<'a> {
    /// Its place in the set, counted from zero.
    pub index: usize,
    /// Its identifier (`kid`), if it has one that can be read.
    pub key_id: Option<&'a str>,
    /// Why it was left out.
    pub reason: Reason,
}

/// Reads a JSON Web Key Set ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5))
/// into `slots` and returns how many keys it put there.
///
/// `jwks` is JSON of at most [`MAX_JWK_SET_LEN`](crate::limits::MAX_JWK_SET_LEN) bytes, with at
/// most [`MAX_KEYS`] keys. `make` prepares each key. A key that cannot be used is left out and
/// handed to `skipped`; the others are loaded all the same. The slots are cleared first, and are
/// all empty after an error.
///
/// # Errors
///
/// The set is refused as a whole for the reasons of the JSON reader, and with
///
/// * [`Reason::MixedKeySet`]: shared secrets and public keys in one set, or a public key where
///   the options announce secrets;
/// * [`Reason::KeyAmbiguous`]: two keys that differ have the same `kid` and algorithm;
/// * [`Reason::TooManyKeys`]: more usable keys than slots, or more than [`MAX_KEYS`];
/// * [`Reason::KeyNotFound`]: the set is empty;
/// * the reason of the first key, where every key was left out;
/// * [`Reason::Misuse`]: the options name an algorithm for RSA keys that is none of RSA.
///
/// ```
/// use gatepost::{ImportOptions, KeySlot, Keys, PublicKey, load};
///
/// let jwks = br#"{"keys":[
///     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///     {"kty":"RSA","kid":"2","n":"AQAB","e":"AQAB"}]}"#;
/// let mut slots: [Option<KeySlot<PublicKey>>; 4] = [const { None }; 4];
/// let mut skipped = None;
/// let loaded = load(jwks, ImportOptions::default(), &mut slots, PublicKey::new, |key| {
///     skipped = Some((key.index, key.reason));
/// })?;
/// assert_eq!(loaded, 1);
/// assert_eq!(skipped, Some((1, gatepost::Reason::KeyTooWeak)));
/// let keys = Keys::from(&slots[..]);
/// assert_eq!(keys.iter().next().unwrap().key_id(), Some("1"));
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub fn load<K>(
    jwks: &[u8],
    options: ImportOptions,
    slots: &mut [Option<KeySlot<K>>],
    mut make: impl FnMut(&ParsedKey<'_>) -> Result<K, Reason>,
    mut skipped: impl FnMut(SkippedKey<'_>),
) -> Result<usize, Reason> {
    slots.iter_mut().for_each(|slot| *slot = None);
    if !options.rsa_algorithm.is_rsa() {
        return Err(Reason::Misuse);
    }
    let mut index = 0_usize;
    let mut loaded = 0_usize;
    let mut is_symmetric = None;
    let mut first_reason = Reason::KeyNotFound;

    let mut take = |jwk: Jwk<'_>| {
        if index >= MAX_KEYS {
            return Err(Reason::TooManyKeys);
        }
        let is_mixed = *is_symmetric.get_or_insert(jwk.is_symmetric()) != jwk.is_symmetric();
        if is_mixed || options.symmetric && !jwk.is_symmetric() {
            return Err(Reason::MixedKeySet);
        }
        let mut memory = [0; MAX_KEY_ID_LEN];
        let key_id = jwk.key_id(&mut memory);
        let slot = key_id.and_then(|key_id| {
            jwk.parse(options, |parsed| KeySlot::new(parsed, key_id, &mut make))
        });
        match slot {
            Ok(slot) => loaded = loaded.saturating_add(usize::from(insert(slots, slot)?)),
            // Memory or a mistake of the caller's, nothing of the key's.
            Err(reason) if reason.number() >= 900 => return Err(reason),
            Err(reason) => {
                if index == 0 {
                    first_reason = reason;
                }
                skipped(SkippedKey { index, key_id: key_id.ok().flatten(), reason });
            }
        }
        index = index.saturating_add(1);
        Ok(())
    };
    let read = Jwk::read_set(jwks, &mut take);
    let result = match read {
        Ok(()) if loaded == 0 => Err(first_reason),
        Ok(()) => Ok(loaded),
        Err(reason) => Err(reason),
    };
    if result.is_err() {
        slots.iter_mut().for_each(|slot| *slot = None);
    }
    result
}

/// Puts `slot` into the first empty one and says whether it did: an equal key that is there
/// already serves for both.
fn insert<K>(slots: &mut [Option<KeySlot<K>>], slot: KeySlot<K>) -> Result<bool, Reason> {
    for place in slots {
        match place {
            None => {
                *place = Some(slot);
                return Ok(true);
            }
            Some(other) if other.key_id == slot.key_id && other.algorithm == slot.algorithm => {
                if other.thumbprint == slot.thumbprint {
                    return Ok(false);
                }
                // Without an identifier several may stand side by side; a token that names none
                // is then ambiguous.
                if slot.key_id.is_some() {
                    return Err(Reason::KeyAmbiguous);
                }
            }
            Some(_) => {}
        }
    }
    Err(Reason::TooManyKeys)
}

/// A view of the keys that a token may be signed with.
///
/// It is made from a [`KeySet`](crate::KeySet) or from slots of the caller's. Of several slots with
/// one `kid` and algorithm, which [`load`] does not allow, the first is meant. `C` remembers tokens
/// whose signature was found good.
pub struct Keys<'k, K = PublicKey, C = NoTokenCache> {
    slots: &'k [Option<KeySlot<K>>],
    pub(super) cache: C,
}

impl<'k, K: VerifyingKey, C: TokenCache> Keys<'k, K, C> {
    /// Checks the signature of a compact JWS and returns its payload, whatever it holds: no claim
    /// is looked at ([RFC 7515, section 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)).
    ///
    /// `compact` has at most [`MAX_TOKEN_LEN`](crate::limits::MAX_TOKEN_LEN) characters;
    /// `memory` takes the decoded header, payload and signature. The result lies in `memory`.
    ///
    /// # Errors
    ///
    /// The reasons of the form, the header, the keys and the signature, or
    /// [`Reason::MemoryTooSmall`].
    pub fn verify_signature<'t>(
        &self,
        compact: &'t (impl AsRef<[u8]> + ?Sized),
        algorithms: impl Into<Algorithms>,
        memory: &'t mut [u8],
    ) -> Result<&'t [u8], Reason> {
        let (head, memory) = Head::parse(Parts::split(compact.as_ref())?, memory)?;
        if !algorithms.into().contains(head.algorithm()) {
            return Err(Reason::AlgorithmNotAllowed);
        }
        head.require_extensions()?;
        let (payload, memory) = head.decode_payload(memory)?;
        let (signature, _) = head.decode_signature(memory)?;
        let slot = self.find(&head)?;
        slot.key.verify(slot.algorithm, head.signing_input(), None, signature)?;
        Ok(payload)
    }
}

impl<'k, K, C: Copy> Keys<'k, K, C> {
    /// The same keys, with a cache for tokens whose signature was found good: a reference to a
    /// [`FixedTokenCache`](crate::FixedTokenCache), usually.
    ///
    /// Only [`Policy::validate`](crate::Policy::validate) and what is made of it use it.
    pub fn remembering<D: TokenCache>(self, cache: D) -> Keys<'k, K, D> {
        Keys { slots: self.slots, cache }
    }
}

impl<'k, K, C> Keys<'k, K, C> {
    /// The algorithms of a policy that names none: those with a public key, or, where the keys
    /// are shared secrets, those with a secret.
    pub(crate) fn default_algorithms(&self) -> Algorithms {
        match self.iter().next() {
            Some(slot) if slot.algorithm.is_symmetric() => Algorithms::SYMMETRIC,
            _ => Algorithms::ASYMMETRIC,
        }
    }

    /// The keys, in the order in which they were loaded.
    pub fn iter(&self) -> impl Iterator<Item = &'k KeySlot<K>> + use<'k, K, C> {
        self.slots.iter().flatten()
    }

    /// The one key that a header with this `kid` and `alg` can mean.
    pub(crate) fn find(&self, head: &Head<'_>) -> Result<&'k KeySlot<K>, Reason> {
        let algorithm = head.algorithm();
        let Some(key_id) = head.key_id() else {
            return only(self.iter().filter(|slot| slot.algorithm == algorithm));
        };
        let mut is_known = false;
        for slot in self.iter().filter(|slot| slot.is_named(key_id)) {
            if slot.algorithm == algorithm {
                return Ok(slot);
            }
            is_known = true;
        }
        if is_known {
            return Err(Reason::KeyAlgorithmMismatch);
        }
        // Keys that were loaded without a name cannot be told apart by it.
        only(self.iter().filter(|slot| slot.key_id.is_none() && slot.algorithm == algorithm))
    }
}

fn only<'k, K>(mut slots: impl Iterator<Item = &'k KeySlot<K>>) -> Result<&'k KeySlot<K>, Reason> {
    let slot = slots.next().ok_or(Reason::KeyNotFound)?;
    if slots.next().is_some() { Err(Reason::KeyAmbiguous) } else { Ok(slot) }
}

impl<K, C: Copy> Clone for Keys<'_, K, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, C: Copy> Copy for Keys<'_, K, C> {}

impl<'k, K> From<&'k [Option<KeySlot<K>>]> for Keys<'k, K> {
    fn from(slots: &'k [Option<KeySlot<K>>]) -> Self {
        Self { slots, cache: NoTokenCache }
    }
}

impl<K, C> fmt::Debug for Keys<'_, K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_as_it_is_has_a_name_and_no_thumbprint() {
        let slot = KeySlot::from_key((), Algorithm::Es256, Some("1")).unwrap();
        assert_eq!((slot.key_id(), slot.algorithm()), (Some("1"), Algorithm::Es256));
        assert_eq!(slot.thumbprint(), None);
        let long = "k".repeat(MAX_KEY_ID_LEN + 1);
        let refused = KeySlot::from_key((), Algorithm::Es256, Some(&long));
        assert_eq!(refused.unwrap_err(), Reason::InvalidKey);
        assert_eq!(KeySlot::from_key((), Algorithm::Es256, None).unwrap().key_id(), None);
    }
}
