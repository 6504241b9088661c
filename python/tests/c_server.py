"""Runs ffi/examples/server, which GATEPOST_C_SERVER names; `make test-python` builds it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SERVER = os.environ.get("GATEPOST_C_SERVER", "")
needs_c_server = pytest.mark.skipif(
    not SERVER, reason="GATEPOST_C_SERVER does not name the C server (scripts/test_python.sh does)"
)


@contextmanager
def c_server(resource: str, issuer: str, jwks_url: str, *more: str) -> Iterator[str]:
    """The URL of the server. It has to end well when it is told to, whatever happened to it."""
    # A second between two fetches: nobody has to wait for long.
    options = ["-r", resource, "-i", issuer, "-j", jwks_url, "-c", "1", *more]
    with subprocess.Popen(
        [SERVER, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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
