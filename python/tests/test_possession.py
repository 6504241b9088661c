"""Which keys a token is bound to, and what shows that its sender has them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE, Client, base64url
from issuer import Issuer

CERTIFICATE = hashlib.sha256(b"a certificate").digest()


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    return gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())


def let_in(guard: gatepost.Guard, head: gatepost.RequestHead) -> gatepost.Principal:
    principal = guard.authenticate(head)
    assert isinstance(principal, gatepost.Principal)
    return principal


def bearer(issuer: Issuer, certificate: bytes | None = None, **claims: Any) -> gatepost.RequestHead:
    token = issuer.sign(issuer.claims(AUDIENCE, **claims))
    headers = [("Authorization", f"Bearer {token}")]
    return gatepost.RequestHead("POST", "/mcp", headers, certificate)


def test_a_principal_tells_which_keys_its_token_is_bound_to(
    guard: gatepost.Guard, issuer: Issuer, client: Client
) -> None:
    by_proof = let_in(guard, client.head(client.proof())).confirmation
    assert by_proof.jkt is not None
    assert base64url(by_proof.jkt) == client.thumbprint
    assert (by_proof.x5t_s256, by_proof.is_bound) == (None, True)

    cnf = {"x5t#S256": base64url(CERTIFICATE)}
    principal = let_in(guard, bearer(issuer, CERTIFICATE, cnf=cnf))
    by_certificate = principal.confirmation
    assert (by_certificate.jkt, by_certificate.x5t_s256) == (None, CERTIFICATE)
    assert principal.token is not None
    assert principal.token.confirmation == by_certificate != by_proof
    assert repr(by_certificate) == f"Confirmation(jkt=None, x5t_s256={CERTIFICATE!r})"


def test_a_plain_bearer_token_is_bound_to_no_key(
    guard: gatepost.Guard, validator: gatepost.Validator, issuer: Issuer
) -> None:
    assert let_in(guard, bearer(issuer)).confirmation == gatepost.Confirmation.NONE
    token = validator.validate(issuer.sign(issuer.claims(AUDIENCE)))
    assert token.confirmation == gatepost.Confirmation.NONE
    assert not token.confirmation.is_bound
    assert (token.confirmation.jkt, token.confirmation.x5t_s256) == (None, None)


def test_confirmations_are_values(guard: gatepost.Guard, issuer: Issuer, client: Client) -> None:
    first = let_in(guard, client.head(client.proof())).confirmation
    again = let_in(guard, client.head(client.proof())).confirmation
    other = Client(issuer)
    seen = {first, again, let_in(guard, other.head(other.proof())).confirmation}
    assert first == again
    assert len(seen) == 2
    assert first != first.jkt
    with pytest.raises(AttributeError):
        first.jkt = b""  # type: ignore[misc]
