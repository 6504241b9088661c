"""What FastMCP's tools call and its lists show, behind a guard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastmcp import Client as FastMcpClient
from fastmcp import FastMCP
from fastmcp.server.middleware.caching import ResponseCachingMiddleware
from fastmcp.server.transforms import PromptsAsTools, ResourcesAsTools
from fastmcp.server.transforms.search import RegexSearchTransform
from fastmcp_served import guard_of, post, server, text, with_client

import gatepost
from gatepost.fastmcp import GatepostAuth, PermittedLists
from issuer import Issuer
from loopback import listener, serving


def test_what_a_tool_calls_and_reads_is_judged_as_well(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    listening, url = listener()
    resource = f"{url}/mcp"
    mcp = server(GatepostAuth(guard_of(issuer, resource)))
    for transform in (RegexSearchTransform(), ResourcesAsTools(mcp), PromptsAsTools(mcp)):
        mcp.add_transform(transform)
    # Whatever answers from a cache stands behind what judges.
    mcp.add_middleware(ResponseCachingMiddleware())
    calls: list[tuple[str, dict[str, Any]]] = [
        ("call_tool", {"name": "write"}),
        ("read_resource", {"uri": "file:///secret"}),
        ("read_resource", {"uri": "file:///private/a"}),
        ("get_prompt", {"name": "secret"}),
        ("call_tool", {"name": "whoami"}),
        ("read_resource", {"uri": "file:///plain"}),
        ("get_prompt", {"name": "plain"}),
    ]

    async def test(client: FastMcpClient[Any]) -> list[bool]:
        called = [await client.call_tool(*call, raise_on_error=False) for call in calls]
        return [it.is_error for it in called]

    strong = issuer.sign(issuer.claims(resource, scope="files:write"))
    weak = issuer.sign(issuer.claims(resource))
    with serving(mcp.http_app(), listening):
        assert with_client(resource, strong, test) == [False] * 7
        assert with_client(resource, weak, test) == [True] * 4 + [False] * 3
    refused = [it.message for it in caplog.records if it.name == "gatepost"]
    assert refused == [
        f"{what} from inside refused: insufficient_scope (601)"
        for what in ("tool", "resource", "resource", "prompt")
    ]


def test_each_of_two_servers_is_judged_by_its_own_guard(issuer: Issuer) -> None:
    of_outer, outer_url = listener()
    of_inner, inner_url = listener()
    # To the guard outside, the tool inside is not the one that its rule is for.
    rules = [gatepost.Rule.tool("write").needs("files:write")]
    outer = FastMCP("outer", auth=GatepostAuth(guard_of(issuer, f"{outer_url}/mcp", rules=rules)))
    inner = server(GatepostAuth(guard_of(issuer, f"{inner_url}/mcp", rules=())))
    outer.mount(inner, namespace="in")
    with serving(outer.http_app(), of_outer), serving(inner.http_app(), of_inner):
        for _ in range(2):
            for url, tool in ((outer_url, "in_write"), (inner_url, "write")):
                token = issuer.sign(issuer.claims(f"{url}/mcp"))
                assert text(post(f"{url}/mcp", token, tool)) == "written"


@pytest.mark.parametrize("json_response", [True, False])
@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (
            "tools:call",
            [["asking", "public", "whoami"], ["plain"], ["file:///plain"], ["note:///{name}"]],
        ),
        (
            "files:write",
            [
                ["asking", "public", "whoami", "write"],
                ["plain", "secret"],
                ["file:///plain", "file:///secret"],
                ["file:///private/{name}", "note:///{name}"],
            ],
        ),
    ],
)
def test_lists_show_what_may_be_used(
    issuer: Issuer, scope: str, seen: list[list[str]], json_response: bool
) -> None:
    async def test(client: FastMcpClient[Any]) -> list[list[str]]:
        return [
            sorted(it.name for it in await client.list_tools()),
            sorted(it.name for it in await client.list_prompts()),
            sorted(str(it.uri) for it in await client.list_resources()),
            sorted(it.uri_template for it in await client.list_resource_templates()),
        ]

    listening, url = listener()
    mcp = server(GatepostAuth(guard_of(issuer, f"{url}/mcp")))
    with_all = [4, 2, 2, 2]
    token = issuer.sign(issuer.claims(f"{url}/mcp", scope=scope))
    with serving(mcp.http_app(json_response=json_response), listening):
        assert [len(it) for it in with_client(f"{url}/mcp", token, test)] == with_all
    mcp.add_middleware(PermittedLists())
    listening, other = listener()
    with serving(mcp.http_app(json_response=json_response), listening):
        assert with_client(f"{other}/mcp", token, test) == seen

    # In the same process nobody stands in front, and nobody is kept out.
    async def beside() -> list[list[str]]:
        async with FastMcpClient(mcp) as client:
            return await test(client)

    assert [len(it) for it in asyncio.run(beside())] == with_all
