"""The network on the ground: how busy it is, where targets are missed, what is cut, who is near."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from netplan.ground.errors import InputError, Problem
from netplan.ground.texts.sentences import state_in_language
from netplan.show.boundaries import boundaries
from netplan.show.plots.cuts import breaking_links, cut_legend, draw_down, find_state, mark_cuts
from netplan.show.plots.frame import around, frame_of, home_of
from netplan.show.plots.links import draw_links, lines_of
from netplan.show.plots.reach import draw_reach, reach_facts, reach_of
from netplan.show.plots.sites import draw_sites, mark_missed, name_cities
from netplan.show.plots.style import NOTE_BOX, add_legend, figure_of, new_figure, styled
from netplan.show.plots.subject import Subject, choose, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.judge.results import Results
    from netplan.network.failure import State
    from netplan.show.plots.frame import Frame
    from netplan.show.plots.links import Line

__all__ = ["network_map"]

_WIDTH = 8.5
"""Of the figure [inch]."""


@styled()
def network_map(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    state: str | None = None,
    circles: str | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw nodes and links by coordinates, with what a target says of them.

    Links are drawn by load, sources of missed pairs are crossed, the worst missed pairs are arrows,
    and links whose failure breaks the target carry scissors. The prefectures of Liaoning stand
    behind a network that lies there.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Left out: the first target that is not met, in the last year.
    state
        A failure state, e.g. ``span shenyang~yingkou``: draw what is down in it, and what the
        target misses there.
    circles
        A node: draw which sites lie within 1, 5 and 20 ms of it instead, by the routes of the empty
        network, on the layer and the way of the target.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw here instead of in a new figure.

    Raises
    ------
    InputError
        If the results hold no coordinates, or there is no such state or node.
    """
    if state is not None and circles is not None:
        message = "circles are those of the normal state; leave the state or the circles out"
        raise InputError([Problem(("circles",), message)])
    nodes = {n["id"]: n for n in results.document.get("nodes", ()) if n.get("lat") is not None}
    if not nodes:
        message = "there is nothing to draw: no node of these results has coordinates (at)"
        raise InputError([Problem(("map",), message)])
    if circles is not None and circles not in nodes:
        raise unknown("node", circles, list(nodes))
    subject = choose(results, target, year, language, state=state)
    drawing = _Drawing(results, subject, nodes)
    if circles is not None:
        return drawing.of_circles(circles, axes)
    return drawing.of_target(state, axes)


@dataclass(frozen=True)
class _Drawing:
    """What one map is drawn of."""

    results: Results
    subject: Subject
    nodes: Mapping[str, Mapping[str, Any]]

    @cached_property
    def frame(self) -> Frame:
        """The part of the earth that it shows."""
        return frame_of(self.nodes)

    @cached_property
    def lines(self) -> list[Line]:
        """What stands between sites."""
        return lines_of(self.results, self.subject.verdict.year, self.nodes)

    @cached_property
    def shown(self) -> list[Mapping[str, Any]]:
        """Nodes inside the frame."""
        return [node for node in self.nodes.values() if self.frame.holds(node)]

    def of_target(self, state: str | None, axes: Axes | None) -> Figure:
        """Draw what a target says of the network."""
        subject, nodes = self.subject, self.nodes
        down = None if state is None else self._down(state)
        panel = self._panel(axes, subject.name, self._facts(state))
        working = [line for line in self.lines if down is None or not line.links <= down.links]
        handles = draw_links(panel, working, subject, nodes, self.frame)
        if down is None:
            handles += self._breaking(panel)
        else:
            cut = [line for line in self.lines if line.links & down.links]
            handles += draw_down(panel, subject, down, cut, nodes, self.frame)
        handles += draw_sites(panel, subject, self.shown)
        name_cities(panel, subject, self.shown)
        handles += mark_missed(panel, subject, nodes, self.frame)
        add_legend(panel, handles, below=axes is None, columns=4)
        return figure_of(panel)

    def of_circles(self, centre: str, axes: Axes | None) -> Figure:
        """Draw which sites lie near a node."""
        subject, nodes = self.subject, self.nodes
        found = reach_of(self.results, subject, centre)
        name = subject.texts.say("reach_of", node=subject.names.node(centre))
        panel = self._panel(axes, name, reach_facts(subject, found, centre))
        draw_links(panel, self.lines, subject, nodes, self.frame, quiet=True)
        name_cities(panel, subject, self.shown)
        handles = draw_reach(panel, subject, found, centre, nodes)
        add_legend(panel, handles, below=axes is None, columns=3)
        return figure_of(panel)

    def _panel(self, axes: Axes | None, name: str, facts: str) -> Axes:
        """Return axes with title, frame and boundaries."""
        texts = self.subject.texts
        if axes is None:
            height = min(max(_WIDTH / self.frame.aspect, 4.0), 11.0) + 1.6
            axes = new_figure(_WIDTH, height, name, "compressed").subplots()
        else:
            facts = f"{name}\n{facts}"
        axes.set_title(facts)
        self.frame.apply(axes)
        axes.set_xlabel(texts["longitude"])
        axes.set_ylabel(texts["latitude"])
        self._draw_boundaries(axes)
        return axes

    def _draw_boundaries(self, axes: Axes) -> None:
        """Draw the prefectures if most of the network lies there, and say what they are."""
        rings, home = boundaries(), home_of(self.nodes)
        province = around(point for ring in rings for point in ring)
        if 2 * sum(map(province.holds, home)) <= len(home):
            return
        for ring in rings:
            axes.plot(*zip(*ring, strict=True), color="0.82", linewidth=0.7, zorder=0.6)
        axes.text(
            0.995,
            0.005,
            self.subject.texts["boundaries"],
            transform=axes.transAxes,
            ha="right",
            va="bottom",
            fontsize=6,
            color="0.35",
            bbox=NOTE_BOX,
            zorder=8,
        )

    def _down(self, state: str) -> State:
        return find_state(self.results.scenario, self.subject.verdict.year, state)

    def _facts(self, state: str | None) -> str:
        subject = self.subject
        if state is None:
            return subject.facts
        judged = subject.verdict.state == state
        note = "loads_of_normal" if judged else "not_judged_in"
        name = state_in_language(state, subject.texts.language)
        return f"{subject.facts}\n{subject.texts.say(note, state=name)}"

    def _breaking(self, axes: Axes) -> list[Artist]:
        """Mark the links whose failure breaks the target."""
        links, broken, judged = breaking_links(self.results, self.subject)
        if not broken:
            return []
        cut = [line for line in self.lines if line.links & links]
        mark_cuts(axes, cut, self.nodes, self.frame)
        return [cut_legend(self.subject.texts.say("cut_breaks", broken=broken, judged=judged))]
