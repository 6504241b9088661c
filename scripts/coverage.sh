#!/usr/bin/env bash
# coverage.sh: the lines of our own arithmetic that no test of the core and of hosted reaches, in the
# form FILE:LINE: TEXT, and how many are reached.
#
# Lines of tests, of constants that the compiler computes, and of code that this processor cannot run
# are not counted. It needs the tools of the compiler's own LLVM: rustup component add llvm-tools.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
tools=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
if [ ! -x "$tools/llvm-cov" ]; then
    echo "missing: llvm-tools (rustup component add llvm-tools)"
    exit 0
fi

folder=$(realpath -m "${CARGO_TARGET_DIR:-target}/coverage")
rm -rf "$folder/profiles"
mkdir -p "$folder"
# Of the members alone: the oracles are slow enough as they are.
printf '#!/bin/sh\nexec "$@" -Cinstrument-coverage\n' >"$folder/instrumented"
chmod +x "$folder/instrumented"
export RUSTC_WORKSPACE_WRAPPER=$folder/instrumented
export LLVM_PROFILE_FILE="$folder/profiles/%p-%m.profraw"

programs=()
run() {
    while read -r program; do
        "$program" --quiet >&2
        # The first is named without the option.
        [ ${#programs[@]} -eq 0 ] && programs=("$program") || programs+=("-object=$program")
    done < <($cargo test --quiet --no-run --message-format json "$@" |
        python3 -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["kind"] != ["custom-build"]:
        print(message["executable"])')
}
run --package gatepost --all-features --lib --test oracles
run --package gatepost-hosted --features internal --lib --test every_key --test tables

"$tools/llvm-profdata" merge --sparse -o "$folder/all.profdata" "$folder"/profiles/*.profraw
"$tools/llvm-cov" export --format=lcov --instr-profile="$folder/all.profdata" "${programs[@]}" \
    -sources core/src/crypto/p256 core/src/crypto/rsa hosted/src/arch >"$folder/all.lcov"
python3 scripts/coverage.py "$folder/all.lcov"
