"""A server of FastMCP behind a guard, and who asks it, as the tests have them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from fastmcp import Client as FastMcpClient
from fastmcp import FastMCP
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp.server.dependencies import get_access_token
from mcp.server.auth.middleware.auth_context import get_access_token as sdk_access_token
from starlette.requests import Request
from starlette.responses import PlainTextResponse

import gatepost
from gatepost.asgi import current_principal
from gatepost.fastmcp import GatepostAuth
from issuer import Issuer
from loopback import listener, serving

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
RULES = [
    gatepost.Rule.tool("write").needs("files:write"),
    gatepost.Rule.prompt("secret").needs("files:write"),
    gatepost.Rule.resource("file:///secret").needs("files:write"),
    gatepost.Rule.resources_beginning_with("file:///private/").needs("files:write"),
    gatepost.Rule.tool("public").public(),
]


def guard_of(issuer: Issuer, resource: str, **options: Any) -> gatepost.Guard:
    policy = gatepost.Policy(issuer.url, resource)
    validator = gatepost.Validator(policy, gatepost.KeySet.from_jwks(issuer.jwks()))
    return gatepost.Guard(resource, validator, **({"rules": RULES} | options))


def server(auth: GatepostAuth | None) -> FastMCP:
    mcp = FastMCP("test", auth=auth)

    @mcp.tool
    def whoami() -> str:
        token = get_access_token()
        return token.model_dump_json() if token else "nobody"

    @mcp.tool
    async def asking() -> str:
        by_sdk = sdk_access_token()
        assert by_sdk is not None
        assert by_sdk.subject == current_principal().subject
        return f"{by_sdk.subject}"

    @mcp.tool
    def write() -> str:
        return "written"

    @mcp.tool
    def public() -> str:
        return "public"

    @mcp.prompt
    def secret() -> str:
        return "secret"

    @mcp.prompt
    def plain() -> str:
        return "plain"

    @mcp.resource("file:///secret")
    def secret_file() -> str:
        return "secret"

    @mcp.resource("file:///plain")
    def plain_file() -> str:
        return "plain"

    @mcp.resource("file:///private/{name}")
    def private_file(name: str) -> str:
        return name

    @mcp.resource("note:///{name}")
    def note(name: str) -> str:
        return name

    @mcp.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> PlainTextResponse:
        return PlainTextResponse("healthy")

    return mcp


@contextmanager
def served(
    issuer: Issuer, options: dict[str, Any] | None = None, path: str = "/mcp", **http: Any
) -> Iterator[str]:
    """The URL of a server behind a guard with these options."""
    listening, url = listener()
    guard = guard_of(issuer, f"{url}{path}", **(options or {}))
    with serving(server(GatepostAuth(guard)).http_app(path=path, **http), listening):
        yield f"{url}{path}"


def post(resource: str, token: str | None, tool: str = "whoami", **headers: str) -> httpx2.Response:
    """A call in the revision that has no sessions."""
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {}, "_meta": MODERN},
    }
    usual = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": tool,
    }
    if token is not None:
        usual |= {"authorization": f"Bearer {token}"}
    return httpx2.post(resource, json=message, headers=usual | headers)


def text(answer: httpx2.Response) -> str:
    assert answer.status_code == 200, answer.text
    data = json.loads(answer.text.rpartition("data: ")[2])
    return str(data["result"]["content"][0]["text"])


def with_client(resource: str, token: str, test: Callable[[FastMcpClient[Any]], Any]) -> Any:
    async def run() -> Any:
        transport = StreamableHttpTransport(resource, auth=token)
        async with FastMcpClient(transport) as client:
            return await test(client)

    return asyncio.run(run())
