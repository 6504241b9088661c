#!/usr/bin/env bash
# instructions.sh [--record]: counts the instructions of the portable paths with callgrind and
# compares them with benches/instructions.json, or writes that file.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
    echo "missing: valgrind (on Debian: apt-get install valgrind)"
    exit 0
fi
exec ${CARGO:-cargo} run --quiet --release --package gatepost-benches --bin instructions -- "$@"
