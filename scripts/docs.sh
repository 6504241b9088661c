#!/usr/bin/env bash
# docs.sh: the Rust documentation; a broken link or a missing text is an error.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
export RUSTDOCFLAGS="-D warnings"

# The last run stays in target/doc, so the public one comes last.
$cargo doc --quiet --no-deps --package gatepost --document-private-items
members=$(scripts/members.sh)
for member in $members; do
    echo "docs: $member"
    $cargo doc --quiet --no-deps --package "$member"
done
