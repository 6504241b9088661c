"""What the tests share: an issuer that signs anything, and a validator that trusts it."""

from __future__ import annotations

import pytest

import gatepost
from issuer import Issuer

AUDIENCE = "https://mcp.example.com/mcp"


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
