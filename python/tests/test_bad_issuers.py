"""Whatever an issuer answers in place of its keys, the keys there are serve on."""

from __future__ import annotations

import gzip
import json
import time
from threading import Event

import pytest
from key_server import (
    BOTH,
    KEYS,
    START,
    Answer,
    Ask,
    Clock,
    KeyServer,
    Request,
    document,
    endless,
    fetches_end,
    guard_of,
    head_of,
    verdict,
    wait_until,
)

import gatepost
from gatepost import LiveGuard
from issuer import Issuer

PAUSE = Event()


def no_http(request: Request) -> None:
    request.wfile.write(b"220 mail.example.com ESMTP\r\n")


def hang_up(request: Request) -> None:
    request.close_connection = True


def cut_short(request: Request) -> None:
    """A whole set with one key, which would be of use, but was to become longer."""
    jwks = json.dumps({"keys": [Issuer("https://as.example.com").jwks()["keys"][0]]})
    request.send_response(200)
    request.send_header("content-length", str(len(jwks) + 1))
    request.end_headers()
    request.wfile.write(jwks.encode())


def dripping_head(request: Request) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    endless_body(request)


endless_body = endless(b"x", PAUSE, 0.05)
BAD_DAYS: dict[str, Answer] = {
    "garbage": document(b"<html>busy</html>"),
    "no key": document({"keys": []}),
    "no key of use": document({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}),
    "private": document({"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}),
    "error": document(b"", 500),
    "not modified": document(b"", 304),
    "redirect": document(b"", 302, location=KEYS + "/elsewhere"),
    "no HTTP": no_http,
    "nothing": hang_up,
    "cut short": cut_short,
    "huge": endless(bytes(1 << 16)),
    "compressed": document(gzip.compress(bytes(1 << 24)), content_encoding="gzip"),
    "slow": endless(b" ", PAUSE, 0.05),
    "slow from the first line on": dripping_head,
}
SLOW = ("slow", "slow from the first line on")


@BOTH
@pytest.mark.parametrize("day", [day for day in BAD_DAYS if day not in SLOW])
def test_a_bad_answer_loses_nothing(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock, ask: Ask, day: str
) -> None:
    good = server.answers[KEYS]
    attackers = Issuer(server.url)
    attackers.rotate()
    server.answers[KEYS + "/elsewhere"] = document(attackers.jwks())
    assert verdict(ask(live, head_of(signer))) == "alice"
    server.answers[KEYS] = BAD_DAYS[day]
    for later in (3600, 3630):
        clock.now = START + later
        assert verdict(ask(live, head_of(signer))) == "alice"
        wait_until(fetches_end)
        assert verdict(ask(live, head_of(attackers))) == "keys_unavailable"
    assert server.asked == {KEYS: 3}
    server.answers[KEYS] = good
    clock.now = START + 3660
    assert verdict(ask(live, head_of(attackers))) == "key_not_found"
    assert verdict(ask(live, head_of(signer))) == "alice"


@BOTH
@pytest.mark.parametrize("day", SLOW)
def test_a_slow_answer_is_given_up_and_loses_nothing(
    server: KeyServer, signer: Issuer, clock: Clock, ask: Ask, day: str
) -> None:
    # A fetch ends after 0.8 seconds.
    live = guard_of(server, clock, timeout=1)

    def accepts(head: gatepost.RequestHead) -> bool:
        clock.now += 30
        return verdict(ask(live, head)) == "alice"

    # Good answers may be late too, on a busy machine.
    wait_until(lambda: accepts(head_of(signer)))
    server.answers[KEYS] = BAD_DAYS[day]
    clock.now += 3600
    before = time.monotonic()
    assert verdict(ask(live, head_of(signer))) == "alice"
    # As endless as the answer is, the fetch is not.
    wait_until(fetches_end)
    assert time.monotonic() - before >= 0.8
    assert verdict(ask(live, head_of(signer, kid="new"))) == "keys_unavailable"
    signer.rotate()
    assert verdict(ask(live, head_of(signer))) == "keys_unavailable"
    server.answers[KEYS] = document(signer.jwks())
    wait_until(lambda: accepts(head_of(signer)))


def test_no_more_is_read_than_a_key_set_has(
    server: KeyServer, signer: Issuer, live: LiveGuard
) -> None:
    sent = 0

    def huge(request: Request) -> None:
        nonlocal sent
        request.send_response(200)
        request.send_header("content-length", str(1 << 30))
        request.end_headers()
        for _ in range(1 << 14):
            request.wfile.write(bytes(1 << 16))
            sent += 1 << 16

    server.answers[KEYS] = huge
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    # Of 1 GiB, what fits into the buffers on the way.
    assert sent < 1 << 26


@pytest.mark.parametrize(
    ("day", "text", "reason"),
    [
        ("error", "status 500", "keys_unavailable"),
        ("redirect", "status 302", "keys_unavailable"),
        ("compressed", "compressed, which was not asked for", "keys_unavailable"),
        ("huge", "more than 1 MiB", "keys_unavailable"),
        ("slow", "TimeoutError", "keys_unavailable"),
        ("no HTTP", "RemoteProtocolError", "keys_unavailable"),
        ("cut short", "RemoteProtocolError", "keys_unavailable"),
        ("not modified", "status 304", "keys_unavailable"),
        ("garbage", "the input is not one valid JSON object", "invalid_json"),
    ],
)
def test_the_log_says_why_keys_were_not_fetched(
    server: KeyServer,
    signer: Issuer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    day: str,
    text: str,
    reason: str,
) -> None:
    server.answers[KEYS] = BAD_DAYS[day]
    live = guard_of(server, clock, timeout=1 if day in SLOW else 60)
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    [record] = caplog.records
    assert record.name == "gatepost"
    assert record.getMessage() == f"no keys of {server.url}: {text}"
    assert record.__dict__["reason"] == reason
