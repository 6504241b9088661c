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

    // The tail of `text` has up to fifteen characters and that of `decoded` up to eleven bytes, so
    // there are as many chunks of one as of the other.
    let (chunks, text_tail) = text.as_chunks::<CHUNK>();
    let (places, decoded_tail) = decoded.as_chunks_mut::<{ CHUNK / 4 * 3 }>();
    let mut bad = 0;
    for (chunk, place) in chunks.iter().zip(places) {
        bad |= decode_chunk(chunk, place);
    }
    let (groups, tail) = text_tail.as_chunks();
    let (triples, last) = decoded_tail.as_chunks_mut();
    for (group, triple) in groups.iter().zip(triples) {
        let value = bits(*group);
        let [_, a, b, c] = value.to_be_bytes();
        *triple = [a, b, c];
        bad |= value;
    }
    // A short last group is filled up with `A`, which stands for zero bits: the bytes decoded
    // beyond the end are then the bits left over, and must be zero.
    let left_over = match (tail, last) {
        ([a, b], [x]) => {
            let value = bits([*a, *b, b'A', b'A']);
            let [_, first, second, third] = value.to_be_bytes();
            *x = first;
            bad |= value;
            second | third
        }
        ([a, b, c], [x, y]) => {
            let value = bits([*a, *b, *c, b'A']);
            let [_, first, second, third] = value.to_be_bytes();
            (*x, *y) = (first, second);
            bad |= value;
            third
        }
        _ => 0,
    };
    if bad & FOREIGN != 0 || left_over != 0 {
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

/// Set in what [`bits`] returns where a character is not of the alphabet.
const FOREIGN: u32 = 1 << 31;

static ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(target_pointer_width = "64")]
use wide::{CHUNK, bits, decode_chunk};

#[cfg(not(target_pointer_width = "64"))]
use small::{CHUNK, bits, decode_chunk};

/// A table for each of the four places in a group, 4 KiB: the bits come from memory where they
/// belong, which saves a shift for each character.
#[cfg(target_pointer_width = "64")]
mod wide {
    use super::{ALPHABET, FOREIGN};

    /// Characters that are decoded at once: as many as fill words of memory.
    pub(super) const CHUNK: usize = 16;

    /// Decodes four groups, and returns what [`bits`] says of all of them.
    #[inline(always)]
    pub(super) fn decode_chunk(chunk: &[u8; CHUNK], place: &mut [u8; 12]) -> u32 {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *chunk;
        let (first, second) = (bits([a, b, c, d]), bits([e, f, g, h]));
        let (third, fourth) = (bits([i, j, k, l]), bits([m, n, o, p]));
        let high = u64::from(first) << 24 | u64::from(second);
        let low = u64::from(third) << 24 | u64::from(fourth);
        // A word and a half of one: single bytes would be stored one by one.
        let (words, rest) = place.as_chunks_mut();
        let (halves, _) = rest.as_chunks_mut();
        if let ([word], [half]) = (words, halves) {
            *word = (high << 16 | low >> 32).to_be_bytes();
            let [_, _, _, _, bytes @ ..] = low.to_be_bytes();
            *half = bytes;
        }
        first | second | third | fourth
    }

    /// The 24 bits that a group of four characters stands for; [`FOREIGN`] is set, and the bits
    /// are of no use, where one of them is not of the alphabet.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the tables have an entry for every octet")]
    pub(super) fn bits([a, b, c, d]: [u8; 4]) -> u32 {
        let [first, second, third, fourth] = &PLACES;
        first[usize::from(a)]
            | second[usize::from(b)]
            | third[usize::from(c)]
            | fourth[usize::from(d)]
    }

    static PLACES: [[u32; 256]; 4] = [place(18), place(12), place(6), place(0)];

    #[expect(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "run by the compiler"
    )]
    const fn place(shift: u32) -> [u32; 256] {
        let mut values = [FOREIGN; 256];
        let mut value = 0;
        while value < 64 {
            values[ALPHABET[value as usize] as usize] = value << shift;
            value += 1;
        }
        values
    }
}

/// One table of 256 bytes, for devices.
#[cfg(any(test, not(target_pointer_width = "64")))]
mod small {
    use super::{ALPHABET, FOREIGN};

    /// Characters that are decoded at once.
    #[cfg(not(target_pointer_width = "64"))]
    pub(super) const CHUNK: usize = 4;

    /// Decodes a group, and returns what [`bits`] says of it.
    #[cfg(not(target_pointer_width = "64"))]
    #[inline(always)]
    pub(super) fn decode_chunk(chunk: &[u8; CHUNK], place: &mut [u8; 3]) -> u32 {
        let value = bits(*chunk);
        let [_, bytes @ ..] = value.to_be_bytes();
        *place = bytes;
        value
    }

    /// The 24 bits that a group of four characters stands for; [`FOREIGN`] is set, and the bits
    /// are of no use, where one of them is not of the alphabet.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the table has an entry for every octet")]
    pub(super) fn bits(group: [u8; 4]) -> u32 {
        let [a, b, c, d] = group.map(|c| u32::from(VALUES[usize::from(c)]));
        // The mark, bit 7 of any of them, becomes the highest bit.
        a << 18 | b << 12 | c << 6 | d | (a | b | c | d) >> 7 << 31
    }

    static VALUES: [u8; 256] = values();

    #[expect(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        reason = "run by the compiler"
    )]
    const fn values() -> [u8; 256] {
        let mut values = [0x80; 256];
        let mut value = 0;
        while value < 64 {
            values[ALPHABET[value as usize] as usize] = value;
            value += 1;
        }
        values
    }

    const _: () = assert!(FOREIGN == 1 << 31);
}

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
    fn texts_of_every_length_are_read_back() {
        let bytes: Vec<u8> = (0..100_u8).map(|i| i.wrapping_mul(151)).collect();
        for len in 0..bytes.len() {
            let text: Vec<u8> = Encoded::new(&bytes[..len]).collect();
            let mut memory = [0; 100];
            let (decoded, rest) = decode(&text, &mut memory).unwrap();
            assert_eq!((&*decoded, rest.len()), (&bytes[..len], 100 - len));
            for at in 0..text.len() {
                let mut text = text.clone();
                text[at] = b'.';
                assert_eq!(decode(&text, &mut memory).unwrap_err(), Reason::InvalidBase64);
            }
        }
    }

    #[test]
    fn devices_and_servers_read_every_octet_alike() {
        for place in 0..4 {
            for octet in 0..=255 {
                let mut group = *b"_A-z";
                group[place] = octet;
                let (here, small) = (bits(group), small::bits(group));
                assert_eq!(here & FOREIGN, small & FOREIGN);
                assert_eq!(here & FOREIGN == 0, ALPHABET.contains(&octet));
                if here & FOREIGN == 0 {
                    assert_eq!(here, small);
                }
            }
        }
    }

    #[test]
    fn too_little_memory_is_said() {
        assert_eq!(decode(b"Zm9v", &mut [0; 2]).unwrap_err(), Reason::MemoryTooSmall);
        let (bytes, rest) = (&mut [0; 5], 2);
        assert_eq!(decode(b"Zm9v", bytes).unwrap().1.len(), rest);
    }
}
