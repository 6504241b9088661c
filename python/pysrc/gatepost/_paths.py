"""Which paths a guard covers, in any spelling that a router may take for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote


class Paths:
    """Some paths, each with what is below it.

    What the router behind does with a path is not known here, nor below which prefix it stands: an
    application can have a root path of its own. So a path counts if one of these stands anywhere in
    it, in any reading: with slashes, dots, escapes and letters made alike. Only what is below
    ``/.well-known`` is no endpoint for holding the name of one.

    Raises ValueError for what is no path, such as a pattern, and for none at all.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        if not paths or not all(path.startswith("/") for path in paths):
            raise ValueError("path: must begin with '/', as '/mcp'")
        # Taken by the letter, a pattern would cover nothing.
        if any(mark in path for path in paths for mark in (*"{}<>()*?#", "/:")):
            raise ValueError("path: no pattern; '/mcp' stands for all that is below it, too")
        self._as_given = frozenset(paths)
        self._paths = frozenset(list(_readings(path))[-1] for path in paths)

    def cover(self, scope: Mapping[str, Any]) -> bool:
        """Whether one of these stands in the path of an ASGI scope."""
        # Nearly every request has it as it was given, and needs no other reading.
        return scope["path"] in self._as_given or any(map(self._stands_in, _seen(scope)))

    def _stands_in(self, path: str) -> bool:
        # Each reading as it ends: what is in the middle of one was at the end of one before.
        return any(
            reading[max(len(reading) - len(own), 0) :] == own
            and (reading[:1] != (".well-known",) or len(reading) == len(own))
            for reading in _readings(path)
            for own in self._paths
        )


def _seen(scope: Mapping[str, Any]) -> Iterator[str]:
    """The path, and what is left of it where the application is mounted."""
    path: str = scope["path"]
    yield path
    root: str = scope.get("root_path", "")
    if root and path.startswith(root):
        yield path[len(root) :]


def _readings(path: str) -> Iterator[tuple[str, ...]]:
    """The segments from the first one on, up to each of them; last of all the whole path."""
    parts: tuple[str, ...] = ()
    yield parts
    for part in unquote(path).replace("\\", "/").casefold().split("/"):
        name = part.partition(";")[0].strip()
        if name == "..":
            parts = parts[:-1]
        elif name not in ("", "."):
            parts = (*parts, name)
        yield parts
