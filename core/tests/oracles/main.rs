//! Differential tests: what this crate decides is what others decide who know nothing of it, on
//! thousands of inputs that are nearly right. The inputs are the same in each run.
//!
//! * RSA against the crate `rsa`: odd sizes of moduli, all kinds of exponents, signatures at the
//!   edges, and encodings with one thing wrong that no honest signer would make.
//! * Its powers in limbs of each size against `num-bigint`.
//! * ECDSA against the crates `p256` and `p384`; P-256 in every way that it is computed.
//! * Ed25519 where verifiers are known to differ.
//! * The JSON reader against `serde_json`.
//! * Base64url against `base64ct`.
//!
//! The JSON reader and the limbs are reached through the feature `internal`.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]

#[path = "../common/mod.rs"]
mod common;

mod base64url;
mod ecdsa;
mod ed25519;
mod json;
mod numbers;
mod p256;
mod rsa;
mod rsa_limbs;
