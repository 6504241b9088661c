"""When keys are fetched: by whoever carries it out, as often as the issuer can bear."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Condition, Semaphore
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import KeyRefresh, KeySet
from issuer import Issuer

START = 1_700_000_000


class Unreachable(Exception):
    pass


class Keys:
    """The keys of one issuer for threads that wait for them: what `KeyRefresh` is made for."""

    def __init__(self, validator: gatepost.Validator, fetch: Callable[[], bytes]) -> None:
        self.now = START
        self.fetches: list[int] = []
        self.waiting = Semaphore(0)
        self._validator, self._fetch = validator, fetch
        self._refresh = KeyRefresh()
        self._reported = Condition()

    def validate(self, token: str) -> gatepost.AccessToken:
        while True:
            if self._ask(self._refresh.before_validation) is None:
                continue
            with self._reported:
                generation = self._refresh.generation
            try:
                return self._validator.validate(token, self.now)
            except gatepost.KeyNotFoundError:
                action = self._ask(partial(self._refresh.unknown_key, generation))
                if action is not None and action.reason is not None:
                    raise

    def _ask(
        self, question: Callable[[float], gatepost.RefreshAction]
    ) -> gatepost.RefreshAction | None:
        """What to do, if it is not to ask again."""
        with self._reported:
            action = question(self.now)
            if action.until is not None:
                # The clock of the test stands still meanwhile.
                self.waiting.release()
                assert self._reported.wait(60)
                return None
        if action.fetch is not None:
            self._carry_out(action.fetch)
            return None
        if action.reason == "keys_unavailable":
            raise gatepost.KeysUnavailableError
        return action

    def _carry_out(self, number: int) -> None:
        self.fetches.append(self.now)
        try:
            jwks = self._fetch()
            keys = KeySet.from_jwks(jwks)
        except (Unreachable, gatepost.KeySetError):
            with self._reported:
                self._refresh.failed(number, self.now)
                self._reported.notify_all()
            return
        with self._reported:
            if self._refresh.fetched(number, jwks, now=self.now) == "changed":
                self._validator.replace_keys(keys)
            self._reported.notify_all()


@pytest.fixture
def empty(policy: gatepost.Policy) -> gatepost.Validator:
    """A validator whose keys are nobody's: those of the issuer have to be fetched."""
    return gatepost.Validator(policy, KeySet.from_jwks(Issuer("https://nobody.example").jwks()))


def of_unknown_key(issuer: Issuer, number: int) -> str:
    parts: list[dict[str, Any]] = [
        {"alg": "ES256", "kid": f"unknown-{number}"},
        issuer.claims(AUDIENCE),
    ]
    texts = [json.dumps(part).encode() for part in parts] + [bytes(64)]
    return ".".join(base64.urlsafe_b64encode(text).decode().rstrip("=") for text in texts)


def test_unknown_keys_cause_one_fetch_a_cooldown_while_the_issuer_fails(
    empty: gatepost.Validator, issuer: Issuer
) -> None:
    answers = [json.dumps(issuer.jwks()).encode()]

    def fetch() -> bytes:
        if not answers:
            raise Unreachable
        return answers.pop()

    keys = Keys(empty, fetch)
    token = issuer.sign(issuer.claims(AUDIENCE, iat=START, nbf=START, exp=START + 1000))
    assert keys.validate(token).subject == "alice"
    assert keys.fetches == [START]
    refused: list[str] = []
    for number in range(10_000):
        # One hundred a second, for 100 seconds.
        keys.now = START + 30 + number // 100
        with pytest.raises(gatepost.GatepostError) as caught:
            keys.validate(of_unknown_key(issuer, number))
        refused.append(caught.value.reason)
    assert keys.fetches == [START, START + 30, START + 60, START + 90, START + 120]
    # Whether the key is the issuer's cannot be told: no client is sent for another token.
    assert set(refused) == {"keys_unavailable"}
    # The keys that were fetched before go on.
    assert keys.validate(token).subject == "alice"


@pytest.mark.parametrize("is_up", [True, False])
def test_cold_requests_cause_one_fetch(
    empty: gatepost.Validator, issuer: Issuer, is_up: bool
) -> None:
    requests = 200

    def fetch() -> bytes:
        # Not before all the others wait for it.
        for _ in range(requests - 1):
            assert keys.waiting.acquire(timeout=60)
        if not is_up:
            raise Unreachable
        return json.dumps(issuer.jwks()).encode()

    keys = Keys(empty, fetch)
    token = issuer.sign(issuer.claims(AUDIENCE, iat=START, nbf=START, exp=START + 1000))

    def request(_: int) -> str | None:
        try:
            return keys.validate(token).subject
        except gatepost.KeysUnavailableError as error:
            return error.reason

    with ThreadPoolExecutor(requests) as pool:
        answers = list(pool.map(request, range(requests)))
    assert answers == ["alice" if is_up else "keys_unavailable"] * requests
    assert keys.fetches == [START]


def test_of_threads_that_ask_at_once_one_fetches() -> None:
    for _ in range(20):
        refresh, barrier = KeyRefresh(), Barrier(8)

        def ask(_: int, refresh: KeyRefresh = refresh, barrier: Barrier = barrier) -> str:
            barrier.wait(60)
            return refresh.before_validation(START).kind

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(ask, range(8))) == ["fetch", *["wait"] * 7]


def fetch(refresh: KeyRefresh, now: float) -> int:
    action = refresh.before_validation(now)
    assert action.fetch is not None
    assert (action.kind, action.until, action.reason) == ("fetch", None, None)
    return action.fetch


def test_says_what_to_do() -> None:
    refresh = KeyRefresh(
        least_lifetime=300, most_lifetime=600, maximum_age=900, cooldown=5, timeout=3
    )
    assert (refresh.generation, refresh.entity_tag, refresh.next_fetch_at) == (0, None, None)
    number = fetch(refresh, START)
    wait = refresh.before_validation(START + 2)
    assert (wait.kind, wait.until, wait.fetch) == ("wait", START + 3, None)
    assert not refresh.has_keys(START)
    assert (
        refresh.fetched(number, "{}", cache_control="max-age=1", entity_tag='"v1"', now=START)
        == "changed"
    )
    assert (refresh.generation, refresh.entity_tag) == (1, '"v1"')
    assert refresh.next_fetch_at == START + 5
    assert refresh.before_validation(START + 299.9).kind == "use_keys"
    number = fetch(refresh, START + 300)
    assert refresh.not_modified(number, cache_control=b"max-age=400", now=START + 300) == (
        "unchanged"
    )
    assert refresh.before_validation(START + 699).kind == "use_keys"
    number = fetch(refresh, START + 700)
    refresh.failed(number, START + 700)
    stale = refresh.before_validation(START + 701)
    assert (stale.kind, stale.reason) == ("use_stale", None)
    assert refresh.has_keys(START + 1199)
    assert not refresh.has_keys(START + 1200)
    assert refresh.before_validation(START + 1200).kind == "fetch"
    # Given up, and too late to count.
    assert refresh.fetched(number, b"{ }", now=START + 1200) == "ignored"
    refused = refresh.before_validation(START + 1204)
    assert (refused.kind, refused.reason) == ("refuse", "keys_unavailable")


def test_counts_from_the_question_and_minds_the_age() -> None:
    refresh = KeyRefresh()
    number = fetch(refresh, START)
    assert (
        refresh.fetched(
            number, b"{}", cache_control="max-age=600", entity_tag='"1"', age="100", now=START + 9
        )
        == "changed"
    )
    assert refresh.before_validation(START + 499).kind == "use_keys"
    assert refresh.has_keys(START + 86_299)
    assert not refresh.has_keys(START + 86_300)
    number = fetch(refresh, START + 500)
    assert (
        refresh.not_modified(number, cache_control="max-age=600", age=b"200, x", now=START + 509)
        == "unchanged"
    )
    assert refresh.before_validation(START + 899).kind == "use_keys"
    assert refresh.before_validation(START + 900).kind == "fetch"


def test_a_key_that_was_brought_meanwhile_is_looked_for_again() -> None:
    refresh = KeyRefresh()
    assert refresh.fetched(fetch(refresh, START), b"{}", now=START) == "changed"
    assert refresh.unknown_key(0, START).kind == "use_keys"
    refused = refresh.unknown_key(1, START)
    assert (refused.kind, refused.reason) == ("refuse", "key_not_found")
    assert refresh.unknown_key(1, START + 30).kind == "fetch"


def test_what_cannot_be_sent_is_no_entity_tag() -> None:
    for tag in ('"é"', b'"\xff"', "v1", '"a\r\nb"', '"\udc80"'):
        refresh = KeyRefresh()
        number = fetch(refresh, START)
        assert refresh.fetched(number, b"{}", entity_tag=tag, now=START) == "changed"
        assert refresh.entity_tag is None
        # Nothing was compared.
        assert refresh.not_modified(fetch(refresh, START + 3600), now=START + 3600) == "ignored"


def test_a_set_that_is_too_long_counts_as_failed() -> None:
    refresh = KeyRefresh()
    assert refresh.fetched(fetch(refresh, START), bytes((1 << 20) + 1), now=START) == "ignored"
    assert refresh.before_validation(START).reason == "keys_unavailable"


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"least_lifetime": 299}, "lifetime"),
        ({"least_lifetime": 4000}, "lifetime"),
        ({"most_lifetime": 86_401}, "lifetime"),
        ({"most_lifetime": -1}, "lifetime"),
        ({"maximum_age": 3599}, "maximum_age"),
        ({"maximum_age": 1 << 40}, "maximum_age"),
        ({"cooldown": 0}, "cooldown"),
        ({"cooldown": 301}, "cooldown"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": 61}, "timeout"),
    ],
)
def test_refuses_what_makes_no_sense(options: dict[str, int], part: str) -> None:
    with pytest.raises(gatepost.PolicyError, match=part):
        KeyRefresh(**options)


def test_asks_the_clock_and_minds_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: START + 0.5)
    refresh = KeyRefresh()
    number = fetch_at_the_clock(refresh)
    refresh.failed(number)
    assert refresh.next_fetch_at == START + 30
    for wrong in (1, bytearray(b"{}")):
        with pytest.raises(TypeError, match="jwks must be str or bytes"):
            refresh.fetched(1, wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cache_control must be str or bytes, not list"):
        refresh.not_modified(1, cache_control=[])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="age must be str or bytes, not int"):
        refresh.not_modified(1, age=7)  # type: ignore[arg-type]


def fetch_at_the_clock(refresh: KeyRefresh) -> int:
    number = refresh.before_validation().fetch
    assert number is not None
    return number


def test_has_a_repr() -> None:
    refresh = KeyRefresh()
    assert repr(refresh) == "KeyRefresh(generation=0)"
    number = fetch(refresh, START)
    assert repr(refresh.before_validation(START)) == (
        f"RefreshAction(kind='wait', until={START + 10})"
    )
    refresh.failed(number, START)
    assert repr(refresh.before_validation(START)) == (
        "RefreshAction(kind='refuse', reason='keys_unavailable')"
    )
