//! What surrounds an access token in OAuth: how it is presented, how its absence is answered, and
//! how clients, authorization servers and resources find one another.

mod address;
mod authorization;
mod challenge;
mod challenges;
mod client;
mod client_document;
mod client_id;
mod client_metadata;
mod client_reader;
mod client_rules;
mod credentials;
mod document;
mod dpop;
mod head;
mod host;
mod key_refresh;
mod legacy_metadata;
mod new_client;
mod pkce;
mod plain_text;
mod provider;
mod redirect_uri;
mod registration;
mod resource_document;
mod resource_metadata;
mod scheme;
mod server_metadata;
mod well_known;

pub use crate::crypto::{SealKey, SealKeys};
pub use address::FetchPolicy;
pub use authorization::{
    AuthorizationRequest, Grant, TokenRequest, verify_authorization_response_issuer,
};
pub use challenge::Challenge;
pub use challenges::{ChallengeParameter, Challenges, ParsedChallenge};
pub use client::{Registration, initial_scope, step_up_scope};
pub use client_id::ClientIdUrl;
pub use client_metadata::ClientMetadata;
pub use client_rules::{AuthMethod, ClientRules};
pub use credentials::Credentials;
pub use dpop::{
    DpopNonces, DpopVerifier, FixedReplayStore, ProofFingerprint, ReplayStore, VerifiedProof,
};
pub use head::{Header, RequestHead};
pub use key_refresh::{CacheHeaders, FetchId, KeyChange, KeyRefresh, RefreshAction};
pub use legacy_metadata::LegacyServerMetadata;
pub use new_client::NewClient;
pub use pkce::{CodeChallenge, CodeVerifier};
pub use provider::Provider;
pub use redirect_uri::{ApplicationType, RedirectKind, RedirectRules, RedirectUri};
pub use registration::{ClientCredentials, RegisteredClient, write_registration_error};
pub use resource_document::ResourceMetadataDocument;
pub use resource_metadata::ResourceMetadata;
pub use scheme::Scheme;
pub use server_metadata::{CodeFlow, ServerMetadata};
pub use well_known::{WellKnownUrl, resource_metadata_urls, server_metadata_urls};
