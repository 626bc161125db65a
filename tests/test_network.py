from __future__ import annotations

import numpy as np

from netplan.measure.engine.network import RouteTable

LINE = """
    nodes:
      a: {role: core, processing_us: 20}
      b: {role: core, processing_us: 30}
      c: {role: core, processing_us: 40}
    defaults: {spans: {fibre: {us_per_km: 5.0}}}
    links:
      a--b: {ends: [a, b], length_km: 10, capacity_gbps: 100, members: 2, buffer: {packets: 32},
             equipment: {terminals_us: 2}}
      b--c: {ends: [b, c], length_km: 20, capacity_gbps: 10, buffer: {bytes: 1000}}
"""
US = 10**6
"""[ps]."""


def table(router):
    return RouteTable(router(LINE).topology)


def test_a_route_is_numbered_once(router):
    routes = table(router)
    assert [routes.number(ports) for ports in [(0, 4), (1, 4), (0, 4)]] == [0, 1, 0]


def test_routes_are_compiled_in_the_order_of_their_numbers(router):
    routes = table(router)
    for ports in [(0, 4), (5,), (5, 2)]:
        routes.number(ports)
    compiled = routes.compile().routes
    assert [compiled.of(route).tolist() for route in range(3)] == [[0, 4], [5], [5, 2]]


def test_the_costs_of_a_route_are_those_of_its_ports(router):
    routes = table(router)
    routes.number((0, 4))  # a to b to c
    routes.number((5, 2))  # c to b to a
    network = routes.compile()
    assert network.propagation.tolist() == [150 * US, 150 * US]
    assert network.equipment.tolist() == [2 * US, 2 * US]
    assert network.processing.tolist() == [50 * US, 70 * US]
    assert network.fixed.tolist() == [202 * US, 222 * US]


def test_ports_carry_rate_limits_and_delays_of_their_channel(router):
    ports = table(router).compile().ports
    assert ports.ps_per_bit.tolist() == [10.0] * 4 + [100.0] * 2
    assert ports.buffer_packets.tolist() == [32] * 4 + [0] * 2
    assert ports.buffer_bits.tolist() == [0] * 4 + [8000] * 2
    assert ports.processing.tolist() == [20 * US] * 2 + [30 * US] * 3 + [40 * US]
    assert ports.latency.tolist() == [52 * US] * 4 + [100 * US] * 2


def test_no_route_at_all_compiles_to_nothing(router):
    network = table(router).compile()
    assert len(network.routes) == 0
    assert network.fixed.dtype == np.int64


def test_servers_come_behind_the_ports_and_transmit_nothing(router):
    served = LINE.replace(
        "c: {role: core, processing_us: 40}",
        "c: {role: compute, processing_us: 40, compute: {servers: 5, service: {fixed_ms: 1}}}",
    )
    topology = router(served).topology
    assert topology.pools["c"].port == topology.n_ports == 6
    routes = RouteTable(topology)
    routes.number((0, 4, 6, 5, 2))
    network = routes.compile()
    assert network.ports.servers.tolist() == [0] * 6 + [5]
    assert network.ports.ps_per_bit[6] == network.ports.latency[6] == 0
    assert network.fixed.tolist() == [202 * US + 222 * US]


def test_a_network_without_servers_has_no_pools(router):
    assert table(router).compile().ports.servers is None
