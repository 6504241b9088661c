"""A small ASGI application behind a guard: it answers with who asked, and for what."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import gatepost
from gatepost.asgi import GuardMiddleware


def guarded(guard: gatepost.Guard) -> ASGIApp:
    return GuardMiddleware(who_and_what, guard)


async def who_and_what(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    principal: gatepost.Principal = scope["principal"]
    operation: gatepost.Operation = scope["operation"]
    answer = {
        "subject": principal.subject,
        "scopes": principal.scopes,
        "method": operation.method,
        "name": operation.name,
    }
    await JSONResponse(answer)(scope, receive, send)
