"""The whole way of imports and exports, whatever the format."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.exchange import Assumptions, Format, export, import_file
from netplan.exchange.formats import format_of
from netplan.exchange.names import Names
from netplan.exchange.words import flat, topology_in_words
from netplan.exchange.yaml_file import comment, spell, topology_yaml
from netplan.ground.errors import InputError
from netplan.input.loader import load, load_topology
from netplan.input.loader.written import plain
from netplan.input.loader.yaml_text import parse
from netplan.input.scenario.network import Confidence

ROOT = Path(__file__).parent.parent
FULL = {"xlsx": "net.xlsx", "csv": "net", "json": "net.json", "graphml": "net.graphml"}
FULL["geojson"] = "net.geojson"
"""Formats that hold all of a topology."""

EVERYTHING = """
netplan: topology/1
name: {en: All sorts, zh: 各种}
description: "two lines\\nof 'text' with \\"quotes\\", commas; and a # mark"
defaults:
  nodes: {core: {processing_us: 20}, access: {processing_us: 12.5}}
  spans: {fibre: {us_per_km: 4.9}, route_factor: 1.3, source: {basis: unknown, confidence: low}}
  links:
    capacity_gbps: {forward: 100, reverse: 40}
    members: 2
    buffer: {ms: 5}
    equipment: {terminals_us: 20}
nodes:
  b:
    {role: core, name: {en: B, zh: 乙}, city: x, at: [41.5, 123.25], processing_us: 7,
     risk_groups: [r1, r2]}
  a:
    {role: access, name: "1e3", at: [-41, -123.4328], population: 12,
     weights: {content: 0.1, pflops: 3}}
  "007": {role: core, name: "=1+1", at: [41, 124]}
  沈阳: {role: transit, at: [41.2, 123.3], source: {basis: "no", confidence: high, note: "1,5"}}
  far: {role: core}
spans:
  b~a: {ends: [b, a], length_km: 0.1, fibre: g654, risk_groups: [duct]}
  z: {ends: [b, 沈阳], route_factor: 1.7, fibre: hollow_core}
  y: {ends: [沈阳, "007"], source: {basis: "a; b", confidence: medium}}
links:
  z--y:
    {ends: ["007", b], over: [y, z], capacity_gbps: {forward: 400, reverse: 100}, members: 4,
     buffer: unlimited}
  a--b:
    {ends: [a, b], capacity_gbps: 12.5, buffer: {packets: 32}, igp_metric: 10, risk_groups: [r3]}
  b--far:
    {ends: [far, b], length_km: 12, buffer: {bytes: 64000},
     equipment: {oxc_us: 0.1, amplifier_every_km: 80}}
  b--far-2: {ends: [b, far], length_km: 13}
"""


@pytest.fixture
def everything(tmp_path):
    path = tmp_path / "everything.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    return load_topology(path)[0]


def put(files):
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def there_and_back(spec, out, **options):
    """Export a topology, import the file, and load what came of it."""
    put(export(spec, out).files)
    back = out.with_name("back.yaml")
    imported = import_file(out, back, **options)
    put(imported.files)
    return load_topology(back)[0], imported


@pytest.mark.parametrize("name", FULL.values(), ids=FULL.keys())
def test_a_topology_comes_back_as_it_was(everything, name, tmp_path):
    back, imported = there_and_back(everything, tmp_path / name)
    assert back == everything
    assert imported.notes == ()


@pytest.mark.parametrize("name", FULL.values(), ids=FULL.keys())
@pytest.mark.parametrize("shipped", ["liaoning", "liaoning-backbone", "two-cities"])
def test_shipped_topologies_come_back_as_they_were(shipped, name, tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / f"{shipped}.yaml")
    assert there_and_back(spec, tmp_path / name)[0] == spec


@pytest.mark.parametrize("name", FULL.values(), ids=FULL.keys())
def test_the_same_topology_gives_the_same_bytes(everything, name, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = export(everything, tmp_path / name).files
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert export(everything, tmp_path / name).files == first


def test_formats_that_hold_everything_list_no_loss(everything, tmp_path):
    for name in FULL.values():
        assert export(everything, tmp_path / name).losses == ()


# --- YAML -----------------------------------------------------------------------------------


def test_yaml_says_the_same_as_the_topology_that_it_was_made_of(everything, tmp_path):
    path = tmp_path / "again.yaml"
    path.write_text(topology_yaml(everything, ["a", "header"]), encoding="utf-8")
    assert load_topology(path)[0] == everything
    assert path.read_text(encoding="utf-8").startswith("# a\n# header\nnetplan: topology/1\n")


def test_yaml_has_one_line_for_each_thing_and_a_mark_for_each_role(everything):
    lines = topology_yaml(everything).splitlines()
    assert "  # access" in lines
    assert sum(line.startswith("  b~a: {ends: [b, a], length_km: 0.1") for line in lines) == 1
    assert "  spans: {fibre: {us_per_km: 4.9}, route_factor: 1.3" in "\n".join(lines)


def test_only_what_is_said_is_spelled(everything):
    words = topology_in_words(everything)
    assert words["nodes"]["far"] == {"role": "core"}
    assert words["links"]["a--b"]["capacity_gbps"] == 12.5
    assert words["links"]["z--y"]["buffer"] == "unlimited"
    assert words["spans"]["z"]["fibre"] == "hollow_core"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
@settings(max_examples=200, deadline=None)
def test_every_text_comes_back_from_yaml_as_a_text(text):
    root, problems = parse(f"key: {spell({'value': text})}\n", "f")
    assert problems == []
    assert plain(root) == {"key": {"value": text}}


@pytest.mark.parametrize("text", ["1e3", "0o17", "no", "~", "0x1F", ".5", "1_000", "true", "=1"])
def test_texts_that_look_like_numbers_stay_texts(text):
    root, _ = parse(f"key: {spell([text, {text: text}])}\n", "f")
    assert plain(root) == {"key": [text, {text: text}]}


def test_comments_stay_comments_whatever_stands_in_them():
    assert comment(["a\nb: c\x85d", ""]) == ["# a b: c d", "#"]


def test_flat_leaves_out_what_it_cannot_spell():
    assert flat({"a": {"b.c": 1, "d": [1, 2]}}) == {"a.d": "1;2"}


# --- formats --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"),
    [("a.xlsx", "xlsx"), ("a.GraphML", "graphml"), ("a.txt", "sndlib"), ("folder", "csv")],
)
def test_the_extension_tells_the_format(name, found):
    assert format_of(Path(name)) is Format(found)


def test_an_unknown_extension_is_an_input_error_that_lists_the_known_ones():
    with pytest.raises(InputError, match=r"unknown extension '.doc'; use .xlsx, .*or --format"):
        format_of(Path("net.doc"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"no workbook", "not an Excel workbook"),
        ("a.json", b"{", "a.json:1:2: not JSON"),
        ("a.json", b"[]", "must be a JSON object"),
        ("a.json", b"\xff\xfe{", "not UTF-8"),
        ("a.json", b"{}", "no lists nodes and edges"),
        ("a.json", b'{"nodes": [{}], "edges": []}', "a node without id"),
        ("a.json", b'{"nodes": [3], "edges": []}', "not a node-link document"),
        ("a.geojson", b"{}", "not a GeoJSON FeatureCollection"),
        ("a.geojson", b'{"features": [3]}', r"features\[0\]: not a GeoJSON feature"),
        ("a.graphml", b"<a>\n<b></a>", "a.graphml:2:6: not well-formed XML"),
        ("a.graphml", b"<a/>", "not a GraphML graph"),
        ("a.xml", b"<network/>", "not an SNDlib network: the root element is network"),
        ("a.xml", b"<html/>", "not an SNDlib network: the root element is html"),
        ("a.xml", b"<?xml version='1.0' encoding='utf-9'?><a/>", "an encoding that is not known"),
        ("a.txt", b"hello", "a.txt:1:1: not an SNDlib network"),
    ],
)
def test_a_file_of_another_sort_is_an_input_error_that_says_so(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        import_file(tmp_path / name, tmp_path / "out.yaml")


@pytest.mark.parametrize("name", ["gone.xlsx", "gone.json", "gone"])
def test_a_file_that_is_not_there_is_an_input_error(name, tmp_path):
    with pytest.raises(InputError, match=r"no such file|not a folder"):
        import_file(tmp_path / name, tmp_path / "out.yaml")


def test_a_folder_without_nodes_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"no nodes.csv"):
        import_file(tmp_path, tmp_path / "out.yaml")


def test_names_that_a_topology_may_not_have_are_changed_and_listed():
    names = Names("node")
    given_ = [names.of(name) for name in ("New York", "New-York", "core", "a/b;c", "  ")]
    assert given_ == ["New-York", "New-York-2", "core-site", "a-b-c", "node"]
    assert names.of("New York") == "New-York"
    assert "New York -> New-York" in names.notes[0]


# --- assumptions ----------------------------------------------------------------------------

SPARSE = {
    "nodes.csv": "id,role,latitude,longitude\na,core,41,123\nb,core,42,123\nc,hub,,\n",
    "links.csv": "id,ends\na--b,a;b\nb--c,b;c\n",
}


def sparse(tmp_path):
    put({tmp_path / "sparse" / name: text.encode() for name, text in SPARSE.items()})
    return tmp_path / "sparse"


def test_tables_that_leave_something_out_are_errors(tmp_path):
    with pytest.raises(InputError) as caught:
        import_file(sparse(tmp_path), tmp_path / "out.yaml")
    said = str(caught.value)
    assert "nodes.a.processing_us: missing" in said
    assert "links.a--b.capacity_gbps: missing" in said
    assert "links.a--b.over: no span joins a and b" in said


def test_what_the_user_assumes_is_filled_in_marked_and_listed(tmp_path):
    given_ = Assumptions(capacity_gbps=10, processing_us=5, route_factor=1.5, length_km=70)
    imported = import_file(sparse(tmp_path), tmp_path / "out.yaml", given=given_)
    put(imported.files)
    spec, _ = load_topology(tmp_path / "out.yaml")
    assert {link.capacity_gbps.forward for link in spec.links.values()} == {10}
    assert {str(role): d.processing_us for role, d in spec.defaults.nodes.items()} == {
        "core": 5,
        "hub": 5,
    }
    assert (spec.spans["a~b"].route_factor, spec.spans["b~c"].length_km) == (1.5, 70)
    everything_filled = [*spec.links.values(), *spec.spans.values()]
    assert {one.source.confidence for one in everything_filled} == {Confidence.ASSUMED}
    assert "no capacity in sparse; 10 Gbit/s assumed" in spec.links["a--b"].source.basis
    assert "capacity of 2 links assumed, 10 Gbit/s: a--b, b--c" in imported.notes
    header = (tmp_path / "out.yaml").read_text(encoding="utf-8").partition("netplan:")[0]
    assert all(f"# - {note}" in header for note in imported.notes)


def test_only_gaps_are_filled(everything, tmp_path):
    given_ = Assumptions(capacity_gbps=1, processing_us=1, route_factor=9, length_km=9)
    back, imported = there_and_back(everything, tmp_path / "net.xlsx", given=given_)
    assert back == everything
    assert imported.notes == ()


def test_a_cable_between_two_sites_at_one_place_is_a_kilometre(tmp_path):
    folder = sparse(tmp_path)
    (folder / "nodes.csv").write_text(
        "id,role,latitude,longitude,processing_us\na,core,41,123,1\nb,core,41,123,1\nc,hub,,,1\n"
    )
    given_ = Assumptions(capacity_gbps=10, route_factor=1.5, length_km=70)
    put(import_file(folder, tmp_path / "out.yaml", given=given_).files)
    assert load_topology(tmp_path / "out.yaml")[0].spans["a~b"].length_km == 1


def test_the_route_factor_never_makes_a_cable_longer_than_half_the_earth(tmp_path):
    folder = sparse(tmp_path)
    (folder / "nodes.csv").write_text(
        "id,role,latitude,longitude,processing_us\na,core,41,123,1\nb,core,-41,-60,1\nc,hub,,,1\n"
    )
    given_ = Assumptions(capacity_gbps=10, route_factor=1.5, length_km=70)
    put(import_file(folder, tmp_path / "out.yaml", given=given_).files)
    assert load_topology(tmp_path / "out.yaml")[0].spans["a~b"].route_factor < 1.1


# --- demands and scenarios ------------------------------------------------------------------


def two_cities(tmp_path, name):
    """Export the scenario of two cities and import it again."""
    out = tmp_path / name
    put(export(load(ROOT / "scenarios" / "two-cities.yaml"), out).files)
    return out


@pytest.mark.parametrize("name", ["net.xlsx", "net", "net.json"])
def test_demands_become_csv_files_and_a_scenario(name, tmp_path):
    imported = import_file(two_cities(tmp_path, name), tmp_path / "new.yaml")
    put(imported.files)
    assert {path.name for path in imported.files} == {
        "new.yaml",
        "new-scenario.yaml",
        "new-demands-inference.csv",
        "new-demands-backup.csv",
    }
    scenario = load(tmp_path / "new-scenario.yaml")
    rates = {(d.source, d.target, d.traffic_class): d.rate_gbps for d in scenario.traffic.demands}
    assert rates["shenyang-ai", "dalian-ai", "backup"] == 50
    gravity = sum(rate for (_, _, kind), rate in rates.items() if kind == "inference")
    assert gravity == pytest.approx(5)


def test_what_no_format_holds_of_a_scenario_is_listed(tmp_path):
    lost = export(load(ROOT / "scenarios" / "two-cities.yaml"), tmp_path / "net.xlsx").losses
    text = "\n".join(lost)
    for word in ("traffic classes", "gravity", "growth", "expansion: 1 step", "targets: 2"):
        assert word in text


def test_a_scenario_that_is_there_is_left_as_it_is_but_its_demands_are_not(tmp_path):
    out = two_cities(tmp_path, "net")
    put(import_file(out, tmp_path / "new.yaml").files)
    (tmp_path / "new-scenario.yaml").write_text("mine", encoding="utf-8")
    demands = out / "demands.csv"
    demands.write_text(demands.read_text("utf-8-sig").replace(",50,\n", ",60,\n"), "utf-8")
    imported = import_file(out, tmp_path / "new.yaml")
    put(imported.files)
    assert (tmp_path / "new-scenario.yaml").read_text(encoding="utf-8") == "mine"
    assert "shenyang-ai,dalian-ai,60" in (tmp_path / "new-demands-backup.csv").read_text(
        "utf-8-sig"
    )
    assert any("left as it is" in note for note in imported.notes)


def test_a_scenario_may_take_over_the_classes_and_targets_of_another(tmp_path):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    shutil.copytree(ROOT / "topologies", tmp_path / "topologies")
    base = tmp_path / "scenarios" / "two-cities.yaml"
    elsewhere = tmp_path / "deep" / "er" / "s.yaml"
    imported = import_file(
        two_cities(tmp_path, "net.xlsx"), tmp_path / "new.yaml", scenario=elsewhere, extends=base
    )
    put(imported.files)
    new, old = load(elsewhere), load(base)
    assert (new.targets, new.traffic.classes, new.years) == (
        old.targets,
        old.traffic.classes,
        old.years,
    )
    assert new.topology == old.topology
    assert all(demand.gravity is None for demand in new.traffic.demands)


def test_unknown_classes_and_nodes_of_demands_are_errors_where_they_stand(tmp_path):
    out = two_cities(tmp_path, "net")
    with (out / "demands.csv").open("a", encoding="utf-8") as file:
        file.write("backup,shenyang,nowhere,1,\nbackup,shenyang,dalian,-1,\n")
    with pytest.raises(InputError) as caught:
        import_file(out, tmp_path / "new.yaml")
    problems = [str(problem) for problem in caught.value.problems]
    assert any("demands.csv:6:17: target: unknown node 'nowhere'" in one for one in problems)
    assert any("demands.csv:7:24: rate_gbps: must be greater than 0" in one for one in problems)


def test_demands_of_what_is_built_later_are_left_out_and_listed(tmp_path):
    text = (ROOT / "scenarios" / "two-cities.yaml").read_text(encoding="utf-8")
    words = yaml.safe_load(text)
    words["topology"] = str(ROOT / "topologies" / "two-cities.yaml")
    words["expansion"] = [
        {"by": 2024, "add_compute": {"id": "new-ai", "connect": "dalian", "processing_us": 1}}
    ]
    words["traffic"]["demands"] = [
        {"class": "backup", "from": "dalian", "to": "new-ai", "rate_gbps": 1},
        {"class": "backup", "from": "dalian", "to": "shenyang", "rate_gbps": 2},
    ]
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(words), encoding="utf-8")
    exported = export(load(tmp_path / "s.yaml"), tmp_path / "net")
    table = exported.files[tmp_path / "net" / "demands.csv"].decode("utf-8-sig")
    assert table == "class,source,target,rate_gbps,route\nbackup,dalian,shenyang,2,\n"
    assert "demands: 1 of sites or links that the expansion adds" in exported.losses


# --- command line ---------------------------------------------------------------------------


def test_commands_write_files_and_say_what_is_not_held(tmp_path):
    run = CliRunner().invoke
    source = str(ROOT / "scenarios" / "two-cities.yaml")
    exported = run(app, ["export", source, "-o", str(tmp_path / "net.txt")])
    assert exported.exit_code == 0
    assert exported.stdout == f"{tmp_path / 'net.txt'}: written\n"
    assert "not held: spans: ends, length_km, source, route_factor" in exported.stderr
    command = ["import", str(tmp_path / "net.txt"), "-o", str(tmp_path / "new.yaml")]
    imported = run(app, [*command, "--processing-us", "7"])
    assert imported.exit_code == 0
    assert "note: processing of core nodes assumed, 7 µs each" in imported.stderr
    for name in ("new.yaml", "new-scenario.yaml"):
        assert run(app, ["validate", str(tmp_path / name)]).exit_code == 0


def test_commands_are_quiet_if_asked(tmp_path):
    source = str(ROOT / "scenarios" / "two-cities.yaml")
    command = ["export", source, "-o", str(tmp_path / "net.geojson"), "--quiet"]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "net.geojson").exists()


def test_an_import_with_problems_writes_nothing_and_exits_2(tmp_path):
    folder = sparse(tmp_path)
    result = CliRunner().invoke(app, ["import", str(folder), "-o", str(tmp_path / "new.yaml")])
    assert result.exit_code == 2
    assert "nothing was simulated or written" in result.stderr
    assert not (tmp_path / "new.yaml").exists()
