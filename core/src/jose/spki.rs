//! Public keys as PEM and DER: SubjectPublicKeyInfo
//! ([RFC 5280, section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7)) and
//! PKCS#1 ([RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).

use spki::SubjectPublicKeyInfo;
use spki::der::asn1::{BitStringRef, ObjectIdentifier, UintRef};
use spki::der::{AnyRef, Decode, Reader, SliceReader};

use super::{Algorithm, KeyMaterial, ParsedKey};
use crate::Reason;
use crate::limits::MAX_RSA_BITS;

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Room for the largest key: an RSA modulus and 64 bytes of wrapping.
const MAX_DER_LEN: usize = MAX_RSA_BITS / 8 + 64;

/// Reads one PEM block ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), `PUBLIC KEY` or
/// `RSA PUBLIC KEY`, and hands the key to `use_key`.
pub(crate) fn pem<T>(
    pem: &[u8],
    algorithm: Option<Algorithm>,
    use_key: impl FnOnce(&ParsedKey<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    let label = pem_rfc7468::decode_label(pem).map_err(|_| Reason::InvalidKey)?;
    if label.ends_with("PRIVATE KEY") {
        return Err(Reason::PrivateKey);
    }
    let mut memory = [0; MAX_DER_LEN];
    let (label, der) = pem_rfc7468::decode(pem, &mut memory).map_err(|error| match error {
        pem_rfc7468::Error::Length => Reason::UnsupportedKey,
        _ => Reason::InvalidKey,
    })?;
    match label {
        "PUBLIC KEY" => subject_public_key_info(der, algorithm, use_key),
        "RSA PUBLIC KEY" => use_key(&rsa(der, algorithm)?),
        _ => Err(Reason::UnsupportedKey),
    }
}

/// Reads a DER-encoded SubjectPublicKeyInfo and hands the key to `use_key`.
pub(crate) fn subject_public_key_info<T>(
    der: &[u8],
    algorithm: Option<Algorithm>,
    use_key: impl FnOnce(&ParsedKey<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    let info = SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(der)
        .map_err(|_| Reason::InvalidKey)?;
    let bytes = info.subject_public_key.as_bytes().ok_or(Reason::InvalidKey)?;
    if info.algorithm.oid == RSA_ENCRYPTION {
        return use_key(&rsa(bytes, algorithm)?);
    }
    let material = if info.algorithm.oid == ED25519 {
        KeyMaterial::Ed25519(bytes.try_into().map_err(|_| Reason::InvalidKey)?)
    } else if info.algorithm.oid == EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters_oid().map_err(|_| Reason::UnsupportedKey)?;
        if curve == P256 {
            let [x, y] = coordinates(bytes)?;
            KeyMaterial::P256 { x, y }
        } else if curve == P384 {
            let [x, y] = coordinates(bytes)?;
            KeyMaterial::P384 { x, y }
        } else {
            return Err(Reason::UnsupportedKey);
        }
    } else {
        return Err(Reason::UnsupportedKey);
    };
    use_key(&ParsedKey::with_default(algorithm, material, Algorithm::Rs256)?)
}

fn rsa(der: &[u8], algorithm: Option<Algorithm>) -> Result<ParsedKey<'_>, Reason> {
    let numbers = || {
        let mut reader = SliceReader::new(der)?;
        let numbers = reader.sequence(|numbers| -> spki::der::Result<_> {
            Ok((UintRef::decode(numbers)?, UintRef::decode(numbers)?))
        })?;
        reader.finish()?;
        Ok(numbers)
    };
    let (modulus, exponent) = numbers().map_err(|_: spki::der::Error| Reason::InvalidKey)?;
    let material = KeyMaterial::Rsa { modulus: modulus.as_bytes(), exponent: exponent.as_bytes() };
    ParsedKey::with_default(algorithm, material, Algorithm::Rs256)
}

/// The coordinates of an uncompressed point
/// ([SEC 1, section 2.3.3](https://www.secg.org/sec1-v2.pdf)).
fn coordinates<const LEN: usize>(point: &[u8]) -> Result<[&[u8; LEN]; 2], Reason> {
    match point {
        [0x04, coordinates @ ..] => {
            let (x, rest) = coordinates.split_first_chunk().ok_or(Reason::InvalidKey)?;
            Ok([x, rest.try_into().map_err(|_| Reason::InvalidKey)?])
        }
        // A compressed point would have to be computed; nobody publishes one.
        [0x02 | 0x03, ..] => Err(Reason::UnsupportedKey),
        _ => Err(Reason::InvalidKey),
    }
}
