//! What operations need: the rules of a guard.

use core::mem::MaybeUninit;

use gatepost_core::Reason;
use gatepost_core::mcp::{Rule, Rules};

use crate::boundary::array;
use crate::claim_rule::claim_rule;
use crate::guard_config::Reader;
use crate::{
    GATEPOST_OPERATION_METHOD, GATEPOST_OPERATION_PROMPT, GATEPOST_OPERATION_RESOURCE,
    GATEPOST_OPERATION_TOOL, gatepost_claim_rule, gatepost_slice,
};

/// Rules of a guard at the most.
pub const GATEPOST_MAX_RULES: usize = 256;
/// Scopes that the rules, the hierarchy and the base scopes of a guard speak of at the most, and
/// implications of its hierarchy.
pub const GATEPOST_MAX_RULE_SCOPES: usize = 128;
/// Claim rules of all rules of a guard at the most.
pub const GATEPOST_MAX_CLAIM_RULES: usize = 128;

/// The rule is for all names that begin with its pattern.
pub const GATEPOST_RULE_PREFIX: u32 = 1;
/// The operation needs no token at all. Only where the headers alone tell the operation (revision
/// 2026-07-28 of MCP) can a request without a token be let in.
pub const GATEPOST_RULE_PUBLIC: u32 = 2;
/// The operation is refused, whatever the token (GATEPOST_OPERATION_REFUSED).
pub const GATEPOST_RULE_REFUSED: u32 = 4;

/// What one kind of operation needs beyond a valid token. Members that are not needed are zeros.
///
/// For each operation one rule decides: that for its exact name before that for the longest
/// beginning of it, that for a tool, a prompt or a resource before that for its method, and of two
/// for the same operations that for the user before that for the client before that for anybody.
///
/// Where any rule speaks of resources, a URI that none names exactly is refused if a server could
/// take it for another one: with dot segments, a capital host and the like, or where it differs from
/// what a rule speaks of in the case of ASCII letters, in encoding, in what is dropped at the end of
/// a segment (dots, spaces, `;parameters`, `::$DATA`, the last slash), in its fragment, or in a query
/// that the rule does not have. A rule for the beginning `db://a?` beside one for `db://a` tells the
/// two apart. Where any rule speaks of tools, so is the second name that FastMCP has for one (twelve
/// hexadecimal digits, `_` and a name, perhaps with `__` before them).
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

/// The rules of a guard, compiled.
pub(crate) type GuardRules = Rules<'static, GATEPOST_MAX_RULES, GATEPOST_MAX_RULE_SCOPES>;

/// See [`Reader`] for what its caller vouches for.
impl Reader<'_> {
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
                (true, false) if alternatives.is_empty() => made.public(),
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
                claim_rule(claim.name.text()?, values, claim.flags)
            })?;
            Ok(made.with_claims(claims))
        }
    }
}
