//! Time, as an argument.

/// Seconds since 1970-01-01T00:00:00Z, leap seconds ignored: the NumericDate of
/// [RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2).
///
/// The crate reads no clock: the caller says what time it is.
///
/// ```
/// use gatepost::UnixTime;
///
/// let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
/// let now = UnixTime::from_secs(since_1970.as_secs());
/// assert!(now > UnixTime::from_secs(1_700_000_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    seconds: u64,
}

impl UnixTime {
    /// The time this many seconds after the beginning of 1970.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self { seconds }
    }

    /// Seconds since the beginning of 1970.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.seconds
    }

    pub(crate) const fn plus(self, seconds: u32) -> Self {
        #[expect(clippy::as_conversions, reason = "`u64::from` is not const")]
        Self::from_secs(self.seconds.saturating_add(seconds as u64))
    }
}
