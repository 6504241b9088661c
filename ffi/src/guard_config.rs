//! What a guard is made from.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr;

use gatepost_core::limits::MAX_MESSAGE_LEN;
use gatepost_core::mcp::{Rule, Rules};
use gatepost_core::oauth::{DpopVerifier, LegacyServerMetadata, Provider, ResourceMetadata};
use gatepost_core::{ClaimRule, Reason};

use crate::boundary::{Output, array, status};
use crate::proofs::CallersStore;
use crate::{
    GATEPOST_OPERATION_METHOD, GATEPOST_OPERATION_PROMPT, GATEPOST_OPERATION_RESOURCE,
    GATEPOST_OPERATION_TOOL, algorithms, gatepost_slice,
};

/// Rules of a guard at the most.
pub const GATEPOST_MAX_RULES: usize = 256;
/// Scopes that the rules, the hierarchy and the base scopes of a guard speak of at the most, and
/// implications of its hierarchy.
pub const GATEPOST_MAX_RULE_SCOPES: usize = 128;
/// Claim rules of all rules of a guard at the most.
pub const GATEPOST_MAX_CLAIM_RULES: usize = 128;
/// Strings in all lists of a guard's configuration, rules included, at the most.
pub const GATEPOST_MAX_GUARD_STRINGS: usize = 1024;

/// Any authorization server of OAuth 2.1.
pub const GATEPOST_PROVIDER_GENERIC: u32 = 0;
/// Auth0.
pub const GATEPOST_PROVIDER_AUTH0: u32 = 1;
/// Okta, a custom authorization server.
pub const GATEPOST_PROVIDER_OKTA: u32 = 2;
/// Microsoft Entra ID.
pub const GATEPOST_PROVIDER_ENTRA_ID: u32 = 3;
/// Keycloak.
pub const GATEPOST_PROVIDER_KEYCLOAK: u32 = 4;
/// Amazon Cognito.
pub const GATEPOST_PROVIDER_COGNITO: u32 = 5;

/// Lets pages of any origin ask. A server on a private network or on the user's own machine then
/// loses its protection against DNS rebinding.
pub const GATEPOST_GUARD_ANY_ORIGIN: u32 = 1;
/// Takes no tokens but those that are bound to a key for DPoP proofs.
pub const GATEPOST_GUARD_DPOP_REQUIRED: u32 = 2;

/// The rule is for all names that begin with its pattern.
pub const GATEPOST_RULE_PREFIX: u32 = 1;
/// The operation needs no token at all. Only where the headers alone tell the operation (revision
/// 2026-07-28 of MCP) can a request without a token be let in.
pub const GATEPOST_RULE_PUBLIC: u32 = 2;
/// The operation is refused, whatever the token (GATEPOST_OPERATION_REFUSED).
pub const GATEPOST_RULE_REFUSED: u32 = 4;

/// The claim is an array with at least one of the values as an element. Without this bit it is a
/// string, and one of the values.
pub const GATEPOST_CLAIM_ARRAY: u32 = 1;

/// A claim that must have one of certain values, byte for byte.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_claim_rule {
    /// The name of the claim.
    pub name: gatepost_slice,
    /// The values, none of them empty.
    pub values: *const gatepost_slice,
    /// How many values there are, at least 1.
    pub value_count: usize,
    /// 0, or GATEPOST_CLAIM_ARRAY.
    pub flags: u32,
}

/// What one kind of operation needs beyond a valid token. Members that are not needed are zeros.
///
/// For each operation one rule decides: that for its exact name before that for the longest
/// beginning of it, that for a tool, a prompt or a resource before that for its method, and of two
/// for the same operations that for the user before that for the client before that for anybody.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_rule {
    /// GATEPOST_OPERATION_TOOL, _PROMPT, _RESOURCE or _METHOD.
    pub kind: u32,
    /// 0, or GATEPOST_RULE bits joined by `|`.
    pub flags: u32,
    /// The name, or with GATEPOST_RULE_PREFIX how it begins.
    pub pattern: gatepost_slice,
    /// The scopes that are needed, words separated by single spaces; of several such strings any
    /// one will do.
    pub alternatives: *const gatepost_slice,
    /// How many alternatives there are; 0: any valid token will do.
    pub alternative_count: usize,
    /// For one user or one client alone: the issuer of the tokens. Else NULL.
    pub issuer: gatepost_slice,
    /// The user (`sub`), or NULL.
    pub subject: gatepost_slice,
    /// The client (`client_id`, or `azp`), or NULL.
    pub client_id: gatepost_slice,
    /// Claims that must have certain values, all of them; what is not so is
    /// GATEPOST_OPERATION_REFUSED.
    pub claims: *const gatepost_claim_rule,
    /// How many claim rules there are.
    pub claim_count: usize,
}

/// A scope that implies others.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_implication {
    /// The scope.
    pub broad: gatepost_slice,
    /// What it implies, words separated by single spaces; what these imply is implied as well.
    pub narrow: gatepost_slice,
}

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
    /// The issuer in the document for clients of the MCP revision 2025-03-26. NULL (the default)
    /// for no such document; else both endpoints are required.
    pub legacy_issuer: gatepost_slice,
    /// The authorization endpoint in that document.
    pub legacy_authorization_endpoint: gatepost_slice,
    /// The token endpoint in that document.
    pub legacy_token_endpoint: gatepost_slice,
    /// What the authorization endpoint is to carry as `audience`, or NULL.
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
        };
        // SAFETY: the caller vouches for the place.
        unsafe { output.write(defaults) }
        Ok(())
    })
}

/// The rules of a guard, compiled.
pub(crate) type GuardRules = Rules<'static, GATEPOST_MAX_RULES, GATEPOST_MAX_RULE_SCOPES>;

/// Reads a configuration. Lists go to places beside the guard, since the core borrows them.
pub(crate) struct Reader<'c> {
    pub(crate) config: &'c gatepost_guard_config,
    pub(crate) strings: Places<&'static str>,
    pub(crate) claims: Places<ClaimRule<'static>>,
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
            if config.dpop_algorithms != 0 {
                let algorithms = algorithms(config.dpop_algorithms)?;
                metadata = metadata.with_dpop(algorithms, self.requires_dpop())?;
            }
            Ok(metadata)
        }
    }

    /// Compiles the rules in their place: a thread's stack may have no room for so many.
    ///
    /// # Safety
    ///
    /// See above.
    pub(crate) unsafe fn rules(
        &mut self,
        place: &'static mut MaybeUninit<GuardRules>,
    ) -> Result<&'static GuardRules, Reason> {
        let config = self.config;
        let mut hierarchy = [("", ""); GATEPOST_MAX_RULE_SCOPES];
        // SAFETY: the caller vouches for the configuration.
        unsafe {
            let from = array(config.hierarchy, config.hierarchy_count)?;
            let hierarchy = hierarchy.get_mut(..from.len()).ok_or(Reason::Misuse)?;
            for (place, implication) in hierarchy.iter_mut().zip(from) {
                *place = (implication.broad.text()?, implication.narrow.text()?);
            }
            let base = self.list(config.base_scopes, config.base_scope_count)?;
            let rules = array(config.rules, config.rule_count)?;
            GuardRules::new_in(place, rules.iter().map(|rule| self.rule(rule)), hierarchy, base)
        }
    }

    /// # Safety
    ///
    /// See above.
    unsafe fn rule(&mut self, rule: &gatepost_rule) -> Result<Rule<'static>, Reason> {
        let known = GATEPOST_RULE_PREFIX | GATEPOST_RULE_PUBLIC | GATEPOST_RULE_REFUSED;
        if rule.flags & !known != 0 {
            return Err(Reason::Misuse);
        }
        let has = |flag| rule.flags & flag != 0;
        // SAFETY: the caller vouches for the configuration.
        unsafe {
            let pattern = rule.pattern.text()?;
            let made = match (rule.kind, has(GATEPOST_RULE_PREFIX)) {
                (GATEPOST_OPERATION_TOOL, false) => Rule::tool(pattern),
                (GATEPOST_OPERATION_TOOL, true) => Rule::tools_beginning_with(pattern),
                (GATEPOST_OPERATION_PROMPT, false) => Rule::prompt(pattern),
                (GATEPOST_OPERATION_PROMPT, true) => Rule::prompts_beginning_with(pattern),
                (GATEPOST_OPERATION_RESOURCE, false) => Rule::resource(pattern),
                (GATEPOST_OPERATION_RESOURCE, true) => Rule::resources_beginning_with(pattern),
                (GATEPOST_OPERATION_METHOD, false) => Rule::method(pattern),
                (GATEPOST_OPERATION_METHOD, true) => Rule::methods_beginning_with(pattern),
                _ => return Err(Reason::Misuse),
            };
            let alternatives = self.list(rule.alternatives, rule.alternative_count)?;
            let made = match (has(GATEPOST_RULE_PUBLIC), has(GATEPOST_RULE_REFUSED)) {
                (false, false) => made.needs(alternatives),
                (true, false) if alternatives.is_empty() => made.is_public(),
                (false, true) if alternatives.is_empty() => made.refused(),
                _ => return Err(Reason::Misuse),
            };
            let [issuer, subject, client_id] = [
                rule.issuer.optional_text()?,
                rule.subject.optional_text()?,
                rule.client_id.optional_text()?,
            ];
            let made = match (issuer, subject, client_id) {
                (None, None, None) => made,
                (Some(issuer), Some(subject), None) => made.for_user(issuer, subject),
                (Some(issuer), None, Some(client_id)) => made.for_client(issuer, client_id),
                _ => return Err(Reason::Misuse),
            };
            let from = array(rule.claims, rule.claim_count)?;
            let strings = &mut self.strings;
            let claims = self.claims.fill(from, |claim| {
                let values = array(claim.values, claim.value_count)?;
                let values = strings.fill(values, |value| value.text())?;
                match claim.flags {
                    0 => ClaimRule::one_of(claim.name.text()?, values),
                    GATEPOST_CLAIM_ARRAY => ClaimRule::includes(claim.name.text()?, values),
                    _ => Err(Reason::Misuse),
                }
            })?;
            Ok(made.with_claims(claims))
        }
    }

    /// The document for clients of the revision 2025-03-26, if there is to be one.
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
        let [Some(issuer), Some(authorization_endpoint), Some(token_endpoint), audience] = texts
        else {
            return if texts == [None; 4] { Ok(None) } else { Err(Reason::Misuse) };
        };
        let legacy = LegacyServerMetadata::new(issuer, authorization_endpoint, token_endpoint)?;
        Ok(Some(match audience {
            Some(audience) => legacy.with_audience(audience)?,
            None => legacy,
        }))
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
        let any_origin = config.flags & GATEPOST_GUARD_ANY_ORIGIN != 0;
        match (any_origin, origins.is_empty()) {
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
        &self,
    ) -> Result<Option<DpopVerifier<'static, CallersStore>>, Reason> {
        let config = self.config;
        let known = GATEPOST_GUARD_ANY_ORIGIN | GATEPOST_GUARD_DPOP_REQUIRED;
        if config.flags & !known != 0 {
            return Err(Reason::Misuse);
        }
        match (config.dpop_algorithms, config.remember_proof) {
            (0, None) if !self.requires_dpop() => Ok(None),
            (1.., Some(remember)) => {
                let store = CallersStore { remember, context: config.proof_context };
                // SAFETY: the caller vouches for the configuration.
                let resource = unsafe { config.resource.text() }?;
                let verifier = DpopVerifier::new(resource, store)?
                    .with_algorithms(algorithms(config.dpop_algorithms)?)?;
                Ok(Some(verifier))
            }
            _ => Err(Reason::Misuse),
        }
    }

    pub(crate) const fn requires_dpop(&self) -> bool {
        self.config.flags & GATEPOST_GUARD_DPOP_REQUIRED != 0
    }

    pub(crate) fn provider(&self) -> Result<Provider, Reason> {
        Ok(match self.config.provider {
            GATEPOST_PROVIDER_GENERIC => Provider::Generic,
            GATEPOST_PROVIDER_AUTH0 => Provider::Auth0,
            GATEPOST_PROVIDER_OKTA => Provider::Okta,
            GATEPOST_PROVIDER_ENTRA_ID => Provider::EntraId,
            GATEPOST_PROVIDER_KEYCLOAK => Provider::Keycloak,
            GATEPOST_PROVIDER_COGNITO => Provider::Cognito,
            _ => return Err(Reason::Misuse),
        })
    }

    /// # Safety
    ///
    /// See above.
    unsafe fn list(
        &mut self,
        slices: *const gatepost_slice,
        count: usize,
    ) -> Result<&'static [&'static str], Reason> {
        // SAFETY: the caller vouches for the array, and for what the slices point to.
        unsafe { self.strings.fill(array(slices, count)?, |slice| slice.text()) }
    }
}

/// Room for lists, for as long as the guard.
pub(crate) struct Places<T: 'static> {
    free: &'static mut [MaybeUninit<T>],
}

impl<T: 'static> Places<T> {
    pub(crate) const fn new(free: &'static mut [MaybeUninit<T>]) -> Self {
        Self { free }
    }

    /// The list of what `read` makes of each of `from`; [`Reason::Misuse`] where there is no room.
    fn fill<F>(
        &mut self,
        from: &[F],
        mut read: impl FnMut(&F) -> Result<T, Reason>,
    ) -> Result<&'static [T], Reason> {
        let free = core::mem::take(&mut self.free);
        let (places, free) = free.split_at_mut_checked(from.len()).ok_or(Reason::Misuse)?;
        self.free = free;
        for (place, from) in places.iter_mut().zip(from) {
            place.write(read(from)?);
        }
        // SAFETY: there are as many places as there is to read, and each was just written.
        Ok(unsafe { &*(ptr::from_ref(places) as *const [T]) })
    }
}
