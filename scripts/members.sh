#!/usr/bin/env bash
# members.sh: the packages of the workspace, one a line.
#
# Each is checked and tested on its own: cargo unites the features of all packages that it builds
# together, so that one member could hide what another forgot to ask for.
set -eu
cd "$(dirname "$0")/.."
${CARGO:-cargo} metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys
for package in json.load(sys.stdin)["packages"]:
    print(package["name"])'
