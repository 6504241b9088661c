//! Requests to an MCP server, through the public interface. A test that proves a requirement
//! of the MCP specification begins with the row of that requirement: `s9_…`.
#![cfg(feature = "mcp")]

mod bodies;
mod common;
mod headers;
mod operation;
mod oracle;
mod request_state;
