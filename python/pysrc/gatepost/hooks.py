"""What is told of every refusal: the log, and whatever `on_refusal` was given.

Ready-made are `prometheus` and `opentelemetry`, which count; each needs the package it is named
after (``prometheus-client``, ``opentelemetry-api``), and neither is imported before it is called.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from gatepost._native import Response
from gatepost.exceptions import GatepostError

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from prometheus_client import CollectorRegistry

_logger = logging.getLogger("gatepost")

# With these a client only begins; they say nothing against it.
_USUAL = frozenset({"credentials_missing", "nonce_required"})


class Refusal(NamedTuple):
    """Why something was refused. Nothing in it comes from whoever asked."""

    reason: str
    """The stable name, such as ``"expired"``."""
    number: int
    """The stable number, 101 to 999."""
    status: int
    """The HTTP status of the answer, such as 401."""


Hook = Callable[[Refusal], None]

_lock = Lock()
# Replaced as a whole: nobody has to lock to read it.
_hooks: tuple[Hook, ...] = ()


def on_refusal(hook: Hook) -> Callable[[], None]:
    """Has `hook` called for every refusal in this process, until what is returned is called.

    It is called where the refusal happens, in an event loop or a thread, and holds the answer up
    for as long as it takes. What it raises is logged, and changes no answer.

    >>> from gatepost.hooks import log_refusal, on_refusal
    >>> import gatepost
    >>> remove = on_refusal(print)
    >>> log_refusal(gatepost.ExpiredError())
    Refusal(reason='expired', number=501, status=401)
    >>> remove()
    """
    global _hooks
    with _lock:
        _hooks = (*_hooks, hook)

    is_there = True

    def remove() -> None:
        nonlocal is_there
        global _hooks
        with _lock:
            if is_there:
                at = _hooks.index(hook)
                _hooks = _hooks[:at] + _hooks[at + 1 :]
            is_there = False

    return remove


def log_refusal(refused: Response | GatepostError, what: str = "request") -> None:
    """Says why `what` was refused, if it was, to the log and to each hook, and nothing that the
    client has sent: for whoever answers with a guard's responses himself.

    The record is a warning of the logger ``gatepost``, or information where a client only asks
    without credentials, or without the nonce that it is then told, with the attributes ``reason``
    and ``number``.
    """
    status = refused.status if isinstance(refused, Response) else refused.http_status
    reason, number = refused.reason, refused.number
    if reason is None or number is None:
        return
    said = {"reason": reason, "number": number}
    level = logging.INFO if reason in _USUAL else logging.WARNING
    _logger.log(level, "%s refused: %s (%d)", what, reason, number, extra=said)
    refusal = Refusal(reason, number, status)
    for hook in _hooks:
        try:
            hook(refusal)
        except Exception:
            _logger.exception("a hook for refusals has failed", extra=said)


def prometheus(registry: CollectorRegistry | None = None) -> Hook:
    """A hook that counts refusals in ``gatepost_refusals_total``, by ``reason``, ``number`` and
    ``status``, in `registry`, or in that of ``prometheus_client``.

    Call it once for a registry: a second counter of this name is a ValueError.

    ::

        on_refusal(prometheus())
    """
    import prometheus_client

    counter = prometheus_client.Counter(
        "gatepost_refusals",
        "Requests and tokens that were refused.",
        ["reason", "number", "status"],
        registry=prometheus_client.REGISTRY if registry is None else registry,
    )

    def count(refusal: Refusal) -> None:
        counter.labels(*refusal).inc()

    return count


def opentelemetry(provider: MeterProvider | None = None) -> Hook:
    """A hook that counts refusals in ``gatepost.refusals``, with the attributes
    ``gatepost.reason``, ``gatepost.number`` and ``http.response.status_code``, of `provider`, or of
    the one that is set for the process.

    ::

        on_refusal(opentelemetry())
    """
    from opentelemetry.metrics import get_meter

    counter = get_meter("gatepost", meter_provider=provider).create_counter(
        "gatepost.refusals", "{refusal}", "Requests and tokens that were refused."
    )

    def count(refusal: Refusal) -> None:
        counter.add(
            1,
            {
                "gatepost.reason": refusal.reason,
                "gatepost.number": refusal.number,
                "http.response.status_code": refusal.status,
            },
        )

    return count
