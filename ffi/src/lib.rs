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
mod key_set;
mod limits;
mod load;
#[cfg(all(not(feature = "std"), feature = "panic-handler", not(test)))]
mod panic_handler;
mod policy;
mod reason;
mod slice;
mod validate;
mod version;

#[cfg(all(test, feature = "std"))]
mod tests;

pub use access_token::*;
pub use algorithm::*;
pub use key_set::*;
pub use limits::*;
pub use load::*;
pub use policy::*;
pub use reason::*;
pub use slice::*;
pub use validate::*;
pub use version::*;
