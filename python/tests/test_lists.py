"""What `gatepost.mcp` adds to servers of the official SDK: lists, paths and scopes of tools."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.caching import CacheHint
from mcp.server.context import HandlerResult, ServerMiddleware
from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ListToolsResult, Tool
from starlette.requests import Request
from starlette.responses import PlainTextResponse

import gatepost
from client import call_tool
from gatepost.asgi import ToolScopes, current_principal
from gatepost.mcp import permitted_lists, protect
from issuer import Issuer
from loopback import listener, serving

RULES = [
    gatepost.Rule.tool("write").needs("files:write"),
    gatepost.Rule.prompt("secret").needs("files:write"),
    gatepost.Rule.resource("file:///secret").needs("files:write"),
    gatepost.Rule.resources_beginning_with("file:///private/").needs("files:write"),
]
CACHED = CacheHint(ttl_ms=60_000, scope="public")


def server(*middleware: ServerMiddleware[Any]) -> MCPServer:
    of_sdk = MCPServer(
        "test",
        log_level="CRITICAL",
        middleware=middleware,
        cache_hints={"tools/list": CACHED},
    )

    @of_sdk.tool()
    async def read() -> str:
        return f"{current_principal().subject}"

    @of_sdk.tool()
    def write() -> str:
        return "written"

    @of_sdk.prompt()
    def secret() -> str:
        return "secret"

    @of_sdk.prompt()
    def plain() -> str:
        return "plain"

    @of_sdk.resource("file:///secret")
    def secret_file() -> str:
        return "secret"

    @of_sdk.resource("file:///plain")
    def plain_file() -> str:
        return "plain"

    @of_sdk.resource("file:///private/{name}")
    def private_file(name: str) -> str:
        return name

    @of_sdk.resource("note:///{name}")
    def note(name: str) -> str:
        return name

    @of_sdk.custom_route("/health", methods=["GET"])  # type: ignore[untyped-decorator]
    async def health(_: Request) -> PlainTextResponse:
        return PlainTextResponse("healthy")

    return of_sdk


@contextmanager
def served(
    issuer: Issuer,
    of_sdk: MCPServer,
    *,
    rules: list[gatepost.Rule] = RULES,
    json_response: bool = False,
    **options: Any,
) -> Iterator[str]:
    listening, url = listener()
    resource = f"{url}/mcp"
    keys = gatepost.KeySet.from_jwks(issuer.jwks())
    validator = gatepost.Validator(gatepost.Policy(issuer.url, resource), keys)
    guard = gatepost.Guard(resource, validator, rules=rules)
    app = of_sdk.streamable_http_app(json_response=json_response)
    with serving(protect(app, guard, **options), listening):
        yield resource


def with_client(resource: str, token: str, test: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        headers = {"authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(resource, http_client=http)) as client,
        ):
            return await test(client)

    return asyncio.run(run())


async def lists(client: Client) -> list[list[str]]:
    return [
        [it.name for it in (await client.list_tools()).tools],
        [it.name for it in (await client.list_prompts()).prompts],
        [it.uri for it in (await client.list_resources()).resources],
        [it.uri_template for it in (await client.list_resource_templates()).resource_templates],
    ]


EVERYTHING = [
    ["read", "write"],
    ["secret", "plain"],
    ["file:///secret", "file:///plain"],
    ["file:///private/{name}", "note:///{name}"],
]
WITHOUT_SCOPE = [["read"], ["plain"], ["file:///plain"], ["note:///{name}"]]


@pytest.mark.parametrize("json_response", [True, False])
def test_lists_show_what_may_be_used(issuer: Issuer, json_response: bool) -> None:
    for middleware, seen in [((), EVERYTHING), ((permitted_lists,), WITHOUT_SCOPE)]:
        with served(issuer, server(*middleware), json_response=json_response) as resource:
            token = issuer.sign(issuer.claims(resource))
            assert with_client(resource, token, lists) == seen
            token = issuer.sign(issuer.claims(resource, scope="files:write"))
            assert with_client(resource, token, lists) == EVERYTHING


def test_what_one_may_see_is_nobody_else_s_to_cache(issuer: Issuer) -> None:
    async def cached(client: Client) -> tuple[int | None, str | None]:
        listed = await client.list_tools()
        return listed.ttl_ms, listed.cache_scope

    for middleware, scope in [((), "public"), ((permitted_lists,), "private")]:
        with served(issuer, server(*middleware)) as resource:
            token = issuer.sign(issuer.claims(resource))
            assert with_client(resource, token, cached) == (60_000, scope)


def test_without_a_guard_lists_are_as_they_are() -> None:
    async def run() -> list[list[str]]:
        async with Client(server(permitted_lists)) as client:
            return await lists(client)

    assert asyncio.run(run()) == EVERYTHING


def test_what_another_middleware_lists_is_judged_too(issuer: Issuer) -> None:
    async def other(
        ctx: Any, call_next: Callable[[Any], Awaitable[HandlerResult]]
    ) -> HandlerResult:
        if ctx.method != "tools/list":
            return await call_next(ctx)
        tools = [Tool(name=name, input_schema={"type": "object"}) for name in ("write", "more")]
        return ListToolsResult(tools=tools)

    async def tools(client: Client) -> list[str]:
        return [it.name for it in (await client.list_tools()).tools]

    with served(issuer, server(permitted_lists, other)) as resource:
        token = issuer.sign(issuer.claims(resource))
        assert with_client(resource, token, tools) == ["more"]


def test_a_session_asks_with_the_token_of_each_request(issuer: Issuer) -> None:
    """The SDK's tasks for a session are older than a request in it."""
    of_sdk = server(permitted_lists)
    with served(issuer, of_sdk) as resource:
        weak = issuer.sign(issuer.claims(resource))
        strong = issuer.sign(issuer.claims(resource, scope="files:write"))
        token = [weak]

        async def use(request: httpx2.Request) -> None:
            request.headers["authorization"] = f"Bearer {token[0]}"

        async def run() -> list[list[str]]:
            async with (
                httpx2.AsyncClient(event_hooks={"request": [use]}) as http,
                Client(streamable_http_client(resource, http_client=http), mode="legacy") as client,
            ):
                seen = []
                for it in (weak, strong, weak):
                    token[0] = it
                    seen.append([tool.name for tool in (await client.list_tools()).tools])
                return seen

        assert asyncio.run(run()) == [["read"], ["read", "write"], ["read"]]


def test_the_path_alone_is_guarded(issuer: Issuer) -> None:
    with served(issuer, server(), path="/mcp") as resource:
        base = resource.removesuffix("/mcp")
        assert httpx2.get(f"{base}/health").text == "healthy"
        assert httpx2.post(resource, json={}).status_code == 401
        metadata = httpx2.get(f"{base}/.well-known/oauth-protected-resource/mcp")
        assert metadata.json()["resource"] == resource
        token = issuer.sign(issuer.claims(resource))
        assert asyncio.run(call_tool(resource, token, "read")).text == "alice"
    with served(issuer, server()) as resource:
        assert httpx2.get(resource.replace("/mcp", "/health")).status_code == 401


def test_tools_say_themselves_what_they_need(issuer: Issuer) -> None:
    scopes = ToolScopes()
    of_sdk = MCPServer("test", log_level="CRITICAL")

    @of_sdk.tool()
    @scopes.needs("files:delete")
    async def delete(name: str, ctx: Context) -> str:
        token = get_access_token()
        return f"{name} deleted by {token and token.subject} ({ctx.request_id is not None})"

    @of_sdk.tool(name="renamed")
    @scopes.needs("files:delete")
    def original() -> str:
        return "original"

    with served(issuer, of_sdk, rules=[], scopes=scopes) as resource:
        weak = issuer.sign(issuer.claims(resource))
        outcome = asyncio.run(call_tool(resource, weak, "delete", name="a"))
        assert (max(outcome.statuses), outcome.oauth_error) == (403, "insufficient_scope")
        assert 'scope="files:delete"' in (outcome.challenge or "")
        strong = issuer.sign(issuer.claims(resource, scope="files:delete"))
        outcome = asyncio.run(call_tool(resource, strong, "delete", name="a"))
        assert outcome.text == "a deleted by alice (True)"
        # Under another name the guard does not know it, and the tool refuses.
        outcome = asyncio.run(call_tool(resource, weak, "renamed"))
        assert outcome.text != "original"
        assert outcome.statuses == {200}
        outcome = asyncio.run(call_tool(resource, strong, "renamed"))
        assert outcome.text == "original"
