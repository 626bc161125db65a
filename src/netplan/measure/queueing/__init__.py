"""Closed forms of queueing theory, in SI: what a simulation of the same queue must come out at.

Exact where the docstring does not say otherwise. Waiting time is the time before service begins
(before the first bit is sent); sojourn time is waiting plus the packet's own service.

::

    service      Service, Wait: the two things that go in and come out
    poisson      one port fed by Poisson packets: M/M/1, M/D/1, M/G/1, priorities, bursts
    finite       full buffers: M/M/1/K, M/D/1/K
    renewal      other arrivals: GI/M/1, bounds and approximations, periodic sources, M/M/c
    route        several hops in a row
    root         the numerical search behind quantiles
"""

from netplan.measure.queueing.finite import FiniteQueue, md1k, mm1k
from netplan.measure.queueing.poisson import (
    batch_mean_waiting_time,
    md1_waiting_cdf,
    md1_waiting_quantile,
    mg1_wait,
    mm1_mean_sojourn_time,
    mm1_sojourn_quantile,
    mm1_waiting_quantile,
    priority_mean_waiting_times,
    priority_waits,
)
from netplan.measure.queueing.renewal import (
    allen_cunneen_mean_waiting_time,
    erlang_c,
    gim1_root,
    gim1_wait,
    kingman_bound,
    mmc_mean_waiting_time,
    periodic_sources_work_tail,
)
from netplan.measure.queueing.route import (
    deterministic_tandem_mean,
    deterministic_tandem_quantile,
    hypoexponential_quantile,
    mixture_quantile,
    sum_of_waits,
)
from netplan.measure.queueing.service import Service, Wait

__all__ = [
    "FiniteQueue",
    "Service",
    "Wait",
    "allen_cunneen_mean_waiting_time",
    "batch_mean_waiting_time",
    "deterministic_tandem_mean",
    "deterministic_tandem_quantile",
    "erlang_c",
    "gim1_root",
    "gim1_wait",
    "hypoexponential_quantile",
    "kingman_bound",
    "md1_waiting_cdf",
    "md1_waiting_quantile",
    "md1k",
    "mg1_wait",
    "mixture_quantile",
    "mm1_mean_sojourn_time",
    "mm1_sojourn_quantile",
    "mm1_waiting_quantile",
    "mm1k",
    "mmc_mean_waiting_time",
    "periodic_sources_work_tail",
    "priority_mean_waiting_times",
    "priority_waits",
    "sum_of_waits",
]
