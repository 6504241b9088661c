"""An MCP server that only lets in whoever has an access token for it.

Run it beside the development issuer:

    python -m gatepost.testing --port 9000 --scope tools:call
    python server.py --issuer http://127.0.0.1:9000 --port 8000
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import uvicorn
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer

import gatepost
from gatepost.asgi import App
from gatepost.mcp import protect, transport_security


def guarded_app(issuer: gatepost.Issuer, clock: Callable[[], float] | None = None) -> App:
    """The server with its tools, behind a guard that lets in who has a token of `issuer`."""
    server = MCPServer("demo", log_level="WARNING")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    @server.tool()
    def whoami() -> str:
        """Names the user that the access token stands for."""
        token = get_access_token()
        return (token and token.subject) or "nobody"

    guard = gatepost.LiveGuard(
        issuer,
        base_scopes="tools:call",
        rules=[gatepost.Rule.tool("whoami").needs("tools:call profile")],
        clock=clock,
    )
    app = server.streamable_http_app(transport_security=transport_security(guard))
    return protect(app, guard)


def main() -> None:
    parser = argparse.ArgumentParser(description="A guarded MCP server on loopback.")
    parser.add_argument("--issuer", default="http://127.0.0.1:9000")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    resource = f"http://127.0.0.1:{arguments.port}/mcp"
    issuer = gatepost.issuer(arguments.issuer, resource, loopback_for_development=True)
    uvicorn.run(guarded_app(issuer), port=arguments.port)


if __name__ == "__main__":
    main()
