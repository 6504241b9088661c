"""``gatepost check``: looks at a running MCP server as a strict client would."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from gatepost._check_rules import Check
from gatepost._examination import Examination, Failed, NotChecked
from gatepost._native import Credentials, resource_metadata_urls
from gatepost._terminal import Row, print_rows
from gatepost._tokens import given
from gatepost.exceptions import GatepostError, PolicyError, RequestError

# However many answers come late: for all of it.
_SECONDS = 60


@dataclass(frozen=True)
class Finding:
    """What became of one check, and what was seen."""

    check: Check
    result: Literal["passed", "failed", "not_checked"]
    found: str | None = None


def check(arguments: argparse.Namespace) -> int:
    """Runs the command. Raises ValueError where it is called wrongly."""
    url: str = arguments.url
    try:
        resource_metadata_urls(url)
    except PolicyError:
        raise ValueError(
            "URL: must be that of an MCP endpoint: https, or http to this machine, "
            "without user and fragment"
        ) from None
    if arguments.token == arguments.foreign_token == "-":
        raise ValueError("standard input has one token: name the other one")
    token = _token("--token", arguments.token)
    foreign_token = _token("--foreign-token", arguments.foreign_token)
    origin = _origin_of(url if arguments.origin is None else arguments.origin)
    findings = asyncio.run(_examine(url, origin, token, foreign_token))
    ok = not any(finding.result == "failed" for finding in findings)
    if sys.stdout.isatty():
        counted = [
            f"{sum(finding.result == result for finding in findings)} {mark}"
            for result, (mark, _) in _MARKS.items()
        ]
        print_rows(url, list(map(_row, findings)), ", ".join(counted))
    else:
        checks = list(map(_members, findings))
        print(json.dumps({"ok": ok, "url": url, "checks": checks}))
    return 0 if ok else 1


async def _examine(
    url: str, origin: str, token: str | None, foreign_token: str | None
) -> list[Finding]:
    try:
        import httpx2
    except ImportError:
        raise ValueError("servers are asked with httpx2: pip install 'gatepost[http]'") from None

    findings: list[Finding] = []
    # What comes by http stays on this machine: no proxy.
    async with httpx2.AsyncClient(trust_env=url.startswith("https:")) as client:
        deadline = asyncio.get_running_loop().time() + _SECONDS
        examination = Examination(client, url, origin, token, foreign_token, deadline)
        for rule, examine in examination.checks:
            try:
                findings.append(Finding(rule, "passed", await examine()))
            except (Failed, GatepostError) as failed:
                findings.append(Finding(rule, "failed", str(failed)))
            except NotChecked as why:
                findings.append(Finding(rule, "not_checked", str(why)))
    return findings


def _token(option: str, argument: str | None) -> str | None:
    if argument is None:
        return None
    if argument == "-":
        argument = given().decode("latin-1")
    try:
        if Credentials.from_values([f"Bearer {argument}"]).token is not None:
            return argument
    except (RequestError, ValueError):
        # What is in the way is not said: it could be most of a token.
        pass
    raise ValueError(f"{option}: no access token")


def _origin_of(url: str) -> str:
    """As browsers write it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("--origin: no URL") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isascii():
        raise ValueError("--origin: must be that of a page, such as https://app.example.com")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual) else f":{port}")


_MARKS = {
    "passed": ("passed", "green"),
    "failed": ("failed", "bold red"),
    "not_checked": ("not checked", "dim"),
}


def _row(finding: Finding) -> Row:
    lines = [finding.check.asks]
    if finding.found is not None:
        lines.append(f"found: {finding.found}" if finding.result == "failed" else finding.found)
    if finding.result == "failed":
        lines += [f"rule:  {finding.check.rule}", f"mend:  {finding.check.mend}"]
    return Row(*_MARKS[finding.result], lines)


def _members(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check.name,
        "asks": finding.check.asks,
        "result": finding.result,
        "rule": finding.check.rule,
        "found": finding.found,
        "mend": finding.check.mend if finding.result == "failed" else None,
    }
