"""Keys are fetched when they are needed, from an issuer over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx2
import pytest
from key_server import (
    AUDIENCE,
    BOTH,
    KEYS,
    START,
    Ask,
    Clock,
    KeyServer,
    Request,
    after,
    ask_in_a_loop,
    document,
    fetches_end,
    head_of,
    issuer_of,
    verdict,
    wait_until,
)

import gatepost
from gatepost import JwksManager, LiveGuard
from issuer import Issuer


@BOTH
def test_keys_are_fetched_for_the_first_token_of_their_issuer(
    server: KeyServer, signer: Issuer, live: LiveGuard, ask: Ask
) -> None:
    for head, reason in (
        (gatepost.RequestHead("POST", "/mcp", []), "credentials_missing"),
        (gatepost.RequestHead("GET", "/.well-known/oauth-protected-resource/mcp", []), None),
        (gatepost.RequestHead("POST", "/mcp", [("Authorization", "Bearer a.b")]), "malformed"),
        (head_of(Issuer("https://other.example.com")), "issuer_mismatch"),
    ):
        assert verdict(ask(live, head)) == reason
    assert server.asked == {}
    for _ in range(3):
        assert verdict(ask(live, head_of(signer))) == "alice"
    assert server.asked == {KEYS: 1}


@BOTH
def test_a_new_key_is_used_within_one_cooldown(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock, ask: Ask
) -> None:
    assert verdict(ask(live, head_of(signer))) == "alice"
    old = head_of(signer)
    signer.rotate()
    server.answers[KEYS] = document(signer.jwks())
    for seconds in range(30):
        clock.now = START + seconds
        assert verdict(ask(live, head_of(signer))) == "key_not_found"
        assert verdict(ask(live, old)) == "alice"
    assert server.asked == {KEYS: 1}
    clock.now = START + 30
    assert verdict(ask(live, head_of(signer))) == "alice"
    assert server.asked == {KEYS: 2}
    # What the issuer has withdrawn is withdrawn.
    assert verdict(ask(live, old)) == "key_not_found"


@BOTH
def test_unknown_keys_cause_one_fetch_a_cooldown(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock, ask: Ask
) -> None:
    assert verdict(ask(live, head_of(signer))) == "alice"
    for number in range(300):
        # Three a second, for 100 seconds.
        clock.now = START + number // 3
        assert verdict(ask(live, head_of(signer, kid=f"unknown-{number}"))) == "key_not_found"
    assert server.asked == {KEYS: 4}


def test_fifty_cold_requests_in_one_loop_fetch_once(
    server: KeyServer, signer: Issuer, live: LiveGuard
) -> None:
    gate = Event()
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    head = head_of(signer)

    async def ask() -> list[str | None]:
        requests = [asyncio.create_task(live.authenticate_async(head)) for _ in range(50)]
        # All of them wait, and so does whoever answers.
        await asyncio.to_thread(wait_until, lambda: server.asked[KEYS] > 0)
        assert not any(request.done() for request in requests)
        gate.set()
        return [verdict(await request) for request in requests]

    assert asyncio.run(ask()) == ["alice"] * 50
    assert server.asked == {KEYS: 1}


def test_fifty_cold_requests_in_threads_and_loops_fetch_once(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock
) -> None:
    gate, calls = Event(), 0

    def counting() -> float:
        nonlocal calls
        calls += 1
        if calls >= 100:
            # Each asks for the time twice before it waits.
            gate.set()
        return clock.now

    live = LiveGuard(issuer_of(server), clock=counting)
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    head = head_of(signer)
    with ThreadPoolExecutor(50) as pool:
        asking = [LiveGuard.authenticate, ask_in_a_loop] * 25
        answers = list(pool.map(lambda ask: verdict(ask(live, head)), asking))
    assert answers == ["alice"] * 50
    assert server.asked == {KEYS: 1}


@BOTH
def test_an_issuer_down_for_ten_minutes_costs_no_valid_request(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock, ask: Ask
) -> None:
    server.answers[KEYS] = document(signer.jwks(), cache_control="max-age=300")
    assert verdict(ask(live, head_of(signer))) == "alice"
    server.down()
    for seconds in range(60, 960, 10):
        clock.now = START + seconds
        assert verdict(ask(live, head_of(signer))) == "alice"
        # The one before has to end before the next may begin.
        wait_until(fetches_end)
    # A token that might be good is put off, and not sent back for another.
    refused = ask(live, head_of(signer, kid="new"))
    assert isinstance(refused, gatepost.Response)
    assert (refused.status, refused.reason) == (503, "keys_unavailable")
    assert 1 <= int(dict(refused.headers)["Retry-After"]) <= 30
    signer.rotate()
    server.answers[KEYS] = document(signer.jwks())
    server.up()
    clock.now += 30
    assert verdict(ask(live, head_of(signer))) == "alice"


@BOTH
def test_an_issuer_down_from_the_start_is_503(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock, ask: Ask
) -> None:
    server.down()
    for _ in range(3):
        refused = ask(live, head_of(signer))
        assert isinstance(refused, gatepost.Response)
        assert (refused.status, dict(refused.headers)["Retry-After"]) == (503, "30")
    server.up()
    assert verdict(ask(live, head_of(signer))) == "keys_unavailable"
    clock.now += 30
    assert verdict(ask(live, head_of(signer))) == "alice"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_cancelled_request_strands_nobody(
    server: KeyServer, signer: Issuer, live: LiveGuard, is_first: bool
) -> None:
    gate = Event()
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    head = head_of(signer)

    async def ask() -> list[str | None]:
        requests = [asyncio.create_task(live.authenticate_async(head)) for _ in range(3)]
        await asyncio.to_thread(wait_until, lambda: server.asked[KEYS] > 0)
        cancelled = requests.pop(0 if is_first else 1)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        gate.set()
        return [verdict(await request) for request in requests]

    assert asyncio.run(ask()) == ["alice"] * 2
    assert server.asked == {KEYS: 1}


def test_an_event_loop_that_ends_strands_no_other(
    server: KeyServer, signer: Issuer, live: LiveGuard, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Event()
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    head = head_of(signer)

    async def give_up() -> None:
        request = asyncio.create_task(live.authenticate_async(head))
        await asyncio.to_thread(wait_until, lambda: server.asked[KEYS] > 0)
        assert not request.done()

    asyncio.run(give_up())
    gate.set()
    assert verdict(live.authenticate(head)) == "alice"
    assert server.asked == {KEYS: 1}
    wait_until(fetches_end)
    assert caplog.records == []


def test_stale_keys_serve_while_others_are_fetched(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock
) -> None:
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    gate = Event()
    server.answers[KEYS] = after(gate, document(signer.jwks()))
    clock.now = START + 3600
    for _ in range(50):
        assert verdict(live.authenticate(head_of(signer))) == "alice"
    gate.set()
    wait_until(fetches_end)
    assert server.asked == {KEYS: 2}
    # Fresh again, for as long as before.
    clock.now = START + 7199
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    assert server.asked == {KEYS: 2}


def test_what_the_answer_says_of_its_lifetime_counts(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock
) -> None:
    sent: list[dict[str, str]] = []

    def answer(request: Request) -> None:
        sent.append({name.lower(): value for name, value in request.headers.items()})
        status = 304 if "if-none-match" in sent[-1] else 200
        said = {"cache_control": "max-age=1000", "age": "400", "etag": '"v1"'}
        document(signer.jwks() if status == 200 else b"", status, **said)(request)

    server.answers[KEYS] = answer
    for now in (0, 599, 600, 1199, 1200):
        clock.now = START + now
        assert verdict(live.authenticate(head_of(signer))) == "alice"
        wait_until(fetches_end)
    assert [request.get("if-none-match") for request in sent] == [None, '"v1"', '"v1"']
    for request in sent:
        assert request["accept-encoding"] == "identity"
        assert request["cache-control"] == "no-cache"
        assert "authorization" not in request


def test_keys_too_old_are_taken_back_until_there_are_others(
    server: KeyServer, signer: Issuer, live: LiveGuard, clock: Clock
) -> None:
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    server.down()
    clock.now = START + 86_399
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    wait_until(fetches_end)
    clock.now = START + 86_400
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    # The clock was wrong.
    clock.now = START + 10
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    clock.now = START + 86_500
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    server.up()
    clock.now += 30
    assert verdict(live.authenticate(head_of(signer))) == "alice"


def test_a_thread_that_cannot_be_started_is_a_fetch_that_failed(
    signer: Issuer, live: LiveGuard, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    clock.now += 30
    assert verdict(live.authenticate(head_of(signer))) == "alice"


def test_whatever_the_client_raises_is_a_fetch_that_failed(
    signer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def client() -> Any:
        raise AssertionError("a secret of the client's")

    issuer = gatepost.issuer(signer.url, AUDIENCE, jwks_uri="https://as.example.com/keys")
    live = LiveGuard(issuer, clock=clock, client=client)
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    [record] = caplog.records
    assert record.getMessage() == f"no keys of {signer.url}: AssertionError"
    said = (record.__dict__["reason"], record.__dict__["number"], record.__dict__["issuer"])
    assert said == ("keys_unavailable", 801, signer.url)


def test_a_token_is_judged_without_a_guard(server: KeyServer, signer: Issuer, clock: Clock) -> None:
    keys = JwksManager(issuer_of(server), clock=clock)
    claims = signer.claims(AUDIENCE, iat=START, nbf=START, exp=START + 1000)
    good, unknown = signer.sign(claims), signer.sign(claims, kid="unknown")
    assert keys.next_fetch_at is None
    for judge in (keys.validate, lambda token: asyncio.run(keys.validate_async(token))):
        assert judge(good).subject == "alice"
        with pytest.raises(gatepost.KeyNotFoundError):
            judge(unknown)
        with pytest.raises(gatepost.MalformedError):
            judge("a.b")
    server.down()
    clock.now += 40
    with pytest.raises(gatepost.KeysUnavailableError):
        keys.validate(unknown)
    assert keys.next_fetch_at == START + 70
    assert keys.validate(good).subject == "alice"
    assert server.asked == {KEYS: 1}
    server.up()


def test_a_manager_fetches_for_no_other_issuer(
    server: KeyServer, signer: Issuer, clock: Clock
) -> None:
    own, other = issuer_of(server), Issuer("https://other.example.com")
    policy = gatepost.Policy(other.url, AUDIENCE)
    validator = gatepost.Validator.of([(own.policy, None), (policy, None)])
    keys = JwksManager(own, validator, clock=clock)
    with pytest.raises(gatepost.KeysUnavailableError):
        keys.validate(other.sign(other.claims(AUDIENCE)))
    assert server.asked == {}
    assert (
        keys.validate(signer.sign(signer.claims(AUDIENCE, exp=START + 9))).issuer
        == own.policy.issuer
    )
    validator.replace_keys(gatepost.KeySet.from_jwks(other.jwks()), other.url)
    with pytest.raises(gatepost.KeyNotFoundError):
        asyncio.run(keys.validate_async(other.sign(other.claims(AUDIENCE), kid="unknown")))
    assert server.asked == {KEYS: 1}


def test_issuers_are_kept_apart(server: KeyServer, signer: Issuer, clock: Clock) -> None:
    fixed = Issuer("https://fixed.example.com")
    keys = gatepost.KeySet.from_jwks(fixed.jwks())
    never = gatepost.issuer("https://never.example.com", AUDIENCE)
    issuers = [issuer_of(server), gatepost.issuer(fixed.url, AUDIENCE, keys=keys), never]
    live = LiveGuard(issuers, clock=clock)
    assert verdict(live.authenticate(head_of(fixed))) == "alice"
    assert verdict(live.authenticate(head_of(fixed, kid="unknown"))) == "key_not_found"
    assert server.asked == {}
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    # The other's key, under this one's name.
    forged = fixed.sign(fixed.claims(AUDIENCE, iss=signer.url, iat=START, exp=START + 1000))
    head = gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {forged}")])
    assert verdict(live.authenticate(head)) == "invalid_signature"
    assert server.asked == {KEYS: 1}
    assert live.validate(fixed.sign(fixed.claims(AUDIENCE, exp=START + 9))).issuer == fixed.url
    token = signer.sign(signer.claims(AUDIENCE, exp=START + 9))
    assert live.validate(token).issuer == signer.url
    assert asyncio.run(live.validate_async(token)).issuer == signer.url
    with pytest.raises(gatepost.IssuerMismatchError):
        live.validate(signer.sign(signer.claims(AUDIENCE, iss="https://other.example.com")))


@BOTH
def test_a_guard_with_the_same_validator_may_decide(
    server: KeyServer, signer: Issuer, live: LiveGuard, ask: Ask
) -> None:
    other = gatepost.Guard(AUDIENCE, live.validator, rules=[gatepost.Rule.tool("a").refused()])
    if ask is LiveGuard.authenticate:
        decided = live.authenticate(head_of(signer), guard=other)
    else:
        decided = asyncio.run(live.authenticate_async(head_of(signer), guard=other))
    assert isinstance(decided, gatepost.Principal)
    assert not other.permits(decided, tool="a")
    server.down()
    refused = live.authenticate(head_of(signer, kid="unknown"), guard=other)
    assert isinstance(refused, gatepost.Response)
    assert refused.reason == "key_not_found"
    server.up()


@pytest.mark.parametrize(("spaces", "said"), [(0, "alice"), (1 << 20, "keys_unavailable")])
def test_a_transport_that_has_read_the_answer_will_do(
    signer: Issuer, clock: Clock, spaces: int, said: str
) -> None:
    jwks = json.dumps(signer.jwks()) + " " * spaces

    def client() -> httpx2.AsyncClient:
        answer = httpx2.MockTransport(lambda _: httpx2.Response(200, text=jwks))
        return httpx2.AsyncClient(transport=answer)

    issuer = gatepost.issuer(signer.url, AUDIENCE, jwks_uri="https://as.example.com/keys")
    live = LiveGuard(issuer, clock=clock, client=client)
    assert verdict(live.authenticate(head_of(signer))) == said


def test_a_plain_guard_has_the_keys_that_it_has(
    validator: gatepost.Validator, issuer: Issuer
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator)
    live = LiveGuard.of(guard)
    assert (live.guard, live.resource) == (guard, AUDIENCE)
    assert live.validator is guard.validator is validator
    assert LiveGuard.of(live) is live
    token = issuer.sign(issuer.claims(AUDIENCE))
    assert live.validate(token).subject == "alice"
    assert asyncio.run(live.validate_async(token)).subject == "alice"
    unknown = issuer.sign(issuer.claims(AUDIENCE), kid="unknown")
    for header, said in (("", "credentials_missing"), (f"Bearer {unknown}", "key_not_found")):
        head = gatepost.RequestHead("POST", "/mcp", [("Authorization", header)] if header else [])
        for ask in (LiveGuard.authenticate, ask_in_a_loop):
            assert verdict(ask(live, head)) == said
