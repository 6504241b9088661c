"""What a body asks for, compared with the headers and answered, without a guard."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any

import pytest

import gatepost
from conftest import AUDIENCE
from gatepost import MessageId, Operation, RequestHead, error_body

MODERN = "2026-07-28"
META: dict[str, Any] = {"_meta": {"io.modelcontextprotocol/protocolVersion": MODERN}}


def message(method: str | None = "tools/call", **members: Any) -> bytes:
    body = {"jsonrpc": "2.0", "id": 1, "method": method} | members
    return json.dumps({name: value for name, value in body.items() if value is not None}).encode()


def call(name: str = "read_file", **params: Any) -> bytes:
    return message(params={"name": name, **params})


def head(**headers: str) -> RequestHead:
    names = {"version": "MCP-Protocol-Version", "method": "Mcp-Method", "name": "Mcp-Name"}
    pairs = [(names[name], value) for name, value in headers.items()]
    return RequestHead("POST", "/mcp", pairs)


@pytest.mark.parametrize(
    ("body", "kind", "method", "name"),
    [
        (call(), "tool", "tools/call", "read_file"),
        (call().decode(), "tool", "tools/call", "read_file"),
        (call("a\u00e9\n"), "tool", "tools/call", "a\u00e9\n"),
        (message("tools/list"), "method", "tools/list", None),
        (message("resources/read", params={"uri": "a:b"}), "resource", "resources/read", "a:b"),
        (message(None, result={}), "response", None, None),
    ],
)
def test_a_body_says_what_is_asked_for(
    body: str | bytes, kind: str, method: str | None, name: str | None
) -> None:
    operation = Operation.from_body(body)
    assert (operation.kind, operation.method, operation.name) == (kind, method, name)
    assert operation.is_request is (kind != "response")
    assert operation.id == MessageId(1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", gatepost.InvalidMessageError),
        (b"\xff", gatepost.InvalidMessageError),
        ("\udc80", gatepost.InvalidMessageError),
        (message(params={}), gatepost.InvalidRequestError),
        (b'{"method":"a","method":"b"}', gatepost.InvalidRequestError),
        (b"[" + call() + b"]", gatepost.BatchRefusedError),
        (b" " * (4 << 20) + b"{", gatepost.MessageTooLargeError),
    ],
)
def test_what_no_server_should_read_is_refused(
    body: str | bytes, error: type[gatepost.RequestError]
) -> None:
    with pytest.raises(error):
        Operation.from_body(body)


def test_the_limit_is_in_bytes() -> None:
    body = call("\u00e9").decode()
    assert Operation.from_body(body, len(body.encode())).name == "\u00e9"
    with pytest.raises(gatepost.MessageTooLargeError):
        Operation.from_body(body, limit=len(body.encode()) - 1)


@pytest.mark.parametrize("body", [None, 1, bytearray(call()), {}])
def test_other_types_are_refused(body: Any) -> None:
    with pytest.raises(TypeError, match="body must be str or bytes"):
        Operation.from_body(body)


@pytest.mark.parametrize(
    ("headers", "agrees"),
    [
        ({"version": MODERN, "method": "tools/call", "name": "read_file"}, True),
        ({"version": MODERN, "method": "tools/call", "name": "=?base64?cmVhZF9maWxl?="}, True),
        ({"version": MODERN, "method": "tools/call", "name": "read"}, False),
        ({"version": MODERN, "method": "tools/list", "name": "read_file"}, False),
        ({"version": MODERN, "method": "tools/call"}, False),
        ({"version": "2025-11-25"}, False),
        ({}, False),
    ],
)
def test_headers_and_body_have_to_agree(headers: dict[str, str], agrees: bool) -> None:
    operation = Operation.from_body(call(**META))
    if agrees:
        operation.check_headers(head(**headers))
        return
    with pytest.raises(gatepost.HeaderMismatchError) as caught:
        operation.check_headers(head(**headers))
    assert caught.value.http_status == 400


def test_the_body_need_not_be_kept() -> None:
    names = [f"tool_{number}" for number in range(100)]
    operations = [Operation.from_body(call(name, **META)) for name in names]
    for name, operation in zip(names, operations, strict=True):
        operation.check_headers(head(version=MODERN, method="tools/call", name=name))


def test_headers_alone_tell_what_is_asked_for_since_2026() -> None:
    operation = Operation.from_headers(head(version=MODERN, method="tools/call", name="read_file"))
    assert operation is not None
    assert (operation.kind, operation.method, operation.name) == ("tool", "tools/call", "read_file")
    assert (operation.is_request, operation.id) == (False, None)
    assert Operation.from_headers(head(version=MODERN, method="tools/call")) is None
    assert Operation.from_headers(head(method="tools/call", name="read_file")) is None


def test_headers_are_compared_with_a_body_alone(validator: gatepost.Validator) -> None:
    rules = [gatepost.Rule.method("tools/list").public()]
    guard = gatepost.Guard(AUDIENCE, validator, rules=rules)
    body = message("tools/list", id="a", params=META)
    asked = head(version=MODERN, method="tools/list")
    principal = guard.authenticate(asked)
    assert isinstance(principal, gatepost.Principal)
    let_in = guard.authorize(principal, asked, body)
    assert isinstance(let_in, Operation)
    assert (let_in.is_request, let_in.id) == (True, MessageId("a"))
    of_headers = Operation.from_headers(asked)
    assert of_headers is not None
    for operation in (let_in, of_headers):
        with pytest.raises(gatepost.PolicyError, match="no body was read"):
            operation.check_headers(asked)


@pytest.mark.parametrize(
    ("id", "text"),
    [(7, "7"), (-1, "-1"), ("a", '"a"'), ("", '""'), ('"\n\\', '"\\"\\u000a\\\\"')],
)
def test_an_error_bears_the_id_of_its_message(id: int | str, text: str) -> None:
    operation = Operation.from_body(message("ping", id=id))
    assert operation.id == MessageId(id)
    body = error_body("header_mismatch", operation.id)
    assert f'"id":{text},' in body.decode()
    answer = json.loads(body)
    assert answer["id"] == id
    assert answer["error"]["code"] == -32020


def test_an_id_is_sent_back_as_it_came() -> None:
    for text in ("7", "-0", "1.50", "1e400", '"\\u0061"'):
        body = b'{"jsonrpc":"2.0","id":%s,"method":"ping"}' % text.encode()
        operation = Operation.from_body(body)
        assert operation.id is not None
        expected = '"a"' if text.startswith('"') else text
        assert f'"id":{expected},' in error_body("invalid_message", operation.id).decode()
    long = Operation.from_body(message("ping", id="a" * 65))
    assert (long.is_request, long.id) == (True, None)
    assert "id" not in json.loads(error_body("expired", long.id))
    assert "id" not in json.loads(error_body("keys_unavailable"))
    with pytest.raises(gatepost.PolicyError, match="unknown reason"):
        error_body("unheard_of")


def test_ids_are_values() -> None:
    assert MessageId(7) == MessageId(7) != MessageId("7")
    assert len({MessageId(7), MessageId(7), MessageId("7")}) == 2
    number, string = MessageId(7), MessageId("a'b")
    assert (number.is_number, number.text, repr(number)) == (True, "7", "MessageId(7)")
    assert (string.is_number, string.text) == (False, "a'b")
    assert repr(string) == 'MessageId("a\'b")'


def test_an_id_is_an_int_or_a_short_str() -> None:
    class Loud(IntEnum):
        ONE = 1

        def __str__(self) -> str:
            return '1,"a":"b"'

    assert MessageId(Loud.ONE).text == "1"
    assert MessageId("a" * 64).text == "a" * 64
    for long in ("a" * 65, "\u00e9" * 33, 10**64, -(10**64)):
        with pytest.raises(gatepost.PolicyError, match="id"):
            MessageId(long)
    for other in (True, 1.0, None, b"a", [1]):
        with pytest.raises(TypeError, match="id must be int or str"):
            MessageId(other)  # type: ignore[arg-type]
