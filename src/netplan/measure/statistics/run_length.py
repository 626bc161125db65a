"""How many packets a run needs, and how long a queue remembers."""

from __future__ import annotations

import math

from netplan.ground.errors import UnstableError
from netplan.measure.statistics.batches import BATCHES
from netplan.measure.statistics.quantile import MIN_EFFECTIVE_EXCEEDANCES

__all__ = ["packets_needed", "probe_inflation", "relaxation_time"]


def packets_needed(p: float, inflation: float, batches: int = BATCHES) -> int:
    """Fewest packets with which the interval of a p-quantile is trusted.

    Examples
    --------
    >>> packets_needed(0.99, inflation=28)
    112000
    """
    return math.ceil(batches * MIN_EFFECTIVE_EXCEEDANCES * inflation / min(p, 1 - p) - 1e-6)


def probe_inflation(utilisation: float, packet_rate: float, probe_rate: float) -> float:
    """Variance inflation of Poisson probes that see a queue fed at `packet_rate`.

    All packets of an M/M/1 queue have c ≈ 3.5 / (1 - ρ)², a cautious fit to measured values.
    In general c = 1 + 2 Σ r(k), with r(k) the autocorrelation at lag k. Probes are the packets
    kept with probability q = probe_rate / packet_rate, each by itself: of n kept ones, the
    number that follow another at any lag k falls to the share q, so c_q = 1 + 2 q Σ r(k)
    = 1 + q (c - 1). The integrated autocorrelation thins linearly.

    Parameters
    ----------
    utilisation
        ρ of the busiest port on the route, below 1.
    packet_rate
        Of that port [1/s].
    probe_rate
        Of the pair's probes [1/s], at most `packet_rate`.

    Raises
    ------
    UnstableError
        If ρ >= 1.

    Examples
    --------
    >>> round(probe_inflation(0.9, packet_rate=1e6, probe_rate=1e4), 2)
    4.49
    """
    _check_stable(utilisation)
    return 1 + min(probe_rate / packet_rate, 1.0) * (3.5 / (1 - utilisation) ** 2 - 1)


def relaxation_time(utilisation: float, service_time: float) -> float:
    """Time in which an M/M/1 queue forgets its past by a factor e, 1 / (μ (1 - √ρ)²) [s].

    Parameters
    ----------
    utilisation
        ρ, below 1.
    service_time
        Mean service time 1/μ [s].

    Raises
    ------
    UnstableError
        If ρ >= 1.

    References
    ----------
    Kijima, *On the relaxation time for single server queues*, J. Oper. Res. Soc. Japan 32 (1989),
    who bounds that of other queues too. The tests compare it with the queue's spectrum.

    Examples
    --------
    >>> relaxation_time(0.25, service_time=1e-6)
    4e-06
    """
    _check_stable(utilisation)
    return service_time / (1 - math.sqrt(utilisation)) ** 2


def _check_stable(utilisation: float) -> None:
    if utilisation >= 1:
        raise UnstableError(
            f"utilisation {utilisation:.3g} is not below 1; the queue never becomes stationary"
        )
