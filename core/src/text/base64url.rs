//! Canonical base64url: no padding, no white space, no character outside the alphabet, and the
//! bits that the last character leaves over are zero
//! ([RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2),
//! [RFC 4648, sections 3.5 and 5](https://www.rfc-editor.org/rfc/rfc4648#section-3.5)).
//!
//! One text for each value, so that no second spelling of a token passes a deny list or a cache.

use crate::Reason;

/// Decodes all of `text` into the front of `memory` and returns the decoded bytes and the rest of
/// `memory`.
///
/// # Errors
///
/// [`Reason::InvalidBase64`], or [`Reason::MemoryTooSmall`] where `memory` is shorter than
/// [`decoded_len`].
pub(crate) fn decode<'m>(
    text: &[u8],
    memory: &'m mut [u8],
) -> Result<(&'m mut [u8], &'m mut [u8]), Reason> {
    let len = decoded_len(text.len()).ok_or(Reason::InvalidBase64)?;
    let (decoded, rest) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;

    let (groups, tail) = text.as_chunks::<4>();
    let (triples, last) = decoded.as_chunks_mut::<3>();
    let mut foreign = 0;
    for (group, triple) in groups.iter().zip(triples) {
        let (bits, bad) = value(*group);
        let [_, a, b, c] = bits.to_be_bytes();
        *triple = [a, b, c];
        foreign |= bad;
    }
    // A short last group is filled up with `A`, which stands for zero bits: the bytes decoded
    // beyond the end are then the bits left over, and must be zero.
    let left_over = match (tail, last) {
        ([a, b], [x]) => {
            let (bits, bad) = value([*a, *b, b'A', b'A']);
            let [_, first, second, third] = bits.to_be_bytes();
            *x = first;
            foreign |= bad;
            second | third
        }
        ([a, b, c], [x, y]) => {
            let (bits, bad) = value([*a, *b, *c, b'A']);
            let [_, first, second, third] = bits.to_be_bytes();
            (*x, *y) = (first, second);
            foreign |= bad;
            third
        }
        _ => 0,
    };
    if foreign & FOREIGN != 0 || left_over != 0 {
        return Err(Reason::InvalidBase64);
    }
    Ok((decoded, rest))
}

/// The number of bytes that `len` characters stand for, or `None` where no text has this length.
pub(crate) const fn decoded_len(len: usize) -> Option<usize> {
    let (groups, tail) = (len / 4, len % 4);
    let whole = match groups.checked_mul(3) {
        Some(whole) => whole,
        None => return None,
    };
    match tail {
        0 => Some(whole),
        1 => None,
        _ => whole.checked_add(tail.saturating_sub(1)),
    }
}

/// The 24 bits of four characters, and an octet that has [`FOREIGN`] set if one is not of the
/// alphabet.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "the table has an entry for every octet")]
fn value(group: [u8; 4]) -> (u32, u8) {
    let [a, b, c, d] = group.map(|c| VALUES[usize::from(c)]);
    let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
    (bits, a | b | c | d)
}

/// Marks a character outside the alphabet.
const FOREIGN: u8 = 0x80;

static ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "run by the compiler alone")]
static VALUES: [u8; 256] = {
    let mut values = [FOREIGN; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The characters that bytes are written as.
pub(crate) struct Encoded<'a> {
    rest: &'a [u8],
    /// Bits that are not written yet: `pending_bits` of them, the lowest of `pending`.
    pending: u32,
    pending_bits: u32,
}

impl<'a> Encoded<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, pending: 0, pending_bits: 0 }
    }
}

impl Iterator for Encoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.pending_bits < 6 {
            if let Some((byte, rest)) = self.rest.split_first() {
                self.rest = rest;
                self.pending = self.pending << 8 | u32::from(*byte);
                self.pending_bits = self.pending_bits.wrapping_add(8);
            } else if self.pending_bits > 0 {
                // Zeros fill up the last character.
                self.pending <<= 6_u32.wrapping_sub(self.pending_bits);
                self.pending_bits = 6;
            } else {
                return None;
            }
        }
        self.pending_bits = self.pending_bits.wrapping_sub(6);
        let value = usize::try_from(self.pending >> self.pending_bits & 0x3f).ok()?;
        ALPHABET.get(value).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn decoded(text: &str) -> Result<Vec<u8>, Reason> {
        let mut memory = [0; 64];
        decode(text.as_bytes(), &mut memory).map(|(bytes, _)| bytes.to_vec())
    }

    #[test]
    fn the_vectors_of_rfc_4648_without_padding() {
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob")]
        {
            assert_eq!(decoded(text).unwrap(), bytes.as_bytes());
            assert!(Encoded::new(bytes.as_bytes()).eq(text.bytes()));
        }
        assert_eq!(decoded("__-_").unwrap(), [0xff, 0xff, 0xbf]);
    }

    #[test]
    fn only_the_canonical_text_of_a_value_is_accepted() {
        for text in [
            "Zg==",
            "Zg=",
            "Zm8=",
            "Zh",
            "Zm9",
            "Z",
            "Zm9vY",
            "Zm 8",
            "Zm8\n",
            " Zm8",
            "+/+/",
            "Zm9v\u{e9}",
        ] {
            assert_eq!(decoded(text), Err(Reason::InvalidBase64), "{text:?}");
        }
    }

    #[test]
    fn every_short_text_is_judged_as_the_base64ct_crate_judges_it() {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let mut accepted = 0;
        for a in 0..=127_u8 {
            for b in 0..=127 {
                for text in [vec![a, b], vec![b'Q', a, b], vec![b'Q', b'Q', a, b]] {
                    let text = core::str::from_utf8(&text).unwrap();
                    assert_eq!(decoded(text).ok(), Base64UrlUnpadded::decode_vec(text).ok());
                    accepted += u32::from(decoded(text).is_ok());
                }
            }
        }
        assert!(accepted > 4096);
    }

    #[test]
    fn too_little_memory_is_said() {
        assert_eq!(decode(b"Zm9v", &mut [0; 2]).unwrap_err(), Reason::MemoryTooSmall);
        let (bytes, rest) = (&mut [0; 5], 2);
        assert_eq!(decode(b"Zm9v", bytes).unwrap().1.len(), rest);
    }
}
