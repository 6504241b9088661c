"""The whole way of an access token, over loopback: issuer, guarded MCP server, MCP client.

Starts a development issuer and a guarded MCP server, calls a tool of the server with the official
SDK's own client and one access token after the other, and prints what became of each. Ends with 0
if all went as it must, else with 1.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import sys
import time
from contextlib import ExitStack
from typing import Any, NamedTuple

import httpx2
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import gatepost
from client import call_tool
from issuer import Issuer
from loopback import listener, serving
from server import fetch_keys, guarded_server


def main() -> int:
    try:
        with ExitStack() as running:
            issuer_socket, issuer_url = listener()
            server_socket, server_url = listener()
            issuer = Issuer(issuer_url)
            running.enter_context(serving(issuer.app(), issuer_socket))

            policy = gatepost.Policy(issuer=issuer_url, audience=f"{server_url}/mcp")
            validator = gatepost.Validator(policy, fetch_keys(issuer_url))
            server = guarded_server(validator, issuer_url, f"{server_url}/mcp")
            running.enter_context(serving(server.streamable_http_app(), server_socket))

            demo = Demo(issuer, validator, f"{server_url}/mcp")
            asyncio.run(demo.run())
            print(table(demo.rows))
    except KeyboardInterrupt:
        return 130
    wrong = sum(not row.as_expected for row in demo.rows)
    print(f"\n{len(demo.rows)} requests, {wrong or 'none'} of them not as expected")
    return 1 if wrong else 0


class Demo:
    """The client's side: sends tokens, notes what came back and what the server logged."""

    def __init__(self, issuer: Issuer, validator: gatepost.Validator, resource: str) -> None:
        self.issuer = issuer
        self.validator = validator
        self.resource = resource
        self.rows: list[Row] = []
        self._log = RefusalLog()

    async def run(self) -> None:
        issuer, claims = self.issuer, self.claims
        now = int(time.time())
        print(f"issuer      {issuer.url}\nMCP server  {self.resource}\n")

        for algorithm in ("RS256", "ES256", "EdDSA"):
            token = await asyncio.to_thread(self.fetch_token, algorithm)
            await self.call(f"good token, {algorithm}", token, 200)
        await self.call("expired, inside the leeway", issuer.sign(claims(exp=now - 10)), 200)

        await self.call("no token", None, 401)
        await self.call("expired", issuer.sign(claims(exp=now - 60)), 401, "expired")
        await self.call("not yet valid", issuer.sign(claims(nbf=now + 600)), 401, "not_yet_valid")
        await self.call(
            "wrong audience",
            issuer.sign(claims(aud="https://other.example.com/mcp")),
            401,
            "audience_mismatch",
        )
        await self.call(
            "wrong issuer",
            issuer.sign(claims(iss="https://other.example.com")),
            401,
            "issuer_mismatch",
        )
        await self.call("missing audience", issuer.sign(claims(aud=None)), 401, "missing_claim")
        await self.call("missing scope", issuer.sign(claims(scope="other")), 403)
        await self.call("tampered payload", self.tampered(), 401, "invalid_signature")
        await self.call("alg none", self.unsigned(), 401, "algorithm_not_allowed")
        await self.call(
            "RS256 public key as HS256 secret",
            self.confused(),
            401,
            "algorithm_not_allowed",
        )
        await self.call(
            "unknown crit",
            issuer.sign(claims(), crit=["https://example.com/ext"]),
            401,
            "critical_not_understood",
        )
        await self.call("unknown key", self.foreign(), 401, "key_not_found")

        before = issuer.sign(claims())
        issuer.rotate()
        rotated = issuer.sign(claims())
        await self.call("rotated key, old key set", rotated, 401, "key_not_found")
        self.validator.replace_keys(await asyncio.to_thread(fetch_keys, issuer.url))
        await self.call("rotated key, after replace_keys", rotated, 200)
        await self.call("retired key, after replace_keys", before, 401, "key_not_found")

    async def call(
        self, case: str, token: str | None, status: int, reason: str | None = None
    ) -> None:
        """Calls a tool with this token, and notes a row."""
        self._log.refusals.clear()
        outcome = await call_tool(self.resource, token, "add", a=2, b=3)
        refusals = set(self._log.refusals)
        self.rows.append(
            Row(
                case,
                http=", ".join(map(str, sorted(outcome.statuses))),
                seen=f"2 + 3 = {outcome.text}" if outcome.text else str(outcome.oauth_error),
                reason=", ".join(name for name, _ in refusals) or "-",
                number=", ".join(str(number) for _, number in refusals) or "-",
                as_expected=outcome.statuses == {status}
                and {name for name, _ in refusals} == ({reason} if reason else set())
                and outcome.text == ("5" if status == 200 else None),
            )
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        return self.issuer.claims(self.resource, **changes)

    def fetch_token(self, algorithm: str) -> str:
        """A token from the issuer's token endpoint."""
        form = {
            "grant_type": "client_credentials",
            "resource": self.resource,
            "algorithm": algorithm,
        }
        answer = httpx2.post(f"{self.issuer.url}/token", data=form).raise_for_status()
        return str(answer.json()["access_token"])

    def tampered(self) -> str:
        """A good token, made out to somebody else afterwards."""
        header, _, signature = self.issuer.sign(self.claims()).split(".")
        return f"{header}.{part(self.claims(sub='mallory'))}.{signature}"

    def unsigned(self) -> str:
        return f"{part({'alg': 'none'})}.{part(self.claims())}."

    def confused(self) -> str:
        """Signed with HMAC, and the public RSA key that everybody knows as its secret."""
        jwk = next(key for key in self.issuer.jwks()["keys"] if key["kty"] == "RSA")
        public_key = jwt.PyJWK(jwk).key
        secret = public_key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        signed = f"{part({'alg': 'HS256', 'kid': jwk['kid']})}.{part(self.claims())}"
        return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"

    def foreign(self) -> str:
        """Everything is right, but the key is the attacker's own."""
        key = ec.generate_private_key(ec.SECP256R1())
        return jwt.encode(self.claims(), key, "ES256", headers={"kid": "attacker"})


class RefusalLog(logging.Handler):
    """What gatepost logged, instead of lines on the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals: list[tuple[str, int]] = []
        logger = logging.getLogger("gatepost")
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        fields = record.__dict__
        self.refusals.append((fields["reason"], fields["number"]))


class Row(NamedTuple):
    """What became of one request."""

    case: str
    http: str
    seen: str
    reason: str
    number: str
    as_expected: bool


def table(rows: list[Row]) -> str:
    head = (
        "case",
        "HTTP",
        "the client sees",
        "the server logs",
        "number",
        "as expected",
    )
    cells = [(*row[:-1], "ok" if row.as_expected else "WRONG") for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, rule, *cells)
    )


def part(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value).encode())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


if __name__ == "__main__":
    sys.exit(main())
