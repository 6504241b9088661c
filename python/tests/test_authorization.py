"""How a client asks for a token, for which scopes, and whose answer it takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from test_metadata import ISSUER, resource_of, server_of

import gatepost
from conftest import AUDIENCE
from gatepost import AuthorizationRequest, CodeVerifier, TokenRequest

CALLBACK = "http://127.0.0.1:3000/callback"


def request_of(**changes: Any) -> AuthorizationRequest:
    usual: dict[str, Any] = {
        "client_id": "https://app.example/client.json",
        "redirect_uri": CALLBACK,
        "resource": AUDIENCE,
        "state": "af0ifjsldkj",
        "code_challenge": CodeVerifier.generate().challenge(),
    }
    return AuthorizationRequest(**(usual | changes))


def test_an_authorization_request_names_the_resource_and_a_challenge() -> None:
    challenge = CodeVerifier.generate().challenge()
    request = request_of(code_challenge=challenge, scope="a b&c", audience="https://api.example")
    url = urlsplit(request.url(server_of(authorization_endpoint="https://id.example/go?tenant=1")))
    assert (url.scheme, url.netloc, url.path) == ("https", "id.example", "/go")
    assert parse_qsl(url.query, strict_parsing=True) == [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "https://app.example/client.json"),
        ("redirect_uri", CALLBACK),
        ("state", "af0ifjsldkj"),
        ("code_challenge", challenge.text),
        ("code_challenge_method", "S256"),
        ("resource", AUDIENCE),
        ("audience", "https://api.example"),
        ("scope", "a b&c"),
    ]
    assert (request.client_id, request.redirect_uri) == (
        "https://app.example/client.json",
        CALLBACK,
    )
    assert (request.resource, request.state) == (AUDIENCE, "af0ifjsldkj")
    assert (request.audience, request.scope) == ("https://api.example", "a b&c")
    assert repr(request) == f"AuthorizationRequest(resource='{AUDIENCE}')"
    assert "scope" not in request_of().url(server_of())


def test_an_authorization_request_may_be_long() -> None:
    scope = " ".join(f"scope{i}" for i in range(10_000))
    url = request_of(scope=scope).url(server_of())
    assert parse_qs(urlsplit(url).query)["scope"] == [scope]


def test_no_url_leads_to_a_server_without_pkce() -> None:
    with pytest.raises(gatepost.PkceNotSupportedError):
        request_of().url(server_of(code_challenge_methods_supported=None))
    with pytest.raises(gatepost.InvalidMetadataError):
        request_of().url(server_of(token_endpoint=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"redirect_uri": ""},
        {"state": ""},
        {"scope": ""},
        {"resource": "mcp"},
        {"resource": AUDIENCE + "#a"},
    ],
)
def test_a_request_says_all_that_it_must(changes: dict[str, str]) -> None:
    with pytest.raises(gatepost.PolicyError):
        request_of(**changes).url(server_of())


def test_a_challenge_is_not_any_text() -> None:
    with pytest.raises(TypeError):
        request_of(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


def test_token_requests_name_the_resource() -> None:
    verifier = CodeVerifier.generate()
    request = TokenRequest.authorization_code(
        code="a+b/c=",
        redirect_uri=CALLBACK,
        code_verifier=verifier,
        client_id="client",
        resource=AUDIENCE,
    )
    assert parse_qsl(request.body.decode(), strict_parsing=True) == [
        ("grant_type", "authorization_code"),
        ("code", "a+b/c="),
        ("redirect_uri", CALLBACK),
        ("code_verifier", verifier.text),
        ("client_id", "client"),
        ("resource", AUDIENCE),
    ]
    refresh = TokenRequest.refresh_token(refresh_token="r", client_id="c", resource=AUDIENCE)
    assert parse_qsl(refresh.body.decode(), strict_parsing=True) == [
        ("grant_type", "refresh_token"),
        ("refresh_token", "r"),
        ("client_id", "c"),
        ("resource", AUDIENCE),
    ]
    for secret in (request, refresh):
        assert repr(secret) == str(secret) == "TokenRequest(...)"
    for token, resource in (("", AUDIENCE), ("r", ""), ("r", AUDIENCE + "#a")):
        with pytest.raises(gatepost.PolicyError):
            TokenRequest.refresh_token(refresh_token=token, client_id="c", resource=resource)


def test_an_answer_names_the_issuer_that_was_recorded() -> None:
    verify = gatepost.verify_authorization_response_issuer
    verify(ISSUER, True, ISSUER)
    verify(ISSUER, False, ISSUER)
    verify(ISSUER, False, None)
    for sends_issuer, iss in [
        (True, None),
        (True, ISSUER + "/"),
        (False, ISSUER + "/"),
        (False, ""),
        (False, ISSUER.upper()),
        (False, "\ud800"),
    ]:
        with pytest.raises(gatepost.IssuerMismatchError):
            verify(ISSUER, sends_issuer, iss)


def test_the_challenge_decides_then_what_is_advertised() -> None:
    advertised = resource_of(scopes_supported=["mcp:tools", "mcp:read", "mcp:tools"])
    assert gatepost.initial_scope("files:read", advertised) == "files:read"
    for none in (None, "", " "):
        assert gatepost.initial_scope(none, advertised) == "mcp:tools mcp:read"
    assert gatepost.initial_scope(None, resource_of()) is None
    for bad in ('a"b', "a\ufffd", "\ud800"):
        with pytest.raises(gatepost.InvalidMetadataError):
            gatepost.initial_scope(bad, advertised)


def test_a_step_up_keeps_what_was_requested() -> None:
    assert gatepost.step_up_scope("a:read", "b:write a:read") == "a:read b:write"
    assert gatepost.step_up_scope("", "a") == "a"
    # What was asked for already is not asked for again and again.
    assert gatepost.step_up_scope("a:read b:write", "b:write") is None
    assert gatepost.step_up_scope("a:read", "") is None
    with pytest.raises(gatepost.InvalidMetadataError):
        gatepost.step_up_scope("a", "b\\c")


def test_at_most_256_scopes_are_asked_for() -> None:
    many = " ".join(f"a-rather-long-scope-{i}" for i in range(256))
    assert gatepost.initial_scope(many, resource_of()) == many
    assert gatepost.step_up_scope("", many) == many
    with pytest.raises(gatepost.OAuthError) as caught:
        gatepost.initial_scope(many + " one-more", resource_of())
    assert caught.value.reason == "too_large"
    with pytest.raises(gatepost.OAuthError) as caught:
        gatepost.step_up_scope("one-more", many)
    assert caught.value.reason == "too_large"


def test_metadata_of_another_kind_are_a_type_error() -> None:
    server: Any = resource_of()
    with pytest.raises(TypeError):
        request_of().url(server)
