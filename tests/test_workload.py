from __future__ import annotations

import numpy as np
import pytest

from netplan.ground.distributions import (
    IMIX,
    ConstantDuration,
    ExponentialDuration,
    MixedSize,
    UniformDuration,
    fixed_size,
)
from netplan.ground.rng import Streams
from netplan.ground.units import MS, PS_PER_S
from netplan.measure.engine.arrivals import OnOff, Periodic, Poisson, Trace
from netplan.measure.engine.workload import Source, Workload

SECOND = PS_PER_S
LAWS = {
    "poisson": Poisson(packet_rate=5000.0),
    "periodic": Periodic(packet_rate=5000.0),
    "on_off": OnOff(peak=1e8, on=2 * MS, off=3 * MS, packet_rate=5000.0),
    "pareto": OnOff(peak=1e8, on=2 * MS, off=3 * MS, packet_rate=5000.0, shape=1.9),
    "trace": Trace(packet_rate=5000.0, times=(0.0, 1.0, 4.0), bits=(100, 200, 300)),
}
SIZES = fixed_size(1000)


def source(name="demand/a>b/best", law="poisson", routes=(0,), **more):
    return Source(
        name=name, arrivals=LAWS[law], sizes=more.pop("sizes", SIZES), routes=routes, **more
    )


def block_of(*sources, until=SECOND, seed=3, replication=0):
    [block] = Workload(sources, Streams(seed, replication)).blocks([until])
    return block


def of_stream(block, stream):
    mine = block.stream == stream
    return block.entry[mine], block.bits[mine], block.route[mine]


@pytest.mark.parametrize("law", LAWS)
def test_cutting_a_run_into_blocks_changes_no_packet(law):
    sources = [source(law=law), source("probe/a>b", stream=0, sizes=IMIX)]
    whole = block_of(*sources)
    ends = [1, 10**9, 10**9, 123_456_789_012, SECOND]
    parts = list(Workload(sources, Streams(3)).blocks(ends))
    for name in ("entry", "bits", "route", "priority", "stream"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(joined, getattr(whole, name)), name
    assert [part.first_number for part in parts] == [0, *np.cumsum([len(p) for p in parts])[:-1]]


@pytest.mark.parametrize("law", LAWS)
def test_a_source_sends_the_same_whoever_else_sends(law):
    alone = block_of(source(law=law, stream=0))
    others = [source(f"demand/{n}", law=other) for n, other in enumerate(LAWS)]
    among = block_of(*others, source(law=law, stream=0))
    for mine, theirs in zip(of_stream(alone, 0), of_stream(among, 0), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("law", LAWS)
def test_a_source_sends_as_many_packets_as_it_should(law):
    """Twenty seconds of 5000 packets a second; bursts are 4000 cycles of 25 packets."""
    packets = len(block_of(source(law=law), until=20 * SECOND))
    assert packets == pytest.approx(100_000, rel=0.1 if law == "pareto" else 0.03)


@pytest.mark.parametrize("law", LAWS)
def test_packets_come_in_order_of_time_before_the_end(law):
    block = block_of(source(law=law), source("b", law=law))
    assert np.all(np.diff(block.entry) >= 0)
    assert 0 <= block.entry[0] <= block.entry[-1] < block.until


def test_packets_of_one_instant_are_numbered_in_the_order_of_the_sources():
    law = Trace(packet_rate=1000.0, times=(0.0, 1.0), bits=(100, 100))
    sources = [
        Source(name=name, arrivals=law, sizes=SIZES, routes=(0,), stream=number)
        for number, name in enumerate("zya")
    ]
    block = block_of(*sources)
    assert block.entry[:6].tolist() == [0, 0, 0, 10**9, 10**9, 10**9]
    assert block.stream[:6].tolist() == [0, 1, 2, 0, 1, 2]


def test_seed_and_replication_each_make_other_packets():
    first = block_of(source()).entry[:50]
    assert not np.array_equal(first, block_of(source(), seed=4).entry[:50])
    assert not np.array_equal(first, block_of(source(), replication=1).entry[:50])


def test_two_sources_of_one_name_are_an_error():
    with pytest.raises(ValueError, match="already in use"):
        Workload([source(), source()], Streams(3))


def test_poisson_gaps_vary_as_much_as_they_last():
    gaps = np.diff(block_of(source(), until=20 * SECOND).entry)
    assert gaps.std() / gaps.mean() == pytest.approx(1, abs=0.02)


def test_a_bundle_of_poisson_flows_uses_all_routes_alike():
    block = block_of(source(routes=(4, 7, 7, 9)), until=20 * SECOND)
    share = np.bincount(block.route, minlength=10) / len(block)
    assert share[[4, 7, 9]] == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_every_periodic_flow_has_equal_gaps_and_a_phase_of_its_own():
    block = block_of(source(law="periodic", routes=(0, 1, 2, 3)))
    phases = []
    for route in range(4):
        entry = block.entry[block.route == route]
        assert set(np.diff(entry)) <= {800_000_000 - 1, 800_000_000, 800_000_000 + 1}
        phases.append(entry[0])
    assert len(set(phases)) == 4


def test_an_on_off_source_never_sends_faster_than_its_peak():
    gaps = np.diff(block_of(source(law="on_off")).entry)
    assert gaps.min() >= 8000 / 1e8 * PS_PER_S - 1
    assert gaps.max() > 10 * gaps.min()


def test_a_trace_sends_its_own_sizes_at_its_own_moments():
    """Gaps of 1 and 3, and a mean one, 2, at the end: shares of a turn of three packets."""
    block = block_of(source(law="trace"))
    gaps = {
        before: {
            round(gap / 1e6)
            for gap, bits in zip(np.diff(block.entry), block.bits, strict=False)
            if bits == before
        }
        for before in (100, 200, 300)
    }
    assert gaps == {100: {100}, 200: {300}, 300: {200}}


def test_priority_and_stream_go_with_the_source():
    block = block_of(source(priority=1), source("b", priority=0, stream=5))
    assert {*zip(block.priority.tolist(), block.stream.tolist(), strict=True)} == {(1, -1), (0, 5)}


def test_sizes_do_not_depend_on_when_they_are_sent():
    """Streams by purpose: another rate leaves the sizes alone (common random numbers)."""
    mix = MixedSize(bits=(300, 1700), weights=(1.0, 1.0))
    slow = Source(name="x", arrivals=Poisson(1000.0), sizes=mix, routes=(0,))
    fast = Source(name="x", arrivals=Poisson(1100.0), sizes=mix, routes=(0,))
    assert np.array_equal(block_of(slow).bits[:50], block_of(fast).bits[:50])


# --- beyond the network ---------------------------------------------------------------------

SERVED = {
    "service": ExponentialDuration(0.002),
    "access": (UniformDuration(0.001, 0.002), ConstantDuration(0.003)),
    "storage": ConstantDuration(0.004),
}


def test_cutting_a_run_into_blocks_changes_no_duration():
    sources = [source(), source("probe/a>b", stream=0, observes=True, **SERVED)]
    whole = block_of(*sources)
    parts = list(Workload(sources, Streams(3)).blocks([1, 10**9, 123_456_789_012, SECOND]))
    for take in (
        lambda block: block.service,
        lambda block: block.outside.access,
        lambda block: block.outside.storage,
    ):
        assert np.array_equal(np.concatenate([take(part) for part in parts]), take(whole))


def test_durations_disturb_no_arrivals_and_no_sizes():
    plain, served = (block_of(source(sizes=IMIX, **more)) for more in ({}, SERVED))
    assert np.array_equal(plain.entry, served.entry)
    assert np.array_equal(plain.bits, served.bits)


def test_a_source_without_servers_asks_for_no_service():
    block = block_of(source(), source("probe/a>b", stream=0, **SERVED))
    mine = block.stream == 0
    assert np.all(block.service[mine] > 0)
    assert np.all(block.outside.access[mine] >= 4 * 10**9)
    assert not block.service[~mine].any()
    assert not block.outside.access[~mine].any()


def test_observers_have_the_services_of_requests_with_the_sign_changed():
    requests, observers = (block_of(source(observes=o, **SERVED)) for o in (False, True))
    assert np.array_equal(requests.service, -observers.service)
    assert np.array_equal(requests.outside.access, observers.outside.access)


def test_where_nobody_is_served_nothing_is_drawn():
    block = block_of(source())
    assert block.service is None
    assert block.outside is None
