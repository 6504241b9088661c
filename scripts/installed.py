"""installed.py: tries the package gatepost that the environment has, with what else is there.

For scripts/wheels.sh, which runs it in an environment of its own, every warning an error.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import gatepost

# What belongs to an extra, and what of it has to be there.
NEEDS = {
    "gatepost._signing": ("testing", "cryptography"),
    "gatepost.testing": ("testing", "cryptography"),
    "gatepost.fastmcp": ("fastmcp", "fastmcp"),
}


def main() -> None:
    folder = Path(gatepost.__file__).parent
    require(folder.is_relative_to(sys.prefix), f"{folder} is not of this environment")
    modules = [it.name for it in pkgutil.iter_modules([str(folder)], "gatepost.")]
    require("gatepost.asgi" in modules, f"only {modules}")
    for module in modules:
        extra, package = NEEDS.get(module, ("", "sys"))
        said = imported(module)
        if has(package):
            require(said is None, f"{module}: {said}")
        else:
            require(f"gatepost[{extra}]" in (said or ""), f"{module} without {package}: {said}")

    metadata = importlib.metadata.metadata("gatepost")
    require(metadata["Requires-Python"] == ">=3.10", "the metadata lack their oldest Python")
    names = {Path(str(file)).name for file in importlib.metadata.files("gatepost") or ()}
    lacking = {"py.typed", "_native.pyi", "LICENSE-APACHE", "LICENSE-MIT"} - names
    require(not lacking, f"the package has no {lacking}")

    refuse()
    command = [Path(sys.executable).with_name("gatepost"), "inspect", "a.b.c"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    require(asked.returncode == 1, asked.stderr)
    require('"reason"' in asked.stdout, asked.stdout)
    if has("cryptography"):
        accept()
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    require(has_lock == ("t" not in sys.abiflags), "the module has brought the lock back")
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"installed: gatepost {metadata['Version']} works in CPython {version}")


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        sys.exit(f"installed: {otherwise}")


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def imported(module: str) -> str | None:
    """What is said instead, where it cannot be imported."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return str(error)
    return None


def refuse() -> None:
    keys = gatepost.KeySet.from_secret(b"a development secret of 32 bytes")
    policy = gatepost.Policy("https://as.example.com", "https://mcp.example.com/mcp")
    reason = None
    try:
        gatepost.Validator(policy, keys).validate("a.b.c")
    except gatepost.TokenError as error:
        reason = error.reason
    require(reason is not None, "a.b.c was accepted")


def accept() -> None:
    from gatepost.testing import LocalIssuer

    issuer = LocalIssuer(audience="https://mcp.example.com/mcp")
    policy = issuer.trusted().policy
    token = gatepost.Validator(policy, issuer.keys).validate(issuer.token())
    require(token.issuer == policy.issuer, "the token has another issuer")


if __name__ == "__main__":
    main()
