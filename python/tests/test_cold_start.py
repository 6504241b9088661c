"""What a guard says is enough to fetch keys when they are needed, and no more often."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import gatepost
from conftest import AUDIENCE
from issuer import Issuer

NOW = 1_900_000_000


class Adapter:
    """A guard for several issuers whose keys are fetched when a token asks for them."""

    def __init__(self, *issuers: Issuer) -> None:
        self.fetched: Counter[str] = Counter()
        self.down: set[str] = set()
        self._issuers = {issuer.url: issuer for issuer in issuers}
        self._refreshes = {issuer.url: gatepost.KeyRefresh() for issuer in issuers}
        self._validator = gatepost.Validator.of(
            [(gatepost.Policy(issuer.url, AUDIENCE), None) for issuer in issuers]
        )
        self._guard = gatepost.Guard(AUDIENCE, self._validator)

    def ask(self, head: gatepost.RequestHead, now: int = NOW) -> str | None:
        """Who asks, or why not."""
        generations = {url: refresh.generation for url, refresh in self._refreshes.items()}
        decided = self._guard.authenticate(head, now)
        if isinstance(decided, gatepost.Principal):
            return decided.subject
        if decided.reason not in ("key_not_found", "keys_unavailable"):
            return decided.reason
        token = gatepost.Credentials.from_values(head.values("Authorization")).token
        assert token is not None
        issuer = self._validator.unverified_issuer(token)
        assert issuer is not None
        refresh = self._refreshes[issuer]
        if decided.reason == "keys_unavailable":
            action = refresh.before_validation(now)
        else:
            action = refresh.unknown_key(generations[issuer], now)
        if action.fetch is not None:
            self._fetch(issuer, action.fetch, now)
            return self.ask(head, now)
        assert action.reason is not None
        refused = self._guard.refuse(head, action.reason, until=refresh.next_fetch_at, now=now)
        if refused.status == 503:
            assert ("Retry-After", "30") in refused.headers
        return refused.reason

    def _fetch(self, issuer: str, number: int, now: int) -> None:
        self.fetched[issuer] += 1
        if issuer in self.down:
            self._refreshes[issuer].failed(number, now)
            return
        jwks = json.dumps(self._issuers[issuer].jwks())
        keys = gatepost.KeySet.from_jwks(jwks)
        if self._refreshes[issuer].fetched(number, jwks, now=now) == "changed":
            self._validator.replace_keys(keys, issuer)


def head_of(issuer: Issuer, **header: str) -> gatepost.RequestHead:
    claims = issuer.claims(AUDIENCE, iat=NOW, exp=NOW + 3600)
    token = issuer.sign(claims, **header)
    return gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])


@pytest.fixture
def issuers() -> tuple[Issuer, Issuer]:
    return Issuer("https://one.example.com"), Issuer("https://two.example.com")


def test_keys_are_fetched_for_the_first_token_of_their_issuer(
    issuers: tuple[Issuer, Issuer],
) -> None:
    one, two = issuers
    adapter = Adapter(one, two)
    for head, reason in (
        (gatepost.RequestHead("POST", "/mcp", []), "credentials_missing"),
        (gatepost.RequestHead("GET", "/.well-known/oauth-protected-resource", []), None),
        (gatepost.RequestHead("POST", "/mcp", [("Authorization", "Bearer a.b")]), "malformed"),
        (head_of(Issuer("https://third.example.com")), "issuer_mismatch"),
    ):
        assert adapter.ask(head) == reason
    assert adapter.fetched == {}
    assert [adapter.ask(head_of(one)) for _ in range(50)] == ["alice"] * 50
    assert adapter.fetched == {one.url: 1}
    assert adapter.ask(head_of(two)) == "alice"
    assert adapter.fetched == {one.url: 1, two.url: 1}


def test_an_unknown_key_is_looked_for_once_in_a_cooldown(issuers: tuple[Issuer, Issuer]) -> None:
    one, two = issuers
    adapter = Adapter(one, two)
    assert adapter.ask(head_of(one)) == "alice"
    for number in range(50):
        assert adapter.ask(head_of(one, kid=f"unknown-{number}"), NOW + 10) == "key_not_found"
    assert adapter.fetched == {one.url: 1}
    for number in range(50):
        assert adapter.ask(head_of(one, kid=f"unknown-{number}"), NOW + 60) == "key_not_found"
    assert adapter.fetched == {one.url: 2}
    one.rotate()
    assert [adapter.ask(head_of(one), NOW + 90) for _ in range(50)] == ["alice"] * 50
    assert adapter.fetched == {one.url: 3}


def test_an_issuer_that_is_down_is_asked_once_in_a_cooldown(
    issuers: tuple[Issuer, Issuer],
) -> None:
    one, two = issuers
    adapter = Adapter(one, two)
    adapter.down = {two.url}
    assert [adapter.ask(head_of(two)) for _ in range(50)] == ["keys_unavailable"] * 50
    assert adapter.ask(head_of(one)) == "alice"
    assert adapter.fetched == {one.url: 1, two.url: 1}
    adapter.down = set()
    assert adapter.ask(head_of(two), NOW + 30) == "alice"
    assert adapter.fetched == {one.url: 1, two.url: 2}
