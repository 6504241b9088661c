"""`gatepost.asgi.ToolScopes`: the guard answers for the scopes that a tool names itself."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from events import ask, parts, scope_of

import gatepost
from conftest import AUDIENCE
from gatepost.asgi import GuardMiddleware, Receive, Scope, Send, ToolScopes
from issuer import Issuer


class Server:
    """As small as a server of tools can be: calls the one that the operation names."""

    def __init__(self, tools: dict[str, Any]) -> None:
        self.tools = tools
        self.calls = 0
        self.answers: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        answer = self.tools[scope["operation"].name]()
        if inspect.isasyncgen(answer):
            answer = [it async for it in answer]
        self.answers.append(await answer if inspect.isawaitable(answer) else answer)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})


def call(app: Any, issuer: Issuer, tool: str, scope: str) -> tuple[int, str]:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool}}
    token = issuer.sign(issuer.claims(AUDIENCE, scope=scope))
    header = (b"authorization", f"Bearer {token}".encode())
    [start, *_], _ = ask(app, scope_of(header), parts(json.dumps(message).encode()))
    return start["status"], dict(start["headers"]).get(b"www-authenticate", b"").decode()


@pytest.fixture
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    rules = [gatepost.Rule.tool("ruled").needs("of:guard")]
    hierarchy = [("admin", "files:write")]
    return gatepost.Guard(AUDIENCE, validator, rules=rules, base_scopes="base", hierarchy=hierarchy)


def test_the_guard_answers_before_the_server_is_called(
    issuer: Issuer, guard: gatepost.Guard
) -> None:
    scopes = ToolScopes()

    @scopes.needs("files:write", "files:own notes")
    def write() -> str:
        return "written"

    @scopes.needs()
    async def ping() -> str:
        return "pong"

    server = Server({"write": write, "ping": ping, "ruled": lambda: "", "other": lambda: ""})
    app = GuardMiddleware(server, guard, scopes=scopes)
    status, challenge = call(app, issuer, "write", "base")
    assert (status, server.calls) == (403, 0)
    [parsed] = gatepost.parse_challenges(challenge)
    assert (parsed.error, parsed.scope) == ("insufficient_scope", "files:write")
    for enough in ("files:write", "files:own notes", "admin"):
        assert call(app, issuer, "write", enough)[0] == 200
    assert call(app, issuer, "write", "files:own")[0] == 403
    # Without alternatives any valid token will do, though others need the base scope.
    assert call(app, issuer, "ping", "none")[0] == 200
    assert call(app, issuer, "other", "none")[0] == 403
    # The guard's own rules hold beside these.
    assert call(app, issuer, "ruled", "base")[0] == 403
    assert call(app, issuer, "ruled", "of:guard")[0] == 200
    assert server.answers == ["written", "written", "written", "pong", ""]


def test_tools_may_come_later(issuer: Issuer, guard: gatepost.Guard) -> None:
    scopes = ToolScopes()
    server = Server({"late": lambda: "late"})
    app = GuardMiddleware(server, guard, scopes=scopes)
    assert call(app, issuer, "late", "base")[0] == 200
    before = scopes.rules
    server.tools["late"] = scopes.needs("late", tool="late")(lambda: "guarded")
    assert scopes.rules is not before
    assert scopes.rules is scopes.rules
    assert call(app, issuer, "late", "base")[0] == 403
    assert call(app, issuer, "late", "late")[0] == 200
    assert server.answers == ["late", "guarded"]


def test_a_tool_that_comes_during_a_request_is_for_the_next_one(
    issuer: Issuer, guard: gatepost.Guard
) -> None:
    scopes = ToolScopes()
    server = Server({})

    def first() -> str:
        @scopes.needs("admin")
        def wipe() -> str:
            return "wiped"

        server.tools["wipe"] = wipe
        return wipe()

    server.tools["first"] = first
    app = GuardMiddleware(server, guard, scopes=scopes)
    with pytest.raises(RuntimeError, match="not told which scopes the tool 'wipe' needs"):
        call(app, issuer, "first", "base admin")
    assert call(app, issuer, "wipe", "base")[0] == 403
    assert call(app, issuer, "wipe", "base admin")[0] == 200
    assert server.answers == ["wiped"]


def test_a_tool_of_another_name_is_guarded_from_inside(
    issuer: Issuer, guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    scopes = ToolScopes()
    ran = []

    @scopes.needs("files:write")
    def write() -> None:
        ran.append("write")

    app = GuardMiddleware(Server({"renamed": write}), guard, scopes=scopes)
    with pytest.raises(gatepost.InsufficientScopeError):
        call(app, issuer, "renamed", "base")
    assert ran == []
    [record] = caplog.records
    assert record.message == (
        "call of the tool 'write' from inside refused: insufficient_scope (601)"
    )
    # The guard goes by the name that the client gave, and asks for the base scope.
    assert call(app, issuer, "renamed", "base admin")[0] == 200
    assert ran == ["write"]


@pytest.mark.parametrize("handed", [None, ToolScopes()])
def test_a_guard_that_was_not_told_is_a_mistake(
    issuer: Issuer, guard: gatepost.Guard, handed: ToolScopes | None
) -> None:
    scopes = ToolScopes()

    @scopes.needs("files:write")
    def write() -> None:
        raise AssertionError

    app = GuardMiddleware(Server({"write": write}), guard, scopes=handed)
    with pytest.raises(RuntimeError, match="not told which scopes the tool 'write' needs"):
        call(app, issuer, "write", "base files:write")


def test_without_a_guard_the_tool_does_not_run() -> None:
    scopes = ToolScopes()

    @scopes.needs("a")
    def of_function() -> None:
        raise AssertionError

    @scopes.needs("a")
    async def of_coroutine() -> None:
        raise AssertionError

    @scopes.needs("a")
    def of_generator() -> Iterator[None]:
        yield

    @scopes.needs("a")
    async def of_async_generator() -> AsyncIterator[None]:
        yield

    for function in (of_function, of_generator, of_async_generator):
        with pytest.raises(gatepost.CredentialsMissingError):
            function()
    with pytest.raises(gatepost.CredentialsMissingError):
        asyncio.run(of_coroutine())


def test_every_kind_of_function_runs(issuer: Issuer, guard: gatepost.Guard) -> None:
    scopes = ToolScopes()

    @scopes.needs("a")
    def of_function() -> str:
        return "function"

    @scopes.needs("a")
    async def of_coroutine() -> str:
        return "coroutine"

    @scopes.needs("a")
    async def of_async_generator() -> AsyncIterator[str]:
        yield "generator"

    tools = {it.__name__: it for it in (of_function, of_coroutine, of_async_generator)}
    server = Server(tools)
    app = GuardMiddleware(server, guard, scopes=scopes)
    for name in tools:
        assert call(app, issuer, name, "a")[0] == 200
    assert server.answers == ["function", "coroutine", ["generator"]]


def test_the_function_looks_as_before() -> None:
    scopes = ToolScopes()

    @scopes.needs("files:write")
    async def write(path: str, *, mode: int = 0) -> str:
        """Writes."""
        return path

    assert (write.__name__, write.__doc__) == ("write", "Writes.")
    assert str(inspect.signature(write)) == "(path: 'str', *, mode: 'int' = 0) -> 'str'"
    assert inspect.iscoroutinefunction(write)


def test_a_second_tool_of_a_name_is_refused(guard: gatepost.Guard) -> None:
    scopes = ToolScopes()
    scopes.needs("a", tool="one")(lambda: None)
    with pytest.raises(ValueError, match="'one'"):
        scopes.needs("b", tool="one")(lambda: None)
    assert len(scopes.rules) == 1
    # And so is one that the guard has a rule for, before there is a request.
    scopes.needs("a", tool="ruled")(lambda: None)
    with pytest.raises(gatepost.PolicyError, match="rules"):
        GuardMiddleware(Server({}), guard, scopes=scopes)


def test_a_tool_that_makes_no_sense_later_costs_no_request(
    issuer: Issuer, guard: gatepost.Guard
) -> None:
    scopes = ToolScopes()
    server = Server({"one": lambda: "one"})
    app = GuardMiddleware(server, guard, scopes=scopes)
    GuardMiddleware(server, guard, scopes=scopes)
    with pytest.raises(gatepost.PolicyError, match="rules"):
        scopes.needs("a", tool="ruled")(lambda: None)
    assert scopes.rules == ()
    assert call(app, issuer, "one", "base")[0] == 200
    # Nor is the name taken for it.
    other = GuardMiddleware(server, guard.with_rules([gatepost.Rule.tool("a")]), scopes=scopes)
    with pytest.raises(gatepost.PolicyError, match="rules"):
        scopes.needs("a", tool="a")(lambda: None)
    scopes.needs("b", tool="b")(lambda: None)
    assert len(scopes.rules) == 1
    assert [call(it, issuer, "b", "base")[0] for it in (app, other)] == [403, 403]


def test_a_guard_with_more_rules_is_another_guard(guard: gatepost.Guard, issuer: Issuer) -> None:
    more = guard.with_rules([gatepost.Rule.tool("new").needs("new")])
    token = issuer.sign(issuer.claims(AUDIENCE, scope="base of:guard"))
    head = gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])
    by_one, by_other = guard.authenticate(head), more.authenticate(head)
    assert isinstance(by_one, gatepost.Principal)
    assert isinstance(by_other, gatepost.Principal)
    permitted = [guard.permits(by_one, tool=it) for it in ("new", "ruled", "other")]
    assert permitted == [True, True, True]
    permitted = [more.permits(by_other, tool=it) for it in ("new", "ruled", "other")]
    assert permitted == [False, True, True]
    with pytest.raises(gatepost.PolicyError, match="another guard"):
        more.permits(by_one, tool="new")
    assert (more.resource, more.max_message_length) == (AUDIENCE, guard.max_message_length)
    # Once more, and with everything that a guard has: what the first one was told stays.
    assert guard.with_rules([]).with_rules([]).resource == AUDIENCE
    with pytest.raises(gatepost.PolicyError, match="rules"):
        more.with_rules([gatepost.Rule.tool("new").public()])


def test_guards_with_the_same_proofs_take_each_once(
    validator: gatepost.Validator, client: Any
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    more = guard.with_rules([gatepost.Rule.tool("new").needs("new")])
    proof = client.proof()
    assert isinstance(guard.authenticate(client.head(proof)), gatepost.Principal)
    again = more.authenticate(client.head(proof))
    assert isinstance(again, gatepost.Response)
    assert again.reason == "proof_replayed"
    assert isinstance(more.authenticate(client.head(client.proof())), gatepost.Principal)
