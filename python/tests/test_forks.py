"""What was made before a fork works in the child as well, as behind a server that loads first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Since 3.12 Python warns of a fork with threads, which is what is tried here.
PROGRAM = """
import json, os, sys, time, traceback

import gatepost
from gatepost.introspection import IntrospectionClient, Introspector
from gatepost.testing import LocalIssuer

RESOURCE = "https://mcp.example.com/mcp"


def subject(guard, token):
    head = gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])
    decided = guard.authenticate(head)
    return decided.reason if isinstance(decided, gatepost.Response) else decided.subject


def client():
    import httpx2

    made.append(os.getpid())

    def answer(request):
        claims = {"active": True, "sub": "opaque", "aud": RESOURCE, "exp": time.time() + 60}
        return httpx2.Response(200, json=claims)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


made = []
with LocalIssuer.served(RESOURCE) as issuer:
    introspector = Introspector(
        IntrospectionClient("https://as.example.com/introspect", "a", "b", client=client)
    )
    trusted = issuer.trusted()
    guard = gatepost.LiveGuard(
        gatepost.issuer(issuer.url, RESOURCE, loopback_for_development=True),
        introspection=introspector,
    )
    if sys.argv[1] == "used":
        assert [subject(guard, issuer.token(sub="a")), subject(guard, "b")] == ["a", "opaque"]
    child = os.fork()
    if child == 0:
        status = 1
        try:
            assert [subject(guard, issuer.token(sub="a")), subject(guard, "c")] == ["a", "opaque"]
            assert made[-1] == os.getpid()
            introspector.close()
            status = 0
        except BaseException:
            traceback.print_exc()
        os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert ended == 0
    assert [subject(guard, issuer.token(sub="a")), subject(guard, "d")] == ["a", "opaque"]
    introspector.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.parametrize("before", ["new", "used"])
def test_a_child_asks_for_itself(before: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, before],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
