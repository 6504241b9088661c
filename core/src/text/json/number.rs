//! JSON numbers, kept as they are written.

use core::fmt;

/// A JSON number of a checked document, of any size and precision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Number<'t> {
    raw: &'t str,
}

impl<'t> Number<'t> {
    /// `raw` is a number that the scanner has passed.
    pub(super) const fn new(raw: &'t str) -> Self {
        Self { raw }
    }

    /// The number as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'t str {
        self.raw
    }

    /// The number, if it is written as an integer and one of these.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.raw.parse().ok()
    }

    /// The nearest floating-point number; infinite where it is too large.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.raw.parse().unwrap_or(f64::NAN)
    }

    /// The least integer that is not below the number, computed exactly, if the number is from 0
    /// to `max`.
    ///
    /// `max` is at most `u64::MAX / 10 - 1`.
    #[inline]
    pub(crate) fn ceiling(self, max: u64) -> Option<u64> {
        match self.small_integer() {
            Some(value) => (value <= max).then_some(value),
            None => self.ceiling_of_any(max),
        }
    }

    /// The number, if it is written with nothing but up to eighteen digits, as times are.
    #[inline]
    fn small_integer(self) -> Option<u64> {
        if self.raw.len() > 18 {
            return None;
        }
        self.raw.bytes().try_fold(0_u64, |value, byte| {
            let digit = byte.wrapping_sub(b'0');
            // Below 10^18, so nothing wraps.
            (digit < 10).then(|| value.wrapping_mul(10).wrapping_add(u64::from(digit)))
        })
    }

    #[inline(never)]
    fn ceiling_of_any(self, max: u64) -> Option<u64> {
        let (is_negative, unsigned) = match self.raw.as_bytes() {
            [b'-', unsigned @ ..] => (true, unsigned),
            unsigned => (false, unsigned),
        };
        let begins_exponent = |byte: &&u8| matches!(byte, b'e' | b'E');
        let mantissa = || unsigned.iter().take_while(|byte| !begins_exponent(byte));
        // Where the decimal point is, counted in digits from the first one. An exponent beyond
        // `i32` is beyond every document's number of digits, too.
        let exponent = unsigned.iter().skip_while(|byte| !begins_exponent(byte)).skip(1);
        let mut point = 0_i32;
        let mut is_left = false;
        for byte in exponent {
            match byte {
                b'+' => {}
                b'-' => is_left = true,
                digit => point = point.saturating_mul(10).saturating_add(i32::from(digit & 0x0f)),
            }
        }
        let integer_len = mantissa().take_while(|byte| **byte != b'.').count();
        let point = if is_left { point.saturating_neg() } else { point };
        let point = point.saturating_add(i32::try_from(integer_len).unwrap_or(i32::MAX));

        let (mut value, mut rest, mut place) = (0_u64, false, 0_i32);
        for digit in mantissa().filter(|byte| **byte != b'.').map(|byte| byte & 0x0f) {
            if place < point {
                value = value.saturating_mul(10).saturating_add(u64::from(digit));
                if value > max {
                    return None;
                }
            } else {
                rest |= digit != 0;
            }
            place = place.saturating_add(1);
        }
        if value == 0 && !rest {
            return Some(0); // also "-0" and "0e999999999999"
        }
        if is_negative {
            return None;
        }
        // Zeros up to the decimal point: each multiplies a value of at least one, as no digit was
        // behind the point. So this ends with the first that exceeds `max`.
        while place < point && value <= max {
            value = value.saturating_mul(10);
            place = place.saturating_add(1);
        }
        let value = value.saturating_add(u64::from(rest));
        (value <= max).then_some(value)
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw)
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_TIME;

    #[test]
    fn numbers_are_rounded_up_exactly() {
        for (raw, value) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e5", 0),
            ("0e999999999999999999999", 0),
            ("1", 1),
            ("1.0", 1),
            ("1.000000000000000000000000000000000000000000000000000001", 2),
            ("0.1", 1),
            ("1e-400", 1),
            ("1e-99999999999999999999999", 1),
            ("1.7e9", 1_700_000_000),
            ("17E+8", 1_700_000_000),
            ("170000000000e-2", 1_700_000_000),
            ("170000000001e-2", 1_700_000_001),
            ("0.0000017e15", 1_700_000_000),
            ("9007199254740991", MAX_TIME),
            ("9007199254740990.5", MAX_TIME),
        ] {
            assert_eq!(Number::new(raw).ceiling(MAX_TIME), Some(value), "{raw}");
        }
    }

    #[test]
    fn what_is_out_of_range_has_no_value() {
        for raw in [
            "-1",
            "-0.1",
            "-1e-400",
            "9007199254740992",
            "9007199254740991.1",
            "1e999",
            "1e99999999999999999999999",
            "1e9223372036854775807",
            "18446744073709551616",
            "100000000000000000000000000000000000000",
        ] {
            assert_eq!(Number::new(raw).ceiling(MAX_TIME), None, "{raw}");
        }
    }
}
