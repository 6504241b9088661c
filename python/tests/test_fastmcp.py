"""`gatepost.fastmcp` behind FastMCP's own server and client, over loopback."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from fastmcp import Client as FastMcpClient
from fastmcp import FastMCP
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp.server.auth import AccessToken, require_scopes
from fastmcp.server.auth.auth import TokenVerificationError
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier
from fastmcp.server.dependencies import get_access_token
from fastmcp.server.middleware.caching import ResponseCachingMiddleware
from fastmcp.server.transforms import PromptsAsTools, ResourcesAsTools
from fastmcp.server.transforms.search import RegexSearchTransform
from mcp.server.auth.middleware.auth_context import get_access_token as sdk_access_token
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import gatepost
from conftest import Client
from gatepost.asgi import ToolScopes, current_principal
from gatepost.fastmcp import GatepostAuth, PermittedLists
from gatepost.testing import LocalIssuer
from issuer import Issuer
from loopback import listener, serving

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
RULES = [
    gatepost.Rule.tool("write").needs("files:write"),
    gatepost.Rule.prompt("secret").needs("files:write"),
    gatepost.Rule.resource("file:///secret").needs("files:write"),
    gatepost.Rule.resources_beginning_with("file:///private/").needs("files:write"),
    gatepost.Rule.tool("public").public(),
]


def guard_of(issuer: Issuer, resource: str, **options: Any) -> gatepost.Guard:
    policy = gatepost.Policy(issuer.url, resource)
    validator = gatepost.Validator(policy, gatepost.KeySet.from_jwks(issuer.jwks()))
    return gatepost.Guard(resource, validator, **({"rules": RULES} | options))


def server(auth: GatepostAuth | None) -> FastMCP:
    mcp = FastMCP("test", auth=auth)

    @mcp.tool
    def whoami() -> str:
        token = get_access_token()
        return token.model_dump_json() if token else "nobody"

    @mcp.tool
    async def asking() -> str:
        by_sdk = sdk_access_token()
        assert by_sdk is not None
        assert by_sdk.subject == current_principal().subject
        return f"{by_sdk.subject}"

    @mcp.tool
    def write() -> str:
        return "written"

    @mcp.tool
    def public() -> str:
        return "public"

    @mcp.prompt
    def secret() -> str:
        return "secret"

    @mcp.prompt
    def plain() -> str:
        return "plain"

    @mcp.resource("file:///secret")
    def secret_file() -> str:
        return "secret"

    @mcp.resource("file:///plain")
    def plain_file() -> str:
        return "plain"

    @mcp.resource("file:///private/{name}")
    def private_file(name: str) -> str:
        return name

    @mcp.resource("note:///{name}")
    def note(name: str) -> str:
        return name

    @mcp.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> PlainTextResponse:
        return PlainTextResponse("healthy")

    return mcp


@contextmanager
def served(
    issuer: Issuer, options: dict[str, Any] | None = None, path: str = "/mcp", **http: Any
) -> Iterator[str]:
    """The URL of a server behind a guard with these options."""
    listening, url = listener()
    guard = guard_of(issuer, f"{url}{path}", **(options or {}))
    with serving(server(GatepostAuth(guard)).http_app(path=path, **http), listening):
        yield f"{url}{path}"


@pytest.fixture(scope="module")
def resource(issuer: Issuer) -> Iterator[str]:
    with served(issuer) as resource:
        yield resource


def post(resource: str, token: str | None, tool: str = "whoami", **headers: str) -> httpx2.Response:
    """A call in the revision that has no sessions."""
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {}, "_meta": MODERN},
    }
    usual = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": tool,
    }
    if token is not None:
        usual |= {"authorization": f"Bearer {token}"}
    return httpx2.post(resource, json=message, headers=usual | headers)


def text(answer: httpx2.Response) -> str:
    assert answer.status_code == 200, answer.text
    data = json.loads(answer.text.rpartition("data: ")[2])
    return str(data["result"]["content"][0]["text"])


def with_client(resource: str, token: str, test: Callable[[FastMcpClient[Any]], Any]) -> Any:
    async def run() -> Any:
        transport = StreamableHttpTransport(resource, auth=token)
        async with FastMcpClient(transport) as client:
            return await test(client)

    return asyncio.run(run())


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


def test_what_a_tool_calls_and_reads_is_judged_as_well(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    listening, url = listener()
    resource = f"{url}/mcp"
    mcp = server(GatepostAuth(guard_of(issuer, resource)))
    for transform in (RegexSearchTransform(), ResourcesAsTools(mcp), PromptsAsTools(mcp)):
        mcp.add_transform(transform)
    # Whatever answers from a cache stands behind what judges.
    mcp.add_middleware(ResponseCachingMiddleware())
    calls: list[tuple[str, dict[str, Any]]] = [
        ("call_tool", {"name": "write"}),
        ("read_resource", {"uri": "file:///secret"}),
        ("read_resource", {"uri": "file:///private/a"}),
        ("get_prompt", {"name": "secret"}),
        ("call_tool", {"name": "whoami"}),
        ("read_resource", {"uri": "file:///plain"}),
        ("get_prompt", {"name": "plain"}),
    ]

    async def test(client: FastMcpClient[Any]) -> list[bool]:
        called = [await client.call_tool(*call, raise_on_error=False) for call in calls]
        return [it.is_error for it in called]

    strong = issuer.sign(issuer.claims(resource, scope="files:write"))
    weak = issuer.sign(issuer.claims(resource))
    with serving(mcp.http_app(), listening):
        assert with_client(resource, strong, test) == [False] * 7
        assert with_client(resource, weak, test) == [True] * 4 + [False] * 3
    refused = [it.message for it in caplog.records if it.name == "gatepost"]
    assert refused == [
        f"{what} from inside refused: insufficient_scope (601)"
        for what in ("tool", "resource", "resource", "prompt")
    ]


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


def test_each_of_two_servers_is_judged_by_its_own_guard(issuer: Issuer) -> None:
    of_outer, outer_url = listener()
    of_inner, inner_url = listener()
    # To the guard outside, the tool inside is not the one that its rule is for.
    rules = [gatepost.Rule.tool("write").needs("files:write")]
    outer = FastMCP("outer", auth=GatepostAuth(guard_of(issuer, f"{outer_url}/mcp", rules=rules)))
    inner = server(GatepostAuth(guard_of(issuer, f"{inner_url}/mcp", rules=())))
    outer.mount(inner, namespace="in")
    with serving(outer.http_app(), of_outer), serving(inner.http_app(), of_inner):
        for _ in range(2):
            for url, tool in ((outer_url, "in_write"), (inner_url, "write")):
                token = issuer.sign(issuer.claims(f"{url}/mcp"))
                assert text(post(f"{url}/mcp", token, tool)) == "written"


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


@pytest.mark.parametrize("json_response", [True, False])
@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (
            "tools:call",
            [["asking", "public", "whoami"], ["plain"], ["file:///plain"], ["note:///{name}"]],
        ),
        (
            "files:write",
            [
                ["asking", "public", "whoami", "write"],
                ["plain", "secret"],
                ["file:///plain", "file:///secret"],
                ["file:///private/{name}", "note:///{name}"],
            ],
        ),
    ],
)
def test_lists_show_what_may_be_used(
    issuer: Issuer, scope: str, seen: list[list[str]], json_response: bool
) -> None:
    async def test(client: FastMcpClient[Any]) -> list[list[str]]:
        return [
            sorted(it.name for it in await client.list_tools()),
            sorted(it.name for it in await client.list_prompts()),
            sorted(str(it.uri) for it in await client.list_resources()),
            sorted(it.uri_template for it in await client.list_resource_templates()),
        ]

    listening, url = listener()
    mcp = server(GatepostAuth(guard_of(issuer, f"{url}/mcp")))
    with_all = [4, 2, 2, 2]
    token = issuer.sign(issuer.claims(f"{url}/mcp", scope=scope))
    with serving(mcp.http_app(json_response=json_response), listening):
        assert [len(it) for it in with_client(f"{url}/mcp", token, test)] == with_all
    mcp.add_middleware(PermittedLists())
    listening, other = listener()
    with serving(mcp.http_app(json_response=json_response), listening):
        assert with_client(f"{other}/mcp", token, test) == seen

    # In the same process nobody stands in front, and nobody is kept out.
    async def beside() -> list[list[str]]:
        async with FastMcpClient(mcp) as client:
            return await test(client)

    assert [len(it) for it in asyncio.run(beside())] == with_all
