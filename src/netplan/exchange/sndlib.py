"""SNDlib networks, as XML and in the native text form.

S. Orlowski, M. Pióro, A. Tomaszewski, R. Wessäly, "SNDlib 1.0 - Survivable Network Design
Library", *Networks* 55(3), 2010, 276-286; the native form is described at
http://sndlib.zib.de/html/docu/io-formats/native/network.description.html.

Capacities and demands are in units of the network's own, mostly Mbit/s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from netplan.exchange.draft import Draft, listed, topology_of, unreadable, written
from netplan.exchange.names import Names
from netplan.exchange.sheets import DEFAULT_CLASS
from netplan.exchange.words import plain_number
from netplan.ground.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.input.loader.written import Plain

__all__ = ["MBPS", "draft_of_network", "parse_native", "parse_xml"]

MBPS = 1e-3
"""What one unit of an SNDlib network is taken for [Gbit/s]."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class SndLink:
    """A link that stands or may be built."""

    name: str
    source: str
    target: str
    installed: float
    """Capacity [units]."""
    modules: tuple[float, ...]
    """Capacities of what may be added [units]."""
    place: Place


@dataclass(frozen=True, slots=True)
class SndDemand:
    """Traffic from source to target [units]."""

    source: str
    target: str
    value: float
    place: Place


@dataclass(slots=True)
class SndNetwork:
    """What a network file says."""

    is_geographical: bool = True
    nodes: dict[str, tuple[float, float] | None] = field(default_factory=dict)
    """Longitude and latitude, or a place on paper."""
    links: list[SndLink] = field(default_factory=list)
    demands: list[SndDemand] = field(default_factory=list)


# --- XML ------------------------------------------------------------------------------------


def parse_xml(content: bytes, file: str) -> SndNetwork:
    """Read the XML form, with or without its name space."""
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        line, column = error.position
        raise unreadable(file, "not well-formed XML", line, column + 1) from error
    except (LookupError, ValueError) as error:
        raise unreadable(file, f"XML of an encoding that is not known ({error})") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "network" or root.find("networkStructure/nodes") is None:
        raise unreadable(file, f"not an SNDlib network: the root element is {root.tag}")
    nodes = root.find("networkStructure/nodes")
    network = SndNetwork(nodes is None or nodes.get("coordinatesType") != "pixel")
    for element in root.findall("networkStructure/nodes/node"):
        point = (element.find("coordinates/x"), element.find("coordinates/y"))
        name = _attribute(element, "id", file)
        known = point[0] is not None and point[1] is not None
        network.nodes[name] = (
            (_number(element, "coordinates/x", file), _number(element, "coordinates/y", file))
            if known
            else None
        )
    network.links += [_xml_link(e, file) for e in root.findall("networkStructure/links/link")]
    network.demands += [_xml_demand(e, file) for e in root.findall("demands/demand")]
    return network


def _xml_link(element: ET.Element, file: str) -> SndLink:
    return SndLink(
        name=_attribute(element, "id", file),
        source=_child(element, "source", file),
        target=_child(element, "target", file),
        installed=_number(element, "preInstalledModule/capacity", file, 0.0),
        modules=tuple(
            _number(module, "capacity", file)
            for module in element.findall("additionalModules/addModule")
        ),
        place=Place(file),
    )


def _xml_demand(element: ET.Element, file: str) -> SndDemand:
    value = _number(element, "demandValue", file) * _number(element, "routingUnit", file, 1.0)
    source, target = _child(element, "source", file), _child(element, "target", file)
    return SndDemand(source, target, value, Place(file))


def _attribute(element: ET.Element, name: str, file: str) -> str:
    if (value := element.get(name)) is None:
        raise unreadable(file, f"a {element.tag} has no {name}")
    return value.strip()


def _child(element: ET.Element, path: str, file: str) -> str:
    if not (text := (element.findtext(path) or "").strip()):
        raise unreadable(file, f"{element.tag} {element.get('id', '')}: no {path}")
    return text


def _number(element: ET.Element, path: str, file: str, missing: float | None = None) -> float:
    if missing is not None and element.find(path) is None:
        return missing
    text = _child(element, path, file)
    try:
        return float(text)
    except ValueError as error:
        message = f"{element.tag} {element.get('id', '')}: {path} must be a number, got {text!r}"
        raise unreadable(file, message) from error


# --- native ---------------------------------------------------------------------------------

_REAL = r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)"
_PAIR = r"(\S+)\s*\(\s*([^\s()]+)\s+([^\s()]+)\s*\)"
_LINES = {
    "NODES": re.compile(rf"([^\s()]+)(?:\s*\(\s*{_REAL}\s+{_REAL}\s*\))?.*"),
    "LINKS": re.compile(rf"{_PAIR}\s*{_REAL}\s+{_REAL}\s+{_REAL}\s+{_REAL}\s*\(([^()]*)\)"),
    "DEMANDS": re.compile(rf"{_PAIR}\s*{_REAL}\s+{_REAL}(?:\s.*)?"),
}
_LAYOUT = {
    "NODES": "NAME ( LONGITUDE LATITUDE )",
    "LINKS": "NAME ( SOURCE TARGET ) CAPACITY COST COST COST ( {CAPACITY COST}* )",
    "DEMANDS": "NAME ( SOURCE TARGET ) UNIT VALUE LIMIT",
}


def parse_native(text: str, file: str) -> SndNetwork:
    """Read the native text form, in which every thing has a line of its own."""
    if not text.lstrip().startswith("?SNDlib native format"):
        message = "not an SNDlib network; the first line must be ?SNDlib native format; ..."
        raise unreadable(file, message, 1, 1)
    network = SndNetwork()
    for section, line, place in _lines(text, file):
        match = _LINES[section].fullmatch(line)
        if match is None:
            message = f"not a line of the section {section}; write {_LAYOUT[section]}"
            raise unreadable(file, message, place.line, place.column)
        _take(network, section, match, place)
    points = [point for point in network.nodes.values() if point is not None]
    network.is_geographical = all(abs(x) <= 180 and abs(y) <= 90 for x, y in points)
    return network


def _lines(text: str, file: str) -> Iterator[tuple[str, str, Place]]:
    """Yield the lines of the sections that matter here."""
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if match := re.fullmatch(r"([A-Z_]+)\s*\(", line):
            section = match[1]
        elif line == ")":
            section = ""
        elif line and section in _LINES:
            yield section, line, Place(file, number, len(raw) - len(raw.lstrip()) + 1)


def _take(network: SndNetwork, section: str, match: re.Match[str], place: Place) -> None:
    name, *rest = match.groups()
    try:
        if section == "NODES":
            network.nodes[name] = (float(rest[0]), float(rest[1])) if rest[0] else None
        elif section == "LINKS":
            modules = tuple(float(one) for one in rest[6].split()[::2])
            link = SndLink(name, rest[0], rest[1], float(rest[2]), modules, place)
            network.links.append(link)
        else:
            size = float(rest[2]) * float(rest[3])
            network.demands.append(SndDemand(rest[0], rest[1], size, place))
    except ValueError as error:
        message = "a number is misspelt"
        raise unreadable(place.file, message, place.line, place.column) from error


# --- into a draft ---------------------------------------------------------------------------


def draft_of_network(network: SndNetwork, name: str, file: str, unit_gbps: float) -> Draft:
    """Make a draft of a network.

    Parameters
    ----------
    network
        What the file says.
    name
        Name of the topology.
    file
        Name of the file, for sources.
    unit_gbps
        One unit of capacity and demand [Gbit/s].
    """
    names, keys = Names("node"), Names("link")
    nodes = {
        names.of(node): written(_node(node, point, network, file), Place(file))
        for node, point in network.nodes.items()
    }
    links = {
        keys.of(link.name): written(_link(link, names, file, unit_gbps), link.place)
        for link in network.links
    }
    demands = tuple(
        written(_demand(demand, names, unit_gbps), demand.place)
        for demand in network.demands
        if demand.value > 0
    )
    notes = (*_notes(network, unit_gbps), *names.notes, *keys.notes)
    return Draft(topology_of(file, {"name": name}, nodes, links), demands, notes, is_foreign=True)


def _node(
    name: str, point: tuple[float, float] | None, network: SndNetwork, file: str
) -> dict[str, Plain]:
    node: dict[str, Plain] = {"role": "core", "name": name}
    if point is not None and network.is_geographical:
        node["at"] = [point[1], point[0]]
    basis = f"{Path(file).name}; that it is a core router is assumed"
    return node | {"source": {"basis": basis, "confidence": "assumed"}}


def _link(link: SndLink, names: Names, file: str, unit_gbps: float) -> dict[str, Plain]:
    words: dict[str, Plain] = {"ends": [names.of(link.source), names.of(link.target)]}
    if link.installed > 0:
        basis, units = f"{Path(file).name}: capacity installed", link.installed
    elif link.modules:
        basis, units = (
            f"{Path(file).name}: nothing installed, one of the largest module assumed",
            max(link.modules),
        )
    else:
        return words
    return words | {
        "capacity_gbps": _gbps(units, unit_gbps),
        "source": {
            "basis": f"{basis}; {units:g} units of {unit_gbps:g} Gbit/s",
            "confidence": "low" if link.installed > 0 else "assumed",
        },
    }


def _demand(demand: SndDemand, names: Names, unit_gbps: float) -> dict[str, Plain]:
    return {
        "class": DEFAULT_CLASS,
        "from": names.of(demand.source),
        "to": names.of(demand.target),
        "rate_gbps": _gbps(demand.value, unit_gbps),
    }


def _gbps(units: float, unit_gbps: float) -> float:
    return plain_number(float(f"{units * unit_gbps:.{_DIGITS}g}"))


def _notes(network: SndNetwork, unit_gbps: float) -> Iterator[str]:
    yield f"unit of capacities and demands taken as {unit_gbps:g} Gbit/s"
    yield f"role of all {len(network.nodes)} nodes assumed: core"
    if not network.is_geographical:
        yield "coordinates left out: they are places on a drawing, not on the Earth"
    empty = [link.name for link in network.links if link.installed <= 0 and link.modules]
    if empty:
        yield (
            f"{len(empty)} links have nothing installed; one of their largest module assumed: "
            f"{listed(empty)}"
        )
    if network.demands:
        yield "demands taken as written, one way from source to target"
