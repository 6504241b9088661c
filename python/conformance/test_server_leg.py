"""The official suite against a server, guarded and not: what a guard costs it.

The suite has no scenario for a server's authorization, and sends no token. So a relay adds one:
what is compared is what a guard lets through, or spoils.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import gatepost
from fixture_server import application
from gatepost.testing import LocalIssuer
from loopback import listener, serving
from node_tools import Run, required, run_suite
from relay import Relay

# The extension for long tasks, which this SDK does not have (no revision requires it).
NOT_IN_THE_SDK = "tasks-"


@dataclass
class Servers:
    unguarded: str
    guarded: str
    relayed: str


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    of_unguarded, unguarded = listener()
    of_guarded, guarded = listener()
    of_relay, relay = listener()
    resource = f"{guarded}/mcp"
    issuer = LocalIssuer(audience=resource, scope="tools:call")
    # The suite asks as a page of the server that it knows would.
    origins = [relay, relay.replace("127.0.0.1", "localhost")]
    guard = gatepost.LiveGuard(
        issuer.trusted(resource=resource), base_scopes="tools:call", origins=origins
    )
    with ExitStack() as stack:
        stack.enter_context(serving(application(), of_unguarded))
        stack.enter_context(serving(application(guard), of_guarded))
        stack.enter_context(serving(Relay(guarded, issuer.token), of_relay))
        yield Servers(f"{unguarded}/mcp", resource, f"{relay}/mcp")


def test_it_is_the_relay_that_is_let_in(servers: Servers) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream"}

    def status(url: str) -> int:
        return httpx2.post(url, json=message, headers=headers).status_code

    assert status(servers.guarded) == 401
    # What the server itself has against a request without a session.
    assert status(servers.relayed) == status(servers.unguarded) == 400


@pytest.mark.parametrize("revision", ["2025-06-18", "2025-11-25", "2026-07-28"])
def test_behind_a_guard_no_check_is_lost(servers: Servers, tmp_path: Path, revision: str) -> None:
    # The suite has requirements of its own for the two newer revisions.
    which = ["--suite", "all", "--spec-version", revision]
    if revision != "2025-06-18":
        which = ["--requirements", revision]
    unguarded = run_suite(tmp_path / "unguarded", "server", "--url", servers.unguarded, *which)
    guarded = run_suite(tmp_path / "guarded", "server", "--url", servers.relayed, *which)

    assert counted(unguarded) - counted(guarded) == Counter()
    # Nor is there a check that was not made.
    assert made(guarded) == made(unguarded)
    # And there is something to lose: every fixture is there.
    failed = [
        check
        for check in unguarded.of("FAILURE", "WARNING", "SKIPPED")
        if not check.scenario.startswith(NOT_IN_THE_SDK)
    ]
    assert failed == []
    passed = {check.scenario for check in guarded.of("SUCCESS")}
    if revision != "2025-06-18":
        assert required(revision, "Server") <= passed
    print(f"{revision}: {len(guarded.of('SUCCESS'))} checks of {len(passed)} scenarios")


def counted(run: Run) -> Counter[tuple[str, str, str]]:
    """How often each check came to each result; what the suite only notes is left out."""
    return Counter(
        (check.scenario, check.id, check.status) for check in run.checks if check.status != "INFO"
    )


def made(run: Run) -> Counter[tuple[str, str]]:
    return Counter((check.scenario, check.id) for check in run.checks if check.status != "INFO")
