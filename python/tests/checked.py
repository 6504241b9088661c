"""Guarded servers and what can be wrong with them, for `gatepost check`, and a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from authorization_server import AuthorizationServer
from guarded import guarded
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import gatepost
from gatepost.__main__ import main
from loopback import listener, serving

OTHER = "https://other.example.com/mcp"
PLACE = "/.well-known/oauth-protected-resource"


@dataclass
class Request:
    method: str
    path: str
    query: bytes
    headers: dict[str, str]

    @property
    def is_bare(self) -> bool:
        """A message without credentials, not of a page."""
        names = {"authorization", "origin"}
        return self.method == "POST" and not self.query and not names & self.headers.keys()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def edit(self, **members: Any) -> None:
        """Changes a JSON document."""
        self.body = json.dumps(json.loads(self.body) | members).encode()
        self.headers["content-length"] = str(len(self.body))


Breaks = Callable[[Request, Answer], None]


def broken(app: ASGIApp, breaks: Breaks) -> ASGIApp:
    """`app`, whose answers are changed on their way."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        answer = Answer(0, {}, b"")

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {
                    name.decode().lower(): value.decode() for name, value in message["headers"]
                }
                return
            answer.body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            breaks(Request(scope["method"], scope["path"], scope["query_string"], headers), answer)
            encoded = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": encoded,
                }
            )
            await send({"type": "http.response.body", "body": answer.body})

        await app(scope, receive, collect)

    return run


@dataclass
class Servers:
    """A guarded server, and the authorization server of its tokens."""

    url: str
    token: str
    foreign_token: str


def nothing(_: Request, __: Answer) -> None:
    pass


@contextmanager
def served(
    of_resource: Breaks = nothing,
    of_issuer: Breaks = nothing,
    path: str = "/mcp",
    audiences: tuple[str, ...] = (),
) -> Iterator[Servers]:
    of_mcp, mcp_url = listener()
    at_issuer, issuer_url = listener()
    resource = mcp_url + path
    authorization = AuthorizationServer(issuer_url, resource)
    issuer = authorization.issuer
    validator = gatepost.Validator(
        gatepost.Policy(issuer.url, [resource, *audiences]),
        gatepost.KeySet.from_jwks(issuer.jwks()),
    )
    app = guarded(gatepost.Guard(resource, validator, base_scopes="tools:call"))
    foreign_token = issuer.sign(issuer.claims(OTHER))
    servers = Servers(resource, issuer.sign(issuer.claims(resource)), foreign_token)
    with (
        serving(broken(app, of_resource), of_mcp),
        serving(broken(authorization.app(), of_issuer), at_issuer),
    ):
        yield servers


class Check:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, dict[str, str], dict[str, str | None]]:
        """The exit status, and the result and what was found by check."""
        status = main(["check", *arguments])
        out, err = self._capsys.readouterr()
        assert (err, out.count("\n")) == ("", 1)
        answer = json.loads(out)
        assert (answer["ok"], answer["url"]) == (status == 0, arguments[0])
        results = {}
        for check in answer["checks"]:
            results[check["check"]] = check["result"]
            assert check["rule"]
            assert (check["mend"] is None) is (check["result"] != "failed")
        return status, results, {check["check"]: check["found"] for check in answer["checks"]}

    def whole(self, servers: Servers) -> tuple[int, dict[str, str], dict[str, str | None]]:
        tokens = ["--token", servers.token, "--foreign-token", servers.foreign_token]
        return self(servers.url, *tokens)


def says(**members: Any) -> Breaks:
    """Documents say something else."""

    def breaks(request: Request, answer: Answer) -> None:
        if request.path.startswith("/.well-known/") and answer.status == 200:
            answer.edit(**members)

    return breaks


def is_answered(
    method: str,
    status: int | None = None,
    asking: Callable[[Request], bool] = lambda _: True,
    **headers: str | None,
) -> Breaks:
    """Some requests get another status, or other headers."""

    def breaks(request: Request, answer: Answer) -> None:
        if request.method == method and asking(request):
            answer.status = status or answer.status
            for name, value in headers.items():
                answer.headers.pop(name.replace("_", "-"), None)
                if value is not None:
                    answer.headers[name.replace("_", "-")] = value

    return breaks


def brings(credentials: str) -> Callable[[Request], bool]:
    return lambda request: request.headers.get("authorization", "").startswith(credentials)


def has_query(request: Request) -> bool:
    return bool(request.query)


def of_page(request: Request) -> bool:
    return "origin" in request.headers


MADE_UP = "Bearer made-up"
REAL = "Bearer ey"

RUN = "import sys; from gatepost.__main__ import main; sys.exit(main())"
WITHOUT_RICH = "import sys; sys.modules['rich'] = None; "


def at_a_terminal(code: str, arguments: list[str], stdin: str = "") -> tuple[int, str]:
    """The exit status of a command, and what it printed on a terminal of 100 columns."""
    terminal, its_end = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=its_end,
        env=environment,
        text=True,
    ) as process:
        os.close(its_end)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        printed = b""
        # Linux says so once nobody has the other end any more.
        try:
            while part := os.read(terminal, 4096):
                printed += part
        except OSError:
            pass
    os.close(terminal)
    return process.returncode, printed.decode().replace("\r\n", "\n")
