"""What commands print where a terminal is attached: with ``rich`` (extra ``gatepost[cli]``) in
colours and wrapped, else as plain text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

# What a stranger wrote is cut there: enough to recognize it, and never a screen full of it.
_MOST_SHOWN = 200


class Row(NamedTuple):
    """One thing that was looked at: the verdict in a word, and lines about it."""

    mark: str
    # As rich has them: "green", "bold red", "dim".
    style: str
    lines: Sequence[str]


def shown(value: object) -> str:
    """A value of a JSON document that somebody else wrote, for any terminal: in ASCII, without
    control characters, and cut."""
    text = json.dumps(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def print_rows(heading: str, rows: Sequence[Row], summary: str = "") -> None:
    """Prints to standard output, without a heading or a summary where there is none. What strangers
    wrote stands in it as JSON in ASCII, where lines can be long as `shown` has it."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        _print_plainly(heading, rows, summary)
        return
    # Text is taken as it is: brackets are no markup.
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        first, *rest = row.lines
        text = Text(first)
        for line in rest:
            text.append(f"\n{line}", "dim" if row.style == "dim" else "")
        table.add_row(Text(row.mark, row.style), text)
    console = Console(highlight=False)
    if heading:
        console.print(Text(heading, "bold"))
    console.print(table)
    if summary:
        console.print(Text(summary, "bold"))


def _print_plainly(heading: str, rows: Sequence[Row], summary: str) -> None:
    if heading:
        print(heading)
    width = max((len(row.mark) for row in rows), default=0)
    for row in rows:
        for mark, line in zip([row.mark, *[""] * len(row.lines)], row.lines, strict=False):
            print(f"{mark:{width}}  {line}")
    if summary:
        print(summary)
