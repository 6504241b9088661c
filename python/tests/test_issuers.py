"""What `auth0`, `issuer` and `Issuer` make, and where metadata say that an issuer's keys are."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import FrozenInstanceError
from threading import Event
from typing import Any

import pytest
from key_server import (
    KEYS,
    START,
    Clock,
    KeyServer,
    after,
    document,
    fetches_end,
    guard_of,
    head_of,
    verdict,
    wait_until,
)

import gatepost
from conftest import AUDIENCE
from gatepost.issuers import PolicyOptions
from gatepost.live import GuardOptions
from issuer import Issuer

OAUTH = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


@pytest.fixture
def live(server: KeyServer, signer: Issuer, clock: Clock) -> gatepost.LiveGuard:
    """A guard that is not told where the keys are."""
    return guard_of(server, clock, jwks_uri=None)


def metadata(server: KeyServer, keys: str = KEYS, **changes: Any) -> dict[str, Any]:
    return {"issuer": server.url, "jwks_uri": server.url + keys} | changes


@pytest.mark.parametrize("place", [OAUTH, OPENID])
def test_metadata_say_where_the_keys_are(
    server: KeyServer, signer: Issuer, live: gatepost.LiveGuard, place: str
) -> None:
    server.answers[place] = document(metadata(server))
    for _ in range(3):
        assert verdict(live.authenticate(head_of(signer))) == "alice"
    asked = {OAUTH: 1, KEYS: 1} if place == OAUTH else {OAUTH: 1, OPENID: 1, KEYS: 1}
    assert server.asked == asked


def test_the_metadata_of_another_issuer_are_not_taken(
    server: KeyServer, signer: Issuer, live: gatepost.LiveGuard
) -> None:
    # The first document is another's, the second, were it but for a slash, too.
    server.answers[OAUTH] = document(metadata(server, issuer="https://evil.example.com"))
    server.answers[OPENID] = document(metadata(server, issuer=f"{server.url}/"))
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    assert server.asked == {OAUTH: 1, OPENID: 1}


def test_one_good_document_is_enough(
    server: KeyServer, signer: Issuer, live: gatepost.LiveGuard
) -> None:
    server.answers[OAUTH] = document(b"<html>", content_type="text/html")
    server.answers[OPENID] = document(metadata(server))
    assert verdict(live.authenticate(head_of(signer))) == "alice"


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://as.example.com/keys",
        "http://169.254.169.254/keys",
        # A name may lead anywhere, this one too.
        "http://localhost:{port}/keys",
        "ftp://127.0.0.1/keys",
        "file:///etc/passwd",
        "https://user@127.0.0.1:{port}/keys",
        "",
    ],
)
def test_metadata_cannot_send_a_fetch_elsewhere(
    server: KeyServer, signer: Issuer, live: gatepost.LiveGuard, jwks_uri: str
) -> None:
    port = server.url.rpartition(":")[2]
    server.answers[OAUTH] = document(metadata(server, jwks_uri=jwks_uri.format(port=port)))
    assert verdict(live.authenticate(head_of(signer))) == "keys_unavailable"
    assert server.asked == {OAUTH: 1, OPENID: 1}


def test_metadata_that_do_not_come_leave_time_for_the_keys(
    server: KeyServer, signer: Issuer, clock: Clock
) -> None:
    live = guard_of(server, clock, jwks_uri=None, timeout=5)
    server.answers[OAUTH] = document(metadata(server))
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    gate = Event()
    server.answers[OAUTH] = server.answers[OPENID] = after(gate, document(metadata(server)))
    signer.rotate()
    server.answers[KEYS] = document(signer.jwks())
    clock.now += 30
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    assert server.asked == {OAUTH: 2, OPENID: 1, KEYS: 2}
    gate.set()


def test_keys_that_have_moved_are_found(
    server: KeyServer, signer: Issuer, live: gatepost.LiveGuard, clock: Clock
) -> None:
    server.answers[OAUTH] = document(metadata(server))
    server.answers[KEYS] = document(signer.jwks(), etag='"v1"')
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    signer.rotate()
    tags: list[str | None] = []

    def moved(request: Any) -> None:
        tags.append(request.headers.get("if-none-match"))
        document(signer.jwks())(request)

    server.answers["/moved"] = moved
    server.answers[OAUTH] = document(metadata(server, "/moved"))
    clock.now += 30
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    assert server.asked == {OAUTH: 2, KEYS: 1, "/moved": 1}
    # The entity tag is one of the other document.
    assert tags == [None]


def test_without_metadata_their_last_word_counts(
    server: KeyServer,
    signer: Issuer,
    live: gatepost.LiveGuard,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.answers[OAUTH] = document(metadata(server))
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    server.answers[OAUTH] = document({}, 500)
    signer.rotate()
    server.answers[KEYS] = document(signer.jwks())
    clock.now += 30
    assert verdict(live.authenticate(head_of(signer))) == "alice"
    [record] = caplog.records
    assert record.getMessage() == f"no metadata of {server.url}: status 404"
    wait_until(fetches_end)


def test_a_tenant_of_auth0() -> None:
    tenant = gatepost.auth0("tenant.eu.auth0.com", AUDIENCE, leeway=5)
    assert tenant.policy.issuer == "https://tenant.eu.auth0.com/"
    assert (tenant.policy.provider, tenant.policy.leeway) == ("auth0", 5)
    assert tenant.policy.scope_claims == ["scope", "permissions"]
    assert tenant.jwks_uri == "https://tenant.eu.auth0.com/.well-known/jwks.json"
    assert tenant.resource == AUDIENCE
    other = gatepost.auth0("tenant.eu.auth0.com", "my-api", AUDIENCE)
    assert (other.policy.audience, other.resource) == (["my-api"], AUDIENCE)
    assert gatepost.auth0("tenant.eu.auth0.com", "my-api").resource is None
    wrongs = ["https://tenant.eu.auth0.com", "tenant.eu.auth0.com/", "", "a b", "me@a.example"]
    # As no tenant has it in its tokens.
    wrongs += ["Tenant.eu.auth0.com", "tenant.eu.auth0.com:443", "..", "a..b", "tenant", "\ud800.a"]
    for wrong in wrongs:
        with pytest.raises(gatepost.PolicyError):
            gatepost.auth0(wrong, AUDIENCE)


def test_an_issuer_is_frozen() -> None:
    one = gatepost.issuer("https://as.example.com", AUDIENCE)
    with pytest.raises(FrozenInstanceError):
        one.jwks_uri = "https://evil.example.com"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"jwks_uri": "http://as.example.com/keys"}, "jwks_uri"),
        ({"jwks_uri": "http://127.0.0.1/keys"}, "jwks_uri"),
        ({"jwks_uri": "https://me:secret@as.example.com/keys"}, "jwks_uri"),
        ({"jwks_uri": "https://as.example.com/#keys"}, "jwks_uri"),
        ({"jwks_uri": "keys"}, "jwks_uri"),
        ({"jwks_uri": "http://localhost/keys", "loopback_for_development": True}, "jwks_uri"),
        ({"url": "http://127.0.0.1:9000"}, "issuer"),
        ({"url": "http://localhost:9000", "loopback_for_development": True}, "issuer"),
        ({"url": "urn:issuer"}, None),
        ({"url": ""}, "issuer"),
        ({"audience": []}, "audience"),
        ({"leeway": -1}, "leeway"),
    ],
)
def test_refuses_what_makes_no_sense(options: dict[str, Any], part: str | None) -> None:
    usual: dict[str, Any] = {"url": "https://as.example.com", "audience": AUDIENCE}
    with pytest.raises(gatepost.PolicyError, match=part):
        gatepost.issuer(**usual | options)


def test_any_name_of_an_issuer_will_do_where_the_keys_are_said() -> None:
    keys = "https://as.example.com/keys"
    assert gatepost.issuer("urn:issuer", AUDIENCE, jwks_uri=keys).policy.issuer == "urn:issuer"
    for loopback in ("http://127.0.0.1:9000/keys", "http://[::1]/keys", "http://127.8.9.1/keys"):
        gatepost.issuer("urn:x", AUDIENCE, jwks_uri=loopback, loopback_for_development=True)


def test_keys_handed_in_are_not_fetched(keys: gatepost.KeySet) -> None:
    fixed = gatepost.issuer("urn:issuer", AUDIENCE, keys=keys)
    with pytest.raises(gatepost.PolicyError, match="handed in"):
        gatepost.JwksManager(fixed)
    with pytest.raises(gatepost.PolicyError, match="jwks_uri"):
        gatepost.issuer("urn:x", AUDIENCE, keys=keys, jwks_uri="https://as.example.com/keys")


def test_a_guard_needs_one_resource() -> None:
    one = gatepost.issuer("https://one.example.com", AUDIENCE)
    two = gatepost.issuer("https://two.example.com", "https://other.example.com/mcp")
    nowhere = gatepost.issuer("https://three.example.com", "api://default")
    for issuers in (nowhere, [one, two], [one, nowhere]):
        with pytest.raises(gatepost.PolicyError, match="resource"):
            gatepost.LiveGuard(issuers)
    with pytest.raises(gatepost.PolicyError, match="no issuer"):
        gatepost.LiveGuard([])
    with pytest.raises(gatepost.PolicyError, match="comes twice"):
        gatepost.LiveGuard([one, one])
    assert gatepost.LiveGuard([one, two, nowhere], resource=AUDIENCE).resource == AUDIENCE


def test_the_keywords_are_those_of_what_they_are_passed_on_to() -> None:
    def keywords(of: Any) -> set[str]:
        return set(inspect.signature(of).parameters)

    assert set(GuardOptions.__annotations__) == keywords(gatepost.Guard) - {"resource", "validator"}
    named = {"issuer", "audience", "provider"}
    assert set(PolicyOptions.__annotations__) == keywords(gatepost.Policy) - named
    for options in (GuardOptions, PolicyOptions):
        assert options.__total__ is False


def test_without_httpx2_what_is_missing_is_said() -> None:
    program = (
        "import sys; sys.modules['httpx2'] = None\n"
        "import gatepost\n"
        "tenant = gatepost.auth0('tenant.auth0.com', 'https://mcp.example.com/mcp')\n"
        "gatepost.LiveGuard(tenant, client=lambda: None)\n"
        "gatepost.LiveGuard(tenant)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "line 5, in <module>" in result.stderr
    assert result.stderr.endswith(
        "ImportError: keys are fetched with httpx2: pip install 'gatepost[http]'\n"
    )


def test_the_package_alone_imports_no_client() -> None:
    program = "import sys, gatepost, gatepost.asgi; print({'httpx2', 'asyncio'} & {*sys.modules})"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )
    assert (result.stdout, result.stderr) == ("set()\n", "")


def test_making_a_guard_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("threading.Thread.start", refuse)
    gatepost.LiveGuard(gatepost.auth0("tenant.auth0.com", AUDIENCE), clock=lambda: START)
