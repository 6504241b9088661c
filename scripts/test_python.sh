#!/usr/bin/env bash
# test_python.sh: style, types (mypy over the package, stubtest over its stubs) and tests.
# The environment in .venv is made by `make python-ready`.
set -eu
cd "$(dirname "$0")/.."
bin=$(pwd)/.venv/bin

folders=(benches examples ffi fuzz python scripts)
"$bin/ruff" check "${folders[@]}"
"$bin/ruff" format --check "${folders[@]}"

# The server in C answers the same requests as that in Python.
missing="" status=0
server=$(realpath -m "${CARGO_TARGET_DIR:-target}")/python-tests/server
said=$(ffi/tests/server.sh "$server") || status=$?
case $status in 0) export GATEPOST_C_SERVER=$server ;; 3) missing=$said ;; *) exit "$status" ;; esac

cd python
"$bin/python" -m mypy
"$bin/python" -m mypy.stubtest gatepost
"$bin/python" -m pytest

if [ -n "$missing" ]; then
    echo "$missing"
    [ "${CI:-}" != true ]
fi
