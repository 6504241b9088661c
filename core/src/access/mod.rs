//! What an access token must be to be accepted.

mod issuers;
mod policy;
mod strings;
mod token;
mod validate;

pub use issuers::Issuers;
pub use policy::{Policy, ScopeClaims};
pub use strings::{StringList, Strings};
pub use token::AccessToken;
