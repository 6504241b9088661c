"""An HTTP server on loopback that answers as a test says, and guards that fetch keys from it."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

import gatepost
from gatepost import KeyRefresh, LiveGuard
from issuer import Issuer

AUDIENCE = "https://mcp.example.com/mcp"
Answer = Callable[["Request"], None]

START = 1_900_000_000
KEYS = "/keys"


class Request(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.owner.asked[self.path] += 1
        try:
            self.server.owner.answers.get(self.path, not_found)(self)
        except ConnectionError:
            # The client has had enough.
            self.close_connection = True

    def handle(self) -> None:
        # Clients that do not trust the certificate end the handshake.
        with suppress(ssl.SSLError, ConnectionError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    owner: KeyServer
    request_queue_size = 128


class KeyServer:
    """`answers` by path, and how often each was `asked`. `down` and `up` are what they say."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self._port = 0
        self.up()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def up(self) -> None:
        self._server = _Server(("127.0.0.1", self._port), Request)
        if self._tls is not None:
            # Each handshake is made by the thread of its connection.
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._server.owner = self
        self._port = self._server.server_port
        # It looks this often whether it is to end.
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def down(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[KeyServer]:
    server = KeyServer(tls)
    try:
        yield server
    finally:
        server.down()


def document(content: dict[str, Any] | bytes, status: int = 200, **headers: str) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def answer(request: Request) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


not_found = document({}, 404)


def after(gate: Event, answer: Answer) -> Answer:
    """`answer`, once `gate` is open."""

    def wait(request: Request) -> None:
        assert gate.wait(60)
        answer(request)

    return wait


def endless(part: bytes, pause: Event | None = None, seconds: float = 0) -> Answer:
    """A good beginning, and then `part` after `part`, for as long as anybody reads."""

    def answer(request: Request) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(part)
            if pause is not None and pause.wait(seconds):
                return

    return answer


class Clock:
    def __init__(self) -> None:
        self.now: float = START

    def __call__(self) -> float:
        return self.now


def issuer_of(server: KeyServer, jwks_uri: str | None = KEYS) -> gatepost.Issuer:
    return gatepost.issuer(
        server.url,
        AUDIENCE,
        jwks_uri=jwks_uri and server.url + jwks_uri,
        loopback_for_development=True,
    )


def guard_of(
    server: KeyServer, clock: Clock, jwks_uri: str | None = KEYS, timeout: int = 60
) -> LiveGuard:
    """Its fetches end after four fifths of `timeout`."""
    issuer = issuer_of(server, jwks_uri)
    return LiveGuard(issuer, clock=clock, refresh=lambda: KeyRefresh(timeout=timeout))


def head_of(signer: Issuer, **header: Any) -> gatepost.RequestHead:
    claims = signer.claims(AUDIENCE, iat=START, nbf=START, exp=START + 1_000_000)
    token = signer.sign(claims, **header)
    return gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])


def verdict(decided: gatepost.Principal | gatepost.Response) -> str | None:
    return decided.subject if isinstance(decided, gatepost.Principal) else decided.reason


Ask = Callable[[LiveGuard, gatepost.RequestHead], "gatepost.Principal | gatepost.Response"]


def ask_in_a_loop(
    live: LiveGuard, head: gatepost.RequestHead
) -> gatepost.Principal | gatepost.Response:
    return asyncio.run(live.authenticate_async(head))


BOTH = pytest.mark.parametrize("ask", [LiveGuard.authenticate, ask_in_a_loop])


def fetches_end() -> bool:
    return not any(thread.name == "gatepost-keys" for thread in threading.enumerate())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)
