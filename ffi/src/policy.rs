//! Policies: the core's, made anew from checked parts for each call.
//!
//! Each list is kept inline, so that a policy is a value without pointers into itself: C may copy
//! it and move it.

use gatepost_core::limits::DEFAULT_LEEWAY;
use gatepost_core::{Algorithms, Policy, Reason, ScopeClaims, Strings};

use crate::boundary::{Output, array, shared, sized, status};
use crate::claim_rule::{ClaimRules, Room};
use crate::places::room;
use crate::{GATEPOST_PROVIDER_GENERIC, algorithms, gatepost_claim_rule, gatepost_slice};

/// Audiences, required scopes, required claims and claim rules of a policy at the most, each.
pub const GATEPOST_MAX_STRINGS: usize = 16;

/// Demands the JWT profile for access tokens (RFC 9068, section 4): `typ` is at+jwt, and `exp`,
/// `sub`, `client_id`, `iat` and `jti` are there. `typ` and `required_claims` stay unset.
pub const GATEPOST_POLICY_RFC9068: u32 = 1;
/// Requires no claim but `iss` and `aud`. This lets tokens in that never expire.
pub const GATEPOST_POLICY_NO_REQUIRED_CLAIMS: u32 = 2;
/// Takes the client (`client_id`) for the audience of a token that has no `aud`, as those of Amazon
/// Cognito have none: the audiences are then identifiers of clients. Such a token does not say whom
/// it is meant for: another server that takes the same client's tokens can use them here.
pub const GATEPOST_POLICY_CLIENT_AS_AUDIENCE: u32 = 4;

/// Takes scopes from `scope`, a string of words (RFC 8693, section 4.2).
pub const GATEPOST_SCOPES_FROM_SCOPE: u32 = 1;
/// Takes scopes from `scp`, a string of words or an array of strings.
pub const GATEPOST_SCOPES_FROM_SCP: u32 = 2;
/// Takes scopes from `permissions`, an array of strings.
pub const GATEPOST_SCOPES_FROM_PERMISSIONS: u32 = 4;

/// What a resource server asks of a token.
///
/// Fill it with gatepost_policy_config_init(), then set the issuer, the audiences, and what else
/// is not to have its default. Strings are UTF-8.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_policy_config {
    /// sizeof(gatepost_policy_config), set by gatepost_policy_config_init().
    pub size: usize,
    /// The issuer, compared with `iss` byte for byte: a trailing slash counts. Required.
    pub issuer: gatepost_slice,
    /// The audiences, one of which `aud` must name, byte for byte. Required.
    pub audiences: *const gatepost_slice,
    /// How many audiences there are, 1 to GATEPOST_MAX_STRINGS.
    pub audience_count: usize,
    /// The algorithms that are accepted, GATEPOST_ALGORITHM bits joined by `|`: all of them with a
    /// public key, or all with a secret. 0 (the default): all with a public key; where the keys
    /// are secrets, all with a secret.
    pub algorithms: u32,
    /// By how many seconds clocks may differ, at most GATEPOST_MAX_LEEWAY. The default is 30.
    pub leeway: u32,
    /// The one media type that the header's `typ` may have, in any case, `application/` left out
    /// or not (RFC 7515, section 4.1.9). NULL (the default): JWT, at+jwt, or no `typ`.
    pub typ: gatepost_slice,
    /// Scopes that the token must have, all of them. None by default.
    pub required_scopes: *const gatepost_slice,
    /// How many required scopes there are, at most GATEPOST_MAX_STRINGS.
    pub required_scope_count: usize,
    /// Claims that must be there besides `iss` and `aud`; they take the place of the default,
    /// which is `exp`.
    pub required_claims: *const gatepost_slice,
    /// How many required claims there are, at most GATEPOST_MAX_STRINGS; 0 for the default.
    pub required_claim_count: usize,
    /// The claims that scopes are taken from, GATEPOST_SCOPES_FROM bits joined by `|`, as far as
    /// the provider writes scopes there. The default is all three.
    pub scope_claims: u32,
    /// 0 (the default), or GATEPOST_POLICY bits joined by `|`.
    pub flags: u32,
    /// Claims that must have certain values, all of them; a token with others is
    /// GATEPOST_CLAIM_REFUSED. None by default.
    pub claims: *const gatepost_claim_rule,
    /// How many claim rules there are, at most GATEPOST_MAX_STRINGS; their values together are at
    /// most GATEPOST_MAX_CLAIM_VALUES.
    pub claim_count: usize,
    /// Whose tokens they are, a GATEPOST_PROVIDER: the issuer must have the form of that provider's
    /// (gatepost_provider_require_issuer()), scopes are taken from where it writes them, and what
    /// tells its access tokens from its other tokens is demanded (`typ` at Keycloak, `token_use` at
    /// Cognito, which implies GATEPOST_POLICY_CLIENT_AS_AUDIENCE). GATEPOST_PROVIDER_GENERIC (the
    /// default) assumes nothing, and is all there is in libraries built without mcp.
    pub provider: u32,
}

/// What a resource server asks of a token, checked.
///
/// Opaque, and a plain value: it may be copied, is never changed by a call that takes it as
/// `const`, and needs no cleaning up. It points to the strings of its configuration, which must
/// live, unchanged, as long as it is used.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_policy {
    /// Not to be used.
    pub opaque: [usize; 256],
}

/// What stands in a [`gatepost_policy`].
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    /// [`LIVE`]: a policy of zeros was never made.
    state: usize,
    flags: u32,
    leeway: u32,
    issuer: &'static str,
    typ: Option<&'static str>,
    algorithms: Option<Algorithms>,
    scope_claims: ScopeClaims,
    audiences: List,
    required_scopes: List,
    required_claims: List,
    claims: ClaimRules,
    provider: u32,
}

#[derive(Clone, Copy)]
struct List {
    strings: [&'static str; GATEPOST_MAX_STRINGS],
    count: usize,
}

const LIVE: usize = 0x706f_6c69;

const _: () = {
    assert!(size_of::<Parts>() <= size_of::<gatepost_policy>());
    assert!(align_of::<Parts>() <= align_of::<gatepost_policy>());
};

/// Fills a configuration with the defaults.
///
/// `size`: sizeof(gatepost_policy_config).
///
/// Errors: GATEPOST_MISUSE for a NULL, and for the size of another version of this header.
///
/// # Safety
///
/// `config` is NULL or points to `size` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_policy_config_init(
    config: *mut gatepost_policy_config,
    size: usize,
) -> u32 {
    status(|| {
        let output = Output::new(config)?;
        if size != size_of::<gatepost_policy_config>() {
            return Err(Reason::Misuse);
        }
        let defaults = gatepost_policy_config {
            size,
            issuer: gatepost_slice::NONE,
            audiences: core::ptr::null(),
            audience_count: 0,
            algorithms: 0,
            leeway: DEFAULT_LEEWAY,
            typ: gatepost_slice::NONE,
            required_scopes: core::ptr::null(),
            required_scope_count: 0,
            required_claims: core::ptr::null(),
            required_claim_count: 0,
            scope_claims: GATEPOST_SCOPES_FROM_SCOPE
                | GATEPOST_SCOPES_FROM_SCP
                | GATEPOST_SCOPES_FROM_PERMISSIONS,
            flags: 0,
            claims: core::ptr::null(),
            claim_count: 0,
            provider: GATEPOST_PROVIDER_GENERIC,
        };
        // SAFETY: the caller vouches for the place.
        unsafe { output.write(defaults) }
        Ok(())
    })
}

/// Checks a configuration and makes a policy of it in `*policy`.
///
/// `size`: sizeof(gatepost_policy). The arrays of the configuration are copied, its strings are
/// not: they must live, unchanged, as long as the policy is used.
///
/// Errors: GATEPOST_MISUSE for a NULL, a wrong size, an empty issuer, no audience, an empty string
/// in a list, a scope with a space, too many strings, a string that is not UTF-8, too much leeway,
/// algorithms with secrets beside such with public keys, a claim rule without a name or values, an
/// issuer that the provider cannot have, bits that are not defined, and switches that contradict
/// each other.
///
/// # Safety
///
/// `policy` is NULL or points to `size` bytes that may be written; what `config` points to is
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_policy_init(
    policy: *mut gatepost_policy,
    size: usize,
    config: *const gatepost_policy_config,
) -> u32 {
    status(|| {
        let output = Output::new(policy.cast::<Parts>())?;
        if size != size_of::<gatepost_policy>() {
            return Err(Reason::Misuse);
        }
        // SAFETY: the caller vouches for the configuration, and for what it points to.
        let parts = unsafe { Parts::read(sized(config)?) }?;
        parts.policy(&mut room())?;
        // SAFETY: the caller vouches for the place; size and alignment were compared above.
        unsafe { output.write(parts) }
        Ok(())
    })
}

/// The parts of a policy that was made.
///
/// # Safety
///
/// `policy` is `NULL` or points to a policy that nobody changes during `'a`; the strings of its
/// configuration are still there.
pub(crate) unsafe fn parts<'a>(policy: *const gatepost_policy) -> Result<&'a Parts, Reason> {
    // SAFETY: the caller vouches for the policy. The state says whether the rest was written.
    unsafe {
        if *shared(policy.cast::<usize>())? != LIVE {
            return Err(Reason::Misuse);
        }
        shared(policy.cast::<Parts>())
    }
}

impl Parts {
    /// Reads the strings and bits of a configuration; what they mean is checked by
    /// [`policy`](Self::policy).
    ///
    /// # Safety
    ///
    /// All that the configuration points to is there, and stays as long as the policy is used.
    unsafe fn read(config: &gatepost_policy_config) -> Result<Self, Reason> {
        let known = GATEPOST_POLICY_RFC9068
            | GATEPOST_POLICY_NO_REQUIRED_CLAIMS
            | GATEPOST_POLICY_CLIENT_AS_AUDIENCE;
        if config.flags & !known != 0 {
            return Err(Reason::Misuse);
        }
        // SAFETY: the caller vouches for the pointers.
        unsafe {
            Ok(Self {
                state: LIVE,
                flags: config.flags,
                leeway: config.leeway,
                issuer: config.issuer.text()?,
                typ: config.typ.optional_text()?,
                algorithms: match config.algorithms {
                    0 => None,
                    bits => Some(algorithms(bits)?),
                },
                scope_claims: scope_claims(config.scope_claims)?,
                audiences: List::read(config.audiences, config.audience_count)?,
                required_scopes: List::read(config.required_scopes, config.required_scope_count)?,
                required_claims: List::read(config.required_claims, config.required_claim_count)?,
                claims: ClaimRules::read(config.claims, config.claim_count)?,
                provider: config.provider,
            })
        }
    }

    pub(crate) const fn issuer(&self) -> &str {
        self.issuer
    }

    /// What depends on the provider.
    fn of_provider(&self) -> Result<Policy<'_>, Reason> {
        let audiences = self.audiences.strings();
        if self.provider == GATEPOST_PROVIDER_GENERIC {
            // With an issuer of any form, as without a provider.
            return Ok(Policy::new(self.issuer, audiences)?.with_scope_claims(self.scope_claims));
        }
        #[cfg(feature = "mcp")]
        {
            let provider = crate::provider::provider(self.provider)?;
            let mut scope_claims = provider.scope_claims();
            scope_claims.scope &= self.scope_claims.scope;
            scope_claims.scp &= self.scope_claims.scp;
            scope_claims.permissions &= self.scope_claims.permissions;
            Ok(provider.policy(self.issuer, audiences)?.with_scope_claims(scope_claims))
        }
        #[cfg(not(feature = "mcp"))]
        Err(Reason::Misuse)
    }

    /// The core's policy, which borrows these parts, and `room` for its claim rules.
    pub(crate) fn policy<'p>(&'p self, room: &'p mut Room<'p>) -> Result<Policy<'p>, Reason> {
        let mut policy = self
            .of_provider()?
            .with_leeway(self.leeway)?
            .with_required_scopes(self.required_scopes.strings())?
            .with_claim_rules(self.claims.rules(room)?);
        if self.flags & GATEPOST_POLICY_CLIENT_AS_AUDIENCE != 0 {
            policy = policy.with_client_as_audience();
        }
        if let Some(algorithms) = self.algorithms {
            policy = policy.with_algorithms(algorithms)?;
        }
        let is_rfc9068 = self.flags & GATEPOST_POLICY_RFC9068 != 0;
        let requires_none = self.flags & GATEPOST_POLICY_NO_REQUIRED_CLAIMS != 0;
        match (is_rfc9068, requires_none, self.required_claims.count) {
            (true, false, 0) if self.typ.is_none() => return Ok(policy.rfc9068()),
            (false, true, 0) | (false, false, 1..) => {
                policy = policy.with_required_claims(self.required_claims.strings())?;
            }
            (false, false, 0) => {}
            _ => return Err(Reason::Misuse),
        }
        match self.typ {
            Some(typ) => policy.with_typ(typ),
            None => Ok(policy),
        }
    }
}

impl List {
    /// Reads the strings of an array.
    ///
    /// # Safety
    ///
    /// The pointer is `NULL` or points to `count` slices of bytes that stay as long as the policy
    /// is used.
    unsafe fn read(pointer: *const gatepost_slice, count: usize) -> Result<Self, Reason> {
        // SAFETY: the caller vouches for the array.
        let slices = unsafe { array(pointer, count) }?;
        let mut strings = [""; GATEPOST_MAX_STRINGS];
        if count > strings.len() {
            return Err(Reason::Misuse);
        }
        for (string, slice) in strings.iter_mut().zip(slices) {
            // SAFETY: the caller vouches for the bytes.
            *string = unsafe { slice.text() }?;
        }
        Ok(Self { strings, count })
    }

    fn strings(&self) -> Strings<'_> {
        Strings::from(self.strings.get(..self.count).unwrap_or_default())
    }
}

fn scope_claims(bits: u32) -> Result<ScopeClaims, Reason> {
    let known =
        GATEPOST_SCOPES_FROM_SCOPE | GATEPOST_SCOPES_FROM_SCP | GATEPOST_SCOPES_FROM_PERMISSIONS;
    if bits & !known != 0 {
        return Err(Reason::Misuse);
    }
    let mut claims = ScopeClaims::NONE;
    claims.scope = bits & GATEPOST_SCOPES_FROM_SCOPE != 0;
    claims.scp = bits & GATEPOST_SCOPES_FROM_SCP != 0;
    claims.permissions = bits & GATEPOST_SCOPES_FROM_PERMISSIONS != 0;
    Ok(claims)
}
