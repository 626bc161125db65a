"""Text in columns, within the width of a terminal."""

from __future__ import annotations

import textwrap
import unicodedata

__all__ = ["DIRECTION", "WIDTH", "padded", "wrapped"]

WIDTH = 80
DIRECTION = {"one_way": "one way", "round_trip": "round trip"}


def wrapped(text: str, indent: int = 4) -> list[str]:
    """Break a text into lines; names of links stay whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )


def padded(text: str, width: int) -> str:
    """Fit a text into a column of `width`, the last place of which stays empty."""
    if _columns(text) >= width:
        while _columns(text) > width - 2:
            text = text[:-1]
        text += "…"
    return text + " " * (width - _columns(text))


def _columns(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
