//! What a method names, and where in its message.

use super::OperationKind;
use super::message::{Member, Params};
use crate::text::json::Text;

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Tool,
    Prompt,
    Resource,
    Task,
    /// Either a prompt or a resource.
    Reference,
}

/// The methods that name something, and whether `Mcp-Name` has to say so as well ("Standard Request
/// Headers"; the extension for tasks asks clients for the header, not servers to refuse without).
const TARGETS: [(&str, Target, bool); 10] = [
    ("tools/call", Target::Tool, true),
    ("prompts/get", Target::Prompt, true),
    ("resources/read", Target::Resource, true),
    ("resources/subscribe", Target::Resource, false),
    ("resources/unsubscribe", Target::Resource, false),
    ("completion/complete", Target::Reference, false),
    ("tasks/get", Target::Task, false),
    ("tasks/update", Target::Task, false),
    ("tasks/cancel", Target::Task, false),
    ("tasks/result", Target::Task, false),
];

pub(super) fn target_of(method: &str) -> Option<(Target, bool)> {
    TARGETS.iter().find(|row| row.0 == method).map(|row| (row.1, row.2))
}

/// Whether the revision `version` has removed the method, so that no server of it looks for what
/// the method names.
pub(super) fn is_removed(method: &str, version: Option<Text<'_>>) -> bool {
    matches!(method, "resources/subscribe" | "resources/unsubscribe")
        && version.is_some_and(|version| version == "2026-07-28")
}

/// What a method names.
pub(super) fn named<'b>(target: Target, params: &Params<'b>) -> Option<(OperationKind, Text<'b>)> {
    let (kind, name) = match target {
        Target::Tool => (OperationKind::Tool, params.name),
        Target::Prompt => (OperationKind::Prompt, params.name),
        Target::Resource => (OperationKind::Resource, params.uri),
        Target::Task => (OperationKind::Task, params.task_id),
        Target::Reference => {
            let reference = fitting(params.reference?)?;
            let kind = fitting(reference.kind?)?;
            // A reference to both is one to either, as the reader likes.
            return match (reference.name, reference.uri) {
                (Some(name), None) if kind == "ref/prompt" => {
                    Some((OperationKind::Prompt, fitting(name)?))
                }
                (None, Some(uri)) if kind == "ref/resource" => {
                    Some((OperationKind::Resource, fitting(uri)?))
                }
                _ => None,
            };
        }
    };
    Some((kind, fitting(name?)?))
}

pub(super) const fn fitting<T: Copy>(member: Member<T>) -> Option<T> {
    match member {
        Member::Fitting(value) => Some(value),
        Member::OfAnotherType => None,
    }
}
