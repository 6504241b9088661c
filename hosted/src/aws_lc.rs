//! Keys that AWS-LC verifies with.

use core::fmt;

use aws_lc_rs::signature::{
    self as aws_lc, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use aws_lc_rs::{digest, hmac};
use gatepost::{Algorithm, KeyMaterial, ParsedKey, PublicKey, Reason, VerifyingKey};

/// A key that is verified by [AWS-LC](https://github.com/aws/aws-lc), for those who want its code
/// or, with the feature `aws-lc-fips`, need its validated module.
///
/// All algorithms that [`PublicKey`] has. The same keys are accepted, and the same signatures but
/// for Ed25519: AWS-LC takes a signature whose point `R` has small order, which no honest signer
/// makes, and which [`PublicKey`] refuses.
///
/// ```
/// use gatepost::{Algorithm, ImportOptions, KeySet};
/// use gatepost_hosted::AwsLcKey;
///
/// // The key of RFC 8037, appendix A.2, and the signature of appendix A.4.
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let keys: KeySet<4, AwsLcKey> = KeySet::load(jwks, ImportOptions::default(), AwsLcKey::new)?;
/// let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCj\
///     P0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// let mut memory = [0; 256];
/// let payload = keys.verify_signature(jws, Algorithm::EdDsa, &mut memory)?;
/// assert_eq!(payload, b"Example of Ed25519 signing");
/// # Ok::<(), gatepost::Reason>(())
/// ```
#[derive(Clone)]
pub struct AwsLcKey {
    algorithm: Algorithm,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl AwsLcKey {
    /// Prepares a key.
    ///
    /// # Errors
    ///
    /// Those of [`PublicKey::new`].
    pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        // Which keys are good must not depend on who verifies with them.
        PublicKey::new(key)?;
        let algorithm = key.algorithm;
        let kind = match key.material {
            KeyMaterial::Symmetric(secret) => {
                Kind::Secret(Box::new(hmac::Key::new(hmac_algorithm(algorithm)?, secret)))
            }
            KeyMaterial::Rsa { modulus, exponent } => {
                let components = RsaPublicKeyComponents { n: modulus, e: exponent };
                let key = components.to_parsed_public_key(rsa_parameters(algorithm)?);
                Kind::Public(key.map_err(|_| Reason::InvalidKey)?)
            }
            KeyMaterial::P256 { x, y } => point(&aws_lc::ECDSA_P256_SHA256_FIXED, x, y)?,
            KeyMaterial::P384 { x, y } => point(&aws_lc::ECDSA_P384_SHA384_FIXED, x, y)?,
            KeyMaterial::Ed25519(x) => public(&aws_lc::ED25519, x)?,
            _ => return Err(Reason::UnsupportedKey),
        };
        Ok(Self { algorithm, kind })
    }
}

impl VerifyingKey for AwsLcKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        if algorithm != self.algorithm {
            return Err(Reason::KeyAlgorithmMismatch);
        }
        let verified = match (&self.kind, prehash.and_then(|digest| import(algorithm, digest))) {
            (Kind::Secret(key), _) => hmac::verify(key, message, signature),
            (Kind::Public(key), Some(digest)) => key.verify_digest_sig(&digest, signature),
            (Kind::Public(key), None) => key.verify_sig(message, signature),
        };
        verified.map_err(|_| Reason::InvalidSignature)
    }
}

impl fmt::Debug for AwsLcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsLcKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The digest in AWS-LC's form, where it can be used: the validated module hashes on its own.
fn import(algorithm: Algorithm, prehash: &[u8]) -> Option<digest::Digest> {
    let hash = match algorithm {
        _ if cfg!(feature = "aws-lc-fips") => return None,
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => &digest::SHA256,
        Algorithm::Es384 | Algorithm::Rs384 | Algorithm::Ps384 => &digest::SHA384,
        Algorithm::Rs512 | Algorithm::Ps512 => &digest::SHA512,
        _ => return None,
    };
    digest::Digest::import_less_safe(prehash, hash).ok()
}

fn point(
    algorithm: &'static dyn VerificationAlgorithm,
    x: &[u8],
    y: &[u8],
) -> Result<Kind, Reason> {
    // SEC 1, section 2.3.3: an uncompressed point.
    public(algorithm, &[&[4], x, y].concat())
}

fn public(algorithm: &'static dyn VerificationAlgorithm, bytes: &[u8]) -> Result<Kind, Reason> {
    ParsedPublicKey::new(algorithm, bytes).map(Kind::Public).map_err(|_| Reason::InvalidKey)
}

fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, Reason> {
    Ok(match algorithm {
        Algorithm::Rs256 => &aws_lc::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &aws_lc::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &aws_lc::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &aws_lc::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &aws_lc::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &aws_lc::RSA_PSS_2048_8192_SHA512,
        _ => return Err(Reason::KeyAlgorithmMismatch),
    })
}

fn hmac_algorithm(algorithm: Algorithm) -> Result<hmac::Algorithm, Reason> {
    Ok(match algorithm {
        Algorithm::Hs256 => hmac::HMAC_SHA256,
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        _ => return Err(Reason::KeyAlgorithmMismatch),
    })
}
