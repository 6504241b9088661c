"""Sets of keys: what they are read from, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import gatepost
from issuer import Issuer

SECRET = bytes(range(32))


def test_reads_a_jwk_set_of_any_form(issuer: Issuer) -> None:
    text = json.dumps(issuer.jwks())
    for jwks in (text, text.encode(), issuer.jwks()):
        assert len(gatepost.KeySet.from_jwks(jwks)) == 3


@pytest.mark.parametrize("jwks", [None, 1, [], bytearray(b"{}"), memoryview(b"{}")])
def test_refuses_other_types(jwks: Any) -> None:
    with pytest.raises(TypeError, match="jwks must be str, bytes or dict"):
        gatepost.KeySet.from_jwks(jwks)


@pytest.mark.parametrize(
    ("jwks", "reason"),
    [
        ("", "invalid_json"),
        (b"\xff", "invalid_json"),
        ("\ud800", "invalid_json"),
        ('{"keys":[],"keys":[]}', "duplicate_member"),
        ({"keys": [], "x": float("nan")}, "invalid_json"),
        ({"keys": []}, "key_not_found"),
    ],
)
def test_refuses_what_is_no_jwk_set(jwks: Any, reason: str) -> None:
    with pytest.raises(gatepost.KeySetError) as caught:
        gatepost.KeySet.from_jwks(jwks)
    assert caught.value.reason == reason


def test_a_dict_that_is_no_json_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        gatepost.KeySet.from_jwks({"keys": [object()]})


def test_says_what_it_skipped(issuer: Issuer) -> None:
    keys = issuer.jwks()["keys"]
    odd = {"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "AA", "y": "AA"}
    loaded = gatepost.KeySet.from_jwks({"keys": [keys[0], odd, {"kty": "new"}]})
    assert len(loaded) == 1
    assert [(key.index, key.kid, key.reason, key.number) for key in loaded.skipped] == [
        (1, "odd", "unsupported_key", 316),
        (2, None, "unsupported_key", 316),
    ]
    assert repr(loaded.skipped[0]) == (
        "SkippedKey(index=1, kid='odd', reason='unsupported_key', number=316)"
    )


def test_has_a_repr_without_keys(keys: gatepost.KeySet) -> None:
    assert repr(keys) == "KeySet(keys=3, skipped=0)"


def test_a_secret_enters_by_its_own_door() -> None:
    encoded = base64.urlsafe_b64encode(SECRET).decode().rstrip("=")
    jwks = {"keys": [{"kty": "oct", "k": encoded, "alg": "HS256"}]}
    with pytest.raises(gatepost.KeyNotForVerificationError):
        gatepost.KeySet.from_jwks(jwks)
    token = jwt.encode({"iss": "a"}, SECRET, "HS256")
    for keys in (
        gatepost.KeySet.from_jwks(jwks, allow_symmetric=True),
        gatepost.KeySet.from_secret(SECRET),
    ):
        assert keys.verify_signature(token, algorithms=["HS256"]) == b'{"iss":"a"}'


def test_a_mixed_set_is_refused(issuer: Issuer) -> None:
    encoded = base64.urlsafe_b64encode(SECRET).decode().rstrip("=")
    jwks = {"keys": [*issuer.jwks()["keys"], {"kty": "oct", "k": encoded, "alg": "HS256"}]}
    with pytest.raises(gatepost.MixedKeySetError):
        gatepost.KeySet.from_jwks(jwks, allow_symmetric=True)


def test_secrets_are_bytes_and_long_enough() -> None:
    with pytest.raises(TypeError):
        gatepost.KeySet.from_secret("a text is not a secret of any size")  # type: ignore[arg-type]
    with pytest.raises(gatepost.KeyTooWeakError):
        gatepost.KeySet.from_secret(SECRET[:31])
    with pytest.raises(gatepost.KeyTooWeakError):
        gatepost.KeySet.from_secret(SECRET, algorithm="HS512")


def test_reads_pem() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = jwt.encode({"sub": "alice"}, private, "ES256", headers={"kid": "one"})
    for keys in (
        gatepost.KeySet.from_pem(pem),
        gatepost.KeySet.from_pem(pem.decode(), algorithm="ES256", kid="one"),
    ):
        assert keys.verify_signature(token, ["ES256"]) == b'{"sub":"alice"}'
    with pytest.raises(gatepost.KeySetError):
        gatepost.KeySet.from_pem(pem, algorithm="RS256")
    with pytest.raises(gatepost.KeySetError):
        gatepost.KeySet.from_pem("no PEM at all")


def test_an_unknown_algorithm_is_named() -> None:
    for call in (
        lambda: gatepost.KeySet.from_pem("", algorithm="ES257"),
        lambda: gatepost.KeySet.from_secret(SECRET, algorithm="ES257"),
        lambda: gatepost.KeySet.from_secret(SECRET).verify_signature("", ["ES257"]),
        lambda: gatepost.Policy("https://as.example.com", "a", algorithms=["ES257"]),
    ):
        with pytest.raises(gatepost.PolicyError, match="ES257"):
            call()


def test_verify_signature_looks_at_no_claim(keys: gatepost.KeySet, issuer: Issuer) -> None:
    token = issuer.sign({"exp": 1})
    assert keys.verify_signature(token, algorithms=["ES256"]) == b'{"exp":1}'
    assert keys.verify_signature(token.encode(), algorithms=("ES256",)) == b'{"exp":1}'
    with pytest.raises(gatepost.AlgorithmNotAllowedError):
        keys.verify_signature(token, algorithms=["RS256"])
    with pytest.raises(gatepost.InvalidSignatureError):
        keys.verify_signature(token[:-86] + issuer.sign({"exp": 2})[-86:], ["ES256"])
