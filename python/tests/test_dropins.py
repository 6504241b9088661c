"""Each drop-in as its example shows it: a server in a process of its own, called by real clients.

What its users have to write is counted, and what it refuses is asked over HTTP.
"""

from __future__ import annotations

import ast
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastmcp import Client as FastMcpClient
from fastmcp.client.transports import StreamableHttpTransport
from refused import GOOD, REFUSED, Case, Signer

import gatepost
from client import call_tool
from gatepost.fastmcp import GatepostAuth
from gatepost.mcp import TokenVerifier
from loopback import listener, serving

EXAMPLES = Path(__file__).parents[2] / "examples/python"
NAMES = ["official_sdk", "fastmcp_server", "starlette_app", "fastapi_app", "asgi_app"]


@dataclass
class Running:
    """An example that runs, and the issuer whose tokens it takes."""

    name: str
    resource: str
    signer: Signer

    def token(self, **claims: object) -> str:
        return self.signer.sign(self.signer.claims(self.resource, **claims))


@pytest.fixture(scope="module", params=NAMES)
def example(request: pytest.FixtureRequest) -> Iterator[Running]:
    of_issuer, issuer_url = listener()
    signer = Signer(issuer_url)
    with serving(signer.app(), of_issuer), started(request.param, issuer_url) as resource:
        yield Running(request.param, resource, signer)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("https://as.example.com")


@contextmanager
def started(name: str, issuer: str) -> Iterator[str]:
    """The URL of an example's endpoint, once it answers: to start takes some of them seconds."""
    listening, url = listener()
    command = [sys.executable, "-W", "error", "-m", "uvicorn", f"{name}:app"]
    command += ["--fd", str(listening.fileno()), "--log-level", "warning"]
    # Else h11 takes long headers only as they happen to come, in one part or in several.
    command += ["--h11-max-incomplete-event-size", str(1 << 17)]
    environment = os.environ | {"ISSUER": issuer, "RESOURCE": f"{url}/mcp"}
    process = subprocess.Popen(
        command, cwd=EXAMPLES, env=environment, pass_fds=[listening.fileno()]
    )
    try:
        assert httpx2.get(f"{url}/mcp", timeout=120).status_code == 401
        yield f"{url}/mcp"
    finally:
        process.terminate()
        process.wait(30)
        listening.close()


def ask(example: Running, token: str | None) -> httpx2.Response:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"accept": "application/json, text/event-stream"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return httpx2.post(example.resource, json=message, headers=headers, timeout=30)


def test_the_official_client_calls_it(example: Running) -> None:
    outcome = asyncio.run(call_tool(example.resource, example.token(), "whoami"))
    assert outcome.text == "alice"
    outcome = asyncio.run(call_tool(example.resource, example.token(), "publish", title="a"))
    assert (max(outcome.statuses), outcome.oauth_error) == (403, "insufficient_scope")
    [challenge] = gatepost.parse_challenges(outcome.challenge or "")
    assert challenge.scope == "notes:publish"
    enough = example.token(scope="notes:publish")
    outcome = asyncio.run(call_tool(example.resource, enough, "publish", title="a"))
    assert outcome.text == "a: published"
    outcome = asyncio.run(call_tool(example.resource, None, "whoami"))
    assert (outcome.statuses, outcome.oauth_error) == ({401}, None)


def test_the_client_of_fastmcp_calls_it(example: Running) -> None:
    async def run() -> str:
        transport = StreamableHttpTransport(example.resource, auth=example.token())
        async with FastMcpClient(transport) as client:
            assert {it.name for it in await client.list_tools()} == {"whoami", "publish"}
            return str((await client.call_tool("whoami")).content[0].text)

    assert asyncio.run(run()) == "alice"


def test_it_says_where_tokens_come_from(example: Running) -> None:
    for place in gatepost.resource_metadata_urls(example.resource):
        answer = httpx2.get(place, headers={"origin": "https://app.example.com"})
        document = answer.json()
        assert document["resource"] == example.resource
        assert document["authorization_servers"] == [example.signer.url]
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_rest_of_the_application_needs_no_token(example: Running) -> None:
    answer = httpx2.get(example.resource.replace("/mcp", "/health"))
    # The first one guards everything, and has nothing else.
    assert answer.status_code == (401 if example.name == "official_sdk" else 200)


@pytest.mark.parametrize("case", [GOOD, *REFUSED], ids=lambda case: case.name)
def test_what_others_accept_is_refused(example: Running, case: Case) -> None:
    answer = ask(example, case.make(example.signer, example.resource))
    if case.reason is None:
        assert answer.status_code != 401, answer.text
        assert "www-authenticate" not in answer.headers
        return
    assert (answer.status_code, answer.json()["reason"]) == (401, case.reason)
    [challenge] = gatepost.parse_challenges(answer.headers["www-authenticate"])
    assert challenge.error == "invalid_token"


@pytest.mark.parametrize("case", [GOOD, *REFUSED], ids=lambda case: case.name)
def test_verifiers_alone_refuse_the_same(
    signer: Signer, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    resource = "https://mcp.example.com/mcp"
    keys = gatepost.KeySet.from_jwks(signer.jwks())
    validator = gatepost.Validator(gatepost.Policy(signer.url, resource), keys)
    verifiers: list[TokenVerifier | GatepostAuth] = [TokenVerifier(validator)]
    verifiers.append(GatepostAuth(gatepost.Guard(resource, validator)))
    for verifier in verifiers:
        caplog.clear()
        seen = asyncio.run(verifier.verify_token(case.make(signer, resource)))
        assert (seen is None) == (case.reason is not None)
        reasons = {vars(record)["reason"] for record in caplog.records}
        assert reasons == ({case.reason} if case.reason else set())


@pytest.mark.parametrize("name", NAMES)
def test_five_lines_are_written_and_no_more(name: str) -> None:
    assert lines_of_gatepost((EXAMPLES / f"{name}.py").read_text()) == 5


def lines_of_gatepost(source: str) -> int:
    """How many lines there are in statements that use a name of gatepost, or one that they define.

    Functions count for what is theirs, line by line; a name in an annotation is a use as well.
    """
    ours: set[str] = set()
    lines: set[int] = set()

    def visit(statements: list[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                modules = [getattr(statement, "module", None), *(it.name for it in statement.names)]
                names = {(it.asname or it.name).partition(".")[0] for it in statement.names}
                used = any((it or "").partition(".")[0] == "gatepost" for it in modules)
            elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                visit(statement.body)
                continue
            else:
                found = [it for it in ast.walk(statement) if isinstance(it, ast.Name)]
                used = any(it.id in ours for it in found)
                names = {it.id for it in found if isinstance(it.ctx, ast.Store)}
            if used:
                lines.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
                ours.update(names - {"app", "mcp"})

    visit(ast.parse(source).body)
    return len(lines)


def test_lines_are_counted() -> None:
    source = """
import os
import json, gatepost
from gatepost.asgi import (
    GuardMiddleware,
)
guard = gatepost.LiveGuard(
    1)
other = os
def tool():
    return guard
app = GuardMiddleware(other, guard)
app = app
"""
    assert lines_of_gatepost(source) == 1 + 3 + 2 + 1 + 1
