//! Nothing on the way of a token allocates: neither reading keys, nor parsing, verifying and
//! judging a token, whether it is let in or refused, nor reading its claims, nor deciding about the
//! request that it came with.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "pem",
    feature = "rsa"
))]

#[path = "../common/allocations.rs"]
mod allocations;
#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "mcp")]
mod oauth;
mod tokens;
