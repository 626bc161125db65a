"""GeoJSON (RFC 7946): sites as points, fibre routes as lines.

A line is a span; its length is the sum of the great circles along it, which counts as an estimate,
unless its properties say a length. Of a file of others every line is also a link, for its routers
are not known. Our own files say what each feature is in the property ``kind``; there a line drawn
anew is measured once its ``length_km`` is removed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from netplan.exchange.draft import Draft, listed, topology_of, unreadable, written
from netplan.exchange.names import Names
from netplan.exchange.sheets import Sheet, draft_of_sheets
from netplan.exchange.words import flat, plain_number, topology_in_words
from netplan.ground.errors import Place
from netplan.input.loader.csv_text import Cell, Row
from netplan.input.scenario.build import explicit_spans
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.input.loader.files import Reading
    from netplan.input.loader.written import Plain, Scalar, Written
    from netplan.input.scenario.network import TopologySpec

__all__ = ["line_km", "read", "write"]

Point: TypeAlias = tuple[float, float]
"""Longitude and latitude [degrees], as GeoJSON orders them."""

_NEAR_KM = 1.0
"""A line that ends this close to a site ends there."""
_KINDS = {"node": "nodes", "span": "spans", "link": "links"}
_MEMBERS = ("name", "description", "defaults")


def line_km(line: Sequence[Point]) -> float:
    """Sum of the great circles along a line [km].

    Examples
    --------
    >>> round(line_km([(123.433, 41.792), (122.232, 40.665), (121.602, 38.912)]), 1)
    362.8
    """
    return sum(great_circle_km((a[1], a[0]), (b[1], b[0])) for a, b in pairwise(line))


# --- in -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Feature:
    points: tuple[Point, ...]
    """One of a site, several of a line, none where the geometry is left out."""
    is_line: bool
    values: dict[str, Any] = field(default_factory=dict)


def read(document: Mapping[str, Any], name: str, file: str, reading: Reading) -> Draft:
    """Make a draft of a feature collection, our own or anybody's."""
    features = document.get("features")
    if not isinstance(features, list):
        raise unreadable(file, "not a GeoJSON FeatureCollection: no list features")
    found = [
        one for number, feature in enumerate(features) for one in _features(feature, number, file)
    ]
    if document.get("netplan") == "topology/1":
        return _own(document, found, file, reading)
    return _foreign(found, str(document.get("name") or name), file)


def _features(feature: Any, number: int, file: str) -> Iterator[_Feature]:
    """Take a feature apart; lines in several pieces become several features."""
    try:
        values = dict(feature.get("properties") or {})
        if "id" in feature:
            values.setdefault("id", feature["id"])
        geometry = feature.get("geometry") or {"type": None, "coordinates": []}
        kind, coordinates = geometry["type"], geometry["coordinates"]
        if kind in {None, "Point"}:
            yield _Feature(tuple(_point(one) for one in [coordinates] if one), False, values)
        elif kind in {"LineString", "MultiLineString"}:
            for line in [coordinates] if kind == "LineString" else coordinates:
                if len(line) < 2:
                    raise ValueError("a line of fewer than two points")
                yield _Feature(tuple(map(_point, line)), True, values)
        else:
            message = f"features[{number}]: a {kind}; sites are Points, cables LineStrings"
            raise unreadable(file, message)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise unreadable(file, f"features[{number}]: not a GeoJSON feature ({error})") from error


def _point(position: Any) -> Point:
    lon, lat = float(position[0]), float(position[1])
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        message = f"{lon:g}, {lat:g} is no longitude and latitude in degrees; export as WGS 84"
        raise ValueError(message)
    return lon, lat


def _own(
    document: Mapping[str, Any], features: list[_Feature], file: str, reading: Reading
) -> Draft:
    place = Place(file)
    rows: dict[str, list[Row]] = {kind: [] for kind in _KINDS.values()}
    for feature in features:
        values = dict(feature.values)
        kind = _KINDS.get(str(values.pop("kind", "")))
        if kind is None:
            named = values.get("id", "a feature")
            message = f"{named}: the property kind must be node, span or link"
            reading.complain(place, (), message)
            continue
        if kind == "nodes" and feature.points:
            values["longitude"], values["latitude"] = feature.points[0]
        # A line of two points is the one that export drew, for want of a better.
        drawn = len(feature.points) > 2
        if kind == "spans" and drawn and not {"length_km", "route_factor"} & {*values}:
            values |= flat(_measured(feature.points, file))
        cells = {k: Cell(str(v), place) for k, v in values.items() if v is not None}
        rows[kind].append(Row(cells, place))
    sheets = {
        kind: Sheet(dict.fromkeys((k for row in found for k in row.cells), place), found)
        for kind, found in rows.items()
    }
    draft = draft_of_sheets(sheets, file, reading)
    parts = {kind: _mapping(draft.topology, kind) for kind in _KINDS.values()}
    said = {key: document[key] for key in _MEMBERS if key in document}
    return Draft(topology_of(file, said, parts["nodes"], parts["links"], parts["spans"]))


def _mapping(topology: Written, kind: str) -> dict[str, Written]:
    return topology.mapping[kind].mapping if kind in topology.mapping else {}


def _measured(line: Sequence[Point], file: str) -> dict[str, Plain]:
    """Return the length of a line and where it comes from."""
    basis = f"sum of great circles along the {len(line)} points of the line in {Path(file).name}"
    length = plain_number(round(line_km(line), 3))
    return {"length_km": length, "source": {"basis": basis, "confidence": "low"}}


# --- files of others ------------------------------------------------------------------------


@dataclass(slots=True)
class _Sites:
    """The sites so far; a line that ends where there is none makes one."""

    file: str
    names: Names = field(default_factory=lambda: Names("site"))
    at: dict[str, Point] = field(default_factory=dict)
    words: dict[str, dict[str, Plain]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def add(self, feature: _Feature) -> None:
        values = feature.values
        label = str(values.get("id") or values.get("name") or f"site-{len(self.at) + 1}")
        role = values.get("role")
        name = self.names.of(f"{label} ({len(self.at)})", label)
        self._put(name, feature.points[0], str(values.get("name") or label), role)

    def end(self, point: Point) -> str:
        """Return the site at the end of a line."""
        far = {name: line_km([point, place]) for name, place in self.at.items()}
        name = min(far, key=far.__getitem__, default=None)
        if name is not None and far[name] <= _NEAR_KM:
            return name
        name = self.names.of(f"end {point}", f"site-{len(self.at) + 1}")
        self.made.append(name)
        self._put(name, point, name, None)
        return name

    def _put(self, name: str, point: Point, label: str, role: object) -> None:
        known = role in [*Role]
        basis = Path(self.file).name + ("" if known else "; that it is a core router is assumed")
        self.at[name] = point
        self.words[name] = {
            "role": str(role) if known else str(Role.CORE),
            "name": label[:200],
            "at": [point[1], point[0]],
            "source": {"basis": basis, "confidence": "low" if known else "assumed"},
        }


def _foreign(features: Sequence[_Feature], name: str, file: str) -> Draft:
    sites, keys, cables = _Sites(file), Names("link"), Names("span")
    for feature in features:
        if not feature.is_line and feature.points:
            sites.add(feature)
    spans: dict[str, Written] = {}
    links: dict[str, Written] = {}
    for number, feature in enumerate(one for one in features if one.is_line):
        ends = [sites.end(feature.points[0]), sites.end(feature.points[-1])]
        if ends[0] == ends[1]:
            continue
        label = str(feature.values.get("id") or feature.values.get("name") or "~".join(ends))
        span = cables.of(f"{label} ({number})", label)
        words: dict[str, Plain] = {"ends": [*ends], **_measured(feature.points, file)}
        spans[span] = written(words, Place(file))
        if not any(sites.words[end]["role"] == Role.TRANSIT for end in ends):
            link = keys.of(f"{label} ({number})", "--".join(ends))
            links[link] = written(_link(ends, span, feature.values), Place(file))
    nodes = {key: written(words, Place(file)) for key, words in sites.words.items()}
    notes = [f"length of {len(spans)} cables measured along their lines, without slack"]
    if links:
        notes.append(f"each of {len(links)} cables taken for a link between routers at its ends")
    if sites.made:
        notes.append(f"sites made where lines end: {listed(sites.made)}")
    assumed = sum(words["role"] == Role.CORE for words in sites.words.values())
    notes += [f"role of up to {assumed} nodes assumed: core"] if assumed else []
    return Draft(topology_of(file, {"name": name}, nodes, links, spans), (), tuple(notes), True)


def _link(ends: Sequence[str], span: str, values: Mapping[str, Any]) -> dict[str, Plain]:
    kept = {key: values[key] for key in ("capacity_gbps", "members") if values.get(key) is not None}
    return {"ends": [*ends], "over": [span], **kept}


# --- out ------------------------------------------------------------------------------------


def write(spec: TopologySpec) -> bytes:
    """Return the feature collection; spans are straight lines, for a topology has no others."""
    words: dict[str, Any] = topology_in_words(spec)
    features = [
        *(_feature("node", name, entry, [name], spec) for name, entry in words["nodes"].items()),
        *(
            _feature("span", name, entry, entry["ends"], spec)
            for name, entry in (words.get("spans") or {}).items()
        ),
        *(
            _feature("link", name, entry, _sites_of(name, spec), spec)
            for name, entry in (words.get("links") or {}).items()
        ),
    ]
    said = {key: words[key] for key in ("netplan", *_MEMBERS) if key in words}
    document = {"type": "FeatureCollection", **said, "features": features}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _sites_of(name: str, spec: TopologySpec) -> list[str]:
    """Return the sites that a link passes, in order."""
    full = explicit_spans(spec)
    sites = [full.links[name].ends[0]]
    for span in full.links[name].over or ():
        ends = full.spans[span].ends
        sites.append(ends[1] if ends[0] == sites[-1] else ends[0])
    return sites


def _feature(
    kind: str, name: str, entry: Mapping[str, Any], sites: Sequence[str], spec: TopologySpec
) -> dict[str, object]:
    values: dict[str, Scalar] = flat({k: v for k, v in entry.items() if k != "at"})
    values = {"name.en" if key == "name" else key: value for key, value in values.items()}
    places = [spec.nodes[site].at for site in sites]
    line = [[place[1], place[0]] for place in places if place is not None]
    geometry: dict[str, object] | None = None
    if line and len(line) == len(sites):
        geometry = (
            {"type": "Point", "coordinates": line[0]}
            if kind == "node"
            else {"type": "LineString", "coordinates": line}
        )
    properties = {"kind": kind, "id": name, **values}
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}
