"""What the tests share: an issuer that signs anything, a validator that trusts it, and a client
whose tokens are bound to its key."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
import pytest
from checked import Check
from cryptography.hazmat.primitives.asymmetric import ec
from key_server import AUDIENCE as AUDIENCE
from key_server import KEYS, Clock, KeyServer, document, guard_of, running

import gatepost
from issuer import Issuer


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
        # The whole session shares it, however long that takes.
        expiry = int(time.time()) + 3600
        self.token = issuer.sign(issuer.claims(AUDIENCE, cnf=cnf, exp=expiry))

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


@contextmanager
def interruptible() -> Iterator[None]:
    """Has children that are started meanwhile take interrupts: those of what ignores them, as in
    the background of a shell, do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[KeyServer]:
    """An issuer's HTTP server, which answers as `server.answers` says."""
    with running() as server:
        yield server


@pytest.fixture
def signer(server: KeyServer) -> Issuer:
    """The issuer there. Its keys are served, until an answer of another kind is."""
    signer = Issuer(server.url)
    server.answers[KEYS] = document(signer.jwks())
    return signer


@pytest.fixture
def live(server: KeyServer, signer: Issuer, clock: Clock) -> gatepost.LiveGuard:
    return guard_of(server, clock)


@pytest.fixture(scope="session")
def authorization(issuer: Issuer) -> tuple[bytes, bytes]:
    """The header with a good token."""
    return b"authorization", b"Bearer " + issuer.sign(issuer.claims(AUDIENCE)).encode()


@pytest.fixture(scope="session")
def client(issuer: Issuer) -> Client:
    return Client(issuer)


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs `gatepost check`."""
    return Check(capsys)
