#!/usr/bin/env bash
# run.sh FOLDER: measures the C library beside libjwt, over the tokens in FOLDER/samples, and writes
# FOLDER/c.json. Needs libjwt (generation 1 or 2) and OpenSSL 3 with their headers.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(realpath "$1") cargo=${CARGO:-cargo} cc=${CC:-cc}
rm -f "$out/c.json"

for tool in "$cc" pkg-config; do
    if ! command -v "$tool" >/dev/null; then
        echo "missing: $tool to measure beside libjwt (on Debian: apt-get install gcc pkg-config)"
        exit 0
    fi
done
if ! pkg-config --exists 'libjwt < 3' 'libcrypto >= 3'; then
    echo "missing: libjwt and OpenSSL to measure beside (on Debian 12: apt-get install libjwt-dev libssl-dev)"
    exit 0
fi

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
list=$target/bench-native-static-libs
if ! $cargo rustc --quiet --release --package gatepost-ffi --lib -- \
    --print "native-static-libs=$list" 2>"$out/c-build.log"; then
    cat "$out/c-build.log" >&2
    exit 1
fi
read -ra native < <(cat "$list" && echo)
read -ra libraries < <(pkg-config --cflags --libs libjwt libcrypto)
"$cc" -std=c99 -O2 -Wall -Wextra -Werror -Iffi/include \
    -DLIBJWT_VERSION="\"$(pkg-config --modversion libjwt)\"" benches/c/bench.c \
    "$target/release/libgatepost.a" "${libraries[@]}" "${native[@]}" -o "$out/c-bench"
"$out/c-bench" "$out/samples" >"$out/c.json"
