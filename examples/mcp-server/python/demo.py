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
from server import fetch_keys, guarded_app


def main() -> int:
    try:
        with ExitStack() as running:
            issuer_socket, issuer_url = listener()
            server_socket, server_url = listener()
            issuer = Issuer(issuer_url)
            running.enter_context(serving(issuer.app(), issuer_socket))

            policy = gatepost.Policy(issuer=issuer_url, audience=f"{server_url}/mcp")
            validator = gatepost.Validator(policy, fetch_keys(issuer_url))
            app = guarded_app(validator, f"{server_url}/mcp")
            running.enter_context(serving(app, server_socket))

            demo = Demo(issuer, validator, f"{server_url}/mcp")
            asyncio.run(demo.run())
            print(table(demo.rows))
            print(f"\nWWW-Authenticate\n{challenges(demo.rows)}")
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

        await self.call("no token", None, 401, "credentials_missing")
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
        await self.call(
            "missing scope", issuer.sign(claims(scope="other")), 403, "insufficient_scope"
        )
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

        # A tool of its own scopes, of which the client only hears once it calls it.
        step_up = "a tool that needs more"
        await self.call(step_up, rotated, 403, "insufficient_scope", tool="whoami")
        enough = issuer.sign(claims(scope="tools:call profile"))
        await self.call(f"{step_up}, asked for", enough, 200, tool="whoami")

    async def call(
        self,
        case: str,
        token: str | None,
        status: int,
        reason: str | None = None,
        *,
        tool: str = "add",
    ) -> None:
        """Calls a tool with this token, and notes a row with the worst answer."""
        self._log.refusals.clear()
        numbers = {"a": 2, "b": 3} if tool == "add" else {}
        outcome = await call_tool(self.resource, token, tool, **numbers)
        refusals = set(self._log.refusals)
        http = max(outcome.statuses)
        expected_text = ("5" if tool == "add" else "alice") if status == 200 else None
        seen = outcome.oauth_error or (f"{tool}: {outcome.text}" if outcome.text else "no error")
        # RFC 6750, section 3.1: no error where there were no credentials.
        expected_error = {200: None, 401: "invalid_token", 403: "insufficient_scope"}[status]
        if token is None:
            expected_error = None
        self.rows.append(
            Row(
                case,
                http=str(http),
                seen=seen,
                reason=", ".join(name for name, _ in refusals) or "-",
                number=", ".join(str(number) for _, number in refusals) or "-",
                as_expected=outcome.statuses <= {200, 202, status}
                and http == status
                and {name for name, _ in refusals} == ({reason} if reason else set())
                and (outcome.text, outcome.oauth_error) == (expected_text, expected_error)
                and (outcome.challenge is None) == (status == 200),
                challenge=outcome.challenge,
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
        # That a client comes without a token is no warning.
        logger.setLevel(logging.INFO)
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
    challenge: str | None


def table(rows: list[Row]) -> str:
    head = (
        "case",
        "HTTP",
        "the client sees",
        "the server logs",
        "number",
        "as expected",
    )
    cells = [(*row[:5], "ok" if row.as_expected else "WRONG") for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, rule, *cells)
    )


def challenges(rows: list[Row]) -> str:
    """Each kind of challenge once, with the first case that it answered."""
    kinds: dict[tuple[str | None, str | None], str] = {}
    for row in rows:
        if row.challenge is not None:
            [challenge] = gatepost.parse_challenges(row.challenge)
            kinds.setdefault(
                (challenge.error, challenge.scope), f"  {row.case}:\n    {row.challenge}"
            )
    return "\n".join(kinds.values())


def part(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value).encode())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


if __name__ == "__main__":
    sys.exit(main())
