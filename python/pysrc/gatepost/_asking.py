"""Who asks, for whatever runs while a request is answered."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from gatepost._native import Guard, Principal

if TYPE_CHECKING:
    from gatepost._tool_scopes import ToolScopes


class Asking(NamedTuple):
    """What a guard has decided about the request that is being answered."""

    guard: Guard
    principal: Principal
    scopes: ToolScopes | None
    # Of these scopes, so many rules were among the guard's by then.
    known_tools: int = 0
    # The application that the request came to, where it is one that says so.
    app: object = None


asking: ContextVar[Asking] = ContextVar("gatepost")


def current_principal() -> Principal:
    """The `Principal` whose request is being answered.

    It is there in whatever a guard let in has started: coroutines, tasks, threads that got a copy
    of the context (as ``asyncio.to_thread`` and the MCP SDKs give them), and streams until their
    end. What outlives its request keeps that principal; where it has to ask somebody else's rights,
    it has to be told who that is.

    Raises LookupError where no guard stands in front.
    """
    return _current().principal


def permits(
    *,
    tool: str | None = None,
    prompt: str | None = None,
    resource: str | None = None,
    resource_template: str | None = None,
) -> bool:
    """Whether `current_principal` may use this, as `Guard.permits` says: for lists that show each
    what it may use.

    Raises LookupError where no guard stands in front, and TypeError unless one thing is named.
    """
    guard, principal = _current()[:2]
    return guard.permits(
        principal,
        tool=tool,
        prompt=prompt,
        resource=resource,
        resource_template=resource_template,
    )


def _current() -> Asking:
    try:
        return asking.get()
    except LookupError:
        raise LookupError("no request that a guard let in is being answered here") from None
