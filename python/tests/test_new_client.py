"""How a client comes to be known at an authorization server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_metadata import server_of

import gatepost
from gatepost import NewClient, RegisteredClient, Registration

CALLBACK = "http://127.0.0.1:3000/callback"
REGISTER = "https://id.example/register"


@pytest.mark.parametrize(
    ("is_preregistered", "has_document", "server", "kind", "endpoint"),
    [
        (True, True, {"reads": True, "endpoint": REGISTER}, "preregistered", None),
        (False, True, {"reads": True, "endpoint": REGISTER}, "metadata_document", None),
        (False, False, {"reads": True, "endpoint": REGISTER}, "dynamic", REGISTER),
        (False, True, {"reads": False, "endpoint": REGISTER}, "dynamic", REGISTER),
        (False, True, {"reads": False, "endpoint": None}, "ask_user", None),
    ],
)
def test_registration_follows_the_order_of_the_specification(
    is_preregistered: bool,
    has_document: bool,
    server: dict[str, Any],
    kind: str,
    endpoint: str | None,
) -> None:
    metadata = server_of(
        client_id_metadata_document_supported=server["reads"],
        registration_endpoint=server["endpoint"],
    )
    chosen = Registration.choose(
        metadata, is_preregistered=is_preregistered, has_metadata_document=has_document
    )
    assert (chosen.kind, chosen.endpoint) == (kind, endpoint)
    assert repr(chosen) == f"Registration(kind={kind!r}, endpoint={endpoint!r})"


class TestNewClient:
    def test_introduces_itself(self) -> None:
        client = NewClient(
            "Example",
            ["https://app.example.com/callback", CALLBACK],
            client_uri="https://app.example.com",
            scope="read write",
            refresh_tokens=True,
        )
        said = {
            "redirect_uris": ["https://app.example.com/callback", CALLBACK],
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "client_name": "Example",
            "client_uri": "https://app.example.com",
            "scope": "read write",
        }
        assert json.loads(client.registration_request) == said
        url = "https://app.example.com/client.json"
        assert json.loads(client.metadata_document(url)) == {"client_id": url, **said}
        assert repr(client) == "NewClient(name='Example')"

    def test_says_what_type_it_is(self) -> None:
        assert NewClient("a", CALLBACK).application_type == "native"
        web = NewClient("a", "https://app.example.com/callback")
        assert web.application_type == "web"
        assert json.loads(web.registration_request)["grant_types"] == ["authorization_code"]
        private = NewClient("a", "com.example:/cb", private_use_schemes=["com.example"])
        assert private.application_type == "native"

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"name": ""}, "name or redirect_uris"),
            ({"redirect_uris": []}, "name or redirect_uris"),
            ({"redirect_uris": "http://app.example.com/callback"}, "name or redirect_uris"),
            ({"redirect_uris": "com.example:/cb"}, "name or redirect_uris"),
            ({"private_use_schemes": ["javascript"]}, "private_use_schemes"),
            ({"client_uri": "http://app.example.com"}, "client_uri"),
            ({"scope": "a  b"}, "scope"),
            ({"scope": 'a"'}, "scope"),
        ],
    )
    def test_is_refused_for_what_no_server_would_take(
        self, changes: dict[str, Any], named: str
    ) -> None:
        with pytest.raises(gatepost.PolicyError, match=named):
            NewClient(**({"name": "a", "redirect_uris": CALLBACK} | changes))

    @pytest.mark.parametrize("url", ["http://a.example/c", "https://a.example", "s6BhdRkqt3"])
    def test_its_document_stands_at_a_url_that_can_be_an_identifier(self, url: str) -> None:
        with pytest.raises(gatepost.InvalidClientIdError):
            NewClient("a", CALLBACK).metadata_document(url)

    def test_may_say_much(self) -> None:
        uris = [f"https://app.example.com/{i}" for i in range(1000)]
        client = NewClient("a", uris)
        assert json.loads(client.registration_request)["redirect_uris"] == uris


class TestRegisteredClient:
    def test_reads_what_it_was_given(self) -> None:
        client = RegisteredClient.parse(
            b'{"client_id":"s6BhdRkqt3","client_secret":"c2VjcmV0","client_secret_expires_at":17}'
        )
        assert client.client_id == "s6BhdRkqt3"
        assert client.client_secret == "c2VjcmV0"
        assert client.client_secret_expires_at == 17
        assert client.auth_method == "client_secret_basic"
        assert repr(client) == str(client) == "RegisteredClient(client_id='s6BhdRkqt3')"
        public = RegisteredClient.parse('{"client_id": "a", "client_secret_expires_at": 0}')
        assert (public.client_secret, public.client_secret_expires_at) == (None, None)
        assert public.auth_method == "none"

    def test_learns_why_it_was_refused(self) -> None:
        with pytest.raises(gatepost.InvalidRedirectUriError):
            RegisteredClient.parse('{"error": "invalid_redirect_uri"}')
        for error in ("invalid_client_metadata", "unapproved_software_statement", "any"):
            with pytest.raises(gatepost.InvalidClientMetadataError):
                RegisteredClient.parse(json.dumps({"error": error}))

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": None},
            {"client_id": ""},
            {"client_id": 1},
            {"token_endpoint_auth_method": "tls_client_auth"},
            {"token_endpoint_auth_method": "client_secret_post"},
            {"client_secret_expires_at": "never"},
        ],
    )
    def test_what_is_no_answer_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(gatepost.InvalidMetadataError):
            RegisteredClient.parse(json.dumps({"client_id": "a"} | changes))

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("<html>", "invalid_json"),
            ('{"client_id":"a","client_id":"b"}', "duplicate_member"),
            (json.dumps({"client_id": "a", "b": "c" * 16_384}), "too_large"),
        ],
    )
    def test_every_refusal_is_of_oauth(self, body: str, reason: str) -> None:
        with pytest.raises(gatepost.OAuthError) as caught:
            RegisteredClient.parse(body)
        assert caught.value.reason == reason

    def test_an_answer_of_16384_bytes_that_is_all_escapes_is_read(self) -> None:
        start = '{"client_id":"a","client_secret":"'
        secret = "\\u0061" * ((16_384 - len(start) - 2) // 6)
        client = RegisteredClient.parse(start + secret + '"}')
        assert client.client_secret == "a" * (len(secret) // 6)

    @pytest.mark.parametrize("body", [None, 1, {"client_id": "a"}, bytearray(b"{}")])
    def test_other_types_are_refused(self, body: Any) -> None:
        with pytest.raises(TypeError, match="body must be str or bytes"):
            RegisteredClient.parse(body)
