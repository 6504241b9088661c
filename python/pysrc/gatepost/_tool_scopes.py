"""The scopes that tools need, said where each tool is defined."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from gatepost._asking import asking
from gatepost._native import Guard, Rule
from gatepost.exceptions import CredentialsMissingError, GatepostError, InsufficientScopeError
from gatepost.hooks import log_refusal

_Tool = TypeVar("_Tool", bound=Callable[..., Any])


class ToolScopes:
    """Collects from the tools of a server which scopes they need, for the guard in front of it.

    `needs` is a decorator for the function of a tool, below that of the SDK. Handed to a drop-in
    as `scopes`, what it says becomes rules of the guard: who lacks a scope gets 403 with the scopes
    of the tool before the tool, or the server, hears of the call. It is the same as a ``Rule.tool``
    among the guard's own rules, of which there may not be another for the same tool and everybody.

    The function is guarded once more from inside, for where no guard has judged the call, as when
    one tool calls another. It raises `InsufficientScopeError` where the scopes are not there, as
    where clients know the tool by another name than the rule; behind a guard that was not handed
    these scopes, `RuntimeError`; and `CredentialsMissingError` where no request is being answered:
    over stdio, or in a worker to which a server hands a task. For such a tool, let a rule of the
    guard name the scopes.

    >>> from gatepost.asgi import ToolScopes
    >>> scopes = ToolScopes()
    >>> @scopes.needs("files:write", "admin")
    ... def write_file(path: str) -> None:
    ...     print("written")
    >>> write_file("a")
    Traceback (most recent call last):
        ...
    gatepost.exceptions.CredentialsMissingError: an access token is required
    """

    def __init__(self) -> None:
        # The names of the tools, and the places of their rules.
        self._names: dict[str, int] = {}
        self._rules: tuple[Rule, ...] = ()
        self._guards: list[Guard] = []

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules so far, one for each tool: the same object as long as none is added."""
        return self._rules

    def become_rules_of(self, guard: Guard) -> None:
        """For drop-ins: has each tool that comes make sense among the rules of `guard`, so that no
        request fails for one that does not.

        Raises PolicyError where those that there are do not.
        """
        guard.with_rules(self._rules)
        if not any(guard is known for known in self._guards):
            self._guards.append(guard)

    def needs(self, *alternatives: str, tool: str | None = None) -> Callable[[_Tool], _Tool]:
        """Has a tool need the scopes of one of `alternatives`, as in ``Rule.needs``; without any,
        a valid token.

        `tool` is the name under which clients call it: that of the function unless given.

        Raises ValueError for a second tool of the same name, and PolicyError for one that a guard
        in front has a rule for already, or more scopes than it takes.
        """

        def decorate(function: _Tool) -> _Tool:
            name = function.__name__ if tool is None else tool
            if name in self._names:
                raise ValueError(f"there are scopes for a tool {name!r} already")
            rules = (*self._rules, Rule.tool(name).needs(*alternatives))
            for guard in self._guards:
                guard.with_rules(rules)
            self._names[name] = len(self._rules)
            self._rules = rules
            return cast(_Tool, self._guarded(name, function))

        return decorate

    def _guarded(self, name: str, function: Any) -> Any:
        if iscoroutinefunction(function):

            @wraps(function)
            async def guarded(*arguments: Any, **keywords: Any) -> Any:
                self._demand(name)
                return await function(*arguments, **keywords)

        else:

            @wraps(function)
            def guarded(*arguments: Any, **keywords: Any) -> Any:
                self._demand(name)
                return function(*arguments, **keywords)

        return guarded

    def _demand(self, tool: str) -> None:
        asked = asking.get(None)
        if asked is None:
            raise _refused(CredentialsMissingError(), tool)
        # A tool that came while the request was being answered has no rule there either.
        if asked.scopes is not self or self._names[tool] >= asked.known_tools:
            raise RuntimeError(f"the guard was not told which scopes the tool {tool!r} needs")
        if not asked.guard.permits(asked.principal, tool=tool):
            raise _refused(InsufficientScopeError(), tool)


def _refused(error: GatepostError, tool: str) -> GatepostError:
    log_refusal(error, f"call of the tool {tool!r} from inside")
    return error
