#!/usr/bin/env bash
# test_c.sh: the C library's examples and tests, built with plain `cc`.
set -eu
cd "$(dirname "$0")/.."
exec ffi/tests/run.sh
