"""A small ASGI application behind a guard: it answers with who asked, and for what."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

import gatepost


class Guarded:
    """Asks the guard twice: with the head of each request, and then with its body."""

    def __init__(self, guard: gatepost.Guard) -> None:
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        target = scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        head = gatepost.RequestHead(scope["method"], target, scope["headers"])
        principal = self._guard.authenticate(head)
        if isinstance(principal, gatepost.Response):
            await respond(send, principal)
            return
        body = await self._read(head, receive)
        if isinstance(body, gatepost.Response):
            await respond(send, body)
            return
        outcome = self._guard.authorize(principal, head, body)
        if isinstance(outcome, gatepost.Response):
            await respond(send, outcome)
            return
        answer = {
            "subject": principal.subject,
            "scopes": principal.scopes,
            "method": outcome.method,
            "name": outcome.name,
        }
        headers = [("content-type", "application/json"), *self._guard.response_headers(head)]
        await write(send, 200, headers, json.dumps(answer).encode())

    async def _read(
        self, head: gatepost.RequestHead, receive: Receive
    ) -> bytes | gatepost.Response | None:
        """The whole body, as far as the guard would take it; None where a GET has none."""
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if len(body) > self._guard.max_message_length:
                return self._guard.refuse(head, "message_too_large")
            if not event.get("more_body", False):
                return body if body or head.method == "POST" else None


async def respond(send: Send, response: gatepost.Response) -> None:
    await write(send, response.status, response.headers, response.body)


async def write(send: Send, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers]
    encoded.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
