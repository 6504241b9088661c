//! What an access token must be to be accepted.

mod claim_rule;
mod introspection;
mod issuers;
mod policy;
mod possession;
mod strings;
mod token;
mod validate;

pub use claim_rule::ClaimRule;
pub use issuers::Issuers;
pub use policy::{Policy, ScopeClaims};
#[cfg(feature = "mcp")]
pub(crate) use possession::decode_hash;
pub use possession::{Confirmation, Evidence, PresentedToken};
pub use strings::{StringList, Strings};
pub use token::AccessToken;
#[cfg(feature = "mcp")]
pub(crate) use validate::is_type;
