//! What a request to an MCP server asks for, and whether its token is enough.

mod admission;
mod alike;
mod answers;
mod content_type;
mod guard;
mod headers;
mod introspection;
mod legacy;
mod message;
mod message_id;
mod named;
mod operation;
mod origins;
mod principal;
mod request_state;
mod resource_uri;
mod response;
mod rule;
mod rules;
mod subscriptions;

pub use guard::{Guard, NoDpop, RESPONSE_MEMORY, Step};
pub use headers::OperationHeaders;
pub use introspection::Introspection;
pub use message_id::{MessageId, error_body};
pub use operation::{Operation, OperationKind};
pub use principal::{Authority, Principal};
pub use request_state::{StateOwner, StateScope, StateSeal};
pub use response::{MAX_RESPONSE_HEADERS, Response};
pub use rule::Rule;
pub use rules::{Rules, RulesView};
