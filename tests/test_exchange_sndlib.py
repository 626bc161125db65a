"""SNDlib networks, as XML and in the native text form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netplan.exchange import export, import_file
from netplan.ground.errors import InputError
from netplan.input.loader import load, load_topology
from netplan.input.scenario.network import Confidence

ROOT = Path(__file__).parent.parent
SNDLIB = ROOT.parent / "shared" / "validation" / "sndlib"
NATIVE = """?SNDlib native format; type: network; version: 1.0
# a comment

# NODE SECTION
NODES (
  Gdansk ( 18.60 54.20 )
  Warsaw (21.00 52.20) () ()
  core
)

LINKS (
  L1 ( Gdansk Warsaw ) 155.00 0.00 0.00 156.00 ( 155.00 156.00 622.00 468.00 )
  L2 ( Warsaw core ) 0.00 0.00 0.00 272.00 ( 155.00 272.00 622.00 816.00 )  # nothing yet
  L3 ( Gdansk core ) 0 0 0 0 ( )
)

DEMANDS (
  D1 ( Gdansk Warsaw ) 2 195.00 UNLIMITED
  D2 ( Warsaw Gdansk ) 1 0.00 3
  D3 ( core Gdansk ) 1 1e3 UNLIMITED
)

ADMISSIBLE_PATHS (
  D1 ( P1 ( L1 ) )
)
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <networkStructure>
  <nodes coordinatesType="{kind}">
   <node id="Gdansk"><coordinates><x>18.60</x><y>54.20</y></coordinates></node>
   <node id="Warsaw"><coordinates><x>21.00</x><y>52.20</y></coordinates></node>
   <node id="core"/>
  </nodes>
  <links>
   <link id="L1"><source>Gdansk</source><target>Warsaw</target>
    <preInstalledModule><capacity>155.0</capacity><cost>0.0</cost></preInstalledModule>
    <additionalModules/></link>
   <link id="L2"><source>Warsaw</source><target>core</target>
    <additionalModules><addModule><capacity>155.0</capacity><cost>272.0</cost></addModule>
     <addModule><capacity>622.0</capacity><cost>816.0</cost></addModule></additionalModules></link>
   <link id="L3"><source>Gdansk</source><target>core</target></link>
  </links>
 </networkStructure>
 <demands>
  <demand id="D1"><source>Gdansk</source><target>Warsaw</target>
   <routingUnit>2</routingUnit><demandValue>195.0</demandValue></demand>
  <demand id="D2"><source>Warsaw</source><target>Gdansk</target>
   <demandValue>0.0</demandValue></demand>
  <demand id="D3"><source>core</source><target>Gdansk</target>
   <routingUnit>1</routingUnit><demandValue>1000</demandValue></demand>
 </demands>
</network>
"""
FORMS = {"native": ("net.txt", NATIVE), "xml": ("net.xml", XML.format(kind="geographical"))}


def brought_in(path, **options):
    """Import a file; return the topology and the notes."""
    out = path.with_name("out.yaml")
    imported = import_file(path, out, **options)
    for target, content in imported.files.items():
        target.write_bytes(content)
    return load_topology(out)[0], "\n".join(imported.notes)


@pytest.fixture(params=FORMS)
def network(request, tmp_path):
    name, text = FORMS[request.param]
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_nodes_have_latitude_first(network):
    spec, _ = brought_in(network)
    assert spec.nodes["Gdansk"].at == (54.2, 18.6)
    assert spec.nodes["core-site"].at is None


def test_installed_capacity_is_low_and_a_module_is_assumed(network):
    spec, notes = brought_in(network)
    capacities = {name: link.capacity_gbps.forward for name, link in spec.links.items()}
    assert capacities == {"L1": 0.155, "L2": 0.622, "L3": 100}
    confidence = {name: link.source.confidence for name, link in spec.links.items()}
    assert confidence == {
        "L1": Confidence.LOW,
        "L2": Confidence.ASSUMED,
        "L3": Confidence.ASSUMED,
    }
    assert "1 links have nothing installed; one of their largest module assumed: L2" in notes
    assert "capacity of 1 link assumed, 100 Gbit/s: L3" in notes
    assert "core -> core-site" in notes


def test_demands_count_in_routing_units_and_those_of_nothing_are_left_out(network):
    brought_in(network)
    scenario = load(network.with_name("out-scenario.yaml"))
    rates = {(d.source, d.target): d.rate_gbps for d in scenario.traffic.demands}
    assert rates == {("Gdansk", "Warsaw"): 0.39, ("core-site", "Gdansk"): 1}


def test_the_unit_may_be_said(network):
    spec, notes = brought_in(network, unit_gbps=2.5)
    assert spec.links["L1"].capacity_gbps.forward == 387.5
    assert "unit of capacities and demands taken as 2.5 Gbit/s" in notes


def test_coordinates_of_a_drawing_are_left_out(tmp_path):
    (tmp_path / "net.xml").write_text(XML.format(kind="pixel"), encoding="utf-8")
    spec, notes = brought_in(tmp_path / "net.xml")
    assert all(node.at is None for node in spec.nodes.values())
    assert "places on a drawing" in notes
    (tmp_path / "net.txt").write_text(NATIVE.replace("18.60", "186.0"), encoding="utf-8")
    assert all(node.at is None for node in brought_in(tmp_path / "net.txt")[0].nodes.values())


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        (
            "155.00 0.00 0.00 156.00",
            "155.00 0.00",
            r"net.txt:12:3: not a line of the section",
        ),
        ("( 18.60 54.20 )", "( 1.2.3 54.20 )", r"net.txt:6:3: a number is misspelt"),
        ("( Warsaw core ) 0.00", "( Warsaw Lodz ) 0.00", r"net.txt:13:3: .*unknown node 'Lodz'"),
        ("2 195.00", "2 x", r"net.txt:18:3: not a line of the section DEMANDS"),
    ],
)
def test_lines_that_are_wrong_are_named(was, now, message, tmp_path):
    (tmp_path / "net.txt").write_text(NATIVE.replace(was, now), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        import_file(tmp_path / "net.txt", tmp_path / "out.yaml")


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("<source>Warsaw</source>", "", "link L2: no source"),
        ('<node id="core"/>', "<node/>", "a node has no id"),
        ("<x>18.60</x>", "<x>east</x>", "coordinates/x must be a number, got 'east'"),
    ],
)
def test_elements_that_are_wrong_are_named(was, now, message, tmp_path):
    text = XML.format(kind="geographical").replace(was, now, 1)
    (tmp_path / "net.xml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        import_file(tmp_path / "net.xml", tmp_path / "out.yaml")


def native_of(instance):
    """Spell one of the instances kept as JSON in the native form."""
    lines = ["?SNDlib native format; type: network; version: 1.0", "NODES ("]
    lines += [f"{n['id']} ( {n['x']} {n['y']} )" for n in instance["nodes"]]
    lines += [")", "LINKS ("]
    for link in instance["links"]:
        modules = " ".join(f"{m['capacity']} {m['cost']}" for m in link["modules"])
        lines.append(
            f"{link['id']} ( {link['src']} {link['dst']} ) {link['pre_capacity']} "
            f"{link['pre_cost']} {link['routing_cost']} {link['setup_cost']} ( {modules} )"
        )
    lines += [")", "DEMANDS ("]
    for d in instance["demands"]:
        unit = d["routing_unit"]
        lines.append(f"{d['id']} ( {d['src']} {d['dst']} ) {unit} {d['value']} UNLIMITED")
    return "\n".join([*lines, ")", ""])


@pytest.mark.parametrize("name", ["atlanta", "dfn-gwin", "france", "nobel-us", "pdh", "polska"])
def test_instances_of_sndlib_become_topologies_that_are_sound(name, tmp_path):
    path = SNDLIB / f"{name}.json"
    if not path.exists():
        pytest.skip("the instances lie elsewhere")
    instance = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / f"{name}.txt").write_text(native_of(instance), encoding="utf-8")
    spec, _ = brought_in(tmp_path / f"{name}.txt")
    assert len(spec.nodes) == len(instance["nodes"])
    assert len(spec.links) == len(instance["links"])
    is_on_earth = instance["coordinates_type"] == "geographical"
    assert all((node.at is not None) == is_on_earth for node in spec.nodes.values())
    demands = load(tmp_path / "out-scenario.yaml").traffic.demands
    total = sum(d["value"] * d["routing_unit"] for d in instance["demands"])
    assert sum(d.rate_gbps for d in demands) == pytest.approx(total / 1000)


@pytest.mark.parametrize("name", ["net.txt", "net.xml"])
def test_places_capacities_and_demands_come_back(name, tmp_path):
    scenario = load(ROOT / "scenarios" / "two-cities.yaml")
    exported = export(scenario, tmp_path / name)
    (tmp_path / name).write_bytes(exported.files[tmp_path / name])
    spec, _ = brought_in(tmp_path / name)
    was = scenario.topology
    assert {k: n.at for k, n in spec.nodes.items()} == {
        k: n.at for k, n in was.nodes.items() if k != "yingkou"
    }
    assert spec.links["tiexi--shenyang"].capacity_gbps.forward == 400
    demands = load(tmp_path / "out-scenario.yaml").traffic.demands
    assert sum(d.rate_gbps for d in demands) == pytest.approx(105)
    lost = "\n".join(exported.losses)
    assert "sites without a router: yingkou" in lost
    assert "defaults" in lost
    assert "demands: their classes" in lost


def test_names_that_sndlib_does_not_allow_are_changed_and_listed(write, tmp_path):
    scenario = write("""
        nodes: {沈阳: {role: core, processing_us: 1}, _: {role: core, processing_us: 1}}
        links: {沈阳--_: {ends: [沈阳, _], length_km: 1, capacity_gbps: {forward: 2, reverse: 1}}}
    """)
    exported = export(scenario.topology, tmp_path / "net.txt")
    text = exported.files[tmp_path / "net.txt"].decode()
    assert "( x__ x_ ) 2000.0" in text
    assert "names of nodes: 沈阳 -> x__, _ -> x_" in exported.losses
    assert any("the capacity from the second end" in loss for loss in exported.losses)
