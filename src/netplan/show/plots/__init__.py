"""Pictures of results, one kind in each module. Nothing else in netplan imports matplotlib.

Every function takes `netplan.judge.results.Results` and returns a `matplotlib.figure.Figure`; given
`axes`, it draws there. `Pictures` has them as methods: ``evaluation.plot.cdf()``. In a notebook,
``%matplotlib inline`` makes figures appear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netplan.ground.errors import InputError, Problem
from netplan.show.plots.budget import latency_budget, latency_hops
from netplan.show.plots.cdf import latency_ccdf, latency_cdf
from netplan.show.plots.difference import latency_difference
from netplan.show.plots.heatmap import latency_heatmap
from netplan.show.plots.load import latency_load
from netplan.show.plots.map import network_map
from netplan.show.plots.pictures import Pictures, pictures_of
from netplan.show.plots.style import cjk_font, save
from netplan.show.plots.subject import unknown
from netplan.show.plots.timeline import target_timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from netplan.judge.results import Results

__all__ = [
    "KINDS",
    "Pictures",
    "cjk_font",
    "draw",
    "latency_budget",
    "latency_ccdf",
    "latency_cdf",
    "latency_difference",
    "latency_heatmap",
    "latency_hops",
    "latency_load",
    "network_map",
    "pictures_of",
    "save",
    "target_timeline",
]

_DRAW: dict[str, Callable[..., Figure]] = {
    "cdf": latency_cdf,
    "ccdf": latency_ccdf,
    "heatmap": latency_heatmap,
    "budget": latency_budget,
    "hops": latency_hops,
    "timeline": target_timeline,
    "map": network_map,
    "load": latency_load,
    "difference": latency_difference,
}
KINDS = tuple(_DRAW)
"""What `draw` can draw."""
_OF_KINDS = {
    "pair": ("cdf", "ccdf", "hops", "load"),
    "against": ("difference",),
    "state": ("map",),
    "circles": ("map",),
}
"""Options that only some kinds have."""


def draw(
    results: Results,
    kind: str,
    *,
    target: str | None = None,
    year: int | None = None,
    pair: str | None = None,
    against: Results | None = None,
    state: str | None = None,
    circles: str | None = None,
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
    pair
        As ``source>target``, of the first target that has it; left out: the worst ones.
    against
        Other results, for a difference.
    state, circles
        A failure state or a node, for a map.
    language
        ``en`` or ``zh``, for labels and for names of nodes.

    Raises
    ------
    InputError
        If there is no such kind, target, year and so on, or the kind does not have the option.
    """
    if kind not in _DRAW:
        raise unknown("kind", kind, KINDS)
    given = {"pair": pair, "against": against, "state": state, "circles": circles}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if kind not in _OF_KINDS[name]:
            have = ", ".join(_OF_KINDS[name])
            message = f"a picture of kind {kind} has no such option, only {have}; leave it out"
            raise InputError([Problem((name,), message)])
    if kind == "difference" and against is None:
        message = "no other results; name those to compare with"
        raise InputError([Problem(("against",), message)])
    return _DRAW[kind](results, target=target, year=year, language=language, **options)
