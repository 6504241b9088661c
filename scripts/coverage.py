#!/usr/bin/env python3
"""coverage.py FILE: the lines that an lcov file says nobody reached, as FILE:LINE: TEXT."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path


def main() -> None:
    # A function that is compiled for several types is reached where any of them is.
    counts: dict[Path, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    path = Path()
    for line in Path(sys.argv[1]).read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "SF":
            path = Path(value).relative_to(Path.cwd())
        elif name == "DA" and not is_test(path):
            number, count = value.split(",")[:2]
            counts[path][int(number)] += int(count)
    reached = missed = 0
    for path, lines in sorted(counts.items()):
        text = path.read_text().splitlines()
        end = next((i for i, line in enumerate(text) if line.startswith("mod tests {")), len(text))
        for number, count in sorted(lines.items()):
            if number > end:
                continue
            reached += count > 0
            missed += count == 0
            if count == 0:
                print(f"{path}:{number}: {text[number - 1].strip()}")
    print(f"coverage: {reached} lines reached, {missed} not")


def is_test(path: Path) -> bool:
    return path.stem in ("proofs", "bounds", "testing", "tests") or "proofs" in path.parts


if __name__ == "__main__":
    main()
