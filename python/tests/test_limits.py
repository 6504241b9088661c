"""What is far too big is refused with the limit's own reason."""

from __future__ import annotations

from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from issuer import Issuer

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "token",
    ["a" * 1_000_000, "." * 1_000_000, b"a" * 1_000_000, "a." * 500_000],
    ids=["letters", "dots", "bytes", "parts"],
)
def test_a_token_of_a_million_characters(validator: gatepost.Validator, token: Any) -> None:
    with pytest.raises(gatepost.TooLargeError):
        validator.validate(token)


def test_claims_nested_too_deep(issuer: Issuer, validator: gatepost.Validator) -> None:
    def nested(depth: int) -> Any:
        value: Any = 1
        for _ in range(depth):
            value = [value]
        return value

    # The claims are the outermost object themselves.
    token = issuer.sign(issuer.claims(AUDIENCE, deep=nested(31)))
    assert validator.validate(token).claims["deep"] == nested(31)
    with pytest.raises(gatepost.TooDeepError):
        validator.validate(issuer.sign(issuer.claims(AUDIENCE, deep=nested(32))))


def test_a_key_set_nested_a_hundred_thousand_deep() -> None:
    with pytest.raises(gatepost.KeySetError) as caught:
        gatepost.KeySet.from_jwks('{"keys":[],"deep":' + DEEP + "}")
    assert caught.value.reason == "too_deep"


def test_a_dict_nested_a_hundred_thousand_deep() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"deep": deep}
    with pytest.raises(gatepost.KeySetError) as caught:
        gatepost.KeySet.from_jwks({"keys": [], "deep": deep})
    assert caught.value.reason == "too_deep"
    # Taken apart from the outside: freeing it at one blow would nest as deep.
    while deep:
        deep = deep["deep"]


def test_a_set_of_ten_thousand_keys(issuer: Issuer) -> None:
    key = issuer.jwks()["keys"][1]
    for keys in (
        [{**key, "kid": str(number)} for number in range(10_000)],
        [{"kty": "unknown"}] * 10_000,
    ):
        with pytest.raises(gatepost.TooManyKeysError):
            gatepost.KeySet.from_jwks({"keys": keys})


def test_a_set_of_more_than_a_mebibyte(issuer: Issuer) -> None:
    jwks = {**issuer.jwks(), "padding": "a" * (1 << 20)}
    with pytest.raises(gatepost.KeySetError) as caught:
        gatepost.KeySet.from_jwks(jwks)
    assert caught.value.reason == "too_large"


def test_a_set_of_as_many_keys_as_there_may_be(issuer: Issuer) -> None:
    key = issuer.jwks()["keys"][1]
    jwks = {"keys": [{**key, "kid": str(number)} for number in range(1000)]}
    assert len(gatepost.KeySet.from_jwks(jwks)) == 1000
    jwks["keys"].append({**key, "kid": "one more"})
    with pytest.raises(gatepost.TooManyKeysError):
        gatepost.KeySet.from_jwks(jwks)
