"""Policies, guards and documents for authorization servers of a known kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import Guard, KeySet, LegacyServerMetadata, Policy, RequestHead, Validator
from issuer import Issuer

ISSUERS = {
    "auth0": "https://tenant.auth0.com/",
    "okta": "https://example.okta.com/oauth2/default",
    "entra_id": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
    "keycloak": "https://id.example.com/realms/mcp",
    "cognito": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example",
}
LEGACY = "/.well-known/oauth-authorization-server"


def validator_of(issuer: Issuer, policy: Policy) -> Validator:
    return Validator(policy, KeySet.from_jwks(issuer.jwks()))


def scopes_of(provider: str, **claims: Any) -> list[str]:
    issuer = Issuer(ISSUERS[provider])
    policy = Policy(issuer.url, AUDIENCE, provider=provider)
    token = issuer.sign(issuer.claims(AUDIENCE, **claims))
    return validator_of(issuer, policy).validate(token).scopes


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("auth0", ("scope", "permissions")),
        ("okta", ("scp",)),
        ("entra_id", ("scp",)),
        ("keycloak", ("scope",)),
        ("cognito", ("scope",)),
    ],
)
def test_scopes_are_taken_from_where_the_provider_writes_them(
    provider: str, expected: tuple[str, ...]
) -> None:
    policy = Policy(ISSUERS[provider], AUDIENCE, provider=provider)
    assert (policy.provider, policy.scope_claims) == (provider, list(expected))
    kinds = {"typ": "Bearer", "token_use": "access"}
    granted = {"scope": "scope", "scp": ["scp"], "permissions": ["permissions"]}
    assert scopes_of(provider, **granted, **kinds) == list(expected)


def test_scope_claims_may_be_narrower() -> None:
    issuer = Issuer(ISSUERS["auth0"])
    policy = Policy(issuer.url, AUDIENCE, provider="auth0", scope_claims=["scope"])
    assert policy.scope_claims == ["scope"]
    token = issuer.sign(issuer.claims(AUDIENCE, scope="read", permissions=["delete"]))
    assert validator_of(issuer, policy).validate(token).scopes == ["read"]
    assert Policy(issuer.url, AUDIENCE).scope_claims == ["scope", "scp", "permissions"]


@pytest.mark.parametrize(
    ("provider", "issuer"),
    [
        ("auth0", "https://tenant.auth0.com"),
        ("okta", "https://example.okta.com"),
        ("entra_id", "https://login.microsoftonline.com/common/v2.0"),
        ("keycloak", "https://id.example.com/realms/mcp/"),
        ("cognito", "https://cognito-idp.eu-west-1.amazonaws.com/"),
        ("auth0", "http://tenant.auth0.com/"),
    ],
)
def test_an_issuer_of_another_form_is_noticed_at_once(provider: str, issuer: str) -> None:
    with pytest.raises(gatepost.PolicyError, match="issuer"):
        Policy(issuer, AUDIENCE, provider=provider)
    with pytest.raises(gatepost.PolicyError, match="issuer"):
        Policy.rfc9068(issuer, AUDIENCE, provider=provider)
    Policy(issuer, AUDIENCE)


def test_an_id_token_is_no_access_token() -> None:
    for provider, claim, access, other in (
        ("keycloak", "typ", "Bearer", "ID"),
        ("cognito", "token_use", "access", "id"),
    ):
        assert scopes_of(provider, **{claim: access}, scope="read") == ["read"]
        with pytest.raises(gatepost.ClaimRefusedError):
            scopes_of(provider, **{claim: other}, scope="read")


def test_the_client_may_be_the_audience() -> None:
    issuer = Issuer(ISSUERS["cognito"])
    claims = issuer.claims(AUDIENCE, token_use="access", client_id="app")
    del claims["aud"]
    token = issuer.sign(claims)
    cognito = Policy(issuer.url, "app", provider="cognito")
    assert validator_of(issuer, cognito).validate(token).client_id == "app"
    by_hand = Policy(issuer.url, "app", client_as_audience=True)
    assert validator_of(issuer, by_hand).validate(token).client_id == "app"
    for policy, error in (
        (Policy(issuer.url, "app"), gatepost.MissingClaimError),
        (Policy(issuer.url, "other", provider="cognito"), gatepost.AudienceMismatchError),
    ):
        with pytest.raises(error):
            validator_of(issuer, policy).validate(token)


def test_the_profile_of_rfc_9068_goes_with_a_provider() -> None:
    issuer = Issuer(ISSUERS["auth0"])
    policy = Policy.rfc9068(issuer.url, AUDIENCE, provider="auth0")
    assert (policy.provider, policy.scope_claims) == ("auth0", ["scope", "permissions"])
    validator = validator_of(issuer, policy)
    claims = issuer.claims(AUDIENCE, permissions=["read"])
    assert "read" in validator.validate(issuer.sign(claims | {"jti": "1"})).scopes
    with pytest.raises(gatepost.MissingClaimError):
        validator.validate(issuer.sign(claims))


def reason_for(guard: Guard, token: str) -> str | None:
    answer = guard.authenticate(RequestHead("POST", "/", [("Authorization", f"Bearer {token}")]))
    return answer.reason if isinstance(answer, gatepost.Response) else None


def test_a_guard_is_of_the_kind_of_its_policies() -> None:
    auth0, okta = Issuer(ISSUERS["auth0"]), Issuer(ISSUERS["okta"])
    known = validator_of(auth0, Policy(auth0.url, AUDIENCE, provider="auth0"))
    plain = validator_of(auth0, Policy(auth0.url, AUDIENCE))
    both = Validator.of(
        [
            (Policy(one.url, AUDIENCE, provider=provider), KeySet.from_jwks(one.jwks()))
            for one, provider in ((auth0, "auth0"), (okta, "okta"))
        ]
    )
    opaque = "X8o2Zq0v7Yk1mPq-3fTnWJ5bXcD4eRgH"
    explained, not_explained = "audience_not_requested", "malformed"
    assert reason_for(Guard(AUDIENCE, known), opaque) == explained
    assert reason_for(Guard(AUDIENCE, known, provider="generic"), opaque) == not_explained
    assert reason_for(Guard(AUDIENCE, plain), opaque) == not_explained
    assert reason_for(Guard(AUDIENCE, plain, provider="auth0"), opaque) == explained
    assert reason_for(Guard(AUDIENCE, both), opaque) == not_explained
    assert reason_for(Guard(AUDIENCE, both, provider="auth0"), opaque) == explained
    for validator, error in (
        (known, gatepost.AudienceNotRequestedError),
        (plain, gatepost.MalformedError),
        (both, gatepost.MalformedError),
    ):
        with pytest.raises(error):
            validator.validate(opaque)
    with pytest.raises(gatepost.PolicyError, match="another provider"):
        Guard(AUDIENCE, known, provider="okta")
    with pytest.raises(gatepost.PolicyError, match="another provider"):
        Guard(AUDIENCE, both, provider="keycloak")


def test_an_unknown_provider_is_refused(validator: Validator) -> None:
    for make in (
        lambda: Policy(ISSUERS["auth0"], AUDIENCE, provider="Auth0"),
        lambda: Guard(AUDIENCE, validator, provider="Auth0"),
        lambda: LegacyServerMetadata.for_provider("Auth0", ISSUERS["auth0"], AUDIENCE),
    ):
        with pytest.raises(gatepost.PolicyError, match='unknown provider "Auth0"'):
            make()


def legacy(validator: Validator, metadata: LegacyServerMetadata | None) -> dict[str, Any]:
    assert metadata is not None
    guard = Guard(AUDIENCE, validator, legacy_metadata=metadata)
    answer = guard.authenticate(RequestHead("GET", LEGACY, []))
    assert isinstance(answer, gatepost.Response)
    assert answer.status == 200
    read: dict[str, Any] = json.loads(answer.body)
    return read


def test_auth0_has_a_document_for_old_clients(validator: Validator) -> None:
    metadata = LegacyServerMetadata.for_provider(
        "auth0", ISSUERS["auth0"], AUDIENCE, scopes_supported=["mcp:tools"]
    )
    read = legacy(validator, metadata)
    assert read["issuer"] == ISSUERS["auth0"]
    assert read["token_endpoint"] == "https://tenant.auth0.com/oauth/token"
    assert read["registration_endpoint"] == "https://tenant.auth0.com/oidc/register"
    assert read["authorization_endpoint"] == (
        "https://tenant.auth0.com/authorize?audience=https%3A%2F%2Fmcp.example.com%2Fmcp"
    )
    assert read["scopes_supported"] == ["mcp:tools"]
    for provider in ("okta", "entra_id", "keycloak", "cognito"):
        issuer = ISSUERS[provider]
        assert LegacyServerMetadata.for_provider(provider, issuer, AUDIENCE) is None
    for issuer, audience, scopes in (
        ("https://tenant.auth0.com", AUDIENCE, "mcp:tools"),
        (ISSUERS["auth0"], "", "mcp:tools"),
        (ISSUERS["auth0"], AUDIENCE, "no scope"),
    ):
        with pytest.raises(gatepost.PolicyError, match="issuer, audience or scopes_supported"):
            LegacyServerMetadata.for_provider("auth0", issuer, audience, scopes_supported=scopes)


def test_a_guard_of_one_auth0_tenant_publishes_it(keys: KeySet) -> None:
    def ask(audience: str, **options: Any) -> gatepost.Response:
        policy = Policy(ISSUERS["auth0"], audience, provider="auth0")
        guard = Guard(AUDIENCE, Validator(policy, keys), **options)
        answer = guard.authenticate(RequestHead("GET", LEGACY, []))
        assert isinstance(answer, gatepost.Response)
        return answer

    for audience, written in (
        (AUDIENCE, "https%3A%2F%2Fmcp.example.com%2Fmcp"),
        # Tokens that are meant for another identifier than the URL are asked for by that.
        ("urn:notes", "urn%3Anotes"),
    ):
        read = json.loads(ask(audience, scopes_supported=["mcp:tools"]).body)
        assert read["issuer"] == ISSUERS["auth0"]
        assert read["authorization_endpoint"].endswith(f"/authorize?audience={written}")
        assert read["scopes_supported"] == ["mcp:tools"]
        assert ask(audience, legacy_metadata=False).status == 401
        two = [ISSUERS["auth0"], "https://other.auth0.com/"]
        assert ask(audience, authorization_servers=two).status == 401
        assert ask(audience, provider="generic").status == 401
    with pytest.raises(gatepost.PolicyError, match="legacy_metadata"):
        ask(AUDIENCE, legacy_metadata=True)


def test_a_document_may_name_registration_and_scopes(validator: Validator) -> None:
    url = "https://id.example.com"
    endpoints = (url, f"{url}/authorize", f"{url}/token")
    read = legacy(
        validator,
        LegacyServerMetadata(
            *endpoints, registration_endpoint=f"{url}/register", scopes_supported="mcp:tools"
        ),
    )
    assert read["registration_endpoint"] == f"{url}/register"
    assert read["scopes_supported"] == ["mcp:tools"]
    assert "scopes_supported" not in legacy(validator, LegacyServerMetadata(*endpoints))
    wrong: dict[str, Any]
    for wrong in ({"registration_endpoint": "ftp://x"}, {"scopes_supported": ["a b"]}):
        with pytest.raises(gatepost.PolicyError, match="scopes_supported"):
            LegacyServerMetadata(*endpoints, **wrong)


def test_a_document_may_be_made_of_the_servers_own(validator: Validator) -> None:
    issuer = "https://id.example.com/realms/mcp"
    own = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize?x=1",
        "token_endpoint": f"{issuer}/token",
        "registration_endpoint": f"{issuer}/register",
        "jwks_uri": f"{issuer}/keys",
        "token_endpoint_auth_methods_supported": ["none"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
    }
    metadata = LegacyServerMetadata.of_server(json.dumps(own), issuer, audience="a b")
    read = legacy(validator, metadata)
    assert read["authorization_endpoint"] in (
        f"{issuer}/authorize?x=1&audience=a%20b",
        f"{issuer}/authorize?x=1&audience=a+b",
    )
    for name in ("token_endpoint", "registration_endpoint", "jwks_uri"):
        assert read[name] == own[name]
    assert read["token_endpoint_auth_methods_supported"] == ["none"]
    for changes, error in (
        ({"issuer": f"{issuer}/"}, gatepost.MetadataMismatchError),
        ({"code_challenge_methods_supported": ["plain"]}, gatepost.PkceNotSupportedError),
        ({"token_endpoint": None}, gatepost.InvalidMetadataError),
        ({"padding": "x" * (64 << 10)}, gatepost.OAuthError),
    ):
        with pytest.raises(error):
            LegacyServerMetadata.of_server(json.dumps(own | changes).encode(), issuer)
    with pytest.raises(gatepost.PolicyError):
        LegacyServerMetadata.of_server(json.dumps(own), "no issuer")
    with pytest.raises(TypeError, match="document must be str or bytes, not dict"):
        LegacyServerMetadata.of_server(own, issuer)  # type: ignore[arg-type]
