"""An MCP server of nothing but ASGI, which only lets in whoever has a token for it.

    python -m gatepost.testing --port 9000 &
    ISSUER=http://127.0.0.1:9000 RESOURCE=http://127.0.0.1:8000/mcp uvicorn asgi_app:app

It speaks the revision 2026-07-28, which has no sessions.
"""

from __future__ import annotations

import json
import os
from typing import Any

import gatepost
from gatepost.asgi import GuardMiddleware, Receive, Scope, Send

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}
TOOLS = [{"name": name, "inputSchema": SCHEMA} for name in ("whoami", "publish")]
NO_CACHE = {"ttlMs": 0, "cacheScope": "private"}


def result_of(method: str, params: dict[str, Any], principal: gatepost.Principal) -> Any:
    """What a request is answered with; None for an unknown method."""
    if method == "server/discover":
        return {
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {}},
            **NO_CACHE,
        }
    if method == "tools/list":
        return {"tools": TOOLS, **NO_CACHE}
    if method == "tools/call":
        text = {
            "whoami": principal.subject,
            "publish": f"{params.get('arguments', {}).get('title')}: published",
        }.get(params["name"])
        return {"content": [{"type": "text", "text": text}], "isError": text is None}
    return None


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The whole server: a message, and its answer."""
    if scope["type"] != "http":
        return
    if scope["path"] == "/health":
        answer: Any = "healthy"
    else:
        # The guard has read it whole, and knows that it is a message.
        message = json.loads((await receive())["body"])
        answer = {"jsonrpc": "2.0", "id": message.get("id")}
        result = result_of(message["method"], message.get("params", {}), scope["principal"])
        if result is None:
            answer["error"] = {"code": -32601, "message": "Method not found"}
        else:
            answer["result"] = {"resultType": "complete", **result}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


# Off a developer's machine without `loopback_for_development`.
issuer = gatepost.issuer(ISSUER, RESOURCE, loopback_for_development=True)
guard = gatepost.LiveGuard(issuer, rules=[gatepost.Rule.tool("publish").needs("notes:publish")])
app = GuardMiddleware(application, guard, path="/mcp")
