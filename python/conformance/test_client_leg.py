"""The official suite against a client: each scenario of authorization, one by one."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from node_tools import FOLDER, required, run_suite

COMMAND = shlex.join([sys.executable, str(FOLDER / "suite_client.py")])

METADATA = ["metadata-default", "metadata-var1", "metadata-var2", "metadata-var3"]
SCENARIOS = {
    "2025-11-25": [
        *METADATA,
        "basic-cimd",
        "scope-from-www-authenticate",
        "scope-from-scopes-supported",
        "scope-omitted-when-undefined",
        "scope-step-up",
        "scope-retry-limit",
        "token-endpoint-auth-basic",
        "token-endpoint-auth-post",
        "token-endpoint-auth-none",
        "pre-registration",
    ],
}
SCENARIOS["2026-07-28"] = [
    *SCENARIOS["2025-11-25"],
    "resource-mismatch",
    "offline-access-scope",
    "offline-access-not-supported",
    "authorization-server-migration",
    "iss-supported",
    "iss-not-advertised",
    "iss-supported-missing",
    "iss-wrong-issuer",
    "iss-unexpected",
    "iss-normalized",
    "metadata-issuer-mismatch",
]


@pytest.mark.parametrize("revision", SCENARIOS)
def test_these_are_all_that_the_revision_requires(revision: str) -> None:
    asked = {f"auth/{name}" for name in SCENARIOS[revision]}
    assert asked == {name for name in required(revision, "Client") if name.startswith("auth/")}


@pytest.mark.parametrize(
    ("revision", "scenario"),
    [(revision, name) for revision, names in SCENARIOS.items() for name in names],
)
def test_a_client_of_gatepost_does_as_it_should(
    revision: str, scenario: str, tmp_path: Path
) -> None:
    run = run_suite(
        tmp_path,
        "client",
        *("--command", COMMAND),
        *("--scenario", f"auth/{scenario}"),
        *("--spec-version", revision),
    )
    assert run.of("FAILURE", "WARNING", "SKIPPED") == [], run.output
    assert run.of("SUCCESS")
    assert run.status == 0, run.output
