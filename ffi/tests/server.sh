#!/usr/bin/env bash
# server.sh PROGRAM: builds ffi/examples/server, with AddressSanitizer and UndefinedBehaviorSanitizer
# where the compiler has them, and with a clock that tests put forward (clock.c). python/tests ask it
# over HTTP. Where a library is missing it says so and ends with 3.
#
# The library is that of CARGO_TARGET_DIR, or target. CC names the compiler.
set -euo pipefail
program=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
cargo=${CARGO:-cargo} cc=${CC:-cc}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
mkdir -p "$(dirname "$program")"

compiles() { # SOURCE OPTION...
    printf '%s\n' "$1" | "$cc" -x c - "${@:2}" -o "$program" 2>/dev/null
}
if ! compiles 'int main(void) { return 0; }'; then
    echo "missing: a C compiler (on Debian: apt-get install gcc)"
    exit 3
fi
for library in microhttpd:microhttpd.h:libmicrohttpd-dev curl:curl/curl.h:libcurl4-openssl-dev; do
    IFS=: read -r name header package <<<"$library"
    if ! compiles "#include <$header>"$'\nint main(void) { return 0; }' "-l$name"; then
        echo "missing: lib$name (on Debian: apt-get install $package)"
        exit 3
    fi
done

sanitize=(-fsanitize=address,undefined -fno-sanitize-recover=all)
if ! { compiles 'int main(void) { return 0; }' "${sanitize[@]}" && "$program"; }; then
    sanitize=()
fi
list=$target/ffi-native-static-libs
log=$target/ffi-server.log
if ! $cargo rustc --quiet --package gatepost-ffi --lib -- \
    --print "native-static-libs=$list" 2>"$log"; then
    cat "$log" >&2
    exit 1
fi
read -ra native < <(cat "$list" && echo)
"$cc" -std=c99 -g -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wno-sign-conversion \
    "${sanitize[@]}" -Dtime=gatepost_test_time -Iffi/include ffi/examples/server/*.c \
    ffi/tests/clock.c "$target/debug/libgatepost.a" \
    -lmicrohttpd -lcurl "${native[@]}" -o "$program"
