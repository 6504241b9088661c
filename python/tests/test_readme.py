"""Every Python block and every call of the command line in the READMEs runs, as they say.

The Python blocks of one file run in order and share their names. They start with `jwks` (what the
issuer https://tenant.auth0.com/ publishes, as bytes) and `jwt` (a good access token of that issuer
for https://mcp.example.com/mcp); servers that they run return at once. Commands, in `console`
blocks, find the same two in the files `jwks.json` and `token`.
"""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from mcp.server.mcpserver import MCPServer

import gatepost
import gatepost._native
from issuer import Issuer

ROOT = Path(__file__).parents[2]
READMES = pytest.mark.parametrize("file", ["README.md", "python/README.md"])
ISSUER = Issuer("https://tenant.auth0.com/")
JWKS = json.dumps(ISSUER.jwks()).encode()
JWT = ISSUER.sign(ISSUER.claims("https://mcp.example.com/mcp"))


@READMES
def test_the_python_blocks_run(file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = list(blocks(file, "python"))
    assert found
    names = {"jwks": JWKS, "jwt": JWT}
    monkeypatch.setattr(MCPServer, "run", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    for line, block in found:
        # The empty lines make a failure name the line of the README.
        exec(compile("\n" * line + block, file, "exec"), names)


@READMES
def test_the_commands_answer_as_shown(file: str, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_bytes(JWKS)
    (tmp_path / "token").write_text(JWT + "\n")
    for _, block in blocks(file, "console"):
        for command, shown in re.findall(
            r"^\$ ((?:.*\\\n)*.*\n)((?:[^$].*\n)*)", block, re.MULTILINE
        ):
            assert command.startswith("python -m gatepost ")
            result = subprocess.run(
                command.replace("python", sys.executable, 1),
                shell=True,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert result.stdout == shown


@pytest.mark.parametrize("module", [gatepost, gatepost._native])
def test_the_examples_of_the_package_run(module: ModuleType) -> None:
    # Classes are the package's, functions the native module's.
    result = doctest.testmod(module, extraglobs=vars(gatepost))
    assert result.attempted > 0
    assert result.failed == 0


def blocks(file: str, language: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a file, each with the number of lines before it."""
    text = (ROOT / file).read_text(encoding="utf-8")
    for block in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, block.start(1)), block[1]
