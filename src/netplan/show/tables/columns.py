"""Text in columns, within the width of a terminal."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["WIDTH", "columns", "padded", "right", "wrapped"]

WIDTH = 80

_WIDE = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef"
"""Scripts that write without spaces, and their punctuation, as a part of a character class."""
_CLOSING = "，。；：、）」』”》"
"""What never begins a line."""
_PIECE = re.compile(rf"\s+|[（「『“《]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*|\S")
"""Parts of a text that a line may end between: words, and single Chinese characters."""


def columns(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two.

    Examples
    --------
    >>> columns("Dalian"), columns("大连")
    (6, 4)
    """
    return sum(map(_columns_of, text))


def _columns_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Fit a text into a column of `width`, the last place of which stays empty."""
    if columns(text) >= width:
        while columns(text) > width - 2:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """Put a text at the right of a column; one that is too long stays whole.

    Examples
    --------
    >>> right("ms", 4), right("覆盖率", 8)
    ('  ms', '  覆盖率')
    """
    return " " * (width - columns(text)) + text


def wrapped(text: str, indent: int = 4) -> list[str]:
    """Break a text into lines between words; names of links stay whole.

    Further lines stand two columns deeper. Chinese may break after every character, but
    punctuation stays with what it closes.
    """
    lines = [" " * indent]
    gap = ""
    for found in _PIECE.findall(text):
        if found.isspace():
            gap = found
            continue
        piece = found
        while columns(lines[-1] + gap + piece) > WIDTH:
            if lines[-1].strip():
                lines.append(" " * (indent + 2))
            else:
                fits = _fitting(piece, WIDTH - columns(lines[-1]))
                lines[-1] += piece[:fits]
                piece = piece[fits:]
            gap = ""
        lines[-1] += gap + piece
        gap = ""
    return lines


def _fitting(text: str, width: int) -> int:
    """Return how many characters fit into a width."""
    count = 0
    while count < len(text) and columns(text[: count + 1]) <= width:
        count += 1
    return count
