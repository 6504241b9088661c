"""Opaque tokens, judged by what their issuer says of them."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE, Client, base64url
from issuer import Issuer

OPAQUE = "2YotnFZFEjr1zCsicMWpAA"
CERTIFICATE = hashlib.sha256(b"a certificate").digest()


def active(issuer: Issuer, **changes: Any) -> bytes:
    claims = issuer.claims(AUDIENCE, token_type="Bearer", **changes)
    return json.dumps({"active": True} | claims).encode()


def head(token: str = OPAQUE, scheme: str = "Bearer", **more: Any) -> gatepost.RequestHead:
    return gatepost.RequestHead("POST", "/mcp", [("Authorization", f"{scheme} {token}")], **more)


@pytest.fixture
def opaque(policy: gatepost.Policy, keys: gatepost.KeySet) -> gatepost.Validator:
    return gatepost.Validator(policy, keys, introspection=policy)


def test_a_guard_is_told_what_the_issuer_says(issuer: Issuer, opaque: gatepost.Validator) -> None:
    rule = gatepost.Rule.tool("delete").needs("files:delete")
    guard = gatepost.Guard(AUDIENCE, opaque, rules=[rule])
    sent = head()
    answer = guard.authenticate(sent)
    assert isinstance(answer, gatepost.Response)
    assert (answer.status, answer.reason) == (503, "introspection_unavailable")
    assert ("Retry-After", "5") in answer.headers

    principal = guard.authenticate(sent, introspection=active(issuer, scope="tools:call"))
    assert isinstance(principal, gatepost.Principal)
    assert (principal.subject, principal.scopes) == ("alice", ["tools:call"])
    assert principal.token is not None
    assert (principal.token.algorithm, principal.token.key_id) == (None, None)
    assert principal.token.claims["active"] is True
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "delete"}}
    refused = guard.authorize(principal, sent, json.dumps(call))
    assert isinstance(refused, gatepost.Response)
    assert refused.reason == "insufficient_scope"

    answer = guard.authenticate(sent, introspection='{"active":false}')
    assert isinstance(answer, gatepost.Response)
    assert (answer.status, answer.reason) == (401, "token_inactive")
    assert 'error="invalid_token"' in dict(answer.headers)["WWW-Authenticate"]


def test_nothing_but_the_opaque_token_changes(
    issuer: Issuer, opaque: gatepost.Validator, validator: gatepost.Validator, client: Client
) -> None:
    dpop = gatepost.Dpop()
    with_policy = gatepost.Guard(AUDIENCE, opaque, dpop=dpop)
    without = gatepost.Guard(AUDIENCE, validator, dpop=dpop)
    good = issuer.sign(issuer.claims(AUDIENCE))
    for sent in (
        gatepost.RequestHead("POST", "/mcp", []),
        head("a b"),
        head(good),
        head(good[:-4] + "AAAA"),
        head(issuer.sign(issuer.claims(AUDIENCE, exp=1))),
        head(client.token),
        head("a" * 16_385),
        gatepost.RequestHead("GET", "/.well-known/oauth-protected-resource/mcp", []),
    ):
        seen = []
        for guard in (with_policy, without):
            decided = guard.authenticate(sent)
            seen.append(
                decided.subject
                if isinstance(decided, gatepost.Principal)
                else (decided.status, decided.headers, decided.body)
            )
        assert seen[0] == seen[1]


def test_without_a_policy_for_them_opaque_tokens_are_no_tokens(
    issuer: Issuer, validator: gatepost.Validator
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator)
    answer = guard.authenticate(head())
    assert isinstance(answer, gatepost.Response)
    assert answer.reason == "malformed"
    response = active(issuer)
    for call in (
        lambda: guard.authenticate(head(), introspection=response),
        lambda: validator.validate(OPAQUE, introspection=response),
        lambda: validator.validate_before_proof(OPAQUE, introspection=response),
    ):
        with pytest.raises(gatepost.PolicyError, match="introspection"):
            call()


def test_a_validator_is_told_as_well(issuer: Issuer, opaque: gatepost.Validator) -> None:
    with pytest.raises(gatepost.IntrospectionUnavailableError) as caught:
        opaque.validate(OPAQUE)
    assert (caught.value.number, caught.value.http_status) == (803, 503)
    response = active(issuer, iss=None, client_id="app")
    for said in (response, response.decode()):
        token = opaque.validate(OPAQUE.encode(), introspection=said)
        # It does not name its issuer, who was asked.
        assert (token.issuer, token.subject, token.client_id) == (issuer.url, "alice", "app")
    assert opaque.validate(OPAQUE, 1000, introspection=active(issuer, iat=1, exp=1001))
    for changes, error in (
        ({"exp": 1}, gatepost.ExpiredError),
        ({"exp": None}, gatepost.MissingClaimError),
        ({"iat": time.time() + 1000}, gatepost.IssuedInFutureError),
        ({"aud": "https://other.example.com"}, gatepost.AudienceMismatchError),
        ({"iss": "https://other.example.com"}, gatepost.IssuerMismatchError),
        ({"token_use": "refresh_token"}, gatepost.TypeMismatchError),
        ({"cnf": {"jkt": base64url(CERTIFICATE)}}, gatepost.ProofRequiredError),
    ):
        with pytest.raises(error):
            opaque.validate(OPAQUE, introspection=active(issuer, **changes))
    for garbage in (b"", b"{}", b"<html>", b"\xff", active(issuer)[:-1], b" " * 8193):
        with pytest.raises(gatepost.InvalidIntrospectionError) as refused:
            opaque.validate(OPAQUE, introspection=garbage)
        assert (refused.value.number, refused.value.http_status) == (141, 503)
    with pytest.raises(TypeError, match="introspection must be str or bytes"):
        opaque.validate(OPAQUE, introspection={"active": True})  # type: ignore[arg-type]
    # What is no text is no token, whatever is said of it.
    with pytest.raises(gatepost.MalformedError):
        opaque.validate(b"\xff", introspection=response)


def test_an_opaque_token_is_bound_to_keys(
    issuer: Issuer, opaque: gatepost.Validator, client: Client
) -> None:
    both = {"jkt": client.thumbprint, "x5t#S256": base64url(CERTIFICATE)}
    said = active(issuer, cnf=both)
    ath = base64url(hashlib.sha256(OPAQUE.encode()).digest())
    guard = gatepost.Guard(AUDIENCE, opaque, dpop=gatepost.Dpop(max_proofs=1))

    def decided(proof: str, certificate: bytes | None) -> str | None:
        headers = [("Authorization", f"DPoP {OPAQUE}"), ("DPoP", proof)]
        sent = gatepost.RequestHead("POST", "/mcp", headers, certificate)
        # That somebody has to be asked first spends no proof.
        assert guard.authenticate(sent).reason == "introspection_unavailable"  # type: ignore[union-attr]
        answer = guard.authenticate(sent, introspection=said)
        return answer.reason if isinstance(answer, gatepost.Response) else None

    proof = client.proof(ath=ath)
    assert decided(client.proof(), CERTIFICATE) == "invalid_proof"
    assert decided(proof, None) == "proof_required"
    assert decided(proof, CERTIFICATE) is None
    assert decided(proof, CERTIFICATE) == "proof_replayed"

    presented = opaque.validate_before_proof(OPAQUE, introspection=said)
    assert presented.confirmation.x5t_s256 == CERTIFICATE
    verifier = gatepost.DpopVerifier(AUDIENCE, gatepost.Dpop())
    evidence = verifier.verify(presented, [client.proof(ath=ath)], "POST").evidence
    assert presented.prove(evidence.with_certificate(CERTIFICATE)).subject == "alice"


def test_where_nobody_has_keys_all_tokens_are_asked_about(
    issuer: Issuer, policy: gatepost.Policy
) -> None:
    validator = gatepost.Validator.of([], introspection=policy)
    assert repr(validator) == "Validator(issuers=['https://as.example.com'])"
    assert validator.policies == []
    jwt = issuer.sign(issuer.claims(AUDIENCE))
    for token in (OPAQUE, jwt):
        with pytest.raises(gatepost.IntrospectionUnavailableError):
            validator.validate(token)
        said = active(issuer, sub="bob")
        assert validator.validate(token, introspection=said).subject == "bob"
    guard = gatepost.Guard(AUDIENCE, validator)
    target = "/.well-known/oauth-protected-resource/mcp"
    document = guard.authenticate(gatepost.RequestHead("GET", target, []))
    assert isinstance(document, gatepost.Response)
    assert json.loads(document.body)["authorization_servers"] == [issuer.url]
    with pytest.raises(gatepost.PolicyError, match="no issuer"):
        gatepost.Validator.of([])


def test_metadata_name_each_issuer_once(policy: gatepost.Policy, keys: gatepost.KeySet) -> None:
    other = gatepost.Policy("https://other.example.com", AUDIENCE)
    for asked, names in (
        (policy, ["https://as.example.com"]),
        (other, ["https://as.example.com", "https://other.example.com"]),
    ):
        validator = gatepost.Validator.of([(policy, keys)], introspection=asked)
        assert repr(validator) == f"Validator(issuers={names})"


def test_many_tokens_are_judged_as_each_is(opaque: gatepost.Validator) -> None:
    for token, verdict in zip(
        (OPAQUE, "a.b.c"), opaque.validate_many([OPAQUE, "a.b.c"]), strict=True
    ):
        assert isinstance(verdict, gatepost.TokenError)
        with pytest.raises(gatepost.TokenError) as caught:
            opaque.validate(token)
        assert verdict.reason == caught.value.reason == "introspection_unavailable"


def test_nobody_is_asked_about_what_is_no_token(opaque: gatepost.Validator, issuer: Issuer) -> None:
    for token, reason in (("", "malformed"), ("é" * 10_000, "too_large")):
        for validate in (opaque.validate, opaque.validate_before_proof):
            with pytest.raises(gatepost.TokenError) as caught:
                validate(token, introspection=active(issuer))
            assert caught.value.reason == reason


def test_the_policy_for_opaque_tokens_says_whose_they_are() -> None:
    policy = gatepost.Policy("https://tenant.okta.com/oauth2/default", AUDIENCE, provider="okta")
    validator = gatepost.Validator.of([], introspection=policy)
    gatepost.Guard(AUDIENCE, validator, provider="okta")
    with pytest.raises(gatepost.PolicyError, match="provider"):
        gatepost.Guard(AUDIENCE, validator, provider="keycloak")
