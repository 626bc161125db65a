"""Pictures as methods of what they show: ``evaluation.plot.cdf()``, ``results.plot.map()``."""

from __future__ import annotations

from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, cast

from netplan.judge.results import Results, results_of
from netplan.show.plots.budget import latency_budget, latency_hops
from netplan.show.plots.cdf import latency_ccdf, latency_cdf
from netplan.show.plots.difference import latency_difference
from netplan.show.plots.heatmap import latency_heatmap
from netplan.show.plots.load import latency_load
from netplan.show.plots.map import network_map
from netplan.show.plots.timeline import target_timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from netplan.judge.evaluation import Evaluation

__all__ = ["Pictures", "pictures_of"]

P = ParamSpec("P")


class _Drawn(Generic[P]):
    """A function of results that is a method of `Pictures`, with its own signature and help."""

    def __init__(self, function: Callable[Concatenate[Results, P], Figure]) -> None:
        self._function = function

    def __get__(self, pictures: Pictures, owner: type[Pictures]) -> Callable[P, Figure]:
        return cast("Callable[P, Figure]", MethodType(self._function, pictures.results))


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of results; options as the functions of `netplan.plots` have them.

    Examples
    --------
    Of the optical layer, which needs no simulation:

    >>> import netplan
    >>> optical = [f"targets[{index}].layer=optical" for index in range(2)]
    >>> scenario = netplan.load("scenarios/two-cities.yaml", overrides=optical)
    >>> evaluation = netplan.evaluate(scenario)
    >>> evaluation.plot.timeline(language="en").get_suptitle()
    'Two cities'
    >>> evaluation.plot.map(circles="dalian-ai", language="en").get_suptitle()
    'Latency circles of Dalian AI centre'
    """

    results: Results

    cdf = _Drawn(latency_cdf)
    ccdf = _Drawn(latency_ccdf)
    heatmap = _Drawn(latency_heatmap)
    budget = _Drawn(latency_budget)
    hops = _Drawn(latency_hops)
    timeline = _Drawn(target_timeline)
    map = _Drawn(network_map)
    load = _Drawn(latency_load)
    difference = _Drawn(latency_difference)


def pictures_of(found: Evaluation | Results) -> Pictures:
    """Return the pictures of what `netplan.evaluate` or `netplan.load_results` gave."""
    return Pictures(found if isinstance(found, Results) else results_of(found))
