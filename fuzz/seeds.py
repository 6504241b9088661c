#!/usr/bin/env python3
"""seeds.py FOLDER: writes the seeds of every fuzz target, mostly from testdata, into FOLDER.

The same bytes each time: `fuzz/seeds` is what this wrote, and `make generated` compares.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from oracle_seeds import ecdsa_oracle, hosted_oracle, rsa_oracle
from request_seeds import (
    challenge,
    credentials,
    dpop,
    guard,
    introspection,
    metadata,
    operation,
    registration,
)
from seed_cases import CASES, Seeds, case_named, decoded, encoded

# Seeds for each reason; larger ones only slow the fuzzer down.
PER_REASON = 3
MAX_SEED = 4096


def main() -> None:
    folder = Path(sys.argv[1])
    for target in (
        token,
        json_text,
        jwk_set,
        validate,
        rsa_oracle,
        ecdsa_oracle,
        hosted_oracle,
        credentials,
        challenge,
        registration,
        metadata,
        operation,
        dpop,
        introspection,
        guard,
    ):
        seeds = folder / target.__name__.removesuffix("_text")
        seeds.mkdir(parents=True, exist_ok=True)
        for name, content in target():
            (seeds / name).write_bytes(content)


def token() -> Seeds:
    for case in chosen(CASES["cases"], lambda case: len(case["token"])):
        yield case["name"], case["token"].encode()
    # The largest header and the largest claims that fit into one token, with many names.
    header = members(20, {"alg": "ES256"}, 4096)
    claims = members(512, {"iss": "https://tenant.auth0.com/"}, 8190)
    yield "largest", b".".join((encoded(header), encoded(claims), b""))
    # Strings with escapes are decoded into memory of their own.
    claims = json.dumps({"iss": "\n" + "x" * 8170}).encode()
    yield (
        "largest_with_an_escaped_issuer",
        b".".join((encoded(header), encoded(claims), b"")),
    )
    header = json.dumps({"alg": "ES256", "typ": "\n" + "x" * 4060}).encode()
    yield (
        "largest_with_an_escaped_typ",
        b".".join((encoded(header), encoded(claims), b"")),
    )


def json_text() -> Seeds:
    for case in chosen(CASES["cases"], lambda case: len(case["token"])):
        parts = case["token"].split(".")
        for part, what in zip(parts[:2], ("header", "claims"), strict=False):
            try:
                yield f"{case['name']}_{what}", decoded(part)
            except ValueError:
                continue
    yield (
        "every_kind",
        rb'{"a":[1,-0,1.5e+3,true,false,null,"\u00e9\"\\\/\b\f\n\r\t"],"":{}} ',
    )
    yield "nested_to_the_limit", b'{"a":' * 32 + b"0" + b"}" * 32
    yield "nested_beyond_the_limit", b'{"a":' * 33 + b"0" + b"}" * 33
    yield "duplicate_by_escape", rb'{"a":1,"\u0061":2}'
    yield "surrogates", rb'{"a":"\ud83d\ude00","b":"\ud83d"}'
    yield "names_to_the_limit", members(512, {}, 0)
    yield "names_beyond_the_limit", members(513, {}, 0)


def jwk_set() -> Seeds:
    for name, source in CASES["key_sets"].items():
        if "jwks" in source:
            yield name, key_set_text(source)
    cases = [case for case in CASES["key_set_cases"] if "jwks" in case["key_set"]]
    for case in chosen(cases, lambda case: len(key_set_text(case["key_set"]))):
        yield case["name"], key_set_text(case["key_set"])


def validate() -> Seeds:
    """Header and claims, which the target encodes, and one token as it is."""
    wanted = [case for case in CASES["cases"] if case["reason"] == "ok" or case["number"] >= 500]
    for case in chosen(wanted, lambda case: len(case["token"])):
        _, claims, _ = case["token"].split(".")
        yield case["name"], b'{"alg":"ES256"}\n' + decoded(claims)
    yield (
        "with_typ",
        b'{"alg":"ES256","typ":"at+jwt","kid":"1"}\n{"iss":"https://tenant.auth0.com/"}',
    )
    yield "compact", case_named("es256_accepted")["token"].encode()


def chosen(cases: list[dict], size) -> Iterator[dict]:
    """A few of the shortest cases for each reason."""
    taken: Counter[str] = Counter()
    for case in sorted(cases, key=lambda case: (size(case), case["name"])):
        if size(case) <= MAX_SEED and taken[case["reason"]] < PER_REASON:
            taken[case["reason"]] += 1
            yield case


def key_set_text(source: dict) -> bytes:
    if "jwks_text" in source:
        return source["jwks_text"].encode()
    return json.dumps(source["jwks"], separators=(",", ":"), ensure_ascii=False).encode()


def members(count: int, first: dict, size: int) -> bytes:
    """An object of `count` members, with a last one that makes it about `size` bytes long."""
    object = first | {f"m{index}": 0 for index in range(count - len(first) - 1)}
    length = len(json.dumps(object, separators=(",", ":")))
    object["last"] = "x" * max(0, size - length - len(',"last":""'))
    return json.dumps(object, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
