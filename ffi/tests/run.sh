#!/usr/bin/env bash
# run.sh: builds the C library, then the example and the C tests against it, and runs them:
# as C99, as C++, under AddressSanitizer and UndefinedBehaviorSanitizer, under valgrind, against
# the shared library, and as an installed package; and without std, also for bare metal. Where a tool
# is missing it says so.
#
# The library is that of CARGO_TARGET_DIR, or target. CC, CXX and PYTHON name the tools.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo=${CARGO:-cargo} cc=${CC:-cc} cxx=${CXX:-c++} python=${PYTHON:-python3}

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
library=$target/debug
out=$target/ffi-tests
rm -rf "$out"
mkdir -p "$out"

# What the functions of each family do, accept and refuse; api.c has the rest.
families=(policies key_refresh pkce challenges credentials possession error_bodies metadata seals client
    registration new_client introspection)

warnings=(-Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wno-sign-conversion)
c99=("$cc" -std=c99 -g "${warnings[@]}" -Iffi/include)
c11=("$cc" -std=c11 -g "${warnings[@]}" -Iffi/include)

missing=""
have() { # COMMAND HINT
    command -v "$1" >/dev/null && return
    missing+="missing: $1 ($2)"$'\n'
    return 1
}
step() { echo "ffi: $*"; }

if ! command -v "$cc" >/dev/null; then
    echo "missing: a C compiler (on Debian: apt-get install gcc)"
    exit "$([ "${CI:-}" = true ] && echo 1 || echo 0)"
fi

step "the library"
# The compiler says which libraries a static one needs; those that are written down must be these.
# The list is not in $out: it is written only when the library is built.
list=$target/ffi-native-static-libs
if ! $cargo rustc --quiet --package gatepost-ffi --lib -- \
    --print "native-static-libs=$list" 2>"$out/cargo.log"; then
    cat "$out/cargo.log" >&2
    exit 1
fi
read -ra native < <(cat "$list" && echo)
if [ "$(uname -s)" = Linux ]; then
    for file in ffi/examples/validate.c ffi/examples/server/server.c ffi/gatepost.pc.in \
        ffi/gatepost-config.cmake.in; do
        if ! grep -qF -- "${native[*]}" $file; then
            echo "$file does not name the libraries that are needed: ${native[*]}" >&2
            exit 1
        fi
    done
fi
static=("$library/libgatepost.a" "${native[@]}")

step "the example, in C99"
"${c99[@]}" ffi/examples/validate.c "${static[@]}" -o "$out/validate"
sh ffi/tests/example.sh "$out/validate" "$python" "$out"

step "the server, in C99"
# What it answers is for python/tests.
status=0
said=$(ffi/tests/server.sh "$out/server") || status=$?
case $status in 0) ;; 3) missing+="$said"$'\n' ;; *) exit "$status" ;; esac

step "the interface, in C99, C11 and C++"
# Compound literals and comments are C99's; static assertions are C11's.
echo '#include "gatepost.h"' >"$out/header.c"
"${c99[@]}" -fsyntax-only "$out/header.c"
"${c11[@]}" ffi/tests/api.c "${static[@]}" -o "$out/api"
"$out/api"
for family in "${families[@]}"; do
    "${c11[@]}" "ffi/tests/$family.c" "${static[@]}" -o "$out/$family"
    "$out/$family"
done
# Bindings rely on the layout of all structs.
while read -r name; do
    grep -qF "SIZE($name, " ffi/tests/layout.h && continue
    echo "ffi/tests/layout.h lacks $name" >&2
    exit 1
done < <(sed -n 's/^} \(gatepost_[a-z0-9_]*\);$/\1/p' ffi/include/gatepost.h)
if have "$cxx" "on Debian: apt-get install g++"; then
    for test in api "${families[@]}"; do
        "$cxx" -x c++ -std=c++11 -Wall -Wextra -Werror -pedantic -Iffi/include ffi/tests/$test.c \
            -x none "${static[@]}" -o "$out/$test-c++"
        "$out/$test-c++"
    done
fi

step "the cases of testdata/cases.json and decisions.json"
"${c99[@]}" ffi/tests/cases.c "${static[@]}" -o "$out/cases"
"$python" ffi/tests/cases.py "$out/cases"

step "the shared library"
"${c11[@]}" ffi/tests/api.c -L"$library" -lgatepost "-Wl,-rpath,$library" -o "$out/api-shared"
"$out/api-shared"
# Nothing but the interface is visible.
if have nm "on Debian: apt-get install binutils"; then
    others=$(nm -D --defined-only "$library/libgatepost.so" | awk '{ print $3 }' | grep -v '^gatepost_' || true)
    [ -z "$others" ] || { echo "the shared library also exports: $others" >&2; exit 1; }
fi

step "the installed package"
prefix=$out/prefix
GATEPOST_LIBRARY_DIR=$library ffi/install.sh "$prefix"
if have pkg-config "on Debian: apt-get install pkg-config"; then
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    read -ra found < <(pkg-config --cflags --libs --static gatepost)
    # Both libraries are there, and the linker would take the shared one.
    "${c11[@]}" ffi/tests/api.c "${found[@]/-lgatepost/-l:libgatepost.a}" -o "$out/api-package"
    "$out/api-package"
fi
if have cmake "on Debian: apt-get install cmake"; then
    cmake -S ffi/tests/cmake -B "$out/cmake" -DCMAKE_PREFIX_PATH="$prefix" >"$out/cmake.log"
    cmake --build "$out/cmake" >>"$out/cmake.log"
    "$out/cmake/with-static"
    "$out/cmake/with-shared"
fi

sanitize=(-fsanitize=address,undefined -fno-sanitize-recover=all)
echo 'int main(void) { return 0; }' >"$out/empty.c"
if "$cc" "${sanitize[@]}" "$out/empty.c" -o "$out/empty" 2>/dev/null && "$out/empty"; then
    step "with AddressSanitizer and UndefinedBehaviorSanitizer"
    "${c11[@]}" "${sanitize[@]}" ffi/tests/api.c "${static[@]}" -o "$out/api-sanitized"
    "$out/api-sanitized"
    for family in "${families[@]}"; do
        "${c11[@]}" "${sanitize[@]}" "ffi/tests/$family.c" "${static[@]}" -o "$out/$family-sanitized"
        "$out/$family-sanitized"
    done
    "${c99[@]}" "${sanitize[@]}" ffi/tests/cases.c "${static[@]}" -o "$out/cases-sanitized"
    "$python" ffi/tests/cases.py "$out/cases-sanitized"
else
    missing+="missing: AddressSanitizer of $cc (on Debian: apt-get install libasan8 libubsan1)"$'\n'
fi

if have valgrind "on Debian: apt-get install valgrind"; then
    step "with valgrind"
    grind=(valgrind --quiet --error-exitcode=9 --leak-check=full)
    for test in api "${families[@]}"; do
        "${grind[@]}" "$out/$test"
    done
    # A thirtieth of them: each takes fifty times as long.
    "$python" ffi/tests/cases.py "${grind[*]} $out/cases" 30
fi

step "a guard without std"
# Their own folder: without std the library is another one of the same name.
bare=(rustc --quiet --package gatepost-ffi --lib --crate-type staticlib
    --no-default-features --features panic-handler,p256,mcp)
# Nothing unwinds; Rust's own library for this machine is prepared for it all the same.
CARGO_PROFILE_DEV_PANIC=abort $cargo "${bare[@]}" --target-dir "$target/ffi-bare"
"${c99[@]}" -c ffi/tests/bare.c -o "$out/bare.o"
"$cc" "$out/bare.o" "$target/ffi-bare/debug/libgatepost.a" \
    -Wl,--defsym,rust_eh_personality=0 -o "$out/bare"
"$out/bare"

step "the library for bare metal"
processor=thumbv7em-none-eabi
status=0
said=$(scripts/bare_cargo.sh $processor "$target/ffi-bare" "${bare[@]}" --release) || status=$?
case $status in 0) ;; 3) missing+="$said"$'\n' ;; *) exit "$status" ;; esac
# What the program uses has to be whole: there is nothing else to link.
linker=$(command -v "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld || command -v ld.lld || true)
if [ $status -eq 0 ] && have "${linker:-ld.lld}" "on Debian: apt-get install lld"; then
    read -ra used < <(nm -u "$out/bare.o" | awk '$2 ~ /^gatepost_/ { printf "-u %s ", $2 }' && echo)
    # Debian's compiler has a folder of its own.
    for folder in "$target"/ffi-bare{,-debian}/$processor/release; do
        [ -e "$folder/libgatepost.a" ] || continue
        "$linker" -flavor gnu -e gatepost_authenticate "${used[@]}" --defsym gatepost_panicked=0 \
            --gc-sections "$folder/libgatepost.a" -o "$out/bare-$processor"
    done
fi

printf %s "$missing"
[ -z "$missing" ] || [ "${CI:-}" != true ]
