#!/usr/bin/env bash
# differential.sh CASES: so many random cases of each kind, against others' code, in release mode:
# numbers of P-256 in limbs of both sizes and powers of RSA (num-bigint), and whole signatures of
# P-256 and of RSA on every path (AWS-LC; the crates p256 and rsa and num-bigint for a share).
#
# The cases are the same in each run, and others with another GATEPOST_SEED. GATEPOST_THREADS says how
# many threads share the signatures. A disagreement is printed with what reproduces it, and fails the
# run.
set -eu
cd "$(dirname "$0")/.."
export GATEPOST_CASES=$1
export GATEPOST_THREADS=${GATEPOST_THREADS:-2}
cargo=${CARGO:-cargo}

$cargo test --quiet --release --package gatepost --all-features --lib -- --nocapture random_numbers
$cargo test --quiet --release --package gatepost-hosted --features aws-lc,internal \
    --test differential -- --nocapture --test-threads 1
# A power of 8192 bits takes as long as ten signatures.
GATEPOST_CASES=$((GATEPOST_CASES / 10)) \
    $cargo test --quiet --release --package gatepost --all-features --test oracles -- random_powers
