//! `gatepost._native`: the core for Python.
//!
//! Conversion only. What is accepted and why not is decided in the core; the classes of the
//! errors are Python's (`gatepost.exceptions`).
//!
//! A key set may take a tenth of a second to read, so others may run Python meanwhile. Validations
//! do not let go of the interpreter: one takes 0.03 to 1 ms, and whoever lets go waits for up to
//! 5 ms to get it back from a thread that runs Python: measured beside such a thread, RS256
//! validations became 5 times and ES256 ones twice as slow. Nor do guards: a body of 4 MiB, the
//! longest unless set, takes some 4 ms.

mod authorization;
mod challenge;
mod challenges;
mod client_id;
mod configuration;
mod confirmation;
mod credentials;
mod dpop;
mod dpop_nonces;
mod errors;
mod guard;
mod input;
mod key_refresh;
mod key_set;
mod legacy;
mod memory;
mod message;
mod metadata;
mod new_client;
mod pkce;
mod policy;
mod possession;
mod principal;
mod redirect;
mod registration;
mod request;
mod response;
mod rule;
mod seal_keys;
mod state_seal;
mod token;
mod validator;

// There is no lock that it would need: every class is frozen, and what changes has a lock of its own.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::authorization::{
        AuthorizationRequest, TokenRequest, initial_scope, step_up_scope,
        verify_authorization_response_issuer,
    };
    #[pymodule_export]
    use crate::challenge::Challenge;
    #[pymodule_export]
    use crate::challenges::{ParsedChallenge, parse_challenges};
    #[pymodule_export]
    use crate::client_id::{ClientIdUrl, FetchPolicy};
    #[pymodule_export]
    use crate::confirmation::Confirmation;
    #[pymodule_export]
    use crate::credentials::Credentials;
    #[pymodule_export]
    use crate::dpop::Dpop;
    #[pymodule_export]
    use crate::dpop_nonces::DpopNonces;
    #[pymodule_export]
    use crate::guard::Guard;
    #[pymodule_export]
    use crate::key_refresh::{KeyRefresh, RefreshAction};
    #[pymodule_export]
    use crate::key_set::{KeySet, SkippedKey};
    #[pymodule_export]
    use crate::legacy::LegacyServerMetadata;
    #[pymodule_export]
    use crate::message::{MessageId, error_body};
    #[pymodule_export]
    use crate::metadata::{
        CodeFlow, ResourceMetadataDocument, ServerMetadata, resource_metadata_urls,
        server_metadata_urls,
    };
    #[pymodule_export]
    use crate::new_client::{NewClient, RegisteredClient, Registration};
    #[pymodule_export]
    use crate::pkce::{CodeChallenge, CodeVerifier};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::possession::{DpopVerifier, Evidence, PresentedToken, VerifiedProof};
    #[pymodule_export]
    use crate::principal::Principal;
    #[pymodule_export]
    use crate::redirect::{RedirectRules, RedirectUri};
    #[pymodule_export]
    use crate::registration::{
        ClientCredentials, ClientMetadata, ClientRules, write_registration_error,
    };
    #[pymodule_export]
    use crate::request::{Operation, RequestHead};
    #[pymodule_export]
    use crate::response::Response;
    #[pymodule_export]
    use crate::rule::{ClaimRule, Rule};
    #[pymodule_export]
    use crate::seal_keys::SealKeys;
    #[pymodule_export]
    use crate::state_seal::StateSeal;
    #[pymodule_export]
    use crate::token::AccessToken;
    #[pymodule_export]
    use crate::validator::Validator;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("REASONS", crate::errors::table(module.py())?)?;
        module.add("MAX_TOKEN_LEN", gatepost::limits::MAX_TOKEN_LEN)?;
        module.add("MAX_JWK_SET_LEN", gatepost::limits::MAX_JWK_SET_LEN)?;
        module.add("MAX_INTROSPECTION_LEN", gatepost::limits::MAX_INTROSPECTION_LEN)
    }
}
