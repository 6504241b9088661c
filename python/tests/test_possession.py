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


@pytest.fixture
def verifier() -> gatepost.DpopVerifier:
    return gatepost.DpopVerifier(AUDIENCE, gatepost.Dpop())


def authenticate(
    validator: gatepost.Validator,
    verifier: gatepost.DpopVerifier,
    head: gatepost.RequestHead,
    now: float | None = None,
) -> gatepost.AccessToken:
    """As the documentation of `DpopVerifier` has it."""
    credentials = gatepost.Credentials.from_values(head.values("Authorization"))
    if credentials.token is None:
        raise gatepost.CredentialsMissingError
    presented = validator.validate_before_proof(credentials.token, now)
    evidence = gatepost.Evidence.NONE
    if credentials.scheme == "DPoP":
        presented.check_certificate(head.certificate)
        proof = verifier.verify(presented, head.values("DPoP"), head.method, now)
        evidence = proof.evidence
    return presented.prove(evidence.with_certificate(head.certificate))


def outcome(
    validator: gatepost.Validator, verifier: gatepost.DpopVerifier, head: gatepost.RequestHead
) -> str | None:
    try:
        authenticate(validator, verifier, head)
    except gatepost.GatepostError as error:
        return error.reason
    return None


def heads(issuer: Issuer, client: Client) -> list[gatepost.RequestHead]:
    cnf = {"x5t#S256": base64url(CERTIFICATE)}
    both = {"jkt": client.thumbprint, "x5t#S256": base64url(CERTIFICATE)}
    again = client.proof()
    return [
        client.head(client.proof()),
        client.head(client.proof(), "Bearer"),
        client.head(client.proof(htm="GET")),
        client.head(client.proof(htu="https://other.example.com/mcp")),
        client.head(client.proof(iat=1)),
        client.head(client.proof(ath="x")),
        client.head(Client(issuer).proof()),
        client.head("not a proof"),
        client.head(again),
        client.head(again),
        gatepost.RequestHead("POST", "/mcp", [("Authorization", f"DPoP {client.token}")]),
        gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {client.token}")]),
        gatepost.RequestHead("POST", "/mcp", []),
        gatepost.RequestHead("POST", "/mcp", [("Authorization", "Bearer a.b")]),
        bearer(issuer),
        bearer(issuer, CERTIFICATE),
        bearer(issuer, CERTIFICATE, cnf=cnf),
        bearer(issuer, b"7" * 32, cnf=cnf),
        bearer(issuer, None, cnf=cnf),
        bearer(issuer, CERTIFICATE, cnf=both),
        bearer(issuer, CERTIFICATE, cnf={}),
        bearer(issuer, CERTIFICATE, cnf={"jkt": "x"}),
        bearer(issuer, exp=1),
    ]


def test_step_by_step_the_verdict_is_that_of_a_guard(
    validator: gatepost.Validator, issuer: Issuer, client: Client, verifier: gatepost.DpopVerifier
) -> None:
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    seen = set()
    for head in heads(issuer, client):
        decided = guard.authenticate(head)
        reason = decided.reason if isinstance(decided, gatepost.Response) else None
        assert outcome(validator, verifier, head) == reason
        seen.add(reason)
    assert seen == {
        None,
        "credentials_missing",
        "expired",
        "invalid_claim",
        "invalid_proof",
        "malformed",
        "proof_replayed",
        "proof_required",
    }


def test_a_token_of_several_issuers_is_judged_the_same(
    policy: gatepost.Policy, keys: gatepost.KeySet, issuer: Issuer, client: Client
) -> None:
    other = gatepost.Policy("https://other.example.com", AUDIENCE)
    validator = gatepost.Validator.of([(other, keys), (policy, keys)])
    assert validator.validate_before_proof(client.token).confirmation.is_bound
    with pytest.raises(gatepost.IssuerMismatchError):
        validator.validate_before_proof(issuer.sign(issuer.claims(AUDIENCE, iss="https://x")))


def test_nothing_is_read_from_a_bound_token_before_the_proof(
    validator: gatepost.Validator, client: Client, verifier: gatepost.DpopVerifier, issuer: Issuer
) -> None:
    with pytest.raises(gatepost.ProofRequiredError):
        validator.validate(client.token)
    presented = validator.validate_before_proof(client.token.encode())
    assert presented.confirmation.jkt is not None
    assert repr(presented) == f"PresentedToken(confirmation={presented.confirmation!r})"
    assert not hasattr(presented, "claims")
    with pytest.raises(gatepost.ProofRequiredError):
        presented.into_unbound()
    proof = verifier.verify(presented, [client.proof()], "POST")
    assert proof.thumbprint == presented.confirmation.jkt
    assert (repr(proof), repr(proof.evidence)) == ("VerifiedProof(...)", "Evidence(...)")
    # What was refused before may still be proved, and once is not the end of it.
    assert [presented.prove(proof.evidence).subject for _ in range(2)] == ["alice", "alice"]
    # Evidence for one token is none for another of the same client.
    cnf = {"jkt": client.thumbprint}
    other = validator.validate_before_proof(issuer.sign(issuer.claims(AUDIENCE, cnf=cnf, jti="2")))
    with pytest.raises(gatepost.InvalidProofError):
        other.prove(proof.evidence)


def test_the_certificate_is_compared_before_a_proof_is_spent(
    validator: gatepost.Validator, issuer: Issuer
) -> None:
    client = Client(issuer, {"x5t#S256": base64url(CERTIFICATE)})
    guard = gatepost.Guard(AUDIENCE, validator, dpop=gatepost.Dpop())
    verifier = gatepost.DpopVerifier(AUDIENCE, gatepost.Dpop(max_proofs=1))
    proof = client.proof()
    presented = validator.validate_before_proof(client.token)
    for certificate, error in (
        (None, gatepost.ProofRequiredError),
        (b"7" * 32, gatepost.InvalidProofError),
    ):
        head = client.head(proof, certificate=certificate)
        with pytest.raises(error) as caught:
            presented.check_certificate(certificate)
        with pytest.raises(error):
            authenticate(validator, verifier, head)
        decided = guard.authenticate(head)
        assert isinstance(decided, gatepost.Response)
        assert decided.reason == caught.value.reason
    with pytest.raises(gatepost.PolicyError, match="certificate"):
        presented.check_certificate(b"short")
    # The proof is as good as new, and there is room for this one alone.
    head = client.head(proof, certificate=CERTIFICATE)
    assert presented.check_certificate(CERTIFICATE) is None  # type: ignore[func-returns-value]
    assert authenticate(validator, verifier, head).subject == "alice"
    with pytest.raises(gatepost.ProofReplayedError):
        authenticate(validator, verifier, head)
    assert let_in(guard, head).confirmation.x5t_s256 == CERTIFICATE


def test_a_token_without_a_certificate_asks_for_none(
    validator: gatepost.Validator, issuer: Issuer, client: Client
) -> None:
    for token in (issuer.sign(issuer.claims(AUDIENCE)), client.token):
        presented = validator.validate_before_proof(token)
        presented.check_certificate(None)
        presented.check_certificate(CERTIFICATE)


def test_a_token_that_is_not_bound_needs_no_evidence(
    validator: gatepost.Validator, issuer: Issuer, verifier: gatepost.DpopVerifier, client: Client
) -> None:
    presented = validator.validate_before_proof(issuer.sign(issuer.claims(AUDIENCE)))
    assert presented.confirmation == gatepost.Confirmation.NONE
    assert presented.into_unbound().subject == "alice"
    assert presented.prove(gatepost.Evidence.NONE).subject == "alice"
    # But no proof is one for it.
    with pytest.raises(gatepost.InvalidProofError):
        verifier.verify(presented, [client.proof()], "POST")


def test_what_is_too_long_or_of_another_type_is_refused(
    validator: gatepost.Validator, client: Client, verifier: gatepost.DpopVerifier
) -> None:
    with pytest.raises(gatepost.TooLargeError):
        validator.validate_before_proof("a" * 1_000_000)
    with pytest.raises(TypeError, match="jwt must be str or bytes"):
        validator.validate_before_proof(None)  # type: ignore[arg-type]
    presented = validator.validate_before_proof(client.token)
    with pytest.raises(gatepost.InvalidProofError):
        verifier.verify(presented, ["a" * 1_000_000], "POST")
    with pytest.raises(gatepost.InvalidProofError):
        verifier.verify(presented, [client.proof()], "\udc80")
    with pytest.raises(TypeError, match="proofs must be an iterable of str or bytes"):
        verifier.verify(presented, client.proof(), "POST")
    with pytest.raises(gatepost.PolicyError, match="certificate"):
        gatepost.Evidence.NONE.with_certificate(b"short")


def test_verifiers_of_one_memory_accept_no_proof_twice(
    validator: gatepost.Validator, client: Client
) -> None:
    dpop = gatepost.Dpop(max_proofs=2)
    guard = gatepost.Guard(AUDIENCE, validator, dpop=dpop)
    verifier = gatepost.DpopVerifier(AUDIENCE, dpop)
    presented = validator.validate_before_proof(client.token)
    proof = client.proof()
    verifier.verify(presented, [proof], "POST")
    decided = guard.authenticate(client.head(proof))
    assert isinstance(decided, gatepost.Response)
    assert decided.reason == "proof_replayed"
    let_in(guard, client.head(client.proof()))
    with pytest.raises(gatepost.ReplayStoreFullError):
        verifier.verify(presented, [client.proof()], "POST")


def test_a_verifier_says_what_it_demands(validator: gatepost.Validator, client: Client) -> None:
    nonces = gatepost.DpopNonces(gatepost.SealKeys({1: b"1" * 32}), 60)
    dpop = gatepost.Dpop(algorithms=["ES256", "EdDSA"], nonces=nonces)
    verifier = gatepost.DpopVerifier(AUDIENCE, dpop)
    assert sorted(verifier.algorithms) == ["ES256", "EdDSA"]
    assert verifier.nonces is nonces
    assert repr(verifier) == f"DpopVerifier(resource={AUDIENCE!r})"
    presented = validator.validate_before_proof(client.token)
    with pytest.raises(gatepost.NonceRequiredError):
        verifier.verify(presented, [client.proof()], "POST")
    verifier.verify(presented, [client.proof(nonce=nonces.write())], "POST")
    # The proof is of an algorithm that others do not take.
    other = gatepost.DpopVerifier(AUDIENCE, gatepost.Dpop(algorithms=["EdDSA"]))
    assert other.nonces is None
    with pytest.raises(gatepost.InvalidProofError):
        other.verify(presented, [client.proof()], "POST")


@pytest.mark.parametrize(
    "resource", ["", "http://mcp.example.com/mcp", "https://mcp.example.com/mcp#a", "mcp"]
)
def test_a_verifier_is_for_a_url(resource: str) -> None:
    with pytest.raises(gatepost.PolicyError, match="resource"):
        gatepost.DpopVerifier(resource, gatepost.Dpop())
    gatepost.DpopVerifier("http://127.0.0.1:8000/mcp", gatepost.Dpop())
