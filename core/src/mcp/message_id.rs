//! What is sent back of a message: its `id`, and why it was refused.

use crate::Reason;
use crate::limits::MAX_MESSAGE_ID_LEN;
use crate::text::writer::Writer;

use super::message::Id;

/// The `id` of a message, by which an answer is known
/// ([JSON-RPC 2.0, section 4](https://www.jsonrpc.org/specification#request_object)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageId<'o> {
    /// A JSON number, as it was written.
    Number(&'o str),
    /// A string, escapes decoded.
    String(&'o str),
}

impl<'o> MessageId<'o> {
    /// The id, if it is short enough to be sent back, and the memory that was not needed.
    pub(super) fn short(
        id: Id<'o>,
        memory: &'o mut [u8],
    ) -> Result<(Option<Self>, &'o mut [u8]), Reason> {
        match id {
            Id::Number(number) => {
                let number = number.as_str();
                let is_short = number.len() <= MAX_MESSAGE_ID_LEN;
                Ok((is_short.then_some(Self::Number(number)), memory))
            }
            Id::String(text) if text.is_longer_than(MAX_MESSAGE_ID_LEN) => Ok((None, memory)),
            Id::String(text) => {
                let (id, memory) = text.decode_or_borrow(memory)?;
                Ok((Some(Self::String(id)), memory))
            }
        }
    }

    /// Writes the id as JSON.
    fn write(self, writer: &mut Writer<'_>) {
        let string = match self {
            Self::Number(number) => return writer.push(number),
            Self::String(string) => string,
        };
        writer.push("\"");
        for c in string.chars() {
            match c {
                '"' => writer.push("\\\""),
                '\\' => writer.push("\\\\"),
                '\0'..' ' => {
                    writer.push(if c < '\u{10}' { "\\u000" } else { "\\u001" });
                    let digit = char::from_digit(u32::from(c) & 15, 16).unwrap_or('0');
                    writer.push(digit.encode_utf8(&mut [0; 4]));
                }
                c => writer.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        writer.push("\"");
    }
}

/// Writes the JSON-RPC error that answers a message that was refused, `application/json`, into
/// `memory`: 512 bytes are always enough.
///
/// `id` is that of the message, where it is known; otherwise the error has none. The code is the
/// reason's own ([`Reason::json_rpc_code`]); the specification defines none for what HTTP says with
/// 401, 403 or 503, which is -32600 (invalid request) or -32603 (internal error) here, as in
/// [JSON-RPC 2.0, section 5.1](https://www.jsonrpc.org/specification#error_object).
///
/// # Errors
///
/// [`Reason::MemoryTooSmall`].
///
/// ```
/// use gatepost::Reason;
/// use gatepost::mcp::{MessageId, error_body};
///
/// let mut memory = [0; 512];
/// assert_eq!(
///     error_body(Reason::HeaderMismatch, Some(MessageId::Number("7")), &mut memory)?,
///     r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"the headers do not agree with the body"}}"#,
/// );
/// # Ok::<(), Reason>(())
/// ```
pub fn error_body<'m>(
    reason: Reason,
    id: Option<MessageId<'_>>,
    memory: &'m mut [u8],
) -> Result<&'m str, Reason> {
    let mut writer = Writer::new(memory);
    writer.push("{\"jsonrpc\":\"2.0\",");
    if let Some(id) = id {
        writer.push("\"id\":");
        id.write(&mut writer);
        writer.push(",");
    }
    let code = match reason.json_rpc_code() {
        Some(code) => code,
        None if reason.http_status() == 503 => -32603,
        None => -32600,
    };
    writer.push("\"error\":{\"code\":-");
    writer.push_number(u64::from(code.unsigned_abs()));
    writer.push(",\"message\":\"");
    // Descriptions hold nothing that JSON would have to escape; a test of theirs says so.
    writer.push(reason.description());
    writer.push("\"}}");
    writer.finish().map(|(body, _)| body)
}
