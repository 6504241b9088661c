"""An authorization server that is asked about opaque tokens, as the tests have it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost.introspection import Introspector
from issuer import Issuer

Make = Callable[..., Introspector]
START = 1_900_000_000


class Clock:
    def __init__(self) -> None:
        self.now: float = START

    def __call__(self) -> float:
        return self.now


class Endpoint:
    """An authorization server that is asked, and answers as a test says."""

    def __init__(self, issuer: Issuer) -> None:
        self.asked: Counter[str] = Counter()
        self.claims = issuer.claims(AUDIENCE, exp=START + 600, iat=START)
        self.answer: Callable[[str], bytes] = self.active
        # Answers wait for it.
        self.gate = threading.Event()
        self.gate.set()

    def active(self, token: str, **changes: Any) -> bytes:
        return json.dumps({"active": True} | self.claims | {"sub": token} | changes).encode()

    async def __call__(self, token: str) -> bytes:
        self.asked[token] += 1
        await asyncio.to_thread(self.gate.wait, 60)
        return self.answer(token)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def endpoint(issuer: Issuer) -> Iterator[Endpoint]:
    endpoint = Endpoint(issuer)
    yield endpoint
    endpoint.gate.set()


@pytest.fixture
def make(endpoint: Endpoint, clock: Clock) -> Iterator[Callable[..., Introspector]]:
    made = []

    def make(**options: Any) -> Introspector:
        usual: dict[str, Any] = {"ask": endpoint, "timeout": 60, "clock": clock}
        made.append(Introspector(**usual | options))
        return made[-1]

    yield make
    endpoint.gate.set()
    for introspector in made:
        introspector.close()


@pytest.fixture
def guard(policy: gatepost.Policy, keys: gatepost.KeySet) -> gatepost.Guard:
    return gatepost.Guard(AUDIENCE, gatepost.Validator(policy, keys, introspection=policy))


def head(token: str) -> gatepost.RequestHead:
    return gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])


def outcome(decided: gatepost.Principal | gatepost.Response) -> str | None:
    return decided.reason if isinstance(decided, gatepost.Response) else decided.subject


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
