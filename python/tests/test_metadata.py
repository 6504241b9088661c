"""The documents that a client fetches: of the MCP server, and of its authorization server."""

from __future__ import annotations

import json
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import ResourceMetadataDocument, ServerMetadata

ISSUER = "https://id.example/tenant"
RESOURCE: dict[str, Any] = {"resource": AUDIENCE, "authorization_servers": [ISSUER]}
SERVER: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://id.example/authorize",
    "token_endpoint": "https://id.example/token",
    "response_types_supported": ["code"],
    "code_challenge_methods_supported": ["plain", "S256"],
}


def resource_of(**changes: Any) -> ResourceMetadataDocument:
    return ResourceMetadataDocument.parse(json.dumps(RESOURCE | changes), AUDIENCE)


def server_of(**changes: Any) -> ServerMetadata:
    return ServerMetadata.parse(json.dumps(SERVER | changes), ISSUER)


def test_the_places_of_documents_are_tried_in_this_order() -> None:
    assert gatepost.resource_metadata_urls("https://example.com/public/mcp") == [
        "https://example.com/.well-known/oauth-protected-resource/public/mcp",
        "https://example.com/.well-known/oauth-protected-resource",
    ]
    assert gatepost.server_metadata_urls("https://auth.example.com/tenant1") == [
        "https://auth.example.com/.well-known/oauth-authorization-server/tenant1",
        "https://auth.example.com/.well-known/openid-configuration/tenant1",
        "https://auth.example.com/tenant1/.well-known/openid-configuration",
    ]
    for places in (gatepost.resource_metadata_urls, gatepost.server_metadata_urls):
        assert len(places("http://127.0.0.1:8000")) == (
            1 if places is gatepost.resource_metadata_urls else 2
        )
        for url in ("http://example.com/mcp", "example.com", "https://example.com/#a", ""):
            with pytest.raises(gatepost.PolicyError):
                places(url)


class TestResourceMetadataDocument:
    def test_what_a_guard_publishes_is_read(self, validator: gatepost.Validator) -> None:
        guard = gatepost.Guard(
            AUDIENCE, validator, scopes_supported=["read", "write"], name="Files"
        )
        target = "/.well-known/oauth-protected-resource/mcp"
        published = guard.authenticate(gatepost.RequestHead("GET", target, []))
        assert isinstance(published, gatepost.Response)
        document = ResourceMetadataDocument.parse(published.body, AUDIENCE)
        assert document.resource == AUDIENCE
        assert document.authorization_servers == ["https://as.example.com"]
        assert document.scopes_supported == ["read", "write"]
        assert document.bearer_methods_supported == ["header"]
        assert document.name == "Files"
        assert (document.dpop_algorithms, document.requires_dpop) == (None, False)
        assert document.members == json.loads(published.body)
        assert repr(document) == f"ResourceMetadataDocument(resource='{AUDIENCE}')"

    def test_what_is_not_there_is_none(self) -> None:
        document = resource_of()
        assert document.scopes_supported is None
        assert document.bearer_methods_supported is None
        assert document.name is None
        document = resource_of(
            dpop_signing_alg_values_supported=["ES256"],
            dpop_bound_access_tokens_required=True,
            other={"a": [1]},
        )
        assert (document.dpop_algorithms, document.requires_dpop) == (["ES256"], True)
        assert document.members["other"] == {"a": [1]}
        # Nobody changes what others read.
        document.members.clear()
        assert document.members["resource"] == AUDIENCE

    def test_it_is_the_resources_own(self) -> None:
        for other in ("https://mcp.example.com/", "https://mcp.example.com/MCP", AUDIENCE + "/"):
            with pytest.raises(gatepost.MetadataMismatchError):
                ResourceMetadataDocument.parse(json.dumps(RESOURCE), other)
        at_root = json.dumps(RESOURCE | {"resource": "https://mcp.example.com"})
        document = ResourceMetadataDocument.parse(at_root, [AUDIENCE, "https://mcp.example.com"])
        assert document.resource == "https://mcp.example.com"

    @pytest.mark.parametrize(
        "changes",
        [
            {"resource": None},
            {"authorization_servers": []},
            {"authorization_servers": ["http://id.example"]},
            {"authorization_servers": ISSUER},
            {"scopes_supported": "read"},
        ],
    )
    def test_what_is_no_document_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(gatepost.InvalidMetadataError):
            resource_of(**changes)

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("", "invalid_json"),
            (b"\xff", "invalid_json"),
            ("\ud800", "invalid_json"),
            ('{"a":' + "[" * 1000, "too_deep"),
            ('{"resource":"a","resource":"a"}', "duplicate_member"),
            (json.dumps(RESOURCE | {"padding": "a" * 65_536}), "too_large"),
        ],
    )
    def test_every_refusal_is_of_oauth(self, body: str | bytes, reason: str) -> None:
        for parse in (ResourceMetadataDocument.parse, ServerMetadata.parse):
            with pytest.raises(gatepost.OAuthError) as caught:
                parse(body, AUDIENCE)
            assert caught.value.reason == reason

    def test_a_document_of_64_kib_that_is_all_escapes_is_read(self) -> None:
        start = json.dumps(RESOURCE)[:-1] + ', "resource_name": "'
        name = "\\u0061" * ((65_536 - len(start) - 2) // 6)
        document = ResourceMetadataDocument.parse(start + name + '"}', AUDIENCE)
        assert document.name == "a" * (len(name) // 6)

    @pytest.mark.parametrize("body", [None, 1, RESOURCE, bytearray(b"{}")])
    def test_other_types_are_refused(self, body: Any) -> None:
        for parse in (ResourceMetadataDocument.parse, ServerMetadata.parse):
            with pytest.raises(TypeError, match="body must be str or bytes"):
                parse(body, AUDIENCE)


class TestServerMetadata:
    def test_says_where_and_how(self) -> None:
        server = server_of(
            jwks_uri="https://id.example/jwks",
            registration_endpoint="https://id.example/register",
            scopes_supported=["read"],
            token_endpoint_auth_methods_supported=["none"],
            dpop_signing_alg_values_supported=["ES256"],
            client_id_metadata_document_supported=True,
            authorization_response_iss_parameter_supported=True,
        )
        assert server.issuer == ISSUER
        assert server.jwks_uri == server.require_jwks_uri() == "https://id.example/jwks"
        assert server.registration_endpoint == "https://id.example/register"
        assert server.scopes_supported == ["read"]
        assert server.token_endpoint_auth_methods_supported == ["none"]
        assert server.dpop_algorithms == ["ES256"]
        assert server.reads_client_metadata_documents
        assert server.sends_issuer
        server.require_pkce()
        flow = server.require_code_flow()
        assert flow.authorization_endpoint == "https://id.example/authorize"
        assert flow.token_endpoint == "https://id.example/token"
        assert server.members["issuer"] == ISSUER
        assert repr(server) == f"ServerMetadata(issuer='{ISSUER}')"
        assert repr(flow) == "CodeFlow(token_endpoint='https://id.example/token')"

    def test_what_is_not_said_is_not_assumed(self) -> None:
        server = server_of()
        assert server.jwks_uri is None
        assert server.registration_endpoint is None
        assert server.scopes_supported is None
        assert server.token_endpoint_auth_methods_supported is None
        assert server.dpop_algorithms is None
        assert not server.reads_client_metadata_documents
        assert not server.sends_issuer
        with pytest.raises(gatepost.InvalidMetadataError):
            server.require_jwks_uri()

    def test_the_issuer_is_the_one_that_was_asked_for(self) -> None:
        with pytest.raises(gatepost.MetadataMismatchError):
            ServerMetadata.parse(json.dumps(SERVER), ISSUER + "/")
        with pytest.raises(gatepost.PolicyError):
            ServerMetadata.parse(json.dumps(SERVER), "http://id.example")

    @pytest.mark.parametrize("methods", [None, [], ["plain"], ["s256"]])
    def test_a_server_without_pkce_is_not_used(self, methods: list[str] | None) -> None:
        server = server_of(code_challenge_methods_supported=methods)
        for require in (server.require_pkce, server.require_code_flow):
            with pytest.raises(gatepost.PkceNotSupportedError):
                require()

    @pytest.mark.parametrize(
        "changes",
        [
            {"authorization_endpoint": None},
            {"token_endpoint": None},
            {"response_types_supported": ["token"]},
            {"grant_types_supported": ["client_credentials"]},
        ],
    )
    def test_a_server_without_the_code_flow_is_not_used(self, changes: dict[str, Any]) -> None:
        server = server_of(**changes)
        server.require_pkce()
        with pytest.raises(gatepost.InvalidMetadataError):
            server.require_code_flow()

    @pytest.mark.parametrize("url", ["http://id.example/", "javascript:a", "https://a/#b", 1])
    def test_endpoints_are_secure(self, url: Any) -> None:
        for member in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            with pytest.raises(gatepost.InvalidMetadataError):
                server_of(**{member: url})

    def test_the_documents_of_both_kinds_agree(self) -> None:
        server_of().require_agreement(server_of(jwks_uri="https://id.example/jwks"))
        with pytest.raises(gatepost.MetadataMismatchError):
            server_of().require_agreement(server_of(token_endpoint="https://id.example/other"))
