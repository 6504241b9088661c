//! The encodings that a signature opens to.

use core::iter::{once, repeat, repeat_n};

use crate::crypto::digest::{Hash, MAX_HASH_LEN};

/// Whether `encoded`, as long as the modulus, is the EMSA-PKCS1-v1_5 encoding of `digest`
/// ([RFC 8017, section 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
///
/// The lengths fix the place of every byte, and every byte is compared: nothing is parsed, so the
/// forgeries against lenient parsers have nothing to aim at.
pub(super) fn is_pkcs1(encoded: &[u8], hash: Hash, digest: &[u8]) -> bool {
    // 0x00 0x01 0xff … 0xff 0x00 DigestInfo digest
    let padding = encoded
        .strip_suffix(digest)
        .and_then(|rest| rest.strip_suffix(&digest_info(hash)))
        .and_then(|rest| rest.strip_suffix(&[0]))
        .and_then(|rest| rest.strip_prefix(&[0, 1]));
    padding.is_some_and(|padding| {
        // Folded, not searched: this way the compiler compares many bytes at once.
        padding.len() >= 8 && padding.iter().fold(0xff, |all, byte| all & byte) == 0xff
    })
}

/// The DER of everything before the digest, with the NULL that
/// [RFC 8017, appendix A.2.4](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.2.4) asks for.
fn digest_info(hash: Hash) -> [u8; 19] {
    let (id, len, all) = match hash {
        Hash::Sha256 => (1, 32, 49),
        Hash::Sha384 => (2, 48, 65),
        Hash::Sha512 => (3, 64, 81),
    };
    // SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.id, NULL }, OCTET STRING of len }
    [0x30, all, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, id, 5, 0, 4, len]
}

/// Whether `encoded`, as long as the modulus of `modulus_bits`, is an EMSA-PSS encoding of
/// `digest` with MGF1 of the same hash and a salt as long as the digest
/// ([RFC 8017, section 9.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2),
/// [RFC 7518, section 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)).
pub(super) fn is_pss(encoded: &[u8], modulus_bits: usize, hash: Hash, digest: &[u8]) -> bool {
    check_pss(encoded, modulus_bits, hash, digest).unwrap_or(false)
}

fn check_pss(encoded: &[u8], modulus_bits: usize, hash: Hash, digest: &[u8]) -> Option<bool> {
    let bits = modulus_bits.checked_sub(1)?;
    // Where the modulus has one bit more than whole bytes, the encoding is a byte shorter than it.
    let encoded = match encoded.len().checked_sub(bits.div_ceil(8))? {
        0 => encoded,
        1 => encoded.strip_prefix(&[0])?,
        _ => return None,
    };
    // masked data block ‖ H ‖ 0xbc
    let encoded = encoded.strip_suffix(&[0xbc])?;
    let (masked, h) = encoded.split_at_checked(encoded.len().checked_sub(hash.len())?)?;
    // The bits of the first byte beyond those of the encoding are zero, and stay so.
    let unused_bits = bits.wrapping_neg() % 8;
    let used = 0xff_u8 >> unused_bits;
    if masked.first()? & !used != 0 {
        return Some(false);
    }

    // Zeros, then 0x01, then the salt, which alone is kept: each byte is judged as it is unmasked.
    let padding_len = masked.len().checked_sub(hash.len())?.checked_sub(1)?;
    let mut padding = repeat_n(0, padding_len).chain(once(1));
    let mut salt = [0; MAX_HASH_LEN];
    let mut places = salt.iter_mut();
    let mut used_bits = once(used).chain(repeat(0xff));
    let mut differences = 0;
    let mut masked = masked.iter();
    for counter in 0_u32.. {
        if masked.as_slice().is_empty() {
            break;
        }
        let mask = hash.digest(&[h, &counter.to_be_bytes()]);
        for ((mask, byte), used) in mask.as_bytes().iter().zip(&mut masked).zip(&mut used_bits) {
            let byte = (byte ^ mask) & used;
            match padding.next() {
                Some(expected) => differences |= byte ^ expected,
                None => *places.next()? = byte,
            }
        }
    }
    let salt = salt.get(..hash.len())?;
    if differences != 0 {
        return Some(false);
    }
    Some(hash.digest(&[&[0; 8], digest, salt]).as_bytes() == h)
}
