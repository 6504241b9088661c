"""JSON at the edges of Python's own reader and writer."""

import json

# What Python reads as an integer at the most, unless the program asks for more.
_MAX_DIGITS = 4300


def integer(digits: str) -> int | float:
    """An integer of a JSON document; a float where it has more digits than Python reads."""
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def in_ascii(text: str) -> str:
    """The same JSON in ASCII, for any terminal: what is beyond it can only stand in strings."""
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)
