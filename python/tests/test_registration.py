"""Clients that register themselves, and clients that publish who they are."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

import pytest

import gatepost
from gatepost import (
    ClientCredentials,
    ClientIdUrl,
    ClientMetadata,
    ClientRules,
    FetchPolicy,
    RedirectRules,
)

NOW = 1_700_000_000
URL = "https://app.example.com/client.json"
WEB = "https://app.example.com/callback"


def request(**members: Any) -> bytes:
    return json.dumps({"redirect_uris": [WEB]} | members).encode()


def document(**members: Any) -> str:
    own = {"client_id": URL, "client_name": "Example", "redirect_uris": [WEB]}
    return json.dumps(own | members)


class TestRegistration:
    def test_a_client_is_read(self) -> None:
        client = ClientMetadata.from_registration(
            request(
                client_name='Ex"ampl\u00e9',
                client_uri="https://app.example.com",
                logo_uri="https://app.example.com/logo.png",
                scope="a b",
                grant_types=["authorization_code", "refresh_token"],
                token_endpoint_auth_method="none",
                jwks_uri="https://app.example.com/keys",
            )
        )
        assert (client.name, client.scope) == ('Ex"ampl\u00e9', "a b")
        assert client.client_uri == "https://app.example.com"
        assert client.logo_uri == "https://app.example.com/logo.png"
        assert (client.jwks_uri, client.jwks) == ("https://app.example.com/keys", None)
        assert (client.application_type, client.auth_method) == ("web", "none")
        assert (client.may_refresh, client.needs_secret) == (True, False)
        assert not client.is_loopback_only
        assert [str(uri) for uri in client.redirect_uris] == [WEB]
        assert repr(client) == f"ClientMetadata(name={client.name!r})"

    def test_what_is_not_said_is_replaced(self) -> None:
        client = ClientMetadata.from_registration(
            request(redirect_uris=["http://127.0.0.1/a", "http://[::1]/b"]).decode()
        )
        assert (client.application_type, client.may_refresh) == ("native", False)
        assert (client.name, client.client_uri, client.logo_uri) == (None, None, None)
        assert (client.scope, client.jwks_uri) == (None, None)
        assert client.is_loopback_only
        assert [uri.host for uri in client.redirect_uris] == ["127.0.0.1", "::1"]

    def test_a_public_client_is_answered(self) -> None:
        jwks = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}]}
        rules = ClientRules(auth_methods=["none", "private_key_jwt"])
        client = ClientMetadata.from_registration(
            request(
                client_name='Ex"ampl\u00e9',
                contacts=["a@example.com"],
                token_endpoint_auth_method="private_key_jwt",
                jwks=jwks,
            ),
            rules,
        )
        assert client.jwks is not None
        assert json.loads(client.jwks) == jwks
        body = client.write_registration(ClientCredentials("s6BhdRkqt3", NOW))
        assert json.loads(body) == {
            "client_id": "s6BhdRkqt3",
            "client_id_issued_at": NOW,
            "redirect_uris": [WEB],
            "application_type": "web",
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "client_name": 'Ex"ampl\u00e9',
            "contacts": ["a@example.com"],
            "jwks": jwks,
        }

    @pytest.mark.parametrize("expires_at", [None, NOW + 1])
    def test_a_confidential_client_gets_a_secret(self, expires_at: int | None) -> None:
        rules = ClientRules(auth_methods="client_secret_basic")
        client = ClientMetadata.from_registration(request(), rules)
        assert (client.auth_method, client.needs_secret) == ("client_secret_basic", True)
        credentials = ClientCredentials(
            "s6BhdRkqt3", NOW, secret='"' * 40_000, secret_expires_at=expires_at
        )
        answer = json.loads(client.write_registration(credentials))
        assert answer["client_secret"] == '"' * 40_000
        assert answer["client_secret_expires_at"] == (expires_at or 0)
        assert repr(credentials) == "ClientCredentials(client_id='s6BhdRkqt3')"
        with pytest.raises(gatepost.PolicyError, match="secret"):
            client.write_registration(ClientCredentials("s6BhdRkqt3", NOW))
        public = ClientMetadata.from_registration(request())
        with pytest.raises(gatepost.PolicyError, match="secret"):
            public.write_registration(credentials)

    def test_the_longest_request_is_answered(self) -> None:
        uris = [f"https://app.example.com/{'x' * 400}/{number}" for number in range(32)]
        body = request(redirect_uris=uris, client_name="n")
        body = body[:-1] + b" " * (16_384 - len(body)) + b"}"
        client = ClientMetadata.from_registration(body)
        answer = client.write_registration(ClientCredentials("x" * 2048, NOW))
        assert json.loads(answer)["redirect_uris"] == uris
        for longer in (body + b" ", body + b" " * (1 << 20)):
            with pytest.raises(gatepost.OAuthError) as caught:
                ClientMetadata.from_registration(longer)
            assert caught.value.reason == "too_large"

    @pytest.mark.parametrize(
        ("body", "error", "oauth_error"),
        [
            (b"{}", gatepost.InvalidRedirectUriError, "invalid_redirect_uri"),
            (
                request(redirect_uris=["http://evil.example/cb"]),
                gatepost.InvalidRedirectUriError,
                "invalid_redirect_uri",
            ),
            (
                request(redirect_uris=[WEB] * 33),
                gatepost.InvalidRedirectUriError,
                "invalid_redirect_uri",
            ),
            (
                request(token_endpoint_auth_method="client_secret_jwt"),
                gatepost.InvalidClientMetadataError,
                "invalid_client_metadata",
            ),
            (b"[]", gatepost.OAuthError, "invalid_client_metadata"),
            (
                b'{"redirect_uris":[],"redirect_uris":[]}',
                gatepost.OAuthError,
                "invalid_client_metadata",
            ),
            ("\udc80", gatepost.OAuthError, "invalid_client_metadata"),
        ],
    )
    def test_a_refusal_is_answered(
        self, body: str | bytes, error: type[gatepost.GatepostError], oauth_error: str
    ) -> None:
        with pytest.raises(error) as caught:
            ClientMetadata.from_registration(body)
        answer = json.loads(gatepost.write_registration_error(caught.value.reason))
        assert answer == {"error": oauth_error, "error_description": str(caught.value)}

    def test_only_what_is_the_clients_fault_is_its_error(self) -> None:
        for reason in ("misuse", "memory_too_small", "keys_unavailable", "no such reason"):
            with pytest.raises(gatepost.PolicyError):
                gatepost.write_registration_error(reason)

    def test_a_redirect_uri_of_a_request_was_registered(self) -> None:
        client = ClientMetadata.from_registration(
            request(redirect_uris=["http://127.0.0.1:3000/callback"])
        )
        uri = client.redirect_uri("http://127.0.0.1:51004/callback")
        assert str(uri) == "http://127.0.0.1:51004/callback"
        assert (uri.kind, uri.host, uri.is_loopback) == ("loopback", "127.0.0.1", True)
        for other in (
            WEB,
            "http://localhost:51004/callback",
            "http://127.0.0.1:51004/callback?x",
            "http://127.0.0.1:51004/callback#x",
            "http://127.0.0.1:51004/callback\udc80",
            "",
        ):
            with pytest.raises(gatepost.InvalidRedirectUriError):
                client.redirect_uri(other)

    def test_types(self) -> None:
        with pytest.raises(TypeError, match="body must be str or bytes, not dict"):
            ClientMetadata.from_registration({})  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            ClientMetadata.from_document(document(), URL)  # type: ignore[arg-type]


class TestDocument:
    def test_a_document_is_read(self) -> None:
        client = ClientMetadata.from_document(document(), ClientIdUrl(URL))
        assert (client.name, client.auth_method) == ("Example", "none")

    @pytest.mark.parametrize(
        ("members", "error"),
        [
            ({"client_id": URL + "x"}, gatepost.InvalidClientIdError),
            ({"client_id": None}, gatepost.InvalidClientMetadataError),
            ({"client_name": None}, gatepost.InvalidClientMetadataError),
            ({"client_secret": "x"}, gatepost.InvalidClientMetadataError),
            (
                {"token_endpoint_auth_method": "client_secret_basic"},
                gatepost.InvalidClientMetadataError,
            ),
            ({"redirect_uris": []}, gatepost.InvalidRedirectUriError),
            ({"padding": "x" * 5120}, gatepost.OAuthError),
        ],
    )
    def test_what_cannot_be_believed_is_refused(
        self, members: dict[str, Any], error: type[Exception]
    ) -> None:
        rules = ClientRules(auth_methods=["none", "client_secret_basic"])
        with pytest.raises(error):
            ClientMetadata.from_document(document(**members), ClientIdUrl(URL), rules)

    def test_a_client_id_is_a_url(self) -> None:
        url = ClientIdUrl(URL)
        assert (str(url), url.host, repr(url)) == (URL, "app.example.com", f"ClientIdUrl('{URL}')")
        assert ClientIdUrl("https://[2001:db8::1]/c").host == "2001:db8::1"
        for other in (
            "s6BhdRkqt3",
            "http://app.example.com/client.json",
            "https://app.example.com",
            "https://app.example.com/",
            "https://app.example.com/a/../b",
            "https://app.example.com/a#b",
            "https://user@app.example.com/a",
            "https://app.example.com/" + "x" * 2048,
            "https://app.example.com/\udc80",
        ):
            with pytest.raises(gatepost.InvalidClientIdError):
                ClientIdUrl(other)


class TestRedirectRules:
    def test_kinds(self) -> None:
        rules = RedirectRules(private_use_schemes=["com.example.app"])
        for text, kind, host, is_loopback in (
            (WEB, "web", "app.example.com", False),
            ("https://localhost/cb", "web", "localhost", True),
            ("http://[::1]:3000/cb", "loopback", "::1", True),
            ("com.example.app:/cb", "private_use", None, False),
        ):
            uri = rules.parse(text)
            assert (str(uri), uri.kind, uri.host, uri.is_loopback) == (
                text,
                kind,
                host,
                is_loopback,
            )
            assert uri.allows(text)
            assert not uri.allows(text + "x")
            assert repr(uri) == f"RedirectUri('{text}')"
        assert rules.parse("http://127.0.0.1/cb").allows("http://127.0.0.1:1/cb")
        for other in (
            "org.example:/cb",
            "http://app.example.com/cb",
            "javascript:alert(1)",
            "/\udc80",
        ):
            with pytest.raises(gatepost.InvalidRedirectUriError):
                rules.parse(other)
        assert repr(rules) == "RedirectRules(private_use_schemes=['com.example.app'])"

    def test_private_use_schemes_are_named(self) -> None:
        body = request(redirect_uris=["com.example.app:/cb"])
        rules = ClientRules(redirect_rules=RedirectRules(private_use_schemes="com.example.app"))
        client = ClientMetadata.from_registration(body, rules)
        assert client.application_type == "native"
        with pytest.raises(gatepost.InvalidRedirectUriError):
            ClientMetadata.from_registration(body)
        for scheme in ("javascript", "http", "Com.Example", "", "1a"):
            with pytest.raises(gatepost.PolicyError, match="private_use_schemes"):
                RedirectRules(private_use_schemes=[scheme])

    def test_methods_are_named(self) -> None:
        rules = ClientRules(auth_methods=["private_key_jwt", "none"])
        assert repr(rules) == "ClientRules(auth_methods=['private_key_jwt', 'none'])"
        body = request(jwks_uri="https://app.example.com/keys")
        assert ClientMetadata.from_registration(body, rules).auth_method == "private_key_jwt"
        with pytest.raises(gatepost.PolicyError, match="auth_methods"):
            ClientRules(auth_methods=[])
        with pytest.raises(gatepost.PolicyError, match='unknown method "basic"'):
            ClientRules(auth_methods="basic")


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": ""},
        {"client_id": "a b"},
        {"client_id": "x" * 2049},
        {"client_id": "HTTPS://app.example.com/client.json"},
        {"client_id": "a", "secret": ""},
        {"client_id": "a", "secret": "é"},
        {"client_id": "a", "secret": "b", "secret_expires_at": 0},
        {"client_id": "a", "secret_expires_at": NOW},
    ],
)
def test_credentials_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(gatepost.PolicyError, match="client_id, secret or secret_expires_at"):
        ClientCredentials(issued_at=NOW, **options)


def test_credentials_ask_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW + 0.5)
    client = ClientMetadata.from_registration(request())
    answer = json.loads(client.write_registration(ClientCredentials("a")))
    assert answer["client_id_issued_at"] == NOW


PUBLIC = ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]
INSIDE = [
    "0.0.0.0",
    "10.0.0.1",
    "169.254.169.254",
    "192.168.1.1",
    "224.0.0.1",
    "::",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::1",
]


@pytest.mark.parametrize("text", [*PUBLIC, *LOOPBACK, *INSIDE])
@pytest.mark.parametrize("loopback", [False, True])
def test_nothing_is_fetched_from_inside(text: str, loopback: bool) -> None:
    policy = FetchPolicy(loopback_for_development=loopback)
    is_fetchable = text in PUBLIC or (loopback and text in LOOPBACK)
    for address in (text, ip_address(text)):
        if is_fetchable:
            policy.require_fetchable(address)
        else:
            with pytest.raises(gatepost.AddressRefusedError):
                policy.require_fetchable(address)


def test_what_is_no_address_is_never_fetched() -> None:
    for other in ("", "localhost", "127.1", "1.1.1.1:80", "[::1]", "\udc80", 2130706433, None):
        with pytest.raises(ValueError, match="must be an IPv4 or IPv6 address"):
            FetchPolicy().require_fetchable(other)  # type: ignore[arg-type]
    assert repr(FetchPolicy()) == "FetchPolicy(loopback_for_development=False)"
