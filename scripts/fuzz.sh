#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...]: runs each fuzz target (all, unless some are named) for SECONDS, from
# its committed seeds and from what earlier runs found (fuzz/corpus, not committed). FUZZ_SEED, if it
# is set, is the number that the mutations follow from; else they are others each time.
#
# The instrumentation is that of cargo-fuzz without a sanitizer, which needs no nightly compiler:
# there is no unsafe code to sanitize. `cargo +nightly fuzz run TARGET` works as well.
set -eu
cd "$(dirname "$0")/../fuzz"
seconds=$1
shift
cargo=${CARGO:-cargo}

if ! command -v c++ >/dev/null; then
    echo "missing: a C++ compiler for libFuzzer (on Debian: apt-get install g++)"
    exit 0
fi

host=$(rustc -vV | sed -n 's/^host: //p')
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}/fuzz")
coverage="-Cpasses=sancov-module"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    coverage+=" -Cllvm-args=-sanitizer-coverage-$option"
done
# Naming the host as the target keeps the flags away from build scripts.
RUSTFLAGS="$coverage --cfg fuzzing -Ccodegen-units=1 -Cdebug-assertions" \
    $cargo build --quiet --release --bins --target "$host" --target-dir "$folder"

if [ $# -eq 0 ]; then
    for target in targets/*.rs; do
        set -- "$@" "$(basename "$target" .rs)"
    done
fi
mkdir -p artifacts
failed=""
for target; do
    mkdir -p "corpus/$target"
    words=()
    if [ -f "dictionaries/$target.dict" ]; then
        words=(-dict="dictionaries/$target.dict")
    fi
    log=$folder/$target.log
    # The first folder takes what is found; the second is only read.
    if "$folder/$host/release/$target" "corpus/$target" "seeds/$target" "${words[@]}" \
        -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -max_len=17000 -timeout=10 -rss_limit_mb=1024 \
        -artifact_prefix="artifacts/$target-" >"$log" 2>&1; then
        echo "fuzz: $target: $(sed -n 's/^Done //p' "$log"), $(ls "seeds/$target" | wc -l) seeds, nothing found"
    else
        tail -n 40 "$log"
        echo "fuzz: $target: FAILED; the input is in fuzz/artifacts" >&2
        failed+=" $target"
    fi
done
[ -z "$failed" ]
