"""``gatepost keys``: what a JWK Set holds, what of it would be refused, and why."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from gatepost._http import Refused, get, may_fetch
from gatepost._json import integer
from gatepost._native import MAX_JWK_SET_LEN, REASONS, KeySet
from gatepost._terminal import Row, print_rows, shown
from gatepost.exceptions import KeySetError, KeysUnavailableError

# As long as a fetch of a `JwksManager` has.
_SECONDS = 8
# Public, short, and what a key is told by.
_SHOWN = ("kid", "kty", "alg", "use", "crv")


def keys(arguments: argparse.Namespace) -> int:
    """Runs the command. Raises KeysUnavailableError, and KeySetError where no key can be used."""
    source: str = arguments.source
    body = bytes_of(source)
    loaded = load(body, source)
    refused = {key.index: key for key in loaded.skipped}
    held = []
    # Once it has been loaded, it is a JSON object of this form.
    for index, entry in enumerate(json.loads(body, parse_int=integer)["keys"]):
        key: dict[str, Any] = {"index": index}
        if isinstance(entry, dict):
            key |= {name: entry[name] for name in _SHOWN if isinstance(entry.get(name), str)}
        if (skipped := refused.get(index)) is not None:
            key |= {"reason": skipped.reason, "number": skipped.number}
        held.append(key)
    if sys.stdout.isatty():
        summary = f"{len(loaded)} accepted, {len(refused)} refused"
        print_rows(shown(source)[1:-1], [_row(key) for key in held], summary)
    else:
        print(json.dumps({"ok": True, "accepted": len(loaded), "keys": held}))
    return 0


def bytes_of(source: str) -> bytes:
    """A JWK Set, from a file or a URL. Raises KeysUnavailableError."""
    return _fetched(source) if source.startswith(("https://", "http://")) else _read(source)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            # One byte more than any set has is enough to see that it is too large.
            return file.read(MAX_JWK_SET_LEN + 1)
    except OSError as error:
        raise KeysUnavailableError(detail=f"{path}: {error.strerror}") from error


def load(jwks: bytes, source: str) -> KeySet:
    """The keys. Raises KeySetError, which names the source."""
    try:
        return KeySet.from_jwks(jwks)
    except KeySetError as error:
        raise KeySetError(error.number, detail=source) from error


def _fetched(url: str) -> bytes:
    if not may_fetch(url, loopback=True):
        raise ValueError("keys are fetched over https, over http from 127.0.0.1 and [::1] alone")
    try:
        import httpx2
    except ImportError:
        raise ValueError("keys are fetched with httpx2: pip install 'gatepost[http]'") from None

    async def fetch() -> bytes:
        headers = {"accept": "application/jwk-set+json, application/json"}
        # What comes by http stays on this machine: no proxy.
        async with httpx2.AsyncClient(trust_env=url.startswith("https:")) as client:
            _, body = await asyncio.wait_for(get(client, url, headers), _SECONDS)
        return body

    try:
        return asyncio.run(fetch())
    except asyncio.TimeoutError:
        why = f"no whole answer within {_SECONDS} seconds"
    except Refused as error:
        why = str(error)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        # Its text may hold what a stranger wrote.
        why = type(error).__name__
    raise KeysUnavailableError(detail=f"{url}: {why}")


def _row(key: dict[str, Any]) -> Row:
    said = [f"{name} {shown(key[name])}" for name in _SHOWN if name in key]
    lines = [f"{key['index']}: {', '.join(said) or 'nothing that is known'}"]
    if "number" not in key:
        return Row("accepted", "green", lines)
    why = next(text for number, _, _, _, text in REASONS if number == key["number"])
    return Row("refused", "yellow", [*lines, f"{key['reason']} ({key['number']}): {why}"])
