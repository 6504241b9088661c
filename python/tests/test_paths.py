"""`gatepost.asgi.GuardMiddleware` with `path`: what is guarded, and what is left alone."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from events import MESSAGE, ask, parts, scope_of
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Mount, Route

import gatepost
from conftest import AUDIENCE
from gatepost._paths import Paths
from gatepost.asgi import Event, GuardMiddleware, Receive, Scope, Send

SPELLINGS = [
    "/mcp",
    "/mcp/",
    "/mcp/below",
    "//mcp",
    "/mcp//",
    "/./mcp",
    "/health/../mcp",
    "/mcp/../health",
    "/mcp/..",
    "/MCP",
    "/Mcp/x",
    "/%6dcp",
    "/mcp;x=1",
    "/mcp%2fbelow",
    "/mcp ",
    "/health/mcp",
    "//mcp/../x",
    "/MCP/../x",
    "/a/../mcp/../b",
    "\\mcp",
]
OTHERS = ["/", "/health", "/mcphealth", "/mcp-health", "/mc", "/.well-known/x/mcp", "", "/x%2e"]


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    return gatepost.Guard(AUDIENCE, validator)


class Noting:
    """An application that notes what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Scope, Receive, Send]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls.append((scope, receive, send))
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"healthy"})


def at(path: str, **changes: Any) -> Scope:
    # Servers decode the path once.
    return scope_of(path=path, raw_path=None, **changes)


@pytest.mark.parametrize("path", OTHERS)
def test_what_is_beside_the_path_is_left_untouched(guard: gatepost.Guard, path: str) -> None:
    app = Noting()
    scope = at(path)
    sent, taken = ask(GuardMiddleware(app, guard, path="/mcp"), scope, parts(MESSAGE))
    assert (sent[0]["status"], taken) == (200, 0)
    [(got, _, _)] = app.calls
    assert got is scope


@pytest.mark.parametrize("path", SPELLINGS)
def test_whatever_a_router_may_take_for_the_path_is_guarded(
    guard: gatepost.Guard, path: str
) -> None:
    app = Noting()
    sent, _ = ask(GuardMiddleware(app, guard, path="/mcp"), at(path), parts(MESSAGE))
    assert (sent[0]["status"], app.calls) == (401, [])


@pytest.mark.parametrize("path", ["/api/mcp", "/api//mcp/", "/api/MCP"])
def test_a_mounted_application_has_its_path_below_where_it_is_mounted(
    guard: gatepost.Guard, path: str
) -> None:
    app = Noting()
    guarded = GuardMiddleware(app, guard, path="/mcp")
    sent, _ = ask(guarded, at(path, root_path="/api"), parts(MESSAGE))
    assert (sent[0]["status"], app.calls) == (401, [])
    sent, _ = ask(guarded, at("/api/health", root_path="/api"), parts(MESSAGE))
    assert sent[0]["status"] == 200
    # As a server does it that hands on the path without its root.
    sent, _ = ask(guarded, at("/mcp", root_path="/api"), parts(MESSAGE))
    assert sent[0]["status"] == 401


async def _reached(request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


@pytest.mark.parametrize(
    "route",
    [
        Route("/mcp", _reached, methods=["POST"]),
        Route("/mcp/", _reached, methods=["POST"]),
        Mount("/mcp", routes=[Route("/{rest:path}", _reached, methods=["POST"])]),
        Mount("/mcp", app=PlainTextResponse("reached")),
    ],
)
@pytest.mark.parametrize("path", [*SPELLINGS, *OTHERS])
def test_no_spelling_leads_a_stranger_to_the_endpoint(
    guard: gatepost.Guard, route: BaseRoute, path: str
) -> None:
    app = GuardMiddleware(Starlette(routes=[route]), guard, path="/mcp")
    sent, _ = ask(app, at(path), parts(MESSAGE))
    body = b"".join(event.get("body", b"") for event in sent)
    assert sent[0]["status"] in (401, 404)
    assert b"reached" not in body


def test_whatever_a_router_takes_for_the_path_is_covered() -> None:
    """Paths put together by chance, in front of routers that may be mounted somewhere."""
    covered = Paths(["/mcp"])
    routes = [
        Route("/mcp", _reached, methods=["POST"]),
        Route("/mcp/{rest:path}", _reached, methods=["POST"]),
        Mount("/mcp", app=PlainTextResponse("")),
    ]
    pieces = ["/", "/mcp", "mcp", "/api", "M", ".", "..", "/..", "//", "%2f", "%6d", ";a", " ", "x"]
    chance = random.Random(1)
    taken = 0
    for _ in range(20_000):
        path = "/" + "".join(chance.choices(pieces, k=chance.randrange(6)))
        scope = at(path, root_path=chance.choice(["", "", "/api", "/api/", "/mcp", "/"]))
        # Copies: a match may be noted in the scope.
        if any(route.matches(dict(scope))[0] is not Match.NONE for route in routes):
            taken += 1
            assert covered.cover(scope), scope
    assert taken > 400


def test_several_paths_are_guarded(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    app = Noting()
    guarded = GuardMiddleware(app, guard, path=["/mcp", "/admin/"])
    for path, status in [("/mcp", 401), ("/admin", 401), ("/admin/x", 401), ("/health", 200)]:
        sent, _ = ask(guarded, at(path), parts(MESSAGE))
        assert (path, sent[0]["status"]) == (path, status)
    sent, _ = ask(guarded, scope_of(authorization), parts(MESSAGE))
    assert sent[0]["status"] == 200
    assert app.calls[-1][0]["principal"].subject == "alice"


@pytest.mark.parametrize(
    "path", ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"]
)
def test_metadata_are_answered_wherever_clients_look(guard: gatepost.Guard, path: str) -> None:
    app = Noting()
    guarded = GuardMiddleware(app, guard, path="/mcp")
    asking = [(b"origin", b"https://a.example.com"), (b"access-control-request-method", b"GET")]
    [start, _], _ = ask(guarded, at(path, method="OPTIONS", headers=asking))
    assert dict(start["headers"])[b"access-control-allow-origin"] == b"*"
    [start, body], _ = ask(guarded, at(path, method="GET"))
    assert (start["status"], json.loads(body["body"])["resource"]) == (200, AUDIENCE)
    assert app.calls == []
    # What else is well known is not the guard's.
    ask(guarded, at("/.well-known/security.txt", method="GET"))
    assert len(app.calls) == 1


def test_websockets_are_refused_where_requests_are_guarded(guard: gatepost.Guard) -> None:
    app = Noting()
    guarded = GuardMiddleware(app, guard, path="/mcp")
    closed: list[Event] = [{"type": "websocket.close", "code": 1008}]
    assert ask(guarded, {"type": "websocket", "path": "/mcp/x"})[0] == closed
    assert app.calls == []
    scope = {"type": "websocket", "path": "/live"}
    ask(guarded, scope)
    assert app.calls[0][0] is scope
    ask(guarded, {"type": "lifespan"})
    assert len(app.calls) == 2


@pytest.mark.parametrize(
    "path",
    [
        *["", "mcp", "https://mcp.example.com/mcp", [], ["/mcp", ""]],
        *["/{tenant}/mcp", "/mcp/*", "/mcp/{rest:path}", "/mcp?x", "/mcp#", ["/mcp", "/*"]],
        *["/<tenant>/mcp", "/:tenant/mcp", "/(a|b)/mcp"],
    ],
)
def test_what_is_no_path_is_refused(guard: gatepost.Guard, path: str | list[str]) -> None:
    with pytest.raises(ValueError, match="path"):
        GuardMiddleware(Noting(), guard, path=path)


@pytest.mark.parametrize("path", SPELLINGS + OTHERS)
def test_the_root_is_everything(guard: gatepost.Guard, path: str) -> None:
    sent, _ = ask(GuardMiddleware(Noting(), guard, path="/"), at(path), parts(MESSAGE))
    assert sent[0]["status"] == 401


def test_an_application_with_a_root_path_of_its_own_is_guarded(guard: gatepost.Guard) -> None:
    inside = FastAPI()
    inside.root_path = "/api"
    inside.add_route("/mcp", _reached, methods=["POST"])
    app = GuardMiddleware(inside, guard, path="/mcp")
    for path in ("/mcp", "/api/mcp", "/api/api/mcp"):
        sent, _ = ask(app, at(path), parts(MESSAGE))
        assert sent[0]["status"] == 401
