"""An application of Starlette around a server of the official SDK, whose endpoint is guarded.

ISSUER=http://127.0.0.1:9000 RESOURCE=http://127.0.0.1:8000/mcp uvicorn starlette_app:app
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import gatepost
from gatepost.mcp import protect

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


async def health(_: Request) -> PlainTextResponse:
    """For whoever watches over the server: it needs no token."""
    return PlainTextResponse("healthy")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
    async with server.session_manager.run():
        yield


# A server that others reach by a name takes `transport_security=` here (gatepost.mcp has it).
routes = [Route("/health", health), Mount("/", server.streamable_http_app())]
app = Starlette(routes=routes, lifespan=lifespan)

# Off a developer's machine without `loopback_for_development`.
issuer = gatepost.issuer(ISSUER, RESOURCE, loopback_for_development=True)
guard = gatepost.LiveGuard(issuer, rules=[gatepost.Rule.tool("publish").needs("notes:publish")])
app.add_middleware(protect, guard=guard, path="/mcp")
