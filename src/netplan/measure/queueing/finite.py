"""One port with a drop-tail buffer: the packets that are lost, and the delay of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netplan.measure.queueing.poisson import md1_states

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FiniteQueue", "md1k", "mm1k"]


@dataclass(frozen=True, slots=True)
class FiniteQueue:
    """What a port with a finite buffer does to its packets."""

    loss: float
    """Share of the packets that find the buffer full, to about 1e-15."""
    mean_sojourn_time: float
    """Of the packets that get through [s]."""


def mm1k(arrival_rate: float, service_rate: float, places: int) -> FiniteQueue:
    """Loss and delay of an M/M/1/K queue; any load is stable.

    p(n) is proportional to ρⁿ for n = 0 to K, and the loss is p(K).

    Parameters
    ----------
    arrival_rate
        Poisson arrival rate λ [1/s].
    service_rate
        Exponential service rate μ [1/s].
    places
        K, packets in the system, the one in service included.

    References
    ----------
    Kleinrock, *Queueing Systems, Vol. 1*, Wiley 1975, §3.6.

    Examples
    --------
    >>> mm1k(arrival_rate=1.0, service_rate=1.0, places=3).loss
    0.25
    """
    states = (arrival_rate / service_rate) ** np.arange(places + 1.0)
    return _from_states(states / states.sum(), arrival_rate)


def md1k(arrival_rate: float, service_time: float, places: int) -> FiniteQueue:
    """Loss and delay of an M/D/1/K queue; any load is stable.

    Departures leave n = 0 to K - 1 packets behind with probabilities d(n), in the same proportions
    as without a limit. Then p(n) = d(n) / (d(0) + ρ) at any time, and the rest of the time the
    buffer is full.

    Parameters
    ----------
    arrival_rate
        Poisson arrival rate λ [1/s].
    service_time
        D [s].
    places
        K, packets in the system, the one in service included.

    References
    ----------
    Brun & Garcia, *Analytical solution of finite capacity M/D/1 queues*, J. Appl. Probab. 37
    (2000) 1092-1098, whose alternating sums are replaced here by a recursion without cancelling.

    Examples
    --------
    >>> round(md1k(arrival_rate=0.5, service_time=1.0, places=1).loss, 6)
    0.333333
    """
    utilisation = arrival_rate * service_time
    departures = md1_states(utilisation, places)
    below = departures / (departures[0] + utilisation * departures.sum())
    return _from_states(np.append(below, 1 - below.sum()), arrival_rate)


def _from_states(states: NDArray[np.float64], arrival_rate: float) -> FiniteQueue:
    """Loss as seen by Poisson arrivals, delay by Little's law."""
    loss = float(states[-1])
    packets = float(states @ np.arange(len(states)))
    return FiniteQueue(loss, packets / (arrival_rate * (1 - loss)))
