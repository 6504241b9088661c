"""Keys that sign, and compact tokens put together by hand: for `gatepost.testing` alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
except ModuleNotFoundError:
    raise ImportError(
        "tokens are signed with cryptography: pip install 'gatepost[testing]'"
    ) from None

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class SigningKey:
    """A new key pair for one algorithm."""

    def __init__(self, algorithm: str, kid: str, use: str = "sig") -> None:
        self.algorithm = algorithm
        self.kid = kid
        self._use = use
        self._private = _generate(algorithm)

    @property
    def jwk(self) -> dict[str, str]:
        """The public key (RFC 7517)."""
        named = {"kid": self.kid, "use": self._use}
        if self._use == "sig":
            named["alg"] = self.algorithm
        return _public_members(self._private) | named

    @property
    def pem(self) -> bytes:
        """The public key."""
        return self._private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        """The signature in the form that a JWS has it."""
        key = self._private
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(message)
        # RFC 7518, section 3.4.
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def compact(
    header: Mapping[str, Any] | str,
    payload: Mapping[str, Any] | str | bytes,
    sign: Callable[[bytes], bytes],
) -> str:
    """A compact JWS; of a header or payload that is text, that very text."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(sign(signed.encode()))}"


def part(value: Mapping[str, Any] | str | bytes) -> str:
    """One part of a compact JWS; None leaves a member out."""
    if isinstance(value, Mapping):
        members = {name: it for name, it in value.items() if it is not None}
        value = json.dumps(members, separators=(",", ":"))
    data = value.encode() if isinstance(value, str) else value
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _generate(algorithm: str) -> PrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    raise ValueError(f"no keys are made here for {algorithm!r}")


def _public_members(key: PrivateKey) -> dict[str, str]:
    if isinstance(key, rsa.RSAPrivateKey):
        of_rsa = key.public_key().public_numbers()
        return {"kty": "RSA", "n": _number(of_rsa.n), "e": _number(of_rsa.e)}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": part(key.public_key().public_bytes_raw())}
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}


def _number(value: int, length: int | None = None) -> str:
    return part(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))
