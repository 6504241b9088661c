//! What surrounds an access token in OAuth: how it is presented, how its absence is answered, and
//! how clients, authorization servers and resources find one another.

mod challenge;
mod challenges;
mod credentials;
mod scheme;

pub use challenge::Challenge;
pub use challenges::{ChallengeParameter, Challenges, ParsedChallenge};
pub use credentials::Credentials;
pub use scheme::Scheme;
