"""Arrival processes: when the packets of a source enter, how large they are, which way they take.

A process writes its packets in order of time, a roomful at a time, from random streams of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S
from netplan.measure.engine.compiled import compiled
from netplan.measure.engine.tables import index

if TYPE_CHECKING:
    from netplan.ground.distributions import SizeDistribution

__all__ = [
    "ArrivalProcess",
    "OnOff",
    "Periodic",
    "Poisson",
    "Room",
    "Trace",
    "rise",
]

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Stream = Callable[[str], np.random.Generator]
"""Gives the random generator for a purpose, e.g. ``"arrivals"``."""


class Room(NamedTuple):
    """Where a process writes its next N packets, again and again; all of shape (N,)."""

    entry: Int64
    """[ps], ascending, later than those written before."""
    bits: Int64
    route: Int32
    """What is the same for all packets of the process is written once, when it starts."""


class ArrivalProcess(Protocol):
    """A source at work."""

    def draw(self) -> None:
        """Write the next packets over those before."""
        ...


@dataclass(frozen=True, slots=True)
class Poisson:
    """Independent, exponentially distributed gaps; each packet belongs to any flow alike.

    A bundle of Poisson flows is a Poisson process whose packets are marked at random (Kingman,
    *Poisson Processes*, Oxford 1993, §5.1, colouring theorem).
    """

    packet_rate: float
    """[1/s]."""

    def start(
        self, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> ArrivalProcess:
        """Return the process of a bundle of flows, one for each of the routes."""
        return _PoissonProcess(self.packet_rate, sizes, routes, stream, room)


class _PoissonProcess:
    def __init__(
        self, rate: float, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> None:
        self._gap, self._entry = PS_PER_S / rate, room.entry
        self._arrivals = stream("arrivals")
        self._sizes = _Sizes(sizes, stream, room)
        self._marks = _Marks(routes, stream, room)
        self._clock = 0

    def draw(self) -> None:
        gaps = self._arrivals.standard_exponential(len(self._entry))
        self._clock = rise(gaps, self._gap, self._clock, self._entry)
        self._sizes.draw()
        self._marks.draw()


@compiled
def rise(gaps: Float64, gap: float, clock: int, entry: Int64) -> int:
    """Write the times [ps] at which gaps end that are told in units of `gap` [ps], since `clock`.

    Returns
    -------
    int
        The last of them [ps].
    """
    time, total = clock, 0.0
    for at in range(len(entry)):
        total += gaps[index(at)]
        time = clock + int(np.rint(total * gap))
        entry[index(at)] = time
    return time


class _Sizes:
    """Sizes of packets. One size for all needs no generator: thousands cost memory."""

    def __init__(self, sizes: SizeDistribution, stream: Stream, room: Room) -> None:
        self._sizes, self._bits = sizes, room.bits
        self._stream = None if sizes.is_fixed else stream("sizes")
        if self._stream is None:
            room.bits[:] = sizes.draw(None, len(room.bits))

    def draw(self) -> None:
        if self._stream is not None:
            self._bits[:] = self._sizes.draw(self._stream, len(self._bits))


class _Marks:
    """Routes of packets that belong to any flow alike; a single flow needs no generator."""

    def __init__(self, routes: Int32, stream: Stream, room: Room) -> None:
        self._routes, self._route = routes, room.route
        self._stream = stream("flows") if len(routes) > 1 else None
        if self._stream is None:
            room.route[:] = routes[0]

    def draw(self) -> None:
        if self._stream is not None:
            # `integers` takes three times as long; of up to a million flows none is favoured by
            # more than 1e-10
            flows = self._stream.random(len(self._route)) * len(self._routes)
            np.take(self._routes, flows.astype(np.intp), out=self._route, mode="clip")


@dataclass(frozen=True, slots=True)
class Periodic:
    """Every flow sends at equal gaps, with a random phase of its own."""

    packet_rate: float
    """Of all flows together [1/s]."""

    def start(
        self, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> ArrivalProcess:
        """Return the process of a bundle of flows, one for each of the routes."""
        return _PeriodicProcess(self.packet_rate, sizes, routes, stream, room)


class _PeriodicProcess:
    def __init__(
        self, rate: float, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> None:
        phases = stream("arrivals").random(len(routes))
        order = np.argsort(phases, kind="stable")
        self._phases, self._routes = phases[order], routes[order]
        self._period = len(routes) * PS_PER_S / rate
        self._sizes, self._room = _Sizes(sizes, stream, room), room
        self._sent = 0

    def draw(self) -> None:
        n = len(self._room.entry)
        turn, place = np.divmod(np.arange(self._sent, self._sent + n), len(self._phases))
        self._sent += n
        self._room.entry[:] = np.rint((turn + self._phases[place]) * self._period)
        self._room.route[:] = self._routes[place]
        self._sizes.draw()


@dataclass(frozen=True, slots=True)
class OnOff:
    """One source that sends at its peak rate while on and nothing while off.

    The on and off periods are exponential or Pareto with the given means. Packets leave whenever
    the source has sent the bits of the one before, counted over its on periods only, so that the
    mean rate is peak * on / (on + off) exactly. It begins on with the probability on / (on + off).
    """

    peak: float
    """[bit/s]."""
    on: float
    """Mean on period [s]."""
    off: float
    """Mean off period [s]."""
    packet_rate: float
    """peak * on / (on + off) over the mean size [1/s]."""
    shape: float | None = None
    """Tail index of the Pareto law; None is exponential."""

    def start(
        self, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> ArrivalProcess:
        """Return the process of one source; a bundle of on/off flows is as many sources."""
        if len(routes) != 1:
            raise ValueError("an on/off source is one flow")
        return _OnOffProcess(self, sizes, int(routes[0]), stream, room)


class _OnOffProcess:
    def __init__(
        self, law: OnOff, sizes: SizeDistribution, route: int, stream: Stream, room: Room
    ) -> None:
        self._law, self._room = law, room
        room.route[:] = route
        self._sizes = _Sizes(sizes, stream, room)
        self._periods = stream("arrivals")
        begins_on = self._periods.random() < law.on / (law.on + law.off)
        self._active = 0.0
        """On time until the last packet [s]."""
        self._burst_ends = np.empty(0)
        """On time at the end of each burst that is drawn ahead [s]."""
        self._idle_before = np.empty(0)
        """Off time before each of them [s]."""
        self._drawn_on = 0.0
        self._drawn_off = 0.0 if begins_on else float(self._draw_periods(law.off, 1)[0])

    def draw(self) -> None:
        self._sizes.draw()
        active = self._active + np.cumsum(self._room.bits) / self._law.peak
        self._active = float(active[-1])
        while self._drawn_on <= self._active:
            self._draw_bursts()
        burst = np.searchsorted(self._burst_ends, active, side="right")
        self._room.entry[:] = np.rint((active + self._idle_before[burst]) * PS_PER_S)
        past = int(burst[-1])
        self._burst_ends, self._idle_before = self._burst_ends[past:], self._idle_before[past:]

    def _draw_bursts(self, n: int = 64) -> None:
        on, off = self._draw_periods(self._law.on, n), self._draw_periods(self._law.off, n)
        ends = self._drawn_on + np.cumsum(on)
        idle = self._drawn_off + np.concatenate([[0.0], np.cumsum(off)])
        self._burst_ends = np.concatenate([self._burst_ends, ends])
        self._idle_before = np.concatenate([self._idle_before, idle[:-1]])
        self._drawn_on, self._drawn_off = float(ends[-1]), float(idle[-1])

    def _draw_periods(self, mean: float, n: int) -> Float64:
        if self._law.shape is None:
            return self._periods.exponential(mean, n)
        # Pareto from x_m on has the mean x_m a / (a - 1); NumPy draws the excess over 1.
        shape = self._law.shape
        return mean * (shape - 1) / shape * (1 + self._periods.pareto(shape, n))


@dataclass(frozen=True, slots=True)
class Trace:
    """Recorded packets, repeated end to end from a random point, in a time scaled to the rate."""

    packet_rate: float
    """[1/s]."""
    times: tuple[float, ...]
    """Ascending, from any origin."""
    bits: tuple[int, ...]

    def start(
        self, sizes: SizeDistribution, routes: Int32, stream: Stream, room: Room
    ) -> ArrivalProcess:
        """Return the process; the sizes are those of the trace."""
        return _TraceProcess(self, routes, stream, room)


class _TraceProcess:
    def __init__(self, trace: Trace, routes: Int32, stream: Stream, room: Room) -> None:
        self._bits = np.array(trace.bits, dtype=np.int64)
        times = np.array(trace.times)
        n = len(times)
        # The gap after the last packet is the mean of the others.
        length = (times[-1] - times[0]) * n / (n - 1) if n > 1 else 1.0
        self._turn = n * PS_PER_S / trace.packet_rate
        self._offsets = (times - times[0]) / length if length > 0 else np.arange(n) / n
        self._marks, self._room = _Marks(routes, stream, room), room
        self._begin = int(stream("arrivals").integers(n))
        self._sent = 0

    def draw(self) -> None:
        n = len(self._room.entry)
        number = np.arange(self._sent, self._sent + n) + self._begin
        self._sent += n
        turn, place = np.divmod(number, len(self._offsets))
        since = turn + self._offsets[place] - self._offsets[self._begin]
        self._room.entry[:] = np.rint(since * self._turn)
        self._room.bits[:] = self._bits[place]
        self._marks.draw()
