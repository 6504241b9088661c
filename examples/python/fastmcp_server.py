"""A server of FastMCP, which only lets in whoever has a token for it.

ISSUER=http://127.0.0.1:9000 RESOURCE=http://127.0.0.1:8000/mcp uvicorn fastmcp_server:app
"""

from __future__ import annotations

import os

from fastmcp import FastMCP
from fastmcp.server.dependencies import get_access_token
from starlette.requests import Request
from starlette.responses import PlainTextResponse

import gatepost
from gatepost.fastmcp import GatepostAuth

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]

# Off a developer's machine without `loopback_for_development`.
issuer = gatepost.issuer(ISSUER, RESOURCE, loopback_for_development=True)
guard = gatepost.LiveGuard(issuer, rules=[gatepost.Rule.tool("publish").needs("notes:publish")])
mcp = FastMCP("notes", auth=GatepostAuth(guard))


@mcp.tool
def whoami() -> str:
    """Names the user that the access token stands for."""
    token = get_access_token()
    return (token and token.subject) or "nobody"


@mcp.tool
def publish(title: str) -> str:
    """Puts a note on the front page."""
    return f"{title}: published"


@mcp.custom_route("/health", methods=["GET"])
async def health(_: Request) -> PlainTextResponse:
    """For whoever watches over the server: it needs no token."""
    return PlainTextResponse("healthy")


app = mcp.http_app()
