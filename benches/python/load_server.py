"""load_server.py SUBJECT SAMPLE: an MCP server of FastMCP's in a process of its own, for `load.py`.

SUBJECT says who looks at the access tokens: `none`, `fastmcp` or `gatepost`. SAMPLE is a file of
JSON with the issuer, the audience and its key. Prints the port on which it listens.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import JWTVerifier

import gatepost
from gatepost.fastmcp import GatepostAuth

SCOPE = "tools:call"


def main() -> None:
    subject, sample = sys.argv[1], json.loads(Path(sys.argv[2]).read_bytes())
    # Without the protocol asyncio does not turn Nagle's algorithm off, and each answer waits 40 ms.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(application(subject, sample), log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def application(subject: str, sample: dict[str, str]) -> Any:
    auth = {"none": lambda _: None, "fastmcp": fastmcp, "gatepost": guard}[subject](sample)
    server = FastMCP("load", auth=auth)

    # A function that is not async would run in a thread, and wait there for Python's lock.
    @server.tool
    async def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    return server.http_app(path="/mcp", stateless_http=True, json_response=True)


def fastmcp(sample: dict[str, str]) -> JWTVerifier:
    """FastMCP's own, with a fixed key: it then fetches nothing."""
    return JWTVerifier(
        public_key=sample["pem"],
        issuer=sample["issuer"],
        audience=sample["audience"],
        algorithm=sample["algorithm"],
        required_scopes=[SCOPE],
    )


def guard(sample: dict[str, str]) -> GatepostAuth:
    """The drop-in for FastMCP, with a fixed key as well."""
    issuer = gatepost.issuer(
        sample["issuer"],
        sample["audience"],
        keys=gatepost.KeySet.from_pem(sample["pem"], algorithm=sample["algorithm"]),
    )
    return GatepostAuth(gatepost.LiveGuard(issuer, base_scopes=SCOPE))


if __name__ == "__main__":
    main()
