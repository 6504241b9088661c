//! What surrounds an access token, through the public interface. A test that proves a requirement
//! of the MCP specification begins with the row of that requirement.
#![cfg(feature = "mcp")]

mod challenge;
mod challenges;
mod credentials;
