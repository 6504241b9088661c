#!/usr/bin/env bash
# bare_cargo.sh TARGET FOLDER COMMAND [ARGUMENT...]: runs cargo's COMMAND for a processor without an
# operating system, with FOLDER as the target folder. Where the target's library is not to be had,
# it says `missing: ...` and ends with 3.
#
# The library comes from rustup; or it is compiled here, from the sources that Debian ships with its
# Rust, which then does all of the work.
set -eu
target=$1 folder=$2
shift 2

has_target() {
    rustup target list --installed 2>/dev/null | grep -qx "$target"
}

if has_target || { timeout 60 rustup target add "$target" >/dev/null 2>&1 && has_target; }; then
    exec "${CARGO:-cargo}" "$1" --target "$target" --target-dir "$folder" "${@:2}"
fi
if [ -x /usr/bin/cargo ] && [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/core" ]; then
    # A released compiler that builds its own library: what the variable is for.
    export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
    exec /usr/bin/cargo "$1" --target "$target" --target-dir "$folder-debian" -Zbuild-std=core "${@:2}"
fi
echo "missing: Rust's library for $target (rustup target add $target; on Debian also: apt-get install rustc-web cargo-web rust-web-src)"
exit 3
