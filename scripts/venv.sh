#!/usr/bin/env bash
# venv.sh PYTHON FOLDER REQUIREMENTS: makes the virtual environment FOLDER, or brings it up to date.
set -eu
python=$1 folder=$2 requirements=$3

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; '$python' is not that. Say which one to take: make PYTHON=python3.12 ..." >&2
    exit 1
fi
# A virtual environment does not survive a move of the repository or a change of its interpreter.
if ! "$folder/bin/python" -c "import sys; sys.exit(sys.prefix != '$folder')" 2>/dev/null; then
    rm -rf "$folder"
    if ! "$python" -m venv "$folder"; then
        rm -rf "$folder"
        echo "Python's venv module is needed (on Debian: apt-get install python3-venv)" >&2
        exit 1
    fi
fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
