//! ECDSA with P-256 and P-384
//! ([RFC 7518, section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)).

use super::digest::Digest;
use crate::{Algorithm, Reason};

macro_rules! curve {
    ($name:ident, $curve:ident, $len:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Debug)]
        pub(super) struct $name($curve::ecdsa::VerifyingKey);

        impl $name {
            /// The point must be on the curve.
            pub(super) fn new(x: &[u8; $len], y: &[u8; $len]) -> Result<Self, Reason> {
                let point = $curve::Sec1Point::from_affine_coordinates(x.into(), y.into(), false);
                $curve::ecdsa::VerifyingKey::from_sec1_point(&point)
                    .map(Self)
                    .map_err(|_| Reason::InvalidKey)
            }

            /// `signature` is r and s, as many bytes each as a coordinate; both are from 1 to
            /// below the group's order. High values of s are accepted: nothing in JOSE rules
            /// them out.
            pub(super) fn verify(
                &self,
                algorithm: Algorithm,
                message: &[u8],
                prehash: Option<&[u8]>,
                signature: &[u8],
            ) -> Result<(), Reason> {
                use $curve::ecdsa::signature::hazmat::PrehashVerifier;
                // The length is checked before anything is read or hashed.
                let signature = $curve::ecdsa::Signature::from_slice(signature)
                    .map_err(|_| Reason::InvalidSignature)?;
                let digest = Digest::of(algorithm, message, prehash);
                self.0
                    .verify_prehash(digest.as_bytes(), &signature)
                    .map_err(|_| Reason::InvalidSignature)
            }
        }
    };
}

#[cfg(feature = "rustcrypto")]
curve!(ReferenceP256Key, p256, 32, "A point on P-256, for the crate of that name.");
#[cfg(feature = "p384")]
curve!(P384Key, p384, 48, "A point on P-384.");
