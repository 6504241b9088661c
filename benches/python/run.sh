#!/usr/bin/env bash
# run.sh FOLDER: measures gatepost beside other Python libraries, over the tokens in FOLDER/samples,
# and writes FOLDER/python.json; then servers over HTTP, with FOLDER/load.json. The libraries get an
# environment of their own in FOLDER.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(realpath "$1") python=${PYTHON:-python3}

environment=$out/python
scripts/venv.sh "$python" "$environment" benches/python/requirements.txt
rm -rf "$out/wheel"
"$environment/bin/maturin" build --quiet --release --manifest-path python/Cargo.toml \
    --out "$out/wheel"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --force-reinstall "$out"/wheel/*.whl
"$environment/bin/python" benches/python/bench.py "$out/samples" >"$out/python.json"
if command -v wrk >/dev/null; then
    "$environment/bin/python" benches/python/load.py "$out/load" >"$out/load.json"
else
    rm -f "$out/load.json"
    echo "missing: wrk to measure over HTTP (on Debian: apt-get install wrk)"
fi
