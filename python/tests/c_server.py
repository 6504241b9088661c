"""Runs ffi/examples/server, which GATEPOST_C_SERVER names; `make test-python` builds it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVER = os.environ.get("GATEPOST_C_SERVER", "")
needs_c_server = pytest.mark.skipif(
    not SERVER, reason="GATEPOST_C_SERVER does not name the C server (scripts/test_python.sh does)"
)


class Clock:
    """What time it is for a server: later than it is, where a test says so (ffi/tests/clock.c)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clock"
        self.forward(0)

    def forward(self, seconds: int) -> None:
        # The server reads it at any time: it is never half written.
        new = self.path.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.path)


@contextmanager
def c_server(
    resource: str, issuer: str, jwks_url: str, *more: str, clock: Clock | None = None
) -> Iterator[str]:
    """The URL of the server. It has to end well when it is told to, whatever happened to it."""
    # A second between two fetches: nobody has to wait for long.
    options = ["-r", resource, "-i", issuer, "-j", jwks_url, "-c", "1", *more]
    env = os.environ if clock is None else os.environ | {"GATEPOST_TEST_CLOCK": str(clock.path)}
    with subprocess.Popen(
        [SERVER, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            assert url, "the server has not started"
            yield url
        finally:
            server.terminate()
            _, said = server.communicate(timeout=60)
    # Sanitizers say what they found, leaks included.
    assert (server.returncode, said) == (0, "")
