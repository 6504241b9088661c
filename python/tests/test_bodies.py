"""What the guard reads of a body is what the official SDK reads of it, or the body is refused."""

from __future__ import annotations

import json
import string
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

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

LISTEN = '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":'
# Parameters of that, in some of the ways to write them: each listens to a.
LISTENING = [
    r'"notifications":{"toolsListChanged":true,"resourceSubscriptions":["db://a","db://b"]}',
    r'"notific\u0061tions":{"resource\u0053ubscriptions":[ "db:\/\/\u0061" , "db://\u0062" ]}',
    r'"notifications":{"resource_subscriptions":["db://c"],"resourceSubscriptions":["db://a"]}',
    r'"notifications":{"x":{"resourceSubscriptions":["db://c"]},"resourceSubscriptions":["db://a"]}',
    r'"_meta":{"notifications":{"resourceSubscriptions":["db://c"]}},'
    r'"notifications":{"resourceSubscriptions":["db://a"]},"resourceSubscriptions":["db://c"]',
]
BODIES += [{"latin1": LISTEN + "{" + params + "}}", "refused": None} for params in LISTENING]

# What the SDK hands to a handler, and the member that names something in it.
PARAMS: dict[str, tuple[type[BaseModel], str | None]] = {
    "tools/call": (mcp_types.CallToolRequestParams, "name"),
    "prompts/get": (mcp_types.GetPromptRequestParams, "name"),
    "resources/read": (mcp_types.ReadResourceRequestParams, "uri"),
    "resources/subscribe": (mcp_types.SubscribeRequestParams, "uri"),
    "resources/unsubscribe": (mcp_types.UnsubscribeRequestParams, "uri"),
    "completion/complete": (mcp_types.CompleteRequestParams, "ref"),
    "tasks/get": (mcp_types.GetTaskRequestParams, "task_id"),
    # For which the SDK has no type.
    "tasks/update": (mcp_types.GetTaskRequestParams, "task_id"),
    "tasks/cancel": (mcp_types.CancelTaskRequestParams, "task_id"),
    "tasks/result": (mcp_types.GetTaskPayloadRequestParams, "task_id"),
    # Names resources by the number.
    "subscriptions/listen": (mcp_types.SubscriptionsListenRequestParams, None),
}


class Reading(NamedTuple):
    method: str
    name: str | None = None
    # What is listened to.
    uris: tuple[str, ...] = ()


def read_before_2026(body: bytes) -> Reading | None:
    """As `mcp.server.streamable_http` does, and the runner behind it."""
    try:
        raw = pydantic_core.from_json(body)
        return reading(jsonrpc_message_adapter.validate_python(raw, by_name=False))
    except ValueError:
        return None


def read_since_2026(body: bytes) -> Reading | None:
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


def reading(message: JSONRPCMessage) -> Reading | None:
    """Method and name, where a handler of the SDK would see them."""
    if not isinstance(message, JSONRPCRequest | JSONRPCNotification):
        return None
    if message.method not in PARAMS:
        return Reading(message.method)
    model, member = PARAMS[message.method]
    try:
        params = model.model_validate(message.params or {}, by_name=False)
    except ValidationError:
        return None
    if isinstance(params, mcp_types.SubscriptionsListenRequestParams):
        uris = params.notifications.resource_subscriptions or []
        return Reading(message.method, uris=tuple(uris))
    assert member is not None
    named = getattr(params, member)
    match named:
        case mcp_types.PromptReference():
            named = named.name
        case mcp_types.ResourceTemplateReference():
            named = named.uri
    return Reading(message.method, str(named))


class Reader:
    """What guards make of a body, which one token comes with."""

    def __init__(self, validator: gatepost.Validator, token: str) -> None:
        self._validator = validator
        self._headers = [("Authorization", f"Bearer {token}")]
        self._guard = gatepost.Guard(AUDIENCE, validator)

    def decide(
        self, text: bytes, guard: gatepost.Guard | None = None
    ) -> gatepost.Operation | gatepost.Response:
        guard = guard or self._guard
        headers: list[tuple[str, str | bytes]] = [*self._headers]
        if b"/protocolVersion" in text and (seen := read_since_2026(text)) is not None:
            # Where the body names a version with headers, they say what the SDK reads of it.
            headers += [
                ("MCP-Protocol-Version", "2026-07-28"),
                ("Mcp-Method", seen.method.encode(errors="replace")),
            ]
        head = gatepost.RequestHead("POST", "/mcp", headers)
        principal = guard.authenticate(head)
        assert isinstance(principal, gatepost.Principal)
        return guard.authorize(principal, head, text)

    def refuses_resource(self, text: bytes, uri: str) -> bool:
        """Whether a guard that lets nobody at this resource refuses what it would let in else."""
        try:
            rules = [gatepost.Rule.resource(uri).refused()]
            guard = gatepost.Guard(AUDIENCE, self._validator, rules=rules)
        except gatepost.PolicyError:
            # Nobody can make a rule about it: the empty one.
            assert uri == ""
            return True
        return isinstance(self.decide(text, guard), gatepost.Response)

    def agrees_with_the_sdk(self, text: bytes, operation: gatepost.Operation) -> int:
        """How many ways the SDK reads this body, which all have to be the guard's."""
        ways = [seen for read in (read_before_2026, read_since_2026) if (seen := read(text))]
        for seen in ways:
            assert (seen.method, seen.name) == (operation.method, operation.name), text
            assert all(self.refuses_resource(text, uri) for uri in seen.uris), text
        return len(ways)


@pytest.fixture(scope="module")
def reader(validator: gatepost.Validator, issuer: Issuer) -> Reader:
    return Reader(validator, issuer.sign(issuer.claims(AUDIENCE)))


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_guard_and_sdk_read_the_same(body: dict[str, Any], reader: Reader) -> None:
    text = body["latin1"].encode("latin-1")
    outcome = reader.decide(text)
    if isinstance(outcome, gatepost.Response):
        assert outcome.reason == body["refused"]
        assert outcome.status == (413 if outcome.reason == "message_too_large" else 400)
        return
    assert body["refused"] is None
    reader.agrees_with_the_sdk(text, outcome)


def test_the_bodies_are_some_that_the_sdk_accepts(reader: Reader) -> None:
    texts = [body["latin1"].encode("latin-1") for body in BODIES if body["refused"] is None]
    for read in (read_before_2026, read_since_2026):
        seen = {seen for text in texts if (seen := read(text)) is not None}
        assert Reading("tools/call", "a") in seen
        assert Reading("subscriptions/listen", None, ("db://a", "db://b")) in seen
        methods = {method for method, _, _ in seen}
        assert methods >= PARAMS.keys() - {"tasks/update", "tasks/cancel", "tasks/result"}
    # What is not listened to is no reason to refuse.
    for text in texts[-len(LISTENING) :]:
        assert reader.refuses_resource(text, "db://a")
        assert not reader.refuses_resource(text, "db://c")


# Members that a reader might take for those that count.
MEMBERS = [
    b'"name":"b"',
    b'"Name":"b"',
    b'"n\\u0061me":"b"',
    b'"uri":"db://b"',
    b'"method":"tools/call"',
    b'"params":{"name":"b"}',
    b'"params":null',
    b'"ref":{"type":"ref/prompt","name":"b"}',
    b'"taskId":"b"',
    b'"task_id":"b"',
    b'"notifications":{"resourceSubscriptions":["db://b"]}',
    b'"resourceSubscriptions":["db://b"]',
    b'"resource_subscriptions":["db://b"]',
    b'"jsonrpc":"2.0"',
    b'"id":null',
    b'"result":{}',
    b'"error":{"code":1,"message":""}',
    b'"_meta":{"name":"b","method":"b"}',
    b'"__proto__":{"name":"b"}',
    b'"x":[{"name":"b"},-0,1e999]',
    b'"name\\u0000":"b"',
    b'"":"b"',
]
# What readers of JSON disagree about.
PIECES = [
    b"\\u0000",
    b"\\u006e",
    b"\\ud800",
    b"\\",
    b',"db://b"',
    *(bytes([byte]) for byte in b'"{}[],: \t\x00\xff'),
    b"/*",
    b"//",
    b"NaN",
    b"1e999",
    b"null",
    b"\xef\xbb\xbf",
    b"\xc5\xbf",
]
BORDERS = b'{}[]",:'
LETTERS = string.ascii_letters.encode()
MUTATIONS = 30_000


def mutated(text: bytes, random: Random) -> bytes:
    """`text` with a few changes, of which most leave it JSON."""

    def somewhere(these: bytes) -> int:
        return random.choice([at for at, byte in enumerate(text) if byte in these] or [0])

    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.randrange(10)
        if kind < 3:
            at = somewhere(b"{") + 1
            comma = b"" if text[at:].lstrip().startswith(b"}") else b","
            text = text[:at] + random.choice(MEMBERS) + comma + text[at:]
        elif kind < 5:
            at = somewhere(LETTERS)
            text = text[:at] + b"\\u%04x" % text[at] + text[at + 1 :]
        elif kind == 5:
            at = somewhere(LETTERS)
            text = text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
        elif kind == 6:
            at = somewhere(b"{}[],:")
            text = text[:at] + random.choice((b" ", b"\t", b"\r", b"\n")) + text[at:]
        elif kind == 7:
            at = somewhere(BORDERS) + random.randrange(2)
            text = text[:at] + random.choice(PIECES) + text[at:]
        elif kind == 8:
            # Cut out, or once more: as what stands there twice.
            at, end = sorted((somewhere(BORDERS), somewhere(BORDERS)))
            text = text[:at] + text[at:end] * random.choice((0, 2)) + text[end:]
        else:
            at = random.randrange(len(text))
            text = text[:at] + bytes([random.randrange(256)]) + text[at + 1 :]
    return text


def test_guard_and_sdk_read_the_same_of_mutated_bodies(reader: Reader) -> None:
    random = Random(2026)
    texts = [body["latin1"].encode("latin-1") for body in BODIES]
    # Long ones would take the time of many, and what the SDK takes is worth more than the rest.
    texts = [text for text in texts if len(text) < 1000]
    texts = [text for text in texts if read_before_2026(text) or read_since_2026(text)]
    tasks = [text for text in texts if b"tasks/get" in text]
    for method in (b"tasks/update", b"tasks/cancel", b"tasks/result"):
        texts += [text.replace(b"tasks/get", method) for text in tasks]
    compared = refused = 0
    methods = set()
    for _ in range(MUTATIONS):
        text = mutated(random.choice(texts), random)
        outcome = reader.decide(text)
        if isinstance(outcome, gatepost.Response):
            refused += 1
        elif reader.agrees_with_the_sdk(text, outcome):
            compared += 1
            methods.add(outcome.method)
    # Else the mutations show little.
    assert min(compared, refused) > MUTATIONS // 10
    assert methods >= PARAMS.keys()
