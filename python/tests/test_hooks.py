"""Every refusal is told to whom wants to count them: why, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from guarded import who_and_what
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, generate_latest

import gatepost
from gatepost import hooks
from gatepost.asgi import GuardMiddleware
from gatepost.hooks import Refusal, on_refusal
from gatepost.mcp import TokenVerifier
from gatepost.testing import BAD_TOKENS, LocalIssuer

ISSUER = LocalIssuer()
MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "delete"}}
STATUS = {"insufficient_scope": 403}


@pytest.fixture(scope="module")
def live() -> gatepost.LiveGuard:
    rules = [gatepost.Rule.tool("delete").needs("files:delete")]
    return gatepost.LiveGuard(ISSUER.trusted(), rules=rules)


@pytest.fixture
def refusals() -> Iterator[list[Refusal]]:
    seen: list[Refusal] = []
    remove = on_refusal(seen.append)
    yield seen
    remove()


def ask(live: gatepost.LiveGuard, *tokens: str | None) -> list[int]:
    """The statuses of the answers to requests with these tokens."""
    app = httpx2.ASGITransport(GuardMiddleware(who_and_what, live))

    async def send() -> list[int]:
        async with httpx2.AsyncClient(transport=app, base_url="http://test") as http:
            return [
                (
                    await http.post(
                        "/mcp",
                        json=MESSAGE,
                        headers={} if token is None else {"authorization": f"Bearer {token}"},
                    )
                ).status_code
                for token in tokens
            ]

    return asyncio.run(send())


def test_each_refusal_is_told_once(
    live: gatepost.LiveGuard, refusals: list[Refusal], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gatepost")
    tokens = [None, ISSUER.token(scope="other"), *map(ISSUER.bad, BAD_TOKENS)]
    statuses = ask(live, ISSUER.token(scope="files:delete"), *tokens)
    reasons = ["credentials_missing", "insufficient_scope", *BAD_TOKENS.values()]
    assert statuses == [200] + [STATUS.get(reason, 401) for reason in reasons]
    numbers = {name: number for number, name, *_ in gatepost._native.REASONS}
    assert refusals == [
        Refusal(reason, numbers[reason], STATUS.get(reason, 401)) for reason in reasons
    ]
    said = [(record.__dict__["reason"], record.__dict__["number"]) for record in caplog.records]
    assert said == [(refusal.reason, refusal.number) for refusal in refusals]
    for token in tokens:
        assert token is None or token not in caplog.text


def test_a_verifier_tells_them_too(refusals: list[Refusal]) -> None:
    validator = gatepost.Validator(ISSUER.trusted().policy, ISSUER.keys)
    for verifier in (TokenVerifier(validator), TokenVerifier(gatepost.LiveGuard(ISSUER.trusted()))):
        assert asyncio.run(verifier.verify_token(ISSUER.token())) is not None
        assert refusals == []
        assert asyncio.run(verifier.verify_token(ISSUER.bad("expired"))) is None
        assert refusals == [("expired", 501, 401)]
        refusals.clear()


def test_a_hook_that_fails_changes_no_answer(
    live: gatepost.LiveGuard, refusals: list[Refusal], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Refusal) -> None:
        raise KeyError("mine")

    removes = [on_refusal(broken), on_refusal(refusals.append)]
    token = ISSUER.bad("tampered")
    assert ask(live, token) == [401]
    for remove in removes:
        remove()
    # Before it and behind it, the others are called.
    assert refusals == [("invalid_signature", 401, 401)] * 2
    [refused, failed] = caplog.records
    assert refused.getMessage() == "request refused: invalid_signature (401)"
    assert failed.getMessage() == "a hook for refusals has failed"
    assert token not in caplog.text


def test_a_hook_is_removed_once(live: gatepost.LiveGuard) -> None:
    seen: list[Refusal] = []
    first, second = on_refusal(seen.append), on_refusal(seen.append)
    ask(live, None)
    assert len(seen) == 2
    first()
    first()
    ask(live, None)
    assert len(seen) == 3
    second()
    ask(live, None)
    assert len(seen) == 3


def test_threads_add_and_remove_hooks() -> None:
    before = hooks._hooks

    def work(number: int) -> int:
        seen: list[Refusal] = []
        for _ in range(100):
            remove = on_refusal(seen.append)
            hooks.log_refusal(gatepost.ExpiredError())
            remove()
        return len(seen)

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(work, range(8)))
    # Each has seen its own, and what others refused meanwhile.
    assert all(count >= 100 for count in counts)
    assert hooks._hooks == before


def test_what_is_no_refusal_is_not_told(
    live: gatepost.LiveGuard, refusals: list[Refusal], caplog: pytest.LogCaptureFixture
) -> None:
    head = gatepost.RequestHead("GET", "/.well-known/oauth-protected-resource/mcp", [])
    metadata = live.authenticate(head)
    assert isinstance(metadata, gatepost.Response)
    hooks.log_refusal(metadata)
    assert (refusals, caplog.records) == ([], [])


def test_prometheus_counts(live: gatepost.LiveGuard) -> None:
    registry = CollectorRegistry()
    remove = on_refusal(hooks.prometheus(registry))
    ask(live, None, ISSUER.bad("expired"), ISSUER.bad("expired"), ISSUER.token())
    remove()

    def count(**labels: str) -> float | None:
        return registry.get_sample_value("gatepost_refusals_total", labels)

    assert count(reason="expired", number="501", status="401") == 2
    assert count(reason="credentials_missing", number="111", status="401") == 1
    assert count(reason="insufficient_scope", number="601", status="403") == 1
    series = [
        line
        for line in generate_latest(registry).splitlines()
        if b"gatepost_refusals_total{" in line
    ]
    assert len(series) == 3
    with pytest.raises(ValueError, match="gatepost_refusals"):
        hooks.prometheus(registry)


def test_opentelemetry_counts(live: gatepost.LiveGuard) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    remove = on_refusal(hooks.opentelemetry(provider))
    ask(live, None, ISSUER.bad("expired"), ISSUER.bad("expired"))
    remove()
    data: Any = reader.get_metrics_data()
    [[metric]] = [
        scope.metrics for resource in data.resource_metrics for scope in resource.scope_metrics
    ]
    assert (metric.name, metric.unit) == ("gatepost.refusals", "{refusal}")
    counted = {
        point.attributes["gatepost.reason"]: (point.value, dict(point.attributes))
        for point in metric.data.data_points
    }
    assert counted == {
        reason: (
            value,
            {
                "gatepost.reason": reason,
                "gatepost.number": number,
                "http.response.status_code": 401,
            },
        )
        for reason, number, value in (("credentials_missing", 111, 1), ("expired", 501, 2))
    }
    provider.shutdown()


def test_neither_is_imported_before_it_is_called() -> None:
    program = (
        "import sys\n"
        "import gatepost.asgi, gatepost.hooks\n"
        "print([name for name in sys.modules if name.startswith(('opentel', 'prometheus'))])"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")
