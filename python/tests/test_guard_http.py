"""A guard in front of a server, over loopback: what a resource server has to do.

The same of an ASGI application, and of ffi/examples/server in C.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from c_server import c_server, needs_c_server
from guarded import guarded
from key_server import KEYS, document, running

import gatepost
from issuer import Issuer
from loopback import listener, serving

RESOURCE = "https://mcp.example.com/mcp"
METADATA_PATHS = [
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-protected-resource",
]
METADATA_URL = f"https://mcp.example.com{METADATA_PATHS[0]}"


@dataclass
class Server:
    """Whoever asks comes through a proxy, so that `url` is not that of the resource."""

    url: str
    issuer: Issuer

    @property
    def endpoint(self) -> str:
        return f"{self.url}/mcp"

    def token(self, **changes: Any) -> str:
        return self.issuer.sign(self.issuer.claims(RESOURCE, **changes))

    def call(self, tool: str, token: str | None, **headers: str) -> httpx2.Response:
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        params = {"name": tool, "arguments": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return httpx2.post(self.endpoint, json=message, headers=headers)


@pytest.fixture(scope="module", params=["python", pytest.param("c", marks=needs_c_server)])
def server(
    request: pytest.FixtureRequest, issuer: Issuer, keys: gatepost.KeySet
) -> Iterator[Server]:
    if request.param == "c":
        with running() as keys_of:
            keys_of.answers[KEYS] = document(issuer.jwks())
            with c_server(RESOURCE, issuer.url, keys_of.url + KEYS) as c_url:
                yield Server(c_url, issuer)
        return
    guard = gatepost.Guard(
        RESOURCE,
        gatepost.Validator(gatepost.Policy(issuer.url, RESOURCE), keys),
        scopes_supported=["tools:call"],
        rules=[
            gatepost.Rule.tool("delete").needs("files:delete files:audit", "files:all"),
            gatepost.Rule.tool("reset").refused(),
            gatepost.Rule.tool("status").public(),
        ],
        base_scopes="tools:call",
        origins="https://app.example.com",
        max_message_length=1 << 16,
    )
    listening, url = listener()
    with serving(guarded(guard), listening):
        yield Server(url, issuer)


def challenge_of(answer: httpx2.Response) -> str:
    [challenge] = answer.headers.get_list("www-authenticate")
    return challenge


def test_without_a_token_the_challenge_says_where_to_get_one(server: Server) -> None:
    answer = server.call("any", None)
    assert answer.status_code == 401
    assert challenge_of(answer) == (
        f'Bearer scope="tools:call", resource_metadata="{METADATA_URL}"'
    )


def test_the_metadata_name_the_resource_exactly(server: Server) -> None:
    for path in METADATA_PATHS:
        answer = httpx2.get(f"{server.url}{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == {
            "resource": RESOURCE,
            "authorization_servers": [server.issuer.url],
            "scopes_supported": ["tools:call"],
            "bearer_methods_supported": ["header"],
        }


def test_a_valid_token_is_accepted(server: Server) -> None:
    answer = server.call("any", server.token())
    assert (answer.status_code, answer.json()) == (
        200,
        {"subject": "alice", "scopes": ["tools:call"], "method": "tools/call", "name": "any"},
    )
    without_body = httpx2.get(
        server.endpoint, headers={"authorization": f"Bearer {server.token()}"}
    )
    assert (without_body.status_code, without_body.json()["method"]) == (200, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://elsewhere.example.com/mcp"}, "audience_mismatch"),
        ({"aud": None}, "missing_claim"),
        ({"exp": 1}, "expired"),
        ({"iss": "https://evil.example.com"}, "issuer_mismatch"),
    ],
)
def test_a_bad_token_is_401(server: Server, changes: dict[str, Any], reason: str) -> None:
    answer = server.call("any", server.token(**changes))
    assert (answer.status_code, answer.json()["reason"]) == (401, reason)
    challenge = challenge_of(answer)
    assert challenge.startswith('Bearer error="invalid_token", ')
    assert f'resource_metadata="{METADATA_URL}"' in challenge


def test_a_token_of_an_untrusted_key_is_401(server: Server) -> None:
    forger = Issuer(server.issuer.url)
    answer = server.call("any", forger.sign(forger.claims(RESOURCE)))
    assert (answer.status_code, answer.json()["reason"]) == (401, "invalid_signature")
    answer = server.call("any", "no token at all"[:2])
    assert (answer.status_code, answer.json()["reason"]) == (401, "malformed")


def test_a_step_up_names_all_scopes_and_then_succeeds(server: Server) -> None:
    answer = server.call("delete", server.token(scope="tools:call files:delete"))
    assert answer.status_code == 403
    challenge = challenge_of(answer)
    assert challenge.startswith('Bearer error="insufficient_scope", ')
    assert 'scope="files:delete files:audit"' in challenge
    assert f'resource_metadata="{METADATA_URL}"' in challenge
    for scope in ("files:delete files:audit", "files:all"):
        assert server.call("delete", server.token(scope=scope)).status_code == 200
    answer = server.call("reset", server.token(scope="files:all"))
    assert (answer.status_code, answer.json()["reason"]) == (403, "operation_refused")


def test_a_token_in_the_query_is_none(server: Server) -> None:
    answer = httpx2.post(f"{server.endpoint}?access_token={server.token()}", json={})
    assert (answer.status_code, answer.json()["reason"]) == (401, "credentials_missing")
    # Nor does it do any harm there.
    headers = {"authorization": f"Bearer {server.token()}"}
    answer = httpx2.get(f"{server.endpoint}?access_token=x", headers=headers)
    assert answer.status_code == 200


def test_more_than_one_token_is_400(server: Server) -> None:
    headers = [("authorization", f"Bearer {server.token()}")] * 2
    answer = httpx2.post(server.endpoint, json={}, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (400, "several_credentials")


def test_what_is_public_needs_no_token(server: Server) -> None:
    def call(name: str, said: str) -> httpx2.Response:
        version = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
        params = {"name": name, "_meta": version}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"mcp-method": "tools/call", "mcp-name": said}
        headers["mcp-protocol-version"] = "2026-07-28"
        return httpx2.post(server.endpoint, json=message, headers=headers)

    answer = call("status", "status")
    assert (answer.status_code, answer.json()) == (
        200,
        {"subject": None, "scopes": [], "method": "tools/call", "name": "status"},
    )
    # The headers promise what the body does not hold.
    answer = call("delete", "status")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)
    assert call("delete", "delete").status_code == 401


def test_pages_of_other_origins_may_not_ask(server: Server) -> None:
    answer = server.call("any", server.token(), origin="https://evil.example.com")
    assert (answer.status_code, answer.json()["reason"]) == (403, "origin_refused")
    answer = server.call("any", server.token(), origin="https://app.example.com")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    asked = {"origin": "https://app.example.com", "access-control-request-method": "POST"}
    preflight = httpx2.options(server.endpoint, headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


def test_nobody_waits_for_the_body_of_a_stranger(server: Server) -> None:
    # The body that the head promises never comes.
    head = "POST /mcp HTTP/1.1\r\nHost: mcp\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(address_of(server), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_long_body_is_not_read_to_its_end(server: Server) -> None:
    head = (
        "POST /mcp HTTP/1.1\r\nHost: mcp\r\nContent-Length: 1000000\r\n"
        f"Authorization: Bearer {server.token()}\r\n\r\n"
    )
    with socket.create_connection(address_of(server), timeout=10) as connection:
        connection.sendall(head.encode() + b" " * ((1 << 16) + 1))
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_message_that_readers_take_differently_is_400(server: Server) -> None:
    body = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"any","name":"reset"}}'
    headers = {"authorization": f"Bearer {server.token()}"}
    answer = httpx2.post(server.endpoint, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)
    answer = httpx2.post(server.endpoint, content="{", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32700)
    answer = httpx2.post(server.endpoint, content=f"[{body}]", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "any"}}
    named = headers | {"mcp-method": "tools/call", "mcp-name": "other"}
    answer = httpx2.post(server.endpoint, content=json.dumps(message), headers=named)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)
    assert answer.json()["id"] == 7


def address_of(server: Server) -> tuple[str, int]:
    url = urlsplit(server.url)
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port
