#!/usr/bin/env bash
# test_python.sh: style, types (mypy over the package, stubtest over its stubs) and tests.
# The environment in .venv is made by `make python-ready`.
set -eu
cd "$(dirname "$0")/.."
bin=$(pwd)/.venv/bin

folders=(benches examples ffi fuzz python scripts)
"$bin/ruff" check "${folders[@]}"
"$bin/ruff" format --check "${folders[@]}"
cd python
"$bin/python" -m mypy
"$bin/python" -m mypy.stubtest gatepost
"$bin/python" -m pytest
