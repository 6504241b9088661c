//! Keys for servers, on top of [`gatepost`]: the same verdicts, faster.
//!
//! - [`HostedKey`] verifies RSA and P-256 with AVX-512 IFMA where the processor has it, and with
//!   portable code elsewhere; tables of keys in use live in the memory budget of a [`Tables`].
//! - [`SharedTokenCache`] remembers which tokens had a good signature, for any number of threads.
//! - `AwsLcKey` (feature `aws-lc`, or `aws-lc-fips`) verifies with AWS-LC.
//!
//! ```
//! use gatepost::{ImportOptions, KeySet, Policy, Reason, UnixTime, limits};
//! use gatepost_hosted::{HostedKey, SharedTokenCache};
//!
//! // The key of RFC 8037, appendix A.2.
//! let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
//!     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//! let keys: KeySet<8, HostedKey> = KeySet::load(jwks, ImportOptions::default(), HostedKey::new)?;
//! let policy = Policy::new("https://tenant.auth0.com/", "https://mcp.example.com/mcp")?;
//! let cache = SharedTokenCache::new(1000);
//!
//! // For each request:
//! let (token, now) = ("eyJhbGciOiJFZERTQSJ9.e30.", UnixTime::from_secs(1_900_000_000));
//! let mut memory = [0; limits::MEMORY];
//! let refused = policy.validate(token, keys.keys().remembering(&cache), now, &mut memory);
//! assert_eq!(refused.unwrap_err(), Reason::MissingClaim);
//! # Ok::<(), Reason>(())
//! ```
//!
//! # Unsafe code
//!
//! It is in `arch/` alone, around the processor's vector instructions.
//!
//! The tests of that code run with an emulated processor's AVX-512 IFMA too (`make lanes`), so that
//! they do not depend on the machine.

#![deny(unsafe_code)]

mod arch;
#[cfg(any(feature = "aws-lc", feature = "aws-lc-fips"))]
mod aws_lc;
mod key;
mod tables;
mod token_cache;

#[cfg(any(feature = "aws-lc", feature = "aws-lc-fips"))]
pub use aws_lc::AwsLcKey;
pub use key::HostedKey;
pub use tables::{DEFAULT_BUDGET, Tables};
pub use token_cache::SharedTokenCache;
