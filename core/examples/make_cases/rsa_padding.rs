//! RSA message encodings, right and deliberately wrong, by hand: libraries only make right ones.

use hmac::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What stands before the hash in a DigestInfo (RFC 8017, section 9.2, note 1).
    pub(crate) fn digest_info_prefix(self) -> Vec<u8> {
        let (arc, len) = match self {
            Self::Sha256 => (1, 32),
            Self::Sha384 => (2, 48),
            Self::Sha512 => (3, 64),
        };
        let mut prefix = vec![0x30, 17 + len, 0x30, 13, 0x06, 9];
        prefix.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc]);
        prefix.extend([0x05, 0x00, 0x04, len]);
        prefix
    }
}

/// The DigestInfo of `message`.
pub(crate) fn digest_info(hash: Hash, message: &[u8]) -> Vec<u8> {
    let mut info = hash.digest_info_prefix();
    info.extend(hash.digest(message));
    info
}

/// EMSA-PKCS1-v1_5: `00 01 FF … FF 00 info`, `len` octets (RFC 8017, section 9.2).
pub(crate) fn pkcs1(info: &[u8], len: usize) -> Vec<u8> {
    let mut encoded = vec![0x00, 0x01];
    encoded.resize(len - info.len() - 1, 0xff);
    encoded.push(0x00);
    encoded.extend(info);
    encoded
}

/// A way to do EMSA-PSS (RFC 8017, section 9.1).
#[derive(Clone, Copy)]
pub(crate) struct Pss {
    pub(crate) hash: Hash,
    pub(crate) mask_hash: Hash,
    pub(crate) salt_len: usize,
    pub(crate) trailer: u8,
    pub(crate) separator: u8,
}

impl Pss {
    /// The way of RFC 7518, section 3.5: one hash function, and a salt as long as the hash.
    pub(crate) const fn new(hash: Hash) -> Self {
        Self { hash, mask_hash: hash, salt_len: hash.len(), trailer: 0xbc, separator: 0x01 }
    }

    /// The encoded message for a modulus of `modulus_bits` bits, as long as the modulus.
    pub(crate) fn encode(self, message: &[u8], modulus_bits: usize) -> Vec<u8> {
        let bits = modulus_bits - 1;
        let len = bits.div_ceil(8);
        let salt: Vec<u8> = (1..).take(self.salt_len).collect();
        let mut hashed = vec![0; 8];
        hashed.extend(self.hash.digest(message));
        hashed.extend(&salt);
        let hashed = self.hash.digest(&hashed);

        let mut block = vec![0; len - hashed.len() - 1 - salt.len() - 1];
        block.push(self.separator);
        block.extend(&salt);
        let mask = self.mask(&hashed, block.len());
        block.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
        block[0] &= 0xff >> (8 * len - bits);

        let mut encoded = vec![0; modulus_bits.div_ceil(8) - len];
        encoded.extend(block);
        encoded.extend(hashed);
        encoded.push(self.trailer);
        encoded
    }

    /// MGF1 (RFC 8017, appendix B.2.1).
    fn mask(self, seed: &[u8], len: usize) -> Vec<u8> {
        let mut mask = Vec::new();
        for counter in 0_u32.. {
            if mask.len() >= len {
                break;
            }
            mask.extend(self.mask_hash.digest(&[seed, &counter.to_be_bytes()].concat()));
        }
        mask.truncate(len);
        mask
    }
}
