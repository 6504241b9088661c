"""Which paths a guard covers, in any spelling that a router may take for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote


class Paths:
    """Some paths, each with what is below it.

    What the router behind does with a path is not known here, so a path counts if any reading of it
    does: as it stands, and with slashes, dots, escapes and letters made alike.

    Raises ValueError for what is no path, and for none at all.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        if not paths or not all(path.startswith("/") for path in paths):
            raise ValueError("path: must begin with '/', as '/mcp'")
        self._paths = frozenset(reading for path in paths for reading in _readings(path))

    def cover(self, scope: Mapping[str, Any]) -> bool:
        """Whether the path of an ASGI scope is one of these, or below one."""
        return any(map(self._has, _seen(scope)))

    def _has(self, path: str) -> bool:
        return any(
            reading == own or reading.startswith(own.rstrip("/") + "/")
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


def _readings(path: str) -> Iterator[str]:
    yield path
    parts: list[str] = []
    for part in unquote(path).replace("\\", "/").casefold().split("/"):
        name = part.partition(";")[0].strip()
        if name == "..":
            del parts[-1:]
        elif name not in ("", "."):
            parts.append(name)
    yield "/" + "/".join(parts)
