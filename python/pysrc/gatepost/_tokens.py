"""``gatepost validate`` and ``gatepost inspect``: one access token, judged or only looked at."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from datetime import datetime, timezone
from typing import Any

from gatepost import _keys
from gatepost._json import in_ascii, integer
from gatepost._native import MAX_TOKEN_LEN, Policy, Validator
from gatepost._terminal import Row, print_rows, shown
from gatepost.exceptions import (
    EncryptedError,
    InvalidBase64Error,
    InvalidJsonError,
    MalformedError,
    TooLargeError,
)

_UNVERIFIED = "nothing of this was verified: anybody can write it"
# RFC 7519, section 4.1, and OpenID Connect Core, section 2.
_TIMES = ("exp", "nbf", "iat", "auth_time")


def validate(arguments: argparse.Namespace) -> int:
    """Runs the command. Raises the reason for which the token is refused, and those of the keys."""
    policy = Policy(
        arguments.issuer,
        arguments.audience,
        algorithms=arguments.algorithm,
        leeway=arguments.leeway,
    )
    validator = Validator(policy, _keys.load(_keys.bytes_of(arguments.jwks), arguments.jwks))
    token = validator.validate(_token(arguments.token), now=arguments.now)
    if sys.stdout.isatty():
        print_rows("", [Row("accepted", "green", ["a token with these claims:"])])
        print_rows("", _rows(token.claims_json))
    else:
        # As they were written: what Python makes of numbers is not always JSON again.
        print(f'{{"ok": true, "claims": {in_ascii(token.claims_json)}}}')
    return 0


def given() -> bytes:
    """What standard input has for a token."""
    # A few bytes more than any token has are enough to see that it is too long.
    return sys.stdin.buffer.read(MAX_TOKEN_LEN + 3).rstrip(b"\r\n")


def inspect(arguments: argparse.Namespace) -> int:
    """Runs the command. Raises TooLargeError, EncryptedError, MalformedError, InvalidBase64Error
    and InvalidJsonError."""
    token = _token(arguments.token)
    if len(token) > MAX_TOKEN_LEN:
        raise TooLargeError
    parts = token.split(b".")
    if len(parts) == 5:
        raise EncryptedError
    if len(parts) != 3:
        raise MalformedError
    header, claims = map(_json_part, parts[:2])
    if sys.stdout.isatty():
        # Both are read before anything is printed: it may be refused.
        of_header, of_claims = _rows(header), _rows(claims)
        print_rows("header", of_header)
        print_rows("claims", of_claims, _UNVERIFIED)
    else:
        print(
            f'{{"verified": false, "warning": "{_UNVERIFIED}", '
            f'"header": {header}, "claims": {claims}}}'
        )
    return 0


def _token(argument: str) -> bytes:
    return given() if argument == "-" else argument.encode("utf-8", "surrogateescape")


def _json_part(part: bytes) -> str:
    """One part of a token, read with Python's tolerant reader: this is for looking only."""
    try:
        decoded = base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise InvalidBase64Error from error
    try:
        text = decoded.decode()
        value = json.loads(text, parse_int=integer, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidJsonError from error
    if not isinstance(value, dict):
        raise InvalidJsonError
    return in_ascii(text.strip())


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _rows(members: str) -> list[Row]:
    """A JSON object's members, those of one name as well: a token is no longer than a screen or
    two, and all of it is wanted."""
    try:
        read = json.loads(members, object_pairs_hook=_Members, parse_int=integer)
        return [Row(shown(name)[1:-1], "cyan", [_said(name, value)]) for name, value in read.pairs]
    except RecursionError as error:
        # What is written takes more room than what is read.
        raise InvalidJsonError from error


class _Members(dict[str, Any]):
    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _said(name: str, value: Any) -> str:
    text = json.dumps(value)
    if name not in _TIMES or isinstance(value, bool) or not isinstance(value, (int, float)):
        return text
    try:
        time = datetime.fromtimestamp(value, timezone.utc)
    except (ValueError, OverflowError, OSError):
        # Not within the years 1 to 9999.
        return text
    return f"{text}  {time:%Y-%m-%d %H:%M:%S} UTC"
