"""One validator serves many threads while its keys are replaced."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import gatepost
from conftest import AUDIENCE
from issuer import Issuer

THREADS = 8
OFTEN = 100


def test_every_validation_sees_one_whole_key_set() -> None:
    before, after = Issuer("https://as.example.com"), Issuer("https://as.example.com")
    sets = [gatepost.KeySet.from_jwks(one.jwks()) for one in (before, after)]
    # Both have the same `kid`s, so a token meets either its own key or the other issuer's.
    tokens = [before.sign(before.claims(AUDIENCE), algorithm) for algorithm in ("ES256", "EdDSA")]
    validator = gatepost.Validator(gatepost.Policy(before.url, AUDIENCE), sets[0])
    done = Event()
    deadline = time.monotonic() + 120

    def validate(number: int) -> Counter[str]:
        seen: Counter[str] = Counter()
        token = tokens[number % 2]
        while min(seen["accepted"], seen["invalid_signature"]) < OFTEN:
            assert time.monotonic() < deadline
            try:
                subject = validator.validate(token).subject
                seen["accepted" if subject == "alice" else "wrong claims"] += 1
            except gatepost.TokenError as error:
                seen[error.reason] += 1
        return seen

    def rotate() -> None:
        while not done.is_set():
            for keys in reversed(sets):
                validator.replace_keys(keys)

    with ThreadPoolExecutor(THREADS + 1) as pool:
        rotation = pool.submit(rotate)
        try:
            results = list(pool.map(validate, range(THREADS)))
        finally:
            done.set()
        rotation.result()
    for seen in results:
        assert set(seen) == {"accepted", "invalid_signature"}
