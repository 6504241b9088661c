"""Many tokens in one call, while other threads run."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost.testing import BAD_TOKENS, LocalIssuer
from issuer import Issuer

NOW = 1_900_000_000
THREADS = 8


def test_each_token_gets_its_own_verdict() -> None:
    issuer = LocalIssuer(clock=lambda: NOW)
    validator = gatepost.Validator(issuer.trusted().policy, issuer.keys)
    tokens: list[str | bytes] = [issuer.bad(kind) for kind in BAD_TOKENS]
    tokens[::2] = [issuer.token(sub=str(number)) for number in range(len(tokens[::2]))]
    verdicts = validator.validate_many(tokens, NOW)
    assert [one.subject for one in verdicts[::2] if isinstance(one, gatepost.AccessToken)] == [
        str(number) for number in range(len(tokens[::2]))
    ]
    for kind, verdict in list(zip(BAD_TOKENS, verdicts, strict=True))[1::2]:
        assert isinstance(verdict, gatepost.TokenError)
        assert verdict.reason == BAD_TOKENS[kind]
        assert verdict.__traceback__ is None


def test_it_says_what_validate_says(validator: gatepost.Validator, issuer: Issuer) -> None:
    good = issuer.sign(issuer.claims(AUDIENCE))
    both: list[str | bytes] = [good, good.encode()]
    [one, two] = validator.validate_many(iter(both))
    assert isinstance(one, gatepost.AccessToken)
    assert isinstance(two, gatepost.AccessToken)
    assert one.claims == two.claims == validator.validate(good).claims
    assert validator.validate_many([]) == []
    # At the same time for all, the one that is given.
    expired = validator.validate_many((good, good), now=time.time() + 3600)
    assert [type(error) for error in expired] == [gatepost.ExpiredError] * 2
    # Text without a form in UTF-8 is a token that is refused, and what is long is not copied.
    odd = validator.validate_many(["\ud800", "x" * (1 << 24), good])
    assert [getattr(error, "reason", None) for error in odd] == ["malformed", "too_large", None]


def test_the_kind_of_issuer_explains_its_tokens(keys: gatepost.KeySet) -> None:
    policy = gatepost.Policy("https://tenant.auth0.com/", AUDIENCE, provider="auth0")
    [error] = gatepost.Validator(policy, keys).validate_many(["opaque"])
    assert isinstance(error, gatepost.AudienceNotRequestedError)


@pytest.mark.parametrize("wrong", ["a.b.c", b"a.b.c", 1, None, ["a", 1], [bytearray(b"a")]])
def test_what_is_no_token_is_a_type_error(validator: gatepost.Validator, wrong: object) -> None:
    with pytest.raises(TypeError, match="jwts must be an iterable of str or bytes"):
        validator.validate_many(wrong)  # type: ignore[arg-type]


def test_what_an_iterable_raises_is_raised(validator: gatepost.Validator) -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        validator.validate_many(broken())


def test_other_threads_run_meanwhile(policy: gatepost.Policy, issuer: Issuer) -> None:
    keys = gatepost.KeySet.from_jwks(issuer.jwks())
    validator = gatepost.Validator(policy, keys, cache_size=0)
    tokens = [issuer.sign(issuer.claims(AUDIENCE))] * 1000
    is_within, seen = False, Event()

    def work() -> None:
        nonlocal is_within
        deadline = time.monotonic() + 60
        while not seen.is_set() and time.monotonic() < deadline:
            is_within = True
            validator.validate_many(tokens)
            is_within = False

    interval = sys.getswitchinterval()
    worker = Thread(target=work)
    # Nobody is made to give the interpreter away.
    sys.setswitchinterval(1000)
    try:
        worker.start()
        while worker.is_alive() and not is_within:
            time.sleep(0.0001)
        was_within = is_within
    finally:
        seen.set()
        worker.join()
        sys.setswitchinterval(interval)
    assert was_within


@pytest.mark.parametrize("cache_size", [0, 4, 1000])
def test_eight_threads_share_a_validator(
    policy: gatepost.Policy, issuer: Issuer, cache_size: int
) -> None:
    other = Issuer(issuer.url)
    sets = [gatepost.KeySet.from_jwks(one.jwks()) for one in (issuer, other)]
    validator = gatepost.Validator(policy, sets[0], cache_size=cache_size)
    names = [str(number) for number in range(50)]
    tokens = [one.sign(one.claims(AUDIENCE, sub=name)) for name in names for one in (issuer, other)]
    barrier = Barrier(THREADS)

    def work(_: int) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        barrier.wait(60)
        for _ in range(20):
            for number, verdict in enumerate(validator.validate_many(tokens)):
                if isinstance(verdict, gatepost.AccessToken):
                    # Nobody gets the claims of another token.
                    assert verdict.subject == names[number // 2]
                    outcomes["accepted"] += 1
                else:
                    outcomes[verdict.reason] += 1
            validator.replace_keys(sets[outcomes["accepted"] % 2])
        return outcomes

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))
    for outcomes in results:
        assert set(outcomes) <= {"accepted", "invalid_signature"}
        assert outcomes.total() == 20 * len(tokens)
    assert sum(outcomes["accepted"] for outcomes in results) > 0
