//! What every key must be, whoever prepares it.

use super::digest::Hash;
use super::secret::looks_like_a_public_key;
use crate::limits::{MAX_RSA_BITS, MAX_SECRET_LEN, MIN_RSA_BITS};
use crate::{KeyMaterial, ParsedKey, Reason};

/// Refuses keys that are too weak, too costly, or no keys.
///
/// # Errors
///
/// [`Reason::InvalidKey`], [`Reason::KeyTooWeak`], [`Reason::UnsupportedKey`], and
/// [`Reason::KeyNotForVerification`] for a public key where a secret is wanted.
pub(super) fn check(key: &ParsedKey<'_>) -> Result<(), Reason> {
    match key.material {
        KeyMaterial::Rsa { modulus, exponent } => check_rsa(modulus, exponent),
        KeyMaterial::Symmetric(secret) => check_secret(secret, Hash::of(key.algorithm).len()),
        // Whether a point is on its curve is found when it is prepared.
        KeyMaterial::P256 { .. } | KeyMaterial::P384 { .. } | KeyMaterial::Ed25519(_) => Ok(()),
    }
}

/// The exponent is odd and from 3 to 2^32 - 1: one is no encryption at all, and the cost of a
/// verification grows with its length.
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), Reason> {
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return Err(Reason::InvalidKey);
    };
    let unused = usize::try_from(first.leading_zeros()).unwrap_or(8);
    let bits = modulus.len().saturating_mul(8).saturating_sub(unused);
    if bits < MIN_RSA_BITS {
        return Err(Reason::KeyTooWeak);
    }
    if bits > MAX_RSA_BITS {
        return Err(Reason::UnsupportedKey);
    }
    if last & 1 == 0 {
        return Err(Reason::InvalidKey);
    }
    match rsa_exponent(exponent) {
        Some(exponent) if exponent >= 3 && exponent & 1 == 1 => {}
        _ => return Err(Reason::InvalidKey),
    }
    if has_roca_fingerprint(modulus) { Err(Reason::KeyTooWeak) } else { Ok(()) }
}

/// The exponent, if it has no more than 32 bits.
pub(super) fn rsa_exponent(exponent: &[u8]) -> Option<u32> {
    if exponent.len() > 4 {
        return None;
    }
    Some(exponent.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// At least as long as the hash
/// ([RFC 7518, section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
fn check_secret(secret: &[u8], hash_len: usize) -> Result<(), Reason> {
    if looks_like_a_public_key(secret) {
        return Err(Reason::KeyNotForVerification);
    }
    if secret.len() > MAX_SECRET_LEN {
        return Err(Reason::InvalidKey);
    }
    if secret.len() < hash_len { Err(Reason::KeyTooWeak) } else { Ok(()) }
}

/// Whether the modulus is one that the Infineon library of CVE-2017-15361 (ROCA) makes.
///
/// Its primes are powers of 65537 modulo the product of the first primes, so that the modulus is
/// one modulo each of them. Those of the published test are 3 to 167; a good modulus passes all
/// of them once in 2^27.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    ROCA.iter().all(|(prime, powers)| {
        let remainder = modulus.iter().fold(0_u32, |remainder, byte| {
            // Below 167 · 256 + 256.
            (remainder << 8 | u32::from(*byte)).checked_rem(*prime).unwrap_or(0)
        });
        let word = usize::try_from(remainder / 32).ok().and_then(|word| powers.get(word));
        word.is_some_and(|word| word >> (remainder % 32) & 1 == 1)
    })
}

const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Each prime with a bit for every power of 65537 modulo it.
#[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "run by the compiler alone")]
static ROCA: [(u32, [u32; 6]); ROCA_PRIMES.len()] = {
    let mut table = [(0, [0; 6]); ROCA_PRIMES.len()];
    let mut i = 0;
    while i < table.len() {
        let prime = ROCA_PRIMES[i];
        let (mut powers, mut power) = ([0; 6], 1);
        loop {
            powers[power as usize / 32] |= 1 << (power % 32);
            power = power * (65537 % prime) % prime;
            if power == 1 {
                break;
            }
        }
        table[i] = (prime, powers);
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_65537_are_marked_and_nothing_else() {
        for (prime, powers) in &ROCA {
            for residue in 0..192 {
                let is_power = (0..*prime).scan(1, |power, _| {
                    let this = *power;
                    *power = this * 65537 % prime;
                    Some(this)
                });
                let marked = powers[residue as usize / 32] >> (residue % 32) & 1 == 1;
                assert_eq!(is_power.into_iter().any(|power| power == residue), marked);
            }
        }
    }

    #[test]
    fn a_modulus_that_is_one_modulo_every_prime_has_the_fingerprint() {
        assert!(has_roca_fingerprint(&[1]));
        assert!(has_roca_fingerprint(&65537_u32.to_be_bytes()));
        assert!(!has_roca_fingerprint(&[3]));
        assert!(!has_roca_fingerprint(&65539_u32.to_be_bytes()));
    }

    #[test]
    fn rsa_keys_have_their_limits() {
        let mut modulus = [0xff; 256];
        modulus[255] = 0xfd;
        assert_eq!(check_rsa(&modulus, &[1, 0, 1]), Ok(()));
        assert_eq!(check_rsa(&modulus, &[3]), Ok(()));
        assert_eq!(check_rsa(&modulus, &[0xff; 4]), Ok(()));
        for exponent in [&[][..], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert_eq!(check_rsa(&modulus, exponent), Err(Reason::InvalidKey), "{exponent:?}");
        }
        assert_eq!(check_rsa(&modulus[1..], &[3]), Err(Reason::KeyTooWeak));
        modulus[0] = 0x7f;
        assert_eq!(check_rsa(&modulus, &[3]), Err(Reason::KeyTooWeak));
        modulus[0] = 0xff;
        modulus[255] = 0xfe;
        assert_eq!(check_rsa(&modulus, &[3]), Err(Reason::InvalidKey));
        assert_eq!(check_rsa(&[], &[3]), Err(Reason::InvalidKey));
        let large = [0xff; MAX_RSA_BITS / 8 + 1];
        assert_eq!(check_rsa(&large, &[3]), Err(Reason::UnsupportedKey));
    }

    #[test]
    fn secrets_are_as_long_as_the_hash() {
        assert_eq!(check_secret(&[7; 31], 32), Err(Reason::KeyTooWeak));
        assert_eq!(check_secret(&[7; 32], 32), Ok(()));
        assert_eq!(check_secret(&[], 32), Err(Reason::KeyTooWeak));
        assert_eq!(check_secret(&[7; 1025], 32), Err(Reason::InvalidKey));
        assert_eq!(
            check_secret(
                b"-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0",
                32
            ),
            Err(Reason::KeyNotForVerification)
        );
    }
}
