from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netplan.measure.engine.model import (
    DELIVERED,
    FINISHED,
    Outside,
    PacketBlock,
    Ports,
    PortTotals,
    Routes,
)
from netplan.measure.engine.network import CompiledNetwork
from netplan.measure.histogram import N_BINS, bin_edges, bin_of
from netplan.measure.recorder import Recorder
from netplan.measure.samples import COMPONENTS, VARIABLE, Samples, merge_samples

NETWORK = CompiledNetwork(
    ports=Ports(
        ps_per_bit=np.array([10.0, 100.0]),
        processing=np.array([5, 0]),
        latency=np.array([1000, 70]),
        buffer_packets=np.array([0, 0]),
        buffer_bits=np.array([0, 0]),
    ),
    routes=Routes(start=np.array([0, 2, 3]), ports=np.array([0, 1, 0], np.int32)),
    propagation=np.array([1050, 990]),
    equipment=np.array([20, 10]),
    processing=np.array([5, 5]),
)


def finished(*packets, compute=0):
    """Make packets of number, entry, bits, route, stream, delay and the port of the drop."""
    columns = np.array(packets, np.int64).reshape(-1, 7).T
    made = np.empty(len(packets), FINISHED)
    made["compute"] = compute
    names = ("number", "entry", "bits", "route", "stream", "delay", "dropped_at")
    for name, column in zip(names, columns, strict=True):
        made[name] = column
    return made


def entering(*packets):
    """Make a block of packets of entry and stream."""
    entry, stream = np.array(packets, np.int64).T
    n = len(entry)
    return PacketBlock(
        first_number=0,
        until=int(entry[-1]) + 1,
        entry=entry,
        bits=np.full(n, 100),
        route=np.zeros(n, np.int32),
        priority=np.zeros(n, np.int8),
        stream=stream.astype(np.int32),
    )


def recorder(n_batches=2):
    """Two streams, the first on either route; packets that enter from 1000 to 2000 ps count."""
    return Recorder(NETWORK, ["one", "two"], [[0, 1], [1]], (1000, 2000), n_batches)


@pytest.mark.parametrize("power", [0, 9, 10, 11, 30, 40, 46, 47, 50])
def test_every_delay_lies_within_the_edges_of_its_bin(power):
    delays = np.unique((2.0**power * np.linspace(0.5, 2, 2001)).astype(np.int64))
    lower, upper = bin_edges(bin_of(delays))
    assert np.all((lower <= delays) & (delays < upper))


def test_bins_are_at_most_0_8_percent_wide_and_join_without_gaps():
    lower, upper = bin_edges(np.arange(N_BINS))
    assert np.array_equal(lower[1:], upper[:-1])
    assert lower[0] == 0
    assert np.isinf(upper[-1])
    inner = slice(1, -1)
    assert np.all(upper[inner] / lower[inner] <= 1 + 1 / 128)


def test_longer_delays_never_lie_in_lower_bins():
    delays = np.unique(np.geomspace(1, 2**50, 100_000).astype(np.int64))
    assert np.all(np.diff(bin_of(delays)) >= 0)


def test_components_add_up_to_the_delay_exactly():
    """Route 0: 1000 bits take 10 000 + 100 000 ps, 1075 are fixed, the rest is queueing."""
    found = recorder()
    found.record(finished((0, 1000, 1000, 0, 0, 123_456, DELIVERED)))
    stream = found.streams()["one"]
    parts = dict(zip(COMPONENTS, stream.component_sums.tolist(), strict=True))
    assert parts == {
        "propagation": 1050,
        "equipment": 20,
        "processing": 5,
        "transmission": 110_000,
        "queueing": 12_381,
        "access": 0,
        "compute": 0,
    }
    assert sum(parts.values()) == stream.maximum == 123_456


def test_access_and_storage_of_a_packet_are_added_to_what_the_engine_saw():
    """Packets 7 and 8 enter; 8 leaves first, and gets its own last mile and storage."""
    found = recorder()
    block = PacketBlock(
        first_number=7,
        until=1600,
        entry=np.array([1000, 1500]),
        bits=np.array([1000, 1000]),
        route=np.zeros(2, np.int32),
        priority=np.zeros(2, np.int8),
        stream=np.zeros(2, np.int32),
        outside=Outside(access=np.array([5, 70]), storage=np.array([100, 2000])),
    )
    found.enter(block)
    for number, entry in ((8, 1500), (7, 1000)):
        found.record(finished((number, entry, 1000, 0, 0, 123_456, DELIVERED), compute=400))
        stream = found.streams()["one"]
        parts = dict(zip(COMPONENTS, stream.component_sums.tolist(), strict=True))
        if number == 8:
            assert (parts["access"], parts["compute"]) == (70, 2400)
            assert stream.maximum == 123_456 + 70 + 2000
    assert (parts["access"], parts["compute"]) == (75, 2900)
    assert parts["queueing"] == 2 * (12_381 - 400)
    assert sum(parts.values()) == 2 * 123_456 + 75 + 2100


def test_a_pool_on_the_way_sends_nothing():
    """Route 0 is that of the network without pool; port 2 is a pool in its middle."""
    network = replace(
        NETWORK,
        ports=Ports(
            **{
                name: np.append(getattr(NETWORK.ports, name), 0)
                for name in NETWORK.ports.__dataclass_fields__
                if name != "servers"
            },
            servers=np.array([0, 0, 4]),
        ),
        routes=Routes(start=np.array([0, 3, 4]), ports=np.array([0, 2, 1, 0], np.int32)),
    )
    found = Recorder(network, ["one"], [[0]], (1000, 2000), 1)
    found.record(finished((0, 1000, 1000, 0, 0, 123_456, DELIVERED), compute=400))
    parts = dict(zip(COMPONENTS, found.streams()["one"].component_sums.tolist(), strict=True))
    assert parts["transmission"] == 110_000
    assert parts["queueing"] == 12_381 - 400


def test_components_add_up_exactly_over_a_long_run():
    """The sum for 200 000 packets of 10 s is far beyond 2^53, where floats lose picoseconds."""
    found, n, delay = recorder(), 1000, 10**13 + 1
    packets = finished(*[(i, 1000, 1000, 0, 0, delay, DELIVERED) for i in range(n)])
    for _ in range(200):
        found.record(packets)
    stream = found.streams()["one"]
    total = sum(int(part) for part in stream.component_sums)
    assert total == 200 * n * delay == int(stream.sums.sum()) + stream.delivered * stream.base


def test_only_packets_that_enter_in_the_window_count():
    found = recorder()
    packets = [
        (n, entry, 100, 0, 0, 20_000, DELIVERED) for n, entry in enumerate((999, 1000, 1999))
    ]
    found.record(finished(*packets, (3, 2000, 100, 0, 0, 20_000, DELIVERED)))
    assert found.streams()["one"].delivered == 2


def test_batches_are_halves_of_the_window_by_entry():
    found = recorder()
    packets = [(1000, 20_000), (1499, 30_000), (1500, 40_000)]
    found.record(
        finished(*[(n, entry, 100, 0, 0, d, DELIVERED) for n, (entry, d) in enumerate(packets)])
    )
    stream = found.streams()["one"]
    assert stream.counts.sum(axis=1).tolist() == [2, 1]
    assert (stream.sums + stream.counts.sum(axis=1) * stream.base).tolist() == [50_000, 40_000]


def test_the_base_is_the_fixed_delay_of_the_fastest_route():
    streams = recorder().streams()
    assert (streams["one"].base, streams["two"].base) == (1005, 1005)


def test_delivered_dropped_and_in_flight_make_up_all_that_entered():
    found = recorder()
    found.enter(entering((1000, 0), (1100, 0), (1200, 0), (1300, 0), (1400, -1), (2000, 0)))
    found.record(
        finished(
            (0, 1000, 100, 0, 0, 20_000, DELIVERED),
            (1, 1100, 100, 0, 0, 500, 1),
            (2, 1200, 100, 0, 0, 20_000, DELIVERED),
        )
    )
    stream = found.streams()["one"]
    assert (stream.delivered, stream.dropped.sum(), stream.in_flight) == (2, 1, 1)
    assert stream.loss == pytest.approx(1 / 3)
    assert found.waiting_for == 1


def test_a_stream_without_packets_has_no_loss_and_no_maximum():
    stream = recorder().streams()["two"]
    assert (stream.delivered, stream.loss, stream.maximum) == (0, 0.0, 0)


def test_streams_do_not_mix():
    found = recorder()
    found.record(
        finished(
            (0, 1000, 100, 0, 0, 20_000, DELIVERED),
            (1, 1000, 100, 1, 1, 3_000, DELIVERED),
            (2, 1000, 100, 1, 1, 4_000, DELIVERED),
        )
    )
    streams = found.streams()
    assert [streams[name].delivered for name in ("one", "two")] == [1, 2]
    assert [streams[name].maximum for name in ("one", "two")] == [20_000, 4_000]


def test_batches_for_statistics_are_in_seconds_and_hold_the_whole_delay():
    found = recorder()
    found.record(finished((0, 1000, 100, 0, 0, 20_000, DELIVERED)))
    batches = found.streams()["one"].batches()
    assert batches.sums.tolist() == pytest.approx([20e-9, 0])
    assert batches.maximum == pytest.approx(20e-9)
    assert batches.lower[0] <= 20e-9 < batches.upper[0]


def totals(scale):
    zero = np.zeros(2, np.int64)
    return PortTotals(
        arrivals=zero + scale,
        drops=zero,
        dropped_bits=zero,
        sent_bits=zero + 10 * scale,
        waits=zero + scale,
        wait_sum=zero + 0.5 * scale,
        wait_max=zero + scale,
    )


def samples(streams, scale=1):
    return Samples(streams, totals(scale), 2.0, 0.5, 100 * scale, 200 * scale)


def one(delay, bits=100):
    found = recorder()
    found.enter(entering((1000, 0)))
    found.record(finished((0, 1000, bits, 0, 0, delay, DELIVERED)))
    return found.streams()["one"]


def test_merging_puts_batches_one_after_the_other_and_adds_the_rest():
    merged = merge_samples([samples({"x": one(20_000)}, 1), samples({"x": one(90_000)}, 3)])
    stream = merged.streams["x"]
    assert stream.counts.sum(axis=1).tolist() == [1, 0, 1, 0]
    assert stream.counts.sum(axis=0).tolist() == [1, 1]
    assert stream.maximum == 90_000
    assert stream.component_sums.sum() == 110_000
    assert sum(counts.sum() for counts in stream.component_counts) == 8
    assert (merged.duration, merged.warm_up, merged.packets, merged.packet_hops) == (
        4,
        0.5,
        400,
        800,
    )
    assert merged.totals.arrivals.tolist() == [4, 4]
    assert merged.totals.wait_max.tolist() == [3, 3]


def test_a_stream_that_a_part_did_not_measure_keeps_what_the_others_saw():
    parts = [samples({"x": one(20_000), "y": one(30_000)}), samples({"y": one(40_000)})]
    merged = merge_samples(parts).streams
    assert list(merged) == ["x", "y"]
    assert (merged["x"].delivered, merged["y"].delivered) == (1, 2)
    assert len(merged["x"].counts) == 2


def test_merging_one_part_changes_nothing():
    part = samples({"x": one(20_000)})
    merged = merge_samples([part]).streams["x"]
    assert np.array_equal(merged.counts, part.streams["x"].counts)
    assert replace(merged, counts=0, bins=0).sums.tolist() == part.streams["x"].sums.tolist()


def test_histograms_hold_every_delay_in_the_bin_that_numpy_says():
    """Three streams, two batches, queueing of all magnitudes, in pieces; the rest is fixed."""
    rng = np.random.default_rng(4)
    n = 5000
    stream, entry = rng.integers(0, 3, n), rng.integers(1000, 2000, n)
    queueing = (2.0 ** rng.uniform(0, 49, n)).astype(np.int64)
    # route 1: 990 + 10 + 5 ps are fixed, 1000 bits take 10 000 ps at port 0
    columns = (
        entry,
        np.full(n, 1000),
        np.ones(n),
        stream,
        queueing + 11_005,
        np.full(n, DELIVERED),
    )
    packets = np.stack([np.arange(n), *columns], axis=1).astype(np.int64)
    found = Recorder(NETWORK, ["one", "two", "three"], [[1]] * 3, (1000, 2000), 2)
    for piece in np.array_split(packets, 7):
        found.record(finished(*piece))
    of_queueing = VARIABLE.index("queueing")
    for number, samples in enumerate(found.streams().values()):
        own, batch = stream == number, (entry - 1000) // 500
        bins = bin_of(queueing + 10_000)
        table = np.zeros((2, N_BINS), np.int64)
        np.add.at(table, (batch[own], bins[own]), 1)
        assert np.array_equal(samples.bins, np.flatnonzero(table.any(axis=0)))
        assert np.array_equal(samples.counts, table[:, samples.bins])
        waits = np.bincount(bin_of(queueing)[own], minlength=N_BINS)
        assert np.array_equal(samples.component_bins[of_queueing], np.flatnonzero(waits))
        assert np.array_equal(samples.component_counts[of_queueing], waits[waits > 0])
