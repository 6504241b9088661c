//! What surrounds an access token in OAuth: how it is presented, how its absence is answered, and
//! how clients, authorization servers and resources find one another.

mod authorization;
mod challenge;
mod challenges;
mod client;
mod credentials;
mod document;
mod legacy_metadata;
mod provider;
mod resource_document;
mod resource_metadata;
mod scheme;
mod server_metadata;
mod well_known;

pub use authorization::{
    AuthorizationRequest, Grant, TokenRequest, verify_authorization_response_issuer,
};
pub use challenge::Challenge;
pub use challenges::{ChallengeParameter, Challenges, ParsedChallenge};
pub use client::{Registration, initial_scope, step_up_scope};
pub use credentials::Credentials;
pub use legacy_metadata::LegacyServerMetadata;
pub use provider::Provider;
pub use resource_document::ResourceMetadataDocument;
pub use resource_metadata::ResourceMetadata;
pub use scheme::Scheme;
pub use server_metadata::{CodeFlow, ServerMetadata};
pub use well_known::{WellKnownUrl, resource_metadata_urls, server_metadata_urls};
