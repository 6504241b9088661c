"""ASGI applications called event by event, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from gatepost.asgi import Event, Scope

MESSAGE = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"any"}}'


def scope_of(*headers: tuple[bytes, bytes], **changes: Any) -> Scope:
    usual = {
        "type": "http",
        "method": "POST",
        "path": "/mcp",
        "raw_path": b"/mcp",
        "query_string": b"",
        "headers": headers,
    }
    return usual | changes


def parts(*chunks: bytes) -> list[Event]:
    return [
        {"type": "http.request", "body": chunk, "more_body": left > 0}
        for left, chunk in zip(reversed(range(len(chunks))), chunks, strict=True)
    ]


def ask(
    app: Any, scope: Scope, events: Iterable[Event] = ({"type": "http.request"},)
) -> tuple[list[Event], int]:
    """What `app` sends, and how many events it took."""
    left, sent = list(events), []
    count = len(left)

    async def receive() -> Event:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        sent.append(event)

    asyncio.run(app(scope, receive, send))
    return sent, count - len(left)
