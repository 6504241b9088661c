"""The demo as a user runs it: every row as expected, and nothing left running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from conftest import interruptible
from gatepost._native import REASONS
from gatepost.testing import BAD_TOKENS

DEMO = Path(__file__).parents[2] / "examples/mcp-server/python/demo.py"

# Case, HTTP status, reason and number, as the table must show them.
NUMBERS = {name: str(number) for number, name, *_ in REASONS}
ROWS = [
    ("good token, RS256", "200", "-", "-"),
    ("good token, ES256", "200", "-", "-"),
    ("good token, EdDSA", "200", "-", "-"),
    ("expired, inside the leeway", "200", "-", "-"),
    ("no token", "401", "credentials_missing", "111"),
    ("missing scope", "403", "insufficient_scope", "601"),
    *(
        (kind.replace("_", " "), "401", reason, NUMBERS[reason])
        for kind, reason in BAD_TOKENS.items()
    ),
    ("rotated key, at once", "401", "key_not_found", "301"),
    ("rotated key, half a minute later", "200", "-", "-"),
    ("retired key", "401", "key_not_found", "301"),
    ("a tool that needs more", "403", "insufficient_scope", "601"),
    ("a tool that needs more, asked for", "200", "-", "-"),
]


def test_every_row_is_as_expected() -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", DEMO], capture_output=True, text=True, timeout=120
    )
    assert (result.returncode, result.stderr) == (0, "")
    cells = [re.split(r"\s{2,}", line) for line in result.stdout.splitlines()]
    rows = [row for row in cells if row[-1] in ("ok", "WRONG")]
    assert [(case, http, reason, number) for case, http, _, reason, number, _ in rows] == ROWS
    assert {row[-1] for row in rows} == {"ok"}
    # What clients are told: without a token no error, and of a tool all the scopes it needs.
    told = [line.strip() for line in result.stdout.splitlines() if line.startswith("    Bearer ")]
    forms = [re.sub(r'error_description="[^"]*", |, resource_metadata=.*', "", it) for it in told]
    assert forms == [
        'Bearer scope="tools:call"',
        'Bearer error="insufficient_scope", scope="tools:call"',
        'Bearer error="invalid_token", scope="tools:call"',
        'Bearer error="insufficient_scope", scope="tools:call profile"',
    ]
    assert all("/.well-known/oauth-protected-resource/mcp" in it for it in told)


def test_an_interrupt_ends_everything() -> None:
    with interruptible():
        demo = subprocess.Popen(
            [sys.executable, "-u", DEMO], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    with demo:
        assert demo.stdout is not None
        # Both servers run once their addresses are printed.
        for line in demo.stdout:
            if line.startswith("MCP server"):
                break
        os.kill(demo.pid, signal.SIGINT)
        _, err = demo.communicate(timeout=60)
    assert (demo.returncode, err) == (130, "")
