"""How pictures look: colours that colour-blind readers and grey prints keep apart, and fonts.

Whatever a colour says, a symbol, a hatch or a dash pattern says too. Colours are those of Okabe
and Ito, *Color Universal Design* (https://jfly.uni-koeln.de/color/, 2008).
"""

from __future__ import annotations

import io
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netplan.ground.errors import InputError, Problem
from netplan.judge.results import write_bytes
from netplan.judge.verdict import Outcome
from netplan.measure.samples import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from netplan.ground.texts import Texts

__all__ = [
    "COMPONENT_STYLES",
    "LIMIT_COLOUR",
    "LINE_STYLES",
    "NOTE_BOX",
    "OUTCOME_STYLES",
    "FillStyle",
    "LineStyle",
    "OutcomeStyle",
    "add_legend",
    "cjk_font",
    "figure_of",
    "legible",
    "limit_line",
    "new_figure",
    "outcome_patches",
    "outcome_squares",
    "save",
    "styled",
]

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
LIMIT_COLOUR = BLACK
NOTE_BOX = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
"""Behind text that may cross a line."""

DPI = 150
_METADATA: dict[str, dict[str, None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""File types that `save` writes, and what they must not say: when they were written."""

_CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Noto Sans CJK JP",
    "Heiti SC",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
"""Fonts with simplified Chinese characters, best first."""


@dataclass(frozen=True, slots=True)
class OutcomeStyle:
    """How an outcome is drawn."""

    colour: str
    marker: str
    hatch: str
    sign: str
    """Stands in text."""


OUTCOME_STYLES = {
    Outcome.MET: OutcomeStyle(SKY, "o", "", ""),
    Outcome.UNDECIDED: OutcomeStyle(YELLOW, "$?$", "...", "?"),
    Outcome.MISSED: OutcomeStyle(VERMILION, "X", "////", "×"),
}


@dataclass(frozen=True, slots=True)
class FillStyle:
    """How an area is filled."""

    colour: str
    hatch: str


COMPONENT_STYLES = dict(
    zip(
        COMPONENTS,
        (
            FillStyle(SKY, ""),
            FillStyle(ORANGE, "////"),
            FillStyle(GREEN, "...."),
            FillStyle(YELLOW, "xxxx"),
            FillStyle(VERMILION, "\\\\\\\\"),
            FillStyle(PURPLE, "oo"),
            FillStyle(BLUE, "++"),
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a curve is drawn; `dashes` as matplotlib's (offset, on-off sequence)."""

    colour: str
    dashes: tuple[float, tuple[float, ...]]


LINE_STYLES = (
    LineStyle(VERMILION, (0, ())),
    LineStyle(BLUE, (0, (5, 2))),
    LineStyle(GREEN, (0, (1, 1))),
    LineStyle(PURPLE, (0, (6, 2, 1, 2))),
    LineStyle(ORANGE, (0, (3, 1, 1, 1, 1, 1))),
    LineStyle(BLACK, (0, (1, 3))),
)


@cache
def cjk_font() -> str | None:
    """Return the best installed font with Chinese characters, or none."""
    found = _known_cjk_font()
    if found is None:
        _learn_new_fonts()
        found = _known_cjk_font()
    return found


def _known_cjk_font() -> str | None:
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CJK_FONTS if name in known), None)


def _learn_new_fonts() -> None:
    """Take in fonts that were installed after Matplotlib made its list, which it keeps for ever."""
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for file in set(font_manager.findSystemFonts()) - known:
        with suppress(OSError, RuntimeError):  # a file that is no font, or a broken one
            font_manager.fontManager.addfont(file)


def legible(text: str, fallback: str) -> str:
    """Return the text, or the fallback where no installed font can draw it."""
    wide = any(unicodedata.east_asian_width(char) in "WF" for char in text)
    return fallback if wide and cjk_font() is None else text


@contextmanager
def styled() -> Iterator[None]:
    """Set fonts, sizes and a fixed salt for the identifiers in SVG files."""
    families = ["DejaVu Sans", *filter(None, [cjk_font()])]
    with mpl.rc_context(
        {
            "font.family": families,
            "font.size": 9,
            "axes.titlesize": 9,
            "axes.titlelocation": "left",
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": "0.88",
            "grid.linewidth": 0.6,
            "hatch.linewidth": 0.5,
            "legend.frameon": False,
            "legend.fontsize": 8,
            "legend.handlelength": 3.5,
            "svg.hashsalt": "netplan",
        }
    ):
        yield


def new_figure(
    width: float,
    height: float,
    name: str,
    layout: Literal["constrained", "compressed"] = "constrained",
) -> Figure:
    """Return an empty figure of a size [inch] under a name."""
    figure = Figure(figsize=(width, height), layout=layout)
    figure.suptitle(name, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def figure_of(axes: Axes) -> Figure:
    """Return the figure that axes belong to."""
    figure = axes.figure
    return figure.figure if isinstance(figure, SubFigure) else figure


def add_legend(axes: Axes, handles: Sequence[Artist], *, below: bool, columns: int = 1) -> None:
    """Put a legend below the figure, or into axes that belong to somebody else's figure."""
    if below:
        figure_of(axes).legend(handles=handles, loc="outside lower center", ncols=columns)
    else:
        axes.legend(handles=handles, loc="best")


def outcome_patches(outcomes: Sequence[Outcome], texts: Texts) -> list[Artist]:
    """Return a legend entry for each outcome there is, with its count."""
    return [
        Patch(
            facecolor=style.colour,
            hatch=style.hatch,
            edgecolor="black",
            linewidth=0.3,
            label=_counted(outcome, outcomes.count(outcome), texts),
        )
        for outcome, style in OUTCOME_STYLES.items()
        if outcome in outcomes
    ]


def _counted(outcome: Outcome, count: int, texts: Texts) -> str:
    word = texts.of("outcome", outcome)
    sign = OUTCOME_STYLES[outcome].sign
    return f"{sign} {texts.say('outcome_count', outcome=word, count=count)}".strip()


def outcome_squares(outcomes: Sequence[Outcome], texts: Texts, met: str = SKY) -> list[Artist]:
    """Return the same as plain squares, for coloured cells; `met` is the colour of met ones."""
    return [
        Line2D(
            [],
            [],
            linestyle="none",
            marker="s",
            markersize=9,
            color=met if outcome is Outcome.MET else style.colour,
            label=_counted(outcome, outcomes.count(outcome), texts),
        )
        for outcome, style in OUTCOME_STYLES.items()
        if outcome in outcomes
    ]


def limit_line(limit_ms: float, texts: Texts) -> Line2D:
    """Return the legend entry of the limit."""
    label = texts.say("limit", limit=limit_ms)
    return Line2D([], [], color=LIMIT_COLOUR, linestyle="--", linewidth=1.2, label=label)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, SVG or PDF; the same figure gives the same bytes.

    Raises
    ------
    InputError
        If the file's name does not end in one of those.
    """
    suffix = path.suffix.lower()
    if suffix not in _METADATA:
        message = f"cannot write {path.name}; name a file that ends in {', '.join(_METADATA)}"
        raise InputError([Problem(("out",), message)])
    picture = io.BytesIO()
    with styled():
        figure.savefig(
            picture,
            format=suffix[1:],
            dpi=DPI,
            metadata=_METADATA[suffix],
            bbox_inches="tight",
            pad_inches=0.12,
        )
    write_bytes(path, picture.getvalue())
