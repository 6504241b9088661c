"""Code verifiers and challenges (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

import gatepost
from gatepost import CodeChallenge, CodeVerifier

# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_example_of_the_rfc() -> None:
    challenge = CodeVerifier.parse(VERIFIER).challenge()
    assert (challenge.text, challenge.method) == (CHALLENGE, "S256")
    CodeChallenge.from_parameters(CHALLENGE, "S256").verify(VERIFIER)


def test_generated_verifiers_are_of_the_systems_randomness() -> None:
    verifiers = {CodeVerifier.generate().text for _ in range(100)}
    assert len(verifiers) == 100
    for verifier in verifiers:
        digest = hashlib.sha256(verifier.encode()).digest()
        expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert CodeVerifier.parse(verifier).challenge().text == expected


@pytest.mark.parametrize("length", [43, 128])
def test_a_verifier_may_be_as_short_and_as_long_as_this(length: int) -> None:
    text = ("aZ09-._~" * 16)[:length]
    assert CodeVerifier.parse(text).text == text


@pytest.mark.parametrize(
    "verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + "é", "a" * 43 + "\ud800"]
)
def test_what_is_no_verifier_is_refused(verifier: str) -> None:
    with pytest.raises(gatepost.InvalidCodeVerifierError):
        CodeVerifier.parse(verifier)
    with pytest.raises(gatepost.InvalidCodeVerifierError):
        CodeChallenge.from_parameters(CHALLENGE, "S256").verify(verifier)


def test_another_verifier_and_none_are_refused() -> None:
    challenge = CodeVerifier.parse(VERIFIER).challenge()
    for other in (VERIFIER[:-1] + "l", None):
        with pytest.raises(gatepost.InvalidCodeVerifierError) as caught:
            challenge.verify(other)
        assert (caught.value.http_status, caught.value.oauth_error) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("challenge", "method"),
    [
        (None, None),
        (None, "S256"),
        (CHALLENGE, None),
        (CHALLENGE, "plain"),
        (CHALLENGE, "s256"),
        (CHALLENGE[:-1], "S256"),
        (CHALLENGE + "A", "S256"),
        (CHALLENGE[:-1] + "N", "S256"),
        ("\ud800", "\ud800"),
    ],
)
def test_only_challenges_of_s256_are_read(challenge: str | None, method: str | None) -> None:
    with pytest.raises(gatepost.InvalidCodeChallengeError) as caught:
        CodeChallenge.from_parameters(challenge, method)
    assert caught.value.oauth_error == "invalid_request"


def test_a_verifier_is_not_printed() -> None:
    verifier = CodeVerifier.parse(VERIFIER)
    assert VERIFIER not in repr(verifier) + str(verifier)
    assert repr(verifier.challenge()) == f"CodeChallenge(text='{CHALLENGE}')"


@pytest.mark.parametrize("value", [None, b"a" * 43, 1])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        CodeVerifier.parse(value)
