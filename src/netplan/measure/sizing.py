"""How long a run must be, and how densely probes must be sent, for verdicts that can be trusted.

Two costs pull against each other. Long runs cost background traffic; dense probes cost probe
packets and, being close together, say the same thing twice. With n probes needed at inflation 1
(`packets_needed`), probes at rate λ on a port that forgets slowly have the inflation 1 + λK
(`probe_inflation`), so the run must last T = n (1/λ + K). The work is T (B + λSh) packet-hops, for
background B [1/s], S streams and h hops each; it is least at λ = sqrt(B / (S h K)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.measure.queueing import erlang_c
from netplan.measure.statistics import packets_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "PortView",
    "ProbePlan",
    "plan_probes",
    "probes_lacking",
    "slowest_memory",
    "warm_up_time",
]

Float64 = NDArray[np.float64]

SAFETY = 1.05
"""More probes than the guard on effective exceedances asks for, since their number is random."""
PROBE_SHARE = 0.01
"""Most that probes may take of any port, by contract."""
RELAXATIONS = 10
"""Relaxation times until a queue that began empty has forgotten it."""
LEAST_GROWTH = 0.25
"""Share of the probes there are that a further round brings at least: it has a warm-up too."""
TYPICAL_STREAM = 0.9
"""The first look is long enough for this share of the streams; the rest get their turn later."""


@dataclass(frozen=True)
class PortView:
    """What sizing needs to know of P ports and pools under their carried load; all of shape (P,).

    A pool of c servers is nearly a port c times as fast that few have to wait for.
    """

    utilisation: Float64
    packet_rate: Float64
    """Carried packets or segments [1/s]."""
    size_variation: Float64
    """Second moment over squared mean of the sizes, 1 + c_s²; 1 where nothing is carried."""
    capacity: Float64
    """[bit/s]."""
    hold_time: Float64
    """Time to send a full buffer [s]; infinite without limit."""
    servers: NDArray[np.int64]
    """Of a pool; 1 for a port that transmits."""

    @cached_property
    def relaxation(self) -> Float64:
        """Relaxation time [s]: that of M/M/1/n, with n packets of mean size in a full buffer.

        One over the smallest rate, μ (1 + ρ - 2 √ρ cos(π / (n + 1))), at which such a queue comes
        to its steady state: μ (1 - √ρ)² without a limit (the tests compare it with the eigenvalues
        of the generator). Of a pool in addition until those that are served have left.
        """
        rho, service = self._stable, self._service
        places = np.divide(
            self.hold_time, service, out=np.full_like(rho, np.inf), where=service > 0
        )
        rate: Float64 = 1 + rho - 2 * np.sqrt(rho) * np.cos(np.pi / (places + 1))
        relaxation: Float64 = service / rate + (self.servers - 1) * service
        return relaxation

    @cached_property
    def correlation_time(self) -> Float64:
        """K with which probes at rate λ have the variance inflation 1 + λK [s].

        The packets of a port have the inflation c = 1 + 1.9 (1 + c_s²) ρ / (1 - ρ)², with c_s² the
        squared coefficient of variation of the sizes: a fit within 25 % to the p99 of M/M/1 and
        M/D/1 queues, ρ from 0.3 to 0.9, 20 million packets each. Of a pool fewer have to wait, by
        Erlang C over ρ, and so fewer have anything in common: within a factor of about 2 of what
        M/M/c and lognormal service show with four servers, ρ from 0.7 to 0.9, and too long with
        dozens, where service varies more than waits do. It sizes the run, and tells when that is
        long enough unless what the run itself shows refutes it; verdicts go by the larger of the
        two. Correlations die away with the relaxation time at least, so that K is at most twice as
        long.
        """
        with np.errstate(divide="ignore"):
            free: Float64 = 1.9 * self.size_variation * self._service / (1 - self._stable) ** 2
        return np.minimum(free * self._waiting, 2 * self.relaxation)

    @property
    def _waiting(self) -> Float64:
        """Share of the requests that wait, over that of a single server."""
        shares = np.ones_like(self.utilisation)
        for pool in np.flatnonzero((self.servers > 1) & (self._stable > 0)):
            servers, load = int(self.servers[pool]), float(self._stable[pool])
            shares[pool] = erlang_c(servers, servers * load) / load
        return shares

    @property
    def _stable(self) -> Float64:
        """Utilisation; below 1 where nothing limits how many may wait."""
        below = np.minimum(self.utilisation, 1 - 1e-9)
        return np.where(np.isfinite(self.hold_time), self.utilisation, below)

    @property
    def _service(self) -> Float64:
        """Mean service time [s]; 0 where nothing is carried."""
        idle = np.zeros_like(self.packet_rate)
        return np.divide(self._stable, self.packet_rate, out=idle, where=self.packet_rate > 0)


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """Probe rate of every stream and length of the first look."""

    rates: Float64
    """Shape (S,) [1/s]."""
    duration: float
    """All replications together [s]."""


def warm_up_time(ports: PortView, used: NDArray[np.int64], longest_route: float) -> float:
    """Time until a network that began empty is in its steady state [s].

    The longest route, so that all traffic is everywhere, plus ten relaxation times of the slowest
    port in use.

    Parameters
    ----------
    ports
        Ports under load.
    used
        Numbers of the ports on measured routes.
    longest_route
        Delay of the longest route of the empty network [s].
    """
    return float(longest_route + RELAXATIONS * ports.relaxation[used].max(initial=0.0))


def probes_lacking(p: float, worth: Float64) -> Float64:
    """Return the probes that each stream should have in the next round for its p-quantile.

    So many that the rounds suffice for an interval, or, if those before did, as many again.

    Parameters
    ----------
    p
        Level of the quantile.
    worth
        Independent probes that those of each stream are worth so far, shape (S,).
    """
    needed = packets_needed(p, 1.0)
    missing = np.maximum(SAFETY * needed - worth, LEAST_GROWTH * worth)
    lacking: Float64 = np.where(worth < needed, missing, worth)
    return lacking


def slowest_memory(ports: PortView, streams: Sequence[Sequence[Sequence[int]]]) -> Float64:
    """Return the longest correlation time on the way of each stream, shape (S,) [s]."""
    return _slowest(ports, *_passed(streams)[:2])


def _slowest(ports: PortView, passed: NDArray[np.int64], firsts: NDArray[np.int64]) -> Float64:
    slowest: Float64 = np.maximum.reduceat(ports.correlation_time[passed], firsts)
    return slowest


def _passed(
    streams: Sequence[Sequence[Sequence[int]]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Lay out the ports that streams pass; tell where each begins and how many it passes."""
    hops = [sum(map(len, flows)) for flows in streams]
    passed = np.fromiter(chain.from_iterable(chain.from_iterable(streams)), np.int64, sum(hops))
    return passed, np.cumsum([0, *hops[:-1]]), hops


def plan_probes(
    ports: PortView,
    streams: Sequence[Sequence[Sequence[int]]],
    needed: Float64,
    probe_bits: float,
    background_hops: float,
    longest: float,
) -> ProbePlan:
    """Choose the probe rate and the length of the first look.

    Parameters
    ----------
    ports
        Ports under load.
    streams
        Ports that each flow of each of S streams passes.
    needed
        Probes that each stream should have if they were independent, shape (S,).
    probe_bits
        Mean size of a probe [bit].
    background_hops
        Carried packet-hops per second of simulated time.
    longest
        Duration that the packet budget allows, all replications together [s].
    """
    passed, firsts, hops = _passed(streams)
    slowest = _slowest(ports, passed, firsts)
    # Streams through overloaded ports are judged by their loss, whatever their delay.
    stable = np.maximum.reduceat(ports.utilisation[passed], firsts) < 1
    stable |= not stable.any()
    typical = _typical(slowest[stable])
    # Share of its stream's packets that a flow has.
    share = np.repeat([1 / len(flows) for flows in streams], hops)
    probe_hops = float(share.sum())
    # No port gives more than its share to probes; where n streams pass it, each gets an n-th.
    passing = np.bincount(passed, share, len(ports.capacity))
    with np.errstate(divide="ignore"):
        each = PROBE_SHARE * ports.capacity / (passing * probe_bits)
    ceilings = np.minimum.reduceat(each[passed], firsts)
    best = np.sqrt(background_hops / (probe_hops * typical)) if typical > 0 else math.inf
    many, waiting = (_typical(values[stable]) for values in (needed, needed * slowest))
    if many / best + waiting > longest > waiting:
        # The cheapest run is too long: send probes as densely as the time that there is demands.
        best = many / (longest - waiting)
    rates = np.minimum(best, ceilings)
    duration = _typical((needed * (1 / rates + slowest))[stable])
    # Where the duration, set by the slowest streams, leaves time, fewer probes a second will do.
    spare = np.maximum(duration - needed * slowest, needed / rates)
    return ProbePlan(rates=np.minimum(rates, needed / spare), duration=duration)


def _typical(values: Float64) -> float:
    return float(np.quantile(values, TYPICAL_STREAM))
