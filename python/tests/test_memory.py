"""A million validations leave nothing behind: the resident size stays as it is."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gatepost
from gatepost.testing import BAD_TOKENS, LocalIssuer

VALIDATIONS = 1_000_000
# No growth at all was measured. A byte for every fourth of them would be as much as this.
MOST = VALIDATIONS // 4


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the size is read from Linux")
def test_a_million_validations_leak_nothing() -> None:
    # In a process of its own, so that what else the tests keep does not count.
    program = [sys.executable, "-W", "error", __file__]
    done = subprocess.run(program, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["validations"] >= VALIDATIONS
    assert measured["growth"] < MOST


class Work:
    """Good tokens and bad ones, known and new, by each way that there is to have them judged."""

    def __init__(self) -> None:
        issuer = LocalIssuer(audience="https://mcp.example.com/mcp", scope="read")
        trusted = issuer.trusted()
        self.validator = gatepost.Validator(trusted.policy, issuer.keys, cache_size=100)
        self.guard = gatepost.Guard(
            "https://mcp.example.com/mcp",
            self.validator,
            rules=[gatepost.Rule.tool("write").needs("write")],
        )
        self.good = [issuer.token(sub=str(number)) for number in range(1000)]
        self.bad = [issuer.bad(kind) for kind in BAD_TOKENS] + ["", "a.b.c"]
        self.heads = [
            gatepost.RequestHead("POST", "/mcp", [("Authorization", f"Bearer {token}")])
            for token in (self.good[0], self.bad[0], self.good[1])
        ]

    def round(self) -> int:
        """Some thousand validations, and how many they were."""
        done = 0
        # Most of them known: a cache of 100 has the first ones again and again.
        for _ in range(150):
            done += len(self.validator.validate_many(self.good[:100]))
        # And new ones, each of which puts another one out.
        done += len(self.validator.validate_many(self.good))
        for token in self.bad:
            try:
                self.validator.validate(token)
            except gatepost.TokenError as error:
                done += len([error.reason, str(error), repr(error)][:1])
        for number in range(1000):
            claims = self.validator.validate(self.good[number % 50]).claims
            done += "sub" in claims
        for number in range(300):
            head = self.heads[number % 3]
            principal = self.guard.authenticate(head)
            if isinstance(principal, gatepost.Principal):
                self.guard.authorize(principal, head, CALL)
            done += 1
        return done


CALL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{}}}'


def main() -> None:
    work = Work()
    for _ in range(5):
        work.round()
    before = resident()
    done = 0
    while done < VALIDATIONS:
        done += work.round()
    print(json.dumps({"validations": done, "growth": resident() - before}))


def resident() -> int:
    """The resident size in bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
