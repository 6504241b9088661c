"""`gatepost.mcp.protect` around a server of the official SDK: who asks, and whose state is whose.

Where the SDK has to be told, the middleware that does not know of it shows it first.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import InputRequiredResult
from pydantic import AnyHttpUrl
from starlette.applications import Starlette

import gatepost
from conftest import AUDIENCE, Client
from gatepost.asgi import App, GuardMiddleware, Receive, Scope, Send
from gatepost.mcp import TokenVerifier, protect, transport_security
from issuer import Issuer

LOOPBACK = "http://127.0.0.1:8000"
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


def server(*, security: TransportSecuritySettings | None = None, **options: Any) -> Starlette:
    of_sdk = MCPServer("test", log_level="CRITICAL", **options)

    @of_sdk.tool()
    async def whoami() -> str:
        token = get_access_token()
        return token.model_dump_json() if token else "nobody"

    @of_sdk.tool()
    async def transfer(ctx: Context) -> InputRequiredResult | str:
        if ctx.request_state is None:
            return InputRequiredResult(request_state="step 2")
        return f"continued with {ctx.request_state}"

    return of_sdk.streamable_http_app(transport_security=security)


class User:
    """Calls the application with a token of its own."""

    def __init__(self, http: httpx2.AsyncClient, token: str | None, **headers: str) -> None:
        self._http = http
        self._headers = {"accept": "application/json, text/event-stream"} | headers
        if token is not None:
            self._headers |= {"authorization": f"Bearer {token}"}

    async def send(
        self, method: str, params: dict[str, Any], session: str | None = None, **headers: str
    ) -> httpx2.Response:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return await self._http.post("/mcp", json=message, headers=self._in(session) | headers)

    async def open_session(self) -> str:
        answer = await self.send("initialize", HELLO)
        assert answer.status_code == 200
        session = answer.headers["mcp-session-id"]
        message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer = await self._http.post("/mcp", json=message, headers=self._in(session))
        assert answer.status_code == 202
        return str(session)

    async def call_in(self, session: str) -> httpx2.Response:
        return await self.send("tools/call", {"name": "whoami", "arguments": {}}, session)

    async def end(self, session: str) -> int:
        return (await self._http.delete("/mcp", headers=self._in(session))).status_code

    async def call(self, tool: str, **params: Any) -> httpx2.Response:
        """In the revision that has no sessions."""
        headers = {
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": tool,
        }
        asked = {"name": tool, "arguments": {}, "_meta": MODERN, **params}
        return await self.send("tools/call", asked, **headers)

    def _in(self, session: str | None) -> dict[str, str]:
        return self._headers | ({} if session is None else {"mcp-session-id": session})


def result(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200, answer.text
    data = answer.text.rpartition("data: ")[2]
    return json.loads(data)["result"]


def seen(answer: httpx2.Response) -> AccessToken | None:
    """What `whoami` was told of who asks."""
    text = result(answer)["content"][0]["text"]
    return None if text == "nobody" else AccessToken.model_validate_json(text)


@asynccontextmanager
async def running(inner: Starlette, app: App) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with (
        inner.router.lifespan_context(inner),
        httpx2.AsyncClient(transport=transport, base_url=LOOPBACK) as http,
    ):
        yield http


def with_server(
    put_in_front: Callable[[App], App],
    test: Callable[[httpx2.AsyncClient], Coroutine[Any, Any, None]],
    **options: Any,
) -> None:
    async def run() -> None:
        inner = server(**options)
        async with running(inner, put_in_front(inner)) as http:
            await test(http)

    asyncio.run(run())


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    return gatepost.Guard(AUDIENCE, validator, rules=[gatepost.Rule.tool("whoami").public()])


@pytest.fixture(scope="module")
def alice(issuer: Issuer) -> str:
    return issuer.sign(issuer.claims(AUDIENCE, sub="alice", scope="tools:call other"))


@pytest.fixture(scope="module")
def bob(issuer: Issuer) -> str:
    return issuer.sign(issuer.claims(AUDIENCE, sub="bob"))


def test_tools_are_told_who_asks(guard: gatepost.Guard, issuer: Issuer, alice: str) -> None:
    async def test(http: httpx2.AsyncClient) -> None:
        user = User(http, alice)
        for answer in (await user.call("whoami"), await user.call_in(await user.open_session())):
            token = seen(answer)
            assert token is not None
            assert (token.token, token.client_id, token.subject) == (alice, "demo-client", "alice")
            assert (token.scopes, token.resource) == (["tools:call", "other"], AUDIENCE)
            assert token.claims is not None
            assert (token.claims["iss"], token.expires_at) == (issuer.url, token.claims["exp"])

    with_server(lambda app: protect(app, guard), test)


@pytest.mark.parametrize(("told", "status"), [(False, 200), (True, 404)])
def test_nobody_uses_the_session_of_another(
    guard: gatepost.Guard, alice: str, bob: str, told: bool, status: int
) -> None:
    async def test(http: httpx2.AsyncClient) -> None:
        session = await User(http, alice).open_session()
        assert (await User(http, bob).call_in(session)).status_code == status
        assert await User(http, bob).end(session) == status
        # Hers it still is, unless he has ended it.
        assert (await User(http, alice).call_in(session)).status_code == (200 if told else 404)

    with_server(lambda app: (protect if told else GuardMiddleware)(app, guard), test)


@pytest.mark.parametrize("told", [False, True])
def test_nobody_continues_with_the_request_state_of_another(
    guard: gatepost.Guard, alice: str, bob: str, told: bool
) -> None:
    async def test(http: httpx2.AsyncClient) -> None:
        state = result(await User(http, alice).call("transfer"))["requestState"]
        stolen = await User(http, bob).call("transfer", requestState=state)
        assert stolen.status_code == (400 if told else 200)
        own = await User(http, alice).call("transfer", requestState=state)
        assert result(own)["content"][0]["text"] == "continued with step 2"

    with_server(lambda app: (protect if told else GuardMiddleware)(app, guard), test)


def test_the_same_name_at_another_issuer_is_another_user(issuer: Issuer, alice: str) -> None:
    other = Issuer("https://other.example.com")
    validator = gatepost.Validator.of(
        [
            (gatepost.Policy(it.url, AUDIENCE), gatepost.KeySet.from_jwks(it.jwks()))
            for it in (issuer, other)
        ]
    )
    namesake = other.sign(other.claims(AUDIENCE, sub="alice"))

    async def test(http: httpx2.AsyncClient) -> None:
        session = await User(http, alice).open_session()
        assert (await User(http, namesake).call_in(session)).status_code == 404
        # A newer token of hers serves as well.
        newer = issuer.sign(issuer.claims(AUDIENCE, sub="alice", jti="2"))
        assert (await User(http, newer).call_in(session)).status_code == 200

    with_server(lambda app: protect(app, gatepost.Guard(AUDIENCE, validator)), test)


def test_a_token_of_nobody_is_refused(guard: gatepost.Guard, issuer: Issuer) -> None:
    async def test(http: httpx2.AsyncClient) -> None:
        token = issuer.sign(issuer.claims(AUDIENCE, client_id=None, sub=None))
        answer = await User(http, token).call("whoami")
        assert (answer.status_code, answer.json()["reason"]) == (401, "missing_claim")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        token = issuer.sign(issuer.claims(AUDIENCE, client_id=None))
        found = seen(await User(http, token).call("whoami"))
        assert found is not None
        assert found.client_id == "alice"

    with_server(lambda app: protect(app, guard), test)


def test_who_asks_without_a_token_is_nobody(guard: gatepost.Guard, alice: str) -> None:
    def put_in_front(inner: App) -> App:
        app = protect(inner, guard)

        async def mistaken(scope: Scope, receive: Receive, send: Send) -> None:
            user = AuthenticatedUser(AccessToken(token="", client_id="mallory", scopes=[]))
            await app({**scope, "user": user}, receive, send)

        return mistaken

    async def test(http: httpx2.AsyncClient) -> None:
        assert seen(await User(http, None).call("whoami")) is None
        found = seen(await User(http, alice).call("whoami"))
        assert found is not None
        assert found.client_id == "demo-client"
        assert (await User(http, None).call("transfer")).status_code == 401

    with_server(put_in_front, test)


def test_the_sdk_s_own_verifier_may_stay(
    validator: gatepost.Validator, guard: gatepost.Guard, alice: str
) -> None:
    settings = AuthSettings(
        issuer_url=AnyHttpUrl("https://as.example.com"),
        resource_server_url=AnyHttpUrl(AUDIENCE),
        required_scopes=["tools:call"],
        validate_token_resource=True,
    )

    async def test(http: httpx2.AsyncClient) -> None:
        assert seen(await User(http, alice).call("whoami")) is not None
        # Answered before the SDK's own, which would name an error where there were no credentials.
        answer = await User(http, None).call("transfer")
        assert answer.headers["www-authenticate"].startswith("Bearer resource_metadata=")

    with_server(
        lambda app: protect(app, guard),
        test,
        token_verifier=TokenVerifier(validator),
        auth=settings,
    )


def test_a_bound_token_is_told_as_well(validator: gatepost.Validator, issuer: Issuer) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    client = Client(issuer)

    async def test(http: httpx2.AsyncClient) -> None:
        authorization = {"authorization": f" dpop   {client.token} ", "dpop": client.proof()}
        found = seen(await User(http, None, **authorization).call("whoami"))
        assert found is not None
        assert (found.token, found.subject) == (client.token, "alice")

    with_server(lambda app: protect(app, guard), test)


def test_the_certificate_is_asked_for(validator: gatepost.Validator, issuer: Issuer) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, certificate_binding=True)
    thumbprint = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    token = issuer.sign(issuer.claims(AUDIENCE, cnf={"x5t#S256": thumbprint}))

    async def test(http: httpx2.AsyncClient) -> None:
        assert seen(await User(http, token).call("whoami")) is not None

    with_server(lambda app: protect(app, guard, certificate=lambda _: bytes(32)), test)


@pytest.mark.parametrize(
    ("resource", "origin"),
    [
        (AUDIENCE, "https://mcp.example.com"),
        ("https://MCP.example.com:443/mcp", "https://mcp.example.com"),
        ("http://127.0.0.1:8000/mcp", "http://127.0.0.1:8000"),
        ("https://mcp.example.com:8443/mcp", "https://mcp.example.com:8443"),
    ],
)
def test_the_sdk_answers_to_the_public_name(issuer: Issuer, resource: str, origin: str) -> None:
    keys = gatepost.KeySet.from_jwks(issuer.jwks())
    validator = gatepost.Validator(gatepost.Policy(issuer.url, resource), keys)
    origins = ["https://app.example.com"]
    guard = gatepost.Guard(resource, validator, origins=origins)
    settings = transport_security(guard, hosts="mcp.internal:8000")
    token = issuer.sign(issuer.claims(resource))
    host = origin.partition("://")[2]

    async def statuses(app: Starlette, hosts: list[str], origins: list[str | None]) -> set[int]:
        async with running(app, protect(app, guard)) as http:
            return {
                (await User(http, token, host=host, **named).call("whoami")).status_code
                for host in hosts
                for named in ({} if it is None else {"origin": it} for it in origins)
            }

    async def run() -> None:
        hosts = [host, "127.0.0.1:9000", "mcp.internal:8000"]
        if ":" not in host:
            hosts.append(f"{host}:443")
        app = server(security=settings)
        assert await statuses(app, hosts, [None, origin, *origins]) == {200}
        app = server(security=settings)
        assert await statuses(app, ["evil.example.com", f"evil.{host}"], [None]) == {421}
        app = server(security=settings)
        assert await statuses(app, hosts, ["https://evil.example.com"]) == {403}
        # The SDK by itself knows this machine alone.
        if host != "127.0.0.1:8000":
            assert await statuses(server(), [host], [None]) == {421}

    asyncio.run(run())


def test_a_guard_for_any_origin_is_one_for_the_sdk(
    issuer: Issuer, validator: gatepost.Validator
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, any_origin=True)
    assert guard.origins is None
    token = issuer.sign(issuer.claims(AUDIENCE))

    async def run() -> int:
        app = server(security=transport_security(guard))
        async with running(app, protect(app, guard)) as http:
            user = User(http, token, host="mcp.example.com", origin="https://any.example.com")
            return (await user.call("whoami")).status_code

    assert asyncio.run(run()) == 200


def test_the_sdk_is_needed_once_an_application_is_protected() -> None:
    script = """
import sys
sys.modules["mcp"] = None  # as if it were not installed
import gatepost, gatepost.mcp
try:
    gatepost.mcp.protect(None, None)
except ImportError:
    print("needs mcp")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("needs mcp\n", "")
