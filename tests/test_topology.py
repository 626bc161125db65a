from __future__ import annotations

import pytest

from netplan.input.scenario.network import Role
from netplan.network.topology import FIBRE_DELAY, build_topology

PAIR = """
    nodes:
      a: {role: core, processing_us: 20, city: x, at: [41.0, 123.0], population: 5}
      b: {role: compute, processing_us: 7}
      t: {role: transit}
      m: {role: aggregation, processing_us: 1}
"""


def channels(scenario, year=2024):
    return {channel.name: channel for channel in build_topology(scenario, year).channels}


def link(rest, spans=""):
    return f"{PAIR}\n    spans: {{s: {{ends: [a, b], length_km: 160, fibre: g652}}{spans}}}\n" + (
        f"    links: {{a--b: {{ends: [a, b], capacity_gbps: 100, {rest}}}}}\n"
    )


def test_a_link_becomes_one_channel_in_each_direction_with_its_own_rate(write):
    found = channels(
        write(
            f"{PAIR}    links: {{l: {{ends: [a, b], length_km: 1, members: 3, "
            "capacity_gbps: {forward: 400, reverse: 100}}}"
        )
    )
    there, back = found["l (a>b)"], found["l (b>a)"]
    assert (there.capacity, back.capacity) == (400e9, 100e9)
    assert (list(there.ports), list(back.ports)) == ([0, 1, 2], [3, 4, 5])


def test_processing_is_that_of_the_router_that_owns_the_port(write):
    found = channels(write(link("members: 1")))
    assert found["a--b (a>b)"].processing == pytest.approx(20e-6)
    assert found["a--b (b>a)"].processing == pytest.approx(7e-6)


@pytest.mark.parametrize(
    ("fibre", "us"),
    [("g652", 4.897), ("hollow_core", 1e6 / (0.997 * 299_792.458)), ("{us_per_km: 5.0}", 5.0)],
)
def test_propagation_is_length_times_the_delay_of_the_fibre(write, fibre, us):
    found = channels(write(link("members: 1").replace("g652", fibre)))
    assert found["a--b (a>b)"].propagation == pytest.approx(160 * us * 1e-6)


def test_light_in_standard_fibre_is_slower_than_in_hollow_core_and_that_than_in_vacuum():
    assert 1 / 299_792_458 < FIBRE_DELAY["hollow_core"] < FIBRE_DELAY["g652"]


@pytest.mark.parametrize(
    ("every", "sites"), [(80, 1), (79.9, 2), (160, 0), (200, 0), (40, 3), (0.1, 1599)]
)
def test_amplifiers_stand_between_the_ends_only(write, every, sites):
    """160 km at one every 80 km need exactly one, in the middle."""
    equipment = f"equipment: {{amplifier_every_km: {every}, amplifier_us: 0.5}}"
    found = channels(write(link(equipment)))
    assert found["a--b (a>b)"].equipment == pytest.approx(sites * 0.5e-6)


def test_equipment_adds_up_amplifiers_regenerators_terminals_and_passed_sites(write):
    """One amplifier of 0.1, no regenerator within 160 km, terminals of 20, one OXC of 3 at m."""
    equipment = (
        "{amplifier_every_km: 80, amplifier_us: 0.1, regenerator_every_km: 600,"
        " regenerator_us: 9, terminals_us: 20, oxc_us: 3}"
    )
    found = channels(
        write(
            f"{PAIR}    spans:\n"
            "      p: {ends: [t, a], length_km: 50}\n"
            "      q: {ends: [t, m], length_km: 50}\n"
            "      r: {ends: [m, b], length_km: 60}\n"
            f"    links: {{l: {{ends: [a, b], over: [p, q, r], capacity_gbps: 1, "
            f"equipment: {equipment}}}}}"
        )
    )
    assert found["l (a>b)"].equipment == pytest.approx((0.1 + 20 + 3) * 1e-6)
    assert found["l (b>a)"].equipment == found["l (a>b)"].equipment


def test_without_words_about_equipment_there_is_none(write):
    assert channels(write(link("members: 1")))["a--b (a>b)"].equipment == 0


@pytest.mark.parametrize(
    ("buffer", "packets", "bits"),
    [
        ("{packets: 32}", 32, 0),
        ("{bytes: 1500}", 0, 12_000),
        ("{ms: 5}", 0, 500_000_000),
        ("unlimited", 0, 0),
    ],
)
def test_a_buffer_is_counted_in_packets_or_in_bits_at_the_rate_of_its_port(
    write, buffer, packets, bits
):
    found = channels(write(link(f"buffer: {buffer}")))["a--b (a>b)"]
    assert (found.buffer_packets, found.buffer_bits) == (packets, bits)


def test_a_buffer_in_ms_differs_by_direction_where_the_rates_do(write):
    text = link("buffer: {ms: 1}").replace("100", "{forward: 100, reverse: 10}")
    found = channels(write(text))
    assert found["a--b (a>b)"].buffer_bits == 10 * found["a--b (b>a)"].buffer_bits == 10**8


@pytest.mark.parametrize(
    ("source", "km"),
    [
        ("", 160),
        (", source: {basis: survey, confidence: high}", 0),
        (", source: {basis: railway, confidence: medium}", 0),
        (", source: {basis: map, confidence: low}", 160),
        (", source: {basis: guess, confidence: assumed}", 160),
    ],
)
def test_a_length_counts_as_an_estimate_unless_a_source_says_otherwise(write, source, km):
    found = channels(write(link("members: 1").replace("g652", f"g652{source}")))
    assert found["a--b (a>b)"].estimated_length == km * 1000


def test_a_great_circle_times_a_factor_is_an_estimate_of_that_length(write):
    found = channels(
        write(
            """
            nodes:
              a: {role: core, processing_us: 0, at: [0, 0]}
              b: {role: core, processing_us: 0, at: [0, 1]}
            spans: {s: {ends: [a, b], route_factor: 1.5}}
            links: {l: {ends: [a, b], capacity_gbps: 1}}
            """
        )
    )
    # One degree of the equator of a sphere of 6371.0088 km is 111.195 km.
    assert found["l (a>b)"].length == pytest.approx(1.5 * 111_195.1, rel=1e-5)
    assert found["l (a>b)"].estimated_length == found["l (a>b)"].length


def test_what_is_built_by_a_year_stands_in_that_year_and_after(write):
    scenario = write(
        link("members: 1"),
        """
        years: [2024, 2025, 2026]
        expansion:
          - {by: 2025, set: {link: a--b, members: 4}}
          - {by: 2026, set: {span: s, fibre: hollow_core}}
        """,
    )
    by_year = {year: channels(scenario, year)["a--b (a>b)"] for year in scenario.years}
    assert [by_year[year].members for year in scenario.years] == [1, 4, 4]
    assert by_year[2024].propagation == by_year[2025].propagation > by_year[2026].propagation


def test_the_graph_holds_routers_and_channels_in_si(write):
    graph = build_topology(write(link("members: 2")), 2024).graph
    assert set(graph.nodes) == {"a", "b", "m"}  # a transit site has no router
    assert graph.nodes["a"] == {
        "role": "core",
        "city": "x",
        "population": 5,
        "lat": 41.0,
        "lon": 123.0,
    }
    edge = graph.edges["a", "b", "a--b"]
    assert (edge["length"], edge["capacity"]) == (160e3, 200e9)
    assert edge["latency"] == pytest.approx(20e-6 + 160e3 * 4.897e-9)


def test_every_port_knows_its_channel(write):
    topology = build_topology(write(link("members: 2")), 2024)
    assert topology.n_ports == 4
    assert [channel.source for channel in topology.channel_of_port] == ["a", "a", "b", "b"]


def test_nodes_of_a_role_come_in_the_order_of_the_file(write):
    topology = build_topology(
        write("nodes: {z: {role: core, processing_us: 0}, y: {role: core, processing_us: 0}}"), 2024
    )
    assert topology.nodes_with_role(Role.CORE) == ["z", "y"]
