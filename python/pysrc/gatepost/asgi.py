"""A guard as ASGI middleware, in front of any application: Starlette, FastAPI, an MCP SDK's.

It needs no package but this one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any
from urllib.parse import quote

from gatepost._asking import Asking, asking, current_principal, permits
from gatepost._native import Guard, Operation, Principal, RequestHead, Response, Rule
from gatepost._paths import Paths
from gatepost._tool_scopes import ToolScopes
from gatepost.exceptions import OperationRefusedError
from gatepost.hooks import log_refusal
from gatepost.issuers import Issuer
from gatepost.live import LiveGuard

__all__ = [
    "App",
    "Event",
    "GuardMiddleware",
    "Receive",
    "Scope",
    "Send",
    "ToolScopes",
    "current_principal",
    "permits",
]

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class GuardMiddleware:
    """Lets through to `app` what `guard` lets in, and answers the rest itself.

    With a `LiveGuard`, or an `Issuer` that becomes one, a request waits for keys that it needs.

    The guard is asked twice: with the head of a request, and once that has passed with the body, of
    which no more is read than `guard.max_message_length`. `app` gets both as they came, with
    ``scope["principal"]``, the `Principal` who asks, and ``scope["operation"]``, the `Operation`
    that it asks for. What `app` answers is streamed as it comes, with the headers that browsers
    need. Metadata and preflights never reach `app`.

    Every HTTP request has to pass, whatever its path, unless `path` says which are guarded: one or
    several, each with what is below it. Whatever a router may take for such a path (``//mcp``,
    ``/%6dcp``, ``/MCP``), behind whatever prefix (``/api/mcp``), is guarded too. Metadata are
    answered wherever clients look for them, and everything else goes through untouched.

    WebSockets to what is guarded are refused with 403, since no operation could be told of what
    they carry. Lifespan events go through, and what is none of these raises ValueError.

    While `app` answers, `current_principal` and `permits` tell who asks. `scopes` are those that a
    `ToolScopes` has collected from the tools: the guard has them as rules beside its own.

    `certificate` tells the SHA-256 of the client's certificate from the scope of a request, for
    tokens that are bound to one; it has to come from the TLS layer, never from a header.

    A refusal is logged by the logger ``gatepost``, with the attributes ``reason`` and ``number``
    and never a part of the token: as a warning, or as information where a client only asks without
    credentials, or without the nonce that it is then told. `gatepost.hooks` counts them.

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
        path: str | Sequence[str] | None = None,
        scopes: ToolScopes | None = None,
        certificate: Callable[[Scope], bytes | None] | None = None,
    ) -> None:
        self._app = app
        self._live = LiveGuard.of(guard)
        self._guard = self._live.guard
        self._paths = None if path is None else Paths([path] if isinstance(path, str) else path)
        self._scopes = scopes
        self._certificate = certificate
        self._with_rules: tuple[tuple[Rule, ...], Guard] = ((), self._guard)
        if scopes is not None:
            # What makes no sense is told before the first request.
            scopes.become_rules_of(self._guard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind not in ("http", "websocket", "lifespan"):
            raise ValueError(f"nothing is known of the scope {kind!r}")
        if kind == "lifespan" or not self._concerns(scope):
            await self._app(scope, receive, send)
        elif kind == "websocket":
            log_refusal(OperationRefusedError(), "WebSocket")
            # Before it was accepted, servers make this a 403.
            await send({"type": "websocket.close", "code": 1008})
        else:
            # They may be there to be read once, and are read here and by `app`.
            await self._answer({**scope, "headers": list(scope["headers"])}, receive, send)

    def _concerns(self, scope: Scope) -> bool:
        """Whether the guard has a say in a request, or in a WebSocket."""
        if self._paths is None or self._paths.cover(scope):
            return True
        return scope["type"] == "http" and self._is_metadata(scope, self._target(scope))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            judged = await self._judge(scope, receive, send)
        except _ClientGone:
            return
        if isinstance(judged, Response):
            await _respond(send, judged)
            return
        before = asking.set(judged[0])
        try:
            # Nothing here holds the body any more, however long a stream this becomes.
            await self._app(*judged[1:])
        finally:
            asking.reset(before)

    async def _judge(
        self, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Asking, Scope, Receive, Send] | Response:
        """What the application is to be called with, or the answer."""
        # One for all of the request: a principal is of the guard that let it in.
        guard, known_tools = self._current_guard()
        head = self._head(scope)
        principal = await self._live.authenticate_async(head, guard=guard)
        if isinstance(principal, Response):
            return principal
        # Only now is the body worth reading.
        body = await _read(receive, guard.max_message_length)
        if body is None:
            return guard.refuse(head, "message_too_large")
        # That there is none is a message as well, but only of a POST.
        read = body if body or head.method == "POST" else None
        operation = guard.authorize(principal, head, read)
        if isinstance(operation, Response):
            return operation
        inner = self._admit(scope, head, principal, operation)
        if isinstance(inner, Response):
            return inner
        headers = _encoded(guard.response_headers(head))
        answering = _adding(headers, send) if headers else send
        who = Asking(guard, principal, self._scopes, known_tools, scope.get("app"))
        return who, inner, _again(body, receive), answering

    def _current_guard(self) -> tuple[Guard, int]:
        """The guard, with the scopes of the tools that there are by now, and how many these are."""
        known, guard = self._with_rules
        if self._scopes is not None and (rules := self._scopes.rules) is not known:
            guard = self._guard.with_rules(rules)
            self._with_rules = known, guard = rules, guard
        return guard, len(known)

    def _head(self, scope: Scope) -> RequestHead:
        certificate = self._certificate(scope) if self._certificate else None
        return RequestHead(scope["method"], self._target(scope), scope["headers"], certificate)

    def _target(self, scope: Scope) -> bytes:
        target = _as_it_came(scope)
        # A server that is told its prefix puts it in front of every path, even of the metadata's,
        # which are at the root of the host. What an application is mounted at comes after it.
        root = (scope.get("app_root_path", scope.get("root_path")) or "").encode()
        if root and target.startswith(root):
            within = target[len(root) :]
            if self._is_metadata(scope, within):
                return within
        return target

    def _is_metadata(self, scope: Scope, target: bytes) -> bool:
        return self._guard.is_metadata_target(RequestHead(scope["method"], target, ()))

    def _admit(
        self, scope: Scope, head: RequestHead, principal: Principal, operation: Operation
    ) -> Scope | Response:
        """The scope that the application gets. A copy: the scope is whose that made it."""
        return {**scope, "principal": principal, "operation": operation}


class _ClientGone(Exception):
    """Nobody is left to be answered."""


def _as_it_came(scope: Scope) -> bytes:
    # Not every server has the path as it came.
    target: bytes = scope.get("raw_path") or quote(scope["path"], errors="surrogatepass").encode()
    query: bytes = scope.get("query_string") or b""
    return target + b"?" + query if query else target


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None where it is longer than `limit`."""
    # Grows in place, so that many small events cost no more than one large one.
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _ClientGone
        body.extend(event.get("body", b""))
        if len(body) > limit:
            return None
        if not event.get("more_body", False):
            return bytes(body)


async def _respond(send: Send, response: Response) -> None:
    log_refusal(response)
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
