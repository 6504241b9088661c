"""How an introspection endpoint is asked over HTTP."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from introspected import Endpoint, Make, head, outcome
from introspected import clock as clock
from introspected import endpoint as endpoint
from introspected import guard as guard
from introspected import make as make
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

import gatepost
from gatepost.introspection import IntrospectionClient
from loopback import listener, serving


class Server:
    """An introspection endpoint over HTTP."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[str], Response] = lambda token: Response(endpoint.active(token))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            body = await request.body()
            self.seen.append((dict(request.headers), body))
            token = parse_qs(body.decode())["token"][0]
            await self.answer(token)(scope, receive, send)


@pytest.fixture
def server(endpoint: Endpoint) -> Server:
    return Server(endpoint)


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    listening, url = listener()
    with serving(server, listening):
        yield f"{url}/introspect"


def client(url: str, **options: Any) -> IntrospectionClient:
    return IntrospectionClient(url, "a client", "se:cret", loopback_for_development=True, **options)


def test_the_client_asks_as_the_standards_say(
    make: Make, server: Server, url: str, guard: gatepost.Guard
) -> None:
    ask = client(url)
    introspector = make(ask=ask)
    token = "a~b.c-_+/=="
    assert outcome(introspector.authenticate(guard, head(token))) == token
    assert outcome(introspector.authenticate(guard, head("b"))) == "b"
    [headers, body], _ = server.seen
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    # RFC 6749, section 2.3.1: each of the two is encoded on its own.
    kind, credentials = headers["authorization"].split()
    assert (kind, base64.b64decode(credentials)) == ("Basic", b"a+client:se%3Acret")
    assert parse_qs(body.decode()) == {"token": [token], "token_type_hint": ["access_token"]}
    assert repr(ask) == f"IntrospectionClient(endpoint={url!r})"


def test_the_client_takes_no_other_answer(
    make: Make, server: Server, url: str, guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    introspector = make(ask=client(url))
    good, over = server.endpoint.active("x"), threading.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b" " * 8193
        # Whoever reads on gets no more.
        await asyncio.to_thread(over.wait, 60)

    refused: dict[str, Callable[[str], Response]] = {
        "status 401": lambda token: Response(good, 401),
        "status 500": lambda token: Response(good, 500),
        "status 204": lambda token: Response(status_code=204),
        "status 307": lambda token: RedirectResponse(url),
        "compressed, which was not asked for": lambda token: Response(
            good, headers={"content-encoding": "gzip"}
        ),
        "no answer of 1 to 8192 bytes": lambda token: StreamingResponse(endless()),
    }
    for number, (why, answer) in enumerate(refused.items()):
        server.answer = answer
        decided = introspector.authenticate(guard, head(f"t{number}"))
        assert outcome(decided) == "introspection_unavailable"
        said = [it.getMessage() for it in caplog.records if it.name == "gatepost"]
        assert said[-1] == f"a token cannot be introspected: {why}"
    over.set()
    assert len(server.seen) == len(refused)


def test_where_nobody_listens_it_is_503(make: Make, guard: gatepost.Guard) -> None:
    listening, url = listener()
    listening.close()
    introspector = make(ask=client(f"{url}/introspect"))
    assert outcome(introspector.authenticate(guard, head("a"))) == "introspection_unavailable"


def test_the_client_may_be_one_s_own(make: Make, guard: gatepost.Guard, endpoint: Endpoint) -> None:
    made = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=endpoint.active("alice"))

    def own() -> httpx2.AsyncClient:
        made.append(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))
        return made[-1]

    introspector = make(ask=IntrospectionClient("https://as.example.com/i", "a", "b", client=own))
    for token in "ab":
        assert outcome(introspector.authenticate(guard, head(token))) == "alice"
    introspector.close()
    assert [client.is_closed for client in made] == [True]


@pytest.mark.parametrize(
    "url",
    [
        "http://as.example.com/introspect",
        "http://localhost/introspect",
        "http://127.0.0.1.example.com/introspect",
        "https://user@as.example.com/introspect",
        "https:///introspect",
        "https://as.example.com/introspect#a",
        "ftp://127.0.0.1/",
        "introspect",
        "https://[::1/",
        "",
    ],
)
def test_an_endpoint_is_asked_over_https(url: str) -> None:
    with pytest.raises(gatepost.PolicyError, match="endpoint"):
        client(url)
    with pytest.raises(gatepost.PolicyError, match="endpoint"):
        IntrospectionClient("http://127.0.0.1/introspect", "a", "b")
    client("http://[::1]:8000/introspect")
