#!/usr/bin/env bash
# wheels.sh: the Python package as it is published, in dist/: the sources (an sdist), and the wheel
# that is built from them, for every CPython from 3.10 on and every Linux with glibc 2.17. The wheel
# is installed into environments that have nothing else, and tried there; so is the source tree.
#
# zig, which comes from PyPI (ziglang), links against the old glibc.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
export PATH=$root/.venv/bin:$PATH VIRTUAL_ENV=$root/.venv
export CARGO_TARGET_DIR
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")

if ! python -m ziglang version >/dev/null 2>&1; then
    echo "missing: zig as a wheel (ziglang), for wheels that run on older systems"
    [ "${CI:-}" != true ]
    exit
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

build() { # FOLDER OPTION...
    maturin build --quiet --release --zig --compatibility manylinux2014 \
        --manifest-path python/Cargo.toml --out "$@"
}

# An environment with what the arguments say to pip, and nothing else; then what is in it is tried.
try() { # NAME PYTHON WHAT...
    local name=$1 python=$2
    shift 2
    "$python" -m venv "$made/$name"
    "$made/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    # Not from this folder, which has things of the same names.
    (cd "$made" && "./$name/bin/python" -I -W error "$root/scripts/installed.py")
}

rm -rf dist
# With --sdist the wheel is built from what the sdist holds.
build dist --sdist
sdist=$(echo dist/gatepost-*.tar.gz) wheel=$(echo dist/gatepost-*.whl)
case $wheel in
    *-cp310-abi3-manylinux*) echo "wheels: $wheel" ;;
    *) echo "wheels: $wheel is not for every CPython from 3.10 on" >&2 && exit 1 ;;
esac
echo "wheels: $sdist"

try wheel "$(command -v python)" "$wheel"
for sdk in mcp fastmcp; do
    try $sdk "$(command -v python)" "$wheel[$sdk]"
done

# The oldest one, which has FastMCP 4.1, and a newer one than that in .venv, where they are.
for version in 3.10 3.13 3.14; do
    if PYENV_VERSION=$(pyenv latest $version 2>/dev/null) && export PYENV_VERSION &&
        python$version -c 'import venv' 2>/dev/null; then
        try "cp$version" python$version "$wheel[http,cli,testing,fastmcp]"
        oldest=${oldest:-$made/cp$version}
    else
        echo "left out: the wheel in CPython $version (python$version is not installed)"
    fi
    unset PYENV_VERSION
done

oldest=${oldest:-$made/wheel}
echo "wheels: the cases and decisions of every language, in $("$oldest/bin/python" -V)"
"$oldest/bin/python" -m pip install --quiet --disable-pip-version-check pytest
(cd python && "$oldest/bin/python" -I -m pytest --quiet --noconftest -p no:cacheprovider \
    tests/test_cases.py tests/test_decisions.py)

# An interpreter without a global lock has another ABI, and a wheel of its own. It is apart, so that
# dist/*.whl is one wheel, which pip takes.
if python3.14t -c 'import venv' 2>/dev/null; then
    build dist/free-threaded --interpreter python3.14t
    try free-threaded python3.14t dist/free-threaded/gatepost-*.whl
else
    echo "left out: the wheel for CPython without a global lock (python3.14t is not installed)"
fi

try source "$(command -v python)" "$root/python"
