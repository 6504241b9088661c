//! What a request to an MCP server asks for, and whether its token is enough.

mod headers;
mod message;
mod message_id;
mod operation;
mod request_state;

pub use headers::OperationHeaders;
pub use message_id::{MessageId, error_body};
pub use operation::{Operation, OperationKind};
pub use request_state::{StateOwner, StateScope, StateSeal};
