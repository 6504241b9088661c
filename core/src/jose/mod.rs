//! JOSE: compact tokens, their headers, and keys as they are published.

mod algorithm;
mod header;
mod jwk;
mod key_material;
#[cfg(feature = "pem")]
mod spki;
mod token;

pub use algorithm::{Algorithm, Algorithms};
pub(crate) use header::HeaderOutline;
pub use jwk::ImportOptions;
pub(crate) use jwk::Jwk;
pub use key_material::{KeyMaterial, ParsedKey};
#[cfg(feature = "pem")]
pub(crate) use spki::{pem, subject_public_key_info};
pub use token::UntrustedToken;
pub(crate) use token::{CLAIMS, ClaimsOutline, Head, Parts, Signature, claim};
