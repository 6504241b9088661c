//! Signature algorithms and sets of them.

use core::fmt;

/// A signature algorithm of JSON Web Signature
/// ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
/// [RFC 8037, section 3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1)).
///
/// There is no `none`.
///
/// ```
/// use gatepost::Algorithm;
///
/// assert_eq!(Algorithm::from_name("ES256"), Some(Algorithm::Es256));
/// assert_eq!(Algorithm::from_name("none"), None);
/// assert_eq!(Algorithm::Es256.name(), "ES256");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 bytes.
    Ps512,
    /// ECDSA with P-256 and SHA-256; the signature is r and s, 32 bytes each.
    Es256,
    /// ECDSA with P-384 and SHA-384; the signature is r and s, 48 bytes each.
    Es384,
    /// EdDSA with Ed25519; also under its name `Ed25519` of
    /// [RFC 9864](https://www.rfc-editor.org/rfc/rfc9864).
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

const NAMES: [(Algorithm, &str); 12] = [
    (Algorithm::Rs256, "RS256"),
    (Algorithm::Rs384, "RS384"),
    (Algorithm::Rs512, "RS512"),
    (Algorithm::Ps256, "PS256"),
    (Algorithm::Ps384, "PS384"),
    (Algorithm::Ps512, "PS512"),
    (Algorithm::Es256, "ES256"),
    (Algorithm::Es384, "ES384"),
    (Algorithm::EdDsa, "EdDSA"),
    (Algorithm::Hs256, "HS256"),
    (Algorithm::Hs384, "HS384"),
    (Algorithm::Hs512, "HS512"),
];

impl Algorithm {
    /// Every algorithm there is.
    #[expect(clippy::indexing_slicing, reason = "run by the compiler alone")]
    pub const ALL: [Self; NAMES.len()] = {
        let mut all = [Self::Rs256; NAMES.len()];
        let mut i = 0;
        while i < NAMES.len() {
            all[i] = NAMES[i].0;
            i += 1;
        }
        all
    };

    /// The algorithm of this name, as the `alg` of a header or a key has it: exact, with its
    /// case. `Ed25519` is another name of [`Algorithm::EdDsa`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        // The letters one by one: less code than to compare with each of the names. That it agrees
        // with `NAMES` is tested.
        let [kind, b'S', hash @ ..] = name.as_bytes() else {
            return matches!(name, "EdDSA" | "Ed25519").then_some(Self::EdDsa);
        };
        let [small, medium, large] = match kind {
            b'R' => [Self::Rs256, Self::Rs384, Self::Rs512].map(Some),
            b'P' => [Self::Ps256, Self::Ps384, Self::Ps512].map(Some),
            b'E' => [Some(Self::Es256), Some(Self::Es384), None],
            b'H' => [Self::Hs256, Self::Hs384, Self::Hs512].map(Some),
            _ => return None,
        };
        match hash {
            b"256" => small,
            b"384" => medium,
            b"512" => large,
            _ => None,
        }
    }

    /// The registered name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// Whether signing and verifying take the same secret.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Whether the key is one of RSA.
    pub(crate) const fn is_rsa(self) -> bool {
        matches!(
            self,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512
        )
    }

    #[expect(clippy::as_conversions, reason = "discriminants are below 12")]
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of algorithms.
///
/// ```
/// use gatepost::{Algorithm, Algorithms};
///
/// let allowed = Algorithms::from([Algorithm::Rs256, Algorithm::Es256]);
/// assert!(allowed.contains(Algorithm::Es256));
/// assert!(!allowed.contains(Algorithm::Hs256));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Algorithms {
    bits: u16,
}

impl Algorithms {
    /// None.
    pub const NONE: Self = Self { bits: 0 };

    /// All that verify with a public key.
    pub const ASYMMETRIC: Self = Self { bits: ((1 << NAMES.len()) - 1) & !Self::SYMMETRIC.bits };

    /// All that verify with a shared secret.
    pub const SYMMETRIC: Self =
        Self::NONE.with(Algorithm::Hs256).with(Algorithm::Hs384).with(Algorithm::Hs512);

    /// This set and one algorithm more.
    #[must_use]
    pub const fn with(self, algorithm: Algorithm) -> Self {
        Self { bits: self.bits | algorithm.bit() }
    }

    /// Whether `algorithm` is in the set.
    #[must_use]
    pub const fn contains(self, algorithm: Algorithm) -> bool {
        self.bits & algorithm.bit() != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The algorithms of the set, in the order of [`Algorithm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().filter(move |algorithm| self.contains(*algorithm))
    }
}

impl FromIterator<Algorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        algorithms.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<&[Algorithm]> for Algorithms {
    fn from(algorithms: &[Algorithm]) -> Self {
        algorithms.iter().copied().collect()
    }
}

impl<const N: usize> From<[Algorithm; N]> for Algorithms {
    fn from(algorithms: [Algorithm; N]) -> Self {
        algorithms.into_iter().collect()
    }
}

impl From<Algorithm> for Algorithms {
    fn from(algorithm: Algorithm) -> Self {
        Self::NONE.with(algorithm)
    }
}

impl fmt::Debug for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
        for name in ["none", "None", "NONE", "", "rs256", "RS256 ", "ES512", "Ed448"] {
            assert_eq!(Algorithm::from_name(name), None);
        }
    }

    #[test]
    fn every_algorithm_is_either_symmetric_or_not() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithms::SYMMETRIC.contains(algorithm), algorithm.is_symmetric());
            assert_eq!(Algorithms::ASYMMETRIC.contains(algorithm), !algorithm.is_symmetric());
        }
        assert_eq!(Algorithms::ASYMMETRIC.iter().count(), 9);
    }
}
