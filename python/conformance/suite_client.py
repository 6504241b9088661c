"""A small MCP client: the official SDK's transport, with gatepost's parsers for authorization.

The conformance suite runs it, once for each scenario, against servers of its own:

    MCP_CONFORMANCE_PROTOCOL_VERSION=2026-07-28 python suite_client.py http://localhost:8000/mcp
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

import gatepost

# Where the browser would be led back to. The suite's servers redirect at once, so nobody listens.
CALLBACK = "http://127.0.0.1:3000/callback"

# The client identifier that the suite expects, where a server fetches metadata documents.
DOCUMENT = "https://conformance-test.local/client-metadata.json"

# How often a request asks for another token before it is given up.
ATTEMPTS = 3

NEW_CLIENT = gatepost.NewClient("gatepost's conformance client", CALLBACK, refresh_tokens=True)


class NotAuthorized(Exception):
    """The authorization server gave no token; the message says at which step."""


@dataclass
class Known:
    """What an authorization server knows this client as."""

    client_id: str
    secret: str | None
    auth_method: str

    def authenticate(self, body: bytes) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a request that this client sends (RFC 6749, 2.3.1)."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self.auth_method == "none" or self.secret is None:
            return headers, body
        if self.auth_method == "client_secret_post":
            return headers, body + b"&" + urlencode({"client_secret": self.secret}).encode()
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers, body


class Authorization(httpx2.Auth):
    """Obtains tokens for the MCP server at `resource`, as the MCP specification has it.

    `preregistered` is what the user has registered beforehand, with whichever server is asked.
    """

    def __init__(self, resource: str, preregistered: Known | None = None) -> None:
        self._resource = resource
        self._preregistered = preregistered
        # By issuer: what one server knows the client as is none of another's business.
        self._known: dict[str, Known] = {}
        self._issuer: str | None = None
        self._token: str | None = None
        self._refresh_token: str | None = None
        self._scope: str | None = None

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        for attempt in range(ATTEMPTS):
            if self._token is not None:
                request.headers["authorization"] = f"Bearer {self._token}"
            response = yield request
            challenge = bearer_challenge(response)
            if challenge is None or attempt == ATTEMPTS - 1:
                return
            async with httpx2.AsyncClient() as http:
                if not await self._obtain(http, response.status_code, challenge):
                    return

    async def _obtain(
        self, http: httpx2.AsyncClient, status: int, challenge: gatepost.ParsedChallenge
    ) -> bool:
        """Whether there is another token now."""
        if status not in (401, 403) or (status == 403) != (challenge.error == "insufficient_scope"):
            return False
        document = await self._resource_metadata(http, challenge.resource_metadata)
        server = await self._server_metadata(http, document)
        scope = gatepost.initial_scope(challenge.scope, document)
        if server.issuer == self._issuer and self._scope is not None:
            more = gatepost.step_up_scope(self._scope, scope or "")
            if more is None and status == 403:
                # All of it was asked for before: the same again would be refused again.
                return False
            scope = more or self._scope
        elif scope is not None and "offline_access" in (server.scopes_supported or []):
            scope += " offline_access"
        known = await self._register(http, server)
        if status == 403 or not await self._refresh(http, server, known, document.resource):
            await self._sign_in(http, server, known, document.resource, scope)
        return True

    async def _resource_metadata(
        self, http: httpx2.AsyncClient, url: str | None
    ) -> gatepost.ResourceMetadataDocument:
        if url is not None:
            places = [(url, self._resource)]
        else:
            # What stands at the root is about the whole origin.
            parts = urlsplit(self._resource)
            about = [self._resource, f"{parts.scheme}://{parts.netloc}"]
            places = list(zip(gatepost.resource_metadata_urls(self._resource), about, strict=False))
        for place, resource in places:
            answer = await http.get(place)
            if answer.status_code == 200:
                return gatepost.ResourceMetadataDocument.parse(answer.content, resource)
        raise NotAuthorized("no metadata of the resource")

    async def _server_metadata(
        self, http: httpx2.AsyncClient, document: gatepost.ResourceMetadataDocument
    ) -> gatepost.ServerMetadata:
        issuer = document.authorization_servers[0]
        for place in gatepost.server_metadata_urls(issuer):
            answer = await http.get(place)
            if answer.status_code == 200:
                return gatepost.ServerMetadata.parse(answer.content, issuer)
        raise NotAuthorized("no metadata of the authorization server")

    async def _register(self, http: httpx2.AsyncClient, server: gatepost.ServerMetadata) -> Known:
        if server.issuer in self._known:
            return self._known[server.issuer]
        chosen = gatepost.Registration.choose(
            server,
            is_preregistered=self._preregistered is not None,
            has_metadata_document=True,
        )
        if chosen.kind == "preregistered":
            assert self._preregistered is not None
            known = self._preregistered
        elif chosen.kind == "metadata_document":
            known = Known(DOCUMENT, None, "none")
        else:
            assert chosen.endpoint is not None
            answer = await http.post(
                chosen.endpoint,
                content=NEW_CLIENT.registration_request,
                headers={"content-type": "application/json"},
            )
            if answer.status_code != 201:
                raise NotAuthorized("not registered")
            registered = gatepost.RegisteredClient.parse(answer.content)
            known = Known(registered.client_id, registered.client_secret, registered.auth_method)
        self._known[server.issuer] = known
        return known

    async def _refresh(
        self,
        http: httpx2.AsyncClient,
        server: gatepost.ServerMetadata,
        known: Known,
        resource: str,
    ) -> bool:
        """Whether the refresh token, if there is one from this server, was worth a token."""
        if self._refresh_token is None or server.issuer != self._issuer:
            return False
        request = gatepost.TokenRequest.refresh_token(
            refresh_token=self._refresh_token, client_id=known.client_id, resource=resource
        )
        # It is good for one try.
        self._refresh_token = None
        return await self._redeem(http, server, known, request)

    async def _sign_in(
        self,
        http: httpx2.AsyncClient,
        server: gatepost.ServerMetadata,
        known: Known,
        resource: str,
        scope: str | None,
    ) -> None:
        verifier = gatepost.CodeVerifier.generate()
        request = gatepost.AuthorizationRequest(
            client_id=known.client_id,
            redirect_uri=CALLBACK,
            resource=resource,
            state=secrets.token_urlsafe(),
            code_challenge=verifier.challenge(),
            scope=scope,
        )
        # Here a browser would open.
        answer = await http.get(request.url(server))
        response = parse_qs(urlsplit(answer.headers.get("location", "")).query)
        # Who answers comes first: from another server not even the error is of interest.
        gatepost.verify_authorization_response_issuer(
            server.issuer, server.sends_issuer, response.get("iss", [None])[0]
        )
        if response.get("state") != [request.state] or "code" not in response:
            raise NotAuthorized("no code")
        redeeming = gatepost.TokenRequest.authorization_code(
            code=response["code"][0],
            redirect_uri=CALLBACK,
            code_verifier=verifier,
            client_id=known.client_id,
            resource=resource,
        )
        if not await self._redeem(http, server, known, redeeming):
            raise NotAuthorized("no token for the code")
        self._issuer, self._scope = server.issuer, scope

    async def _redeem(
        self,
        http: httpx2.AsyncClient,
        server: gatepost.ServerMetadata,
        known: Known,
        request: gatepost.TokenRequest,
    ) -> bool:
        headers, body = known.authenticate(request.body)
        endpoint = server.require_code_flow().token_endpoint
        answer = await http.post(endpoint, content=body, headers=headers)
        if answer.status_code != 200:
            return False
        given = answer.json()
        self._token = given["access_token"]
        self._refresh_token = given.get("refresh_token", self._refresh_token)
        return True


def bearer_challenge(response: httpx2.Response) -> gatepost.ParsedChallenge | None:
    for value in response.headers.get_list("www-authenticate"):
        for challenge in gatepost.parse_challenges(value):
            if challenge.scheme.lower() == "bearer":
                return challenge
    return None


def preregistered() -> Known | None:
    """The client that the suite has registered for the scenario, if it has."""
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    if "client_id" not in context:
        return None
    secret = context.get("client_secret")
    return Known(context["client_id"], secret, "none" if secret is None else "client_secret_basic")


async def call_every_tool(resource: str) -> None:
    version = os.environ.get("MCP_CONFORMANCE_PROTOCOL_VERSION", "")
    mode = version if version in MODERN_PROTOCOL_VERSIONS else "legacy"
    auth = Authorization(resource, preregistered())
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(resource, http_client=http), mode=mode) as client,
    ):
        for tool in (await client.list_tools()).tools:
            await client.call_tool(tool.name, {})


if __name__ == "__main__":
    asyncio.run(call_every_tool(sys.argv[1]))
