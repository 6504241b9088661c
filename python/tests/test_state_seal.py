"""State that travels through the client, and comes back from whom it was made for."""

from __future__ import annotations

import base64
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import Guard, RequestHead, SealKeys, StateSeal
from issuer import Issuer

NOW = 1_700_000_000
LATER = NOW + 300
PURPOSE = "tools/call delete_file"
OLD, NEW = b"1" * 32, b"2" * 32


@pytest.fixture
def seal() -> StateSeal:
    return StateSeal(SealKeys({1: OLD}))


@pytest.fixture(scope="module")
def alice(validator: gatepost.Validator, issuer: Issuer) -> gatepost.AccessToken:
    return validator.validate(issuer.sign(issuer.claims(AUDIENCE)))


def principal_of(validator: gatepost.Validator, token: str | None) -> gatepost.Principal:
    guard = Guard(AUDIENCE, validator, rules=[gatepost.Rule.method("ping").public()])
    headers = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "ping")]
    if token is not None:
        headers.append(("Authorization", f"Bearer {token}"))
    principal = guard.authenticate(RequestHead("POST", "/mcp", headers))
    assert isinstance(principal, gatepost.Principal)
    return principal


def test_state_comes_back_as_it_was(seal: StateSeal, alice: gatepost.AccessToken) -> None:
    for state in (b"", b"step 2", bytes(range(256)) * 16):
        text = seal.seal(state, alice, PURPOSE, expires_at=LATER)
        assert seal.open(text, alice, PURPOSE, now=NOW) == state
        assert text.isascii()
        assert len(text) == -(-(len(state) + 42) * 4 // 3)


def test_s23_state_is_for_its_owner_purpose_context_and_time(
    seal: StateSeal, alice: gatepost.AccessToken, validator: gatepost.Validator, issuer: Issuer
) -> None:
    text = seal.seal(b"state", alice, PURPOSE, context=b"arguments", expires_at=LATER)
    claims = issuer.claims(AUDIENCE)
    assert seal.open(text, alice, PURPOSE, context=b"arguments", now=LATER - 0.1) == b"state"
    others = [
        validator.validate(issuer.sign(claims | change))
        for change in ({"sub": "mallory"}, {"client_id": "another-app"})
    ]
    refused: list[tuple[Any, str, bytes]] = [
        *((other, PURPOSE, b"arguments") for other in others),
        (alice, "tools/call other", b"arguments"),
        (alice, PURPOSE, b"other arguments"),
        (alice, PURPOSE, b""),
    ]
    for owner, purpose, context in refused:
        with pytest.raises(gatepost.InvalidStateError):
            seal.open(text, owner, purpose, context=context, now=NOW)
    with pytest.raises(gatepost.StateExpiredError):
        seal.open(text, alice, PURPOSE, context=b"arguments", now=LATER)
    # A state that is not the caller's does not say when it expired.
    with pytest.raises(gatepost.InvalidStateError):
        seal.open(text, others[0], PURPOSE, context=b"arguments", now=LATER)


def test_a_principal_and_its_token_are_the_same_owner(
    seal: StateSeal, alice: gatepost.AccessToken, validator: gatepost.Validator, issuer: Issuer
) -> None:
    text = seal.seal(b"state", alice, PURPOSE, expires_at=LATER)
    principal = principal_of(validator, issuer.sign(issuer.claims(AUDIENCE)))
    assert seal.open(text, principal, PURPOSE, now=NOW) == b"state"
    assert seal.seal(b"state", principal, PURPOSE, expires_at=LATER) == text


def test_nobody_in_particular_has_no_state(
    seal: StateSeal, alice: gatepost.AccessToken, validator: gatepost.Validator
) -> None:
    nobody = principal_of(validator, None)
    assert nobody.token is None
    with pytest.raises(gatepost.MissingClaimError):
        seal.seal(b"state", nobody, PURPOSE, expires_at=LATER)
    with pytest.raises(gatepost.MissingClaimError):
        seal.open(seal.seal(b"state", alice, PURPOSE, expires_at=LATER), nobody, PURPOSE, now=NOW)


def test_s24_what_was_changed_is_refused_bit_by_bit(
    seal: StateSeal, alice: gatepost.AccessToken
) -> None:
    text = seal.seal(b"state!", alice, PURPOSE, expires_at=LATER)
    sealed = base64.urlsafe_b64decode(text)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        other = base64.urlsafe_b64encode(changed).decode()
        with pytest.raises(gatepost.InvalidStateError):
            seal.open(other, alice, PURPOSE, now=NOW)
    for other in ("", "x", text[:-1], text + "A", text + "=", "é" * 56, "\udc80", "A" * 100_000):
        with pytest.raises(gatepost.InvalidStateError):
            seal.open(other, alice, PURPOSE, now=NOW)


def test_secrets_rotate(alice: gatepost.AccessToken) -> None:
    old, new = StateSeal(SealKeys({1: OLD})), StateSeal(SealKeys({2: NEW}))
    appended, moved = StateSeal(SealKeys({1: OLD, 2: NEW})), StateSeal(SealKeys({2: NEW, 1: OLD}))
    for sealing, opening, is_opened in (
        (old, appended, True),
        (appended, old, True),
        (appended, moved, True),
        (moved, appended, True),
        (moved, new, True),
        (moved, old, False),
        (old, new, False),
    ):
        text = sealing.seal(b"state", alice, PURPOSE, expires_at=LATER)
        if is_opened:
            assert opening.open(text, alice, PURPOSE, now=NOW) == b"state"
        else:
            with pytest.raises(gatepost.InvalidStateError):
                opening.open(text, alice, PURPOSE, now=NOW)


def test_limits(seal: StateSeal, alice: gatepost.AccessToken) -> None:
    with pytest.raises(gatepost.TooLargeError):
        seal.seal(bytes(4097), alice, PURPOSE, expires_at=LATER)
    with pytest.raises(gatepost.PolicyError):
        seal.seal(b"state", alice, "", expires_at=LATER)
    with pytest.raises(ValueError, match="expires_at must be a number of seconds"):
        seal.seal(b"state", alice, PURPOSE, expires_at=-1)
    # Two texts without a form in UTF-8 must not be one context.
    with pytest.raises(TypeError):
        seal.seal(b"state", alice, PURPOSE, context="\udc80", expires_at=LATER)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        seal.seal(b"state", "alice", PURPOSE, expires_at=LATER)  # type: ignore[arg-type]


def test_asks_the_clock(
    seal: StateSeal, alice: gatepost.AccessToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = seal.seal(b"state", alice, PURPOSE, expires_at=LATER)
    monkeypatch.setattr("time.time", lambda: LATER - 0.5)
    assert seal.open(text, alice, PURPOSE) == b"state"
    monkeypatch.setattr("time.time", lambda: LATER + 0.5)
    with pytest.raises(gatepost.StateExpiredError):
        seal.open(text, alice, PURPOSE)


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({}, gatepost.PolicyError),
        (dict.fromkeys(range(17), OLD), gatepost.PolicyError),
        ({256: OLD}, gatepost.PolicyError),
        ({-1: OLD}, gatepost.PolicyError),
        ({1: OLD[1:]}, gatepost.KeyTooWeakError),
        ({1: b"1" * 1025}, gatepost.InvalidKeyError),
        ({1: b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI"}, gatepost.KeyNotForVerificationError),
        ({1: OLD.decode()}, TypeError),
        ({"1": OLD}, TypeError),
        ([(1, OLD)], TypeError),
    ],
)
def test_refuses_what_are_no_secrets(keys: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        SealKeys(keys)


def test_a_repr_shows_no_secret(seal: StateSeal) -> None:
    assert repr(SealKeys({7: OLD, 200: NEW})) == "SealKeys(numbers=[7, 200])"
    assert repr(seal) == "StateSeal(...)"
