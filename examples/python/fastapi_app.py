"""An application of FastAPI with a server of FastMCP in it, whose endpoint is guarded.

ISSUER=http://127.0.0.1:9000 RESOURCE=http://127.0.0.1:8000/mcp uvicorn fastapi_app:app
"""

from __future__ import annotations

import os

from fastapi import FastAPI
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_access_token

import gatepost
from gatepost.mcp import protect

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
mcp = FastMCP("notes")


@mcp.tool
def whoami() -> str:
    """Names the user that the access token stands for."""
    token = get_access_token()
    return (token and token.subject) or "nobody"


@mcp.tool
def publish(title: str) -> str:
    """Puts a note on the front page."""
    return f"{title}: published"


inner = mcp.http_app(path="/mcp")
app = FastAPI(lifespan=inner.lifespan)


@app.get("/health")
async def health() -> str:
    """For whoever watches over the server: it needs no token."""
    return "healthy"


app.mount("/", inner)

# Off a developer's machine without `loopback_for_development`.
issuer = gatepost.issuer(ISSUER, RESOURCE, loopback_for_development=True)
guard = gatepost.LiveGuard(issuer, rules=[gatepost.Rule.tool("publish").needs("notes:publish")])
app.add_middleware(protect, guard=guard, path="/mcp")
