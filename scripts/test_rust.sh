#!/usr/bin/env bash
# test_rust.sh: unit, integration and documentation tests of every member, the core's also with
# all features. GATEPOST_VECTORS names the folder with the published vectors.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

if [ -z "${GATEPOST_VECTORS:-}" ]; then
    echo "left out: the published vectors (set GATEPOST_VECTORS to the folder that holds rfc7515, rfc7520 and wycheproof)"
elif [ ! -d "$GATEPOST_VECTORS/wycheproof" ]; then
    echo "GATEPOST_VECTORS is '$GATEPOST_VECTORS', and there is no folder wycheproof in it" >&2
    exit 1
fi

if [ -z "${GATEPOST_NIST_VECTORS:-}" ]; then
    if folder=$(scripts/nist.sh 2>/dev/null); then
        export GATEPOST_NIST_VECTORS=$folder
    else
        echo "missing: NIST's vectors (scripts/nist.sh downloads them with pip)"
    fi
fi

members=$(scripts/members.sh)
for member in $members; do
    echo "tests: $member"
    $cargo test --quiet --package "$member"
done
echo "tests: gatepost-hosted with AWS-LC, on every path"
$cargo test --quiet --package gatepost-hosted --features aws-lc,internal
echo "tests: each benchmark once"
$cargo test --quiet --package gatepost-benches --benches
echo "tests: gatepost with all features"
$cargo test --quiet --package gatepost --all-features
echo "tests: gatepost with RS256 alone"
$cargo test --quiet --package gatepost --no-default-features --features rs256 --lib public_key
