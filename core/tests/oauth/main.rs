//! What surrounds an access token, through the public interface. A test that proves a requirement
//! of the MCP specification begins with the row of that requirement: `s9_…`.
#![cfg(feature = "mcp")]

#[path = "../common/mod.rs"]
mod common;

mod address;
#[cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]
mod bound_tokens;
mod challenge;
mod challenges;
mod client;
mod client_metadata;
mod credentials;
#[cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]
mod dpop;
mod introspection;
mod key_refresh;
mod legacy_metadata;
mod new_client;
mod pkce;
#[cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]
mod proof;
mod provider;
mod redirect_uri;
mod registration;
mod resource_metadata;
mod server_metadata;
