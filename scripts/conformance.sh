#!/usr/bin/env bash
# conformance.sh: the official conformance suite against a guarded server and against a client, and
# step-up with the official TypeScript client.
#
# The environment in .venv is made by `make python-ready`. What needs Node is put beside the tests,
# Node itself included, as python/conformance/package-lock.json pins it; from then on no network is
# needed. About two minutes.
set -eu
cd "$(dirname "$0")/.."
python=$(pwd)/.venv/bin/python
cd python

missing() { # WHAT
    echo "missing: $1"
    # Where CI=true that is a failure.
    [ "${CI:-}" != true ]
    exit
}

(
    cd conformance
    if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
        command -v npm >/dev/null || exit 3
        # No package may run anything; what npm says of its own Node's age is of no interest.
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    fi
) || {
    [ $? -eq 3 ] || exit 1
    missing "npm (on Debian: apt-get install npm)"
}

# The pinned one is there for the processors that package.json lists.
GATEPOST_NODE=$(pwd)/conformance/node_modules/.bin/node
if [ ! -x "$GATEPOST_NODE" ]; then
    GATEPOST_NODE=$(command -v node || true)
    "${GATEPOST_NODE:-false}" -e 'process.exit(parseInt(process.versions.node) < 22 ? 1 : 0)' ||
        missing "Node 22 or newer"
fi
export GATEPOST_NODE

"$python" -m pytest conformance
