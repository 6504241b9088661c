"""What the guard reads of a body is what the official SDK reads of it, or the body is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mcp_types
import pydantic_core
import pytest
from mcp_types import (
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    jsonrpc_message_adapter,
)
from pydantic import BaseModel, ValidationError

import gatepost
from conftest import AUDIENCE
from issuer import Issuer

BODIES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "testdata/bodies.json").read_text(encoding="utf-8")
)["bodies"]

# What the SDK hands to a handler, and the member that names something in it.
PARAMS: dict[str, tuple[type[BaseModel], str]] = {
    "tools/call": (mcp_types.CallToolRequestParams, "name"),
    "prompts/get": (mcp_types.GetPromptRequestParams, "name"),
    "resources/read": (mcp_types.ReadResourceRequestParams, "uri"),
    "resources/subscribe": (mcp_types.SubscribeRequestParams, "uri"),
    "resources/unsubscribe": (mcp_types.UnsubscribeRequestParams, "uri"),
    "completion/complete": (mcp_types.CompleteRequestParams, "ref"),
    "tasks/get": (mcp_types.GetTaskRequestParams, "task_id"),
    "tasks/cancel": (mcp_types.CancelTaskRequestParams, "task_id"),
    "tasks/result": (mcp_types.GetTaskPayloadRequestParams, "task_id"),
}

Reading = tuple[str, str | None] | None


def read_before_2026(body: bytes) -> Reading:
    """As `mcp.server.streamable_http` does, and the runner behind it."""
    try:
        raw = pydantic_core.from_json(body)
        return reading(jsonrpc_message_adapter.validate_python(raw, by_name=False))
    except ValueError:
        return None


def read_since_2026(body: bytes) -> Reading:
    """As `mcp.server._streamable_http_modern` does, and the runner behind it."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for model in (JSONRPCRequest, JSONRPCNotification):
        try:
            return reading(model.model_validate(decoded))
        except ValidationError:
            pass
    return None


def reading(message: JSONRPCMessage) -> Reading:
    """Method and name, where a handler of the SDK would see them."""
    if not isinstance(message, JSONRPCRequest | JSONRPCNotification):
        return None
    if message.method not in PARAMS:
        return message.method, None
    model, member = PARAMS[message.method]
    try:
        params = model.model_validate(message.params or {}, by_name=False)
    except ValidationError:
        return None
    named = getattr(params, member)
    match named:
        case mcp_types.PromptReference():
            named = named.name
        case mcp_types.ResourceTemplateReference():
            named = named.uri
    return message.method, str(named)


@pytest.fixture(scope="module")
def guard(validator: gatepost.Validator) -> gatepost.Guard:
    return gatepost.Guard(AUDIENCE, validator)


@pytest.fixture(scope="module")
def token(issuer: Issuer) -> str:
    return issuer.sign(issuer.claims(AUDIENCE))


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_guard_and_sdk_read_the_same(
    body: dict[str, Any], guard: gatepost.Guard, token: str
) -> None:
    text = body["latin1"].encode("latin-1")
    headers = [("Authorization", f"Bearer {token}")]
    if b"/protocolVersion" in text and (seen := read_since_2026(text)) is not None:
        # Where the body names a version with headers, they say what the SDK reads of it.
        headers += [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", seen[0])]
    head = gatepost.RequestHead("POST", "/mcp", headers)
    principal = guard.authenticate(head)
    assert isinstance(principal, gatepost.Principal)
    outcome = guard.authorize(principal, head, text)
    if isinstance(outcome, gatepost.Response):
        assert outcome.reason == body["refused"]
        assert outcome.status == (413 if outcome.reason == "message_too_large" else 400)
        return
    assert body["refused"] is None
    for seen in (read_before_2026(text), read_since_2026(text)):
        assert seen in (None, (outcome.method, outcome.name))


def test_the_bodies_are_some_that_the_sdk_accepts() -> None:
    texts = [body["latin1"].encode("latin-1") for body in BODIES if body["refused"] is None]
    for read in (read_before_2026, read_since_2026):
        seen = {seen for text in texts if (seen := read(text)) is not None}
        assert ("tools/call", "a") in seen
        methods = {method for method, _ in seen}
        assert methods >= PARAMS.keys() - {"tasks/cancel", "tasks/result"}
