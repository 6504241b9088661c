//! What a request to an MCP server asks for, and whether its token is enough.
