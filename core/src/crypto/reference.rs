//! Keys that widely reviewed crates verify with.

use core::fmt;

use rsa::BoxedUint;
use sha2::{Sha256, Sha384, Sha512};

use super::digest::Digest;
use super::ecdsa::ReferenceP256Key;
use crate::{Algorithm, KeyMaterial, ParsedKey, PublicKey, Reason, VerifyingKey};

/// A key that is verified by the crates [`p256`](https://docs.rs/p256) and
/// [`rsa`](https://docs.rs/rsa), where [`PublicKey`] has code of its own.
///
/// It is what tests and fuzzing compare with, and the choice of those who want nothing but widely
/// reviewed code: the verdicts are the same, it is several times slower, and RSA allocates. The
/// other kinds are those of [`PublicKey`], which are crates anyway.
///
/// ```
/// use gatepost::{Algorithm, ImportOptions, KeySet, Reason, ReferenceKey};
///
/// // The key of RFC 7515, appendix A.3, and its token with another signature.
/// let jwks = r#"{"keys":[{"kty":"EC","crv":"P-256",
///     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
///     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
/// let keys: KeySet<4, ReferenceKey> =
///     KeySet::load(jwks, ImportOptions::default(), ReferenceKey::new)?;
/// let jws = "eyJhbGciOiJFUzI1NiJ9.e30.\
///     AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ";
/// let mut memory = [0; 256];
/// let verified = keys.verify_signature(jws, Algorithm::Es256, &mut memory);
/// assert_eq!(verified, Err(Reason::InvalidSignature));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone)]
pub struct ReferenceKey {
    kind: Kind,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a set has few keys, and most of one kind")]
enum Kind {
    Rsa(rsa::PublicKey),
    P256(ReferenceP256Key),
    Other(PublicKey),
}

impl ReferenceKey {
    /// Prepares a key.
    ///
    /// # Errors
    ///
    /// Those of [`PublicKey::new`].
    pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        let kind = match key.material {
            KeyMaterial::Rsa { modulus, exponent } => {
                let [modulus, exponent] = [modulus, exponent].map(BoxedUint::from_be_slice_vartime);
                let key = rsa::PublicKey::new(modulus, exponent);
                Kind::Rsa(key.map_err(|_| Reason::InvalidKey)?)
            }
            KeyMaterial::P256 { x, y } => Kind::P256(ReferenceP256Key::new(x, y)?),
            _ => Kind::Other(PublicKey::new(key)?),
        };
        Ok(Self { kind })
    }
}

impl VerifyingKey for ReferenceKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        let key = match &self.kind {
            Kind::Rsa(key) => key,
            Kind::P256(key) if algorithm == Algorithm::Es256 => {
                return key.verify(algorithm, message, prehash, signature);
            }
            Kind::P256(_) => return Err(Reason::KeyAlgorithmMismatch),
            Kind::Other(key) => return key.verify(algorithm, message, prehash, signature),
        };
        let digest = Digest::of(algorithm, message, prehash);
        let digest = digest.as_bytes();
        let verified = match algorithm {
            Algorithm::Rs256 => key.pkcs1v15_verify_prehash::<Sha256>(digest, signature),
            Algorithm::Rs384 => key.pkcs1v15_verify_prehash::<Sha384>(digest, signature),
            Algorithm::Rs512 => key.pkcs1v15_verify_prehash::<Sha512>(digest, signature),
            Algorithm::Ps256 => key.pss_verify_prehash::<Sha256>(digest, signature),
            Algorithm::Ps384 => key.pss_verify_prehash::<Sha384>(digest, signature),
            Algorithm::Ps512 => key.pss_verify_prehash::<Sha512>(digest, signature),
            _ => return Err(Reason::KeyAlgorithmMismatch),
        };
        verified.map_err(|_| Reason::InvalidSignature)
    }
}

impl fmt::Debug for ReferenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReferenceKey").finish_non_exhaustive()
    }
}
