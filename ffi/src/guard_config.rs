//! What a guard is made from.

use core::ffi::c_void;
use core::ptr;

use gatepost_core::limits::MAX_MESSAGE_LEN;
use gatepost_core::oauth::{
    DpopNonces, DpopVerifier, LegacyServerMetadata, ResourceMetadata, SealKey, SealKeys,
};
use gatepost_core::{ClaimRule, Reason};

use crate::boundary::{Output, array, status};
use crate::places::Places;
use crate::proofs::CallersStore;
use crate::{
    GATEPOST_PROVIDER_GENERIC, algorithms, gatepost_implication, gatepost_rule, gatepost_seal_key,
    gatepost_slice,
};

/// Strings in all lists of a guard's configuration, rules included, at the most.
pub const GATEPOST_MAX_GUARD_STRINGS: usize = 1024;

/// Lets pages of any origin ask. A server on a private network or on the user's own machine then
/// loses its protection against DNS rebinding.
pub const GATEPOST_GUARD_ANY_ORIGIN: u32 = 1;
/// Takes no tokens but those that are bound to a key for DPoP proofs.
pub const GATEPOST_GUARD_DPOP_REQUIRED: u32 = 2;
/// Advertises that tokens bound to a client's certificate are understood (RFC 9728, section 2).
/// They are, with this bit or without: where the head of a request has the `certificate`.
pub const GATEPOST_GUARD_CERTIFICATE_BINDING: u32 = 4;
/// Publishes no document for clients of the MCP revision 2025-03-26, at Auth0 either.
pub const GATEPOST_GUARD_NO_LEGACY_METADATA: u32 = 8;

/// What an MCP server tells of itself and demands.
///
/// Fill it with gatepost_guard_config_init(), then set the resource, the authorization servers,
/// and what else is not to have its default. Strings are UTF-8.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_guard_config {
    /// sizeof(gatepost_guard_config), set by gatepost_guard_config_init().
    pub size: usize,
    /// The public URL of the MCP endpoint, published byte for byte. Required.
    pub resource: gatepost_slice,
    /// The issuers whose tokens are accepted, published byte for byte. Required.
    pub authorization_servers: *const gatepost_slice,
    /// How many issuers there are, at least 1.
    pub authorization_server_count: usize,
    /// The scopes to advertise: the few that basic use needs. What is enforced is not touched.
    pub scopes_supported: *const gatepost_slice,
    /// How many scopes are advertised.
    pub scopes_supported_count: usize,
    /// The name of the server for people, or NULL.
    pub name: gatepost_slice,
    /// The URL of the documentation for developers, or NULL.
    pub documentation: gatepost_slice,
    /// The URL that says how data may be used (`resource_policy_uri`), or NULL.
    pub policy_uri: gatepost_slice,
    /// The URL of the terms of service (`resource_tos_uri`), or NULL.
    pub tos_uri: gatepost_slice,
    /// Origins whose pages may ask, besides the resource's own: `https://host` or
    /// `https://host:port`.
    pub origins: *const gatepost_slice,
    /// How many origins there are.
    pub origin_count: usize,
    /// The rules, in any order.
    pub rules: *const gatepost_rule,
    /// How many rules there are, at most GATEPOST_MAX_RULES.
    pub rule_count: usize,
    /// Which scopes imply which.
    pub hierarchy: *const gatepost_implication,
    /// How many implications there are, at most GATEPOST_MAX_RULE_SCOPES.
    pub hierarchy_count: usize,
    /// What operations need that no rule speaks of, alternatives as in a rule.
    pub base_scopes: *const gatepost_slice,
    /// How many alternatives there are; 0 (the default): any valid token will do.
    pub base_scope_count: usize,
    /// The most bytes of a body. The default is 4194304.
    pub max_message_length: usize,
    /// The issuer in the document for clients of the MCP revision 2025-03-26; both endpoints are
    /// required then. NULL (the default): with GATEPOST_PROVIDER_AUTH0 and one authorization
    /// server, the document that Auth0's own guide asks for, unless
    /// GATEPOST_GUARD_NO_LEGACY_METADATA is set; else none.
    pub legacy_issuer: gatepost_slice,
    /// The authorization endpoint in that document.
    pub legacy_authorization_endpoint: gatepost_slice,
    /// The token endpoint in that document.
    pub legacy_token_endpoint: gatepost_slice,
    /// What the authorization endpoint is to carry as `audience`. NULL (the default): nothing, in
    /// Auth0's own document the resource.
    pub legacy_audience: gatepost_slice,
    /// Whose tokens are explained, a GATEPOST_PROVIDER. The default is GATEPOST_PROVIDER_GENERIC.
    pub provider: u32,
    /// 0 (the default), or GATEPOST_GUARD bits joined by `|`.
    pub flags: u32,
    /// The algorithms of DPoP proofs (RFC 9449) that are understood, GATEPOST_ALGORITHM bits with
    /// public keys joined by `|`. 0 (the default): a token that is bound to a key for proofs is
    /// refused.
    pub dpop_algorithms: u32,
    /// Remembers a proof that was accepted, so that none is accepted twice; required where proofs
    /// are understood. All threads that use the guard call it: looking and remembering is one step.
    ///
    /// `context` is `proof_context`, `proof` points to 32 bytes for the time of the call. They are
    /// to be remembered until `expires_at`, and not forgotten for others before; `now` is that of
    /// gatepost_authenticate(). Returns GATEPOST_OK; GATEPOST_PROOF_REPLAYED where they are
    /// remembered already; anything else, which is answered with GATEPOST_REPLAY_STORE_FULL, where
    /// they cannot be.
    pub remember_proof: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            proof: *const u8,
            expires_at: u64,
            now: u64,
        ) -> u32,
    >,
    /// For `remember_proof`.
    pub proof_context: *mut c_void,
    /// Secrets for nonces (RFC 9449, section 9), as for gatepost_write_nonce(): each proof has to
    /// carry a nonce, and answers hand one out (GATEPOST_NONCE_REQUIRED). The secrets themselves
    /// are not copied: they must live, unchanged, as long as the guard is used. To rotate them,
    /// make another guard. NULL (the default): no nonces.
    pub nonce_keys: *const gatepost_seal_key,
    /// How many secrets there are, at most GATEPOST_MAX_SEAL_KEYS.
    pub nonce_key_count: usize,
    /// Seconds that a nonce is good for, 1 to GATEPOST_MAX_NONCE_LIFETIME where there are secrets;
    /// else 0 (the default).
    pub nonce_lifetime: u32,
}

/// Fills a configuration with the defaults.
///
/// `size`: sizeof(gatepost_guard_config).
///
/// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
///
/// # Safety
///
/// `config` is NULL or points to `size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_guard_config_init(
    config: *mut gatepost_guard_config,
    size: usize,
) -> u32 {
    status(|| {
        let output = Output::new(config)?;
        if size != size_of::<gatepost_guard_config>() {
            return Err(Reason::Misuse);
        }
        let defaults = gatepost_guard_config {
            size,
            resource: gatepost_slice::NONE,
            authorization_servers: ptr::null(),
            authorization_server_count: 0,
            scopes_supported: ptr::null(),
            scopes_supported_count: 0,
            name: gatepost_slice::NONE,
            documentation: gatepost_slice::NONE,
            policy_uri: gatepost_slice::NONE,
            tos_uri: gatepost_slice::NONE,
            origins: ptr::null(),
            origin_count: 0,
            rules: ptr::null(),
            rule_count: 0,
            hierarchy: ptr::null(),
            hierarchy_count: 0,
            base_scopes: ptr::null(),
            base_scope_count: 0,
            max_message_length: MAX_MESSAGE_LEN,
            legacy_issuer: gatepost_slice::NONE,
            legacy_authorization_endpoint: gatepost_slice::NONE,
            legacy_token_endpoint: gatepost_slice::NONE,
            legacy_audience: gatepost_slice::NONE,
            provider: GATEPOST_PROVIDER_GENERIC,
            flags: 0,
            dpop_algorithms: 0,
            remember_proof: None,
            proof_context: ptr::null_mut(),
            nonce_keys: ptr::null(),
            nonce_key_count: 0,
            nonce_lifetime: 0,
        };
        // SAFETY: the caller vouches for the place.
        unsafe { output.write(defaults) }
        Ok(())
    })
}

/// Reads a configuration. Lists go to places beside the guard, since the core borrows them.
pub(crate) struct Reader<'c> {
    pub(crate) config: &'c gatepost_guard_config,
    pub(crate) strings: Places<'static, &'static str>,
    pub(crate) claims: Places<'static, ClaimRule<'static>>,
    pub(crate) nonce_keys: Places<'static, SealKey<'static>>,
}

/// The configuration is there, with all that it points to, which stays as long as the guard: so
/// the caller of [`gatepost_guard_init`](crate::gatepost_guard_init) has vouched.
impl Reader<'_> {
    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn metadata(&mut self) -> Result<ResourceMetadata<'static>, Reason> {
        let config = self.config;
        // SAFETY: the caller vouches for the configuration.
        unsafe {
            let servers =
                self.list(config.authorization_servers, config.authorization_server_count)?;
            let scopes = self.list(config.scopes_supported, config.scopes_supported_count)?;
            let mut metadata = ResourceMetadata::new(config.resource.text()?, servers)?
                .with_scopes_supported(scopes)?;
            if let Some(name) = config.name.optional_text()? {
                metadata = metadata.with_name(name)?;
            }
            if let Some(url) = config.documentation.optional_text()? {
                metadata = metadata.with_documentation(url)?;
            }
            if let Some(url) = config.policy_uri.optional_text()? {
                metadata = metadata.with_policy(url)?;
            }
            if let Some(url) = config.tos_uri.optional_text()? {
                metadata = metadata.with_terms_of_service(url)?;
            }
            if self.has(GATEPOST_GUARD_CERTIFICATE_BINDING) {
                metadata = metadata.with_certificate_binding();
            }
            if config.dpop_algorithms != 0 {
                let algorithms = algorithms(config.dpop_algorithms)?;
                metadata = metadata.with_dpop(algorithms, self.requires_dpop())?;
            }
            Ok(metadata)
        }
    }

    /// Whether there is to be no document for clients of the revision 2025-03-26.
    pub(crate) const fn has_no_legacy_metadata(&self) -> bool {
        self.has(GATEPOST_GUARD_NO_LEGACY_METADATA)
    }

    /// The document for clients of the revision 2025-03-26, if there is to be another than that of
    /// the provider.
    ///
    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn legacy_metadata(
        &self,
    ) -> Result<Option<LegacyServerMetadata<'static>>, Reason> {
        let config = self.config;
        // SAFETY: the caller vouches for the configuration.
        let texts = unsafe {
            [
                config.legacy_issuer.optional_text()?,
                config.legacy_authorization_endpoint.optional_text()?,
                config.legacy_token_endpoint.optional_text()?,
                config.legacy_audience.optional_text()?,
            ]
        };
        if texts != [None; 4] && self.has_no_legacy_metadata() {
            return Err(Reason::Misuse);
        }
        match texts {
            // An audience alone is for the provider's own document.
            [None, None, None, _] => Ok(None),
            [Some(issuer), Some(authorization_endpoint), Some(token_endpoint), audience] => {
                let endpoints = (authorization_endpoint, token_endpoint);
                let legacy = LegacyServerMetadata::new(issuer, endpoints.0, endpoints.1)?;
                audience.map_or(Ok(legacy.clone()), |name| legacy.with_audience(name)).map(Some)
            }
            _ => Err(Reason::Misuse),
        }
    }

    /// `None` where pages of any origin may ask.
    ///
    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn origins(&mut self) -> Result<Option<&'static [&'static str]>, Reason> {
        let config = self.config;
        // SAFETY: the caller vouches for the configuration.
        let origins = unsafe { self.list(config.origins, config.origin_count) }?;
        match (self.has(GATEPOST_GUARD_ANY_ORIGIN), origins.is_empty()) {
            (false, _) => Ok(Some(origins)),
            (true, true) => Ok(None),
            // Whoever lists some does not mean all.
            (true, false) => Err(Reason::Misuse),
        }
    }

    /// What verifies proofs, if any are understood.
    ///
    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn dpop(
        &mut self,
    ) -> Result<Option<DpopVerifier<'static, CallersStore>>, Reason> {
        let config = self.config;
        let known = GATEPOST_GUARD_ANY_ORIGIN
            | GATEPOST_GUARD_DPOP_REQUIRED
            | GATEPOST_GUARD_CERTIFICATE_BINDING
            | GATEPOST_GUARD_NO_LEGACY_METADATA;
        if config.flags & !known != 0 {
            return Err(Reason::Misuse);
        }
        // SAFETY: the caller vouches for the configuration.
        let nonces = unsafe { self.nonces() }?;
        match (config.dpop_algorithms, config.remember_proof) {
            (0, None) if !self.requires_dpop() && nonces.is_none() => Ok(None),
            (1.., Some(remember)) => {
                let store = CallersStore { remember, context: config.proof_context };
                // SAFETY: the caller vouches for the configuration.
                let resource = unsafe { config.resource.text() }?;
                let verifier = DpopVerifier::new(resource, store)?
                    .with_algorithms(algorithms(config.dpop_algorithms)?)?;
                Ok(Some(match nonces {
                    Some(nonces) => verifier.with_nonces(nonces),
                    None => verifier,
                }))
            }
            _ => Err(Reason::Misuse),
        }
    }

    /// The nonces that proofs have to carry, if any.
    ///
    /// # Safety
    ///
    /// See above.
    unsafe fn nonces(&mut self) -> Result<Option<DpopNonces<'static>>, Reason> {
        let config = self.config;
        // SAFETY: the caller vouches for the configuration, the secrets in it included.
        let keys = unsafe {
            let keys = array(config.nonce_keys, config.nonce_key_count)?;
            self.nonce_keys.fill(keys, |key| key.read())?
        };
        match (keys.is_empty(), config.nonce_lifetime) {
            (true, 0) => Ok(None),
            (true, _) => Err(Reason::Misuse),
            (false, lifetime) => DpopNonces::new(SealKeys::new(keys)?, lifetime).map(Some),
        }
    }

    pub(crate) const fn requires_dpop(&self) -> bool {
        self.has(GATEPOST_GUARD_DPOP_REQUIRED)
    }

    const fn has(&self, flag: u32) -> bool {
        self.config.flags & flag != 0
    }

    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn list(
        &mut self,
        slices: *const gatepost_slice,
        count: usize,
    ) -> Result<&'static [&'static str], Reason> {
        // SAFETY: the caller vouches for the array, and for what the slices point to.
        unsafe { self.strings.fill(array(slices, count)?, |slice| slice.text()) }
    }
}
