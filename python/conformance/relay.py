"""Passes requests on to a server, with an access token that whoever sent them does not have.

The conformance suite knows no tokens: so it can be asked what a guarded server still does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx2

from gatepost.asgi import Receive, Scope, Send

# They are between two neighbours, RFC 9110, section 7.6.1.
HOP_BY_HOP = (b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade")


class Relay:
    """An ASGI application: each request goes to the server at the URL `origin` as it came.

    Headers (`Host` and `Origin` too), streams and their ends are passed on in both directions;
    added is only `Authorization`, with what `token` returns.
    """

    def __init__(self, origin: str, token: Callable[[], str]) -> None:
        self._origin = origin
        self._token = token
        self._client: httpx2.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        request = await self._request(scope, receive)
        passing = asyncio.create_task(self._pass_on(request, send))
        gone = asyncio.create_task(self._gone(receive))
        # Where the client hangs up, the server has to see it.
        await asyncio.wait((passing, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in (passing, gone):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Streams are open for as long as they like, however many they are.
        limits = httpx2.Limits(max_connections=None)
        async with httpx2.AsyncClient(timeout=None, limits=limits) as self._client:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _request(self, scope: Scope, receive: Receive) -> httpx2.Request:
        body = b""
        more = True
        while more:
            event = await receive()
            body += event.get("body", b"")
            more = event.get("more_body", False)
        target = scope["raw_path"].decode()
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode()
        headers = [pair for pair in scope["headers"] if pair[0] not in HOP_BY_HOP]
        headers.append((b"authorization", f"Bearer {self._token()}".encode()))
        return httpx2.Request(scope["method"], self._origin + target, headers=headers, content=body)

    async def _pass_on(self, request: httpx2.Request, send: Send) -> None:
        async with self._answer(request) as answer:
            headers = [
                (name.lower(), value)
                for name, value in answer.headers.raw
                if name.lower() not in HOP_BY_HOP
            ]
            status = answer.status_code
            await send({"type": "http.response.start", "status": status, "headers": headers})
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    @asynccontextmanager
    async def _answer(self, request: httpx2.Request) -> AsyncIterator[httpx2.Response]:
        assert self._client is not None
        # Not `stream`, which adds headers of its own.
        answer = await self._client.send(request, stream=True)
        try:
            yield answer
        finally:
            await answer.aclose()

    async def _gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
