"""The demo as a user runs it: every row as expected, and nothing left running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples/mcp-server/python/demo.py"

# Case, HTTP status, reason and number, as the table must show them.
ROWS = [
    ("good token, RS256", "200", "-", "-"),
    ("good token, ES256", "200", "-", "-"),
    ("good token, EdDSA", "200", "-", "-"),
    ("expired, inside the leeway", "200", "-", "-"),
    ("no token", "401", "credentials_missing", "111"),
    ("expired", "401", "expired", "501"),
    ("not yet valid", "401", "not_yet_valid", "502"),
    ("wrong audience", "401", "audience_mismatch", "505"),
    ("wrong issuer", "401", "issuer_mismatch", "504"),
    ("missing audience", "401", "missing_claim", "506"),
    ("missing scope", "403", "insufficient_scope", "601"),
    ("tampered payload", "401", "invalid_signature", "401"),
    ("alg none", "401", "algorithm_not_allowed", "202"),
    ("RS256 public key as HS256 secret", "401", "algorithm_not_allowed", "202"),
    ("unknown crit", "401", "critical_not_understood", "204"),
    ("unknown key", "401", "key_not_found", "301"),
    ("rotated key, old key set", "401", "key_not_found", "301"),
    ("rotated key, after replace_keys", "200", "-", "-"),
    ("retired key, after replace_keys", "401", "key_not_found", "301"),
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
        'Bearer error="invalid_token", scope="tools:call"',
        'Bearer error="insufficient_scope", scope="tools:call"',
        'Bearer error="insufficient_scope", scope="tools:call profile"',
    ]
    assert all("/.well-known/oauth-protected-resource/mcp" in it for it in told)


def test_an_interrupt_ends_everything() -> None:
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
