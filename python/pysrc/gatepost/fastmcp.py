"""For servers of FastMCP 4 (package ``fastmcp``, extra ``gatepost[fastmcp]``).

`GatepostAuth` is what ``FastMCP(auth=...)`` wants; `PermittedLists` shows each what it may use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

try:
    from fastmcp import FastMCP
except ModuleNotFoundError:
    raise ImportError(
        "gatepost.fastmcp guards servers of FastMCP: pip install 'gatepost[fastmcp]'"
    ) from None

from fastmcp.exceptions import AuthorizationError
from fastmcp.prompts import Prompt, PromptResult
from fastmcp.resources import Resource, ResourceResult, ResourceTemplate
from fastmcp.server.auth import AccessToken, TokenVerifier, auth
from fastmcp.server.middleware import CallNext, MiddlewareContext
from fastmcp.server.middleware import Middleware as ServerMiddleware
from fastmcp.tools import Tool, ToolResult
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from pydantic import AnyHttpUrl
from starlette.middleware import Middleware
from starlette.responses import Response as PlainResponse
from starlette.routing import Route

from gatepost import (
    Guard,
    Issuer,
    LiveGuard,
    Operation,
    Principal,
    RequestHead,
    Response,
    resource_metadata_urls,
)
from gatepost._asking import asking, permits
from gatepost._paths import Paths
from gatepost.asgi import App, GuardMiddleware, Scope, ToolScopes
from gatepost.exceptions import InsufficientScopeError
from gatepost.hooks import log_refusal
from gatepost.mcp import SdkGuardMiddleware, sdk_token, who

__all__ = ["GatepostAuth", "PermittedLists"]

# FastMCP 4.1 has none: whatever a verifier raises becomes a 500.
_VERIFICATION_ERROR: type[Exception] = getattr(auth, "TokenVerificationError", RuntimeError)
_LEGACY_METADATA = "/.well-known/oauth-authorization-server"


class GatepostAuth(TokenVerifier):
    """Authorization for a server of FastMCP: `guard` in front of its MCP endpoint.

    ::

        mcp = FastMCP("files", auth=GatepostAuth(guard))

    The guard answers before FastMCP's own authorization would: 401 without credentials, 403 with
    the scopes of the operation, 503 while there are no keys; DPoP, where the guard takes it. Each
    request is validated once. Metadata are served at both places; other routes of the application,
    such as ``/health``, need no token. In tools ``get_access_token()`` works, and
    `gatepost.asgi.current_principal`.

    An endpoint at ``/`` has all other routes below it: then they need a token, too.

    FastMCP serves nobody without a token: what the guard calls public is refused with 401, and so
    is a token that names neither a client nor a subject. It is for the streamable HTTP transport;
    that of 2024-11-05 (``transport="sse"``) takes messages at another path, where this lets in
    nobody.

    A tool that calls another one through the server (``ctx.fastmcp``), or reads what its arguments
    name, is judged for both, as where FastMCP's transforms search tools or make tools of resources
    and prompts. In a server that is mounted into this one, and in a background worker, it is judged
    by its own name alone: there, rules have to be for the tools that call others, such as
    ``files_call_tool`` and ``files_read_resource``, or tools need their scopes with `scopes`.

    `scopes` and `certificate` are those of `gatepost.asgi.GuardMiddleware`; tools may be added to
    `scopes` at any time.

    As a verifier among others (``MultiAuth``) it judges the token alone: there is no 403 with the
    scopes of an operation then, and tokens that are bound to a key are refused.
    """

    def __init__(
        self,
        guard: Guard | LiveGuard | Issuer,
        *,
        scopes: ToolScopes | None = None,
        certificate: Callable[[Scope], bytes | None] | None = None,
    ) -> None:
        super().__init__()
        self._live = LiveGuard.of(guard)
        self._guard = self._live.guard
        self._scopes = scopes
        self._certificate = certificate
        self._mcp_paths: set[str] = set()
        self._leeways = {it.issuer: it.leeway for it in self._guard.validator.policies}

    async def verify_token(self, token: str) -> AccessToken | None:
        """FastMCP's view of a token that has come as a bearer token; None if it is refused.

        Raises FastMCP's TokenVerificationError, or RuntimeError before FastMCP 4.2, where there are
        no keys that could tell.
        """
        authorization = ("Authorization", f"Bearer {token}")
        head = RequestHead("POST", urlsplit(self._guard.resource).path or "/", [authorization])
        principal = await self._live.authenticate_async(head)
        if isinstance(principal, Response):
            log_refusal(principal)
            if principal.status == 503:
                raise _VERIFICATION_ERROR(principal.reason)
            return None
        seen = sdk_token(AccessToken, self._guard, head, principal)
        if seen is not None and seen.expires_at is not None and principal.token is not None:
            # FastMCP compares once more, without a leeway.
            seen.expires_at += self._leeways.get(principal.token.issuer, 0)
        return seen

    def get_routes(self, mcp_path: str | None = None) -> list[Route]:
        """Routes to the metadata of the guard, for an application around this one as well."""
        self.set_mcp_path(mcp_path)
        if mcp_path is not None:
            # What cannot be guarded is told before the first request.
            Paths([mcp_path])
            self._mcp_paths.add(mcp_path)
        places = [urlsplit(url).path for url in resource_metadata_urls(self._guard.resource)]
        if self._guard.is_metadata_target(RequestHead("GET", _LEGACY_METADATA, ())):
            places.append(_LEGACY_METADATA)
        metadata = GuardMiddleware(PlainResponse(status_code=404), self._guard)
        return [Route(place, endpoint=metadata) for place in dict.fromkeys(places)]

    def get_middleware(self) -> list[Middleware]:
        """The guard, and what tells FastMCP whom it has let in."""
        if self._scopes is not None:
            # What makes no sense is told before the first request.
            self._scopes.become_rules_of(self._guard)
        return [Middleware(self._guarded), Middleware(AuthContextMiddleware)]

    def _guarded(self, app: App) -> App:
        # Called with the first request: by then FastMCP has said where its endpoint is.
        return _FastMcpGuardMiddleware(
            app,
            self._live,
            path=sorted(self._mcp_paths),
            scopes=self._scopes,
            certificate=self._certificate,
        )

    def _get_resource_url(self, path: str | None = None) -> AnyHttpUrl | None:
        # The public one, whatever the path is behind a proxy.
        return AnyHttpUrl(self._guard.resource)


class PermittedLists(ServerMiddleware):
    """Leaves out of lists what the principal may not use.

    Tools, prompts, resources and templates of resources are judged by `gatepost.asgi.permits`. A
    client does not ask for more scope for what it is not shown: leave lists as they are where it
    should. Without a guard in front, as over stdio, they are left as they are.

    Add it before other middleware, and give the server no ``cache_scope="public"``: lists are
    everybody's own.

    ::

        mcp.add_middleware(PermittedLists())
    """

    async def on_list_tools(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, Sequence[Tool]]
    ) -> Sequence[Tool]:
        return _kept(await call_next(context), lambda it: permits(tool=it.name))

    async def on_list_prompts(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, Sequence[Prompt]]
    ) -> Sequence[Prompt]:
        return _kept(await call_next(context), lambda it: permits(prompt=it.name))

    async def on_list_resources(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, Sequence[Resource]]
    ) -> Sequence[Resource]:
        return _kept(await call_next(context), lambda it: permits(resource=str(it.uri)))

    async def on_list_resource_templates(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, Sequence[ResourceTemplate]]
    ) -> Sequence[ResourceTemplate]:
        return _kept(
            await call_next(context), lambda it: permits(resource_template=it.uri_template)
        )


class _FromInside(ServerMiddleware):
    """Judges what a request to a server leads to there once more: a tool can call, read and get
    what its arguments name, of which the guard has not heard."""

    async def on_call_tool(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, ToolResult]
    ) -> ToolResult:
        _require(context, tool=context.message.name)
        return await call_next(context)

    # What is only told of a resource is judged as well, and nobody has asked for it.
    async def check_resource_access(self, context: MiddlewareContext[Any]) -> None:
        if not _may(context, resource=str(context.message.uri)):
            raise AuthorizationError(str(InsufficientScopeError()))

    async def on_read_resource(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, ResourceResult]
    ) -> ResourceResult:
        _require(context, resource=str(context.message.uri))
        return await call_next(context)

    async def on_get_prompt(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, PromptResult]
    ) -> PromptResult:
        _require(context, prompt=context.message.name)
        return await call_next(context)


def _require(context: MiddlewareContext[Any], **what: str) -> None:
    if not _may(context, **what):
        error = InsufficientScopeError()
        log_refusal(error, f"{', '.join(what)} from inside")
        raise AuthorizationError(str(error))


def _may(context: MiddlewareContext[Any], **what: str) -> bool:
    asked, here = asking.get(None), context.fastmcp_context
    if asked is None or here is None or _server_of(asked.app) is not here.fastmcp:
        # Nobody asks; or a server around this one was asked, whose rules mean other names.
        return True
    return permits(**what)


def _server_of(app: Any) -> FastMCP | None:
    """The server whose application this is, if it is one that FastMCP has made."""
    server: FastMCP | None = getattr(getattr(app, "state", None), "fastmcp_server", None)
    return server


def _judge_from_inside(server: FastMCP | None) -> None:
    # In front of all others, of which one may answer from a cache.
    if server is not None and not any(isinstance(it, _FromInside) for it in server.middleware[:1]):
        server.middleware.insert(0, _FromInside())


class _FastMcpGuardMiddleware(SdkGuardMiddleware):
    """Puts the principal where FastMCP looks for it, in the form that it takes."""

    def _admit(
        self, scope: Scope, head: RequestHead, principal: Principal, operation: Operation
    ) -> Scope | Response:
        inner = GuardMiddleware._admit(self, scope, head, principal, operation)
        if isinstance(inner, Response):
            return inner
        _judge_from_inside(_server_of(scope.get("app")))
        if principal.token is None:
            return self._guard.refuse(head, "credentials_missing")
        token = sdk_token(AccessToken, self._guard, head, principal)
        if token is None:
            return self._guard.refuse(head, "missing_claim")
        # FastMCP lets nobody pass who has not come with this scheme, which DPoP has not.
        bearer = (b"authorization", b"Bearer " + token.token.encode())
        headers = [pair for pair in inner["headers"] if pair[0].lower() != bearer[0]]
        return {**inner, "headers": [*headers, bearer], **who(token)}


def _kept(listed: Sequence[Any], is_permitted: Callable[[Any], bool]) -> list[Any]:
    if asking.get(None) is None:
        return list(listed)
    return [it for it in listed if is_permitted(it)]
