"""load.py FOLDER: how many requests an MCP server answers, guarded by gatepost, by FastMCP, or not.

Each is the same server of FastMCP's, in a process of its own, to which wrk (on Debian: apt-get
install wrk) sends calls of a tool over loopback, as many as it can. They take turns of some
seconds, round after round: with one token again and again, and with 10 000 of them. Prints what was
measured as JSON. About seven minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).resolve().parent
ROUNDS = int(os.environ.get("GATEPOST_LOAD_ROUNDS", "20"))
SECONDS = 3  # of a turn
CONNECTIONS = 8
TOKENS = 10_000
ALGORITHM = "RS256"
ISSUER = "https://tenant.auth0.com/"
AUDIENCE = "https://mcp.example.com/mcp"
FOREVER = 4_102_444_800  # 2100
TIMES = "\N{MULTIPLICATION SIGN}"

SUBJECTS = {
    "floor": ("none", "FastMCP", "no auth"),
    "gatepost": ("gatepost", "gatepost", "GatepostAuth"),
    "fastmcp": ("fastmcp", "FastMCP, JWTVerifier", "its own auth"),
}
# How many different tokens come in turn, by table.
TABLES = {"http_one": (1, "one token"), "http_many": (TOKENS, "10 000 tokens")}


class Turn(NamedTuple):
    """What came of the requests of one turn, in nanoseconds."""

    each: float
    p99: float
    requests: int


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sample, tokens = folder / "load.json", folder / "load.tokens"
    print("signing tokens", file=sys.stderr)
    write_sample(sample, tokens)
    with ExitStack() as stack:
        urls = {
            subject: stack.enter_context(server(asked, sample))
            for subject, (asked, _, _) in SUBJECTS.items()
        }
        turns = race(urls, tokens)
    measured = {
        "versions": [
            {"name": name, "version": version(name)} for name in ("mcp", "uvicorn", "starlette")
        ],
        "tables": [table(name, turns[name]) for name in TABLES],
    }
    print(json.dumps(measured))


def write_sample(sample: Path, tokens: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    known = {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": ALGORITHM, "pem": pem.decode()}
    sample.write_text(json.dumps(known))
    claims = {
        "iss": ISSUER,
        "aud": [AUDIENCE, "https://tenant.auth0.com/userinfo"],
        "client_id": "load",
        "scope": "openid profile tools:call",
        "iat": int(time.time()),
        "exp": FOREVER,
    }
    header = {"kid": "one", "typ": "at+jwt"}
    with tokens.open("w") as lines:
        for number in range(TOKENS):
            own = {"sub": f"auth0|{number:024}", "jti": f"{number:032}"}
            print(jwt.encode(claims | own, key, ALGORITHM, headers=header), file=lines)


@contextmanager
def server(subject: str, sample: Path) -> Iterator[str]:
    """The URL of a server, for as long as the block lasts."""
    command = [sys.executable, str(HERE / "load_server.py"), subject, str(sample)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            # All servers share one processor, as only one of them is asked at a time.
            pin(process.pid, 0)
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
        finally:
            process.terminate()


def pin(process: int, number: int) -> None:
    if not hasattr(os, "sched_getaffinity"):
        return
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) > 1:
        os.sched_setaffinity(process, {processors[number]})


def race(urls: dict[str, str], tokens: Path) -> dict[str, dict[str, list[Turn]]]:
    """Lets the subjects take turns."""
    turns: dict[str, dict[str, list[Turn]]] = {
        name: {subject: [] for subject in SUBJECTS} for name in TABLES
    }
    sent = dict.fromkeys(SUBJECTS, 0)
    order = list(SUBJECTS)
    # The first round is a warm-up.
    for number in range(ROUNDS + 1):
        print(f"measuring over HTTP, round {number} of {ROUNDS}", file=sys.stderr)
        for name, (different, _) in TABLES.items():
            for subject in order:
                # A token comes again only when all others have come.
                first = sent[subject] if different > 1 else 0
                turn = ask(urls[subject], tokens, first, different)
                if different > 1:
                    sent[subject] += turn.requests
                if number > 0:
                    turns[name][subject].append(turn)
        # None always comes behind the same other.
        order.append(order.pop(0))
    return turns


def ask(url: str, tokens: Path, first: int, different: int) -> Turn:
    """One turn of wrk's, on a processor of its own."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS)]
    command += ["--duration", f"{SECONDS}s", "--script", str(HERE / "load.lua"), url, "--"]
    command += [str(tokens), str(first % TOKENS), str(different)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, 1)
        said, _ = process.communicate()
    [line] = [line for line in said.splitlines() if line.startswith("measured ")]
    found: dict[str, Any] = json.loads(line.removeprefix("measured "))
    if found["failed"] or not found["requests"]:
        raise RuntimeError(f"{found['failed']} requests failed: {url}")
    each = found["duration"] * 1000 / found["requests"]
    return Turn(each, found["p99"] * 1000, found["requests"])


def table(name: str, turns: dict[str, list[Turn]]) -> dict[str, Any]:
    _, said = TABLES[name]
    return {
        "id": name,
        "title": f"Over HTTP, {said}",
        "note": f"An MCP server of FastMCP's under uvicorn, in a process with a processor of its "
        f"own, to which wrk sends calls of a tool over {CONNECTIONS} connections, in turns of "
        f"{SECONDS} seconds. Tokens are of {ALGORITHM}. {TIMES} is the ratio to the same server "
        "without auth, of the time for a request and of the 99th percentile of how long one takes; "
        "in parentheses, between what it lies in half of the rounds. A guard remembers 1000 good "
        "signatures.",
        "ratio_is": f"{TIMES} no auth",
        "rows": [
            {
                "id": subject,
                "subject": of,
                "work": work,
                "turns": [turn.each for turn in turns[subject]],
                "floor": [turn.each for turn in turns["floor"]],
                "p99": [turn.p99 for turn in turns[subject]],
                "p99_floor": [turn.p99 for turn in turns["floor"]],
            }
            for subject, (_, of, work) in SUBJECTS.items()
        ],
    }


if __name__ == "__main__":
    main()
