"""Step-up with the official TypeScript client, at a real provider: oidc-provider."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gatepost
from gatepost.asgi import App
from loopback import listener, serving
from node_tools import FOLDER, NODE, TIMEOUT
from server import guarded_app


def test_the_typescript_client_asks_for_the_scope_that_is_missing() -> None:
    listening, url = listener()
    resource = f"{url}/mcp"
    with (
        provider(resource, "tools:call profile") as process,
        serving(app(process, resource), listening),
    ):
        happened = call_tools(resource, "add", "whoami", "whoami")
        agreed = [said(process)["agreed"] for _ in range(2)]

    assert happened["texts"] == ["5", "alice", "alice"]
    # The user is asked twice: for what the server needs of everybody, and for what one tool needs.
    assert happened["asked"] == ["tools:call", "tools:call profile"]
    assert agreed == [["tools:call"], ["profile"]]
    refusals = [
        (status, gatepost.parse_challenges(at)[0]) for status, at in happened["answers"] if at
    ]
    assert [(status, challenge.error, challenge.scope) for status, challenge in refusals] == [
        (401, None, "tools:call"),
        (403, "insufficient_scope", "tools:call profile"),
    ]


def test_who_has_all_scopes_is_asked_once() -> None:
    """So it is the missing scope that the other test is about."""
    listening, url = listener()
    resource = f"{url}/mcp"
    with (
        provider(resource, "tools:call profile") as process,
        serving(app(process, resource), listening),
    ):
        happened = call_tools(resource, "add", "add")
    assert (happened["texts"], happened["asked"]) == (["5", "5"], ["tools:call"])


@contextmanager
def provider(resource: str, scope: str) -> Iterator[subprocess.Popen[str]]:
    """A provider of access tokens for `resource`; it says first which issuer it is."""
    command = [NODE, str(FOLDER / "provider.mjs"), resource, scope]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        # Its standard input, and so the process, ends with the block.
        yield process


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line of JSON; what else a provider of this kind writes is for people."""
    assert process.stdout is not None
    line = next(line for line in process.stdout if line.startswith("{"))
    found: dict[str, Any] = json.loads(line)
    return found


def app(process: subprocess.Popen[str], resource: str) -> App:
    """The guarded server of the demo, which finds the provider's keys by itself."""
    # Tokens of this provider are of the profile of RFC 9068.
    return guarded_app(
        gatepost.issuer(
            said(process)["issuer"], resource, typ="at+jwt", loopback_for_development=True
        )
    )


def call_tools(resource: str, *tools: str) -> dict[str, Any]:
    done = subprocess.run(
        [NODE, str(FOLDER / "step_up.mjs"), resource, *tools],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    happened: dict[str, Any] = json.loads(done.stdout)
    return happened
