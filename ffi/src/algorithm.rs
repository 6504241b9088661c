//! Algorithms as bits, so that one number is one of them or a set.

use gatepost_core::{Algorithm, Algorithms, Reason};

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
pub const GATEPOST_ALGORITHM_RS256: u32 = 1;
/// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518, section 3.3).
pub const GATEPOST_ALGORITHM_RS384: u32 = 2;
/// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518, section 3.3).
pub const GATEPOST_ALGORITHM_RS512: u32 = 4;
/// RSASSA-PSS with SHA-256 (RFC 7518, section 3.5).
pub const GATEPOST_ALGORITHM_PS256: u32 = 8;
/// RSASSA-PSS with SHA-384 (RFC 7518, section 3.5).
pub const GATEPOST_ALGORITHM_PS384: u32 = 16;
/// RSASSA-PSS with SHA-512 (RFC 7518, section 3.5).
pub const GATEPOST_ALGORITHM_PS512: u32 = 32;
/// ECDSA with P-256 and SHA-256 (RFC 7518, section 3.4).
pub const GATEPOST_ALGORITHM_ES256: u32 = 64;
/// ECDSA with P-384 and SHA-384 (RFC 7518, section 3.4).
pub const GATEPOST_ALGORITHM_ES384: u32 = 128;
/// EdDSA with Ed25519 (RFC 8037, section 3.1), also under its name of RFC 9864.
pub const GATEPOST_ALGORITHM_EDDSA: u32 = 256;
/// HMAC with SHA-256 (RFC 7518, section 3.2).
pub const GATEPOST_ALGORITHM_HS256: u32 = 512;
/// HMAC with SHA-384 (RFC 7518, section 3.2).
pub const GATEPOST_ALGORITHM_HS384: u32 = 1024;
/// HMAC with SHA-512 (RFC 7518, section 3.2).
pub const GATEPOST_ALGORITHM_HS512: u32 = 2048;

const BITS: [(u32, Algorithm); 12] = [
    (GATEPOST_ALGORITHM_RS256, Algorithm::Rs256),
    (GATEPOST_ALGORITHM_RS384, Algorithm::Rs384),
    (GATEPOST_ALGORITHM_RS512, Algorithm::Rs512),
    (GATEPOST_ALGORITHM_PS256, Algorithm::Ps256),
    (GATEPOST_ALGORITHM_PS384, Algorithm::Ps384),
    (GATEPOST_ALGORITHM_PS512, Algorithm::Ps512),
    (GATEPOST_ALGORITHM_ES256, Algorithm::Es256),
    (GATEPOST_ALGORITHM_ES384, Algorithm::Es384),
    (GATEPOST_ALGORITHM_EDDSA, Algorithm::EdDsa),
    (GATEPOST_ALGORITHM_HS256, Algorithm::Hs256),
    (GATEPOST_ALGORITHM_HS384, Algorithm::Hs384),
    (GATEPOST_ALGORITHM_HS512, Algorithm::Hs512),
];

/// The set that the bits say; [`Reason::Misuse`] for a bit that is none of the above.
pub(crate) fn algorithms(bits: u32) -> Result<Algorithms, Reason> {
    let known = BITS.iter().fold(0, |known, (bit, _)| known | bit);
    if bits & !known != 0 {
        return Err(Reason::Misuse);
    }
    Ok(BITS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, algorithm)| *algorithm).collect())
}

/// The one algorithm that the bits say, or `None` for 0.
pub(crate) fn algorithm(bits: u32) -> Result<Option<Algorithm>, Reason> {
    if bits == 0 {
        return Ok(None);
    }
    let found = BITS.iter().find(|(bit, _)| *bit == bits);
    found.map(|(_, algorithm)| Some(*algorithm)).ok_or(Reason::Misuse)
}

/// The bit of an algorithm.
pub(crate) fn bit(algorithm: Algorithm) -> u32 {
    BITS.iter().find(|(_, known)| *known == algorithm).map_or(0, |(bit, _)| *bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_of_the_core_is_one_bit() {
        let mut all = 0;
        for core_algorithm in Algorithm::ALL {
            let bit = bit(core_algorithm);
            assert_eq!(bit.count_ones(), 1);
            assert_eq!(all & bit, 0, "a bit for two algorithms");
            assert_eq!(algorithm(bit), Ok(Some(core_algorithm)));
            assert_eq!(algorithms(bit), Ok(Algorithms::from(core_algorithm)));
            all |= bit;
        }
        assert_eq!(algorithms(all), Ok(Algorithms::from(&Algorithm::ALL[..])));
        assert_eq!(algorithms(0), Ok(Algorithms::NONE));
        assert_eq!(algorithm(0), Ok(None));
    }

    #[test]
    fn what_is_no_algorithm_is_refused() {
        assert_eq!(algorithms(4096), Err(Reason::Misuse));
        assert_eq!(algorithms(1 << 31 | 1), Err(Reason::Misuse));
        assert_eq!(algorithm(3), Err(Reason::Misuse));
        assert_eq!(algorithm(4096), Err(Reason::Misuse));
    }
}
