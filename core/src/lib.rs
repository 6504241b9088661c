//! gatepost decides whether an OAuth 2.1 access token lets a request in: it is real, unexpired,
//! from the expected issuer, meant for this server, and enough for what is asked.
//!
//! The crate has no `std`, allocates nothing, contains no `unsafe` code, opens no socket and reads
//! no clock: memory, keys and time are arguments. What it decides is either an [`AccessToken`] or
//! a [`Reason`] with a stable number.
//!
//! ```
//! use gatepost::{KeySet, Policy, Reason, UnixTime};
//!
//! // The issuer's published keys, fetched by the caller.
//! let jwks = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"2026-1",
//!     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
//!     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
//! let keys: KeySet<8> = KeySet::from_jwks(jwks)?;
//!
//! // Whose tokens are accepted, and which audience they must be meant for.
//! let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?;
//!
//! let compact = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"; // {"alg":"HS256"}
//! let now = UnixTime::from_secs(1_700_000_000);
//! let mut memory = [0; 4096];
//! match policy.validate(compact, &keys, now, &mut memory) {
//!     Ok(token) => println!("welcome, {:?}", token.subject()),
//!     Err(reason) => assert_eq!(reason, Reason::AlgorithmNotAllowed),
//! }
//! # Ok::<(), Reason>(())
//! ```
//!
//! Where to begin: [`Policy`] for one issuer, [`Issuers`] for several, [`KeySet`] for keys,
//! [`limits`] for what is too large, [`manual`] for the reasons behind it all.
//!
//! # Features
//!
//! All only add. `p256`, `p384`, `ed25519`, `rsa` and `hmac` bring the algorithms, `pem` reads
//! keys in PEM and DER; these are on by default. Of RSA, `rs256` brings RS256 alone, which spares a
//! device the other hashes and PSS. `rsa-8192` takes RSA keys of up to 8192 bits.
//! `alloc` lets policies borrow from `String`s. `rustcrypto` brings `ReferenceKey`: P-256 and RSA by
//! the crates of those names, of which the latter allocates.
//!
//! Servers find faster keys and a cache that threads share in the crate `gatepost-hosted`.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
#[macro_use]
extern crate std;

mod access;
mod crypto;
mod jose;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "mcp")]
pub mod oauth;
mod reason;
mod text;
mod time;

pub mod limits;
pub mod manual;

pub use access::{
    AccessToken, ClaimRule, Confirmation, Evidence, Issuers, Policy, PresentedToken, ScopeClaims,
    StringList, Strings,
};
#[cfg(feature = "rustcrypto")]
pub use crypto::ReferenceKey;
pub use crypto::{
    FixedTokenCache, KeySet, KeySlot, Keys, KnownToken, NoTokenCache, PublicKey, SkippedKey,
    TokenCache, VerifyingKey, load,
};
#[cfg(feature = "p256")]
pub use crypto::{P256Table, PreparedP256, TableEntry};
pub use jose::{Algorithm, Algorithms, ImportOptions, KeyMaterial, ParsedKey, UntrustedToken};
pub use reason::Reason;
pub use time::UnixTime;

/// The JSON values of claims.
pub mod json {
    pub use crate::text::json::{Array, Elements, Entries, Number, Object, Text, Value};
}

/// Entry points for fuzzing and benchmarks, without any promise.
#[cfg(feature = "internal")]
#[doc(hidden)]
pub mod internal {
    use crate::Reason;
    #[cfg(feature = "p256")]
    pub use crate::crypto::p256::internal as p256;
    #[cfg(feature = "rs256")]
    pub use crate::crypto::rsa::internal as rsa;

    /// Decodes base64url into the front of `memory` and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn base64url(text: &[u8], memory: &mut [u8]) -> Result<usize, Reason> {
        crate::text::base64url::decode(text, memory).map(|(decoded, _)| decoded.len())
    }

    /// Checks that `text` is one JSON object as the reader wants it.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn json_object(text: &[u8], memory: &mut [u8]) -> Result<(), Reason> {
        crate::text::json::object(text, &crate::text::json::Known::new(["a"]), memory).map(|_| ())
    }

    /// The URIs of the resources that `operation` subscribes to by the number, in their order.
    #[cfg(feature = "mcp")]
    pub fn subscribed_uris<'o>(
        operation: &crate::mcp::Operation<'o>,
    ) -> impl Iterator<Item = &'o str> + use<'o> {
        operation.subscriptions().filter_map(|subscription| subscription.name())
    }
}

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
