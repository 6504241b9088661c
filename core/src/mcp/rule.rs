//! What one rule says.

use core::cmp::Ordering;

use super::OperationKind;
use crate::{AccessToken, ClaimRule, Strings};

/// What one kind of operation needs beyond a valid token.
///
/// A rule speaks of operations by name: a tool, a prompt, a resource or a method, exactly or by
/// the beginning of the name. It may speak of one user or one client alone.
///
/// Scopes are written as in OAuth, words separated by single spaces
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)): all of them are
/// needed. Of several such strings any one will do.
///
/// ```
/// use gatepost::ClaimRule;
/// use gatepost::mcp::Rule;
///
/// let rules = [
///     Rule::tool("read_file").needs("files:read"),
///     Rule::tool("move_file").needs(&["files:read files:write", "files:all"]),
///     Rule::tools_beginning_with("admin_").needs("admin"),
///     Rule::tool("admin_reset").refused(),
///     Rule::resources_beginning_with("file:///reports/").needs("reports"),
///     Rule::method("tools/list").public(),
/// ];
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rule<'r> {
    pub(super) target: Target<'r>,
    pub(super) principal: Who<'r>,
    pub(super) needs: Needs<'r>,
    pub(super) claims: &'r [ClaimRule<'r>],
}

/// The operations that a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target<'r> {
    pub(super) kind: OperationKind,
    pub(super) pattern: &'r str,
    pub(super) is_prefix: bool,
}

/// The principals that a rule speaks of, those of more rules last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who<'r> {
    User { issuer: &'r str, subject: &'r str },
    Client { issuer: &'r str, client_id: &'r str },
    Anybody,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Needs<'r> {
    /// Not even a token.
    Nothing,
    /// A token with the scopes of one of these alternatives; where there is none, any token.
    Scopes(Strings<'r>),
    /// Nobody may.
    Refused,
}

impl<'r> Rule<'r> {
    /// A rule for calls of this tool.
    ///
    /// FastMCP gives tools of its apps a second name, by which they are called whatever they are
    /// listed as: twelve hexadecimal digits, `_` and a name, perhaps with `__` before them. Where
    /// there is any rule for tools, a call by such a name is refused unless one names it exactly.
    #[must_use]
    pub const fn tool(name: &'r str) -> Self {
        Self::new(OperationKind::Tool, name, false)
    }

    /// A rule for calls of the tools whose names begin so.
    #[must_use]
    pub const fn tools_beginning_with(prefix: &'r str) -> Self {
        Self::new(OperationKind::Tool, prefix, true)
    }

    /// A rule for this prompt.
    #[must_use]
    pub const fn prompt(name: &'r str) -> Self {
        Self::new(OperationKind::Prompt, name, false)
    }

    /// A rule for the prompts whose names begin so.
    #[must_use]
    pub const fn prompts_beginning_with(prefix: &'r str) -> Self {
        Self::new(OperationKind::Prompt, prefix, true)
    }

    /// A rule for the resource with this URI, to read it as to subscribe to it, be it as one of many
    /// with `subscriptions/listen`.
    ///
    /// A completion (`completion/complete`) is judged by the text of the template in its `ref` alone,
    /// not by the values that come with it, in `context` and `argument`: those may make the URI of
    /// a resource that needs more. A handler that looks into resources for what it proposes has to
    /// ask for each URI that it looks into: [`Guard::permits`](super::Guard::permits) with
    /// [`Operation::resource`](super::Operation::resource).
    #[must_use]
    pub const fn resource(uri: &'r str) -> Self {
        Self::new(OperationKind::Resource, uri, false)
    }

    /// A rule for the resources whose URIs begin so. One that a server could change before it looks
    /// for the resource, as with dot segments or a capital host, begins like none
    /// ([`Operation::matches_prefixes`](super::Operation::matches_prefixes)). Where there is any
    /// rule for resources, such a URI is refused unless one names it exactly, and so is one that
    /// differs from what a rule speaks of in the case of ASCII letters or in encoding alone, in what
    /// servers and file systems drop at the end of a segment (dots, spaces, `;parameters`,
    /// `::$DATA`, the last slash), in its fragment, or in a query that the rule does not have. A
    /// rule for the beginning `db://a?` beside one for `db://a` tells the two apart. What a file
    /// system makes of letters beyond ASCII is not looked at.
    #[must_use]
    pub const fn resources_beginning_with(prefix: &'r str) -> Self {
        Self::new(OperationKind::Resource, prefix, true)
    }

    /// A rule for this method of JSON-RPC, such as `tools/list`; for what has a rule of its own as
    /// a tool, a prompt or a resource, that one counts. For `subscriptions/listen` both do.
    #[must_use]
    pub const fn method(name: &'r str) -> Self {
        Self::new(OperationKind::Method, name, false)
    }

    /// A rule for the methods whose names begin so.
    #[must_use]
    pub const fn methods_beginning_with(prefix: &'r str) -> Self {
        Self::new(OperationKind::Method, prefix, true)
    }

    const fn new(kind: OperationKind, pattern: &'r str, is_prefix: bool) -> Self {
        Self {
            target: Target { kind, pattern, is_prefix },
            principal: Who::Anybody,
            needs: Needs::Scopes(Strings::NONE),
            claims: &[],
        }
    }

    /// Needs a token with the scopes of one of these alternatives. Unless set, any valid token
    /// will do.
    #[must_use]
    pub fn needs(self, alternatives: impl Into<Strings<'r>>) -> Self {
        Self { needs: Needs::Scopes(alternatives.into()), ..self }
    }

    /// Needs no token at all. Only where the headers alone tell the operation (revision 2026-07-28
    /// of MCP) can a request without a token be let in.
    #[must_use]
    pub const fn public(self) -> Self {
        Self { needs: Needs::Nothing, ..self }
    }

    /// Refuses the operation, whatever the token
    /// ([`Reason::OperationRefused`](crate::Reason::OperationRefused)).
    #[must_use]
    pub const fn refused(self) -> Self {
        Self { needs: Needs::Refused, ..self }
    }

    /// Demands that these claims have these values, all of them; what is not so is
    /// [`OperationRefused`](crate::Reason::OperationRefused).
    #[must_use]
    pub const fn with_claims(self, claims: &'r [ClaimRule<'r>]) -> Self {
        Self { claims, ..self }
    }

    /// Counts for this user alone, instead of the rule for everybody: `sub` of that issuer's
    /// tokens.
    #[must_use]
    pub const fn for_user(self, issuer: &'r str, subject: &'r str) -> Self {
        Self { principal: Who::User { issuer, subject }, ..self }
    }

    /// Counts for this client alone, instead of the rule for everybody: `client_id` (or `azp`) of
    /// that issuer's tokens.
    #[must_use]
    pub const fn for_client(self, issuer: &'r str, client_id: &'r str) -> Self {
        Self { principal: Who::Client { issuer, client_id }, ..self }
    }
}

impl Who<'_> {
    pub(super) fn is(&self, token: Option<&AccessToken<'_>>) -> bool {
        match (self, token) {
            (Self::Anybody, _) => true,
            (_, None) => false,
            (Self::User { issuer, subject }, Some(token)) => {
                token.issuer() == *issuer && token.subject() == Some(*subject)
            }
            (Self::Client { issuer, client_id }, Some(token)) => {
                token.issuer() == *issuer && token.client_id() == Some(*client_id)
            }
        }
    }
}

/// The order in which rules are kept: that of their targets, the more specific principal first.
pub(super) fn order(one: &Rule<'_>, two: &Rule<'_>) -> Ordering {
    target_order(&one.target, &two.target).then_with(|| one.principal.cmp(&two.principal))
}

/// By kind, exact names by their letters before beginnings of names, the longest of those first.
pub(super) fn target_order(one: &Target<'_>, two: &Target<'_>) -> Ordering {
    (one.kind, one.is_prefix).cmp(&(two.kind, two.is_prefix)).then_with(|| {
        let lengths =
            if one.is_prefix { two.pattern.len().cmp(&one.pattern.len()) } else { Ordering::Equal };
        lengths.then_with(|| one.pattern.cmp(two.pattern))
    })
}
