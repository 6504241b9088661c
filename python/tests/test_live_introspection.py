"""Opaque tokens where keys are fetched as well, and in front of an application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from introspected import START, Clock, Endpoint, Make, head
from introspected import clock as clock
from introspected import endpoint as endpoint
from introspected import make as make
from key_server import verdict
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

import gatepost
from conftest import AUDIENCE
from gatepost import LiveGuard
from gatepost.asgi import GuardMiddleware
from issuer import Issuer

Ask = Callable[[LiveGuard, gatepost.RequestHead], "gatepost.Principal | gatepost.Response"]


def ask_in_a_loop(
    live: LiveGuard, head: gatepost.RequestHead
) -> gatepost.Principal | gatepost.Response:
    return asyncio.run(live.authenticate_async(head))


BOTH = pytest.mark.parametrize("ask", [LiveGuard.authenticate, ask_in_a_loop])


@pytest.fixture
def live(make: Make, issuer: Issuer, keys: gatepost.KeySet, clock: Clock) -> LiveGuard:
    known = gatepost.issuer(issuer.url, AUDIENCE, keys=keys)
    return LiveGuard(known, introspection=make(), clock=clock)


@BOTH
def test_opaque_tokens_are_asked_about_and_others_are_not(
    live: LiveGuard, endpoint: Endpoint, issuer: Issuer, ask: Ask
) -> None:
    jwt = issuer.sign(issuer.claims(AUDIENCE, iat=START, exp=START + 60))
    for token, expected in (("a", "a"), (jwt, "alice"), ("a", "a"), ("b", "b")):
        assert verdict(ask(live, head(token))) == expected
    assert endpoint.asked == {"a": 1, "b": 1}
    endpoint.answer = lambda token: b'{"active":false}'
    assert verdict(ask(live, head("c"))) == "token_inactive"
    endpoint.answer = lambda token: b""
    assert verdict(ask(live, head("d"))) == "introspection_unavailable"
    assert verdict(ask(live, gatepost.RequestHead("POST", "/mcp", []))) == "credentials_missing"


def test_tokens_alone_are_asked_about_as_well(
    live: LiveGuard, endpoint: Endpoint, issuer: Issuer
) -> None:
    jwt = issuer.sign(issuer.claims(AUDIENCE, iat=START, exp=START + 60))
    assert [live.validate(token).subject for token in ("a", b"a", jwt)] == ["a", "a", "alice"]
    assert asyncio.run(live.validate_async("b")).subject == "b"
    assert asyncio.run(live.validate_async(jwt.encode())).subject == "alice"
    assert endpoint.asked == {"a": 1, "b": 1}
    with pytest.raises(gatepost.MalformedError):
        live.validate(b"\xff")


def test_an_application_sees_who_asks(live: LiveGuard, endpoint: Endpoint) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["principal"].subject)(scope, receive, send)

    async def ask(token: str) -> tuple[int, str]:
        transport = httpx2.ASGITransport(GuardMiddleware(app, live))
        async with httpx2.AsyncClient(transport=transport, base_url="http://mcp") as client:
            answer = await client.post(
                "/mcp",
                json={"jsonrpc": "2.0", "id": 1, "method": "ping"},
                headers={"authorization": f"Bearer {token}"},
            )
        return answer.status_code, answer.text if answer.status_code == 200 else ""

    assert asyncio.run(ask("a")) == (200, "a")
    endpoint.answer = lambda token: b'{"active":false}'
    assert asyncio.run(ask("b")) == (401, "")
    endpoint.answer = lambda token: b""
    assert asyncio.run(ask("c")) == (503, "")


def test_an_opaque_token_does_not_say_whose_it_is(make: Make, keys: gatepost.KeySet) -> None:
    issuers = [gatepost.issuer(f"https://{name}.example.com", AUDIENCE, keys=keys) for name in "ab"]
    with pytest.raises(gatepost.PolicyError, match="introspection"):
        LiveGuard(issuers, introspection=make())
