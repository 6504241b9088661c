"""A guard as ASGI middleware, in front of any application: Starlette, FastAPI, an MCP SDK's.

It needs no package but this one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote

from gatepost import Guard, Issuer, LiveGuard, Operation, Principal, RequestHead, Response

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_logger = logging.getLogger("gatepost")

# With these a client only begins; they say nothing against it.
_USUAL = frozenset({"credentials_missing", "nonce_required"})


class GuardMiddleware:
    """Lets through to `app` what `guard` lets in, and answers the rest itself.

    With a `LiveGuard`, or an `Issuer` that becomes one, a request waits for keys that it needs.

    The guard is asked twice: with the head of a request, and once that has passed with the body, of
    which no more is read than `guard.max_message_length`. `app` gets both as they came, with
    ``scope["principal"]``, the `Principal` who asks, and ``scope["operation"]``, the `Operation`
    that it asks for. What `app` answers is streamed as it comes, with the headers that browsers
    need. Metadata and preflights never reach `app`.

    Every HTTP request to `app` has to pass, whatever its path: mount beside it what needs no token.
    WebSockets are refused with 403, since no operation could be told of what they carry. Lifespan
    events go through, and what is none of these raises ValueError.

    `certificate` tells the SHA-256 of the client's certificate from the scope of a request, for
    tokens that are bound to one; it has to come from the TLS layer, never from a header.

    A refusal is logged by the logger ``gatepost``, with the attributes ``reason`` and ``number``
    and never a part of the token: as a warning, or as information where a client only asks without
    credentials, or without the nonce that it is then told.

    >>> import gatepost
    >>> from gatepost.asgi import GuardMiddleware
    >>> keys = gatepost.KeySet.from_secret(b"a development secret of 32 bytes")
    >>> resource = "https://mcp.example.com/mcp"
    >>> policy = gatepost.Policy(issuer="https://as.example.com", audience=resource)
    >>> guard = gatepost.Guard(resource, gatepost.Validator(policy, keys))
    >>> async def app(scope, receive, send):
    ...     print("welcome", scope["principal"].subject)
    >>> app = GuardMiddleware(app, guard)
    """

    def __init__(
        self,
        app: App,
        guard: Guard | LiveGuard | Issuer,
        *,
        certificate: Callable[[Scope], bytes | None] | None = None,
    ) -> None:
        self._app = app
        self._live = LiveGuard.of(guard)
        self._guard = self._live.guard
        self._certificate = certificate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            # They may be there to be read once, and are read here and by `app`.
            await self._answer({**scope, "headers": list(scope["headers"])}, receive, send)
        elif kind == "lifespan":
            await self._app(scope, receive, send)
        elif kind == "websocket":
            # Before it was accepted, servers make this a 403.
            await send({"type": "websocket.close", "code": 1008})
        else:
            raise ValueError(f"nothing is known of the scope {kind!r}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            judged = await self._judge(scope, receive, send)
        except _ClientGone:
            return
        if isinstance(judged, Response):
            await _respond(send, judged)
        else:
            # Nothing here holds the body any more, however long a stream this becomes.
            await self._app(*judged)

    async def _judge(
        self, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Scope, Receive, Send] | Response:
        """What the application is to be called with, or the answer."""
        head = self._head(scope)
        principal = await self._live.authenticate_async(head)
        if isinstance(principal, Response):
            return principal
        # Only now is the body worth reading.
        body = await self._read(receive)
        if body is None:
            return self._guard.refuse(head, "message_too_large")
        # That there is none is a message as well, but only of a POST.
        judged = body if body or head.method == "POST" else None
        operation = self._guard.authorize(principal, head, judged)
        if isinstance(operation, Response):
            return operation
        inner = self._admit(scope, head, principal, operation)
        if isinstance(inner, Response):
            return inner
        headers = _encoded(self._guard.response_headers(head))
        return inner, _again(body, receive), _adding(headers, send) if headers else send

    def _head(self, scope: Scope) -> RequestHead:
        # Not every server has the path as it came.
        target = scope.get("raw_path") or quote(scope["path"]).encode()
        if query := scope.get("query_string"):
            target += b"?" + query
        certificate = self._certificate(scope) if self._certificate else None
        return RequestHead(scope["method"], target, scope["headers"], certificate)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body; None where it is longer than the guard takes."""
        # Grows in place, so that many small events cost no more than one large one.
        body = bytearray()
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise _ClientGone
            body.extend(event.get("body", b""))
            if len(body) > self._guard.max_message_length:
                return None
            if not event.get("more_body", False):
                return bytes(body)

    def _admit(
        self, scope: Scope, head: RequestHead, principal: Principal, operation: Operation
    ) -> Scope | Response:
        """The scope that the application gets. A copy: the scope is whose that made it."""
        return {**scope, "principal": principal, "operation": operation}


class _ClientGone(Exception):
    """Nobody is left to be answered."""


async def _respond(send: Send, response: Response) -> None:
    if response.reason is not None:
        _logger.log(
            logging.INFO if response.reason in _USUAL else logging.WARNING,
            "request refused: %s (%d)",
            response.reason,
            response.number,
            extra={"reason": response.reason, "number": response.number},
        )
    headers = _encoded(response.headers)
    # RFC 9110, section 8.6: none with a 204.
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def _again(body: bytes, receive: Receive) -> Receive:
    """Hands out the body that was read, and then whatever else comes: that the client has gone."""
    events: list[Event] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Event:
        return events.pop() if events else await receive()

    return receive_again


def _adding(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    """Adds headers to the response, in place of the application's own unless they are lists."""
    lists = (b"vary", b"access-control-expose-headers")
    replaced = {name for name, _ in headers if name not in lists}

    async def send_with_headers(event: Event) -> None:
        if event["type"] == "http.response.start":
            own = [pair for pair in event.get("headers", ()) if pair[0].lower() not in replaced]
            event = {**event, "headers": [*own, *headers]}
        await send(event)

    return send_with_headers


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers]
