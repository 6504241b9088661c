//! Bytes with their length.

#[cfg(feature = "mcp")]
use core::ops::Range;
use core::{ptr, slice};

use gatepost_core::Reason;

#[cfg(feature = "mcp")]
use crate::boundary;

/// Bytes with their length, not ended by a NUL.
///
/// As an argument: `len` readable bytes at `ptr`, which may be NULL where `len` is 0. As a result:
/// `ptr` is NULL where there is nothing, such as a claim that the token does not have.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_slice {
    /// The first byte, or NULL.
    pub ptr: *const u8,
    /// How many bytes there are.
    pub len: usize,
}

impl gatepost_slice {
    /// Nothing: not even an empty string.
    pub(crate) const NONE: Self = Self { ptr: ptr::null(), len: 0 };

    /// The bytes; `NULL` with a length of 0 has none.
    ///
    /// # Safety
    ///
    /// `ptr` is `NULL` or points to `len` bytes that nobody changes during `'a`.
    pub(crate) unsafe fn bytes<'a>(self) -> Result<&'a [u8], Reason> {
        match (self.ptr.is_null(), self.len) {
            (true, 0) => Ok(&[]),
            (false, len) if isize::try_from(len).is_ok() => {
                // SAFETY: the pointer is not null, the length no more than `isize::MAX`, and the
                // caller vouches for the bytes.
                Ok(unsafe { slice::from_raw_parts(self.ptr, len) })
            }
            _ => Err(Reason::Misuse),
        }
    }

    /// The bytes, which must be UTF-8.
    ///
    /// # Safety
    ///
    /// That of [`bytes`](Self::bytes).
    pub(crate) unsafe fn text<'a>(self) -> Result<&'a str, Reason> {
        // SAFETY: the caller vouches for it.
        unsafe { self.text_or(Reason::Misuse) }
    }

    /// The text of a stranger: what is not UTF-8 is no mistake of the caller's, but `otherwise`.
    ///
    /// # Safety
    ///
    /// That of [`bytes`](Self::bytes).
    pub(crate) unsafe fn text_or<'a>(self, otherwise: Reason) -> Result<&'a str, Reason> {
        // SAFETY: the caller vouches for it.
        let bytes = unsafe { self.bytes() }?;
        core::str::from_utf8(bytes).map_err(|_| otherwise)
    }

    /// The text, or `None` for `NULL`.
    ///
    /// # Safety
    ///
    /// That of [`bytes`](Self::bytes).
    pub(crate) unsafe fn optional_text<'a>(self) -> Result<Option<&'a str>, Reason> {
        // SAFETY: the caller vouches for it.
        unsafe { self.optional_text_or(Reason::Misuse) }
    }

    /// The text of a stranger, or `None` for `NULL`.
    ///
    /// # Safety
    ///
    /// That of [`bytes`](Self::bytes).
    pub(crate) unsafe fn optional_text_or<'a>(
        self,
        otherwise: Reason,
    ) -> Result<Option<&'a str>, Reason> {
        if self.ptr.is_null() && self.len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller vouches for it.
        unsafe { self.text_or(otherwise) }.map(Some)
    }

    /// Where the bytes are.
    #[cfg(feature = "mcp")]
    pub(crate) fn addresses(self) -> Range<usize> {
        boundary::addresses(self.ptr, self.len)
    }
}

impl From<&[u8]> for gatepost_slice {
    fn from(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len() }
    }
}

impl From<&str> for gatepost_slice {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Option<&str>> for gatepost_slice {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::from)
    }
}
