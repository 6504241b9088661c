"""`gatepost.testing`: an issuer whose tokens are accepted, and bad ones that are refused."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import subprocess
import sys
from typing import Any

import httpx2
import jwt
import pytest

import gatepost
from conftest import interruptible
from gatepost.testing import BAD_TOKENS, LocalIssuer

AUDIENCE = "https://mcp.example.com/mcp"
NOW = 1_900_000_000
ALGORITHMS = ("ES256", "RS256", "EdDSA")
TOKEN = "/token"


@pytest.fixture(scope="module")
def issuer() -> LocalIssuer:
    return LocalIssuer(algorithms=ALGORITHMS, scope="files:read")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_good_token_is_accepted(issuer: LocalIssuer, algorithm: str) -> None:
    live = gatepost.LiveGuard(issuer.trusted())
    token = live.validate(issuer.sign(issuer.claims(sub="bob", groups=["a"]), algorithm))
    assert (token.subject, token.client_id, token.scopes) == ("bob", "test-client", ["files:read"])
    assert token.claims["groups"] == ["a"]
    assert token.algorithm == algorithm


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_its_signatures_are_what_others_take(issuer: LocalIssuer, algorithm: str) -> None:
    keys = {key["kid"]: key for key in issuer.jwks()["keys"]}
    token = issuer.sign(issuer.claims(), algorithm)
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]])
    assert jwt.decode(token, key, [algorithm], audience=AUDIENCE)["sub"] == "alice"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_is_refused_for_what_it_is_called(kind: str, algorithm: str) -> None:
    issuer = LocalIssuer(algorithms=(algorithm,), clock=lambda: NOW)
    live = gatepost.LiveGuard(issuer.trusted(), clock=lambda: NOW)
    # It is bad for nothing else.
    assert live.validate(issuer.token()).subject == "alice"
    token = issuer.bad(kind)
    with pytest.raises(gatepost.TokenError) as refused:
        live.validate(token)
    assert refused.value.reason == BAD_TOKENS[kind]
    head = gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])
    answer = live.authenticate(head)
    assert isinstance(answer, gatepost.Response)
    assert (answer.status, answer.reason) == (401, BAD_TOKENS[kind])


def test_every_kind_that_servers_are_known_to_let_in_is_there() -> None:
    assert BAD_TOKENS.keys() >= {
        "expired",
        "wrong_audience",
        "wrong_issuer",
        "unknown_key",
        "no_exp",
        "not_yet_valid",
        "wrong_typ",
        "encryption_key",
        "unknown_crit",
        "duplicate_claim",
        "duplicate_header",
        "alg_none",
        "tampered",
        "bound_to_a_key",
    }
    with pytest.raises(KeyError):
        LocalIssuer().bad("good")


def test_claims_and_header_are_as_they_were_asked_for() -> None:
    issuer = LocalIssuer("urn:x", "api://x", clock=lambda: NOW + 0.5, scope="a", sub="bob")
    usual = {
        "iss": "urn:x",
        "aud": "api://x",
        "sub": "bob",
        "client_id": "test-client",
        "iat": NOW,
        "exp": NOW + 300,
        "scope": "a",
    }
    assert issuer.claims() == usual
    assert issuer.claims(["b"], scope=None, n=1) == {
        name: value for name, value in usual.items() if name != "scope"
    } | {"aud": ["b"], "n": 1}
    header, payload = parts(issuer.token(exp=None))
    assert header == {"alg": "ES256", "kid": "es256-1", "typ": "at+jwt"}
    assert "exp" not in payload
    header, payload = parts(issuer.sign('{"a":1}', typ=None, kid="other"))
    assert (header, payload) == ({"alg": "ES256", "kid": "other"}, {"a": 1})
    with pytest.raises(ValueError, match="PS256"):
        LocalIssuer(algorithms=("PS256",))


def parts(token: str) -> list[dict[str, Any]]:
    return [json.loads(jwt.utils.base64url_decode(part)) for part in token.split(".")[:2]]


def test_keys_are_rotated() -> None:
    issuer = LocalIssuer()
    before, token = issuer.keys, issuer.token()
    issuer.rotate()
    for keys, bad in ((before, issuer.token()), (issuer.keys, token)):
        live = gatepost.LiveGuard(gatepost.issuer(issuer.url, AUDIENCE, keys=keys))
        with pytest.raises(gatepost.KeyNotFoundError):
            live.validate(bad)


@pytest.mark.parametrize("has_jwks_uri", [True, False])
def test_it_stands_in_for_the_issuer_of_a_configuration(has_jwks_uri: bool) -> None:
    url = "https://tenant.auth0.com/"
    configured = (
        gatepost.auth0("tenant.auth0.com", AUDIENCE)
        if has_jwks_uri
        else gatepost.issuer(url, AUDIENCE)
    )
    now = NOW
    issuer = LocalIssuer(url, AUDIENCE, clock=lambda: now)
    live = gatepost.LiveGuard(configured, client=issuer.client, clock=lambda: now)
    assert live.validate(issuer.token()).subject == "alice"
    issuer.rotate()
    with pytest.raises(gatepost.KeyNotFoundError):
        live.validate(issuer.token())
    now += 30
    assert live.validate(issuer.token()).subject == "alice"

    async def elsewhere() -> httpx2.Response:
        async with issuer.client() as http:
            return await http.get("https://other.example.com/.well-known/jwks.json")

    assert asyncio.run(elsewhere()).status_code == 404


def test_it_is_served_on_loopback() -> None:
    with LocalIssuer.served(AUDIENCE, algorithms=ALGORITHMS, scope="files:read") as issuer:
        live = gatepost.LiveGuard(issuer.trusted())
        assert live.validate(issuer.token()).scopes == ["files:read"]
        form = {"grant_type": "client_credentials", "resource": AUDIENCE}
        with httpx2.Client(base_url=issuer.url) as http:
            for algorithm in ALGORITHMS:
                answer = http.post(TOKEN, data=form | {"algorithm": algorithm, "scope": "b"})
                assert answer.headers["cache-control"] == "no-store"
                token = live.validate(answer.json()["access_token"])
                assert (token.algorithm, token.scopes) == (algorithm, ["b"])
            other = http.post(TOKEN, data=form | {"resource": "https://other.example.com/mcp"})
            with pytest.raises(gatepost.AudienceMismatchError):
                live.validate(other.json()["access_token"])
            for wrong in (
                {},
                {"grant_type": "password"},
                {"grant_type": "client_credentials"},
                form | {"algorithm": "none"},
            ):
                assert http.post(TOKEN, data=wrong).status_code == 400
            assert http.post(TOKEN, content=b"x" * ((1 << 16) + 1)).status_code == 400
            assert http.get("/").status_code == 404
            for place in ("oauth-authorization-server", "openid-configuration"):
                document = http.get(f"/.well-known/{place}").content
                metadata = gatepost.ServerMetadata.parse(document, issuer.url)
                assert metadata.jwks_uri == f"{issuer.url}/.well-known/jwks.json"
        url = issuer.url
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


def test_it_runs_at_the_command_line() -> None:
    command = [sys.executable, "-W", "error", "-m", "gatepost.testing", "--port", "0"]
    with interruptible():
        running = subprocess.Popen(
            [*command, "--scope", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    with running:
        try:
            assert running.stdout is not None
            url = running.stdout.readline().removeprefix("issuer ").partition(",")[0]
            form = {"grant_type": "client_credentials", "resource": AUDIENCE}
            token = httpx2.post(f"{url}/token", data=form).json()["access_token"]
            issuer = gatepost.issuer(url, AUDIENCE, loopback_for_development=True)
            assert gatepost.LiveGuard(issuer).validate(token).scopes == ["x"]
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, errors) == (0, "")


@pytest.mark.parametrize("port", ["99999", "taken"])
def test_a_port_that_is_not_to_be_had_is_told(port: str) -> None:
    with LocalIssuer.served() as other:
        taken = other.url.rpartition(":")[2]
        command = [sys.executable, "-m", "gatepost.testing", "--port"]
        command.append(taken if port == "taken" else port)
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert f"error: --port {command[-1]}: " in result.stderr


def test_what_cannot_be_served_leaves_no_socket() -> None:
    # An unclosed one would be a warning, and that an error.
    with pytest.raises(ValueError), LocalIssuer.served(algorithms=("HS256",)):  # noqa: PT011
        raise AssertionError
    gc.collect()


def test_without_cryptography_what_is_missing_is_said() -> None:
    program = "import sys; sys.modules['cryptography'] = None\nimport gatepost.testing\n"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stderr.endswith(
        "ImportError: tokens are signed with cryptography: pip install 'gatepost[testing]'\n"
    )
