//! Errors of JSON-RPC, for servers that answer without a guard.

use core::ffi::c_void;

use gatepost_core::Reason;
use gatepost_core::mcp::{MessageId, error_body};

use crate::boundary::{Output, addresses, status};
use crate::fill::fill;
use crate::operation::operation;
use crate::response::place_of;
use crate::{gatepost_operation, gatepost_slice};

/// The `id` of a message, by which its answer is known (JSON-RPC 2.0, section 4).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_message_id {
    /// A JSON number as it was written, or a string without its quotes, escapes decoded: UTF-8. `ptr`
    /// is NULL where there is none, as in a notification, or where it is longer than 64 bytes.
    pub text: gatepost_slice,
    /// Whether it is a string: "7" is another id than 7.
    pub is_string: bool,
}

/// Fills `*id` with the `id` of the message that `operation` was read from. It points to where the
/// operation does.
///
/// Errors: GATEPOST_MISUSE for a NULL, and for an operation that was never read.
///
/// # Safety
///
/// `operation` is NULL, or was filled by gatepost_read_operation(), and what it points to is as it
/// was; `id` is NULL or points to one that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_operation_id(
    operation: *const gatepost_operation,
    id: *mut gatepost_message_id,
) -> u32 {
    status(|| {
        let output = Output::new(id)?;
        if operation.is_null() {
            return Err(Reason::Misuse);
        }
        // SAFETY: the caller vouches for the operation.
        let found = unsafe { self::operation(operation) }?.id();
        // SAFETY: the caller vouches for the place of the result.
        unsafe { output.write(found.into()) }
        Ok(())
    })
}

/// Writes the JSON-RPC error that answers a message which was refused, `application/json`, into
/// `memory`, and points `*body` to it.
///
/// The code is the reason's own where the MCP specification has one for it, and -32600 (invalid
/// request) or for a status of 503 -32603 (internal error) where it has none (JSON-RPC 2.0, section
/// 5.1); the message is gatepost_reason_description(). What a guard answers has such a body already.
///
/// `reason`: one of enum gatepost_reason. `operation`: what the message asks for, whose `id` the
/// error has; NULL where it could not be read: then the error has none. `memory`: `length` bytes, of
/// which 512 are always enough, apart from those of the operation.
///
/// Errors: GATEPOST_MEMORY_TOO_SMALL; GATEPOST_MISUSE for another NULL, for a number that is no
/// reason, GATEPOST_OK included, and for an operation that was never read.
///
/// # Safety
///
/// `operation` is as for gatepost_operation_id(); nobody else uses `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_write_error_body(
    reason: u32,
    operation: *const gatepost_operation,
    memory: *mut c_void,
    length: usize,
    body: *mut gatepost_slice,
) -> u32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        fill(memory, length, body, |room| {
            let reason = crate::reason::reason(reason).ok_or(Reason::Misuse)?;
            let id = self::operation(operation)?.id();
            let text = gatepost_message_id::from(id).text;
            let memory = room.beside([place_of(operation), addresses(text.ptr, text.len)])?;
            Ok(error_body(reason, id, memory)?.into())
        })
    }
}

impl From<Option<MessageId<'_>>> for gatepost_message_id {
    fn from(id: Option<MessageId<'_>>) -> Self {
        let (text, is_string) = match id {
            Some(MessageId::Number(number)) => (number.into(), false),
            Some(MessageId::String(string)) => (string.into(), true),
            // What has no form of its own here is not sent back.
            _ => (gatepost_slice::NONE, false),
        };
        Self { text, is_string }
    }
}
