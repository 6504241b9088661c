//! Which scopes an operation needs.

use core::cmp::Ordering;
use core::fmt;
use core::mem::MaybeUninit;

use heapless::Vec;

use super::alike::is_alike;
use super::rule::{Needs, Rule, Target, order, target_order};
use super::{Operation, OperationKind};
use crate::limits::MAX_SCOPES;
use crate::oauth::Challenge;
use crate::{AccessToken, Reason, StringList, Strings};

/// A set of scopes that rules speak of: a bit for each.
pub(super) type ScopeSet = u128;

const _: () = assert!(MAX_SCOPES == 128, "a bit for each");

/// Rules in an order in which they are found, and scopes as bits: compiled once, in memory of
/// their own, at most `RULES` of them which speak of at most `SCOPES` scopes.
///
/// For each operation one rule decides, the most specific one: that for its exact name before that
/// for the longest beginning of it, that for a tool, a prompt or a resource before that for its
/// method, and of two for the same operations that for the user before that for the client before
/// that for anybody. Operations that no rule speaks of need the base scopes.
///
/// ```
/// use gatepost::mcp::{Rule, Rules};
///
/// let rules = [
///     Rule::tool("read_file").needs("files:read"),
///     Rule::tool("write_file").needs("files:write"),
/// ];
/// // Who may write may read.
/// let hierarchy = [("files:write", "files:read")];
/// let rules = Rules::<8, 8>::new(&rules, &hierarchy, "mcp:use")?;
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub struct Rules<'r, const RULES: usize, const SCOPES: usize> {
    rules: Vec<Rule<'r>, RULES>,
    scopes: Vec<Scope<'r>, SCOPES>,
    base: Strings<'r>,
}

/// A scope that rules speak of, and those it implies, itself included.
#[derive(Clone, Copy)]
struct Scope<'r> {
    name: Word<'r>,
    implied: ScopeSet,
}

/// The name of a scope, which is looked for by a key, before its letters are compared: most names
/// differ in it.
#[derive(Clone, Copy)]
struct Word<'r> {
    key: u64,
    letters: &'r str,
}

impl<'r> Word<'r> {
    /// The key is made of the first and the last eight bytes.
    #[inline(always)]
    fn new(letters: &'r str) -> Self {
        let bytes = letters.as_bytes();
        let (first, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
        };
        Self { key: first ^ last.rotate_left(28), letters }
    }

    /// One of 64 bits.
    #[inline(always)]
    fn mark(&self) -> u64 {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let [.., highest] = self.key.wrapping_mul(FACTOR).to_le_bytes();
        1_u64.rotate_left(u32::from(highest))
    }

    #[inline(always)]
    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| self.letters.cmp(other.letters))
    }
}

impl<'r, const RULES: usize, const SCOPES: usize> Rules<'r, RULES, SCOPES> {
    /// Compiles `rules` in any order.
    ///
    /// `hierarchy` says which scopes each broad one implies, as words; what these imply is implied
    /// as well. `base` is what operations without a rule need, alternatives as in
    /// [`Rule::needs`]; where it is [`Strings::NONE`], any valid token.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for more rules or scopes than there is room for, two rules for the same
    /// operations and principals, an empty pattern, claims for what needs no token, and scopes that
    /// a [`Challenge`] cannot name.
    pub fn new(
        rules: &[Rule<'r>],
        hierarchy: &[(&'r str, &'r str)],
        base: impl Into<Strings<'r>>,
    ) -> Result<Self, Reason> {
        let mut compiled = Self::EMPTY;
        compiled.compile(rules.iter().copied().map(Ok), hierarchy, base.into())?;
        Ok(compiled)
    }

    /// Compiles rules as [`new`](Self::new) does, in the place where they are to stay: hundreds of
    /// rules take tens of kilobytes, which not every stack has to spare.
    ///
    /// A rule that is an error ends it.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and the first one of `rules`.
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use gatepost::mcp::{Rule, Rules};
    ///
    /// let mut place = MaybeUninit::<Rules<'_, 256, 64>>::uninit();
    /// let rules = [Rule::tool("read_file").needs("files:read")];
    /// let rules = Rules::new_in(&mut place, rules.into_iter().map(Ok), &[], "mcp:use")?;
    /// let view = rules.view();
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    pub fn new_in<'p>(
        place: &'p mut MaybeUninit<Self>,
        rules: impl IntoIterator<Item = Result<Rule<'r>, Reason>>,
        hierarchy: &[(&'r str, &'r str)],
        base: impl Into<Strings<'r>>,
    ) -> Result<&'p Self, Reason> {
        let compiled = place.write(Self::EMPTY);
        compiled.compile(rules, hierarchy, base.into())?;
        Ok(compiled)
    }

    const EMPTY: Self = Self { rules: Vec::new(), scopes: Vec::new(), base: Strings::NONE };

    fn compile(
        &mut self,
        rules: impl IntoIterator<Item = Result<Rule<'r>, Reason>>,
        hierarchy: &[(&'r str, &'r str)],
        base: Strings<'r>,
    ) -> Result<(), Reason> {
        for rule in rules {
            self.add(&rule?)?;
        }
        self.base = base;
        self.add_alternatives(base)?;
        for (broad, narrow) in hierarchy {
            self.add_words(broad)?;
            self.add_words(narrow)?;
        }
        if self.scopes.len() > MAX_SCOPES {
            return Err(Reason::Misuse);
        }
        for (index, scope) in self.scopes.iter_mut().enumerate() {
            scope.implied = bit(index);
        }
        self.close(hierarchy)
    }

    /// The rules, to hand to a [`Guard`](super::Guard).
    #[must_use]
    pub fn view(&self) -> RulesView<'_> {
        RulesView { rules: &self.rules, scopes: Scopes::new(&self.scopes), base: self.base }
    }

    fn add(&mut self, rule: &Rule<'r>) -> Result<(), Reason> {
        let is_for_nothing = rule.target.pattern.is_empty() && !rule.target.is_prefix;
        // Where no token is asked for there are no claims to look at.
        let asks_nobody = matches!(rule.needs, Needs::Nothing) && !rule.claims.is_empty();
        if is_for_nothing || asks_nobody {
            return Err(Reason::Misuse);
        }
        if let Needs::Scopes(alternatives) = rule.needs {
            self.add_alternatives(alternatives)?;
        }
        match self.rules.binary_search_by(|other| order(other, rule)) {
            Ok(_) => Err(Reason::Misuse),
            Err(place) => self.rules.insert(place, *rule).map_err(|_| Reason::Misuse),
        }
    }

    fn add_alternatives(&mut self, alternatives: Strings<'r>) -> Result<(), Reason> {
        alternatives.iter().try_for_each(|words| self.add_words(words))
    }

    /// Makes room for the scopes, in the order of their keys.
    fn add_words(&mut self, words: &'r str) -> Result<(), Reason> {
        Challenge::require_scope(words)?;
        for name in StringList::words(words).map(Word::new) {
            if let Err(place) = find(&self.scopes, &name) {
                let scope = Scope { name, implied: 0 };
                self.scopes.insert(place, scope).map_err(|_| Reason::Misuse)?;
            }
        }
        Ok(())
    }

    /// Adds to each scope what it implies, until nothing more follows.
    fn close(&mut self, hierarchy: &[(&'r str, &'r str)]) -> Result<(), Reason> {
        loop {
            let mut has_changed = false;
            for (broad, narrow) in hierarchy {
                if broad.contains(' ') {
                    return Err(Reason::Misuse);
                }
                let implied = Scopes::new(&self.scopes).granted(StringList::words(narrow));
                let place = find(&self.scopes, &Word::new(broad));
                if let Some(scope) = place.ok().and_then(|place| self.scopes.get_mut(place)) {
                    has_changed |= scope.implied | implied != scope.implied;
                    scope.implied |= implied;
                }
            }
            if !has_changed {
                return Ok(());
            }
        }
    }
}

impl<const RULES: usize, const SCOPES: usize> fmt::Debug for Rules<'_, RULES, SCOPES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// A view of [`Rules`], whatever their number.
#[derive(Clone, Copy)]
pub struct RulesView<'r> {
    rules: &'r [Rule<'r>],
    scopes: Scopes<'r>,
    base: Strings<'r>,
}

/// The scopes that rules speak of, in the order of their keys.
#[derive(Clone, Copy)]
struct Scopes<'r> {
    listed: &'r [Scope<'r>],
    /// A bit for the key of each: where a name's is clear, it is none of them, which goes for most
    /// of a token's.
    marks: u64,
}

impl<'r> Scopes<'r> {
    const NONE: Self = Self { listed: &[], marks: 0 };

    fn new(listed: &'r [Scope<'r>]) -> Self {
        Self { listed, marks: listed.iter().fold(0, |marks, scope| marks | scope.name.mark()) }
    }

    #[inline(always)]
    fn place(self, name: &str) -> Option<usize> {
        let name = Word::new(name);
        if self.marks & name.mark() == 0 {
            return None;
        }
        find(self.listed, &name).ok()
    }

    fn bit_of(self, name: &str) -> ScopeSet {
        self.place(name).map_or(0, bit)
    }

    /// The scopes named, and what they imply.
    fn granted<'n>(self, names: impl Iterator<Item = &'n str>) -> ScopeSet {
        names
            .filter_map(|name| self.listed.get(self.place(name)?))
            .fold(0, |granted, scope| granted | scope.implied)
    }
}

impl fmt::Debug for RulesView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("rules", &self.rules)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// What could be taken for another operation.
struct Ambiguous;

/// What the rules say of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict<'r> {
    Permitted,
    /// A token is needed, with these scopes.
    TokenNeeded(Option<&'r str>),
    /// These scopes are needed: the first alternative.
    ScopesNeeded(&'r str),
    Refused,
}

impl<'r> RulesView<'r> {
    /// No rule, and no scope needed.
    pub(super) const NONE: Self = Self { rules: &[], scopes: Scopes::NONE, base: Strings::NONE };

    /// The scopes that any operation needs unless a rule says otherwise: the first alternative.
    pub(super) fn base_scope(&self) -> Option<&'r str> {
        self.base.iter().next()
    }

    /// The scopes of a token that rules speak of, and what they imply.
    pub(super) fn granted(&self, token: &AccessToken<'_>) -> ScopeSet {
        self.scopes.granted(token.scopes())
    }

    /// What the rules say of `operation`, asked for by the bearer of `token`, if there is one,
    /// with the scopes `granted`: what they say of it, and of each resource that it subscribes to,
    /// the first that is not permitted.
    pub(super) fn judge(
        &self,
        operation: &Operation<'_>,
        token: Option<&AccessToken<'_>>,
        granted: ScopeSet,
    ) -> Verdict<'r> {
        let of_method = self.judge_one(operation, token, granted);
        if of_method != Verdict::Permitted {
            return of_method;
        }
        operation
            .subscriptions()
            .map(|operation| self.judge_one(&operation, token, granted))
            .find(|verdict| *verdict != Verdict::Permitted)
            .unwrap_or(Verdict::Permitted)
    }

    fn judge_one(
        &self,
        operation: &Operation<'_>,
        token: Option<&AccessToken<'_>>,
        granted: ScopeSet,
    ) -> Verdict<'r> {
        let Ok(rule) = self.find(operation, token) else {
            return match token {
                Some(_) => Verdict::Refused,
                None => Verdict::TokenNeeded(self.base_scope()),
            };
        };
        let needs = rule.map_or(Needs::Scopes(self.base), |rule| rule.needs);
        let (token, alternatives) = match (needs, token) {
            (Needs::Refused, Some(_)) => return Verdict::Refused,
            (Needs::Refused, None) => return Verdict::TokenNeeded(None),
            (Needs::Nothing, None) => return Verdict::Permitted,
            (Needs::Nothing, Some(token)) => (token, Strings::NONE),
            (Needs::Scopes(alternatives), None) => {
                return Verdict::TokenNeeded(alternatives.iter().next());
            }
            (Needs::Scopes(alternatives), Some(token)) => (token, alternatives),
        };
        if rule.is_some_and(|rule| !rule.claims.iter().all(|claim| claim.accepts(token))) {
            return Verdict::Refused;
        }
        let is_granted = |alternative| {
            StringList::words(alternative).all(|name| granted & self.scopes.bit_of(name) != 0)
        };
        match alternatives.iter().next() {
            Some(first) if !alternatives.iter().any(is_granted) => Verdict::ScopesNeeded(first),
            _ => Verdict::Permitted,
        }
    }

    /// The most specific rule.
    ///
    /// # Errors
    ///
    /// An operation that could be another than it looks like, where rules tell the two apart.
    fn find(
        &self,
        operation: &Operation<'_>,
        token: Option<&AccessToken<'_>>,
    ) -> Result<Option<&'r Rule<'r>>, Ambiguous> {
        if let Some(name) = operation.name() {
            let has_prefixes = operation.matches_prefixes();
            let rule = self.find_of_kind(operation.kind(), name, has_prefixes, token);
            let is_exact = rule.is_some_and(|rule| !rule.target.is_prefix);
            if !is_exact && operation.kind() == OperationKind::Resource {
                self.require_one_meaning(name, has_prefixes, rule)?;
            }
            if !is_exact && operation.is_fastmcp_hash() && self.speaks_of(OperationKind::Tool) {
                return Err(Ambiguous);
            }
            if rule.is_some() {
                return Ok(rule);
            }
        }
        let method = operation.method().unwrap_or("");
        Ok(self.find_of_kind(OperationKind::Method, method, true, token))
    }

    fn speaks_of(&self, kind: OperationKind) -> bool {
        self.rules.iter().any(|rule| rule.target.kind == kind)
    }

    /// Refuses a URI that a server could take for another one, where there are rules for resources
    /// and none names it: it may lead to what one of them keeps closed. Where `best`, the rule for
    /// its longest beginning, goes on with a query or a fragment of what another names, the two are
    /// told apart on purpose.
    fn require_one_meaning(
        &self,
        uri: &str,
        is_normal: bool,
        best: Option<&Rule<'_>>,
    ) -> Result<(), Ambiguous> {
        let told_apart = best.map_or("", |best| best.target.pattern);
        let may_lead_to = |target: &Target<'_>| {
            let Target { pattern, is_prefix, .. } = *target;
            let is_meant = if is_prefix { uri.starts_with(pattern) } else { uri == pattern };
            !is_normal
                || !is_meant
                    && !told_apart
                        .strip_prefix(pattern)
                        .is_some_and(|rest| rest.starts_with(['?', '#']))
                    && is_alike(uri, pattern, is_prefix)
        };
        let mut targets = self.rules.iter().map(|rule| &rule.target);
        let is_ambiguous =
            targets.any(|target| target.kind == OperationKind::Resource && may_lead_to(target));
        if is_ambiguous { Err(Ambiguous) } else { Ok(()) }
    }

    fn find_of_kind(
        &self,
        kind: OperationKind,
        name: &str,
        with_prefixes: bool,
        token: Option<&AccessToken<'_>>,
    ) -> Option<&'r Rule<'r>> {
        let exact = Target { kind, pattern: name, is_prefix: false };
        let first = self.rules.partition_point(|rule| target_order(&rule.target, &exact).is_lt());
        let exact = self
            .rules
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|rule| rule.target == exact)
            .find(|rule| rule.principal.is(token));
        if exact.is_some() || !with_prefixes {
            return exact;
        }
        // The longest come first.
        let of_kind = Target { kind, pattern: "", is_prefix: true };
        let end = self.rules.partition_point(|rule| target_order(&rule.target, &of_kind).is_le());
        let start = self
            .rules
            .partition_point(|rule| (rule.target.kind, rule.target.is_prefix) < (kind, true));
        self.rules
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .find(|rule| name.starts_with(rule.target.pattern) && rule.principal.is(token))
    }
}

/// The place of a scope, or the one it would have.
#[inline(always)]
fn find(scopes: &[Scope<'_>], name: &Word<'_>) -> Result<usize, usize> {
    scopes.binary_search_by(|scope| scope.name.order(name))
}

/// A place beyond the last bit has none: [`Rules::new`] refuses so many scopes.
fn bit(place: usize) -> ScopeSet {
    u32::try_from(place).ok().and_then(|place| ScopeSet::checked_shl(1, place)).unwrap_or(0)
}
