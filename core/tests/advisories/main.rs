//! What other libraries got wrong: one test for each published advisory that can concern a
//! verifier, with the token or the key that the vulnerable library took.
//!
//! Every token here is signed as well as its attacker could: where the signature is not what is
//! attacked, it is a good one. What the core can only show in part:
//!
//! | advisory | here | left to |
//! |---|---|---|
//! | GHSA-9v7f-9g4p-ffgj, CVE-2026-48522 (PyJWT: redirects and `file:` addresses of key sets) | key sets are text, never addresses | whoever fetches them |
//! | CVE-2026-48524, GHSA-2gx3-rcp4-g85q (PyJWT: a fetch for each unknown `kid`) | an unknown `kid` is refused before anything is hashed, with a reason of its own | whoever fetches, and waits between two fetches |
//! | CVE-2025-22149 (jwkset: a refresh adds keys only) | a set is a value: a new one has nothing of the old one | whoever fetches, and replaces the set |
//! | CVE-2026-35039 (fast-jwt: two tokens with one place in a cache) | validation has no state | the cache of verified signatures |
//! | CVE-2016-9123 (go-jose: lengths that overflow 32 bits) | every limit fits 32 bits | the build for a 32-bit processor, and the lints: no unchecked arithmetic and no conversion by `as` but in the arithmetic of RSA, whose sizes are fixed |
//! | CVE-2016-7036, CVE-2024-25189, CVE-2024-25190, CVE-2024-25714 (tags compared byte by byte) | wrong tags are refused wherever they differ; time is not measured | `Mac::verify_slice` of the crate `digest`, which compares in constant time |
//! | CVE-2023-49092, CVE-2022-50237, CVE-2024-58262 (private keys that leak by time) | no private key is ever held | |
//!
//! Not here, because there is no decryption: CVE-2022-36083, CVE-2023-52428, CVE-2023-49290,
//! CVE-2023-50658, CVE-2023-6681, CVE-2026-27932 (costly key derivation), CVE-2024-28176,
//! CVE-2024-28180, CVE-2024-28122, CVE-2024-33664, CVE-2025-62706, CVE-2025-63811 (compression),
//! CVE-2026-29000 (an unsigned token inside an encrypted one): encrypted tokens are refused as
//! such, which `form` shows.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "pem",
    feature = "rsa"
))]

#[path = "../common/mod.rs"]
mod common;

mod claims;
mod confusion;
mod form;
mod header;
mod import;
mod key_choice;
mod signature;

use common::{NOW, policy};
use gatepost::{KeySet, Keys, Policy, Reason, VerifyingKey};

/// Validates with the default policy.
fn verdict<'k, K: VerifyingKey + 'k>(
    compact: impl AsRef<[u8]>,
    keys: impl Into<Keys<'k, K>>,
) -> Result<(), Reason> {
    verdict_of(policy(), compact, keys)
}

fn verdict_of<'k, K: VerifyingKey + 'k>(
    policy: Policy<'_>,
    compact: impl AsRef<[u8]>,
    keys: impl Into<Keys<'k, K>>,
) -> Result<(), Reason> {
    policy.validate(&compact, keys, NOW, &mut common::memory()).map(|_| ())
}

/// Reads a set of these public keys, each JSON text.
fn read_keys(keys: &[&str]) -> Result<KeySet<4>, Reason> {
    KeySet::from_jwks(common::jwks(keys))
}
