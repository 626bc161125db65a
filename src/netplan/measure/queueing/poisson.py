"""One port of one rate, unlimited buffer, packets arriving as a Poisson process."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln, xlogy

from netplan.measure.queueing.root import least
from netplan.measure.queueing.service import Wait, check_stable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.measure.queueing.service import Service

__all__ = [
    "batch_mean_waiting_time",
    "md1_states",
    "md1_waiting_cdf",
    "md1_waiting_quantile",
    "mg1_wait",
    "mm1_mean_sojourn_time",
    "mm1_sojourn_quantile",
    "mm1_waiting_quantile",
    "priority_mean_waiting_times",
    "priority_waits",
]

Float64 = NDArray[np.float64]


def mm1_mean_sojourn_time(arrival_rate: float, service_rate: float) -> float:
    """Mean time in system of an M/M/1 queue, waiting plus service.

    Parameters
    ----------
    arrival_rate
        Poisson arrival rate λ [1/s].
    service_rate
        Exponential service rate μ [1/s].

    Returns
    -------
    float
        W = 1 / (μ - λ) [s].

    Raises
    ------
    UnstableError
        If λ >= μ.

    References
    ----------
    Kleinrock, *Queueing Systems, Vol. 1*, Wiley 1975, §3.2.

    Examples
    --------
    >>> mm1_mean_sojourn_time(arrival_rate=50.0, service_rate=100.0)
    0.02
    """
    check_stable(arrival_rate / service_rate)
    return 1 / (service_rate - arrival_rate)


def mm1_sojourn_quantile(arrival_rate: float, service_rate: float, p: float) -> float:
    """Quantile of the time in system of an M/M/1 queue, which is exponential [s].

    Examples
    --------
    >>> round(mm1_sojourn_quantile(500.0, 1000.0, 0.99), 6)
    0.00921
    """
    return -math.log1p(-p) * mm1_mean_sojourn_time(arrival_rate, service_rate)


def mm1_waiting_quantile(arrival_rate: float, service_rate: float, p: float) -> float:
    """Quantile of the waiting time of an M/M/1 queue, P(W > t) = ρ exp(-(μ - λ) t) [s].

    Examples
    --------
    >>> mm1_waiting_quantile(500.0, 1000.0, 0.5)
    0.0
    """
    utilisation = arrival_rate / service_rate
    check_stable(utilisation)
    return max(0.0, math.log(utilisation / (1 - p)) / (service_rate - arrival_rate))


def mg1_wait(arrival_rate: float, service: Service) -> Wait:
    """Give the waiting time of an M/G/1 queue: mean of Pollaczek and Khinchine, variance of Takács.

    E[W] = λ E[S²] / (2 (1 - ρ)), Var W = λ E[S³] / (3 (1 - ρ)) + E[W]².

    Parameters
    ----------
    arrival_rate
        Poisson arrival rate λ [1/s].
    service
        Service times.

    Raises
    ------
    UnstableError
        If λ E[S] >= 1.

    References
    ----------
    Kleinrock, *Queueing Systems, Vol. 1*, Wiley 1975, §5.7; Takács, *Introduction to the Theory
    of Queues*, Oxford 1962.

    Examples
    --------
    >>> from netplan.measure.queueing import Service
    >>> mg1_wait(0.5, Service.deterministic(1.0)).mean
    0.5
    """
    utilisation = arrival_rate * service.mean
    check_stable(utilisation)
    mean = arrival_rate * service.second / (2 * (1 - utilisation))
    variance = arrival_rate * service.third / (3 * (1 - utilisation)) + mean**2
    return Wait(busy=utilisation, mean=mean, variance=variance)


def priority_mean_waiting_times(
    arrival_rates: Sequence[float], services: Sequence[Service]
) -> list[float]:
    """Mean waiting time of each class under non-preemptive priority, class 0 first [s].

    W(k) = R / ((1 - σ(k-1)) (1 - σ(k))), R = Σ λ E[S²] / 2 over all classes, σ(k) the load of
    the classes 0 to k.

    Raises
    ------
    UnstableError
        If the classes together load the port with 100 % or more.

    References
    ----------
    Cobham, *Priority assignment in waiting line problems*, Oper. Res. 2 (1954); Kleinrock,
    *Queueing Systems, Vol. 2*, Wiley 1976, §3.3.

    Examples
    --------
    >>> from netplan.measure.queueing import Service
    >>> priority_mean_waiting_times([0.25, 0.25], [Service.deterministic(1.0)] * 2)
    [0.3333333333333333, 0.6666666666666666]
    """
    classes = list(zip(arrival_rates, services, strict=True))
    check_stable(sum(rate * service.mean for rate, service in classes))
    residual = sum(rate * service.second for rate, service in classes) / 2
    waits, load = [], 0.0
    for rate, service in classes:
        above, load = load, load + rate * service.mean
        waits.append(residual / ((1 - above) * (1 - load)))
    return waits


def priority_waits(arrival_rates: Sequence[float], services: Sequence[Service]) -> list[Wait]:
    """Give the waiting time of each class under non-preemptive priority, class 0 first.

    The means are those of `priority_mean_waiting_times`, the variances are exact too. Class k finds
    the work U that it must wait for: the unfinished work of an M/G/1 queue of the classes 0 to k
    and, independent of it, with probability ρ(below) / (1 - σ(k)) the residual service of a packet
    of a lower class (which begins only when no work of the classes 0 to k is left). Then U grows
    by what comes in the classes above until it is done, the delay cycle of M/G/1: E[W | U] =
    U / (1 - σ(k-1)), Var[W | U] = U λ(above) E[S(above)²] / (1 - σ(k-1))³.

    Raises
    ------
    UnstableError
        If the classes together load the port with 100 % or more.

    References
    ----------
    Means: see `priority_mean_waiting_times`. Delay cycle: Kleinrock, *Queueing Systems, Vol. 2*,
    Wiley 1976, §3.3. The variance is put together here and tested against simulation.

    Examples
    --------
    >>> from netplan.measure.queueing import Service
    >>> urgent, bulk = priority_waits([0.25, 0.25], [Service.deterministic(1.0)] * 2)
    >>> round(urgent.mean, 9), round(bulk.mean, 9)
    (0.333333333, 0.666666667)
    """
    classes = list(zip(arrival_rates, services, strict=True))
    load = sum(rate * service.mean for rate, service in classes)
    check_stable(load)
    second = sum(rate * service.second for rate, service in classes)
    third = sum(rate * service.third for rate, service in classes)
    waits, upto, second_upto = [], 0.0, 0.0
    for rate, service in classes:
        above, second_above = upto, second_upto
        upto, second_upto = upto + rate * service.mean, second_upto + rate * service.second
        free, free_above = 1 - upto, 1 - above
        work = second / (2 * free)
        lower = (second - second_upto) / (2 * free)
        variance_of_work = third / (3 * free) + (work - lower) ** 2 - lower**2
        waits.append(
            Wait(
                busy=load,
                mean=work / free_above,
                variance=variance_of_work / free_above**2 + work * second_above / free_above**3,
            )
        )
    return waits


def batch_mean_waiting_time(batch_rate: float, batch: int, service: Service) -> float:
    """Mean waiting time of a packet where bursts of `batch` packets arrive at once [s].

    The burst is a customer of an M/G/1 queue; a packet waits for it, and for the (b - 1) / 2
    packets of its own burst that are on average before it.

    Raises
    ------
    UnstableError
        If the load is 100 % or more.

    References
    ----------
    Burke, *Delays in single-server queues with batch input*, Oper. Res. 23 (1975).

    Examples
    --------
    >>> from netplan.measure.queueing import Service
    >>> batch_mean_waiting_time(0.25, 2, Service.deterministic(1.0))
    1.5
    """
    utilisation = batch_rate * batch * service.mean
    check_stable(utilisation)
    second = batch * service.second + batch * (batch - 1) * service.mean**2
    first_packet = batch_rate * second / (2 * (1 - utilisation))
    return first_packet + (batch - 1) / 2 * service.mean


@lru_cache(maxsize=8)
def md1_states(utilisation: float, states: int) -> Float64:
    """Relative probabilities of 0, 1, ... packets in an M/D/1 system, p(0) = 1.

    By the cut between n and n + 1 packets at departures, a(0) p(n+1) = p(0) A(n) + Σ p(i)
    A(n+1-i) over i = 1 to n, where a(k) is the chance of k and A(k) that of more than k arrivals
    during a service. All terms are positive, so that nothing cancels. They also hold, relative
    to each other, below the top of a finite buffer.

    Parameters
    ----------
    utilisation
        ρ, arrivals during one service.
    states
        How many, from 0.

    References
    ----------
    Embedded chain of M/G/1: Kleinrock, *Queueing Systems, Vol. 1*, Wiley 1975, ch. 5.
    """
    more = gammainc(np.arange(1, states + 2), utilisation)
    p = np.zeros(states)
    p[0] = 1.0
    for n in range(states - 1):
        p[n + 1] = (p[0] * more[n] + p[1 : n + 1] @ more[n:0:-1]) * math.exp(utilisation)
    return p


def md1_waiting_cdf(arrival_rate: float, service_time: float, time: float) -> float:
    """P(W <= time) of an M/D/1 queue, exact.

    For (k-1) D <= t < k D it is Σ Q(k-1-j) e^(-x) x^j / j! over j = 0 to k - 1 with
    x = λ (k D - t), where Q(j) is the chance of at most j packets waiting. Unlike Erlang's and
    Crommelin's alternating sum it has only positive terms.

    Parameters
    ----------
    arrival_rate
        Poisson arrival rate λ [1/s].
    service_time
        D [s].
    time
        [s].

    Raises
    ------
    UnstableError
        If λ D >= 1.

    References
    ----------
    Franx, *A simple solution for the M/D/c waiting time distribution*, Oper. Res. Lett. 29
    (2001) 221-229.

    Examples
    --------
    >>> round(md1_waiting_cdf(0.5, 1.0, 0.0), 12)
    0.5
    """
    utilisation = arrival_rate * service_time
    check_stable(utilisation)
    if time < 0:
        return 0.0
    k = math.floor(time / service_time) + 1
    # A power of two of states, so that a root search finds them in the cache.
    states = md1_states(utilisation, 1 << (k + 1).bit_length()) * (1 - utilisation)
    waiting = np.cumsum(states)[1 : k + 1]
    x = arrival_rate * (k * service_time - time)
    j = np.arange(k)
    arrivals = np.exp(xlogy(j, x) - x - gammaln(j + 1))
    return float(arrivals @ waiting[::-1])


def md1_waiting_quantile(arrival_rate: float, service_time: float, p: float) -> float:
    """Quantile of the waiting time of an M/D/1 queue, exact [s].

    Raises
    ------
    UnstableError
        If λ D >= 1.

    Examples
    --------
    >>> round(md1_waiting_quantile(0.5, 1.0, 0.99), 5)
    3.33626
    """
    if md1_waiting_cdf(arrival_rate, service_time, 0.0) >= p:
        return 0.0
    top = service_time
    while md1_waiting_cdf(arrival_rate, service_time, top) < p:
        top *= 2
    return least(lambda t: md1_waiting_cdf(arrival_rate, service_time, t) >= p, 0.0, top)
