#!/usr/bin/env bash
# lint.sh: formatting, and clippy with every warning an error.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

for tool in fmt clippy; do
    if ! $cargo $tool --version >/dev/null 2>&1; then
        echo "missing: cargo $tool (rustup component add rustfmt clippy)"
        exit 0
    fi
done

$cargo fmt --all --check
# These have workspaces of their own.
for crate in benches/peers examples/firmware fuzz hosted/emulated scripts/no_std; do
    $cargo fmt --manifest-path $crate/Cargo.toml --check
done

members=$(scripts/members.sh)
for member in $members; do
    echo "clippy: $member"
    $cargo clippy --quiet --package "$member" --all-targets -- -D warnings
done
echo "clippy: gatepost-hosted with AWS-LC and the doors for tests"
$cargo clippy --quiet --package gatepost-hosted --all-targets --features aws-lc,internal -- -D warnings

# Its code is for one processor, and cargo reads how to link it from the folder that it is run in.
if [ "$(rustc -vV | sed -n 's/^host: //p')" = x86_64-unknown-linux-gnu ]; then
    echo "clippy: hosted/emulated"
    folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/lanes
    (cd hosted/emulated && $cargo clippy --quiet --locked --target-dir "$folder" -- -D warnings)
fi

# Cargo reads the options for this processor from the folder that it is run in. Debian's Rust, which
# builds the firmware where rustup has no library for it, brings no clippy for that.
target=thumbv7em-none-eabi
if rustup target list --installed 2>/dev/null | grep -qx $target; then
    echo "clippy: examples/firmware"
    folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/firmware
    (cd examples/firmware &&
        $cargo clippy --quiet --locked --release --bins --all-features --target-dir "$folder" -- -D warnings)
else
    echo "left out: clippy for examples/firmware (rustup target add $target)"
fi
