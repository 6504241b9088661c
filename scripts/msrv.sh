#!/usr/bin/env bash
# msrv.sh: builds the workspace with the compiler that `rust-version` names.
set -eu
cd "$(dirname "$0")/.."

oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
case $(rustc --version) in
    "rustc $oldest."*)
        echo "the compiler in use is $oldest: the other checks are this one"
        exit 0
        ;;
esac
toolchain=$(rustup toolchain list 2>/dev/null | sed -n "s/^\($oldest[.-][^ ]*\).*/\1/p" | head -n 1)
if [ -z "$toolchain" ]; then
    echo "missing: Rust $oldest (rustup toolchain install $oldest --profile minimal)"
    exit 0
fi
cargo "+$toolchain" check --quiet --workspace --target-dir "${CARGO_TARGET_DIR:-target}/msrv"
echo "builds with $toolchain"
