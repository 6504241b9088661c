"""What the tests share: an issuer that signs anything, a validator that trusts it, and a client
whose tokens are bound to its key."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import gatepost
from issuer import Issuer

AUDIENCE = "https://mcp.example.com/mcp"


class Client:
    """Has a key, tokens that are bound to it, and proofs of having it."""

    def __init__(self, issuer: Issuer, cnf: dict[str, str] | None = None) -> None:
        """`cnf`: what its token is bound to besides."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        jwk = jwt.get_algorithm_by_name("ES256").to_jwk(self._key.public_key(), as_dict=True)
        self._jwk = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
        canonical = json.dumps(self._jwk, separators=(",", ":"), sort_keys=True)
        self.thumbprint = base64url(hashlib.sha256(canonical.encode()).digest())
        cnf = {"jkt": self.thumbprint} | (cnf or {})
        self.token = issuer.sign(issuer.claims(AUDIENCE, cnf=cnf))

    def proof(self, **changes: Any) -> str:
        claims = {
            "jti": str(uuid.uuid4()),
            "htm": "POST",
            "htu": AUDIENCE,
            "iat": int(time.time()),
            "ath": base64url(hashlib.sha256(self.token.encode()).digest()),
        }
        header = {"typ": "dpop+jwt", "jwk": self._jwk}
        return jwt.encode(claims | changes, self._key, "ES256", headers=header)

    def head(
        self, proof: str, scheme: str = "DPoP", certificate: bytes | None = None
    ) -> gatepost.RequestHead:
        headers = [("Authorization", f"{scheme} {self.token}"), ("DPoP", proof)]
        return gatepost.RequestHead("POST", "/mcp", headers, certificate)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """The demo's development issuer. Never rotate it: the whole session shares it."""
    return Issuer("https://as.example.com")


@pytest.fixture(scope="session")
def keys(issuer: Issuer) -> gatepost.KeySet:
    return gatepost.KeySet.from_jwks(issuer.jwks())


@pytest.fixture(scope="session")
def policy(issuer: Issuer) -> gatepost.Policy:
    return gatepost.Policy(issuer=issuer.url, audience=AUDIENCE)


@pytest.fixture(scope="session")
def validator(policy: gatepost.Policy, keys: gatepost.KeySet) -> gatepost.Validator:
    return gatepost.Validator(policy, keys)


@pytest.fixture(scope="session")
def client(issuer: Issuer) -> Client:
    return Client(issuer)
