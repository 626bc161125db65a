"""What is wrong with bad files, where, and what to do about it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from netplan.ground.errors import InputError
from netplan.ground.texts.problems import is_translated
from netplan.input.loader import load, load_any, load_topology

HERE = Path(__file__).parent

TOPOLOGY = """\
netplan: topology/1
name: bad
nodes:
  a: {role: core, city: x, at: [41.0, 123.0], population: 3}
  b: {role: core, city: y, at: [40.0, 122.0], population: 5}
  t: {role: transit, at: [40.5, 122.5]}
  dc: {role: compute, city: y}
defaults:
  nodes: {core: {processing_us: 20}, compute: {processing_us: 5}}
spans:
  a~t: {ends: [a, t], length_km: 60}
  t~b: {ends: [t, b], route_factor: 1.3}
links:
  a--b: {ends: [a, b], over: [a~t, t~b], capacity_gbps: 400}
  dc--b: {ends: [dc, b], length_km: 2, capacity_gbps: 100}
"""
SCENARIO = """\
netplan: scenario/1
name: bad
topology: topology.yaml
traffic:
  classes:
    web: {arrivals: poisson, sizes: imix}
  demands:
    - {class: web, from: a, to: dc, rate_gbps: 40}
    - {class: web, gravity: {from: core, to: nearest_compute, total_gbps: 8}}
  growth_per_year: {web: 0.4}
years: [2024, 2025]
expansion:
  - {by: 2025, set: {link: a--b, members: 8}}
  - {by: 2025, add_compute: {id: new, connect: [a], capacity_gbps: 100}}
targets:
  - name: 5 ms
    between: {from: core, to: nearest_compute}
    layer: network
    direction: one_way
    statistic: p99
    below_ms: 5
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    return tmp_path


def problems(file="scenario.yaml", **options):
    with pytest.raises(InputError) as caught:
        load(file, **options)
    return [str(problem) for problem in caught.value.problems]


def with_edit(folder, name, old, new):
    """Write one of the good files with a mistake in it, and give back what is wrong with it."""
    text = (folder / name).read_text()
    assert text.count(old) == 1, old
    (folder / name).write_text(text.replace(old, new))
    return problems()


def test_the_good_files_are_good(folder):
    assert load("scenario.yaml").years == (2024, 2025)


IN_TOPOLOGY = {
    "unknown key": (
        "length_km: 60", "length_km: 60, fiber: g652",
        "11:38: spans.a~t.fiber: unknown key; did you mean 'fibre'?",
    ),
    "unit in a key": (
        "capacity_gbps: 400", "capacity_mbps: 400000",
        "14:42: links.a--b.capacity_mbps: unknown key; the unit is part of the key; did you mean"
        " 'capacity_gbps' [Gbit/s]?",
    ),
    "key without its unit": (
        "length_km: 60", "length: 60",
        "11:23: spans.a~t.length: unknown key; the unit is part of the key; did you mean"
        " 'length_km' [km]?",
    ),
    "more members than a link has": (
        "capacity_gbps: 400", "capacity_gbps: 400, members: 1000000000",
        "14:71: links.a--b.members: must be at most 10000, got 1000000000",
    ),
    "unknown key at the root": (
        "name: bad", "name: bad\nlinkz: {}",
        "3:1: linkz: unknown key; did you mean 'links'?",
    ),
    "nothing like the key": (
        "route_factor: 1.3", "zzz: 1.3",
        "12:23: spans.t~b.zzz: unknown key; known here: ends, length_km, route_factor, fibre,"
        " risk_groups, source",
    ),
    "duplicate key": (
        "length_km: 60", "length_km: 60, ends: [t, a]",
        "11:38: spans.a~t.ends: written twice; first at topology.yaml:11:9; keep one",
    ),
    "two links of one name": (
        "  dc--b:", "  a--b:",
        "15:3: links.a--b: written twice; first at topology.yaml:14:3; keep one",
    ),
    "missing key": (
        "{role: compute, city: y}", "{city: y}",
        "7:3: nodes.dc.role: missing; give one of access, aggregation, core, compute, hub, transit"
        " (What a site is for)",
    ),
    "text for a number": (
        "capacity_gbps: 400", "capacity_gbps: 4OO",
        "14:57: links.a--b.capacity_gbps: must be a number in Gbit/s or a mapping of forward,"
        " reverse, got the text '4OO'",
    ),
    "yaml 1.1 number": (
        "length_km: 60", "length_km: 1_000",
        "11:34: spans.a~t.length_km: must be a number in km, got the text '1_000'",
    ),
    "true for a number": (
        "length_km: 60", "length_km: true",
        "11:34: spans.a~t.length_km: must be a number in km, got true",
    ),
    "list for a mapping": (
        "{role: compute, city: y}", "[compute]",
        "7:3: nodes.dc: must be a mapping of role, name, city, at, processing_us, access,"
        " compute, population, weights, risk_groups, source, got a list",
    ),
    "nothing for a mapping": (
        "{role: compute, city: y}", "",
        "7:6: nodes.dc: must be a mapping of role, name, city, at, processing_us, access,"
        " compute, population, weights, risk_groups, source, got nothing",
    ),
    "one end": (
        "ends: [a, t]", "ends: [a]",
        "11:9: spans.a~t.ends: must be a list of 2 names, got 1 entry",
    ),
    "three coordinates": (
        "[41.0, 123.0]", "[41.0, 123.0, 7]",
        "4:28: nodes.a.at: must be a list of 2 numbers, got 3 entries",
    ),
    "negative": (
        "length_km: 60", "length_km: -60",
        "11:34: spans.a~t.length_km: must be greater than 0, got -60",
    ),
    "zero": (
        "length_km: 60", "length_km: 0",
        "11:34: spans.a~t.length_km: must be greater than 0, got 0",
    ),
    "nan": (
        "length_km: 60", "length_km: .nan",
        "11:34: spans.a~t.length_km: must be a finite number, got nan",
    ),
    "infinite": (
        "length_km: 60", "length_km: 1e999",
        "11:34: spans.a~t.length_km: must be a finite number, got inf",
    ),
    "absurd": (
        "length_km: 60", "length_km: 60000",
        "11:34: spans.a~t.length_km: must be at most 20000, got 60000; the unit is km",
    ),
    "more digits than a number has": (
        "length_km: 60", f"length_km: {'9' * 5000}",
        f"11:34: spans.a~t.length_km: must be a number in km, got the text '{'9' * 57}...'",
    ),
    "latitude beyond the pole": (
        "[41.0, 123.0]", "[123.0, 41.0]",
        "4:33: nodes.a.at[0]: must be at most 90, got 123; latitude comes first, then longitude",
    ),
    "latitude without its point": (
        "[41.0, 123.0]", "[4100, 123.0]", "4:33: nodes.a.at[0]: must be at most 90, got 4100"
    ),
    "unit beside a name that means a fraction": (
        "nodes:\n  a", "nodes:\n  share: {role: core, processing_us: 2000000}\n  a",
        "4:38: nodes.share.processing_us: must be at most 1000000, got 2000000; the unit is µs",
    ),
    "not of the list": (
        "role: transit", "role: transt",
        "6:13: nodes.t.role: must be one of access, aggregation, core, compute, hub, transit, got"
        " the text 'transt'; did you mean 'transit'?",
    ),
    "role that has no defaults": (
        "{core: {proc", "{cor: {}, core: {proc",
        "9:11: defaults.nodes.cor: unknown key; did you mean 'core'?",
    ),
    "white space in a name": (
        "  t: {role", "  x y: {role: hub}\n  t: {role",
        "6:3: nodes.x y: a name has 1 to 80 characters, no white space and none of > / , ;, got"
        " the text 'x y'",
    ),
    "length given twice": (
        "length_km: 60", "length_km: 60, route_factor: 1.2",
        "11:3: spans.a~t: give length_km or route_factor, not both",
    ),
    "half a capacity": (
        "capacity_gbps: 400", "capacity_gbps: {forward: 400}",
        "14:42: links.a--b.capacity_gbps.reverse: missing; give a number in Gbit/s",
    ),
    "unknown node": (
        "ends: [a, t]", "ends: [a, tt]",
        "11:19: spans.a~t.ends[1]: unknown node 'tt'; did you mean 't'?",
    ),
    "unknown span": (
        "over: [a~t, t~b]", "over: [a~t, t~bb]",
        "14:36: links.a--b.over[1]: unknown span 't~bb'; did you mean 't~b'?",
    ),
    "self-loop": (
        "ends: [dc, b]", "ends: [b, b]",
        "15:11: links.dc--b.ends: both ends are 'b'; name two different nodes",
    ),
    "link to a transit site": (
        "ends: [dc, b]", "ends: [dc, t]",
        "15:22: links.dc--b.ends[1]: 't' is a transit site, without a router; end the link at a"
        " router",
    ),
    "spans in the wrong order": (
        "over: [a~t, t~b]", "over: [t~b, a~t]",
        "14:24: links.a--b.over: breaks at a: span t~b joins t and b; name them in order from a to"
        " b",
    ),
    "spans that end too early": (
        "over: [a~t, t~b]", "over: [a~t]",
        "14:24: links.a--b.over: ends at t, not at b; name them in order from a to b",
    ),
    "no span between the ends": (
        "over: [a~t, t~b], ", "",
        "14:3: links.a--b.over: no span joins a and b; name the spans between them, or give"
        " length_km",
    ),
    "several spans between the ends": (
        "  t~b:", "  one: {ends: [b, dc], length_km: 4}\n  two: {ends: [dc, b], length_km: 5}\n"
        "  t~b:",
        None,
    ),
    "span of the name of a link's own": (
        "  t~b:", "  dc--b: {ends: [b, dc], length_km: 4}\n  t~b:",
        "16:37: links.dc--b.length_km: a span of its own would be called like the span of that"
        " name; rename one",
    ),
    "no length and no factor": (
        ", route_factor: 1.3", "",
        "12:3: spans.t~b.length_km: missing; give the length of the cable in km, or a route_factor",
    ),
    "no length and no coordinates": (
        ", at: [40.5, 122.5]", "",
        "12:3: spans.t~b.length_km: missing; give it in km, or coordinates (at) to t",
    ),
    "both ends in one place": (
        "[40.5, 122.5]", "[40.0, 122.0]",
        "12:3: spans.t~b.length_km: missing; both ends have the same coordinates, so give the"
        " length in km",
    ),
    "missing capacity": (
        ", capacity_gbps: 400", "",
        "14:3: links.a--b.capacity_gbps: missing; give the capacity of one member in Gbit/s",
    ),
    "missing processing": (
        ", compute: {processing_us: 5}", "",
        "7:3: nodes.dc.processing_us: missing; give the delay of this compute node in µs, or for"
        " the role in defaults.nodes.compute.processing_us",
    ),
    "name of a role": (
        "  t: {role", "  hub: {role: hub, processing_us: 1}\n  t: {role",
        "6:3: nodes.hub: a node may not have this name, which stands for all nodes of role hub;"
        " rename it",
    ),
    "name of the nearest compute node": (
        "  t: {role", "  nearest_compute: {role: hub, processing_us: 1}\n  t: {role",
        "6:3: nodes.nearest_compute: a node may not have this name, which stands for the nearest"
        " compute node; rename it",
    ),
    "scenario where a topology is wanted": (
        "netplan: topology/1", "netplan: scenario/1",
        "1:10: netplan: this is a scenario file; a topology file (netplan: topology/1) is needed"
        " here",
    ),
    "version of the future": (
        "netplan: topology/1", "netplan: topology/2",
        "1:10: netplan: must be topology/1, got the text 'topology/2'",
    ),
    "no header": (
        "netplan: topology/1\n", "",
        "1:1: netplan: missing; begin the file with netplan: topology/1",
    ),
    "tab": (
        "  a~t: {ends", "\ta~t: {ends", "11:1: a tab where YAML wants spaces; indent with spaces",
    ),
    "colon in a plain text": (
        "name: bad", "name: bad: very",
        "2:10: a second ': ' on one line, or wrong indentation; put texts that contain ': ' in"
        " quotes",
    ),
    "open quote": (
        "name: bad", "name: 'bad",
        "2:7: the quoted text that begins here never ends; add the quote",
    ),
    "open list": (
        "ends: [a, t]", "ends: [a, t",
        "11:15: a comma or ] is missing in the list that begins here",
    ),
    "merge key": (
        "length_km: 60", "length_km: 60, <<: {fibre: g652}",
        "11:38: spans.a~t: merge keys are not part of YAML 1.2; write the keys out, or use extends",
    ),
    "tag": (
        "length_km: 60", "length_km: !!python/name:os.system 60",
        "11:34: spans.a~t.length_km: the tag tag:yaml.org,2002:python/name:os.system means nothing"
        " here; leave it out",
    ),
    "alias of nothing": (
        "ends: [a, t]", "ends: *ends", "11:15: unknown alias *ends; define &ends first",
    ),
    "alias inside itself": (
        "ends: [a, t]", "ends: &ends [a, *ends]", "11:25: the alias *ends stands inside itself",
    ),
    "list as a key": (
        "  a~t:", "  ? [a]\n  : {}\n  a~t:",
        "11:5: spans: a key must be a plain text, not a mapping or list",
    ),
    "second document": (
        "spans:", "---\nspans:", "10:1: a second document begins here; keep one document to a file",
    ),
    "control character": (
        "name: bad", 'name: "b\x07d"',
        "2:9: the character U+0007 is not allowed in YAML; remove it",
    ),
    "too deep": (
        "name: bad", f"name: {'[' * 100_000}", "2:57: nested more than 50 levels deep",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_TOPOLOGY)
def test_a_mistake_in_a_topology_is_named(folder, case):
    old, new, expected = IN_TOPOLOGY[case]
    if expected is None:  # Two steps: the link must also lose its own span.
        text = (folder / "topology.yaml").read_text()
        (folder / "topology.yaml").write_text(text.replace("length_km: 2, ", ""))
        expected = "17:3: links.dc--b.over: 2 spans join dc and b; name one of one, two in over"
    found = with_edit(folder, "topology.yaml", old, new)
    assert f"topology.yaml:{expected}" in found
    assert len([line for line in found if line.startswith("topology.yaml")]) == 1


IN_SCENARIO = {
    "unknown class": (
        "web, from: a", "wbe, from: a",
        "8:15: traffic.demands[0].class: unknown class 'wbe'; did you mean 'web'?",
    ),
    "unknown node in a demand": (
        "to: dc, rate", "to: dcc, rate",
        "8:33: traffic.demands[0].to: unknown node 'dcc'; did you mean 'dc'?",
    ),
    "role in a demand": (
        "from: a, to: dc", "from: core, to: dc",
        "8:26: traffic.demands[0].from: name one node here; 'core' stands for several, which a"
        " gravity demand takes",
    ),
    "transit site in a demand": (
        "from: a, to: dc", "from: t, to: dc",
        "8:26: traffic.demands[0].from: 't' is a transit site, without a router; name another node",
    ),
    "demand to its own source": (
        "from: a, to: dc", "from: a, to: a",
        "8:33: traffic.demands[0].to: must differ from the source, 'a'",
    ),
    "demand to what is built later": (
        "from: a, to: dc", "from: a, to: new",
        "8:33: traffic.demands[0].to: node 'new' exists only from 2025 on, and 2024 is asked for"
        " too",
    ),
    "unknown link in a route": (
        "rate_gbps: 40", "rate_gbps: 40, route: [a--b, b--dc]",
        "8:66: traffic.demands[0].route[1]: unknown link 'b--dc'; there are a--b, dc--b, new--a",
    ),
    "route in the wrong order": (
        "rate_gbps: 40", "rate_gbps: 40, route: [dc--b, a--b]",
        "8:52: traffic.demands[0].route: breaks at a: link dc--b joins dc and b; name them in order"
        " from a to dc",
    ),
    "route that ends too early": (
        "rate_gbps: 40", "rate_gbps: 40, route: [a--b]",
        "8:52: traffic.demands[0].route: ends at b, not at dc; name them in order from a to dc",
    ),
    "two kinds of demand": (
        "rate_gbps: 40", "rate_gbps: 40, file: x.csv",
        "8:7: traffic.demands[0]: give exactly one of: from, to and rate_gbps; gravity; file",
    ),
    "name of python for a key": (
        "from: a, to: dc", "source: a, to: dc",
        "8:20: traffic.demands[0].source: unknown key; did you mean 'from'?",
    ),
    "unknown role in a gravity demand": (
        "from: core, to: nearest_compute, total", "from: coer, to: nearest_compute, total",
        "9:36: traffic.demands[1].gravity.from[0]: unknown node or role 'coer'; did you mean"
        " 'core'?",
    ),
    "nearest compute as a source": (
        "from: core, to: nearest_compute, total", "from: nearest_compute, to: core, total",
        "9:36: traffic.demands[1].gravity.from[0]: nearest_compute may only stand in to; it is"
        " found from the source",
    ),
    "weight that no node has": (
        "total_gbps: 8", "total_gbps: 8, weight: pflops",
        "9:86: traffic.demands[1].gravity.weight: no node has a weight 'pflops'; there are"
        " population",
    ),
    "weights that add up to zero": (
        "from: core, to: nearest_compute, total", "from: compute, to: core, total",
        "9:20: traffic.demands[1].gravity.weight: the population of compute adds up to zero;"
        " nothing to spread traffic by",
    ),
    "growth of an unknown class": (
        "{web: 0.4}", "{web: 0.4, wob: 1}",
        "10:36: traffic.growth_per_year.wob: unknown class 'wob'; did you mean 'web'?",
    ),
    "no growth": (
        "  growth_per_year: {web: 0.4}\n", "",
        "4:1: traffic.growth_per_year.web: missing; rates are for 2024 and 2025 is asked for; give"
        " a rate, or 0",
    ),
    "year without growth": (
        "{web: 0.4}\nyears: [2024, 2025]", "{web: {2025: 0.4}}\nyears: [2024, 2027]",
        "10:21: traffic.growth_per_year.web: no growth for 2026, 2027; give every year up to 2027",
    ),
    "growth of no year": (
        "{web: 0.4}", "{web: {25: 0.4}}",
        "10:27: traffic.growth_per_year.web.25: must be a year from 1990 to 2100, got '25'",
    ),
    "growth of neither kind": (
        "{web: 0.4}", "{web: 40 %}",
        "10:26: traffic.growth_per_year.web: must be a number or a mapping, got the text '40 %';"
        " write 0.4",
    ),
    "base year after the first": (
        "traffic:", "traffic:\n  base_year: 2025",
        "5:14: traffic.base_year: must not be after the first of the years, 2024, got 2025",
    ),
    "pairs of no states": (
        "traffic:", "failures: {simultaneous: 2}\ntraffic:",
        "4:26: failures.simultaneous: makes pairs of the states of each, which is left out; "
        "say each: span, or drop it",
    ),
    "years out of order": (
        "[2024, 2025]", "[2025, 2024]",
        "11:15: years[1]: 2024 stands after 2025; put the years in order",
    ),
    "year twice": ("[2024, 2025]", "[2024, 2024]", "11:15: years[1]: 2024 stands twice; keep one"),
    "no years": (
        "[2024, 2025]", "[]",
        "11:1: years: must not be empty; give at least one entry, or leave the key out",
    ),
    "years that are texts": (
        "[2024, 2025]", "['2024']",
        "11:9: years[0]: must be a whole number, got the text '2024'; write the number alone,"
        " without quotes or unit, e.g. 2024",
    ),
    "years parted by a full-width comma": (
        "[2024, 2025]", "[2024， 2025]",
        "11:9: years[0]: must be a whole number, got the text '2024， 2025'; the punctuation is"
        " full-width; write half-width",
    ),
    "number with its unit": (
        "rate_gbps: 40", "rate_gbps: '1,200 Gbps'",
        "8:48: traffic.demands[0].rate_gbps: must be a number in Gbit/s, got the text '1,200 Gbps';"
        " write the number alone, without quotes or unit, e.g. 1200",
    ),
    "full-width colon": (
        "years: [2024, 2025]", "years： [2024, 2025]",
        "11:1: a full-width ： is no colon; write ': '",
    ),
    "unknown link in the expansion": (
        "link: a--b", "link: a--c",
        "13:28: expansion[0].set.link: unknown link 'a--c'; did you mean 'a--b'?",
    ),
    "change before there is what changes": (
        "by: 2025, set: {link: a--b", "by: 2024, set: {link: new--a",
        "13:28: expansion[0].set.link: link 'new--a' exists only from 2025 on",
    ),
    "second thing of one name": (
        "id: new", "id: dc",
        "14:34: expansion[1].add_compute.id: there is a node 'dc' already; change it with set, or"
        " rename it",
    ),
    "connection to nothing": (
        "connect: [a]", "connect: [c]",
        "14:49: expansion[1].add_compute.connect[0]: unknown node 'c'; did you mean 'dc'?",
    ),
    "new compute without capacity": (
        ", capacity_gbps: 100", "",
        "14:16: expansion[1].add_compute.capacity_gbps: missing; give the capacity of one member in"
        " Gbit/s",
    ),
    "key of another kind": (
        "members: 8", "length_km: 8",
        "13:16: expansion[0].set: a link has no length_km to set; it has capacity_gbps, members,"
        " buffer, equipment, over, igp_metric, source",
    ),
    "new spans that do not connect": (
        "members: 8", "over: [a~t]",
        "13:34: expansion[0].set.over: ends at t, not at b; name them in order from a to b",
    ),
    "step that does nothing": (
        "set: {link: a--b, members: 8}", "name: nothing",
        "13:5: expansion[0]: give exactly one of set, add_node, add_span, add_link or add_compute,"
        " not none",
    ),
    "added link without spans": (
        "set: {link: a--b, members: 8}", "add_link: {id: x, ends: [a, dc], capacity_gbps: 1}",
        "13:16: expansion[0].add_link.over: no span joins a and dc; name the spans between them, or"
        " give length_km",
    ),
    "added node without processing": (
        "set: {link: a--b, members: 8}", "add_node: {id: x, role: hub}",
        "13:16: expansion[0].add_node.processing_us: missing; give the delay of this hub node in"
        " µs, or for the role in defaults.nodes.hub.processing_us",
    ),
    "added span to nowhere": (
        "set: {link: a--b, members: 8}", "add_span: {id: x, ends: [a, z], length_km: 3}",
        "13:44: expansion[0].add_span.ends[1]: unknown node 'z'; there are a, b, t, dc",
    ),
    "target of an unknown class": (
        "layer: network", "layer: network\n    class: wob",
        "19:12: targets[0].class: unknown class 'wob'; did you mean 'web'?",
    ),
    "target between unknown nodes": (
        "between: {from: core, to: nearest_compute}", "between: {from: core, to: [a, c]}",
        "17:35: targets[0].between.to[1]: unknown node or role 'c'; did you mean 'dc'?",
    ),
    "pair with itself": (
        "between: {from: core, to: nearest_compute}", "between: {pairs: [[a, a]]}",
        "17:23: targets[0].between.pairs[0]: both are 'a'; a pair has two nodes",
    ),
    "target without a statistic": (
        "    statistic: p99\n", "",
        "16:5: targets[0].statistic: missing; give a text (mean, max, or a percentile such as p50,"
        " p99, p99.9)",
    ),
    "percentile of everything": (
        "p99", "p100",
        "20:16: targets[0].statistic: must be mean, max or a percentile such as p50, p99, p99.9,"
        " got 'p100'",
    ),
    "limit of zero": (
        "below_ms: 5", "below_ms: 0", "21:15: targets[0].below_ms: must be greater than 0, got 0",
    ),
    "limit without a unit": (
        "below_ms: 5", "below: 5",
        "21:5: targets[0].below: unknown key; the unit is part of the key; did you mean 'below_ms'"
        " [ms]?",
    ),
    "growth in percent": (
        "{web: 0.4}", "{web: 40}",
        "10:26: traffic.growth_per_year.web: must be at most 10, got 40; it is a fraction:"
        " 40 % is 0.4",
    ),
    "growth that halves in percent": (
        "{web: 0.4}", "{web: -50}",
        "10:26: traffic.growth_per_year.web: must be greater than -1, got -50; it is a fraction:"
        " -50 % is -0.5",
    ),
    "coordinates of a new compute node": (
        "connect: [a]", "connect: [a], at: [123, 41]",
        "14:58: expansion[1].add_compute.at[0]: must be at most 90, got 123; latitude comes first,"
        " then longitude",
    ),
    "compute node whose link has too long a name": (
        "id: new", f"id: {'n' * 78}",
        f"14:34: expansion[1].add_compute.id: its link '{'n' * 78}--a' has 81 characters, over 80;"
        " shorten it",
    ),
    "topology that no file can be named like": (
        "topology: topology.yaml", f"topology: {'t' * 300}",
        f"3:11: topology: {'t' * 300}: cannot be read (file name too long)",
    ),
    "change to no way at all": (
        "members: 8", "over: []",
        "13:34: expansion[0].set.over: must not be empty; give at least one entry, or leave the key"
        " out",
    ),
    "confidence in percent": (
        "years:", "simulation: {confidence: 95}\nyears:",
        "11:26: simulation.confidence: must be less than 1, got 95; it is a fraction:"
        " 95 % is 0.95",
    ),
    "budget upside down": (
        "years:", "simulation: {packets: {at_least: 10, at_most: 3}}\nyears:",
        "11:34: simulation.packets.at_least: must be at most at_most, 3, got 10",
    ),
    "seed that is no whole number": (
        "years:", "simulation: {seed: 1.5}\nyears:",
        "11:20: simulation.seed: must be a whole number, got 1.5",
    ),
    "origin, which is none of the user's": (
        "years:", "origin: here\nyears:", "11:1: origin: unknown key",
    ),
    "topology written inside": (
        "topology: topology.yaml", "topology: {nodes: {}}",
        "3:11: topology: must be the path of a topology file, got a mapping",
    ),
    "no topology": (
        "topology: topology.yaml\n", "", "1:1: topology: missing; give the path of a topology file",
    ),
    "topology that is not there": (
        "topology: topology.yaml", "topology: topologie.yaml",
        "3:11: topology: topologie.yaml: no such file; did you mean 'topology.yaml'?",
    ),
    "base that is not there": (
        "name: bad", "name: bad\nextends: nowhere/base.yaml",
        "3:10: extends: nowhere/base.yaml: no such file; the folder nowhere does not exist either",
    ),
    "extending itself": (
        "name: bad", "name: bad\nextends: scenario.yaml",
        "3:10: extends: goes round in a circle: scenario.yaml -> scenario.yaml",
    ),
    "trace that is not there": (
        "arrivals: poisson", "arrivals: {trace: {file: trace.csv}}",
        "6:36: traffic.classes.web.arrivals.trace.file: trace.csv: no such file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_SCENARIO)
def test_a_mistake_in_a_scenario_is_named_alone(folder, case):
    old, new, expected = IN_SCENARIO[case]
    found = with_edit(folder, "scenario.yaml", old, new)
    assert found == [f"scenario.yaml:{expected}"]


def test_two_targets_may_not_share_a_name(folder):
    text = SCENARIO + SCENARIO[SCENARIO.index("  - name: 5 ms") :]
    (folder / "scenario.yaml").write_text(text)
    message = "another target is called '5 ms'; rename one"
    assert problems() == [f"scenario.yaml:22:11: targets[1].name: {message}"]


# --- files ------------------------------------------------------------------------------------


def test_a_missing_file_is_named_with_the_nearest_one(folder):
    message = "scenarioo.yaml: no such file; did you mean 'scenario.yaml'?"
    assert problems("scenarioo.yaml") == [message]


def test_a_folder_is_not_a_file(folder):
    (folder / "sub.yaml").mkdir()
    assert problems("sub.yaml") == ["sub.yaml: is a folder; name a file in it"]


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_is_called_empty(folder, content):
    (folder / "scenario.yaml").write_text(content)
    assert problems() == ["scenario.yaml:1:1: the file is empty"]


def test_a_file_that_is_a_list_is_no_mapping(folder):
    (folder / "scenario.yaml").write_text("- a\n")
    assert problems() == ["scenario.yaml:1:1: must be a mapping of keys to values, got a list"]


def test_a_huge_file_is_refused_before_it_is_read(folder):
    with (folder / "scenario.yaml").open("wb") as file:
        os.truncate(file.fileno(), 50_000_001)
    assert problems() == ["scenario.yaml: larger than 50 MB; split it, or use tables"]


def test_a_device_without_an_end_is_not_read_to_its_end(folder):
    (folder / "endless.yaml").symlink_to("/dev/zero")
    assert problems("endless.yaml") == ["endless.yaml: larger than 50 MB; split it, or use tables"]


def test_what_a_terminal_would_obey_is_spelled_out(folder):
    """One problem is one line, and reads in the order in which it is written."""
    [line] = with_edit(folder, "scenario.yaml", "from: a,", r'from: "a\n\e[2J\u202eb",')
    assert line.isprintable()
    assert r"got the text 'a\n\x1b[2J\u202eb'" in line


def test_thousands_of_mistakes_take_seconds_and_are_all_named(folder):
    rows = "".join(f"a,b,{n}x\n" for n in range(5000))
    (folder / "demands.csv").write_text("source,target,rate_gbps\n" + rows)
    demand = "  demands:\n    - {class: web, file: demands.csv}"
    begin = time.process_time()
    assert len(with_edit(folder, "scenario.yaml", "  demands:", demand)) == 5000
    assert time.process_time() - begin < 30


def test_a_byte_that_is_not_utf8_is_located(folder):
    (folder / "scenario.yaml").write_bytes(SCENARIO.replace("bad", "b\xe4d").encode("latin-1"))
    assert problems() == ["scenario.yaml:2:8: not UTF-8; save it as UTF-8"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_recognised_with_and_without_a_byte_order_mark(folder, encoding):
    (folder / "scenario.yaml").write_text(SCENARIO, encoding=encoding)
    assert problems() == problems() == ["scenario.yaml:1:1: encoded in UTF-16; save it as UTF-8"]


def test_an_alias_bomb_is_one_clear_error(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (folder / "scenario.yaml").write_text("netplan: scenario/1\n" + "\n".join(lines) + "\n")
    message = "more than 1,000,000 values, aliases written out; use fewer aliases"
    assert problems() == [f"scenario.yaml:7:5: {message}"]


def test_a_demand_of_too_many_flows_is_named_before_they_are_made(folder):
    found = with_edit(folder, "scenario.yaml", "sizes: imix", "sizes: imix, flow_gbps: 0.000001")
    where = "scenario.yaml:6:54: traffic.classes.web.flow_gbps"
    assert f"{where}: must be at least 4e-05 for a demand of 40 Gbit/s" in found


def test_what_a_scenario_extends_can_be_set(folder):
    (folder / "base.yaml").write_text(SCENARIO)
    (folder / "short.yaml").write_text("netplan: scenario/1\nname: short\n")
    assert load("short.yaml", overrides=["extends=base.yaml"]).years == (2024, 2025)
    found = problems("short.yaml", overrides=["extends=missing"])
    assert found == ["--set 'extends=missing': extends: missing: no such file"]


def test_a_circle_of_extends_names_its_chain(folder):
    for name, base in (("a", "b"), ("b", "c"), ("c", "a")):
        (folder / f"{name}.yaml").write_text(
            f"netplan: scenario/1\nextends: {base}.yaml\n" + SCENARIO.partition("\n")[2]
        )
    chain = "a.yaml -> b.yaml -> c.yaml -> a.yaml"
    assert problems("a.yaml") == [f"c.yaml:2:10: extends: goes round in a circle: {chain}"]


def test_a_base_missing_at_the_end_of_a_chain_names_the_chain(folder):
    text = SCENARIO.partition("\n")[2]
    (folder / "a.yaml").write_text("netplan: scenario/1\nextends: b.yaml\n" + text)
    (folder / "b.yaml").write_text("netplan: scenario/1\nextends: none.yaml\n" + text)
    found = problems("a.yaml")
    assert len(found) == 1
    assert found[0].startswith("b.yaml:2:10: extends: none.yaml: no such file")
    assert found[0].endswith("(extended by way of a.yaml -> b.yaml -> none.yaml)")


def test_what_a_missing_base_may_hold_is_not_called_missing(folder):
    text = "netplan: scenario/1\nname: x\nextends: none.yaml\nyears: [x]\n"
    (folder / "scenario.yaml").write_text(text)
    assert [line.split(": ")[1] for line in problems()] == ["extends", "years[0]"]


def test_a_file_of_neither_kind_says_how_to_begin(folder):
    (folder / "x.yaml").write_text("a: 1\n")
    with pytest.raises(InputError) as caught:
        load_any("x.yaml")
    message = "missing; begin the file with netplan: topology/1 or netplan: scenario/1"
    assert str(caught.value) == f"x.yaml:1:1: netplan: {message}"


def test_a_topology_alone_has_the_problems_that_it_has_in_a_scenario(folder):
    text = TOPOLOGY.replace("length_km: 60", "length_km: -1").replace("[dc, b]", "[dc, c]")
    (folder / "topology.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_topology("topology.yaml")
    assert [str(problem) for problem in caught.value.problems] == problems()
    assert len(problems()) == 2


def test_without_any_node_the_rest_is_not_judged(folder):
    (folder / "topology.yaml").write_text("netplan: topology/1\nname: bad\nnodes: 5\n")
    assert problems() == ["topology.yaml:3:8: nodes: must be a mapping, got 5"]
    with pytest.raises(InputError, match="must be a mapping, got 5"):
        load_topology("topology.yaml")


def test_a_missing_name_does_not_hide_other_mistakes(folder):
    (folder / "scenario.yaml").write_text(
        SCENARIO.replace("name: bad\n", "").replace("class: web, from", "class: wob, from")
    )
    assert [line.split(": ")[1] for line in problems()] == ["name", "traffic.demands[0].class"]


# --- tables -----------------------------------------------------------------------------------

NODES = "id,role,at,processing_us\n"
IN_TABLE = {
    "no id column": ("name,role\nx,core\n", ["1:1: no column id; found name, role"]),
    "empty": ("", ["1:1: empty; the first row must name the columns: id"]),
    "unknown column": (
        "id,role,procesing_us\nx,core,3\n",
        ["1:9: procesing_us: unknown key; did you mean 'processing_us'?"],
    ),
    "column twice": ("id,role,role\nx,core,core\n", ["1:9: column 'role' stands twice"]),
    "column without a name": ("id,role,\nx,core,\n", ["1:9: a column has no name"]),
    "cell that is no number": (
        NODES + "x,core,1;2,fast\n",
        ["2:12: nodes.x.processing_us: must be a number in µs, got the text 'fast'"],
    ),
    "cell out of bounds": (
        NODES + "x,core,91;2,3\n", [
            "2:8: nodes.x.at[0]: must be at most 90, got 91; latitude comes first, then longitude"
        ],
    ),
    "short list": (
        NODES + "x,core,41,3\n", ["2:8: nodes.x.at: must be a list of 2 numbers, got 1 entry"],
    ),
    "missing cell": (
        NODES + "x,,41;122,3\n",
        ["2:1: nodes.x.role: missing; give one of access, aggregation, core, compute, hub, transit"
         " (What a site is for)"],
    ),
    "row without an id": (NODES + ",core,,3\n", ["2:1: nodes.id: missing; every row needs an id"]),
    "id that is taken": (
        NODES + "x,core,,3\na,core,,3\nx,hub,,3\n",
        [
            "3:1: nodes.a: written twice; first at topology.yaml:4:3; keep one",
            "4:1: nodes.x: written twice; first at nodes.csv:2:1; keep one",
        ],
    ),
    "empty cell at the end of the file": (
        "id,processing_us,role\nx,3,",
        [
            "2:1: nodes.x.role: missing; give one of access, aggregation, core, compute, hub,"
            " transit (What a site is for)"
        ],
    ),
    "row with too few cells": (NODES + "x,core\n", ["2:1: 2 cells, but 4 columns"]),
    "quote in a cell": (
        NODES + 'x,co"re,,3\n',
        ['2:3: a quote in the middle of a cell, or one that never ends; write it as ""'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_TABLE)
def test_a_mistake_in_a_table_is_named_with_row_and_column(folder, case):
    content, expected = IN_TABLE[case]
    (folder / "nodes.csv").write_text(content)
    (folder / "topology.yaml").write_text(TOPOLOGY + "tables: {nodes: nodes.csv}\n")
    assert problems() == [f"nodes.csv:{line}" for line in expected]


DEMANDS = "source,target,rate_gbps,route\n"
IN_DEMANDS = {
    "wrong columns": (
        "from,to,gbps\na,b,1\n",
        [
            "1:1: no column source and no column target and no column rate_gbps;"
            " found from, to, gbps"
        ],
    ),
    "cells separated by semicolons": (
        "source;target;rate_gbps\na;b;1\n",
        ["1:1: only one column; separate the cells with commas"],
    ),
    "no row": (DEMANDS, ["1:1: no demands; give one row for each pair"]),
    "column too many": (
        "source,target,rate_gbps,class\na,b,1,web\n",
        ["1:25: class: unknown key; known here: source, target, rate_gbps, route"],
    ),
    "bad rate": (
        DEMANDS + "a,b,1O,\n", ["2:5: rate_gbps: must be a number in Gbit/s, got the text '1O'"],
    ),
    "negative rate": (DEMANDS + "a,b,-1,\n", ["2:5: rate_gbps: must be greater than 0, got -1"]),
    "no rate": (DEMANDS + "a,b,,\n", ["2:1: missing rate_gbps"]),
    "unknown node": (
        DEMANDS + "a,b,1,\na,x,1,\n",
        ["3:3: target: unknown node 'x'; there are a, b, t, dc, new"],
    ),
    "unknown link": (
        DEMANDS + "a,dc,1,a--b;b--dc\n",
        ["2:8: route[1]: unknown link 'b--dc'; there are a--b, dc--b, new--a"],
    ),
    "route that ends too early": (
        DEMANDS + "a,dc,1,a--b\n",
        ["2:8: route: ends at b, not at dc; name them in order from a to dc"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_DEMANDS)
def test_a_mistake_in_a_demand_file_is_named_with_row_and_column(folder, case):
    content, expected = IN_DEMANDS[case]
    (folder / "demands.csv").write_text(content)
    demand = "  demands:\n    - {class: web, file: demands.csv}"
    found = with_edit(folder, "scenario.yaml", "  demands:", demand)
    assert found == [f"demands.csv:{line}" for line in expected]


def test_a_class_that_a_demand_file_is_for_is_checked_once(folder):
    (folder / "demands.csv").write_text(DEMANDS + "a,b,1,\nb,a,1,\n")
    demand = "  demands:\n    - {class: wob, file: demands.csv}"
    found = with_edit(folder, "scenario.yaml", "  demands:", demand)
    message = "traffic.demands[0].class: unknown class 'wob'; did you mean 'web'?"
    assert found == [f"scenario.yaml:8:15: {message}"]


TRACES = {
    "wrong columns": ("time,size\n0,1\n", ["1:1: no column time_s and no column bytes;"
                                           " found time, size"]),
    "no packets": ("time_s,bytes\n", ["1:1: no packets; give one row for each packet"]),
    "bad cells": (
        "time_s,bytes\n0,40\nx,40\n1,.nan\n0.5,0\n1,\n",
        [
            "3:1: time_s: must be a number, got the text 'x'",
            "4:3: bytes: must be a number, got the text '.nan'",
            "5:1: time_s: must not be before the packet above, got 0.5",
            "5:5: bytes: must be at least 1, got 0",
            "6:1: bytes: must be a number, got an empty cell",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRACES)
def test_a_mistake_in_a_trace_is_named_with_row_and_column(folder, case):
    content, expected = TRACES[case]
    (folder / "trace.csv").write_text(content)
    arrivals = "arrivals: {trace: {file: trace.csv}}"
    found = with_edit(folder, "scenario.yaml", "arrivals: poisson", arrivals)
    assert found == [f"trace.csv:{line}" for line in expected]


def test_a_trace_full_of_mistakes_names_the_first_ten(folder):
    (folder / "trace.csv").write_text("time_s,bytes\n" + "0,x\n" * 1000)
    arrivals = "arrivals: {trace: {file: trace.csv}}"
    found = with_edit(folder, "scenario.yaml", "arrivals: poisson", arrivals)
    assert len(found) == 11
    assert found[-1].endswith("and so on; the rest of this file was not checked")


# --- options ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("simulation.sed=7", "simulation.sed: unknown key; did you mean 'seed'?"),
        ("simulation.seed=x", "simulation.seed: must be a whole number, got the text 'x'"),
        ("routing.ecmp=no", "routing.ecmp: must be true or false, got the text 'no'"),
        ("targets[1].below_ms=2", "targets: is a list; its indices are 0 to 0"),
        ("targets.x.below_ms=2", "targets: is a list; its indices are 0 to 0"),
        ("years[0].x=2", "years[0]: is 2024, with nothing in it; set it whole"),
        ("a", "must be PATH=VALUE, such as simulation.seed=7"),
        ("=3", "must be PATH=VALUE, such as simulation.seed=7"),
        ("years=[2024", "a comma or ] is missing in the list that begins here"),
        ("topology.links.a--b.capcity_gbps=2",
         "links.a--b.capcity_gbps: unknown key; did you mean 'capacity_gbps'?"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_its_own_place(folder, override, expected):
    assert problems(overrides=[override]) == [f"--set {override!r}: {expected}"]


# --- many at once -----------------------------------------------------------------------------


def test_all_mistakes_of_all_files_are_said_at_once(monkeypatch):
    """The golden list; set ``UPDATE_GOLDEN=1`` to write it anew."""
    monkeypatch.chdir(HERE / "bad")
    found = "\n".join(problems()) + "\n"
    golden = HERE / "golden/bad-scenario.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


def test_no_message_speaks_of_the_libraries_behind_it():
    said = (HERE / "golden/bad-scenario.txt").read_text("utf-8").lower()
    assert not re.search(r"pydantic|https?:|input should|dataclass|dict|tuple|int\b|str\b", said)


def test_what_follows_from_a_mistake_is_not_said(folder):
    """A node with a bad role is left out, and nobody is blamed for naming it."""
    found = with_edit(folder, "topology.yaml", "b: {role: core", "b: {role: cor")
    assert [line.split(": ")[1] for line in found] == ["nodes.b.role"]


def test_every_one_of_these_messages_has_its_chinese_form():
    said = re.compile(r"\d+:\d+: (?:[^:']*\.[^:']*: |\S+: )?(.+)", re.DOTALL)
    tables = (IN_TOPOLOGY, IN_SCENARIO, IN_TABLE, IN_DEMANDS, TRACES)
    found = [said.match(text) for table in tables for text in texts_of(list(table.values()))]
    messages = [match[1] for match in found if match is not None]
    assert len(messages) > 100
    assert [text for text in messages if not is_translated(text)] == []


def texts_of(values):
    """Yield all texts in nested lists."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from texts_of(value)


@pytest.mark.parametrize(("content", "said"), [
    (b"ID,role\na,core\n", "nodes.csv:1:1: no column id; found ID, role"),
    ("id,role\n沈阳,core\n".encode("gbk"), "nodes.csv:2:1: not UTF-8; save it as UTF-8"),
    (None, "topology.yaml:3:17: tables.nodes: nodes.csv: no such file"),
])  # fmt: skip
def test_what_an_unreadable_table_would_hold_is_not_missed(folder, content, said):
    text = "netplan: topology/1\nname: x\ntables: {nodes: nodes.csv}\n"
    links = "links: {a--b: {ends: [a, b], length_km: 1}}\n"
    (folder / "topology.yaml").write_text(text + links, encoding="utf-8")
    if content is not None:
        (folder / "nodes.csv").write_bytes(content)
    for file in ("topology.yaml", "scenario.yaml"):
        with pytest.raises(InputError) as caught:
            load_any(file)
        assert str(caught.value.problems[0]) == said
        assert {problem.place.file for problem in caught.value.problems} == {said.split(":")[0]}
