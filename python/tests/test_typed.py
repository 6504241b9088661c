"""Type checkers take what users write, and find what they get wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples/python"
RIGHT = """
import gatepost
from gatepost.asgi import GuardMiddleware, Receive, Scope, Send, ToolScopes
from gatepost.asgi import current_principal, permits
from gatepost.fastmcp import GatepostAuth, PermittedLists
from gatepost.mcp import permitted_lists, protect

from fastmcp import FastMCP
from mcp.server.mcpserver import MCPServer

RESOURCE = "https://mcp.example.com/mcp"
scopes = ToolScopes()
guard = gatepost.LiveGuard(
    [
        gatepost.auth0("tenant.auth0.com", RESOURCE, leeway=10),
        gatepost.issuer("https://as.example.com", RESOURCE, required_scopes=["notes"]),
    ],
    rules=[gatepost.Rule.tool("read").needs("notes:read", "admin")],
    origins=["https://app.example.com"],
)


@scopes.needs("notes:write")
async def write(path: str) -> int:
    subject = current_principal().subject
    return len(path) + len(subject or "")


@scopes.needs()
def read(path: str, *, limit: int = 3) -> str:
    return path[:limit] if permits(tool="read") else ""


async def ten() -> int:
    text: str = read("a", limit=4)
    return await write(text)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    principal: gatepost.Principal = scope["principal"]
    print(principal.subject, principal.scopes)


one = GuardMiddleware(application, guard, path=["/mcp"], scopes=scopes)
server = MCPServer("notes", middleware=[permitted_lists])
server.add_tool(write)
two = protect(server.streamable_http_app(), guard.guard, path="/mcp", scopes=scopes)
mcp = FastMCP("notes", auth=GatepostAuth(guard, scopes=scopes))
mcp.add_middleware(PermittedLists())
mcp.tool(read)
"""
# A line each, of which every one is wrong.
WRONG = """
import gatepost
from gatepost.asgi import GuardMiddleware, ToolScopes, current_principal, permits
from gatepost.fastmcp import GatepostAuth
gatepost.auth0("tenant.auth0.com")
gatepost.issuer("https://as.example.com", "a", leway=10)
gatepost.LiveGuard("https://as.example.com")
ToolScopes().needs(1)
permits(tol="a")
current_principal().subject.upper()
GatepostAuth("guard")
GuardMiddleware(None, None)
""".lstrip()


def mypy(folder: Path) -> str:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(folder.parent / "mypy-cache"),
        ".",
    ]
    return run(command, folder)


def pyright(folder: Path) -> str:
    config = {"typeCheckingMode": "strict"}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    return run([sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "."], folder)


def run(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


CHECKERS = pytest.mark.parametrize("check", [mypy, pyright])


@CHECKERS
def test_what_users_write_is_typed(check: Callable[[Path], str], tmp_path: Path) -> None:
    for example in EXAMPLES.glob("*.py"):
        shutil.copy(example, tmp_path)
    (tmp_path / "right.py").write_text(RIGHT)
    said = check(tmp_path)
    assert "no issues found" in said or "0 errors, 0 warnings" in said, said


@CHECKERS
def test_what_users_get_wrong_is_found(check: Callable[[Path], str], tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    said = check(tmp_path)
    found = {int(number) for number in re.findall(r"wrong\.py:(\d+):.* error", said)}
    assert found == set(range(4, 12)), said
