//! What a request asks for: the rows of the specification, and other readers as oracles.
#![cfg(feature = "mcp")]

mod bodies;
mod headers;
mod operation;
mod oracle;

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
