"""ffi/examples/server: when it fetches keys, and what it answers meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from c_server import SERVER, Clock, c_server, needs_c_server
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from issuer import Issuer
from loopback import listener, serving

pytestmark = needs_c_server

RESOURCE = "https://mcp.example.com/mcp"
# How long keys are fresh where the issuer says nothing (GATEPOST_REFRESH_USE_KEYS).
KEY_LIFETIME = 3600
MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "any"}}


class Published:
    """An issuer and its keys, where a test says how they are published."""

    def __init__(self) -> None:
        self.issuer = Issuer("https://as.example.com")
        # Held while keys change: a token is never signed by one key in the name of another.
        self.lock = threading.Lock()
        self.answer = self.keys
        self.fetches: list[dict[bytes, bytes]] = []
        # Answers wait for it, though not for ever.
        self.gate = threading.Event()
        self.gate.set()
        self.has_answered_late = False

    def keys(self) -> Response:
        with self.lock:
            return Response(json.dumps(self.issuer.jwks()))

    def token(self) -> str:
        with self.lock:
            # It outlives the keys, where a test puts the clock forward.
            claims = self.issuer.claims(RESOURCE, exp=int(time.time()) + 2 * KEY_LIFETIME)
            return self.issuer.sign(claims)

    def rotate(self) -> None:
        with self.lock:
            self.issuer.rotate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.fetches.append(dict(scope["headers"]))
            if not await asyncio.to_thread(self.gate.wait, 30):
                self.has_answered_late = True
            await self.answer()(scope, receive, send)


class Server:
    """The C server, from where a client sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx2.Client(timeout=30)

    def ask(self, token: str) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token}"}
        return self.client.post(f"{self.url}/mcp", json=MESSAGE, headers=headers)

    def connect(self) -> socket.socket:
        url = urlsplit(self.url)
        return socket.create_connection((url.hostname or "", url.port or 0), timeout=30)


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def server(published: Published, clock: Clock) -> Iterator[Server]:
    listening, url = listener()
    with contextlib.ExitStack() as stack:
        stack.enter_context(serving(published, listening))
        # What the issuer has not answered it answers when the server has ended.
        stack.callback(published.gate.set)
        jwks_url = f"{url}/jwks"
        server = Server(
            stack.enter_context(c_server(RESOURCE, published.issuer.url, jwks_url, clock=clock))
        )
        stack.enter_context(server.client)
        yield server


def until(holds: Callable[[], bool]) -> None:
    """Asks again and again, for longer than any time-out that there is."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_nothing_is_fetched_for_who_brings_no_token(published: Published, server: Server) -> None:
    assert server.client.post(f"{server.url}/mcp", json=MESSAGE).status_code == 401
    metadata = f"{server.url}/.well-known/oauth-protected-resource/mcp"
    assert server.client.get(metadata).status_code == 200
    asked = {"origin": "https://app.example.com", "access-control-request-method": "POST"}
    assert server.client.options(f"{server.url}/mcp", headers=asked).status_code == 204
    assert published.fetches == []
    assert server.ask(published.token()).status_code == 200
    assert len(published.fetches) == 1
    assert published.fetches[0][b"cache-control"] == b"no-cache"


def test_as_long_as_the_issuer_is_down_it_is_503(published: Published, server: Server) -> None:
    published.answer = lambda: Response(status_code=500)
    answer = server.ask(published.token())
    assert (answer.status_code, answer.json()["reason"]) == (503, "keys_unavailable")
    assert re.fullmatch(r"[1-9]\d*", answer.headers["retry-after"])
    # What needs no keys goes on.
    assert server.client.post(f"{server.url}/mcp", json=MESSAGE).status_code == 401
    published.answer = published.keys
    until(lambda: server.ask(published.token()).status_code == 200)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(published: Published, server: Server, status: int) -> None:
    there = {"location": "/elsewhere"}
    published.answer = lambda: Response(status_code=status, headers=there)
    assert server.ask(published.token()).status_code == 503
    assert len(published.fetches) == 1


def test_a_set_that_is_too_long_is_none(published: Published, server: Server) -> None:
    keys = published.keys().body
    published.answer = lambda: Response(bytes(keys) + b" " * (1 << 20))
    assert server.ask(published.token()).status_code == 503
    published.answer = lambda: Response(bytes(keys) + b" " * ((1 << 20) - len(keys)))
    until(lambda: server.ask(published.token()).status_code == 200)


def test_new_keys_are_seen_and_old_ones_are_gone(published: Published, server: Server) -> None:
    old = published.token()
    assert server.ask(old).status_code == 200
    published.rotate()
    until(lambda: server.ask(published.token()).status_code == 200)
    answer = server.ask(old)
    assert (answer.status_code, answer.json()["reason"]) == (401, "key_not_found")


def test_keys_stay_where_no_others_can_be_fetched(published: Published, server: Server) -> None:
    known = published.token()
    assert server.ask(known).status_code == 200
    published.answer = lambda: Response(b"no keys")
    unknown = Issuer(published.issuer.url)
    unknown.rotate()
    forged = unknown.sign(unknown.claims(RESOURCE))
    until(lambda: server.ask(forged).status_code == 503)
    assert server.ask(known).status_code == 200


def test_keys_that_have_not_changed_are_not_sent_again(
    published: Published, server: Server
) -> None:
    tagged = {"etag": '"v1"', "cache-control": "public, max-age=600"}
    published.answer = lambda: Response(published.keys().body, headers=tagged)
    known = published.token()
    assert server.ask(known).status_code == 200
    published.answer = lambda: Response(status_code=304, headers=tagged)
    unknown = Issuer(published.issuer.url)
    unknown.rotate()
    forged = unknown.sign(unknown.claims(RESOURCE))

    def is_refused() -> bool:
        answer = server.ask(forged)
        assert (answer.status_code, answer.json()["reason"]) == (401, "key_not_found")
        return len(published.fetches) == 2

    until(is_refused)
    assert published.fetches[1][b"if-none-match"] == b'"v1"'
    assert server.ask(known).status_code == 200


def request(published: Published) -> bytes:
    body = json.dumps(MESSAGE)
    head = (
        "POST /mcp HTTP/1.1\r\nHost: mcp\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer {published.token()}\r\n\r\n"
    )
    return (head + body).encode()


def test_cold_requests_cause_one_fetch(published: Published, server: Server) -> None:
    published.gate.clear()
    cold = request(published)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(200)]
        for connection in connections:
            connection.sendall(cold)
        until(lambda: len(published.fetches) > 0)
        published.gate.set()
        answers = [connection.recv(100) for connection in connections]
    assert Counter(answer.split(b"\r\n")[0] for answer in answers) == {b"HTTP/1.1 200 OK": 200}
    assert len(published.fetches) == 1


def test_nobody_who_has_keys_waits_for_others(
    published: Published, server: Server, clock: Clock
) -> None:
    old = request(published)
    assert server.ask(published.token()).status_code == 200
    published.rotate()
    published.gate.clear()
    clock.forward(KEY_LIFETIME + 1)
    # The issuer does not answer, and each of them is let in by the old keys.
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(100)]
        for connection in connections:
            connection.sendall(old)
        answers = [connection.recv(100) for connection in connections]
    assert Counter(answer.split(b"\r\n")[0] for answer in answers) == {b"HTTP/1.1 200 OK": 100}
    until(lambda: len(published.fetches) == 2)
    published.gate.set()
    # Who needs the new keys waits for the fetch that is under way. Had a request waited for it, it
    # would have been given up, and this one have needed another.
    assert server.ask(published.token()).status_code == 200
    assert len(published.fetches) == 2


def test_old_keys_serve_on_while_the_issuer_is_down(
    published: Published, server: Server, clock: Clock
) -> None:
    token = published.token()
    assert server.ask(token).status_code == 200
    published.answer = lambda: Response(status_code=500)
    clock.forward(KEY_LIFETIME + 1)
    # Each fetch fails, and after a cooldown there is another.
    until(lambda: server.ask(token).status_code == 200 and len(published.fetches) >= 3)
    published.answer = published.keys
    published.rotate()
    # The old keys are gone as soon as others are there, which no request has asked for.
    until(lambda: server.ask(token).status_code == 401)
    assert server.ask(published.token()).status_code == 200


def test_the_server_ends_while_it_fetches_keys(
    published: Published, server: Server, clock: Clock
) -> None:
    token = published.token()
    assert server.ask(token).status_code == 200
    published.gate.clear()
    clock.forward(KEY_LIFETIME + 1)
    assert server.ask(token).status_code == 200
    # The fixture ends the server, and asks whether it ended well.
    until(lambda: len(published.fetches) == 2)


def test_no_request_that_waits_for_keys_keeps_the_server_from_ending(
    published: Published,
) -> None:
    listening, url = listener()
    jwks_url = f"{url}/jwks"
    published.gate.clear()
    with contextlib.ExitStack() as stack:
        stack.enter_context(serving(published, listening))
        stack.callback(published.gate.set)
        # A fetch may take longer than the issuer lets it wait.
        with c_server(RESOURCE, published.issuer.url, jwks_url, "-t", "58") as c_url:
            server = Server(c_url)
            # One of them fetches the keys, the others wait for it.
            for _ in range(5):
                connection = stack.enter_context(server.connect())
                connection.sendall(request(published))
            until(lambda: len(published.fetches) == 1)
        # It has ended, and was not answered.
        assert not published.has_answered_late


@pytest.mark.parametrize("timeout", ["0", "59", "-1", "18446744073709551616"])
def test_a_fetch_has_a_time_out(timeout: str) -> None:
    options = ["-r", RESOURCE, "-i", "https://as.example.com", "-j", "https://as.example.com/j"]
    ended = subprocess.run(
        [SERVER, *options, "-t", timeout], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert "[-t TIMEOUT]" in ended.stderr


def test_threads_go_on_while_keys_change(published: Published, server: Server) -> None:
    began = time.monotonic()
    over = threading.Event()
    forger = Issuer(published.issuer.url)
    forged = forger.sign(forger.claims(RESOURCE))

    def ask(number: int) -> Counter[tuple[int, str | None]]:
        seen: Counter[tuple[int, str | None]] = Counter()
        own = Server(server.url)
        with own.client:
            while not over.is_set():
                answer = own.ask(forged if number == 0 else published.token())
                reason = answer.json().get("reason")
                if number == 0:
                    assert answer.status_code == 401
                seen[answer.status_code, reason] += 1
        return seen

    with ThreadPoolExecutor(20) as threads:
        asking = [threads.submit(ask, number) for number in range(20)]
        try:
            for _ in range(4):
                until(lambda: server.ask(published.token()).status_code == 200)
                published.rotate()
            until(lambda: server.ask(published.token()).status_code == 200)
        finally:
            over.set()
        seen = [thread.result() for thread in asking]
    # A key may be new within the cooldown. Nothing else goes wrong.
    answers = {answer for counter in seen[1:] for answer in counter}
    assert answers <= {(200, None), (401, "key_not_found")}
    assert all(counter[200, None] > 0 for counter in seen[1:])
    assert len(published.fetches) <= time.monotonic() - began + 2


def test_the_audience_may_be_another_than_the_resource(published: Published) -> None:
    listening, url = listener()
    with (
        serving(published, listening),
        c_server(RESOURCE, published.issuer.url, f"{url}/jwks", "-a", "api://mcp") as c_url,
    ):
        server = Server(c_url)
        with server.client:
            own = published.issuer.sign(published.issuer.claims("api://mcp"))
            assert server.ask(own).status_code == 200
            assert server.ask(published.token()).json()["reason"] == "audience_mismatch"


def test_a_body_in_chunks_has_an_end(published: Published, server: Server) -> None:
    head = (
        "POST /mcp HTTP/1.1\r\nHost: mcp\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: Bearer {published.token()}\r\n\r\n"
    ).encode()
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    with server.connect() as connection:
        connection.sendall(head + chunk * 5 + b"0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    # Without an end, the connection has one.
    with server.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(head)
        while True:
            connection.sendall(chunk)


def test_a_request_may_have_so_many_headers(published: Published, server: Server) -> None:
    headers = {f"x-{number}": "y" for number in range(100)}
    headers["authorization"] = f"Bearer {published.token()}"
    answer = server.client.post(f"{server.url}/mcp", json=MESSAGE, headers=headers)
    assert answer.status_code == 431


@pytest.mark.parametrize(
    "url",
    [
        "http://as.example.com/jwks",
        "http://127.0.0.1@as.example.com/jwks",
        "http://127.0.0.1.as.example.com/jwks",
        "http://localhost.example.com/jwks",
        "ftp://127.0.0.1/jwks",
        "file:///jwks",
        "jwks",
        "",
    ],
)
def test_keys_come_by_https_or_from_this_machine(url: str) -> None:
    options = ["-r", RESOURCE, "-i", "https://as.example.com", "-j", url]
    ended = subprocess.run([SERVER, *options], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "JWKS_URL is https, or http on this machine" in ended.stderr
