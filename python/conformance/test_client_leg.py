"""The official suite against a client: each scenario of authorization, one by one."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from node_tools import FOLDER, Run, required, run_suite

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


CASES = [(revision, name) for revision, names in SCENARIOS.items() for name in names]


class Ahead:
    """Runs scenarios, and those behind them in the list at the same time."""

    def __init__(self, pool: Executor, workers: int, folder: Path) -> None:
        self._pool = pool
        self._workers = workers
        self._folder = folder
        self._runs: dict[tuple[str, str], Future[Run]] = {}

    def run(self, case: tuple[str, str]) -> Run:
        at = CASES.index(case)
        for ahead in CASES[at : at + self._workers]:
            if ahead not in self._runs:
                self._runs[ahead] = self._pool.submit(self._run, *ahead)
        return self._runs[case].result()

    def _run(self, revision: str, scenario: str) -> Run:
        return run_suite(
            self._folder / revision / scenario,
            "client",
            *("--command", COMMAND),
            *("--scenario", f"auth/{scenario}"),
            *("--spec-version", revision),
        )


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ahead]:
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        yield Ahead(pool, workers, tmp_path_factory.mktemp("client"))


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_a_client_of_gatepost_does_as_it_should(case: tuple[str, str], ahead: Ahead) -> None:
    run = ahead.run(case)
    assert run.of("FAILURE", "WARNING", "SKIPPED") == [], run.output
    assert run.of("SUCCESS")
    assert run.status == 0, run.output
