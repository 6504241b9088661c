//! The resources that `subscriptions/listen` names.

use crate::Reason;
use crate::limits::{MAX_SUBSCRIPTIONS, MAX_SUBSCRIPTIONS_LEN, MAX_TARGET_LEN};
use crate::text::json::{Skim, Text};

/// The URIs in `params.notifications.resourceSubscriptions`, as they stand in the body and in order
/// (MCP 2026-07-28, "Subscriptions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subscriptions<'b> {
    /// The array that was read, or any text that begins with it.
    array: &'b str,
    /// What strings with escapes in it stand for, each with a NUL behind it.
    decoded: &'b str,
}

impl<'b> Subscriptions<'b> {
    pub(super) const NONE: Self = Self { array: "[]", decoded: "" };

    /// Reads the array that stands at `skim`.
    pub(super) fn take(skim: &mut Skim<'b>) -> Result<Self, Reason> {
        let array = skim.rest();
        let mut count = 0_usize;
        let mut has_more = skim.open_array()?;
        while has_more {
            count = count.saturating_add(1);
            let uri = skim.take_text().ok_or(Reason::InvalidJson)?;
            if count > MAX_SUBSCRIPTIONS || uri.is_longer_than(MAX_TARGET_LEN) {
                return Err(Reason::InvalidRequest);
            }
            has_more = skim.has_more_elements()?;
        }
        if array.len().saturating_sub(skim.rest().len()) > MAX_SUBSCRIPTIONS_LEN {
            return Err(Reason::InvalidRequest);
        }
        Ok(Self { array, decoded: "" })
    }

    /// Decodes the strings with escapes into `memory`.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidRequest`] where they and a byte for each have more than [`MAX_TARGET_LEN`]
    /// bytes, or one has a NUL; [`Reason::MemoryTooSmall`].
    pub(super) fn decode(self, memory: &'b mut [u8]) -> Result<Self, Reason> {
        let mut len = 0_usize;
        for text in self.texts().filter(|text| text.as_str().is_none()) {
            // A server that keeps strings as C does would see another one.
            if text.chars().any(|c| c == '\0') {
                return Err(Reason::InvalidRequest);
            }
            for c in text.chars().chain(['\0']) {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).as_bytes();
                let end = len.saturating_add(bytes.len());
                if end > MAX_TARGET_LEN {
                    return Err(Reason::InvalidRequest);
                }
                memory.get_mut(len..end).ok_or(Reason::MemoryTooSmall)?.copy_from_slice(bytes);
                len = end;
            }
        }
        let decoded = memory.get(..len).and_then(|bytes| core::str::from_utf8(bytes).ok());
        Ok(Self { decoded: decoded.ok_or(Reason::InvalidRequest)?, ..self })
    }

    /// The URIs.
    pub(super) fn iter(self) -> impl Iterator<Item = &'b str> {
        let mut decoded = self.decoded.split('\0');
        self.texts().map(move |text| text.as_str().or_else(|| decoded.next()).unwrap_or(""))
    }

    /// The strings, which were all read before.
    fn texts(self) -> impl Iterator<Item = Text<'b>> {
        let mut skim = Skim::new(self.array);
        let mut has_more = skim.open_array().unwrap_or(false);
        core::iter::from_fn(move || {
            let text = if has_more { skim.take_text() } else { None };
            has_more = skim.has_more_elements().unwrap_or(false);
            text
        })
    }
}
