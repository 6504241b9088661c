//! Requests to an MCP server, through the public interface. A test that proves a requirement of the
//! MCP specification begins with the row of that requirement: `s28_…`.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "mcp",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod bodies;
mod demands;
mod guard;
mod headers;
mod legacy;
mod lenient;
mod operation;
mod oracle;
mod principal;
mod request;
mod request_state;
mod resources;
mod rules;

use gatepost::Reason;
use gatepost::limits::{MAX_MESSAGE_LEN, OPERATION_MEMORY};
use gatepost::mcp::Operation;

/// Runs `look` on the operation of `body`.
fn operation<T>(
    body: impl AsRef<[u8]>,
    look: impl FnOnce(&Operation<'_>) -> T,
) -> Result<T, Reason> {
    let mut memory = [0; OPERATION_MEMORY];
    let operation = Operation::from_body(body.as_ref(), MAX_MESSAGE_LEN, &mut memory)?;
    Ok(look(&operation))
}

fn refusal(body: impl AsRef<[u8]>) -> Option<Reason> {
    operation(body, |_| ()).err()
}
