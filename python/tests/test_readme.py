"""Every Python block and every call of the command line in the READMEs runs, as they say.

The Python blocks of one file run in order and share their names. They start with `jwks` (what the
issuer https://tenant.auth0.com/ publishes, as bytes) and `jwt` (a good access token of that issuer
for https://mcp.example.com/mcp); servers that they run return at once. Commands, in `console`
blocks, find the same two in the files `jwks.json` and `token`.
"""

from __future__ import annotations

import asyncio
import doctest
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from authorization_server import AuthorizationServer
from guarded import guarded
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer
from prometheus_client import CollectorRegistry
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import gatepost
import gatepost._native
import gatepost._tool_scopes
import gatepost.asgi
import gatepost.hooks
import gatepost.testing
from client import call_tool
from issuer import Issuer
from loopback import listener, serving

ROOT = Path(__file__).parents[2]
READMES = pytest.mark.parametrize("file", ["README.md", "python/README.md"])
ISSUER = Issuer("https://tenant.auth0.com/")
JWKS = json.dumps(ISSUER.jwks()).encode()
JWT = ISSUER.sign(ISSUER.claims("https://mcp.example.com/mcp"))


@READMES
def test_the_python_blocks_run(file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(file, monkeypatch, tmp_path)


def run(file: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """What the Python blocks of a file define."""
    found = list(blocks(file, "python"))
    assert found
    names: dict[str, Any] = {"jwks": JWKS, "jwt": JWT}
    monkeypatch.setattr(MCPServer, "run", lambda *_, **__: None)
    # What is set for the process is for this run alone.
    monkeypatch.setattr("gatepost.hooks._hooks", ())
    monkeypatch.setattr("prometheus_client.REGISTRY", CollectorRegistry())
    monkeypatch.chdir(folder)
    for line, block in found:
        # The empty lines make a failure name the line of the README.
        exec(compile("\n" * line + block, file, "exec"), names)
    return names


@READMES
def test_the_commands_answer_as_shown(file: str, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_bytes(JWKS)
    (tmp_path / "token").write_text(JWT + "\n")
    for _, block in blocks(file, "console"):
        for command, shown in re.findall(
            r"^\$ ((?:.*\\\n)*.*\n)((?:[^$].*\n)*)", block, re.MULTILINE
        ):
            assert command.startswith("python -m gatepost ")
            result = subprocess.run(
                command.replace("python", sys.executable, 1),
                shell=True,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert result.stdout == shown


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What README.md defines, with a validator that trusts whoever signed the token."""
    names = run("README.md", monkeypatch, tmp_path)
    names["validator"].replace_keys(gatepost.KeySet.from_jwks(JWKS))
    return names


def test_the_guarded_server_of_the_sdk_is_called(names: dict[str, Any]) -> None:
    def whoami() -> str:
        token = get_access_token()
        return (token and token.subject) or "nobody"

    # The tenant is nobody's: its keys do not come from there.
    keys = gatepost.KeySet.from_jwks(ISSUER.jwks())
    names["guard"].validator.replace_keys(keys, ISSUER.url)
    for tool in ("add", "read_file"):
        names["server"].add_tool(whoami, name=tool, description="Tells.")
    listening, url = listener()
    with serving(names["app"], listening):
        answer = httpx2.post(f"{url}/mcp", json=call("add"))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer resource_metadata=")
        answer = httpx2.get(f"{url}/.well-known/oauth-protected-resource/mcp?")
        assert answer.json()["authorization_servers"] == [ISSUER.url]
        # As a proxy hands it on, and a page of the server's own asks.
        headers = {"host": "mcp.example.com", "origin": "https://mcp.example.com"}
        headers |= {
            "authorization": f"Bearer {JWT}",
            "accept": "application/json, text/event-stream",
        }
        answer = httpx2.post(f"{url}/mcp", json=initialize(), headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://mcp.example.com"
        outcome = asyncio.run(call_tool(f"{url}/mcp", JWT, "add"))
        assert outcome.text == "alice"
        outcome = asyncio.run(call_tool(f"{url}/mcp", JWT, "read_file"))
        assert (outcome.text, outcome.oauth_error) == (None, "insufficient_scope")


def test_the_client_obtains_a_token(names: dict[str, Any]) -> None:
    of_mcp, mcp_url = listener()
    of_issuer, issuer_url = listener()
    resource = f"{mcp_url}/mcp"
    authorization = AuthorizationServer(issuer_url, resource)
    callback = "http://127.0.0.1:3000/callback"
    policy = gatepost.Policy(authorization.issuer.url, resource)
    keys = gatepost.KeySet.from_jwks(authorization.issuer.jwks())
    validator = gatepost.Validator(policy, keys)
    guard = gatepost.Guard(resource, validator, base_scopes="files:read")

    def sign_in(url: str) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(httpx2.get(url).headers["location"]).query))

    with serving(guarded(guard), of_mcp), serving(authorization.app(), of_issuer):
        introduction = gatepost.NewClient("README", callback).registration_request
        registered = httpx2.post(f"{issuer_url}/register", content=introduction)
        client_id = gatepost.RegisteredClient.parse(registered.content).client_id
        with httpx2.Client() as http:
            refused = http.post(resource, json=call("add"))
            obtain = names["obtain_token"]
            token = obtain(http, refused, resource, client_id, callback, sign_in)
            assert validator.validate(token).scopes == ["files:read"]

            def misled(url: str) -> dict[str, str]:
                return sign_in(url) | {"iss": "https://evil.example.com"}

            with pytest.raises(gatepost.IssuerMismatchError):
                obtain(http, refused, resource, client_id, callback, misled)

            def confused(url: str) -> dict[str, str]:
                return sign_in(url) | {"state": "another"}

            with pytest.raises(ValueError, match="the answer to another request"):
                obtain(http, refused, resource, client_id, callback, confused)


def test_the_client_looks_for_metadata_at_both_places(names: dict[str, Any]) -> None:
    of_mcp, mcp_url = listener()
    of_issuer, issuer_url = listener()
    resource = f"{mcp_url}/mcp"
    authorization = AuthorizationServer(issuer_url, resource)
    callback = "http://127.0.0.1:3000/callback"
    validator = gatepost.Validator(
        gatepost.Policy(authorization.issuer.url, resource),
        gatepost.KeySet.from_jwks(authorization.issuer.jwks()),
    )
    app = guarded(gatepost.Guard(resource, validator))
    asked = []

    async def at_the_root_alone(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/.well-known/"):
            asked.append(scope["path"])
            if scope["path"].endswith("/mcp"):
                await Response(status_code=404)(scope, receive, send)
                return
        await app(scope, receive, send)

    def sign_in(url: str) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(httpx2.get(url).headers["location"]).query))

    with serving(at_the_root_alone, of_mcp), serving(authorization.app(), of_issuer):
        introduction = gatepost.NewClient("README", callback).registration_request
        registered = httpx2.post(f"{issuer_url}/register", content=introduction)
        client_id = gatepost.RegisteredClient.parse(registered.content).client_id
        # A challenge that leads nowhere, of a server that does not write "Bearer" as others do.
        refused = httpx2.Response(401, headers={"www-authenticate": 'BEARER scope="files:read"'})
        with httpx2.Client() as http:
            obtain = names["obtain_token"]
            token = obtain(http, refused, resource, client_id, callback, sign_in)
    assert validator.validate(token).scopes == ["files:read"]
    root = "/.well-known/oauth-protected-resource"
    assert asked == [f"{root}/mcp", root]


def initialize() -> dict[str, Any]:
    params = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "README", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def call(tool: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool}}


class Clocked:
    """A `KeyRefresh` by a clock of its own."""

    def __init__(self) -> None:
        self.now = 1000
        self._refresh = gatepost.KeyRefresh()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._refresh, name)
        return partial(found, now=self.now) if callable(found) else found


def test_keys_are_fetched_when_they_are_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = run("python/README.md", monkeypatch, tmp_path)
    validate, names["refresh"] = names["validate"], (clock := Clocked())
    issuer = Issuer(ISSUER.url)
    jwks = [issuer.jwks()]
    token = issuer.sign(issuer.claims("https://mcp.example.com/mcp"))
    issuer.rotate()
    rotated = issuer.sign(issuer.claims("https://mcp.example.com/mcp"))
    jwks.append(issuer.jwks())
    asked: list[str | None] = []
    answers = iter(
        [
            httpx2.Response(200, json=jwks[0], headers={"etag": '"1"'}),
            httpx2.Response(304),
            httpx2.Response(200, json=jwks[1], headers={"etag": '"2"'}),
            httpx2.Response(500),
            httpx2.Response(200, content="<html>"),
        ]
    )

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.headers.get("if-none-match"))
        return next(answers)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as http:
        # Fetched once, for whatever comes.
        for _ in range(2):
            assert validate(http, token).subject == "alice"
            with pytest.raises(gatepost.KeyNotFoundError):
                validate(http, rotated)
        assert asked == [None]
        clock.now += 30
        with pytest.raises(gatepost.KeyNotFoundError):
            validate(http, rotated)
        assert asked == [None, '"1"']
        clock.now += 30
        assert validate(http, rotated).subject == "alice"
        assert asked == [None, '"1"', '"1"']
        # The keys there are serve while the issuer is down, but what they do not sign is put off.
        clock.now += 3600
        assert validate(http, rotated).subject == "alice"
        with pytest.raises(gatepost.KeysUnavailableError):
            validate(http, token)
        clock.now += 30
        assert validate(http, rotated).subject == "alice"
        assert asked == [None, '"1"', '"1"', '"2"', '"2"']


@pytest.mark.parametrize(
    "module",
    [
        gatepost,
        gatepost._native,
        gatepost._tool_scopes,
        gatepost.asgi,
        gatepost.hooks,
        gatepost.issuers,
        gatepost.live,
        gatepost.testing,
    ],
)
def test_the_examples_of_the_package_run(module: ModuleType) -> None:
    # Classes are the package's, functions the native module's.
    result = doctest.testmod(module, extraglobs=vars(gatepost))
    assert result.attempted > 0
    assert result.failed == 0


def blocks(file: str, language: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a file, each with the number of lines before it."""
    text = (ROOT / file).read_text(encoding="utf-8")
    for block in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, block.start(1)), block[1]
