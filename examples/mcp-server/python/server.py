"""An MCP server that only lets in whoever has an access token for it.

Run it beside the development issuer:

    python issuer.py --port 9000
    python server.py --issuer http://127.0.0.1:9000 --port 8000
"""

from __future__ import annotations

import argparse

import httpx2
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from pydantic import AnyHttpUrl

import gatepost
from gatepost.mcp import TokenVerifier


def guarded_server(validator: gatepost.Validator, issuer: str, resource: str) -> MCPServer:
    """The server with its tools, behind the decisions of `validator`."""
    server = MCPServer(
        "demo",
        token_verifier=TokenVerifier(validator),
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(issuer),
            resource_server_url=AnyHttpUrl(resource),
            required_scopes=["tools:call"],
            validate_token_resource=True,
        ),
        log_level="WARNING",
    )

    @server.tool()
    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    @server.tool()
    def whoami() -> str:
        """Names the user that the access token stands for."""
        token = get_access_token()
        return (token and token.subject) or "nobody"

    return server


def fetch_keys(issuer: str) -> gatepost.KeySet:
    """The keys that the issuer publishes now."""
    return gatepost.KeySet.from_jwks(
        httpx2.get(f"{issuer}/.well-known/jwks.json").raise_for_status().content
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A guarded MCP server on loopback.")
    parser.add_argument("--issuer", default="http://127.0.0.1:9000")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    resource = f"http://127.0.0.1:{arguments.port}/mcp"
    policy = gatepost.Policy(issuer=arguments.issuer, audience=resource)
    validator = gatepost.Validator(policy, fetch_keys(arguments.issuer))
    guarded_server(validator, arguments.issuer, resource).run(
        "streamable-http", port=arguments.port
    )


if __name__ == "__main__":
    main()
