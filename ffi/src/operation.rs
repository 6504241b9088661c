//! What a request asks for: one flat struct.

use core::mem::MaybeUninit;

use gatepost_core::Reason;
use gatepost_core::mcp::{Operation, OperationKind};

use crate::boundary::shared;
use crate::gatepost_slice;

/// A call of a tool (`tools/call`): the name is that of the tool.
pub const GATEPOST_OPERATION_TOOL: u32 = 1;
/// A prompt (`prompts/get`, or `completion/complete` for one): the name is that of the prompt.
pub const GATEPOST_OPERATION_PROMPT: u32 = 2;
/// A resource (`resources/read`, `resources/subscribe`, `resources/unsubscribe`, or
/// `completion/complete` for one): the name is its URI, or the template of one. The values that a
/// completion fills in are not judged: a handler that looks into the resources that they make has to
/// ask gatepost_permits() for each.
pub const GATEPOST_OPERATION_RESOURCE: u32 = 3;
/// A task (`tasks/get`, `tasks/update`, `tasks/cancel`, `tasks/result`): the name is its
/// identifier.
pub const GATEPOST_OPERATION_TASK: u32 = 4;
/// Any other method: there is no name.
pub const GATEPOST_OPERATION_METHOD: u32 = 5;
/// A response, which clients send in revisions of MCP before 2026-07-28.
pub const GATEPOST_OPERATION_RESPONSE: u32 = 6;

/// For gatepost_permits() alone: the template of resources (RFC 6570) in a list of them. It is
/// judged as one of these resources of which no rule speaks in particular: by the rule that names
/// the template itself, or else by that for the longest beginning of its text. When a resource is
/// read, its own URI is judged.
pub const GATEPOST_OPERATION_RESOURCE_TEMPLATE: u32 = 7;

/// What a request asks an MCP server for.
///
/// A plain value: it may be copied. It points into the body and into the memory that was passed to
/// gatepost_read_operation().
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gatepost_operation {
    /// The method of JSON-RPC, such as tools/call. `ptr` is NULL for a response.
    pub method: gatepost_slice,
    /// The name of the tool or prompt, the URI of the resource, or the identifier of the task.
    /// `ptr` is NULL for other methods.
    pub name: gatepost_slice,
    /// What it is about, a GATEPOST_OPERATION.
    pub kind: u32,
    /// Whether the message has a method and an `id`, so that it is answered.
    pub is_request: bool,
    /// Not to be used.
    pub state: usize,
    /// Not to be used.
    pub opaque: [MaybeUninit<u64>; 48],
}

const LIVE: usize = 0x6f70_6572;

const _: () = {
    assert!(size_of::<Operation<'_>>() <= size_of::<[MaybeUninit<u64>; 48]>());
    assert!(align_of::<Operation<'_>>() <= align_of::<[MaybeUninit<u64>; 48]>());
    // Forgetting one leaks nothing.
    assert!(!core::mem::needs_drop::<Operation<'_>>());
};

impl From<Operation<'_>> for gatepost_operation {
    fn from(operation: Operation<'_>) -> Self {
        let mut flat = Self {
            method: operation.method().into(),
            name: operation.name().into(),
            kind: match operation.kind() {
                OperationKind::Tool => GATEPOST_OPERATION_TOOL,
                OperationKind::Prompt => GATEPOST_OPERATION_PROMPT,
                OperationKind::Resource => GATEPOST_OPERATION_RESOURCE,
                OperationKind::Task => GATEPOST_OPERATION_TASK,
                OperationKind::Response => GATEPOST_OPERATION_RESPONSE,
                // What has no number of its own yet still has a method.
                _ => GATEPOST_OPERATION_METHOD,
            },
            is_request: operation.is_request(),
            state: LIVE,
            opaque: [MaybeUninit::uninit(); 48],
        };
        // SAFETY: the array is large enough and aligned, as is asserted above.
        unsafe { flat.opaque.as_mut_ptr().cast::<Operation<'_>>().write(operation) }
        flat
    }
}

/// The core's operation in a filled struct; that of a request without a body for `NULL`.
///
/// # Safety
///
/// The pointer is `NULL`, or points to zeros or to an operation that was read, and nobody changes
/// it or what it points to during `'a`.
pub(crate) unsafe fn operation<'a>(
    flat: *const gatepost_operation,
) -> Result<Operation<'a>, Reason> {
    if flat.is_null() {
        return Ok(Operation::WITHOUT_BODY);
    }
    // SAFETY: the caller vouches for it.
    let flat = unsafe { shared(flat) }?;
    if flat.state != LIVE {
        return Err(Reason::Misuse);
    }
    // SAFETY: a filled one holds an `Operation`, aligned.
    Ok(unsafe { *flat.opaque.as_ptr().cast::<Operation<'_>>() })
}

impl core::fmt::Debug for gatepost_operation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("gatepost_operation").field("kind", &self.kind).finish_non_exhaustive()
    }
}
