"""Sites on a map: by role, by name, and as the ends of missed pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from netplan.judge.verdict import Outcome
from netplan.show.plots.labels import write_names
from netplan.show.plots.style import BLACK, VERMILION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from netplan.judge.verdict import PairVerdict
    from netplan.show.plots.frame import Frame
    from netplan.show.plots.subject import Subject

__all__ = ["draw_sites", "mark_missed", "name_cities"]

MISSED_SHOWN = 10
"""Missed pairs that get an arrow."""
_ROLES = {
    "access": (".", 4.0, "0.45"),
    "aggregation": ("^", 5, "0.35"),
    "core": ("s", 8.5, "white"),
    "compute": ("D", 4.5, "#CC79A7"),
    "hub": ("h", 8, "white"),
}
"""Marker, size and colour of each role; those that matter most come last and stand on top."""
_ARROW = (0, (5, 1.5, 1, 1.5))


def draw_sites(axes: Axes, subject: Subject, shown: Sequence[Mapping[str, Any]]) -> list[Artist]:
    """Draw nodes by role; return the legend.

    Transit sites are bends of cables, without a router: no link ends there.
    """
    handles: list[Artist] = []
    for level, (role, (marker, size, colour)) in enumerate(_ROLES.items()):
        of_role = [node for node in shown if node["role"] == role]
        if of_role:
            handles += axes.plot(
                [node["lon"] for node in of_role],
                [node["lat"] for node in of_role],
                linestyle="none",
                marker=marker,
                markersize=size,
                markerfacecolor=colour,
                markeredgecolor=BLACK if role in ("core", "compute", "hub") else colour,
                zorder=3 + level / 10,
                label=subject.texts.say("node", role=subject.texts.of("role", role)),
            )
    return handles


def name_cities(axes: Axes, subject: Subject, shown: Sequence[Mapping[str, Any]]) -> None:
    """Write the name of each city with a core node once, and of hubs."""
    places: dict[str, tuple[float, float]] = {}
    for node in shown:
        if node["role"] == "core":
            city = subject.names.city_of(node["id"])
            places.setdefault(subject.names.city(city), (node["lon"], node["lat"]))
        elif node["role"] == "hub":
            places.setdefault(subject.names.node(node["id"]), (node["lon"], node["lat"]))
    write_names(axes, places)


def mark_missed(
    axes: Axes, subject: Subject, nodes: Mapping[str, Mapping[str, Any]], frame: Frame
) -> list[Artist]:
    """Cross the sources of missed pairs, and draw the worst of these as arrows."""
    missed = [
        pair
        for pair in subject.worst_first()
        if pair.outcome is Outcome.MISSED and pair.source in nodes
    ]
    if not missed:
        return []
    sources = dict.fromkeys(pair.source for pair in missed)
    crosses = axes.plot(
        [nodes[node]["lon"] for node in sources],
        [nodes[node]["lat"] for node in sources],
        linestyle="none",
        marker="X",
        markersize=8,
        markerfacecolor=VERMILION,
        markeredgecolor=BLACK,
        zorder=5,
        label=subject.texts["missed_source"],
    )
    drawn = [pair for pair in missed if pair.target in nodes and frame.holds(nodes[pair.source])][
        :MISSED_SHOWN
    ]
    for pair in drawn:
        _draw_arrow(axes, pair, nodes, frame)
    return [*crosses, *_arrow_legend(subject, len(drawn), len(missed))]


def _draw_arrow(
    axes: Axes, pair: PairVerdict, nodes: Mapping[str, Mapping[str, Any]], frame: Frame
) -> None:
    source, target = nodes[pair.source], nodes[pair.target or pair.source]
    inside = frame.holds(target)
    end = (target["lon"], target["lat"]) if inside else frame.exit(source, target)
    axes.add_patch(
        FancyArrowPatch(
            (source["lon"], source["lat"]),
            end,
            arrowstyle="-|>",
            connectionstyle=f"arc3,rad={0.18 if inside else 0.06}",
            mutation_scale=9,
            color=BLACK,
            linewidth=0.9,
            linestyle=_ARROW,
            shrinkA=4,
            shrinkB=5 if inside else 0,
            zorder=4,
        )
    )


def _arrow_legend(subject: Subject, drawn: int, missed: int) -> list[Artist]:
    if not drawn:
        return []
    key = "missed_pair" if drawn == missed else "missed_pairs_worst"
    label = subject.texts.say(key, shown=drawn, count=missed)
    return [Line2D([], [], color=BLACK, linewidth=0.9, linestyle=_ARROW, label=label)]
