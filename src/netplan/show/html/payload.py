"""What the page's scripts draw: compact, and never more than a page can carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netplan.ground.texts.sentences import in_language, state_in_language
from netplan.show.html.causes import latency, worst_first
from netplan.show.html.channels import channels
from netplan.show.html.curves import LEVELS, curve
from netplan.show.html.ground import ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netplan.judge.results import Results
    from netplan.show.html.failures import Down
    from netplan.show.html.places import Places
    from netplan.show.html.texts import Texts

__all__ = ["payload", "to_script"]

ROW_BYTES = 600_000
"""Room for the rows of the list of all pairs."""
DETAIL_BYTES = 1_700_000
"""Room for hops, remedies and distributions of pairs."""
_PLACES = 5
"""Decimal places of a millisecond: 10 ns."""


class Numbers:
    """Gives names numbers in the order in which they come."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """Return the number of a name."""
        return self.names.setdefault(name, len(self.names))


def payload(
    results: Results,
    places: Places,
    texts: Texts,
    components: Sequence[str],
    classes: Mapping[str, str | None],
    down: Down,
) -> dict[str, Any]:
    """Return everything that charts, map and the list of pairs need.

    Parameters
    ----------
    results, places, texts, components
        What is shown, and what it is called.
    classes
        The class that probes of each target have.
    down
        Links that are down in failure states.
    """
    document = results.document
    targets = [*document["targets"], *_in_states(document)]
    nodes, links, remedies = Numbers(), Numbers(), Numbers()
    for node in document.get("nodes", ()):
        nodes(node["id"])
    rows = _Rows(results, components, nodes, links, remedies)
    for index, target in _by_weight(targets):
        for pair in worst_first(target["pairs"]):
            rows.add(index, target, pair)
    found = channels(document["links"])
    drawn = [
        [links(c.link), nodes(c.source), nodes(c.target), {y: _short(v) for y, v in c.load.items()}]
        for c in found
    ]
    cities = dict.fromkeys(places.city_of(name) for name in nodes.names)
    return {
        "texts": texts.scripts,
        "lang": texts.tag,
        "years": sorted({use["year"] for use in document["links"]}),
        "levels": LEVELS,
        "components": components,
        "verdicts": [_verdict(target, texts, classes.get(target["name"])) for target in targets],
        "states": [
            [year, state_in_language(state, texts.language), [links(link) for link in down[key]]]
            for key in dict.fromkeys((t["year"], t["state"]) for t in targets)
            if key in down
            for year, state in [key]
        ],
        "cities": [places.city(city) for city in cities],
        "nodes": [_node(name, places, list(cities)) for name in nodes.names],
        "links": list(links.names),
        "channels": drawn,
        "pairs": rows.rows,
        "details": rows.details,
        "left_out": rows.left_out,
        "remedies": [in_language(name, texts.language) for name in remedies.names],
        "ground": ground(places, document["links"]),
    }


def _in_states(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return targets in failure states, as far as pairs are kept; the worst states first."""
    ranks = {
        (state["year"], state["state"]): rank
        for rank, state in enumerate(document.get("worst_states", ()))
    }
    kept = [target for target in document.get("failures", ()) if target["pairs"]]
    return sorted(kept, key=lambda one: ranks.get((one["year"], one["state"]), len(ranks)))


def _by_weight(
    targets: Sequence[Mapping[str, Any]],
) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """Return targets with their positions; the normal state and what is not met get room first."""
    return sorted(
        enumerate(targets),
        key=lambda item: ("pairs_judged" in item[1], item[1]["outcome"] == "met"),
    )


def _verdict(target: Mapping[str, Any], texts: Texts, traffic_class: str | None) -> dict[str, Any]:
    known = [value for pair in target["pairs"] if (value := latency(pair)) is not None]
    return {
        "name": target["name"],
        "year": target["year"],
        "state": _state(target, texts),
        "class": traffic_class or "",
        "judged": target.get("pairs_judged", len(target["pairs"])),
        "outcome": target["outcome"],
        "limit": target["limit_ms"],
        "statistic": target["statistic"],
        "quantity": f"{target['statistic']} {texts.of('direction', target['direction'])}",
        "layer": texts.of("layer", target["layer"]),
        "coverage": _short(target["coverage"]),
        "needed": target["coverage_needed"],
        "worst": _short(max(known) / target["limit_ms"]) if known else None,
    }


def _state(target: Mapping[str, Any], texts: Texts) -> str:
    """Return what a failure state is called; nothing for the normal one."""
    in_failure = "pairs_judged" in target
    return state_in_language(target["state"], texts.language) if in_failure else ""


def _node(name: str, places: Places, cities: Sequence[str]) -> list[Any]:
    node = places.details(name)
    return [
        places.node(name),
        node.get("role", "transit"),
        cities.index(places.city_of(name)),
        node.get("lat"),
        node.get("lon"),
        node.get("population", 0),
    ]


class _Rows:
    """The list of pairs; what does not fit any more is counted."""

    def __init__(
        self,
        results: Results,
        components: Sequence[str],
        nodes: Numbers,
        links: Numbers,
        remedies: Numbers,
    ) -> None:
        self._components = components
        self._streams = {(year, stream.name): stream for year, stream in results.streams}
        self._nodes, self._links, self._remedies = nodes, links, remedies
        self._row_room, self._detail_room = ROW_BYTES, DETAIL_BYTES
        self.rows: list[list[Any]] = []
        self.details: list[list[Any] | None] = []
        self.left_out = 0

    def add(self, index: int, target: Mapping[str, Any], pair: Mapping[str, Any]) -> None:
        """Take a pair in, with as much as there is room for."""
        row = self._row(index, pair)
        self._row_room -= len(to_script(row))
        if self._row_room < 0:
            self.left_out += 1
            return
        self.rows.append(row)
        self.details.append(self._fitting_detail(target, pair))

    def _fitting_detail(
        self, target: Mapping[str, Any], pair: Mapping[str, Any]
    ) -> list[Any] | None:
        if self._detail_room < 0:
            return None
        # Samples are kept of the normal state only; a stream in a failure state has the same name.
        in_failure = "pairs_judged" in target
        stream = None if in_failure else self._streams.get((target["year"], pair["stream"]))
        measured = stream is not None and stream.delivered > 0
        detail = self._detail(pair, curve(stream) if stream and measured else None)
        self._detail_room -= len(to_script(detail))
        return detail if self._detail_room >= 0 else None

    def _row(self, index: int, pair: Mapping[str, Any]) -> list[Any]:
        return [
            index,
            self._nodes(pair["source"]),
            None if pair["target"] is None else self._nodes(pair["target"]),
            pair["outcome"],
            pair["reason"],
            *(_short(pair[key]) for key in ("estimate_ms", "low_ms", "high_ms", "floor_ms")),
            _short(pair["loss"]),
            pair["packets"],
            *(round(pair[key], 1) for key in ("length_km", "estimated_km")),
        ]

    def _detail(self, pair: Mapping[str, Any], curve: list[float | None] | None) -> list[Any]:
        return [
            self._split(pair["components_ms"]),
            [self._hop(hop) for hop in pair["hops"]],
            [self._remedies(remedy) for remedy in pair["remedies"]],
            curve,
        ]

    def _hop(self, hop: Mapping[str, Any]) -> list[Any]:
        return [
            self._links(hop["link"]),
            self._nodes(hop["from"]),
            self._nodes(hop["to"]),
            round(hop["utilisation"], 3),
            round(hop["length_km"], 1),
            round(hop["estimated_km"], 1),
            self._split(hop["components_ms"]),
        ]

    def _split(self, parts: Mapping[str, float]) -> list[float]:
        return [round(parts.get(name, 0.0), _PLACES) for name in self._components]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, _PLACES)


def to_script(value: object) -> str:
    r"""Return a value as JSON that may stand inside a script element.

    Examples
    --------
    >>> to_script(["</script>", "沈阳"])
    '["\\u003c/script>","沈阳"]'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
