"""The whole way of an access token, over loopback: issuer, guarded MCP server, MCP client.

Starts a development issuer and a guarded MCP server, calls a tool of the server with the official
SDK's own client and one access token after the other, and prints what became of each. Ends with 0
if all went as it must, else with 1.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from contextlib import ExitStack
from typing import NamedTuple

import httpx2

import gatepost
from client import call_tool
from gatepost.testing import BAD_TOKENS, LocalIssuer
from loopback import listener, serving
from server import guarded_app


def main() -> int:
    try:
        with ExitStack() as running:
            server_socket, server_url = listener()
            clock = Clock()
            issuer = running.enter_context(
                LocalIssuer.served(
                    f"{server_url}/mcp",
                    algorithms=("ES256", "RS256", "EdDSA"),
                    client_id="demo-client",
                    scope="tools:call",
                    clock=clock,
                )
            )
            app = guarded_app(issuer.trusted(), clock)
            running.enter_context(serving(app, server_socket))

            demo = Demo(issuer, clock)
            asyncio.run(demo.run())
            print(table(demo.rows))
            print(f"\nWWW-Authenticate\n{challenges(demo.rows)}")
    except KeyboardInterrupt:
        return 130
    wrong = sum(not row.as_expected for row in demo.rows)
    print(f"\n{len(demo.rows)} requests, {wrong or 'none'} of them not as expected")
    return 1 if wrong else 0


class Clock:
    """Stands still but for when it is put forward: so nobody has to wait, or is too late."""

    def __init__(self) -> None:
        self.now = int(time.time())

    def __call__(self) -> float:
        return self.now


class Demo:
    """The client's side: sends tokens, notes what came back and what the server logged."""

    def __init__(self, issuer: LocalIssuer, clock: Clock) -> None:
        self.issuer = issuer
        self.clock = clock
        self.resource = issuer.audience
        self.rows: list[Row] = []
        self._log = RefusalLog()

    async def run(self) -> None:
        issuer = self.issuer
        print(f"issuer      {issuer.url}\nMCP server  {self.resource}\n")

        for algorithm in ("RS256", "ES256", "EdDSA"):
            token = await asyncio.to_thread(self.fetch_token, algorithm)
            await self.call(f"good token, {algorithm}", token, 200)
        just_expired = issuer.token(exp=self.clock.now - 10)
        await self.call("expired, inside the leeway", just_expired, 200)

        await self.call("no token", None, 401, "credentials_missing")
        scopes = issuer.token(scope="other")
        await self.call("missing scope", scopes, 403, "insufficient_scope")
        for kind, reason in BAD_TOKENS.items():
            await self.call(kind.replace("_", " "), issuer.bad(kind), 401, reason)

        before = issuer.token()
        issuer.rotate()
        rotated = issuer.token()
        await self.call("rotated key, at once", rotated, 401, "key_not_found")
        self.clock.now += 30
        await self.call("rotated key, half a minute later", rotated, 200)
        await self.call("retired key", before, 401, "key_not_found")

        # A tool of its own scopes, of which the client only hears once it calls it.
        step_up = "a tool that needs more"
        await self.call(step_up, rotated, 403, "insufficient_scope", tool="whoami")
        enough = issuer.token(scope="tools:call profile")
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

    def fetch_token(self, algorithm: str) -> str:
        """A token from the issuer's token endpoint."""
        form = {
            "grant_type": "client_credentials",
            "resource": self.resource,
            "algorithm": algorithm,
        }
        answer = httpx2.post(f"{self.issuer.url}/token", data=form).raise_for_status()
        return str(answer.json()["access_token"])


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


if __name__ == "__main__":
    sys.exit(main())
