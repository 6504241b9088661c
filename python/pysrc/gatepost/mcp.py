"""For servers of the official MCP SDK (package ``mcp``, extra ``gatepost[mcp]``).

`protect` puts a whole guard in front of one; `TokenVerifier` judges tokens alone, from inside.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from gatepost import (
    AccessToken,
    GatepostError,
    Guard,
    Issuer,
    LiveGuard,
    MissingClaimError,
    Operation,
    Principal,
    RequestHead,
    Response,
    Validator,
)
from gatepost._asking import asking, permits
from gatepost.asgi import App, GuardMiddleware, Scope, ToolScopes
from gatepost.hooks import log_refusal

# The SDK itself is imported where it is used, so that everything else works without the extra.
if TYPE_CHECKING:
    from mcp.server.auth.provider import AccessToken as SdkAccessToken
    from mcp.server.context import HandlerResult, ServerRequestContext
    from mcp.server.transport_security import TransportSecuritySettings

    _SdkToken = TypeVar("_SdkToken", bound=SdkAccessToken)

__all__ = ["TokenVerifier", "permitted_lists", "protect", "transport_security"]

logger = logging.getLogger("gatepost")

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
# What the SDK allows of itself: nobody else's name leads here.
_LOOPBACK_HOSTS = ("127.0.0.1:*", "localhost:*", "[::1]:*")


# What each method lists, and what `permits` wants to be told of an entry.
_LISTS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "tools/list": ("tools", lambda it: permits(tool=it["name"])),
    "prompts/list": ("prompts", lambda it: permits(prompt=it["name"])),
    "resources/list": ("resources", lambda it: permits(resource=it["uri"])),
    "resources/templates/list": (
        "resourceTemplates",
        lambda it: permits(resource_template=it["uriTemplate"]),
    ),
}


def protect(
    app: App,
    guard: Guard | LiveGuard | Issuer,
    *,
    path: str | Sequence[str] | None = None,
    scopes: ToolScopes | None = None,
    certificate: Callable[[Scope], bytes | None] | None = None,
) -> App:
    """`app`, which ``MCPServer.streamable_http_app()`` makes, behind `guard`.

    A `gatepost.asgi.GuardMiddleware`, which has `path`, `scopes` and `certificate` as well. It also
    tells the SDK who asks: ``get_access_token()`` works, and the sessions and request states of one
    user are nobody else's. A token that names neither a client nor a subject is refused with 401,
    since the SDK could not tell its bearers apart. The server needs neither ``token_verifier`` nor
    ``auth``.

    The SDK only answers to the names of this machine unless it is told the public one, which
    `transport_security` does::

        app = server.streamable_http_app(transport_security=transport_security(guard))
        app = protect(app, guard)

    Raises ImportError where the package ``mcp`` is not installed.
    """
    from mcp.server.auth.middleware.auth_context import AuthContextMiddleware

    return SdkGuardMiddleware(
        AuthContextMiddleware(app), guard, path=path, scopes=scopes, certificate=certificate
    )


async def permitted_lists(
    ctx: ServerRequestContext[Any, Any],
    call_next: Callable[[ServerRequestContext[Any, Any]], Awaitable[HandlerResult]],
) -> HandlerResult:
    """A middleware of the SDK's server, which leaves out of lists what the principal may not use.

    Tools, prompts, resources and templates of resources are judged by `gatepost.asgi.permits`, and
    what is left is nobody else's to cache. A client does not ask for more scope for what it is not
    shown: leave lists as they are where it should. Without a guard in front, as over stdio, they
    are left as they are.

    ::

        server = MCPServer("files", middleware=[permitted_lists])
    """
    result = await call_next(ctx)
    if ctx.method not in _LISTS or asking.get(None) is None:
        return result
    member, is_permitted = _LISTS[ctx.method]
    if result is not None and not isinstance(result, dict):
        # What a middleware further in answers with, instead of the server.
        result = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    if result is None or member not in result:
        return result
    kept = {**result, member: [it for it in result[member] if is_permitted(it)]}
    return kept | {"cacheScope": "private"} if "cacheScope" in kept else kept


def transport_security(
    guard: Guard | LiveGuard | Issuer, *, hosts: str | Sequence[str] = ()
) -> TransportSecuritySettings:
    """Settings with which the SDK answers to the public name of the server that `guard` guards.

    Requests may name in ``Host`` the guard's resource, this machine (as behind a proxy that calls
    it so), or one of `hosts`, which is where other names for it belong. Pages may ask that the
    guard lets ask. With ``any_origin`` the SDK compares neither: it cannot do one alone.

    Raises ImportError where the package ``mcp`` is not installed.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    guard = LiveGuard.of(guard).guard
    if guard.origins is None:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    url = urlsplit(guard.resource)
    port = _DEFAULT_PORTS[url.scheme]
    host = url.netloc.lower().removesuffix(port)
    # Whether a port that goes without saying is said is up to the client.
    names = [host] if url.port not in (None, int(port[1:])) else [host, host + port]
    return TransportSecuritySettings(
        allowed_hosts=[*names, *_LOOPBACK_HOSTS, *_listed(hosts)],
        allowed_origins=[f"{url.scheme}://{host}", *guard.origins],
    )


class TokenVerifier:
    """What ``MCPServer(token_verifier=...)`` wants: decides over the token of every request.

    With a `LiveGuard`, or an `Issuer` that becomes one, it waits for the keys that a token needs;
    what a guard says of requests does not count here.

    A refusal is logged as a warning of the logger ``gatepost``, with the attributes ``reason`` and
    ``number`` and never a part of the token; the SDK then answers 401. It has no way to tell the
    client more.

    Scopes that every request needs belong into the SDK's ``AuthSettings(required_scopes=...)``,
    which answers 403. A policy's ``required_scopes`` hold as well, but whatever a verifier refuses
    becomes 401, with which no client asks for more scope: a warning is logged at construction.

    ::

        verifier = gatepost.mcp.TokenVerifier(gatepost.Validator(policy, keys))
        server = MCPServer("files", token_verifier=verifier, auth=AuthSettings(...))
    """

    def __init__(self, validator: Validator | Guard | LiveGuard | Issuer) -> None:
        from mcp.server.auth.provider import AccessToken as SdkAccessToken

        self._sdk_access_token = SdkAccessToken
        if isinstance(validator, Validator):
            self._validate, self._validator = _at_once(validator), validator
        else:
            live = LiveGuard.of(validator)
            self._validate, self._validator = live.validate_async, live.validator
        self._policies = {policy.issuer: policy for policy in self._validator.policies}
        if any(policy.required_scopes for policy in self._policies.values()):
            logger.warning(
                "a policy's required_scopes are answered with 401; "
                "those of the SDK's AuthSettings with 403"
            )

    async def verify_token(self, token: str) -> SdkAccessToken | None:
        """The SDK's view of the token, or None if it is refused."""
        try:
            return self._sdk_view(token, await self._validate(token))
        except GatepostError as error:
            # Not raised: the SDK answers an exception with 500.
            log_refusal(error, "access token")
            return None

    def _sdk_view(self, token: str, valid: AccessToken) -> SdkAccessToken:
        policy = self._policies[valid.issuer]
        client_id = valid.client_id or valid.subject
        if client_id is None:
            # The SDK's type demands one, and binds sessions to it.
            raise MissingClaimError
        expires_at = valid.expires_at
        return self._sdk_access_token(
            token=token,
            client_id=client_id,
            scopes=valid.scopes,
            # The SDK compares once more, without a leeway.
            expires_at=None if expires_at is None else expires_at + policy.leeway,
            # One string, which `validate_token_resource=True` compares with the server's URL.
            resource=valid.accepted_audience,
            # With `iss` in the claims, what the SDK binds a session to.
            subject=valid.subject,
            claims=valid.claims,
        )


def _at_once(validator: Validator) -> Callable[[str], Awaitable[AccessToken]]:
    async def validate(token: str) -> AccessToken:
        return validator.validate(token)

    return validate


class SdkGuardMiddleware(GuardMiddleware):
    """Puts the principal where the SDK looks for it."""

    def _admit(
        self, scope: Scope, head: RequestHead, principal: Principal, operation: Operation
    ) -> Scope | Response:
        from mcp.server.auth.provider import AccessToken as SdkAccessToken
        from starlette.authentication import AuthCredentials, UnauthenticatedUser

        inner = super()._admit(scope, head, principal, operation)
        if isinstance(inner, Response):
            return inner
        if principal.token is None:
            # Nor is it whoever a middleware further out took it for.
            return {**inner, "user": UnauthenticatedUser(), "auth": AuthCredentials()}
        token = sdk_token(SdkAccessToken, self._guard, head, principal)
        if token is None:
            return self._guard.refuse(head, "missing_claim")
        return {**inner, **who(token)}


def sdk_token(
    of_type: type[_SdkToken], guard: Guard, head: RequestHead, principal: Principal
) -> _SdkToken | None:
    """The SDK's view of the token of `principal`; None where it names nobody."""
    client_id = principal.client_id or principal.subject
    if principal.token is None or client_id is None:
        return None
    return of_type(
        token=credentials(head),
        client_id=client_id,
        scopes=principal.scopes,
        expires_at=principal.token.expires_at,
        resource=guard.resource,
        # With `iss` in the claims, what the SDK binds sessions and request states to.
        subject=principal.subject,
        claims=principal.token.claims,
    )


def who(token: SdkAccessToken) -> dict[str, Any]:
    """What a scope has to say for the SDK to know who asks."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from starlette.authentication import AuthCredentials

    return {"user": AuthenticatedUser(token), "auth": AuthCredentials(token.scopes)}


def credentials(head: RequestHead) -> str:
    """The token in the Authorization header, of which the guard let in no second one."""
    [value] = head.values("Authorization")
    return value.split()[-1].decode()


def _listed(texts: str | Sequence[str]) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts
