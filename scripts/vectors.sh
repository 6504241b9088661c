#!/usr/bin/env bash
# vectors.sh: the published vectors alone, from the folder that GATEPOST_VECTORS names; those that
# come as a package run in any case.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${GATEPOST_VECTORS:-}" ]; then
    echo "left out: the vectors of the RFCs and Wycheproof's JWS file (GATEPOST_VECTORS is not set)"
fi
exec ${CARGO:-cargo} test --package gatepost \
    --test rfc_examples --test wycheproof_jws --test wycheproof_primitives
