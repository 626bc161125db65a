from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.decide.circles import ANYWHERE, HUBS, OWN_CITY, circles, measured_circles
from netplan.ground.errors import InputError
from netplan.ground.units import MS, US
from netplan.input.scenario.targets import Direction, Layer
from netplan.judge.document import to_document
from netplan.judge.evaluation import evaluate
from netplan.show.tables.circles import circles_document, circles_table

# 5 us/km, no equipment: ax is 50 us from x, x 500 us from y. Processing is 20 us at core nodes.
TOPOLOGY = """
    defaults:
      nodes: {access: {processing_us: 0}, core: {processing_us: 20}, compute: {processing_us: 0},
              hub: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 12, buffer: {packets: 100}}
    nodes:
      x: {role: core, city: x}
      y: {role: core, city: y}
      ax: {role: access, city: x, population: 30}
      bx: {role: access, city: x, population: 10}
      ay: {role: access, city: y, population: 60}
      cx: {role: compute, city: x}
      h: {role: hub, city: far}
    links:
      x--y: {ends: [x, y], length_km: 100}
      y--h: {ends: [y, h], length_km: 1000}
      ax--x: {ends: [ax, x], length_km: 10}
      bx--x: {ends: [bx, x], length_km: 40}
      ay--y: {ends: [ay, y], length_km: 10}
      cx--x: {ends: [cx, x], length_km: 10}
"""


def delays(found, centre):
    return dict(zip([site.name for site in found.sites], found.circle(centre).delays, strict=True))


def test_optical_delay_is_propagation_and_equipment_of_the_route(write):
    [found] = circles(write(TOPOLOGY))
    assert delays(found, "cx") == pytest.approx({"ax": 100 * US, "bx": 250 * US, "ay": 600 * US})


def test_network_delay_adds_routers_and_the_sending_of_a_full_frame(write):
    """1500 bytes take 1 us at 12 Gbit/s: two hops, one core router."""
    [found] = circles(write(TOPOLOGY), layer=Layer.NETWORK)
    assert delays(found, "cx")["ax"] == pytest.approx(122 * US)


def test_a_round_trip_adds_the_way_back(write):
    [found] = circles(write(TOPOLOGY), layer=Layer.NETWORK, direction=Direction.ROUND_TRIP)
    assert delays(found, "cx")["ax"] == pytest.approx(244 * US)


def test_coverage_counts_sites_people_and_whole_cities(write):
    [found] = circles(write(TOPOLOGY))
    covered = found.covered(ANYWHERE, 0.2 * MS)
    assert (covered.sites, covered.population, covered.cities) == (("ax",), 30, ())
    covered = found.covered(ANYWHERE, 0.3 * MS)
    assert (covered.sites, covered.population, covered.cities) == (("ax", "bx"), 40, ("x",))
    assert covered.share_of_population == pytest.approx(0.4)
    assert covered.share_of_sites == pytest.approx(2 / 3)
    assert covered.share_of_cities == pytest.approx(1 / 2)


def test_a_site_exactly_at_the_limit_lies_outside(write):
    [found] = circles(write(TOPOLOGY))
    assert found.covered("cx", 0.1 * MS).sites == ()
    assert found.outside("cx", 0.25 * MS)[0] == ("bx", pytest.approx(0.25 * MS))


def test_compute_of_another_city_does_not_count_as_the_own_citys(write):
    [found] = circles(write(TOPOLOGY))
    assert np.isinf(delays(found, OWN_CITY)["ay"])
    assert np.isfinite(delays(found, ANYWHERE)["ay"])
    assert delays(found, HUBS)["ay"] == pytest.approx(5.05 * MS)


def test_of_equal_routes_the_slowest_counts(write):
    """By hops both ways from a to b are equal; one has 10 km, the other 100 km."""
    ways = """
        nodes: {a: {role: access, processing_us: 0}, b: {role: hub, processing_us: 0}}
        defaults: {spans: {fibre: {us_per_km: 5.0}}, links: {capacity_gbps: 1}}
        links:
          short: {ends: [a, b], length_km: 10}
          long: {ends: [a, b], length_km: 100}
    """
    [found] = circles(write(ways, "routing: {metric: hops}"))
    assert delays(found, "b")["a"] == pytest.approx(500 * US)
    [found] = circles(write(ways, "routing: {metric: delay}"))
    assert delays(found, "b")["a"] == pytest.approx(50 * US)


def test_without_access_nodes_the_core_nodes_are_the_sites(write):
    core = """
        nodes: {a: {role: core, processing_us: 0}, b: {role: compute, processing_us: 0}}
        defaults: {links: {capacity_gbps: 1}}
        links: {a--b: {ends: [a, b], length_km: 10}}
    """
    [found] = circles(write(core))
    assert [site.name for site in found.sites] == ["a"]


def test_in_the_worst_failure_a_site_is_as_far_as_its_longest_detour(write):
    """A second way of 200 km to cx; with the short one cut, ax is 1050 us away."""
    ring = TOPOLOGY + "      around: {ends: [cx, x], length_km: 200}\n"
    normal, worst = circles(write(ring), each=["link"])
    assert delays(normal, "cx")["ax"] == pytest.approx(100 * US)
    assert np.isinf(delays(worst, "cx")["ax"])  # its only access link may fail as well
    both = ring + "      ax--x-2: {ends: [ax, x], length_km: 30}\n"
    _, worst = circles(write(both), each=["link"])
    assert delays(worst, "cx")["ax"] == pytest.approx(1050 * US)


def test_a_failed_site_is_not_judged_but_the_others_are(write):
    _, worst = circles(write(TOPOLOGY), each=["node"])
    assert np.isinf(delays(worst, "cx")["ax"])  # x fails
    alone = circles(write(TOPOLOGY, "failures: {sets: {s: [ax]}}"), each=())[1]
    assert delays(alone, "cx")["ax"] == pytest.approx(100 * US)


def test_a_named_state_has_a_map_of_its_own(write):
    ring = TOPOLOGY + "      around: {ends: [cx, x], length_km: 200}\n"
    normal, cut = circles(write(ring), state="span cx--x")
    assert (normal.state, cut.state) == ("normal", "span cx--x")
    assert delays(normal, "cx")["ax"] == pytest.approx(100 * US)
    assert delays(cut, "cx")["ax"] == pytest.approx(1050 * US)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": ["nowhere"]}, "no node or role is called 'nowhere'"),
        ({"centres": ["aggregation"]}, "no node is selected"),
        ({"layer": Layer.SERVICE}, "optical and network"),
        ({"each": ()}, "nothing fails"),
        ({"state": "span nowhere"}, "no failure state is called 'span nowhere'"),
    ],
)
def test_what_makes_no_sense_is_an_input_error(write, options, message):
    with pytest.raises(InputError, match=message):
        circles(write(TOPOLOGY), **options)


TARGET = """
    traffic: {classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}}
    targets:
      - {name: t, between: {from: access, to: compute}, layer: network, direction: one_way,
         statistic: p99, below_ms: 1}
"""


def test_measured_circles_hold_the_upper_bounds_of_a_simulation(write):
    scenario = write(TOPOLOGY, TARGET)
    [measured] = measured_circles(to_document(evaluate(scenario)))
    [empty] = circles(scenario, layer=Layer.NETWORK)
    for site, delay in delays(measured, "cx").items():
        assert delay == pytest.approx(delays(empty, "cx")[site], abs=1 * US)
    assert measured.basis.startswith("p99")
    assert measured_circles(to_document(evaluate(scenario)), direction=Direction.ROUND_TRIP) == []


def test_every_line_of_the_table_fits_a_terminal_and_names_who_is_outside(write):
    scenario = write(TOPOLOGY)
    text = circles_table(scenario, circles(scenario))
    assert max(map(len, text.splitlines())) <= 80
    assert "1 ms or farther from compute in the own city in 2024 [ms]: ay (no way)" in text


def test_the_document_names_sites_by_limit_and_every_delay(write):
    scenario = write(TOPOLOGY)
    document = circles_document(scenario, circles(scenario), [0.2])
    circle = next(c for c in document["maps"][0]["circles"] if c["centre"] == "cx")
    assert circle["within"][0]["sites"] == ["ax"]
    assert circle["delays_ms"]["ay"] == 0.6
    json.dumps(document, allow_nan=False)


def test_the_command_prints_the_table_and_writes_the_document(write, tmp_path):
    write(TOPOLOGY)
    out = tmp_path / "circles.json"
    arguments = [
        "circles",
        str(tmp_path / "scenario.yaml"),
        "--limit-ms",
        "0.2",
        "--json",
        str(out),
    ]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 0
    assert "< 0.2 ms" in found.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["netplan"] == "circles/1"
