"""How scenarios, evaluations and results show themselves in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Row", "counted", "facts_table", "verdict_table"]

ROWS_SHOWN = 60
_SIGNS = {"met": ("✓", "#009E73"), "missed": ("✗", "#D55E00"), "undecided": ("?", "#B8860B")}
"""Sign and colour of each outcome; the sign says it to those who see no colours."""
_HEADS = ("target", "year", "verdict", "covered", "worst pair", "ms", "limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One verdict."""

    target: str
    year: int
    state: str
    outcome: str
    covered: float
    worst: str
    worst_ms: float | None
    limit_ms: float


def counted(outcomes: Iterable[str]) -> str:
    """Say how many of each outcome there are.

    Examples
    --------
    >>> counted(["met", "missed", "met"])
    '2 met, 1 missed'
    """
    found = list(outcomes)
    parts = [f"{found.count(outcome)} {outcome}" for outcome in _SIGNS if outcome in found]
    return ", ".join(parts) or "no target"


def verdict_table(title: str, rows: Sequence[Row]) -> str:
    """Return a table of verdicts as HTML; those that are not met come first if there are many."""
    shown = list(rows)
    if len(shown) > ROWS_SHOWN:
        shown = sorted(shown, key=lambda row: row.outcome == "met")[:ROWS_SHOWN]
    body = "".join(_line(row) for row in shown)
    more = len(rows) - len(shown)
    rest = f"<tr><td colspan={len(_HEADS)}>and {more} more</td></tr>" if more else ""
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}{rest}</tbody></table>"
    )


def _line(row: Row) -> str:
    sign, colour = _SIGNS[row.outcome]
    year = str(row.year) if row.state == "normal" else f"{row.year}, {row.state}"
    cells = (
        escape(row.target),
        escape(year),
        f'<b style="color:{colour}">{sign} {row.outcome}</b>',
        f"{row.covered:.1%}",
        escape(row.worst),
        "" if row.worst_ms is None else f"{row.worst_ms:.3f}",
        f"&lt; {row.limit_ms:g}",
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def facts_table(title: str, facts: Iterable[tuple[str, str]]) -> str:
    """Return a table of two columns as HTML."""
    body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in facts)
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"
