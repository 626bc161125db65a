"""Pictures of results, one kind in each module. Nothing else in netplan imports matplotlib.

Every function takes `netplan.judge.results.Results` and returns a `matplotlib.figure.Figure`; given
`axes`, it draws there. In a notebook, ``%matplotlib inline`` makes figures appear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.show.plots.budget import latency_budget, latency_hops
from netplan.show.plots.cdf import latency_ccdf, latency_cdf
from netplan.show.plots.heatmap import latency_heatmap
from netplan.show.plots.map import network_map
from netplan.show.plots.style import save
from netplan.show.plots.subject import unknown
from netplan.show.plots.timeline import target_timeline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from netplan.judge.results import Results

__all__ = [
    "KINDS",
    "draw",
    "latency_budget",
    "latency_ccdf",
    "latency_cdf",
    "latency_heatmap",
    "latency_hops",
    "network_map",
    "save",
    "target_timeline",
]

_DRAW = {
    "cdf": latency_cdf,
    "ccdf": latency_ccdf,
    "heatmap": latency_heatmap,
    "budget": latency_budget,
    "hops": latency_hops,
    "timeline": target_timeline,
    "map": network_map,
}
KINDS = tuple(_DRAW)
"""What `draw` can draw."""


def draw(
    results: Results,
    kind: str,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
) -> Figure:
    """Draw one kind of picture.

    Parameters
    ----------
    results
        A results folder.
    kind
        One of `KINDS`.
    target
        Name of a target; left out: all in a timeline, else the first that is not met.
    year
        Left out: the last.
    language
        ``en`` or ``zh``, for labels and for names of nodes.

    Raises
    ------
    InputError
        If there is no such kind, target or year.
    """
    if kind not in _DRAW:
        raise unknown("kind", kind, KINDS)
    return _DRAW[kind](results, target=target, year=year, language=language)
