//! Which version this is.

use core::ffi::c_char;

/// The major version that this header is from.
pub const GATEPOST_VERSION_MAJOR: u32 = 0;
/// The minor version that this header is from.
pub const GATEPOST_VERSION_MINOR: u32 = 1;
/// The patch version that this header is from.
pub const GATEPOST_VERSION_PATCH: u32 = 0;

const _: () = {
    assert!(is_decimal(env!("CARGO_PKG_VERSION_MAJOR"), GATEPOST_VERSION_MAJOR));
    assert!(is_decimal(env!("CARGO_PKG_VERSION_MINOR"), GATEPOST_VERSION_MINOR));
    assert!(is_decimal(env!("CARGO_PKG_VERSION_PATCH"), GATEPOST_VERSION_PATCH));
};

/// The version of the library, such as "0.1.0"; ends with a NUL, and lives for ever.
///
/// Compare it with GATEPOST_VERSION_MAJOR, _MINOR and _PATCH, which are the header's.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Whether `text` is `number` in decimal digits.
const fn is_decimal(text: &str, number: u32) -> bool {
    matches!(u32::from_str_radix(text, 10), Ok(parsed) if parsed == number)
}
