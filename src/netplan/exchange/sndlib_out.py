"""Writes SNDlib networks, which hold routers, total capacities and demands, and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from netplan.exchange.draft import listed
from netplan.exchange.sndlib import MBPS
from netplan.exchange.words import topology_in_words
from netplan.input.scenario.build import resolved
from netplan.input.scenario.network import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netplan.exchange.traffic import DemandRow
    from netplan.input.scenario.network import TopologySpec

__all__ = ["losses", "write_native", "write_xml"]

NAMESPACE = "http://sndlib.zib.de/network"
_HELD = {"nodes": {"at"}, "links": {"ends", "capacity_gbps", "members"}}
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class _Link:
    name: str
    source: str
    target: str
    capacity: float
    """Of all members [Mbit/s]."""
    member: float
    """[Mbit/s]."""


class _Identifiers:
    """Makes identifiers that the format allows: letters, digits, hyphens, underscores."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._given:
            bare = re.sub(r"[^A-Za-z0-9_-]", "_", name)
            free = bare if bare[0].isalnum() else f"x{bare}"
            number = 2
            while free in self._given.values():
                free, number = f"{bare}_{number}", number + 1
            self._given[name] = free
        return self._given[name]

    @property
    def changed(self) -> list[str]:
        return [f"{was} -> {now}" for was, now in self._given.items() if was != now]


def _links(spec: TopologySpec, names: _Identifiers, keys: _Identifiers) -> list[_Link]:
    return [
        _Link(
            name=keys.of(name),
            source=names.of(link.ends[0]),
            target=names.of(link.ends[1]),
            capacity=link.capacity_gbps.forward * (link.members or 1) / MBPS,
            member=link.capacity_gbps.forward / MBPS,
        )
        for name, link in resolved(spec).links.items()
        if link.capacity_gbps is not None
    ]


def _routers(spec: TopologySpec) -> dict[str, tuple[float, float] | None]:
    """Longitude and latitude of the nodes that have a router."""
    return {
        name: node.at and (node.at[1], node.at[0])
        for name, node in spec.nodes.items()
        if node.role is not Role.TRANSIT
    }


def _spell(value: float) -> str:
    return f"{float(f'{value:.{_DIGITS}g}')}"


def write_native(spec: TopologySpec, demands: Sequence[DemandRow]) -> bytes:
    """Return the native text form."""
    names, keys = _Identifiers(), _Identifiers()
    lines = ["?SNDlib native format; type: network; version: 1.0", "", "NODES ("]
    for name, point in _routers(spec).items():
        place = f" ( {point[0]} {point[1]} )" if point else ""
        lines.append(f"  {names.of(name)}{place}")
    lines += [")", "", "# Capacities and demands in Mbit/s.", "LINKS ("]
    for link in _links(spec, names, keys):
        capacity, member = _spell(link.capacity), _spell(link.member)
        ends = f"( {link.source} {link.target} )"
        lines.append(f"  {link.name} {ends} {capacity} 0.0 0.0 0.0 ( {member} 0.0 )")
    lines += [")", "", "DEMANDS ("]
    for number, demand in enumerate(demands, start=1):
        ends = f"( {names.of(demand.source)} {names.of(demand.target)} )"
        lines.append(f"  D{number} {ends} 1 {_spell(demand.rate_gbps / MBPS)} UNLIMITED")
    return "\n".join([*lines, ")", ""]).encode()


def write_xml(spec: TopologySpec, demands: Sequence[DemandRow]) -> bytes:
    """Return the XML form."""
    names, keys = _Identifiers(), _Identifiers()
    root = ET.Element("network", {"xmlns": NAMESPACE, "version": "1.0"})
    structure = ET.SubElement(root, "networkStructure")
    nodes = ET.SubElement(structure, "nodes", {"coordinatesType": "geographical"})
    for name, point in _routers(spec).items():
        node = ET.SubElement(nodes, "node", {"id": names.of(name)})
        if point:
            _children(ET.SubElement(node, "coordinates"), x=str(point[0]), y=str(point[1]))
    links = ET.SubElement(structure, "links")
    for link in _links(spec, names, keys):
        element = ET.SubElement(links, "link", {"id": link.name})
        _children(element, source=link.source, target=link.target)
        installed = ET.SubElement(element, "preInstalledModule")
        _children(installed, capacity=_spell(link.capacity), cost="0.0")
        more = ET.SubElement(ET.SubElement(element, "additionalModules"), "addModule")
        _children(more, capacity=_spell(link.member), cost="0.0")
    wanted = ET.SubElement(root, "demands")
    for number, demand in enumerate(demands, start=1):
        element = ET.SubElement(wanted, "demand", {"id": f"D{number}"})
        _children(
            element,
            source=names.of(demand.source),
            target=names.of(demand.target),
            routingUnit="1",
            demandValue=_spell(demand.rate_gbps / MBPS),
        )
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _children(element: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(element, tag).text = text


def losses(spec: TopologySpec, demands: Iterable[DemandRow]) -> list[str]:
    """Say what the format cannot hold of a topology and its demands."""
    words = topology_in_words(spec)
    found = ["defaults"] if words.get("defaults") else []
    for kind in ("nodes", "spans", "links"):
        entries = words.get(kind, {})
        said = entries.values() if isinstance(entries, dict) else ()
        keys = [key for entry in said if isinstance(entry, dict) for key in entry]
        lost = [key for key in dict.fromkeys(keys) if key not in _HELD.get(kind, set())]
        found += [f"{kind}: {', '.join(lost)}"] if lost else []
    found += _gone(spec)
    names, keys_ = _Identifiers(), _Identifiers()
    _links(spec, names, keys_)
    for name in _routers(spec):
        names.of(name)
    for what, changed in (("nodes", names.changed), ("links", keys_.changed)):
        found += [f"names of {what}: {listed(changed)}"] if changed else []
    classes = {demand.traffic_class for demand in demands}
    found += ["demands: their classes"] if len(classes) > 1 else []
    routed = sum(demand.route is not None for demand in demands)
    return [*found, *([f"demands: {routed} explicit routes"] if routed else [])]


def _gone(spec: TopologySpec) -> list[str]:
    found = []
    transit = [name for name, node in spec.nodes.items() if node.role is Role.TRANSIT]
    if transit:
        found.append(f"sites without a router: {listed(transit)}")
    lopsided = [
        name
        for name, link in spec.links.items()
        if link.capacity_gbps and link.capacity_gbps.forward != link.capacity_gbps.reverse
    ]
    if lopsided:
        found.append(f"links: the capacity from the second end to the first: {listed(lopsided)}")
    members = [name for name, link in resolved(spec).links.items() if (link.members or 1) > 1]
    if members:
        found.append(
            f"links: of how many members they are, only what they sum up to: {listed(members)}"
        )
    return found
