"""`gatepost.mcp.TokenVerifier` behind the official SDK's own server and client, over loopback.

Where the SDK has a quirk, a naive verifier shows it first.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, principal_components
from mcp.server.auth.provider import TokenVerifier as SdkTokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from pydantic import AnyHttpUrl

import gatepost
from client import Outcome, call_tool
from gatepost.mcp import TokenVerifier
from issuer import Issuer
from loopback import listener, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


class Naive:
    """A verifier written as one would at first: the function decides, nothing is adapted."""

    def __init__(self, decide: Callable[[str], AccessToken | None]) -> None:
        self._decide = decide

    async def verify_token(self, token: str) -> AccessToken | None:
        return self._decide(token)


@contextmanager
def guarded(verifier: Callable[[str], SdkTokenVerifier]) -> Iterator[str]:
    """A server behind the verifier that is made for its URL; yields that URL."""
    listening, url = listener()
    resource = f"{url}/mcp"
    server = MCPServer(
        "test",
        token_verifier=verifier(resource),
        auth=AuthSettings(
            issuer_url=AnyHttpUrl("https://as.example.com"),
            resource_server_url=AnyHttpUrl(resource),
            required_scopes=["tools:call"],
            validate_token_resource=True,
        ),
        log_level="CRITICAL",
    )

    @server.tool()
    def client_id() -> str:
        token = get_access_token()
        assert token is not None
        return token.client_id

    with serving(server.streamable_http_app(), listening):
        yield resource


@pytest.fixture
def resource(issuer: Issuer, keys: gatepost.KeySet) -> Iterator[str]:
    """The URL of a server behind the verifier under test."""

    def verifier(resource: str) -> TokenVerifier:
        policy = gatepost.Policy(issuer.url, ["https://old.example.com", resource])
        return TokenVerifier(gatepost.Validator(policy, keys))

    with guarded(verifier) as resource:
        yield resource


def call(resource: str, token: str | None) -> Outcome:
    return asyncio.run(call_tool(resource, token, "client_id"))


def run(awaitable: Awaitable[AccessToken | None]) -> AccessToken | None:
    async def wait() -> AccessToken | None:
        return await awaitable

    return asyncio.run(wait())


def test_a_good_token_calls_the_tool(resource: str, issuer: Issuer) -> None:
    for algorithm in ("RS256", "ES256", "EdDSA"):
        outcome = call(resource, issuer.sign(issuer.claims(resource), algorithm))
        assert (outcome.text, outcome.statuses) == ("demo-client", {200})


def test_quirk_the_sdk_knows_no_leeway(resource: str, issuer: Issuer) -> None:
    late = int(time.time()) - 10

    def naive(resource: str) -> Naive:
        return Naive(
            lambda token: AccessToken(
                token=token,
                client_id="c",
                scopes=["tools:call"],
                expires_at=late,
                resource=resource,
            )
        )

    with guarded(naive) as unadapted:
        assert call(unadapted, "any").statuses == {401}
    token = issuer.sign(issuer.claims(resource, exp=late))
    assert call(resource, token).statuses == {200}


@pytest.mark.parametrize(
    ("changes", "client_id"),
    [
        ({}, "demo-client"),
        ({"client_id": None, "azp": "party"}, "party"),
        ({"client_id": None}, "alice"),
    ],
)
def test_quirk_the_sdk_needs_a_client_id(
    resource: str, issuer: Issuer, changes: dict[str, str | None], client_id: str
) -> None:
    token = issuer.sign(issuer.claims(resource, **changes))
    assert call(resource, token).text == client_id


def test_a_token_of_nobody_is_refused(
    resource: str, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    token = issuer.sign(issuer.claims(resource, client_id=None, sub=None))
    assert call(resource, token).statuses == {401}
    assert logged(caplog) == {("missing_claim", 506)}


def test_quirk_the_sdk_compares_the_resource(resource: str, issuer: Issuer) -> None:
    def naive(_: str) -> Naive:
        return Naive(lambda token: AccessToken(token=token, client_id="c", scopes=["tools:call"]))

    with guarded(naive) as unadapted:
        assert call(unadapted, "any").statuses == {401}
    both = issuer.sign(issuer.claims(resource, aud=["https://third.example.com", resource]))
    assert call(resource, both).statuses == {200}
    # Good in the eyes of the policy, but not for the server that the SDK guards.
    old = issuer.sign(issuer.claims("https://old.example.com"))
    assert call(resource, old).statuses == {401}


def test_quirk_an_exception_becomes_a_500(
    resource: str, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(token: str) -> AccessToken | None:
        raise gatepost.ExpiredError

    with guarded(lambda _: Naive(refuse)) as unadapted:
        assert call(unadapted, "any").statuses == {500}
    caplog.clear()
    token = issuer.sign(issuer.claims(resource, exp=1))
    outcome = call(resource, token)
    assert (outcome.statuses, outcome.oauth_error) == ({401}, "invalid_token")
    assert logged(caplog) == {("expired", 501)}


def test_a_refusal_is_logged_without_the_token(
    issuer: Issuer, validator: gatepost.Validator, caplog: pytest.LogCaptureFixture
) -> None:
    token = issuer.sign(issuer.claims("https://elsewhere.example.com"))
    assert run(TokenVerifier(validator).verify_token(token)) is None
    [record] = caplog.records
    assert (record.name, record.levelno) == ("gatepost", logging.WARNING)
    assert record.getMessage() == "access token refused: audience_mismatch (505)"
    assert not any(part in str(vars(record)) for part in token.split("."))
    assert record.exc_info is None


def test_a_missing_scope_is_the_sdk_s_to_refuse(resource: str, issuer: Issuer) -> None:
    outcome = call(resource, issuer.sign(issuer.claims(resource, scope="other")))
    assert (outcome.statuses, outcome.oauth_error) == ({403}, "insufficient_scope")


def test_limits_of_a_verifier_alone(
    resource: str, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    """What the documentation sends to `protect` for."""
    stranger = call(resource, None)
    assert (stranger.statuses, stranger.oauth_error) == ({401}, "invalid_token")
    weak = call(resource, issuer.sign(issuer.claims(resource, scope="other")))
    [challenge] = gatepost.parse_challenges(weak.challenge or "")
    assert (weak.statuses, challenge.scope) == ({403}, None)
    caplog.clear()
    for confirmation in ({"jkt": "A" * 43}, {"x5t#S256": "A" * 43}):
        bound = call(resource, issuer.sign(issuer.claims(resource, cnf=confirmation)))
        assert bound.statuses == {401}
    assert logged(caplog) == {("proof_required", 701)}


@pytest.mark.parametrize("kind", ["validator", "guard", "live", "issuer"])
def test_a_validator_a_guard_a_live_one_or_an_issuer_will_do(
    issuer: Issuer, keys: gatepost.KeySet, kind: str
) -> None:
    resource = "https://mcp.example.com/mcp"
    mine = gatepost.issuer(issuer.url, resource, keys=keys)
    live = gatepost.LiveGuard(mine)
    verifier = {
        "validator": TokenVerifier(live.validator),
        "guard": TokenVerifier(live.guard),
        "live": TokenVerifier(live),
        "issuer": TokenVerifier(mine),
    }[kind]
    seen = run(verifier.verify_token(issuer.sign(issuer.claims(resource))))
    assert seen is not None
    assert (seen.subject, seen.resource) == ("alice", resource)
    assert run(verifier.verify_token(issuer.sign(issuer.claims("https://other.example")))) is None


def test_scopes_of_the_policy_hold_and_are_warned_of(
    issuer: Issuer, keys: gatepost.KeySet, caplog: pytest.LogCaptureFixture
) -> None:
    resource = "https://mcp.example.com/mcp"
    policy = gatepost.Policy(issuer.url, resource, required_scopes=["tools:call"])
    verifier = TokenVerifier(gatepost.Validator(policy, keys))
    assert "AuthSettings" in caplog.text
    caplog.clear()
    assert run(verifier.verify_token(issuer.sign(issuer.claims(resource)))) is not None
    token = issuer.sign(issuer.claims(resource, scope="other"))
    assert run(verifier.verify_token(token)) is None
    assert logged(caplog) == {("insufficient_scope", 601)}


def test_sessions_bind_to_client_issuer_and_subject(
    issuer: Issuer, validator: gatepost.Validator
) -> None:
    verifier: SdkTokenVerifier = TokenVerifier(validator)
    [policy] = validator.policies
    token = issuer.sign(issuer.claims(policy.audience[0]))
    seen = run(verifier.verify_token(token))
    assert seen is not None
    assert principal_components(seen) == ("demo-client", issuer.url, "alice")
    assert seen.token == token


def test_tokens_without_expiry_pass_where_the_policy_lets_them(
    issuer: Issuer, keys: gatepost.KeySet
) -> None:
    policy = gatepost.Policy(issuer.url, "https://mcp.example.com/mcp", require=())
    token = issuer.sign(issuer.claims("https://mcp.example.com/mcp", exp=None))
    seen = run(TokenVerifier(gatepost.Validator(policy, keys)).verify_token(token))
    assert seen is not None
    assert seen.expires_at is None


def test_the_sdk_is_only_needed_for_its_verifier() -> None:
    script = """
import sys
sys.modules["mcp"] = None  # as if it were not installed
import gatepost, gatepost.mcp
policy = gatepost.Policy("https://as.example.com", "https://mcp.example.com")
validator = gatepost.Validator(policy, gatepost.KeySet.from_secret(bytes(32)))
try:
    gatepost.mcp.TokenVerifier(validator)
except ImportError:
    print("needs mcp")
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("needs mcp\n", "")


def logged(caplog: pytest.LogCaptureFixture) -> set[tuple[str, int]]:
    return {
        (record.reason, record.number)  # type: ignore[attr-defined]
        for record in caplog.records
        if record.name == "gatepost"
    }
