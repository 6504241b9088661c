"""A server whose keys are fetched when they are needed, over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from threading import Event
from typing import Any

import httpx2
from guarded import who_and_what
from key_server import (
    AUDIENCE,
    KEYS,
    Clock,
    KeyServer,
    after,
    document,
    guard_of,
    head_of,
    issuer_of,
    wait_until,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from gatepost.asgi import GuardMiddleware
from issuer import Issuer
from loopback import listener, serving

MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "any"}}


def served(running: ExitStack, app: ASGIApp) -> str:
    listening, url = listener()
    running.enter_context(serving(app, listening))
    return f"{url}/mcp"


def headers_of(signer: Issuer, **header: Any) -> dict[str, str]:
    [authorization] = head_of(signer, **header).values("Authorization")
    return {"authorization": authorization.decode()}


def test_servers_with_event_loops_of_their_own_share_a_guard(
    server: KeyServer, signer: Issuer, clock: Clock
) -> None:
    gate, waiting = Event(), 0
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    app = GuardMiddleware(who_and_what, guard_of(server, clock))

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal waiting
        if scope["type"] == "http":
            waiting += 1
        await app(scope, receive, send)

    async def ask_all(urls: list[str]) -> list[httpx2.Response]:
        async with httpx2.AsyncClient(timeout=60) as http:
            asking = [
                asyncio.create_task(http.post(url, json=MESSAGE, headers=headers_of(signer)))
                for url in urls
            ]
            await asyncio.to_thread(wait_until, lambda: waiting == len(urls))
            gate.set()
            return await asyncio.gather(*asking)

    with ExitStack() as running:
        urls = [served(running, counted) for _ in range(2)]
        answers = asyncio.run(ask_all(urls * 25))
        assert [answer.json()["subject"] for answer in answers] == ["alice"] * 50
        assert server.asked == {KEYS: 1}


def test_what_clients_are_told(server: KeyServer, signer: Issuer, clock: Clock) -> None:
    with ExitStack() as running:
        http = running.enter_context(httpx2.Client())
        url = served(running, GuardMiddleware(who_and_what, guard_of(server, clock)))
        server.down()
        # Nobody has to wait who brings no token.
        assert http.post(url, json=MESSAGE).status_code == 401
        refused = http.post(url, json=MESSAGE, headers=headers_of(signer))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert "www-authenticate" not in refused.headers
        server.up()
        clock.now += 30
        assert http.post(url, json=MESSAGE, headers=headers_of(signer)).status_code == 200
        refused = http.post(url, json=MESSAGE, headers=headers_of(signer, kid="unknown"))
        assert (refused.status_code, server.asked) == (401, {KEYS: 1})


def test_an_issuer_alone_will_do(server: KeyServer, signer: Issuer) -> None:
    with ExitStack() as running:
        http = running.enter_context(httpx2.Client())
        url = served(running, GuardMiddleware(who_and_what, issuer_of(server)))
        token = signer.sign(signer.claims(AUDIENCE))
        answer = http.post(url, json=MESSAGE, headers={"authorization": f"Bearer {token}"})
        assert answer.json()["subject"] == "alice"
