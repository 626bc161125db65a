"""Names beside symbols, each on the side where it covers the least."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matplotlib.patheffects import withStroke

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["write_names"]

_SIZE = 8.0
"""Of the font [point]; a Chinese character is as wide."""
_LATIN = 0.65
"""Width of a bold Latin character over the size of the font, on average."""
_GAP = 5.0
"""From the middle of a symbol to its name [point]."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of the picture [point]."""

    left: float
    low: float
    right: float
    high: float

    def shared(self, other: _Box) -> float:
        """Return the area that two boxes share [point²]."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.high, other.high) - max(self.low, other.low)
        return max(0.0, width) * max(0.0, height)


@dataclass(frozen=True, slots=True)
class _Side:
    """Where a name stands: right or left of its symbol, above or below."""

    ha: Literal["left", "right"]
    va: Literal["bottom", "top"]

    @property
    def shift(self) -> tuple[float, float]:
        """From the middle of the symbol to the corner of the name [point]."""
        return _GAP * (1 if self.ha == "left" else -1), _GAP * (1 if self.va == "bottom" else -1)

    def box(self, at: tuple[float, float], width: float) -> _Box:
        """Return what a name covers there."""
        x, y = at[0] + self.shift[0], at[1] + self.shift[1]
        left = x if self.ha == "left" else x - width
        low = y if self.va == "bottom" else y - _SIZE
        return _Box(left, low, left + width, low + _SIZE)


_SIDES = (
    _Side("left", "bottom"),
    _Side("left", "top"),
    _Side("right", "bottom"),
    _Side("right", "top"),
)
"""The first is taken where it makes no difference."""


def write_names(axes: Axes, places: Mapping[str, tuple[float, float]]) -> None:
    """Write names beside their places, each where it covers least of the others and of symbols.

    Sizes are estimates, since the layout of the figure is not final yet.

    Parameters
    ----------
    axes
        With final limits.
    places
        Where each name belongs, in coordinates of the axes.
    """
    points = {name: _in_points(axes, place) for name, place in places.items()}
    symbols = {name: _Box(x - 4, y - 4, x + 4, y + 4) for name, (x, y) in points.items()}
    taken: list[_Box] = []
    for name, at in points.items():
        width = sum(map(_width, name))
        others = [*taken, *(box for other, box in symbols.items() if other != name)]
        side = _free_side(at, width, others)
        taken.append(side.box(at, width))
        axes.annotate(
            name,
            places[name],
            xytext=side.shift,
            textcoords="offset points",
            ha=side.ha,
            va=side.va,
            fontsize=_SIZE,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.2, foreground="white")],
            zorder=7,
        )


def _free_side(at: tuple[float, float], width: float, others: Sequence[_Box]) -> _Side:
    return min(_SIDES, key=lambda side: sum(map(side.box(at, width).shared, others)))


def _in_points(axes: Axes, place: tuple[float, float]) -> tuple[float, float]:
    """Return where a place stands, from the left lower corner of the axes [point]."""
    west, east = axes.get_xlim()
    aspect = axes.get_aspect()
    per_unit = axes.get_window_extent().width * 72 / axes.figure.dpi / (east - west)
    upwards = per_unit * (aspect if isinstance(aspect, float) else 1.0)
    return (place[0] - west) * per_unit, (place[1] - axes.get_ylim()[0]) * upwards


def _width(character: str) -> float:
    return _SIZE * (1.0 if unicodedata.east_asian_width(character) in "WF" else _LATIN)
