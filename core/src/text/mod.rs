//! Untrusted bytes to checked views.

pub(crate) mod base64url;
pub(crate) mod bytes;
#[cfg(feature = "mcp")]
pub(crate) mod form;
pub(crate) mod json;
#[cfg(feature = "mcp")]
pub(crate) mod uri;
#[cfg(feature = "mcp")]
pub(crate) mod writer;
