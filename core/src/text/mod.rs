//! Untrusted bytes to checked views.

pub(crate) mod base64url;
pub(crate) mod json;
