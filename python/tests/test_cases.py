"""The cases that every language runs: the same token, the same verdict."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

import gatepost

Case = dict[str, Any]
T = TypeVar("T")

FILE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "testdata/cases.json").read_text(encoding="utf-8")
)


def cases(kind: str) -> pytest.MarkDecorator:
    assert FILE[kind]
    return pytest.mark.parametrize("case", FILE[kind], ids=lambda case: case["name"])


@cases("cases")
def test_tokens(case: Case) -> None:
    validator = validator_of(case.get("issuers"), case.get("policy"), case.get("key_set"))
    token = outcome(case, lambda: validator.validate(case["token"], now=case["now"]))
    if token is None:
        return
    assert token.subject == case["subject"]
    assert token.client_id == case["client_id"]
    assert token.expires_at == case["expires_at"]
    assert set(token.audience) == set(case["audience"])
    assert set(token.scopes) == set(case["scopes"])
    payload = base64url(case["token"].split(".")[1])
    assert token.claims == json.loads(payload)


@cases("key_set_cases")
def test_key_sets(case: Case) -> None:
    keys = outcome(case, lambda: load(case["key_set"]), gatepost.KeySetError)
    if keys is None:
        return
    assert len(keys) == case["keys"]
    assert [[key.index, key.reason] for key in keys.skipped] == case["skipped"]


@cases("signature_cases")
def test_signatures(case: Case) -> None:
    keys = key_set(case["key_set"])
    payload = outcome(
        case, lambda: keys.verify_signature(case["token"], algorithms=case["algorithms"])
    )
    assert payload == (base64url(case["payload_b64u"]) if "payload_b64u" in case else None)


def outcome(
    case: Case, decide: Callable[[], T], family: type[gatepost.GatepostError] = gatepost.TokenError
) -> T | None:
    """What `decide` returns, or None where it refuses, as the case demands."""
    accepted, verdict = None, ("ok", 0)
    try:
        accepted = decide()
    except family as error:
        verdict = (error.reason, error.number)
    assert verdict == (case["reason"], case["number"])
    return accepted


@cache
def validator_of(issuers: str | None, policy: str | None, keys: str | None) -> gatepost.Validator:
    if issuers is not None:
        pairs = FILE["issuers"][issuers]
        return gatepost.Validator.of([(policy_of(policy), key_set(keys)) for policy, keys in pairs])
    assert policy is not None
    assert keys is not None
    return gatepost.Validator(policy_of(policy), key_set(keys))


def policy_of(name: str) -> gatepost.Policy:
    options = dict(FILE["policies"][name])
    if options.pop("profile", None) == "rfc9068":
        return gatepost.Policy.rfc9068(**options)
    return gatepost.Policy(**options)


@cache
def key_set(name: str) -> gatepost.KeySet:
    return load(FILE["key_sets"][name])


def load(key_set: dict[str, Any]) -> gatepost.KeySet:
    match key_set:
        case {"jwks": jwks} | {"jwks_text": jwks}:
            return gatepost.KeySet.from_jwks(jwks, key_set.get("symmetric", False))
        case {"pem": pem}:
            return gatepost.KeySet.from_pem(pem, key_set.get("algorithm"), key_set.get("kid"))
        case {"secret": secret, "algorithm": algorithm}:
            return gatepost.KeySet.from_secret(base64url(secret), algorithm, key_set.get("kid"))
    raise AssertionError(f"unknown form of a key set: {key_set.keys()}")


def base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
