"""An authorization server for the tests of clients: it lets in everybody, as alice.

It knows no password, but it is strict with clients: what a request must say it demands.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

import gatepost
from issuer import Issuer


class AuthorizationServer:
    """Its issuer has a path, so that clients have to look for its metadata where they should."""

    def __init__(self, url: str, resource: str) -> None:
        self.issuer = Issuer(f"{url}/tenant")
        self._url = url
        self._resource = resource
        self._clients: dict[str, list[str]] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                # The second of the three places.
                Route("/.well-known/openid-configuration/tenant", self._metadata),
                Route("/register", self._register, methods=["POST"]),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.issuer.url,
                "authorization_endpoint": f"{self._url}/authorize",
                "token_endpoint": f"{self._url}/token",
                "registration_endpoint": f"{self._url}/register",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _register(self, request: Request) -> JSONResponse:
        client = await request.json()
        if client["application_type"] != "native":
            return JSONResponse({"error": "invalid_redirect_uri"}, 400)
        client_id = secrets.token_hex(8)
        self._clients[client_id] = client["redirect_uris"]
        return JSONResponse({"client_id": client_id, **client}, 201)

    async def _authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        gatepost.CodeChallenge.from_parameters(
            asked["code_challenge"], asked["code_challenge_method"]
        )
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] in self._clients[asked["client_id"]]
        assert asked["resource"] == self._resource
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer.url}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> JSONResponse:
        asked = dict(parse_qsl((await request.body()).decode(), strict_parsing=True))
        assert asked["grant_type"] == "authorization_code"
        authorized = self._codes.pop(asked["code"])
        for name in ("client_id", "redirect_uri", "resource"):
            assert asked[name] == authorized[name]
        challenge = gatepost.CodeChallenge.from_parameters(
            authorized["code_challenge"], authorized["code_challenge_method"]
        )
        try:
            challenge.verify(asked.get("code_verifier"))
        except gatepost.InvalidCodeVerifierError as refused:
            return JSONResponse({"error": refused.oauth_error}, refused.http_status)
        claims: dict[str, Any] = self.issuer.claims(
            asked["resource"], client_id=asked["client_id"], scope=authorized.get("scope")
        )
        return JSONResponse(
            {"access_token": self.issuer.sign(claims), "token_type": "Bearer"},
            headers={"cache-control": "no-store"},
        )
