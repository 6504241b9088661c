"""Tokens that are bound to a key, and proofs that their sender has it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE, Client
from issuer import Issuer


def reason(
    guard: gatepost.Guard, head: gatepost.RequestHead, now: float | None = None
) -> str | None:
    decided = guard.authenticate(head, now)
    return decided.reason if isinstance(decided, gatepost.Response) else None


def test_a_proof_lets_in_once(validator: gatepost.Validator, client: Client) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    head = client.head(client.proof())
    principal = guard.authenticate(head)
    assert isinstance(principal, gatepost.Principal)
    assert principal.subject == "alice"
    assert isinstance(guard.authorize(principal, head), gatepost.Operation)
    assert guard.permits(principal, tool="any")
    assert reason(guard, head) == "proof_replayed"
    assert reason(guard, client.head(client.proof())) is None


def test_a_proof_is_for_this_request_token_and_key(
    validator: gatepost.Validator, issuer: Issuer, client: Client
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    for changes in ({"htm": "GET"}, {"htu": "https://other.example.com"}, {"ath": "x"}, {"iat": 1}):
        assert reason(guard, client.head(client.proof(**changes))) == "invalid_proof"
    assert reason(guard, client.head(Client(issuer).proof())) == "invalid_proof"
    assert reason(guard, client.head(client.proof(), "Bearer")) == "proof_required"
    without = gatepost.Guard(AUDIENCE, validator)
    assert reason(without, client.head(client.proof())) == "credentials_missing"
    assert reason(without, client.head(client.proof(), "Bearer")) == "proof_required"


def test_what_is_asked_for_is_advertised(validator: gatepost.Validator, issuer: Issuer) -> None:
    dpop = gatepost.Dpop(required=True, algorithms=["ES256"])
    guard = gatepost.Guard(AUDIENCE, validator, dpop=dpop)
    target = "/.well-known/oauth-protected-resource"
    document = guard.authenticate(gatepost.RequestHead("GET", target, []))
    assert isinstance(document, gatepost.Response)
    read = json.loads(document.body)
    assert read["dpop_signing_alg_values_supported"] == ["ES256"]
    assert read["dpop_bound_access_tokens_required"] is True
    bearer = issuer.sign(issuer.claims(AUDIENCE))
    refused = guard.authenticate(
        gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {bearer}")])
    )
    assert isinstance(refused, gatepost.Response)
    assert (refused.status, refused.reason) == (401, "proof_required")
    [challenge] = [value for name, value in refused.headers if name == "WWW-Authenticate"]
    assert challenge.startswith("DPoP ")
    assert 'algs="ES256"' in challenge


def test_proofs_are_remembered_until_they_expire(
    validator: gatepost.Validator, client: Client
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop(max_proofs=2))
    now = int(time.time())
    first = client.head(client.proof())
    assert reason(guard, first, now) is None
    assert reason(guard, client.head(client.proof()), now) is None
    third = client.head(client.proof())
    assert reason(guard, third, now) == "replay_store_full"
    # What is seen is known even where there is no room.
    assert reason(guard, first, now) == "proof_replayed"
    later = now + 250
    assert reason(guard, client.head(client.proof(iat=later)), later) == "replay_store_full"
    # The first two have expired by now, and are refused for their age if they come again.
    later = now + 310
    assert reason(guard, client.head(client.proof(iat=later)), later) is None
    # The clock is set back: one that was forgotten is not accepted again.
    assert reason(guard, first, now) == "proof_replayed"
    assert reason(guard, client.head(client.proof()), now) == "proof_replayed"


def test_of_threads_with_one_proof_one_gets_in(
    validator: gatepost.Validator, client: Client
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    for _ in range(20):
        head = client.head(client.proof())
        with ThreadPoolExecutor(8) as pool:
            seen = list(pool.map(lambda _, head=head: reason(guard, head), range(8)))
        assert sorted(seen, key=str) == [None, *["proof_replayed"] * 7]


NOW = 1_700_000_000


def nonces(lifetime: int = 60, **keys: bytes) -> gatepost.DpopNonces:
    secrets = {int(name[1:]): secret for name, secret in (keys or {"k1": b"1" * 32}).items()}
    return gatepost.DpopNonces(gatepost.SealKeys(secrets), lifetime)


def test_a_nonce_is_demanded_and_handed_out(validator: gatepost.Validator, client: Client) -> None:
    own = nonces()
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop(nonces=own))
    now = int(time.time())
    for wrong in ({}, {"nonce": "made up"}, {"nonce": own.write(now - 60)}):
        answer = guard.authenticate(client.head(client.proof(**wrong)), now)
        assert isinstance(answer, gatepost.Response)
        assert (answer.status, answer.reason) == (401, "nonce_required")
        headers = dict(answer.headers)
        assert 'error="use_dpop_nonce"' in headers["WWW-Authenticate"]
        assert headers["DPoP-Nonce"] == own.write(now)
        retried = client.head(client.proof(nonce=headers["DPoP-Nonce"]))
        assert reason(guard, retried, now) is None
        assert reason(guard, retried, now) == "proof_replayed"


def test_a_nonce_is_good_from_its_making_to_its_end() -> None:
    own = nonces(lifetime=300)
    nonce = own.write(NOW + 0.5)
    assert len(nonce) == 32
    assert [own.is_good(nonce, NOW + age) for age in (-31, -30, 0, 299.9, 300)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    for other in ("", nonce[:-1], nonce + "A", "é" * 16, "\udc80", "\x00" * 32):
        assert not own.is_good(other, NOW)
    with pytest.raises(gatepost.PolicyError):
        own.write(1 << 56)


def test_servers_that_share_a_secret_take_each_others_nonces() -> None:
    old, new = nonces(k1=b"1" * 32), nonces(k2=b"2" * 32)
    both = nonces(k2=b"2" * 32, k1=b"1" * 32)
    assert both.is_good(old.write(NOW), NOW)
    assert new.is_good(both.write(NOW), NOW)
    assert not old.is_good(both.write(NOW), NOW)
    # The same number with another secret.
    assert not nonces(k1=b"3" * 32).is_good(old.write(NOW), NOW)


def test_a_state_is_no_nonce(validator: gatepost.Validator, client: Client) -> None:
    keys = gatepost.SealKeys({1: b"1" * 32})
    nonce = gatepost.DpopNonces(keys, 60).write(NOW)
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    principal = guard.authenticate(client.head(client.proof()))
    assert isinstance(principal, gatepost.Principal)
    with pytest.raises(gatepost.InvalidStateError):
        gatepost.StateSeal(keys).open(nonce, principal, "any", now=NOW)


@pytest.mark.parametrize("lifetime", [0, 3601, -1, 1 << 40])
def test_nonces_have_a_lifetime(lifetime: int) -> None:
    with pytest.raises(gatepost.PolicyError, match="lifetime"):
        nonces(lifetime)


@pytest.mark.parametrize(
    "options", [{"algorithms": []}, {"algorithms": ["HS256"]}, {"max_proofs": 0}]
)
def test_refuses_what_makes_no_sense(options: dict[str, Any]) -> None:
    [name] = options
    with pytest.raises(gatepost.PolicyError, match=name):
        gatepost.Dpop(**options)


def test_has_a_repr() -> None:
    assert repr(gatepost.Dpop(required=True)) == "Dpop(required=True)"
    assert repr(nonces()) == "DpopNonces(lifetime=60)"
