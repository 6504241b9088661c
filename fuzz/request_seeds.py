"""The seeds of the targets that read what clients send, and the documents about servers."""

from __future__ import annotations

import json

from seed_cases import TESTDATA, Seeds, encoded

BODIES = json.loads((TESTDATA / "bodies.json").read_text())


def credentials() -> Seeds:
    yield "bearer", b"Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
    yield "dpop", b" \tdPoP   a-._~+/019== \t"
    yield "other_scheme", b'Digest username="a, b", realm="Bearer c"'
    yield "two_headers", b"Bearer a\nDPoP b"
    yield "two_schemes", b"Bearer a, , Basic dTpw"
    yield "no_token", b"Bearer "
    yield "no_token68", b'Bearer realm="a"'


def challenge() -> Seeds:
    url = b"https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
    texts = url + b"\xff" + b"files:read files:write" + b"\xff" + b"MCP, files"
    # Reasons by their place: 8 is missing credentials, 9 and 10 bad ones, then every stage.
    for reason in (8, 9, 10, 20, 35, 40, 48, 49, 50, 51, 52, 53, 60):
        yield f"bearer_reason_{reason}", bytes([8 | 16, reason, 0, 0]) + texts
        yield f"dpop_reason_{reason}", bytes([2 | 4 | 8 | 16, reason, 0xFF, 0x01]) + texts
    yield "breaks_out", bytes([8, 40, 0, 0]) + url + b'\xffa", error="x'
    yield "hides_a_scope", bytes([8, 40, 0, 0]) + url + b"?scope=a\xffb"
    yield (
        "header_of_rfc_9110",
        (b'\1Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""'),
    )
    yield "header_with_token68", b"\1Negotiate a2erbmVs==, Bearer, a /+b=, ,DPoP algs = ES256"
    yield "header_with_a_duplicate", b"\1Bearer scope=a, SCOPE=b"


def registration() -> Seeds:
    """Requests, documents and, alone, redirect URIs and identifiers."""
    web = "https://app.example.com/callback"
    full = {
        "redirect_uris": ["http://127.0.0.1:3000/callback", "http://[::1]/", web],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": 'Ex\u00e4mple "1"',
        "client_uri": "https://app.example.com",
        "logo_uri": "https://app.example.com/logo.png",
        "scope": "mcp:read mcp:write",
        "contacts": ["a@example.com"],
        "tos_uri": "https://app.example.com/tos",
        "policy_uri": "https://app.example.com/policy",
        "software_id": "1",
        "software_version": "2",
        "application_type": "native",
    }
    key = {"kty": "OKP", "crv": "Ed25519", "x": "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"}
    requests = {
        "smallest": {"redirect_uris": [web]},
        "full": full,
        "native_app": {"redirect_uris": ["com.example.app:/callback"]},
        "with_secret": {
            "redirect_uris": [web],
            "token_endpoint_auth_method": "client_secret_basic",
        },
        "with_key": {
            "redirect_uris": [web],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [key]},
        },
        "with_private_key": {"redirect_uris": [web], "jwks": {"keys": [key | {"d": "AA"}]}},
        "with_keys_elsewhere": {
            "redirect_uris": [web],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://app.example.com/jwks",
        },
        "document": full | {"client_id": "https://app.example.com/client.json"},
        "document_with_secret": full
        | {"client_id": "https://app.example.com/client.json", "client_secret": "a"},
    }
    for name, request in requests.items():
        yield name, json.dumps(request, separators=(",", ":")).encode()
    yield (
        "escaped",
        rb'{"redirect_uris":["https:\/\/app.example.com\/callback"],"contacts":["\u0061"]}',
    )
    for name, uri in {
        "uri_web": web + "?a=%2F&b",
        "uri_loopback": "http://localhost:3000/callback",
        "uri_loopback_ipv6": "http://[::1]:3000/callback",
        "uri_private_use": "cursor://anysphere.mcp/callback",
        "uri_of_a_document": "https://app.example.com/client.json",
        "uri_with_dots": "https://app.example.com/a/%2e%2e/b",
        "uri_with_user": "https://app.example.com@evil.example/",
        "uri_with_script": "javascript://app.example.com/%0aalert(1)",
        "uri_with_short_address": "https://127.1/",
    }.items():
        yield name, uri.encode()


def metadata() -> Seeds:
    """Documents, and configurations: a resource, an issuer, a scope and a name, a line each."""
    resource = {
        "resource": "https://mcp.example.com/mcp",
        "authorization_servers": ["https://tenant.auth0.com/"],
        "scopes_supported": ["mcp:tools"],
        "bearer_methods_supported": ["header"],
        "resource_name": "\u00e9",
        "dpop_signing_alg_values_supported": ["ES256"],
        "dpop_bound_access_tokens_required": True,
    }
    server = {
        "issuer": "https://id.example/tenant",
        "authorization_endpoint": "https://id.example/authorize?p=1",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/jwks",
        "registration_endpoint": "http://localhost/register",
        "scopes_supported": ["openid", "offline_access"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": False,
    }
    for name, document in (("resource", resource), ("server", server)):
        text = json.dumps(document, separators=(",", ":"))
        yield f"{name}_document", text.encode()
        yield f"{name}_document_with_escapes", text.replace("/", "\\/").encode()
    yield "server_document_with_null", b'{"issuer":"https://id.example","jwks_uri":null}'
    for name, url in (
        ("path", "https://mcp.example.com/mcp"),
        ("root", "https://mcp.example.com/"),
        ("query", "https://mcp.example.com/mcp?a=/b?c"),
        ("address", "http://[::1]:3000/a//b/"),
        ("host_named_like_the_place", "https://.well-known//mcp?a=/b?c"),
    ):
        lines = (url, "https://id.example/a/", "mcp:tools", 'Tools "\u00e9"\t')
        yield f"configured_{name}", "\n".join(lines).encode()


def operation() -> Seeds:
    # Every third of those that are taken, every tenth of those that are refused.
    for refused, step in (False, 3), (True, 10):
        bodies = [body for body in BODIES["bodies"] if (body["refused"] is not None) == refused]
        for number, body in enumerate(bodies[::step]):
            verdict = "refused" if refused else "taken"
            yield f"{verdict}_{number:02}", body["latin1"].encode("latin-1")


def dpop() -> Seeds:
    """Header and claims, which the target signs, and the proof of RFC 9449 as it is."""
    header = '{"typ":"dpop+jwt","alg":"ES256","jwk":{$KEY}}'
    claims = {
        "jti": "e1j3V_bKic8-LAEB",
        "htm": "POST",
        "htu": "https://mcp.example.com/mcp",
        "iat": 1_700_000_000,
        "ath": "$ATH",
    }

    def signed(head: str, changed: dict) -> bytes:
        return f"{head}\n{json.dumps(claims | changed)}".encode()

    yield "accepted", signed(header, {})
    yield "another_spelling", signed(header, {"htu": "HTTPS://MCP.example.com:443/a/../%6dcp?q#f"})
    yield "escapes", signed(header.replace("dpop", "\\u0064pop"), {"jti": "\u00e4"})
    yield "too_old", signed(header, {"iat": 1_699_999_699})
    yield "oldest", signed(header, {"iat": 1_699_999_700})
    yield "fraction", signed(header, {"iat": 1_700_000_299.5})
    yield "another_method", signed(header, {"htm": "GET"})
    yield "another_path", signed(header, {"htu": "https://mcp.example.com/"})
    yield "for_another_token", signed(header, {"ath": "$ath"})
    yield "with_a_nonce", signed(header, {"nonce": "x"})
    yield "type_of_a_token", signed(header.replace("dpop", "at"), {})
    yield "full_type", signed(header.replace("dpop", "application/dpop"), {})
    yield "private_key", signed(header.replace("$KEY", '$KEY,"d":"AA"'), {})
    yield "another_algorithm", signed(header.replace("ES256", "RS256"), {})
    yield "key_with_a_name", signed(header.replace("$KEY", '"kid":"1",$KEY,"alg":"ES256"'), {})
    example = {
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256",
        },
    }
    request = {
        "jti": "-BwC3ESc6acc2lTc",
        "htm": "POST",
        "htu": "https://server.example.com/token",
        "iat": 1_562_262_616,
    }
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (example, request)]
    signature = (
        b"2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
    )
    yield "rfc_9449", b".".join((*map(encoded, parts), signature))


def introspection() -> Seeds:
    """What an issuer says of a token."""
    active = {
        "active": True,
        "scope": "mcp:read mcp:write",
        "client_id": "client-1",
        "sub": "user-1",
        "aud": "https://mcp.example.com/mcp",
        "exp": 1_700_000_000,
    }

    def said(**changes: object) -> bytes:
        return json.dumps(active | changes, separators=(",", ":")).encode()

    yield "active", said()
    yield "bearer", said(token_type="Bearer", iss="https://tenant.auth0.com/", username="a")
    yield "dpop", said(token_type="DPoP", cnf={"jkt": "BwcH" * 10 + "Bwc"})
    yield "dpop_without_a_key", said(token_type="DPoP")
    yield "certificate", said(cnf={"x5t#S256": "BwcH" * 10 + "Bwc"})
    yield "several_audiences", said(aud=["a", "https://mcp.example.com/mcp"], nbf=1, iat=1.5)
    yield "escapes", said(sub="\u00e9").replace(b"/", b"\\/")
    yield "refresh_token", said(token_use="refresh_token")
    yield "another_type", said(token_type="N_A")
    yield "another_issuer", said(iss="https://tenant.auth0.com")
    yield "expired", said(exp=1)
    yield "inactive", b'{"active":false}'
    yield "said_twice", b'{"active":false,"\\u0061ctive":true}'
    yield "not_said", b"{}"


def guard() -> Seeds:
    """The byte that chooses the guard, and a request in lines."""
    post, body = (
        "POST /mcp",
        '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"$N"}}',
    )
    modern = (
        '{"jsonrpc":"2.0","id":"\\u00e9","method":"tools/call","params":{"name":"$N","_meta":'
        '{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}'
    )
    token, weak = ("Authorization: Bearer " + name for name in ("$TOKEN", "$WEAK"))
    told = ("MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: ping")

    def request(kind: int, *lines: str, body: str = "") -> bytes:
        return bytes([kind]) + "\n".join((*lines, "", body)).encode()

    def call(name: str, *lines: str, text: str = body) -> bytes:
        return request(0, post, *lines, body=text.replace("$N", name))

    yield "accepted", call("write", token)
    yield "no_credentials", call("write")
    yield "step_up", call("write", weak)
    yield "step_up_prefix", call("admin_x", token)
    yield "refused", call("reset", token)
    yield "bound_as_bearer", call("write", "Authorization: Bearer $BOUND")
    yield "public", call("ping", *told, text=modern)
    yield "public_with_a_weak_token", call("ping", weak)
    yield "public_headers_and_another_body", call("write", *told, text=modern)
    yield "public_headers_and_an_older_body", call("ping", *told)
    # Of the arguments a guard takes what some readers refuse.
    open_call = body.replace('"$N"', '"$N","arguments":[NaN,1e999,"\\ud800"]')
    yield "numbers_that_are_none", call("ping", weak, text=open_call)
    yield "numbers_that_are_none_refused", call("reset", token, text=open_call)
    yield "two_credentials", call("write", token, "authorization: Basic dTpw")
    yield "get", request(0, "GET /mcp", token)
    yield "token_in_the_query", request(0, "GET /mcp?access_token=$TOKEN")
    yield "resource", request(0, post, token, body=body.replace("tools/call", "resources/read"))
    yield "batch", request(0, post, token, body="[]")
    yield "origin", call("write", token, "Origin: https://app.example")
    yield "other_origin", call("write", token, "Origin: null")
    preflight = ("Origin: https://app.example", "Access-Control-Request-Method: POST")
    yield "preflight", request(0, "OPTIONS /mcp", *preflight)
    yield "document", request(0, "GET /.well-known/oauth-protected-resource/mcp")
    for kind, name in ((1, "proofs_taken"), (3, "proofs_required")):
        yield f"{name}_none", request(kind, post, "Authorization: DPoP $BOUND")
        yield f"{name}_bad", request(kind, post, "Authorization: DPoP $BOUND", "DPoP: a.b.c")
        yield f"{name}_bearer", request(kind, post, token)
        yield f"{name}_missing", request(kind, post)
