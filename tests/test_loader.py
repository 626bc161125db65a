"""What good files become."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from netplan.ground.errors import InputError, Place
from netplan.input.loader import load, load_any, load_topology, schema
from netplan.input.scenario.network import BufferSize, DirectedCapacity, Role, TopologySpec
from netplan.input.scenario.scenario import Scenario

ROOT = Path(__file__).parent.parent

TOPOLOGY = """\
netplan: topology/1
name: {en: three sites, zh: 三地}
nodes:
  shenyang: {role: core, city: shenyang, at: [41.792, 123.433], population: 9}
  dalian: {role: core, city: dalian, at: [38.912, 121.602], population: 7}
  1: {role: compute, city: dalian, processing_us: 5, weights: {pflops: 100}}
defaults:
  nodes: {core: {processing_us: 20}}
  links: {capacity_gbps: 100}
spans:
  shenyang~dalian: {ends: [shenyang, dalian], route_factor: 1.25}
links:
  shenyang--dalian:
    ends: [shenyang, dalian]
    capacity_gbps: 400
    buffer: unlimited
  dc: {ends: ['1', dalian], length_km: 3, buffer: {packets: 32}}
"""
BASE = """\
netplan: scenario/1
name: base
topology: ../topologies/topology.yaml
traffic:
  classes:
    web: {arrivals: poisson, sizes: imix}
    bulk: {arrivals: {on_off: {peak_gbps: 10, on_ms: 5, off_ms: 20}}, sizes: {fixed: 1500}}
  demands:
    - {class: web, from: shenyang, to: '1', rate_gbps: 40}
  growth_per_year: {web: {2025: 0.3, 2026: 0.2}, bulk: 0.1}
years: [2024, 2025]
"""
SCENARIO = """\
netplan: scenario/1
name: expansion
extends: base.yaml
traffic:
  classes:
    bulk: {arrivals: periodic, priority: 3}
  demands:
    - {class: bulk, file: demands.csv}
    - {class: web, from: shenyang, to: dalian, rate_gbps: 0x10}
years: [2024, 2026]
expansion:
  - {by: 2026, set: {link: shenyang--dalian, members: 8}}
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
    """Good files in two folders, with the working directory above them."""
    (tmp_path / "topologies").mkdir()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "topologies/topology.yaml").write_text(TOPOLOGY, "utf-8")
    (tmp_path / "scenarios/base.yaml").write_text(BASE, "utf-8")
    (tmp_path / "scenarios/scenario.yaml").write_text(SCENARIO, "utf-8")
    demands = "source,target,rate_gbps,route\nshenyang,1,4,shenyang--dalian;dc\ndalian,1,.5,\n"
    (tmp_path / "scenarios/demands.csv").write_text(demands, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_topology_becomes_typed_values(folder):
    spec, origin = load_topology("topologies/topology.yaml")
    assert spec.name.zh == "三地"
    assert spec.nodes["1"].role is Role.COMPUTE
    assert spec.links["shenyang--dalian"].capacity_gbps == DirectedCapacity(
        forward=400, reverse=400
    )
    assert spec.links["dc"].buffer == BufferSize(packets=32)
    assert origin.place(("links", "dc", "length_km")) == Place("topologies/topology.yaml", 17, 40)


def test_what_a_scenario_leaves_out_comes_from_what_it_extends(folder):
    scenario = load("scenarios/scenario.yaml")
    assert scenario.traffic.classes["web"].sizes.law == "imix"
    assert scenario.traffic.classes["bulk"].sizes.fixed == 1500
    assert scenario.traffic.growth_per_year["bulk"] == 0.1
    assert scenario.name.en == "expansion"
    assert scenario.years == (2024, 2026)


@pytest.mark.parametrize(
    ("written", "chinese"), [("5 ms", None), ("{en: 5 ms, zh: 五毫秒}", "五毫秒")]
)
def test_a_target_has_an_english_name_and_may_have_a_chinese_one(folder, written, chinese):
    file = folder / "scenarios/scenario.yaml"
    text = file.read_text(encoding="utf-8")
    assert "name: 5 ms" in text
    file.write_text(text.replace("name: 5 ms", f"name: {written}"), encoding="utf-8")
    [target] = load("scenarios/scenario.yaml").targets
    assert (target.name, target.label.zh) == ("5 ms", chinese)
    plain = yaml.safe_load(written)
    names = schema("scenario")["$defs"]["Target"]["properties"]["name"]
    jsonschema.validate(plain, {**names, "$defs": schema("scenario")["$defs"]})


def test_extends_replaces_a_one_of_mapping_whole(folder):
    arrivals = load("scenarios/scenario.yaml").traffic.classes["bulk"].arrivals
    assert (arrivals.law, arrivals.on_off) == ("periodic", None)


def test_extends_follows_a_chain_relative_to_each_file(folder):
    (folder / "far").mkdir()
    text = "netplan: scenario/1\nname: far\nextends: ../scenarios/scenario.yaml\nyears: [2024]\n"
    (folder / "far/far.yaml").write_text(text)
    scenario = load("far/far.yaml")
    assert scenario.years == (2024,)
    assert scenario.targets[0].below_ms == 5
    assert scenario.origin.place(("years",)) == Place("far/far.yaml", 4, 1)
    assert scenario.origin.place(("traffic", "classes", "web")) == Place(
        "scenarios/base.yaml", 6, 5
    )


def test_rows_of_a_demand_file_become_demands_in_its_place(folder):
    scenario = load("scenarios/scenario.yaml")
    first, second, third = scenario.traffic.demands
    assert (first.traffic_class, first.source, first.target) == ("bulk", "shenyang", "1")
    assert first.route == ("shenyang--dalian", "dc")
    assert (second.rate_gbps, second.route) == (0.5, None)
    assert third.rate_gbps == 16
    place = scenario.origin.place(("traffic", "demands", 1, "rate_gbps"))
    assert place == Place("scenarios/demands.csv", 3, 10)


def test_rows_of_topology_tables_become_nodes_spans_and_links(folder):
    (folder / "nodes.csv").write_text(
        "id,role,name.zh,name.en,at,processing_us,weights.pflops,risk_groups\r\n"
        '2024,hub,"北京, 首都",Beijing,39.9;116.4,3,7,a;b\r\n',
        "utf-8-sig",
    )
    (folder / "links.csv").write_text(
        "id,ends,length_km,capacity_gbps.forward,capacity_gbps.reverse,source.basis,source.confidence\n"
        "far,2024;dalian,460.5,100,40,a guess,assumed\n"
    )
    text = TOPOLOGY + "tables: {nodes: ../nodes.csv, links: ../links.csv}\n"
    (folder / "topologies/topology.yaml").write_text(text, "utf-8")
    spec, origin = load_topology("topologies/topology.yaml")
    node = spec.nodes["2024"]
    assert (node.name.zh, node.at, node.weights) == ("北京, 首都", (39.9, 116.4), {"pflops": 7})
    assert node.risk_groups == ("a", "b")
    link = spec.links["far"]
    assert link.capacity_gbps == DirectedCapacity(forward=100, reverse=40)
    assert (link.length_km, link.source.confidence) == (460.5, "assumed")
    assert origin.place(("links", "far", "length_km")) == Place("links.csv", 2, 17)


def test_a_packet_trace_is_named_from_the_working_directory(folder):
    (folder / "scenarios/trace.csv").write_text("time_s,bytes\n0,40\n0.5,1500\n")
    text = BASE.replace("arrivals: poisson", "arrivals: {trace: {file: trace.csv}}")
    (folder / "scenarios/base.yaml").write_text(text)
    scenario = load("scenarios/base.yaml")
    assert scenario.traffic.classes["web"].arrivals.trace.file == "scenarios/trace.csv"


@pytest.mark.parametrize(
    ("override", "value_of"),
    [
        ("simulation.seed=7", lambda s: s.simulation.seed == 7),
        ("targets[0].below_ms=2", lambda s: s.targets[0].below_ms == 2),
        ("targets.0.below_ms=2", lambda s: s.targets[0].below_ms == 2),
        ("topology.links.dc.members=3", lambda s: s.topology.links["dc"].members == 3),
        ("years=[2024]", lambda s: s.years == (2024,)),
        ("name=no", lambda s: s.name.en == "no"),
        (
            "traffic.classes.web.sizes={fixed: 9}",
            lambda s: s.traffic.classes["web"].sizes.fixed == 9,
        ),
        ("expansion[0].set.members=3", lambda s: s.expansion[0].set.members == 3),
    ],
)
def test_an_override_wins_over_the_files(folder, override, value_of):
    before = load("scenarios/scenario.yaml")
    after = load("scenarios/scenario.yaml", overrides=[override])
    assert not value_of(before)
    assert value_of(after)


def test_a_later_override_wins_over_an_earlier_one(folder):
    overrides = ["simulation.seed=7", "simulation.seed=8"]
    assert load("scenarios/scenario.yaml", overrides=overrides).simulation.seed == 8


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_an_override_with_nothing_takes_a_value_back(folder, nothing):
    overrides = ["description=x", f"description={nothing}"]
    assert load("scenarios/scenario.yaml", overrides=overrides).description is None


def test_the_digest_depends_on_every_file_and_override(folder):
    first = load("scenarios/scenario.yaml").origin.digest
    assert first == load("scenarios/scenario.yaml").origin.digest
    digests = {first, load("scenarios/scenario.yaml", overrides=["name=x"]).origin.digest}
    for name in ("scenarios/base.yaml", "topologies/topology.yaml", "scenarios/demands.csv"):
        path = folder / name
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
        digests.add(load("scenarios/scenario.yaml").origin.digest)
    assert len(digests) == 5


def test_the_place_of_a_value_that_was_left_out_is_that_of_what_is_around_it(folder):
    origin = load("scenarios/scenario.yaml").origin
    assert origin.place(("targets", 0, "coverage")) == Place("scenarios/scenario.yaml", 14, 5)


def test_either_kind_of_file_is_told_by_its_header(folder):
    assert isinstance(load_any("topologies/topology.yaml"), TopologySpec)
    assert isinstance(load_any("scenarios/scenario.yaml"), Scenario)


def test_files_below_the_working_directory_are_named_relative_to_it(folder):
    (folder / "scenarios/base.yaml").write_text(BASE.replace("2024, 2025", "x"))
    with pytest.raises(InputError, match=r"^scenarios/base.yaml:11:9: years\[0\]"):
        load(folder / "scenarios/base.yaml")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(folder):
    plain = load("scenarios/base.yaml")
    text = BASE.replace("\n", "\r\n")
    (folder / "scenarios/base.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load("scenarios/base.yaml") == plain


def test_aliases_stand_for_what_they_name(folder):
    text = BASE.replace("web: {", "web: &w {").replace("years:", "copy: *w\nyears:")
    text = text.replace("    bulk: {arr", "    again: *w\n    bulk: {arr").replace("copy: *w\n", "")
    (folder / "scenarios/base.yaml").write_text(text)
    classes = load("scenarios/base.yaml").traffic.classes
    assert classes["again"] == classes["web"]


@pytest.mark.parametrize("kind", ["topology", "scenario"])
def test_the_schema_is_valid_and_describes_its_keys(kind):
    made = schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"].endswith("2020-12/schema")
    assert made["properties"]["name"]
    described = [d for d in made["$defs"].values() for p in d.get("properties", {}).values()
                 if "description" in p]  # fmt: skip
    assert len(described) > 8


@pytest.mark.parametrize(
    ("kind", "pattern"), [("topology", "topologies/*.yaml"), ("scenario", "scenarios/*.yaml")]
)
def test_every_shipped_file_fits_its_schema(kind, pattern):
    validator = jsonschema.Draft202012Validator(schema(kind))
    files = sorted(ROOT.glob(pattern))
    assert files
    for file in files:
        document = json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8"))))
        # What is extended may hold the keys that are required.
        errors = [e for e in validator.iter_errors(document) if e.validator != "required"]
        assert [f"{file.name}: {e.json_path}: {e.message}" for e in errors] == []


def test_the_schema_refuses_an_unknown_key_and_a_wrong_fibre(folder):
    validator = jsonschema.Draft202012Validator(schema("topology"))
    good = yaml.safe_load(TOPOLOGY.replace("  1:", "  '1':"))
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "nodez": {}})
    good["spans"]["shenyang~dalian"]["fibre"] = "g999"
    assert not validator.is_valid(good)


def test_loading_imports_no_heavy_library():
    code = (
        "import sys, netplan.input.loader; "
        "heavy = {'networkx', 'numpy', 'scipy', 'numba', 'pandas', "
        "'matplotlib', 'simpy', 'typer'} & set(sys.modules); sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
