"""The stubs say what the native module is, and everything is typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).parents[1]


def run(*arguments: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=PYTHON, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_stubs_match_the_native_module(tmp_path: Path) -> None:
    run("mypy.stubtest", "gatepost._native", "--mypy-config-file", "pyproject.toml")


def test_package_and_examples_are_strictly_typed(tmp_path: Path) -> None:
    run(
        "mypy",
        f"--cache-dir={tmp_path}",
        "--package",
        "gatepost",
    )
    examples = ("../examples/mcp-server/python", "../examples/python")
    run("mypy", f"--cache-dir={tmp_path}", *examples, "tests")
