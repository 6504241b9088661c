"""`gatepost.asgi.GuardMiddleware`, event by event; test_guard_http.py asks it over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable

import pytest
from events import MESSAGE, ask, parts, scope_of
from guarded import guarded

import gatepost
from conftest import AUDIENCE
from gatepost.asgi import Event, GuardMiddleware, Receive, Scope, Send
from issuer import Issuer

ORIGIN = (b"origin", b"https://mcp.example.com")


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    public = gatepost.Rule.method("ping").public()
    return gatepost.Guard(AUDIENCE, validator, rules=[public], max_message_length=1 << 20)


class Echo:
    """An application that answers with the body, in parts, and notes the scopes it got."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self.scopes: list[Scope] = []
        self.headers = list(headers)
        self.after: Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] != "http":
            return
        event = await receive()
        assert event["more_body"] is False
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": event["body"], "more_body": True})
        await send({"type": "http.response.body", "body": b"."})
        self.after = await receive()


def test_the_application_gets_the_body_whole_and_answers_in_parts(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    app = Echo()
    scope = scope_of(authorization)
    before = dict(scope)
    sent, _ = ask(GuardMiddleware(app, guard), scope, parts(MESSAGE[:9], b"", MESSAGE[9:]))
    assert [event.get("body") for event in sent] == [None, MESSAGE, b"."]
    # After the body, what the server tells: here that the client has gone.
    assert app.after == {"type": "http.disconnect"}
    [got] = app.scopes
    assert got["principal"].subject == "alice"
    assert (got["operation"].method, got["operation"].name) == ("tools/call", "any")
    assert scope == before


def test_nothing_of_the_body_is_read_for_a_stranger(guard: gatepost.Guard) -> None:
    app = Echo()
    sent, taken = ask(GuardMiddleware(app, guard), scope_of(), parts(MESSAGE))
    assert (sent[0]["status"], taken, app.scopes) == (401, 0, [])


def test_no_more_is_read_than_the_guard_takes(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    app = Echo()
    chunks = parts(*[b" " * (1 << 18)] * 8)
    sent, taken = ask(GuardMiddleware(app, guard), scope_of(authorization), chunks)
    # Four are exactly as much as is taken; the fifth is too much.
    assert (sent[0]["status"], taken, app.scopes) == (413, 5, [])


def test_a_body_in_many_parts_is_not_copied_for_each(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    # A part that counts how many bytes are put together with it on its right.
    copied = 0

    class Part(bytes):
        def __radd__(self, left: bytes) -> bytes:
            nonlocal copied
            copied += len(left)
            return bytes.__add__(left, self)

    async def read_by_adding(receive: Receive) -> bytes:
        body = b""
        while (event := await receive())["more_body"]:
            body = body + event["body"]
        return body

    def events() -> list[Event]:
        return parts(*[Part(b" " * 64)] * 1000, MESSAGE)

    left = events()

    async def receive() -> Event:
        return left.pop(0)

    asyncio.run(read_by_adding(receive))
    assert copied > 30_000_000
    copied = 0
    sent, _ = ask(GuardMiddleware(Echo(), guard), scope_of(authorization), events())
    assert (sent[0]["status"], copied) == (200, 0)


def test_a_stream_does_not_hold_the_body_it_began_with(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    held = []

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        assert len((await receive())["body"]) > 900_000
        held.append(tracemalloc.get_traced_memory()[0])

    chunks = parts(MESSAGE, b" " * 900_000)
    tracemalloc.start()
    try:
        ask(GuardMiddleware(stream, guard), scope_of(authorization), chunks)
    finally:
        tracemalloc.stop()
    assert held[0] < 450_000


def test_whoever_goes_amid_the_body_is_not_answered(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    app = Echo()
    [first, _] = parts(MESSAGE, b"")
    sent, _ = ask(GuardMiddleware(app, guard), scope_of(authorization), [first])
    assert (sent, app.scopes) == ([], [])


def test_a_get_has_no_body_and_a_post_without_one_is_refused(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    app = Echo()
    [start, *_], _ = ask(
        GuardMiddleware(app, guard), scope_of(authorization, method="GET"), parts(b"")
    )
    assert (start["status"], app.scopes[0]["operation"].kind) == (200, "response")
    [start, *_], _ = ask(GuardMiddleware(app, guard), scope_of(authorization), parts(b""))
    assert start["status"] == 400


def test_browsers_get_the_guard_s_headers_and_not_the_application_s(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    own = [
        (b"Access-Control-Allow-Origin", b"*"),
        (b"Access-Control-Expose-Headers", b"X-Own"),
        (b"Vary", b"Accept"),
        (b"x", b"y"),
    ]
    app = GuardMiddleware(Echo(own), guard)
    [start, *_], _ = ask(app, scope_of(authorization, ORIGIN), parts(MESSAGE))
    allowed = [it for name, it in start["headers"] if name.lower().endswith(b"allow-origin")]
    assert allowed == [ORIGIN[1]]
    exposed = [v for n, v in start["headers"] if n.lower() == b"access-control-expose-headers"]
    assert exposed[0] == b"X-Own"
    assert b"WWW-Authenticate" in exposed[1]
    varies = [value for name, value in start["headers"] if name.lower() == b"vary"]
    assert varies == [b"Accept", b"Origin"]
    assert (b"x", b"y") in start["headers"]
    # Who is no browser gets what the application says.
    [start, *_], _ = ask(app, scope_of(authorization), parts(MESSAGE))
    assert start["headers"] == own


def test_preflight_and_metadata_never_reach_the_application(guard: gatepost.Guard) -> None:
    app = Echo()
    method = (b"access-control-request-method", b"POST")
    [start, _], _ = ask(GuardMiddleware(app, guard), scope_of(ORIGIN, method, method="OPTIONS"))
    assert start["status"] == 204
    assert b"content-length" not in dict(start["headers"])
    path = "/.well-known/oauth-protected-resource/mcp"
    # A server that does not tell the path as it came.
    scope = scope_of(method="GET", path=path, raw_path=None)
    [start, body], _ = ask(GuardMiddleware(app, guard), scope)
    assert json.loads(body["body"])["resource"] == AUDIENCE
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
    assert app.scopes == []


def test_websockets_are_refused_and_lifespan_goes_through(
    guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    app = Echo()
    sent, _ = ask(GuardMiddleware(app, guard), {"type": "websocket", "path": "/mcp"})
    assert ([event["type"] for event in sent], app.scopes) == (["websocket.close"], [])
    [record] = caplog.records
    assert (record.message, vars(record)["number"]) == (
        "WebSocket refused: operation_refused (602)",
        602,
    )
    ask(GuardMiddleware(app, guard), {"type": "lifespan"})
    assert app.scopes == [{"type": "lifespan"}]
    with pytest.raises(ValueError, match="'webtransport'"):
        ask(GuardMiddleware(app, guard), {"type": "webtransport"})


@pytest.mark.parametrize("path", [None, "/mcp"])
def test_metadata_are_at_the_root_whatever_prefix_the_server_was_told(
    guard: gatepost.Guard, path: str | None
) -> None:
    place = "/.well-known/oauth-protected-resource/mcp"
    middleware = GuardMiddleware(Echo(), guard, path=path)

    def asked(path: str, **scope: str) -> int:
        whole = {**scope_of(), "method": "GET", "path": path, "raw_path": path.encode(), **scope}
        [start, *_], _ = ask(middleware, whole, parts(b""))
        return int(start["status"])

    # As uvicorn has it with --root-path.
    assert asked(f"/api{place}", root_path="/api") == 200
    assert asked(place, root_path="/api") == 200
    # As Starlette has it in a mounted application: this is no place of the metadata's.
    assert asked(f"/api{place}", root_path="/api", app_root_path="") == 401


def test_the_certificate_comes_from_the_server(
    issuer: Issuer, validator: gatepost.Validator
) -> None:
    hashed = hashlib.sha256(b"certificate").digest()
    text = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
    token = issuer.sign(issuer.claims(AUDIENCE, cnf={"x5t#S256": text}))
    scope = scope_of((b"authorization", f"Bearer {token}".encode()), tls=hashed)
    bound = gatepost.Guard(AUDIENCE, validator, certificate_binding=True)
    app = Echo()
    [start, *_], _ = ask(GuardMiddleware(app, bound), scope, parts(MESSAGE))
    assert start["status"] == 401
    telling = GuardMiddleware(app, bound, certificate=lambda scope: scope["tls"])
    [start, *_], _ = ask(telling, scope, parts(MESSAGE))
    assert start["status"] == 200


def test_a_refusal_is_logged_without_the_token(
    issuer: Issuer, guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gatepost")
    token = issuer.sign(issuer.claims(AUDIENCE, exp=1))
    ask(guarded(guard), scope_of((b"authorization", f"Bearer {token}".encode())))
    ask(guarded(guard), scope_of())
    seen = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert seen == [
        ("WARNING", "request refused: expired (501)"),
        ("INFO", "request refused: credentials_missing (111)"),
    ]
    assert [vars(record)["reason"] for record in caplog.records] == [
        "expired",
        "credentials_missing",
    ]
    assert not any(part in str(vars(caplog.records[0])) for part in token.split("."))


def test_no_other_package_is_needed() -> None:
    script = """
import sys
sys.modules["mcp"] = sys.modules["starlette"] = None  # as if they were not installed
import gatepost.asgi, gatepost.mcp
print(gatepost.asgi.GuardMiddleware.__name__)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("GuardMiddleware\n", "")


def test_a_path_that_is_no_text_is_answered(guard: gatepost.Guard) -> None:
    # Whatever a server makes of it, where it does not hand on the path as it came.
    for path in ("/mcp/\ud800", "/\udcff"):
        [start, _], _ = ask(guarded(guard), scope_of(path=path, raw_path=None))
        assert start["status"] == 401
