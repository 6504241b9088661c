#!/usr/bin/env bash
# lanes.sh: runs the tests of the AVX-512 IFMA code with the processor's own lanes, in Bochs, which
# emulates a processor that has them. hosted/emulated is what the test program finds there in place
# of an operating system.
#
# Bochs computes the instructions on its own, so that this shows whether the code and Intel's
# description of the instructions fit together. Times in it mean nothing.
set -eu
cd "$(dirname "$0")/.."
target=x86_64-unknown-linux-gnu
cargo=${CARGO:-cargo}
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/lanes

if [ "$(rustc -vV | sed -n 's/^host: //p')" != $target ]; then
    echo "left out: the processor's lanes in an emulator (only on $target)"
    exit 0
fi
if ! command -v bochs-bin >/dev/null || ! compgen -G '/usr/lib/*/bochs/plugins/libbx_term*' >/dev/null; then
    echo "missing: Bochs (on Debian: apt-get install bochs bochs-term bochsbios vgabios)"
    exit 0
fi
if ! command -v objcopy >/dev/null; then
    echo "missing: objcopy (on Debian: apt-get install binutils)"
    exit 0
fi

# Cargo reads how to link from the folder that it is run in.
(cd hosted/emulated && $cargo build --quiet --locked --release --target-dir "$folder")
# The tests as they are, in a program that needs no other file and no thread. In a folder of its own,
# since the other options would have everything else built anew.
program=$(CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static" \
    $cargo test --quiet --locked --release --package gatepost-hosted --lib --target $target \
    --target-dir "$folder" --no-run --message-format=json | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
cp hosted/emulated/bochsrc "$run"
machine=$folder/$target/release/machine
objcopy --output-target=binary --remove-section=.reset "$machine" "$run/machine.img"
objcopy --output-target=binary --only-section=.reset "$machine" "$run/reset.rom"
# A disk of whole cylinders.
objcopy --strip-all "$program" "$run/program"
truncate --size=%516096 "$run/program"
# Arguments, variables, and an empty string after each.
tests=(arch::p256::field_tests arch::p256::tests arch::rsa::tests arch::self_check arch::testing)
printf '%s\0' "$program" --test-threads=1 "${tests[@]}" "" \
    GATEPOST_LANES=processor GATEPOST_ROUNDS=0.2 "" >"$run/arguments"
# Where Bochs has its debugger, that waits for a word.
echo continue >"$run/commands"

# Bochs ends with an error even when it is told to end, and does not end for SIGTERM.
status=0
(cd "$run" && TERM=vt100 timeout --signal=KILL 500 \
    bochs-bin -q -f bochsrc -rc commands </dev/null >screen 2>&1) || status=$?
[ ! -e "$run/output" ] || grep -v '^$\|^running\|^machine: exit status 0$' "$run/output" || true
if ! grep -q '^machine: exit status 0' "$run/output" 2>/dev/null; then
    echo "lanes: FAILED; the emulator ended with $status:" >&2
    tail -n 5 "$run/log" >&2 || cat "$run/screen" >&2
    exit 1
fi
