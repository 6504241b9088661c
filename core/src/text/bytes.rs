//! Looking for bytes, eight at a time, and copying them.

use crate::Reason;

/// Where the first byte of this value is.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn position(text: &[u8], byte: u8) -> Option<usize> {
    let (words, rest) = text.as_chunks();
    let mut at = 0_usize;
    for word in words {
        let found = bytes_of(u64::from_le_bytes(*word), byte);
        if found != 0 {
            // The lowest mark is exact.
            return Some(at.wrapping_add(usize::from(byte_number(found.trailing_zeros()))));
        }
        at = at.wrapping_add(8);
    }
    Some(at.wrapping_add(rest.iter().position(|other| *other == byte)?))
}

/// What stands before and behind the first `separator`, an ASCII character.
///
/// [`str::split_once`] is made for long texts: on a device it is more code, and can panic.
#[inline(always)]
pub(crate) fn split_at_first(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = position(text.as_bytes(), separator)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// Where the last byte of this value is.
pub(crate) fn last_position(text: &[u8], byte: u8) -> Option<usize> {
    let (rest, words) = text.as_rchunks();
    let mut end = text.len();
    for word in words.iter().rev() {
        // The last byte is lowest, so that the lowest mark is the last one.
        let found = bytes_of(u64::from_be_bytes(*word), byte);
        if found != 0 {
            let behind = usize::from(byte_number(found.trailing_zeros()));
            return Some(end.wrapping_sub(behind).wrapping_sub(1));
        }
        end = end.wrapping_sub(8);
    }
    rest.iter().rposition(|other| *other == byte)
}

/// Copies `bytes` to the front of `memory`; returns the copy and the rest.
pub(crate) fn copy<'m>(
    bytes: &[u8],
    memory: &'m mut [u8],
) -> Result<(&'m mut [u8], &'m mut [u8]), Reason> {
    let (place, rest) = memory.split_at_mut_checked(bytes.len()).ok_or(Reason::MemoryTooSmall)?;
    place.copy_from_slice(bytes);
    Ok((place, rest))
}

/// The high bit of each of eight bytes that has this value; exact up to and with the lowest one.
#[inline(always)]
fn bytes_of(word: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let word = word ^ ONES.wrapping_mul(u64::from(byte));
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// The byte that a bit of a word is in.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "a number below 8")]
const fn byte_number(bit: u32) -> u8 {
    (bit >> 3) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_stand() {
        // Those beside it in value, and with the high bit, are others.
        for (byte, other) in [(b'.', b'/'), (b'.', b'-'), (b' ', 0xa0), (b'"', b'!'), (0, 1)] {
            for len in 0..70 {
                for (first, last) in
                    (0..len).flat_map(|first| (first..len).map(move |last| (first, last)))
                {
                    let mut text = vec![other; len];
                    (text[first], text[last]) = (byte, byte);
                    assert_eq!(position(&text, byte), Some(first));
                    assert_eq!(last_position(&text, byte), Some(last));
                }
                let text = vec![other; len];
                assert_eq!((position(&text, byte), last_position(&text, byte)), (None, None));
            }
        }
    }
}
