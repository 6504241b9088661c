#!/usr/bin/env bash
# no_std.sh [TARGET]: links the core without std and alloc, for this machine and for a bare
# processor, by default a Cortex-M4 (thumbv7em-none-eabi), with the default features and with
# p256 alone.
set -eu
cd "$(dirname "$0")/.."
target=${1:-thumbv7em-none-eabi}
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/no-std

# The versions that the workspace was tested with.
cp Cargo.lock scripts/no_std/Cargo.lock

for features in default p256; do
    options=(--quiet --release --manifest-path scripts/no_std/Cargo.toml
        --no-default-features --features "$features")
    "${CARGO:-cargo}" build --target-dir "$folder" "${options[@]}"
    echo "no_std: links for this machine, features: $features"
    status=0
    scripts/bare_cargo.sh "$target" "$folder" build "${options[@]}" || status=$?
    case $status in
        0) echo "no_std: links for $target, features: $features" ;;
        3) exit 0 ;;
        *) exit $status ;;
    esac
done
