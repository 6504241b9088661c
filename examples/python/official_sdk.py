"""A server of the official MCP SDK, which only lets in whoever has a token for it.

ISSUER=http://127.0.0.1:9000 RESOURCE=http://127.0.0.1:8000/mcp uvicorn official_sdk:app
"""

from __future__ import annotations

import os

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer

import gatepost
from gatepost.mcp import protect, transport_security

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
server = MCPServer("notes")


@server.tool()
def whoami() -> str:
    """Names the user that the access token stands for."""
    token = get_access_token()
    return (token and token.subject) or "nobody"


@server.tool()
def publish(title: str) -> str:
    """Puts a note on the front page."""
    return f"{title}: published"


# Off a developer's machine without `loopback_for_development`.
issuer = gatepost.issuer(ISSUER, RESOURCE, loopback_for_development=True)
guard = gatepost.LiveGuard(issuer, rules=[gatepost.Rule.tool("publish").needs("notes:publish")])
app = protect(server.streamable_http_app(transport_security=transport_security(guard)), guard)
