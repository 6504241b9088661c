"""A client of a guarded server, over loopback: from the first 401 to the step-up."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authorization_server import AuthorizationServer
from guarded import guarded

import gatepost
from loopback import listener, serving

CALLBACK = "http://127.0.0.1:3000/callback"


@dataclass
class Servers:
    resource: str
    issuer: str


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    of_mcp, mcp_url = listener()
    of_issuer, issuer_url = listener()
    resource = f"{mcp_url}/mcp"
    authorization = AuthorizationServer(issuer_url, resource)
    issuer = authorization.issuer
    guard = gatepost.Guard(
        resource,
        gatepost.Validator(
            gatepost.Policy(issuer.url, resource), gatepost.KeySet.from_jwks(issuer.jwks())
        ),
        scopes_supported=["files:read"],
        rules=[gatepost.Rule.tool("delete").needs("files:delete files:audit")],
        base_scopes="files:read",
    )
    with ExitStack() as stack:
        stack.enter_context(serving(guarded(guard), of_mcp))
        stack.enter_context(serving(authorization.app(), of_issuer))
        yield Servers(resource, issuer.url)


class Client:
    """Asks for tokens as the MCP specification has it, and says where it asked."""

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._token: str | None = None
        self._scope: str | None = None
        self.fetched: list[str] = []

    def call(self, tool: str) -> httpx2.Response:
        headers = {} if self._token is None else {"authorization": f"Bearer {self._token}"}
        params = {"name": tool, "arguments": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return httpx2.post(self._resource, json=message, headers=headers)

    def discover(self, challenge: gatepost.ParsedChallenge) -> None:
        assert challenge.resource_metadata is not None
        fetched = httpx2.get(challenge.resource_metadata)
        self.document = gatepost.ResourceMetadataDocument.parse(fetched.content, self._resource)
        [issuer] = self.document.authorization_servers
        for url in gatepost.server_metadata_urls(issuer):
            self.fetched.append(url)
            fetched = httpx2.get(url)
            if fetched.status_code == 200:
                self.server = gatepost.ServerMetadata.parse(fetched.content, issuer)
                return
        raise AssertionError("no metadata")

    def register(self) -> None:
        chosen = gatepost.Registration.choose(
            self.server, is_preregistered=False, has_metadata_document=True
        )
        assert chosen.kind == "dynamic"
        assert chosen.endpoint is not None
        introduction = gatepost.NewClient("a test", CALLBACK)
        answer = httpx2.post(
            chosen.endpoint,
            content=introduction.registration_request,
            headers={"content-type": "application/json"},
        )
        self.registered = gatepost.RegisteredClient.parse(answer.content)
        assert self.registered.auth_method == "none"

    def obtain_token(self, scope: str | None) -> None:
        verifier = gatepost.CodeVerifier.generate()
        request = gatepost.AuthorizationRequest(
            client_id=self.registered.client_id,
            redirect_uri=CALLBACK,
            resource=self.document.resource,
            state=secrets.token_urlsafe(),
            code_challenge=verifier.challenge(),
            scope=scope,
        )
        self._scope = scope
        # The browser is led back to the redirect URI.
        location = httpx2.get(request.url(self.server)).headers["location"]
        assert location.startswith(CALLBACK + "?")
        [code], [state], [iss] = (
            parse_qs(urlsplit(location).query)[name] for name in ("code", "state", "iss")
        )
        gatepost.verify_authorization_response_issuer(
            self.server.issuer, self.server.sends_issuer, iss
        )
        assert state == request.state
        answer = self.redeem(code, verifier)
        assert answer.status_code == 200
        self._token = answer.json()["access_token"]

    def redeem(self, code: str, verifier: gatepost.CodeVerifier) -> httpx2.Response:
        request = gatepost.TokenRequest.authorization_code(
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=verifier,
            client_id=self.registered.client_id,
            resource=self.document.resource,
        )
        return httpx2.post(
            self.server.require_code_flow().token_endpoint,
            content=request.body,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    def step_up(self, challenge: gatepost.ParsedChallenge) -> bool:
        """Asks for more, unless it has asked for that before."""
        scope = gatepost.step_up_scope(self._scope or "", challenge.scope or "")
        if scope is not None:
            self.obtain_token(scope)
        return scope is not None


def challenge_of(answer: httpx2.Response) -> gatepost.ParsedChallenge:
    [challenge] = gatepost.parse_challenges(answer.headers["www-authenticate"])
    assert challenge.scheme == "Bearer"
    return challenge


def test_a_client_is_led_from_the_first_401_to_the_step_up(servers: Servers) -> None:
    client = Client(servers.resource)
    answer = client.call("read")
    challenge = challenge_of(answer)
    assert (answer.status_code, challenge.error, challenge.scope) == (401, None, "files:read")

    client.discover(challenge)
    assert client.server.issuer == servers.issuer
    assert len(client.fetched) == 2
    client.register()
    client.obtain_token(gatepost.initial_scope(challenge.scope, client.document))
    answer = client.call("read")
    assert (answer.status_code, answer.json()["scopes"]) == (200, ["files:read"])

    answer = client.call("delete")
    challenge = challenge_of(answer)
    assert (answer.status_code, challenge.error) == (403, "insufficient_scope")
    assert client.step_up(challenge)
    answer = client.call("delete")
    assert answer.status_code == 200
    assert answer.json()["scopes"] == ["files:read", "files:delete", "files:audit"]
    # What it has is kept, and it does not ask again for what it was not granted.
    assert client.call("read").status_code == 200
    assert not client.step_up(challenge)


def test_a_stolen_code_is_worth_nothing(servers: Servers) -> None:
    client = Client(servers.resource)
    client.discover(challenge_of(client.call("read")))
    client.register()
    request = gatepost.AuthorizationRequest(
        client_id=client.registered.client_id,
        redirect_uri=CALLBACK,
        resource=client.document.resource,
        state=secrets.token_urlsafe(),
        code_challenge=gatepost.CodeVerifier.generate().challenge(),
    )
    location = httpx2.get(request.url(client.server)).headers["location"]
    [code] = parse_qs(urlsplit(location).query)["code"]
    answer = client.redeem(code, gatepost.CodeVerifier.generate())
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
