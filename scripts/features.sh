#!/usr/bin/env bash
# features.sh: the core with each feature alone, with none and with all, every warning an error.
#
# A device builds one algorithm: nothing may be unused or missing then.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

features=$($cargo metadata --no-deps --format-version 1 | python3 -c 'import json, sys
for package in json.load(sys.stdin)["packages"]:
    if package["name"] == "gatepost":
        print(*sorted(set(package["features"]) - {"default"}))')

failed=""
check() { # OPTION...
    if $cargo clippy --quiet --package gatepost --lib "$@" -- -D warnings; then
        echo "features: $*"
    else
        failed+=$'\n'"  $*"
    fi
}
check --no-default-features
for feature in $features; do
    check --no-default-features --features "$feature"
done
check --all-features
if [ -n "$failed" ]; then
    echo "does not build without a warning:$failed" >&2
    exit 1
fi
