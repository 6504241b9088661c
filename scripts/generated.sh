#!/usr/bin/env bash
# generated.sh [--write]: compares the generated files with what their generators make, or writes
# them anew. They are compared as files, so this works without git as well.
#
# The reasons in each language and the C header follow from the core's table, the cases and the
# decisions from their generator, the seeds of the fuzz targets from both, the report of the
# benchmarks from the committed results.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

if [ "${1:-}" = --write ]; then
    for name in cases decisions; do
        $cargo run --quiet --package gatepost --example make_$name >"$made/$name.json"
        cp "$made/$name.json" testdata/$name.json
    done
    GATEPOST_WRITE_HEADER=1 $cargo test --quiet --package gatepost-ffi --test header
    $cargo run --quiet --package gatepost-benches --bin render
    rm -rf fuzz/seeds
    python3 fuzz/seeds.py fuzz/seeds
    exit 0
fi

compare() { # COMMITTED MADE
    if ! diff --recursive --brief "$1" "$2"; then
        echo "$1 is not what its generator makes: run make regenerate" >&2
        exit 1
    fi
    echo "generated: $1 is up to date"
}
for name in cases decisions; do
    $cargo run --quiet --package gatepost --example make_$name >"$made/$name.json"
    compare testdata/$name.json "$made/$name.json"
done
python3 fuzz/seeds.py "$made/seeds"
compare fuzz/seeds "$made/seeds"
$cargo test --quiet --package gatepost-ffi --test header
echo "generated: ffi/include/gatepost.h is up to date"
$cargo run --quiet --package gatepost-benches --bin render -- --check
echo "generated: benches/RESULTS.md is up to date"
