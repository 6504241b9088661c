"""`gatepost.fastmcp` behind FastMCP's own server and client, over loopback."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastmcp import Client as FastMcpClient
from fastmcp import FastMCP
from fastmcp.server.auth import AccessToken, require_scopes
from fastmcp.server.auth.auth import TokenVerificationError
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier
from fastmcp_served import guard_of, post, served, server, text, with_client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import gatepost
from conftest import Client
from gatepost.asgi import ToolScopes
from gatepost.fastmcp import GatepostAuth
from gatepost.testing import LocalIssuer
from issuer import Issuer
from loopback import listener, serving


@pytest.fixture(scope="module")
def resource(issuer: Issuer) -> Iterator[str]:
    with served(issuer) as resource:
        yield resource


def test_the_client_calls_and_the_tool_knows_who(issuer: Issuer, resource: str) -> None:
    token = issuer.sign(issuer.claims(resource, scope="tools:call other"))

    async def test(client: FastMcpClient[Any]) -> tuple[str, str]:
        seen = await client.call_tool("whoami")
        asking = await client.call_tool("asking")
        return seen.data, asking.data

    seen, asking = with_client(resource, token, test)
    access = AccessToken.model_validate_json(seen)
    assert (access.token, access.client_id, access.subject) == (token, "demo-client", "alice")
    assert (access.scopes, access.resource) == (["tools:call", "other"], resource)
    assert access.claims["iss"] == issuer.url
    assert access.expires_at == access.claims["exp"]
    assert asking == "alice"


def test_without_credentials_there_is_a_challenge_without_error(resource: str) -> None:
    answer = post(resource, None)
    assert answer.status_code == 401
    [challenge] = gatepost.parse_challenges(answer.headers["www-authenticate"])
    assert challenge.error is None
    at = challenge.resource_metadata
    assert at is not None
    assert httpx2.get(at).json()["resource"] == resource


def test_a_missing_scope_is_a_403_with_the_scopes_of_the_tool(
    issuer: Issuer, resource: str
) -> None:
    answer = post(resource, issuer.sign(issuer.claims(resource)), "write")
    assert answer.status_code == 403
    [challenge] = gatepost.parse_challenges(answer.headers["www-authenticate"])
    assert (challenge.error, challenge.scope) == ("insufficient_scope", "files:write")
    enough = issuer.sign(issuer.claims(resource, scope="files:write"))
    assert text(post(resource, enough, "write")) == "written"


def test_both_metadata_places_answer_and_health_needs_no_token(resource: str) -> None:
    base = resource.removesuffix("/mcp")
    for place in gatepost.resource_metadata_urls(resource):
        answer = httpx2.get(place)
        assert answer.json()["resource"] == resource
        assert answer.headers["access-control-allow-origin"] == "*"
        assert httpx2.head(place).status_code == 200
    assert len(gatepost.resource_metadata_urls(resource)) == 2
    assert httpx2.get(f"{base}/health").text == "healthy"
    assert httpx2.get(f"{base}/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/mcp/", "//mcp", "/MCP", "/%6dcp", "/health/../mcp"])
def test_no_spelling_of_the_path_leads_past_the_guard(resource: str, path: str) -> None:
    answer = post(resource.removesuffix("/mcp") + path, None)
    assert answer.status_code == 401


def test_the_guard_knows_the_path_of_the_endpoint(issuer: Issuer) -> None:
    with served(issuer, path="/other/place") as resource:
        token = issuer.sign(issuer.claims(resource))
        assert post(resource, None).status_code == 401
        assert text(post(resource, token, "asking")) == "alice"
        # At `/mcp`, where FastMCP is otherwise, there is nothing.
        assert post(resource.replace("/other/place", "/mcp"), None).status_code == 404


def test_a_path_of_many_is_refused_at_once(issuer: Issuer) -> None:
    mcp = server(GatepostAuth(guard_of(issuer, "https://mcp.example.com/mcp")))
    with pytest.raises(ValueError, match="no pattern"):
        mcp.http_app(path="/{tenant}/mcp")


def test_one_provider_serves_applications_at_several_paths(issuer: Issuer) -> None:
    listening, url = listener()
    mcp = server(GatepostAuth(guard_of(issuer, f"{url}/one")))
    one, two = mcp.http_app(path="/one"), mcp.http_app(path="/two")
    token = issuer.sign(issuer.claims(f"{url}/one"))
    with serving(one, listening):
        assert post(f"{url}/one", None).status_code == 401
        assert text(post(f"{url}/one", token, "asking")) == "alice"
    listening, url = listener()
    with serving(two, listening):
        assert post(f"{url}/two", None).status_code == 401
        assert text(post(f"{url}/two", token, "asking")) == "alice"


def test_bound_tokens_come_with_their_proof(issuer: Issuer) -> None:
    with served(issuer, {"dpop": gatepost.Dpop()}) as resource:
        holder = Client(issuer)
        holder.token = issuer.sign(issuer.claims(resource, cnf={"jkt": holder.thumbprint}))
        dpop = {"authorization": f"DPoP {holder.token}"}
        proof = holder.proof(htu=resource)
        answer = post(resource, None, **dpop, dpop=proof)
        access = AccessToken.model_validate_json(text(answer))
        assert (access.token, access.subject) == (holder.token, "alice")
        # Neither twice, nor without, nor as a bearer token.
        for headers in (dpop | {"dpop": proof}, dpop):
            answer = post(resource, None, **headers)
            assert answer.status_code == 401
            assert "DPoP" in answer.headers["www-authenticate"]
        assert post(resource, holder.token).status_code == 401
        assert post(resource, holder.token, dpop=holder.proof(htu=resource)).status_code == 401
    with served(issuer) as resource:
        bound = issuer.sign(issuer.claims(resource, cnf={"jkt": holder.thumbprint}))
        assert post(resource, bound).status_code == 401


def test_a_bound_token_is_told_to_fastmcp_once(issuer: Issuer) -> None:
    with served(issuer, {"dpop": gatepost.Dpop()}) as resource:
        plain = issuer.sign(issuer.claims(resource))
        # Headers that only look like another Authorization stay where they were.
        answer = post(resource, plain, **{"x-authorization": "Basic x"})
        assert answer.status_code == 200


def test_each_request_is_validated_once(
    issuer: Issuer, resource: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError("FastMCP has asked for the token once more")

    monkeypatch.setattr(GatepostAuth, "verify_token", never)
    token = issuer.sign(issuer.claims(resource))
    assert text(post(resource, token, "asking")) == "alice"
    assert post(resource, "no.token").status_code == 401


def test_nobody_is_served_without_a_token(issuer: Issuer, resource: str) -> None:
    answer = post(resource, None, "public")
    assert (answer.status_code, answer.json()["reason"]) == (401, "credentials_missing")
    assert "error=" not in answer.headers["www-authenticate"]
    assert text(post(resource, issuer.sign(issuer.claims(resource)), "public")) == "public"
    nobody = issuer.sign(issuer.claims(resource, client_id=None, sub=None))
    answer = post(resource, nobody)
    assert (answer.status_code, answer.json()["reason"]) == (401, "missing_claim")


def test_without_keys_it_is_a_503(issuer: Issuer) -> None:
    listening, url = listener()
    validator = gatepost.Validator(gatepost.Policy(issuer.url, f"{url}/mcp"), None)
    auth = GatepostAuth(gatepost.Guard(f"{url}/mcp", validator))
    token = issuer.sign(issuer.claims(f"{url}/mcp"))
    with serving(server(auth).http_app(), listening):
        answer = post(f"{url}/mcp", token)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
    with pytest.raises(TokenVerificationError, match="keys_unavailable"):
        asyncio.run(auth.verify_token(token))


def test_the_verifier_alone_refuses_bound_tokens(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    resource = "https://mcp.example.com/mcp"
    for dpop in (None, gatepost.Dpop()):
        auth = GatepostAuth(guard_of(issuer, resource, dpop=dpop))
        token = issuer.sign(issuer.claims(resource))
        seen = asyncio.run(auth.verify_token(token))
        assert isinstance(seen, AccessToken)
        assert (seen.token, seen.subject, seen.resource) == (token, "alice", resource)
        caplog.clear()
        bound = issuer.sign(issuer.claims(resource, cnf={"jkt": Client(issuer).thumbprint}))
        assert asyncio.run(auth.verify_token(bound)) is None
        [record] = caplog.records
        assert record.getMessage().startswith("request refused: proof_required (701)")
    # By a certificate as well, which nobody has shown here.
    auth = GatepostAuth(guard_of(issuer, resource, certificate_binding=True))
    bound = issuer.sign(issuer.claims(resource, cnf={"x5t#S256": "A" * 43}))
    assert asyncio.run(auth.verify_token(bound)) is None
    for bad in ("", "a b", "a.b.c", issuer.sign(issuer.claims("https://other.example.com"))):
        assert asyncio.run(auth.verify_token(bad)) is None
    nobody = issuer.sign(issuer.claims(resource, client_id=None, sub=None))
    assert asyncio.run(auth.verify_token(nobody)) is None


def test_the_verifier_alone_has_the_leeway_of_the_guard(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend
    from starlette.requests import HTTPConnection

    auth = GatepostAuth(guard_of(issuer, "https://mcp.example.com/mcp"))

    def is_let_in(late: int) -> bool:
        claims = issuer.claims("https://mcp.example.com/mcp", exp=int(time.time()) - late)
        headers = [(b"authorization", b"Bearer " + issuer.sign(claims).encode())]
        asking = HTTPConnection({"type": "http", "headers": headers})
        return asyncio.run(BearerAuthBackend(auth).authenticate(asking)) is not None

    assert [is_let_in(late) for late in (-60, 10, 40)] == [True, True, False]


def test_it_is_one_verifier_among_others(issuer: Issuer) -> None:
    from fastmcp.server.auth import MultiAuth

    resource = "https://mcp.example.com/mcp"
    static = StaticTokenVerifier({"static": {"client_id": "of-static", "scopes": []}})
    auth = MultiAuth(verifiers=[GatepostAuth(guard_of(issuer, resource)), static])
    for token, client_id in [
        (issuer.sign(issuer.claims(resource)), "demo-client"),
        ("static", "of-static"),
    ]:
        seen = asyncio.run(auth.verify_token(token))
        assert seen is not None
        assert client_id in seen.client_id
    assert asyncio.run(auth.verify_token("other")) is None


def test_a_larger_application_serves_the_metadata_at_its_root(issuer: Issuer) -> None:
    listening, url = listener()
    resource = f"{url}/api/mcp"
    auth = GatepostAuth(guard_of(issuer, resource))
    inner = server(auth).http_app(path="/mcp")
    routes = [*auth.get_well_known_routes("/mcp"), Mount("/api", app=inner)]
    app = Starlette(routes=routes, lifespan=inner.lifespan)
    with serving(app, listening):
        for place in gatepost.resource_metadata_urls(resource):
            assert httpx2.get(place).json()["resource"] == resource
        assert post(resource, None).status_code == 401
        assert text(post(resource, issuer.sign(issuer.claims(resource)), "asking")) == "alice"
        assert httpx2.get(f"{url}/api/health").text == "healthy"
        # A route that was put elsewhere serves nobody.
        assert httpx2.get(f"{url}/api/.well-known/oauth-protected-resource").status_code == 401


@pytest.mark.parametrize("kind", ["guard", "live", "issuer"])
def test_a_guard_a_live_one_or_an_issuer_will_do(kind: str) -> None:
    listening, url = listener()
    local = LocalIssuer(audience=f"{url}/mcp")
    trusted = local.trusted(resource=f"{url}/mcp")
    live = gatepost.LiveGuard(trusted)
    ways: dict[str, Any] = {"guard": live.guard, "live": live, "issuer": trusted}
    given = ways[kind]
    with serving(server(GatepostAuth(given)).http_app(), listening):
        assert text(post(f"{url}/mcp", local.token(), "asking")) == "alice"
        assert post(f"{url}/mcp", local.bad("no_exp")).status_code == 401


def test_old_clients_are_told_as_well(issuer: Issuer) -> None:
    tenant = "https://tenant.auth0.com/"
    resource = "https://mcp.example.com/mcp"
    policy = gatepost.Policy(tenant, resource, provider="auth0")
    guard = gatepost.Guard(resource, gatepost.Validator(policy, None))
    paths = [route.path for route in GatepostAuth(guard).get_routes("/mcp")]
    assert "/.well-known/oauth-authorization-server" in paths
    paths = [route.path for route in GatepostAuth(guard_of(issuer, resource)).get_routes("/mcp")]
    assert paths == [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource",
    ]


def test_tools_say_themselves_what_they_need(issuer: Issuer) -> None:
    listening, url = listener()
    resource = f"{url}/mcp"
    scopes = ToolScopes()
    mcp = FastMCP("test", auth=GatepostAuth(guard_of(issuer, resource, rules=()), scopes=scopes))

    @mcp.tool
    @scopes.needs("files:delete")
    async def delete(name: str) -> str:
        return f"{name} deleted"

    @mcp.tool(name="renamed")
    @scopes.needs("files:delete")
    def original() -> str:
        return "original"

    def arguments(schema: dict[str, Any]) -> list[str]:
        return list(schema["properties"])

    async def test(client: FastMcpClient[Any]) -> tuple[str, list[str], bool]:
        deleted = await client.call_tool("delete", {"name": "a"})
        [tool] = [it for it in await client.list_tools() if it.name == "delete"]
        renamed = await client.call_tool("renamed", raise_on_error=False)
        return deleted.data, arguments(tool.input_schema), renamed.is_error

    with serving(mcp.http_app(), listening):
        weak = issuer.sign(issuer.claims(resource))
        answer = post(resource, weak, "delete")
        assert answer.status_code == 403
        assert 'scope="files:delete"' in answer.headers["www-authenticate"]
        strong = issuer.sign(issuer.claims(resource, scope="files:delete"))
        assert with_client(resource, strong, test) == ("a deleted", ["name"], False)
        # Under another name the guard does not know it, and the tool refuses.
        answer = post(resource, weak, "renamed")
        assert json.loads(answer.text.rpartition("data: ")[2])["result"]["isError"] is True


def test_its_middleware_serves_another_application_too(issuer: Issuer) -> None:
    listening, url = listener()
    auth = GatepostAuth(guard_of(issuer, f"{url}/mcp"))
    auth.get_routes("/mcp")

    async def reached(_: Request) -> PlainTextResponse:
        return PlainTextResponse("reached")

    routes = [Route("/mcp", reached, methods=["POST"])]
    with serving(Starlette(routes=routes, middleware=auth.get_middleware()), listening):
        assert post(f"{url}/mcp", None).status_code == 401
        assert post(f"{url}/mcp", issuer.sign(issuer.claims(f"{url}/mcp"))).text == "reached"


def test_checks_of_fastmcp_see_the_scopes(issuer: Issuer) -> None:
    listening, url = listener()
    resource = f"{url}/mcp"
    mcp = FastMCP("test", auth=GatepostAuth(guard_of(issuer, resource)))

    @mcp.tool(auth=require_scopes("notes:write"))
    def checked() -> str:
        return "checked"

    async def names(client: FastMcpClient[Any]) -> list[str]:
        return [tool.name for tool in await client.list_tools()]

    with serving(mcp.http_app(), listening):
        for scope, seen in [("notes:write", ["checked"]), ("other", [])]:
            token = issuer.sign(issuer.claims(resource, scope=scope))
            assert with_client(resource, token, names) == seen


def test_a_rule_that_is_there_twice_is_told_at_once(issuer: Issuer) -> None:
    scopes = ToolScopes()
    scopes.needs("other", tool="write")(lambda: None)
    auth = GatepostAuth(guard_of(issuer, "https://mcp.example.com/mcp"), scopes=scopes)
    with pytest.raises(gatepost.PolicyError, match="rules"):
        FastMCP("test", auth=auth).http_app()
