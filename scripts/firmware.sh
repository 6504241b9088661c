#!/usr/bin/env bash
# firmware.sh [--write]: builds examples/firmware for a Cortex-M4, runs it under QEMU, and compares
# flash, stack and instructions with examples/firmware/figures.txt, or writes that file.
#
# The figures are no timings: they are the same on each machine. Another compiler may change them a
# little, so each may be a twentieth more than what is written there.
set -eu
cd "$(dirname "$0")/.."
target=thumbv7em-none-eabi
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/firmware
figures=examples/firmware/figures.txt

if ! command -v qemu-system-arm >/dev/null; then
    echo "missing: QEMU for ARM (on Debian: apt-get install qemu-system-arm)"
    exit 0
fi

binary() { # NAME
    echo "$folder${debian:+-debian}/$target/release/$1"
}

# Cargo reads the options for this processor from the folder that it is run in.
build() { # NAME
    local status=0
    (cd examples/firmware &&
        ../../scripts/bare_cargo.sh $target "$folder" build --quiet --locked --release --bin "$1" --features "$1") || status=$?
    return $status
}

run() { # NAME: within a minute, since a processor that has stopped for an error waits for ever
    timeout 60 qemu-system-arm -machine mps2-an386 -cpu cortex-m4 -nographic -icount shift=0 \
        -semihosting-config enable=on,target=native -kernel "$(binary "$1")" </dev/null
}

written=""
failed=""
for name in es256 rs256; do
    status=0
    message=$(build $name 2>&1) || status=$?
    [ -z "$message" ] || echo "$message"
    [ $status -ne 3 ] || exit 0
    [ $status -eq 0 ] || exit $status
    if [ ! -e "$(binary $name)" ]; then debian=yes; fi

    if ! output=$(run $name); then
        echo "$output"
        echo "firmware: $name: FAILED" >&2
        exit 1
    fi
    stack=$(sed -n 's/.*stack \([0-9]*\).*/\1/p' <<<"$output")
    instructions=$(sed -n 's/.*instructions \([0-9]*\).*/\1/p' <<<"$output")
    flash=$(size "$(binary $name)" | awk 'NR == 2 { print $1 + $2 }')
    written+="$name flash $flash stack $stack instructions $instructions"$'\n'
    echo "firmware: $name: accepts and refuses; $flash bytes of flash, $stack of stack, $instructions instructions"

    if nm "$(binary $name)" | grep -q 'core.*panicking'; then
        echo "firmware: $name: something can panic:" >&2
        nm --demangle "$(binary $name)" | grep panicking >&2
        failed+=" $name"
    fi
done

build cases
cases=$(run cases) || failed+=" cases"
echo "firmware: $cases"

if [ "${1:-}" = --write ]; then
    printf '%s' "$written" >$figures
elif ! awk 'NR == FNR { for (i = 2; i < NF; i += 2) limit[$1, $i] = $(i + 1) * 1.05; next }
    { for (i = 2; i < NF; i += 2) if (!(($1, $i) in limit) || $(i + 1) > limit[$1, $i]) {
        print "firmware: " $1 ": " $i " is " $(i + 1) ", at most " limit[$1, $i] " was expected"; bad = 1 } }
    END { exit bad }' $figures <(printf '%s' "$written") >&2; then
    failed+=" figures"
fi
[ -z "$failed" ]
