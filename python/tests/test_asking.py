"""`gatepost.asgi.current_principal` and `permits`: who asks, wherever the answer is made."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from events import MESSAGE, ask, parts, scope_of
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import gatepost
from conftest import AUDIENCE
from gatepost.asgi import App, GuardMiddleware, Receive, Scope, Send, current_principal, permits
from issuer import Issuer

USERS = [f"user{number}" for number in range(20)]


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    rules = [
        gatepost.Rule.tool("read").needs("files:read"),
        gatepost.Rule.prompt("read").needs("files:write"),
        gatepost.Rule.resource("file:///a").needs("files:write"),
        gatepost.Rule.resources_beginning_with("file:///").needs("files:read"),
    ]
    hierarchy = [("admin", "files:read")]
    return gatepost.Guard(AUDIENCE, validator, rules=rules, hierarchy=hierarchy)


def subject() -> str:
    return str(current_principal().subject)


def by_everybody(
    app: App, issuer: Issuer, guard: gatepost.Guard, check: Callable[[str, httpx2.Response], None]
) -> None:
    """All users ask at once."""
    tokens = {user: issuer.sign(issuer.claims(AUDIENCE, sub=user)) for user in USERS}

    async def run() -> None:
        transport = httpx2.ASGITransport(app=GuardMiddleware(app, guard))
        async with httpx2.AsyncClient(transport=transport) as http:

            async def one(user: str) -> None:
                headers = {"authorization": f"Bearer {tokens[user]}"}
                check(user, await http.post(AUDIENCE, content=MESSAGE, headers=headers))

            await asyncio.gather(*map(one, USERS))

    asyncio.run(run())


def answering(endpoint: Callable[[Request], Awaitable[Response]]) -> Starlette:
    return Starlette(routes=[Route("/mcp", endpoint, methods=["POST"])])


def test_requests_at_the_same_time_do_not_see_one_another(
    issuer: Issuer, guard: gatepost.Guard
) -> None:
    waiting = asyncio.Barrier(len(USERS))

    async def endpoint(request: Request) -> Response:
        before = subject()
        await waiting.wait()
        assert current_principal() is request.scope["principal"]
        return PlainTextResponse(f"{before} {subject()}")

    def check(user: str, answer: httpx2.Response) -> None:
        assert answer.text == f"{user} {user}"

    by_everybody(answering(endpoint), issuer, guard, check)


def test_a_stream_knows_it_until_its_end(issuer: Issuer, guard: gatepost.Guard) -> None:
    waiting = asyncio.Barrier(len(USERS))

    async def stream() -> AsyncIterator[str]:
        for _ in range(5):
            yield f"{subject()} "
            await waiting.wait()

    async def endpoint(_: Request) -> Response:
        return StreamingResponse(stream())

    def check(user: str, answer: httpx2.Response) -> None:
        assert answer.text == f"{user} " * 5

    by_everybody(answering(endpoint), issuer, guard, check)


def test_tasks_and_threads_know_it(issuer: Issuer, guard: gatepost.Guard) -> None:
    later: dict[str, str] = {}

    async def afterwards(user: str) -> None:
        later[user] = subject()

    async def endpoint(_: Request) -> Response:
        async def task() -> str:
            await asyncio.sleep(0)
            return subject()

        in_task = await asyncio.create_task(task())
        in_thread = await asyncio.to_thread(subject)
        done = BackgroundTask(afterwards, subject())
        return PlainTextResponse(f"{in_task} {in_thread}", background=done)

    def check(user: str, answer: httpx2.Response) -> None:
        assert answer.text == f"{user} {user}"

    by_everybody(answering(endpoint), issuer, guard, check)
    assert later == {user: user for user in USERS}


def test_what_outlives_the_request_keeps_its_principal(
    issuer: Issuer, guard: gatepost.Guard
) -> None:
    tasks: dict[str, asyncio.Task[str]] = {}

    async def run() -> None:
        over = asyncio.Event()

        async def endpoint(_: Request) -> Response:
            async def task() -> str:
                await over.wait()
                return subject()

            tasks[subject()] = asyncio.create_task(task())
            return PlainTextResponse("")

        transport = httpx2.ASGITransport(app=GuardMiddleware(answering(endpoint), guard))
        async with httpx2.AsyncClient(transport=transport) as http:
            for user in USERS[:2]:
                token = issuer.sign(issuer.claims(AUDIENCE, sub=user))
                headers = {"authorization": f"Bearer {token}"}
                await http.post(AUDIENCE, content=MESSAGE, headers=headers)
        over.set()
        assert [await tasks[user] for user in USERS[:2]] == USERS[:2]

    asyncio.run(run())


def test_it_is_gone_with_the_request(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    seen: list[str] = []

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(subject())
        raise RuntimeError("the application")

    async def with_it_gone(scope: Scope, receive: Receive, send: Send) -> None:
        # In the same task and context as the application.
        try:
            await GuardMiddleware(failing, guard)(scope, receive, send)
        finally:
            with pytest.raises(LookupError, match="no request"):
                current_principal()
            with pytest.raises(LookupError, match="no request"):
                permits(tool="read")

    with pytest.raises(RuntimeError, match="the application"):
        ask(with_it_gone, scope_of(authorization), parts(MESSAGE))
    assert seen == ["alice"]


def test_nobody_is_there_without_a_guard() -> None:
    # Not by `from None` alone: what was asked for in vain is no part of the message.
    for call in (current_principal, lambda: permits(tool="read")):
        with pytest.raises(LookupError, match="no request that a guard let in"):
            contextvars.Context().run(call)
    failed = []

    def in_thread() -> None:
        try:
            current_principal()
        except LookupError as error:
            failed.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert len(failed) == 1


def test_what_is_not_guarded_has_no_principal(
    guard: gatepost.Guard, authorization: tuple[bytes, bytes]
) -> None:
    asked = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with pytest.raises(LookupError):
            current_principal()
        asked.append(scope["path"])

    scope = scope_of(authorization, path="/health", raw_path=b"/health")
    ask(GuardMiddleware(app, guard, path="/mcp"), scope, parts(MESSAGE))
    assert asked == ["/health"]


@pytest.mark.parametrize(
    ("scope", "permitted"),
    [
        ("other", [False, False, False, False, False]),
        ("files:read", [True, False, False, True, True]),
        ("files:write", [False, True, True, False, False]),
        ("admin", [True, False, False, True, True]),
    ],
)
def test_what_is_permitted_is_what_the_guard_permits(
    issuer: Issuer, guard: gatepost.Guard, scope: str, permitted: list[bool]
) -> None:
    seen: list[bool] = []

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        asked: list[dict[str, Any]] = [
            {"tool": "read"},
            {"prompt": "read"},
            {"resource": "file:///a"},
            {"resource": "file:///b"},
            {"resource_template": "file:///{name}"},
        ]
        seen.extend(permits(**it) for it in asked)
        with pytest.raises(TypeError):
            permits()
        with pytest.raises(TypeError):
            permits(tool="read", prompt="read")

    token = issuer.sign(issuer.claims(AUDIENCE, scope=scope))
    header = (b"authorization", f"Bearer {token}".encode())
    ask(GuardMiddleware(app, guard), scope_of(header), parts(MESSAGE))
    assert seen == permitted
