#!/usr/bin/env bash
# bench.sh: measures gatepost beside other libraries in Rust, Python and C, and writes
# benches/results.json, RESULTS.md and the charts. Fails where a bar is missed.
#
# Leave the machine alone meanwhile: about a quarter of an hour. The first time it takes longer:
# AWS-LC and OpenSSL are built for the peers.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
export CARGO_TARGET_DIR
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
out=$CARGO_TARGET_DIR/bench

for tool in cc make perl; do
    if ! command -v $tool >/dev/null; then
        echo "missing: $tool to build the peers (on Debian: apt-get install gcc make perl)"
        exit 0
    fi
done

mkdir -p "$out"
$cargo build --quiet --release --package gatepost-benches --bins
$cargo build --quiet --release --manifest-path benches/peers/Cargo.toml
"$CARGO_TARGET_DIR/release/samples" "$out/samples"
"$CARGO_TARGET_DIR/release/gatepost-peers" "$out/samples" >"$out/rust.json"
benches/python/run.sh "$out"
benches/c/run.sh "$out"

measured=("$out/rust.json" "$out/python.json")
for one in load c; do
    if [ -f "$out/$one.json" ]; then
        measured+=("$out/$one.json")
    fi
done
"$CARGO_TARGET_DIR/release/render" --collect "${measured[@]}"
