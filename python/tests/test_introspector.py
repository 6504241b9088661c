"""Who asks about opaque tokens, how often, and what becomes of the answers."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from introspected import START, Clock, Endpoint, Make, head, outcome, until
from introspected import clock as clock
from introspected import endpoint as endpoint
from introspected import guard as guard
from introspected import make as make

import gatepost
from conftest import AUDIENCE, Client, base64url
from gatepost.introspection import Introspector
from issuer import Issuer


def test_an_answer_counts_for_its_time_and_no_longer_than_the_token(
    make: Make, endpoint: Endpoint, clock: Clock, guard: gatepost.Guard
) -> None:
    introspector = make(max_age=60)

    def ask(token: str) -> str | None:
        return outcome(introspector.authenticate(guard, head(token)))

    assert [ask("a"), ask("a"), ask("b")] == ["a", "a", "b"]
    assert endpoint.asked == {"a": 1, "b": 1}
    clock.now = START + 59.9
    assert ask("a") == "a"
    assert endpoint.asked["a"] == 1
    clock.now = START + 60
    endpoint.answer = lambda token: b'{"active":false}'
    # Revoked: for a minute at the most it is let in all the same.
    assert ask("a") == "token_inactive"
    assert endpoint.asked["a"] == 2
    clock.now = START + 64.9
    assert ask("a") == "token_inactive"
    assert endpoint.asked["a"] == 2
    endpoint.answer = lambda token: endpoint.active(token, exp=START + 80)
    clock.now = START + 65
    assert ask("a") == "a"
    clock.now = START + 79.9
    assert (ask("a"), endpoint.asked["a"]) == ("a", 3)
    # Within the leeway of the policy the token is good, and each time asked about.
    for asked, after in enumerate((80, 80.1, 84.9, 85), 4):
        clock.now = START + after
        assert (ask("a"), endpoint.asked["a"]) == ("a", asked)
    endpoint.answer = lambda token: b'{"active":false}'
    assert (ask("a"), endpoint.asked["a"]) == ("token_inactive", 8)
    # Long after its end it is refused, which is not asked for at once again.
    endpoint.answer = lambda token: endpoint.active(token, exp=START + 80)
    clock.now = START + 111
    assert [ask("a"), ask("a")] == ["expired", "expired"]
    assert endpoint.asked["a"] == 9
    clock.now = START + 116
    assert (ask("a"), endpoint.asked["a"]) == ("expired", 10)


def test_a_proof_is_spent_once_for_a_request_that_asks(
    make: Make, endpoint: Endpoint, clock: Clock, policy: gatepost.Policy, client: Client
) -> None:
    introspector = make()
    validator = gatepost.Validator.of([], introspection=policy)
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    confirmed = {"token_type": "DPoP", "cnf": {"jkt": client.thumbprint}}
    endpoint.answer = lambda token: endpoint.active(token, exp=START + 20, **confirmed)
    token_hash = base64url(hashlib.sha256(b"a").digest())

    def ask() -> str | None:
        proof = client.proof(iat=int(clock.now), ath=token_hash)
        fields = [("Authorization", "DPoP a"), ("DPoP", proof)]
        sent = gatepost.RequestHead("POST", "/mcp", fields)
        return outcome(introspector.authenticate(guard, sent))

    # Anew, known, and asked about again within the leeway.
    for after, asked in ((0, 1), (1, 1), (21, 2), (22, 3)):
        clock.now = START + after
        assert (ask(), endpoint.asked["a"]) == ("a", asked)
    # What one was refused with lets in nobody else.
    sent = gatepost.RequestHead("POST", "/mcp", [("Authorization", "DPoP a")])
    assert outcome(introspector.authenticate(guard, sent)) == "proof_required"
    assert (ask(), endpoint.asked["a"]) == ("a", 5)
    # A number that Python reads as an integer no more.
    endpoint.answer = lambda token: (
        endpoint.active(token, exp=START + 40, **confirmed)[:-1] + b',"n":' + b"1" * 5000 + b"}"
    )
    for after, asked in ((23, 6), (24, 6), (41, 7), (42, 8)):
        clock.now = START + after
        assert (ask(), endpoint.asked["a"]) == ("a", asked)


def test_nothing_is_kept_where_nothing_may_be(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard
) -> None:
    introspector = make(max_age=0)
    for _ in range(3):
        assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    assert endpoint.asked["a"] == 3


def test_a_kept_answer_is_judged_anew(
    make: Make, endpoint: Endpoint, policy: gatepost.Policy, guard: gatepost.Guard
) -> None:
    introspector = make()
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    strict = gatepost.Policy(policy.issuer, AUDIENCE, required_scopes=["admin"])
    other = gatepost.Guard(AUDIENCE, gatepost.Validator.of([], introspection=strict))
    assert outcome(introspector.authenticate(other, head("a"))) == "insufficient_scope"
    assert endpoint.asked["a"] == 1


def test_who_brings_no_opaque_token_causes_no_question(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard, issuer: Issuer
) -> None:
    introspector = make()
    jwt = issuer.sign(issuer.claims(AUDIENCE, iat=START, exp=START + 60))
    for sent, expected in (
        (gatepost.RequestHead("POST", "/mcp", []), "credentials_missing"),
        (head("a b"), "invalid_credentials"),
        (head("a" * 16_385), "too_large"),
        (head(jwt), "alice"),
        (head(jwt[:-4] + "AAAA"), "invalid_signature"),
    ):
        assert outcome(introspector.authenticate(guard, sent)) == expected
    assert not endpoint.asked
    assert not [thread for thread in threading.enumerate() if "introspection" in thread.name]


def test_cold_requests_cause_one_question(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard
) -> None:
    introspector = make()
    endpoint.gate.clear()

    async def ask() -> list[str | None]:
        asking = [introspector.authenticate_async(guard, head("a")) for _ in range(25)]
        return [outcome(decided) for decided in await asyncio.gather(*asking)]

    with ThreadPoolExecutor(27) as threads:
        # Threads, and two event loops.
        blocking = [threads.submit(introspector.authenticate, guard, head("a")) for _ in range(25)]
        loops = [threads.submit(asyncio.run, ask()) for _ in range(2)]
        until(lambda: endpoint.asked["a"] > 0)
        endpoint.gate.set()
        assert {outcome(thread.result()) for thread in blocking} == {"a"}
        assert {subject for loop in loops for subject in loop.result()} == {"a"}
    assert endpoint.asked["a"] == 1


def test_who_gives_up_ends_the_question_for_nobody(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard
) -> None:
    introspector = make()
    endpoint.gate.clear()

    async def ask() -> str | None:
        first = asyncio.create_task(introspector.authenticate_async(guard, head("a")))
        second = asyncio.create_task(introspector.authenticate_async(guard, head("a")))
        await asyncio.to_thread(until, lambda: endpoint.asked["a"] == 1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        endpoint.gate.set()
        return outcome(await second)

    assert asyncio.run(ask()) == "a"
    assert endpoint.asked["a"] == 1


def test_one_deadline_holds_for_a_question(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    cancelled = threading.Event()

    async def never(token: str) -> bytes:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return b""

    introspector = make(ask=never, timeout=0.05)
    secret = "a-token-that-is-in-no-log"
    assert outcome(introspector.authenticate(guard, head(secret))) == "introspection_unavailable"
    assert (
        outcome(asyncio.run(introspector.authenticate_async(guard, head(secret))))
        == "introspection_unavailable"
    )
    assert cancelled.wait(60)
    until(lambda: len(caplog.records) >= 1)
    record = caplog.records[0]
    assert (record.name, record.levelno) == ("gatepost", logging.WARNING)
    extra = vars(record)
    assert (extra["reason"], extra["number"]) == ("introspection_unavailable", 803)
    assert record.getMessage() == "a token cannot be introspected: TimeoutError"
    assert secret not in caplog.text


def test_where_there_is_no_answer_it_is_503_and_the_next_request_asks_again(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard, caplog: pytest.LogCaptureFixture
) -> None:
    introspector = make()

    def fail(token: str) -> bytes:
        raise OSError(token)

    for answer in (fail, lambda token: b"", lambda token: b" " * 8193, lambda token: token):
        endpoint.answer = answer
        decided = introspector.authenticate(guard, head("a"))
        assert isinstance(decided, gatepost.Response)
        assert (decided.status, decided.reason) == (503, "introspection_unavailable")
        assert "Retry-After" in dict(decided.headers)
    assert "a token cannot be introspected: OSError" in caplog.messages
    assert "a token cannot be introspected: no answer of 1 to 8192 bytes" in caplog.messages
    endpoint.answer = endpoint.active
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    assert endpoint.asked["a"] == 5


def test_where_no_event_loop_can_be_made_it_is_503_too(
    make: Make, guard: gatepost.Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    introspector = make()

    def no_more_files(coroutine: Coroutine[Any, Any, None]) -> None:
        coroutine.close()
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr("gatepost.introspection.asyncio.run", no_more_files)
        decided = introspector.authenticate(guard, head("a"))
    assert isinstance(decided, gatepost.Response)
    assert (decided.status, decided.reason) == (503, "introspection_unavailable")
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"


def test_an_answer_that_says_nothing_is_not_asked_for_at_once_again(
    make: Make, endpoint: Endpoint, clock: Clock, guard: gatepost.Guard
) -> None:
    introspector = make()
    endpoint.answer = lambda token: b"<html>"
    for _ in range(3):
        decided = introspector.authenticate(guard, head("a"))
        assert isinstance(decided, gatepost.Response)
        assert (decided.status, decided.reason) == (503, "invalid_introspection")
    assert endpoint.asked["a"] == 1
    endpoint.answer = endpoint.active
    clock.now += 5
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"


def test_only_so_many_questions_are_asked_at_once(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard
) -> None:
    introspector = make(max_concurrent=2)
    endpoint.gate.clear()
    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(introspector.authenticate, guard, head(t)) for t in ("a", "b")]
        until(lambda: len(endpoint.asked) == 2)
        # It does not wait.
        decided = introspector.authenticate(guard, head("c"))
        assert outcome(decided) == "introspection_unavailable"
        endpoint.gate.set()
        assert [outcome(thread.result()) for thread in asking] == ["a", "b"]
    assert outcome(introspector.authenticate(guard, head("c"))) == "c"


def test_strangers_push_out_nobody_s_answer(
    make: Make, endpoint: Endpoint, clock: Clock, guard: gatepost.Guard
) -> None:
    introspector = make(max_tokens=2)

    def answer(token: str) -> bytes:
        return endpoint.active(token) if len(token) == 1 else b'{"active":false}'

    endpoint.answer = answer
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    for number in range(10):
        token = f"none{number}"
        assert outcome(introspector.authenticate(guard, head(token))) == "token_inactive"
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    assert endpoint.asked["a"] == 1
    # Of their own kind it is the one that was not used for longest.
    assert outcome(introspector.authenticate(guard, head("b"))) == "b"
    assert outcome(introspector.authenticate(guard, head("a"))) == "a"
    assert outcome(introspector.authenticate(guard, head("c"))) == "c"
    clock.now += 5
    assert [outcome(introspector.authenticate(guard, head(t))) for t in "ab"] == ["a", "b"]
    assert endpoint.asked["a"] == 1
    assert endpoint.asked["b"] == 2


def test_tokens_are_validated_as_well(
    make: Make, endpoint: Endpoint, policy: gatepost.Policy, issuer: Issuer
) -> None:
    introspector = make()
    validator = gatepost.Validator.of([], introspection=policy)
    assert introspector.validate(validator, "a").subject == "a"
    assert asyncio.run(introspector.validate_async(validator, "a")).subject == "a"
    assert endpoint.asked["a"] == 1
    endpoint.answer = lambda token: b'{"active":false}'
    with pytest.raises(gatepost.TokenInactiveError):
        introspector.validate(validator, "b")
    endpoint.answer = lambda token: b"{}"
    with pytest.raises(gatepost.InvalidIntrospectionError):
        asyncio.run(introspector.validate_async(validator, "c"))
    endpoint.answer = lambda token: b""
    with pytest.raises(gatepost.IntrospectionUnavailableError):
        introspector.validate(validator, "d")


def test_who_waits_when_it_is_closed_gets_no_answer(
    make: Make, endpoint: Endpoint, guard: gatepost.Guard
) -> None:
    introspector = make()
    started, closed = threading.Event(), []

    async def never(token: str) -> bytes:
        started.set()
        await asyncio.Event().wait()
        return b""

    class Asked:
        async def __call__(self, token: str) -> bytes:
            return await (never(token) if token == "a" else endpoint(token))

        async def aclose(self) -> None:
            closed.append(True)

    introspector = make(ask=Asked())
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(introspector.authenticate, guard, head("a"))
        assert started.wait(60)
        introspector.close()
        assert outcome(waiting.result()) == "introspection_unavailable"
    assert closed == [True]
    introspector.close()
    assert outcome(introspector.authenticate(guard, head("b"))) == "b"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("timeout", [0, -1, 61, float("nan")]),
        ("max_age", [-1, 3601, float("nan")]),
        ("max_tokens", [0, 100_001]),
        ("max_concurrent", [0, 10_001]),
    ],
)
def test_numbers_have_limits(name: str, values: list[float]) -> None:
    async def ask(token: str) -> bytes:
        return b""

    for value in values:
        options: dict[str, Any] = {name: value}
        with pytest.raises(gatepost.PolicyError, match=name):
            Introspector(ask, **options)


def test_it_leaves_nothing_behind(make: Make, guard: gatepost.Guard) -> None:
    introspector = make()
    introspector.authenticate(guard, head("a"))
    introspector.close()
    gc.collect()
    assert not [thread for thread in threading.enumerate() if "introspection" in thread.name]
