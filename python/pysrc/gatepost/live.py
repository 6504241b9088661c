"""A guard whose keys are fetched when they are needed: `LiveGuard`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

from gatepost._native import (
    AccessToken,
    Credentials,
    Dpop,
    Guard,
    KeyRefresh,
    LegacyServerMetadata,
    Principal,
    RequestHead,
    Response,
    Rule,
    Validator,
)
from gatepost.exceptions import PolicyError
from gatepost.issuers import Issuer
from gatepost.jwks import LACKING, JwksManager

if TYPE_CHECKING:
    import httpx2
    from typing_extensions import Unpack

    from gatepost.introspection import Introspector


class GuardOptions(TypedDict, total=False):
    """The keywords of `Guard` that `LiveGuard` passes on to it."""

    authorization_servers: str | Sequence[str] | None
    scopes_supported: str | Sequence[str]
    name: str | None
    documentation: str | None
    policy_uri: str | None
    tos_uri: str | None
    certificate_binding: bool
    rules: Sequence[Rule]
    hierarchy: Sequence[tuple[str, str]]
    base_scopes: str | Sequence[str]
    origins: str | Sequence[str]
    any_origin: bool
    provider: str | None
    max_message_length: int
    legacy_metadata: LegacyServerMetadata | Literal[False] | None
    dpop: Dpop | None


class LiveGuard:
    """A `Guard` for one issuer or several, whose keys are fetched when a token asks for them.

    `guard` is the guard itself, for everything that needs no keys, `validator` what it asks.
    `resource` is that of the issuers unless given. `client` and `clock` are those of the
    `JwksManager` that each issuer gets, unless its keys are handed in, and `refresh` makes the
    `KeyRefresh` of each. `cache_size` is the validator's, and `options` are the keywords of
    `Guard`. With `introspection` opaque tokens are asked about, and judged by the policy of the one
    issuer that there is.

    Nothing is fetched before a request needs it. A request waits for keys that decide about it;
    where they are not to be had, the answer is 503 with ``Retry-After``, never 401.

    Safe to share between threads and event loops.

    Raises PolicyError, and ImportError where ``httpx2`` is needed and not installed.

    >>> import gatepost
    >>> tenant = gatepost.auth0("tenant.auth0.com", "https://mcp.example.com/mcp")
    >>> live = gatepost.LiveGuard(tenant, base_scopes="files:read")
    >>> live.authenticate(gatepost.RequestHead("POST", "/mcp", [])).status
    401
    """

    def __init__(
        self,
        issuers: Issuer | Sequence[Issuer],
        *,
        resource: str | None = None,
        refresh: Callable[[], KeyRefresh] = KeyRefresh,
        client: Callable[[], httpx2.AsyncClient] | None = None,
        clock: Callable[[], float] | None = None,
        cache_size: int = 1000,
        introspection: Introspector | None = None,
        **options: Unpack[GuardOptions],
    ) -> None:
        issuers = [issuers] if isinstance(issuers, Issuer) else list(issuers)
        if introspection is not None and len(issuers) != 1:
            # An opaque token does not say whose it is.
            raise PolicyError(detail="introspection: of one issuer alone")
        self.validator = Validator.of(
            [(issuer.policy, issuer.keys) for issuer in issuers],
            cache_size=cache_size,
            introspection=None if introspection is None else issuers[0].policy,
        )
        self._introspector = introspection
        self.guard = Guard(resource or _resource_of(issuers), self.validator, **options)
        self._clock = clock
        self._managers = {
            issuer.policy.issuer: JwksManager(
                issuer, self.validator, refresh=refresh(), client=client, clock=clock
            )
            for issuer in issuers
            if issuer.keys is None
        }

    @staticmethod
    def of(guard: Guard | LiveGuard | Issuer) -> LiveGuard:
        """What a drop-in works with, whichever of the three it was given. A `Guard` has the keys
        that it has."""
        if isinstance(guard, LiveGuard):
            return guard
        if isinstance(guard, Issuer):
            return LiveGuard(guard)
        if not isinstance(guard, Guard):
            raise TypeError("guard: a Guard, a LiveGuard or an Issuer")
        live = LiveGuard.__new__(LiveGuard)
        live.guard, live.validator = guard, guard.validator
        live._clock, live._managers, live._introspector = None, {}, None
        return live

    @property
    def resource(self) -> str:
        """The public URL of the MCP endpoint."""
        return self.guard.resource

    def authenticate(
        self, head: RequestHead, *, guard: Guard | None = None
    ) -> Principal | Response:
        """Decides over the head of a request like `Guard.authenticate`, waiting for keys if need
        be: for as long as a fetch takes.

        `guard`, which decides in place of its own, is another one with the same validator.
        """
        guard = guard or self.guard
        decided = self._judge(guard, head, self._now())
        if not isinstance(decided, str):
            if self._introspector is not None and _has_to_be_asked(decided):
                return self._introspector.authenticate(guard, head)
            return decided
        manager = self._manager_of(head)
        if manager is not None:
            decided = manager.settle(lambda now: self._judge(guard, head, now))
        return self._answer(guard, head, decided, manager)

    async def authenticate_async(
        self, head: RequestHead, *, guard: Guard | None = None
    ) -> Principal | Response:
        """`authenticate`, for an event loop."""
        guard = guard or self.guard
        decided = self._judge(guard, head, self._now())
        if not isinstance(decided, str):
            if self._introspector is not None and _has_to_be_asked(decided):
                return await self._introspector.authenticate_async(guard, head)
            return decided
        manager = self._manager_of(head)
        if manager is not None:
            decided = await manager.settle_async(lambda now: self._judge(guard, head, now))
        return self._answer(guard, head, decided, manager)

    def validate(self, jwt: str | bytes) -> AccessToken:
        """Decides over one access token like `Validator.validate`, waiting for keys if need be.

        Raises TokenError: `KeysUnavailableError` where the keys are not to be had now.
        """
        manager = self._manager_for(jwt)
        if manager is not None:
            return manager.validate(jwt)
        if self._introspector is not None:
            return self._introspector.validate(self.validator, jwt)
        return self.validator.validate(jwt, self._now())

    async def validate_async(self, jwt: str | bytes) -> AccessToken:
        """`validate`, for an event loop."""
        manager = self._manager_for(jwt)
        if manager is not None:
            return await manager.validate_async(jwt)
        if self._introspector is not None:
            return await self._introspector.validate_async(self.validator, jwt)
        return self.validator.validate(jwt, self._now())

    def _judge(self, guard: Guard, head: RequestHead, now: float) -> Principal | Response | str:
        """The guard's verdict, or the reason for which an issuer's keys are needed."""
        for manager in self._managers.values():
            manager.keep(now)
        decided = guard.authenticate(head, now)
        # Handed in, keys are what they are.
        if self._managers and isinstance(decided, Response) and decided.reason in LACKING:
            return decided.reason
        return decided

    def _answer(
        self,
        guard: Guard,
        head: RequestHead,
        decided: Principal | Response | str,
        manager: JwksManager | None,
    ) -> Principal | Response:
        if not isinstance(decided, str):
            return decided
        until = manager.next_fetch_at if manager else None
        return guard.refuse(head, decided, until=until, now=self._now())

    def _manager_of(self, head: RequestHead) -> JwksManager | None:
        token = Credentials.from_values(head.values("Authorization")).token
        return None if token is None else self._manager_for(token)

    def _manager_for(self, jwt: str | bytes) -> JwksManager | None:
        """Who has the keys of the issuer that the token names."""
        issuer = self.validator.unverified_issuer(jwt)
        return None if issuer is None else self._managers.get(issuer)

    def _now(self) -> float:
        return time.time() if self._clock is None else self._clock()


def _has_to_be_asked(decided: Principal | Response) -> bool:
    return isinstance(decided, Response) and decided.reason == "introspection_unavailable"


def _resource_of(issuers: Sequence[Issuer]) -> str:
    resources = {issuer.resource for issuer in issuers}
    resource = resources.pop() if len(resources) == 1 else None
    if resource is None:
        raise PolicyError(detail="resource: the public URL of the MCP endpoint must be given")
    return resource
