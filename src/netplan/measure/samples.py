"""Samples: what was measured, without saying what it is measured against.

The narrow waist of netplan: engines know no percentile, statistics know no engine. For every
measured stream there is a histogram of the delay per batch, exact sums and the maximum, histograms
of the components that vary, and what was lost. Samples of replications are merged, and saved ones
can be judged again against other targets.

A histogram counts the delay *above the base*, the least that a packet of this stream can have
(processing, propagation, equipment of its fastest route; least access and compute). Bins are
log-linear as in HdrHistogram (http://hdrhistogram.org): 128 to each doubling, so a bin is at most
0.8 % of that excess wide, and a queueing delay of microseconds is resolved on top of milliseconds
of fibre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S
from netplan.measure.engine.model import PortTotals
from netplan.measure.histogram import bin_edges
from netplan.measure.statistics import Batches

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "COMPONENTS",
    "FIXED",
    "NETWORK",
    "SERVICE",
    "VARIABLE",
    "Samples",
    "StreamSamples",
    "merge_samples",
]

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

COMPONENTS = (
    "propagation",
    "equipment",
    "processing",
    "transmission",
    "queueing",
    "access",
    "compute",
)
"""The delay components; they add up to the delay exactly. The last two are of the service layer."""
FIXED = COMPONENTS[:3]
"""Those that are constants of a route."""
VARIABLE = COMPONENTS[3:]
"""Those that differ from packet to packet."""
NETWORK, SERVICE = COMPONENTS[:5], COMPONENTS[5:]
"""Those of the network layer, and those that the service layer adds."""


@dataclass(frozen=True, slots=True)
class StreamSamples:
    """What was measured of one stream: B consecutive batches of equal time, K bins in use."""

    name: str
    base: int
    """Least possible delay without transmission [ps]; no delay is below it."""
    bins: Int64
    """Shape (K,), ascending."""
    counts: Int32
    """Shape (B, K): delivered packets."""
    sums: Int64
    """Shape (B,): sum of the delays of delivered packets above the base [ps]."""
    squares: float
    """Sum of the squared delays above the base [ps^2]."""
    maximum: int
    """Longest delay [ps], 0 if nothing was delivered."""
    dropped: Int64
    """Shape (B,)."""
    in_flight: int
    """Measured packets that had not arrived when the run ended."""
    component_sums: Int64
    """Shape (7,), as `COMPONENTS`: sums over all delivered packets [ps]."""
    component_bins: tuple[Int64, ...]
    """For each of `VARIABLE`, shape (K',)."""
    component_counts: tuple[Int32, ...]
    """For each of `VARIABLE`, shape (K',)."""

    @property
    def delivered(self) -> int:
        """Packets that arrived."""
        return int(self.counts.sum())

    @property
    def loss(self) -> float:
        """Share of the packets with a known fate that were dropped (ITU-T Y.1540 IPLR)."""
        dropped = int(self.dropped.sum())
        sent = self.delivered + dropped
        return dropped / sent if sent else 0.0

    def batches(self) -> Batches:
        """Return the delays in the form that statistics want [s]."""
        lower, upper = bin_edges(self.bins)
        return Batches(
            lower=(lower + self.base) / PS_PER_S,
            upper=(upper + self.base) / PS_PER_S,
            counts=self.counts.astype(np.int64),
            sums=(self.sums + self.counts.sum(axis=1) * float(self.base)) / PS_PER_S,
            maximum=self.maximum / PS_PER_S,
        )


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything that one or more replications of one network measured."""

    streams: dict[str, StreamSamples]
    totals: PortTotals
    """Of all ports, while measuring."""
    duration: float
    """Measured time, all replications together [s]."""
    warm_up: float
    """Time left out at the beginning of each replication [s]."""
    packets: int
    """Packets that entered, warm-up and background traffic included."""
    packet_hops: int


def merge_samples(parts: Sequence[Samples]) -> Samples:
    """Put the replications of one network together; batches stand one after the other.

    A stream may be missing in some parts: it was not measured there.
    """
    names = dict.fromkeys(name for part in parts for name in part.streams)
    return Samples(
        streams={
            name: _merge_streams([p.streams[name] for p in parts if name in p.streams])
            for name in names
        },
        totals=_add_totals([part.totals for part in parts]),
        duration=sum(part.duration for part in parts),
        warm_up=parts[0].warm_up,
        packets=sum(part.packets for part in parts),
        packet_hops=sum(part.packet_hops for part in parts),
    )


def _merge_streams(parts: Sequence[StreamSamples]) -> StreamSamples:
    if len(parts) == 1:
        return parts[0]
    bins, counts = _align([part.bins for part in parts], [part.counts for part in parts])
    varying = [
        _align(
            [part.component_bins[i] for part in parts],
            [part.component_counts[i][None, :] for part in parts],
        )
        for i in range(len(VARIABLE))
    ]
    return StreamSamples(
        name=parts[0].name,
        base=parts[0].base,
        bins=bins,
        counts=counts,
        sums=np.concatenate([part.sums for part in parts]),
        squares=sum(part.squares for part in parts),
        maximum=max(part.maximum for part in parts),
        dropped=np.concatenate([part.dropped for part in parts]),
        in_flight=sum(part.in_flight for part in parts),
        component_sums=np.sum([part.component_sums for part in parts], axis=0),
        component_bins=tuple(bins for bins, _ in varying),
        component_counts=tuple(counts.sum(axis=0) for _, counts in varying),
    )


def _align(bins: Sequence[Int64], counts: Sequence[Int32]) -> tuple[Int64, Int32]:
    """Put the rows of several count tables below each other, over the bins of all of them."""
    if all(np.array_equal(own, bins[0]) for own in bins[1:]):
        return bins[0], np.concatenate(counts)
    every = np.concatenate(bins)
    lowest = every.min()
    occupied = np.zeros(every.max() - lowest + 1, dtype=np.bool_)
    occupied[every - lowest] = True
    place = np.cumsum(occupied) - 1
    ends = np.cumsum([len(table) for table in counts])
    joined = np.zeros((ends[-1], place[-1] + 1), dtype=np.int32)
    for own, table, end in zip(bins, counts, ends, strict=True):
        joined[end - len(table) : end, place[own - lowest]] = table
    return lowest + np.flatnonzero(occupied), joined


def _add_totals(parts: Sequence[PortTotals]) -> PortTotals:
    names = PortTotals.__dataclass_fields__
    stacked: dict[str, NDArray[Any]] = {
        name: np.stack([getattr(part, name) for part in parts]) for name in names
    }
    longest = stacked.pop("wait_max").max(axis=0)
    return PortTotals(
        **{name: table.sum(axis=0) for name, table in stacked.items()}, wait_max=longest
    )
