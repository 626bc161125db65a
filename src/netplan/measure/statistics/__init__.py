"""Confidence intervals of means and quantiles from one long, correlated run.

Neighbouring packets meet the same queue, so their delays are correlated and an interval made for
independent samples is far too narrow. The remedy is *batch means*: the run is cut into a few long
consecutive batches, whose averages are nearly independent and nearly normal, and Student's t
does the rest. A quantile is judged by the share of packets beyond a threshold, which is a mean
too; the interval of the quantile collects the thresholds that this test cannot reject. An interval
is `trusted` only once each batch holds enough *effective* (independent-equivalent) samples.

::

    batches      Batches: a run as histograms, and how batches are joined
    interval     Interval, and that of a mean
    quantile     intervals of quantiles
    loss         intervals of the share of packets that are lost
    run_length   how long a run must be
    sequential   the error spent over looks and over pairs
    difference   what a second run has more than a first, under common random numbers

References
----------
Glynn & Lim, *Asymptotic validity of batch means steady-state confidence intervals*, in Advancing
the Frontiers of Simulation, Springer 2009, 87-104.
"""

from netplan.measure.statistics.batches import BATCHES, Batches, merge
from netplan.measure.statistics.difference import Difference, difference
from netplan.measure.statistics.interval import MIN_EFFECTIVE_SAMPLES, Interval, mean_interval
from netplan.measure.statistics.loss import batched_loss_interval, loss_interval
from netplan.measure.statistics.quantile import (
    MIN_EFFECTIVE_EXCEEDANCES,
    ExceedanceCurve,
    effective_exceedances,
    quantile_interval,
    variance_inflation,
)
from netplan.measure.statistics.run_length import packets_needed, probe_inflation, relaxation_time
from netplan.measure.statistics.sequential import decide, spend

__all__ = [
    "BATCHES",
    "MIN_EFFECTIVE_EXCEEDANCES",
    "MIN_EFFECTIVE_SAMPLES",
    "Batches",
    "Difference",
    "ExceedanceCurve",
    "Interval",
    "batched_loss_interval",
    "decide",
    "difference",
    "effective_exceedances",
    "loss_interval",
    "mean_interval",
    "merge",
    "packets_needed",
    "probe_inflation",
    "quantile_interval",
    "relaxation_time",
    "spend",
    "variance_inflation",
]
