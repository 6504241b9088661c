"""What a policy demands of a token."""

from __future__ import annotations

from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from issuer import Issuer


def test_shows_what_it_demands() -> None:
    policy = gatepost.Policy(
        "https://as.example.com", ("a", "b"), leeway=5, required_scopes=["read"]
    )
    assert policy.issuer == "https://as.example.com"
    assert policy.audience == ["a", "b"]
    assert policy.leeway == 5
    assert policy.required_scopes == ["read"]
    assert repr(policy) == "Policy(issuer='https://as.example.com', audience=['a', 'b'])"


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"issuer": ""}, "issuer or audience"),
        ({"audience": ""}, "issuer or audience"),
        ({"audience": []}, "issuer or audience"),
        ({"audience": ["a", ""]}, "issuer or audience"),
        ({"algorithms": []}, "algorithms"),
        ({"leeway": 301}, "leeway"),
        ({"typ": ""}, "typ"),
    ],
)
def test_refuses_what_makes_no_sense(changes: dict[str, Any], detail: str) -> None:
    usual: dict[str, Any] = {"issuer": "https://as.example.com", "audience": "a"}
    with pytest.raises(gatepost.PolicyError, match=detail) as caught:
        gatepost.Policy(**usual | changes)
    assert caught.value.number == 902


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": None},
        {"audience": 1},
        {"audience": [1]},
        {"algorithms": "RS256"},
        {"leeway": "1"},
        {"required_scopes": "read"},
        {"require": 1},
        {"unknown": 1},
    ],
)
def test_refuses_other_types(changes: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"issuer": "https://as.example.com", "audience": "a"}
    with pytest.raises(TypeError):
        gatepost.Policy(**usual | changes)


def test_each_option_counts(issuer: Issuer, keys: gatepost.KeySet) -> None:
    def reason(token: str, now: float | None = None, **options: Any) -> str:
        policy = gatepost.Policy(issuer.url, AUDIENCE, **options)
        try:
            gatepost.Validator(policy, keys).validate(token, now)
        except gatepost.TokenError as error:
            return error.reason
        return "accepted"

    claims = issuer.claims(AUDIENCE, iat=1000, exp=2000)
    token = issuer.sign(claims)
    assert reason(token, 2029) == "accepted"
    assert reason(token, 2030) == "expired"
    assert reason(token, 2005, leeway=5) == "expired"
    assert reason(token, 2004.9, leeway=5) == "accepted"
    assert reason(token, 1500, algorithms=["RS256"]) == "algorithm_not_allowed"
    assert reason(token, 1500, typ="JWT") == "type_mismatch"
    assert reason(token, 1500, typ="at+jwt") == "accepted"
    assert reason(token, 1500, required_scopes=["tools:call"]) == "accepted"
    assert reason(token, 1500, required_scopes=["admin"]) == "insufficient_scope"
    assert reason(token, 1500, require=["exp", "jti"]) == "missing_claim"
    endless = issuer.sign(issuer.claims(AUDIENCE, exp=None))
    assert reason(endless) == "missing_claim"
    assert reason(endless, require=()) == "accepted"


def test_scopes_come_from_the_claims_that_may_grant_them(
    issuer: Issuer, keys: gatepost.KeySet
) -> None:
    token = issuer.sign(issuer.claims(AUDIENCE, scope="a b", scp=["c"], permissions=["d:e", "f"]))

    def scopes(**options: Any) -> list[str]:
        policy = gatepost.Policy(issuer.url, AUDIENCE, **options)
        return gatepost.Validator(policy, keys).validate(token).scopes

    assert scopes() == ["a", "b", "c", "d:e", "f"]
    assert scopes(scope_claims=["permissions"]) == ["d:e", "f"]
    assert scopes(scope_claims=()) == []
    with pytest.raises(gatepost.PolicyError, match="groups"):
        scopes(scope_claims=["groups"])


def test_the_profile_of_rfc_9068(issuer: Issuer, keys: gatepost.KeySet) -> None:
    policy = gatepost.Policy.rfc9068(issuer=issuer.url, audience=AUDIENCE)
    validator = gatepost.Validator(policy, keys)
    claims = issuer.claims(AUDIENCE, jti="1")
    assert validator.validate(issuer.sign(claims)).subject == "alice"
    with pytest.raises(gatepost.TypeMismatchError):
        validator.validate(issuer.sign(claims, typ="JWT"))
    with pytest.raises(gatepost.MissingClaimError):
        validator.validate(issuer.sign(issuer.claims(AUDIENCE)))
