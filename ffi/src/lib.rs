//! The C interface of gatepost. `include/gatepost.h` is made from this crate and is its
//! documentation; the text of the items here is written for readers of that file.
//!
//! The crate converts and checks pointers; it decides nothing. One file a C type, every function
//! behind the panic boundary of [`boundary`].

#![no_std]
#![deny(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    clippy::undocumented_unsafe_blocks,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]
#![allow(non_camel_case_types, reason = "types have their names in C")]

#[cfg(any(feature = "std", test))]
extern crate std;

mod access_token;
mod algorithm;
mod boundary;
#[cfg(feature = "mcp")]
mod challenge;
mod claim_rule;
#[cfg(feature = "mcp")]
mod client;
mod confirmation;
#[cfg(feature = "mcp")]
mod credentials;
#[cfg(feature = "mcp")]
mod decide;
#[cfg(feature = "mcp")]
mod dpop;
#[cfg(feature = "mcp")]
mod error_body;
#[cfg(feature = "mcp")]
mod fill;
#[cfg(feature = "mcp")]
mod guard;
#[cfg(feature = "mcp")]
mod guard_config;
#[cfg(feature = "mcp")]
mod introspection;
#[cfg(feature = "mcp")]
mod key_refresh;
#[cfg(feature = "mcp")]
mod key_refresh_config;
#[cfg(feature = "mcp")]
mod key_report;
mod key_set;
mod limits;
mod load;
#[cfg(feature = "mcp")]
mod metadata;
#[cfg(feature = "mcp")]
mod new_client;
#[cfg(feature = "mcp")]
mod operation;
#[cfg(all(not(feature = "std"), feature = "panic-handler", not(test)))]
mod panic_handler;
#[cfg(feature = "mcp")]
mod pkce;
mod places;
mod policy;
mod presented_token;
#[cfg(feature = "mcp")]
mod principal;
#[cfg(feature = "mcp")]
mod proofs;
mod provider;
mod reason;
#[cfg(feature = "mcp")]
mod redirect_uri;
#[cfg(feature = "mcp")]
mod registration;
#[cfg(feature = "mcp")]
mod request;
#[cfg(feature = "mcp")]
mod response;
#[cfg(feature = "mcp")]
mod rule;
#[cfg(feature = "mcp")]
mod seal;
mod slice;
mod validate;
mod version;

#[cfg(all(test, feature = "std"))]
mod tests;

pub use access_token::*;
pub use algorithm::*;
#[cfg(feature = "mcp")]
pub use challenge::*;
pub use claim_rule::*;
#[cfg(feature = "mcp")]
pub use client::*;
pub use confirmation::*;
#[cfg(feature = "mcp")]
pub use credentials::*;
#[cfg(feature = "mcp")]
pub use decide::*;
#[cfg(feature = "mcp")]
pub use dpop::*;
#[cfg(feature = "mcp")]
pub use error_body::*;
#[cfg(feature = "mcp")]
pub use guard::*;
#[cfg(feature = "mcp")]
pub use guard_config::*;
#[cfg(feature = "mcp")]
pub use introspection::*;
#[cfg(feature = "mcp")]
pub use key_refresh::*;
#[cfg(feature = "mcp")]
pub use key_refresh_config::*;
#[cfg(feature = "mcp")]
pub use key_report::*;
pub use key_set::*;
pub use limits::*;
pub use load::*;
#[cfg(feature = "mcp")]
pub use metadata::*;
#[cfg(feature = "mcp")]
pub use new_client::*;
#[cfg(feature = "mcp")]
pub use operation::*;
#[cfg(feature = "mcp")]
pub use pkce::*;
pub use policy::*;
pub use presented_token::*;
#[cfg(feature = "mcp")]
pub use principal::*;
pub use provider::*;
pub use reason::*;
#[cfg(feature = "mcp")]
pub use redirect_uri::*;
#[cfg(feature = "mcp")]
pub use registration::*;
#[cfg(feature = "mcp")]
pub use request::*;
#[cfg(feature = "mcp")]
pub use response::*;
#[cfg(feature = "mcp")]
pub use rule::*;
#[cfg(feature = "mcp")]
pub use seal::*;
pub use slice::*;
pub use validate::*;
pub use version::*;
