"""Validators and tokens as a Python user meets them."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import jwt
import pytest

import gatepost
from conftest import AUDIENCE
from issuer import Issuer


class TestValidator:
    def test_a_good_token_tells_its_claims(
        self, issuer: Issuer, validator: gatepost.Validator
    ) -> None:
        claims = issuer.claims(AUDIENCE, aud=[AUDIENCE, "b"], org_id={"a": [1, 2.5, None, "ü"]})
        compact = issuer.sign(claims)
        for form in (compact, compact.encode()):
            token = validator.validate(form)
            assert token.issuer == issuer.url
            assert token.subject == "alice"
            assert token.client_id == "demo-client"
            assert token.audience == [AUDIENCE, "b"]
            assert token.scopes == ["tools:call"]
            assert token.expires_at == claims["exp"]
            assert token.claims == claims

    def test_what_is_absent_is_none(self, issuer: Issuer, keys: gatepost.KeySet) -> None:
        policy = gatepost.Policy(issuer.url, AUDIENCE, require=())
        token = gatepost.Validator(policy, keys).validate(
            issuer.sign({"iss": issuer.url, "aud": AUDIENCE})
        )
        assert (token.subject, token.client_id, token.expires_at) == (None, None, None)
        assert (token.audience, token.scopes) == ([AUDIENCE], [])

    def test_a_refusal_is_of_the_reason_s_own_class(
        self, issuer: Issuer, validator: gatepost.Validator
    ) -> None:
        with pytest.raises(gatepost.ExpiredError) as caught:
            validator.validate(issuer.sign(issuer.claims(AUDIENCE, exp=1)))
        assert isinstance(caught.value, gatepost.TokenError)
        assert (caught.value.reason, caught.value.number) == ("expired", 501)

    @pytest.mark.parametrize("jwt", [None, 1, bytearray(b"a.b.c"), memoryview(b"a.b.c"), ["a"]])
    def test_refuses_other_types(self, validator: gatepost.Validator, jwt: Any) -> None:
        with pytest.raises(TypeError, match="jwt must be str or bytes"):
            validator.validate(jwt)

    @pytest.mark.parametrize(
        "jwt", ["", "..", "a.b", "\ud800.a.b", "ü.ü.ü", "\0", b"\xff.\xff.\xff"]
    )
    def test_refuses_any_other_text(self, validator: gatepost.Validator, jwt: Any) -> None:
        with pytest.raises(gatepost.TokenError):
            validator.validate(jwt)

    def test_time_is_an_argument(self, issuer: Issuer, validator: gatepost.Validator) -> None:
        token = issuer.sign(issuer.claims(AUDIENCE, iat=1000, exp=2000))
        assert validator.validate(token, now=1000).expires_at == 2000
        assert validator.validate(token, now=2029.999).expires_at == 2000
        with pytest.raises(gatepost.ExpiredError):
            validator.validate(token, now=2**63)
        for now in (-1, -0.5, float("nan"), float("inf"), 2**64, 10**400):
            with pytest.raises(ValueError, match="now must be"):
                validator.validate(token, now=now)
        with pytest.raises(TypeError):
            validator.validate(token, now="1000")  # type: ignore[arg-type]

    def test_the_clock_is_time_time(
        self, issuer: Issuer, validator: gatepost.Validator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = issuer.sign(issuer.claims(AUDIENCE, iat=1000, exp=2000))
        with pytest.raises(gatepost.ExpiredError):
            validator.validate(token)
        monkeypatch.setattr("time.time", lambda: 1500.0)
        assert validator.validate(token).expires_at == 2000

    def test_several_issuers_have_keys_of_their_own(self, issuer: Issuer) -> None:
        other = Issuer("https://other.example.com")
        ours = gatepost.Policy(issuer.url, AUDIENCE)
        theirs = gatepost.Policy(other.url, AUDIENCE)
        validator = gatepost.Validator.of(
            [
                (ours, gatepost.KeySet.from_jwks(issuer.jwks())),
                (theirs, gatepost.KeySet.from_jwks(other.jwks())),
            ]
        )
        assert validator.policies == [ours, theirs]
        for one in (issuer, other):
            assert validator.validate(one.sign(one.claims(AUDIENCE))).issuer == one.url
        with pytest.raises(gatepost.InvalidSignatureError):
            validator.validate(issuer.sign(issuer.claims(AUDIENCE, iss=other.url)))
        with pytest.raises(gatepost.IssuerMismatchError):
            validator.validate(issuer.sign(issuer.claims(AUDIENCE, iss="https://third.example")))
        with pytest.raises(gatepost.MissingClaimError):
            validator.validate(issuer.sign(issuer.claims(AUDIENCE, iss=None)))

    def test_issuers_are_distinct(self, policy: gatepost.Policy, keys: gatepost.KeySet) -> None:
        with pytest.raises(gatepost.PolicyError, match="issuer"):
            gatepost.Validator.of([(policy, keys), (policy, keys)])
        with pytest.raises(gatepost.PolicyError, match="issuer"):
            gatepost.Validator.of([])

    def test_keys_are_replaced_for_one_issuer(self, keys: gatepost.KeySet) -> None:
        issuer, other = Issuer("https://as.example.com"), Issuer("https://other.example.com")
        validator = gatepost.Validator.of(
            [(gatepost.Policy(one.url, AUDIENCE), keys) for one in (issuer, other)]
        )
        token = other.sign(other.claims(AUDIENCE))
        with pytest.raises(gatepost.InvalidSignatureError):
            validator.validate(token)
        fresh = gatepost.KeySet.from_jwks(other.jwks())
        with pytest.raises(gatepost.PolicyError, match="issuer"):
            validator.replace_keys(fresh)
        with pytest.raises(gatepost.PolicyError, match="issuer"):
            validator.replace_keys(fresh, issuer="https://third.example.com")
        validator.replace_keys(fresh, issuer=other.url)
        assert validator.validate(token).issuer == other.url
        with pytest.raises(gatepost.InvalidSignatureError):
            validator.validate(issuer.sign(issuer.claims(AUDIENCE)))

    def test_without_keys_nothing_is_decided_that_needs_them(
        self, issuer: Issuer, policy: gatepost.Policy, keys: gatepost.KeySet
    ) -> None:
        other = gatepost.Policy("https://other.example.com", AUDIENCE)
        token = issuer.sign(issuer.claims(AUDIENCE))
        for validator in (
            gatepost.Validator(policy, None),
            gatepost.Validator.of([(other, keys), (policy, None)]),
        ):
            for decide in (validator.validate, validator.validate_before_proof):
                with pytest.raises(gatepost.KeysUnavailableError) as caught:
                    decide(token)
                assert caught.value.http_status == 503
                with pytest.raises(gatepost.IssuerMismatchError):
                    decide(issuer.sign(issuer.claims(AUDIENCE, iss="https://third.example")))
                with pytest.raises(gatepost.MalformedError):
                    decide("a")
            validator.replace_keys(keys, issuer.url)
            assert validator.validate(token).subject == "alice"
            validator.replace_keys(None, issuer.url)
            with pytest.raises(gatepost.KeysUnavailableError):
                validator.validate(token)

    def test_a_guard_without_keys_answers_what_needs_none(self, policy: gatepost.Policy) -> None:
        guard = gatepost.Guard(AUDIENCE, gatepost.Validator(policy, None))
        for method, target, headers, status in (
            ("GET", "/.well-known/oauth-protected-resource/mcp", [], 200),
            ("POST", "/mcp", [], 401),
            ("POST", "/mcp", [("Authorization", "Bearer a b")], 400),
            ("POST", "/mcp", [("Authorization", "Bearer a.b")], 401),
            ("POST", "/mcp", [("Origin", "https://evil.example")], 403),
        ):
            answer = guard.authenticate(gatepost.RequestHead(method, target, headers))
            assert isinstance(answer, gatepost.Response)
            assert answer.status == status

    def test_a_guard_without_keys_asks_to_come_back(
        self, issuer: Issuer, policy: gatepost.Policy
    ) -> None:
        guard = gatepost.Guard(AUDIENCE, gatepost.Validator(policy, None))
        token = issuer.sign(issuer.claims(AUDIENCE))
        head = gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])
        answer = guard.authenticate(head)
        assert isinstance(answer, gatepost.Response)
        assert (answer.status, answer.reason) == (503, "keys_unavailable")
        assert ("Retry-After", "5") in answer.headers

    def test_a_token_names_whose_keys_to_fetch(
        self, issuer: Issuer, policy: gatepost.Policy, keys: gatepost.KeySet
    ) -> None:
        other = gatepost.Policy("https://other.example.com", AUDIENCE)
        validator = gatepost.Validator.of([(policy, keys), (other, None)])
        unknown = issuer.sign(issuer.claims(AUDIENCE), kid="new")
        with pytest.raises(gatepost.KeyNotFoundError):
            validator.validate(unknown)
        assert validator.unverified_issuer(unknown) == issuer.url
        assert validator.unverified_issuer(issuer.sign({"iss": other.issuer}).encode()) == (
            "https://other.example.com"
        )
        nobody = issuer.sign(issuer.claims(AUDIENCE, iss="https://third.example"))
        for compact in (nobody, issuer.sign({"sub": "alice"}), "", "a.b.c", b"\xff"):
            assert validator.unverified_issuer(compact) is None
        with pytest.raises(TypeError, match="jwt must be str or bytes"):
            validator.unverified_issuer(None)  # type: ignore[arg-type]

    @pytest.mark.parametrize("cache_size", [0, 1, 1000])
    def test_a_token_that_was_seen_before_is_judged_again(
        self, issuer: Issuer, policy: gatepost.Policy, cache_size: int
    ) -> None:
        keys = gatepost.KeySet.from_jwks(issuer.jwks())
        validator = gatepost.Validator(policy, keys, cache_size=cache_size)
        token = issuer.sign(issuer.claims(AUDIENCE))
        expires_at = validator.validate(token).expires_at
        assert expires_at is not None
        for _ in range(3):
            assert validator.validate(token).expires_at == expires_at
            with pytest.raises(gatepost.ExpiredError):
                validator.validate(token, now=expires_at + policy.leeway)
        forged = token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB")
        with pytest.raises(gatepost.TokenError):
            validator.validate(forged)
        validator.replace_keys(gatepost.KeySet.from_jwks(Issuer(issuer.url).jwks()))
        with pytest.raises(gatepost.TokenError):
            validator.validate(token)

    @pytest.mark.parametrize("cache_size", [1_000_001, 2**40])
    def test_a_cache_has_a_limit(
        self, policy: gatepost.Policy, keys: gatepost.KeySet, cache_size: int
    ) -> None:
        with pytest.raises(gatepost.PolicyError, match="cache_size"):
            gatepost.Validator(policy, keys, cache_size=cache_size)
        with pytest.raises(gatepost.PolicyError, match="cache_size"):
            gatepost.Validator.of([(policy, keys)], cache_size=cache_size)

    def test_has_a_repr(self, validator: gatepost.Validator) -> None:
        assert repr(validator) == "Validator(issuers=['https://as.example.com'])"


class TestAccessToken:
    def test_the_repr_tells_issuer_and_expiry_only(
        self, issuer: Issuer, validator: gatepost.Validator
    ) -> None:
        token = validator.validate(issuer.sign(issuer.claims(AUDIENCE)))
        assert repr(token) == (
            f"AccessToken(issuer='https://as.example.com', expires_at={token.expires_at})"
        )
        assert str(token) == repr(token)

    def test_long_integers_in_claims_are_read(
        self, issuer: Issuer, validator: gatepost.Validator
    ) -> None:
        # Python refuses to read integers of more than 4300 digits.
        long = '{"uid":9007199254740993,"big":' + "9" * 5000 + ","
        claims = json.dumps(issuer.claims(AUDIENCE)).replace("{", long)
        token = jwt.PyJWS().encode(
            claims.encode(),
            issuer._keys["ES256"],
            "ES256",
            headers={"kid": issuer.jwks()["keys"][1]["kid"]},
        )
        read = validator.validate(token).claims
        assert read["big"] == float("inf")
        assert read["uid"] == 9007199254740993

    def test_tells_for_whom_it_was_accepted_and_by_which_key(
        self, issuer: Issuer, keys: gatepost.KeySet
    ) -> None:
        policy = gatepost.Policy(issuer.url, ["https://first.example", AUDIENCE])
        validator = gatepost.Validator(policy, keys)
        claims = issuer.claims(AUDIENCE, aud=["https://x.example", AUDIENCE], iat=1000.5)
        for algorithm in ("ES256", "RS256"):
            compact = issuer.sign(claims, algorithm)
            token = validator.validate(compact)
            assert token.accepted_audience == AUDIENCE
            assert token.algorithm == algorithm
            assert token.key_id == jwt.get_unverified_header(compact)["kid"]
            assert token.issued_at == 1001
        bare = {name: value for name, value in claims.items() if name != "iat"}
        assert validator.validate(issuer.sign(bare)).issued_at is None

    def test_claims_are_read_once(self, issuer: Issuer, validator: gatepost.Validator) -> None:
        token = validator.validate(issuer.sign(issuer.claims(AUDIENCE)))
        assert token.claims is token.claims


def test_objects_cannot_be_changed_copied_or_pickled(
    issuer: Issuer,
    validator: gatepost.Validator,
    policy: gatepost.Policy,
    keys: gatepost.KeySet,
) -> None:
    token = validator.validate(issuer.sign(issuer.claims(AUDIENCE)))
    for thing in (token, validator, policy, keys):
        with pytest.raises(AttributeError):
            thing.issuer = "https://evil.example.com"  # type: ignore[union-attr,misc]
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.copy(thing)
