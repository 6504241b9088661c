//! Text written into the caller's memory: headers and JSON documents.

use core::fmt;

use serde::Serialize;

use super::base64url::Encoded;
use crate::Reason;

/// Writes text into the front of memory; what has no room is noticed at the end.
pub(crate) struct Writer<'m> {
    memory: &'m mut [u8],
    len: usize,
    is_full: bool,
}

impl<'m> Writer<'m> {
    pub(crate) const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, len: 0, is_full: false }
    }

    pub(crate) fn push(&mut self, text: &str) {
        let end = self.len.saturating_add(text.len());
        match self.memory.get_mut(self.len..end) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                self.len = end;
            }
            None => self.is_full = true,
        }
    }

    pub(crate) fn push_base64url(&mut self, bytes: &[u8]) {
        for character in Encoded::new(bytes) {
            self.push(char::from(character).encode_utf8(&mut [0; 4]));
        }
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        // A number of 64 bits has at most twenty digits.
        let (mut digits, mut rest, mut start) = ([0_u8; 20], number, 20_usize);
        loop {
            start = start.saturating_sub(1);
            let [digit, ..] = (rest % 10).to_le_bytes();
            if let Some(place) = digits.get_mut(start) {
                *place = b'0'.saturating_add(digit);
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.push(core::str::from_utf8(digits.get(start..).unwrap_or_default()).unwrap_or(""));
    }

    /// The text, and the memory behind it.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`] where not all of it had room.
    pub(crate) fn finish(self) -> Result<(&'m str, &'m mut [u8]), Reason> {
        if self.is_full {
            return Err(Reason::MemoryTooSmall);
        }
        let (written, rest) =
            self.memory.split_at_mut_checked(self.len).ok_or(Reason::MemoryTooSmall)?;
        let text = core::str::from_utf8(written).map_err(|_| Reason::MemoryTooSmall)?;
        Ok((text, rest))
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

/// Writes `document` as JSON into the front of `memory`; returns it and the memory behind it.
///
/// # Errors
///
/// [`Reason::MemoryTooSmall`].
pub(crate) fn json<'m>(
    document: &impl Serialize,
    memory: &'m mut [u8],
) -> Result<(&'m str, &'m mut [u8]), Reason> {
    let len = serde_json_core::to_slice(document, memory).map_err(|_| Reason::MemoryTooSmall)?;
    let (written, rest) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;
    let text = core::str::from_utf8(written).map_err(|_| Reason::MemoryTooSmall)?;
    Ok((text, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_written_in_turn() {
        let mut memory = [0; 64];
        let mut writer = Writer::new(&mut memory);
        writer.push("a ");
        writer.push_number(0);
        writer.push(" ");
        writer.push_number(u64::MAX);
        writer.push(" ");
        writer.push_base64url(&[0xff, 0xfe]);
        let (text, rest) = writer.finish().unwrap();
        assert_eq!(text, "a 0 18446744073709551615 __4");
        assert_eq!(rest.len(), 64 - text.len());
    }

    #[test]
    fn nothing_is_cut_short() {
        for (room, expected) in [(3, Ok("abc")), (2, Err(Reason::MemoryTooSmall))] {
            let mut memory = [0; 8];
            let mut writer = Writer::new(&mut memory[..room]);
            writer.push("ab");
            writer.push("c");
            assert_eq!(writer.finish().map(|(text, _)| text), expected);
        }
        assert_eq!(json(&["a\"b"], &mut [0; 7]).map(|_| ()), Err(Reason::MemoryTooSmall));
        assert_eq!(json(&["a\"b"], &mut [0; 8]).unwrap().0, r#"["a\"b"]"#);
    }
}
