"""What the seeds are made from: the cases of testdata, and their encoding."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

TESTDATA = Path(__file__).parents[1] / "testdata"
CASES = json.loads((TESTDATA / "cases.json").read_text())

Seeds = Iterator[tuple[str, bytes]]


def case_named(name: str) -> dict:
    return next(case for case in CASES["cases"] if case["name"] == name)


def encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
