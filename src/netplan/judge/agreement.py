"""Whether the simulation agrees with the closed forms, as far as both can be trusted.

Two ways to one answer that share no code: where they differ beyond what is explained, one of them
is wrong. Explained are

- sampling: five standard errors, from the variance of the wait and how long a queue remembers;
- traffic that comes from other ports is no Poisson process. It may wait less than predicted (a
  port spaces packets out), but no less than the traffic that enters at the port alone causes; or
  more (what a faster port sends back to back), taken as up to twice as much;
- drops: a port that drops waits less than one without a limit;
- a gamma law in place of the true one: a tenth of what is waited, in percentiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import US
from netplan.judge.hops import mean_wait
from netplan.judge.verdict import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netplan.judge.case import Stream
    from netplan.judge.prediction import Prediction
    from netplan.judge.verdict import PairVerdict
    from netplan.measure.samples import Samples

__all__ = ["Agreement", "compare"]

STANDARD_ERRORS = 5.0
BUNCHING = 1.0
"""Share by which traffic from other ports may wait longer than a Poisson process (assumed; at
most 0.8 was measured in the shipped scenarios)."""
GAMMA_ERROR = 0.1
"""Share by which a predicted percentile of the waits may be off: see `measure.queueing.route`."""
LEAST_WAITING = 100
"""Packets that must have waited at a port, by prediction, for their mean to be nearly normal."""
ROUNDING = 1e-9
"""Engines count in whole picoseconds [s]."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many ports and pairs could be compared, and which of them disagree."""

    ports: int
    pairs: int
    port_misfits: tuple[str, ...]
    pair_misfits: tuple[str, ...]

    def describe(self) -> str:
        """Say it in one line."""
        if not self.ports and not self.pairs:
            return "closed forms: nothing to compare with (no Poisson traffic, or too few packets)"
        right = [self.ports - len(self.port_misfits), self.pairs - len(self.pair_misfits)]
        compared = [
            *([f"at {right[0]} of {self.ports} ports"] if self.ports else []),
            *([f"for {right[1]} of {self.pairs} pairs"] if self.pairs else []),
        ]
        text = (
            f"closed forms agree with the simulation {' and '.join(compared)}, as far as sampling "
            "and approximation allow"
        )
        misfits = (*_shown("port", self.port_misfits), *_shown("pair", self.pair_misfits))
        return "; ".join([text, *misfits])


def _shown(what: str, misfits: tuple[str, ...]) -> Iterator[str]:
    if misfits:
        more = f" and {len(misfits) - SHOWN} more" if len(misfits) > SHOWN else ""
        yield f"{what}s that do not: {', '.join(misfits[:SHOWN])}{more}"


def compare(
    prediction: Prediction, samples: Samples, judged: Iterable[tuple[Stream, str, PairVerdict]]
) -> Agreement:
    """Compare what was measured with what closed forms predict.

    Parameters
    ----------
    prediction
        Of the case, without probes.
    samples
        What was measured.
    judged
        Stream, statistic and verdict of every pair that was simulated.
    """
    return _Comparison(prediction, samples).agreement(judged)


class _Comparison:
    def __init__(self, prediction: Prediction, samples: Samples) -> None:
        case = prediction.case
        self._samples = samples
        rates = {
            name: (found.delivered + int(found.dropped.sum())) / samples.duration
            for name, found in samples.streams.items()
            if not case.streams[name].carried
        }
        self._most = prediction.with_probes(rates)
        self._least = prediction.entering_only()
        self._memory = prediction.ports.correlation_time
        self._channels = case.topology.channel_of_port
        total, entering = (p.packet_rate.sum(axis=1) for p in (self._most, self._least))
        share = np.divide(entering, total, out=np.ones_like(total), where=total > 0)
        self._bunching = BUNCHING * (1 - share)
        """Share by which waits at a port may be longer: none where all traffic enters there."""

    def agreement(self, judged: Iterable[tuple[Stream, str, PairVerdict]]) -> Agreement:
        ports = [found for p in range(len(self._channels)) if (found := self._port(p)) is not None]
        pairs = [found for item in judged if (found := self._pair(*item)) is not None]
        return Agreement(
            ports=len(ports),
            pairs=len(pairs),
            port_misfits=tuple(text for text in ports if text),
            pair_misfits=tuple(text for text in pairs if text),
        )

    def _port(self, port: int) -> str | None:
        """Return the misfit of a port, empty if it agrees; none if it cannot be compared."""
        waits, least = self._most.waits[port], self._least.waits[port]
        totals, rates = self._samples.totals, self._most.packet_rate[port]
        served = int(totals.waits[port])
        if waits is None or least is None or served * waits[0].busy < LEAST_WAITING:
            return None
        shares = rates / rates.sum()
        predicted = float(shares @ [wait.mean for wait in waits])
        variance = float(shares @ [w.variance + w.mean**2 for w in waits]) - predicted**2
        # a port may not have been simulated all the time
        independent = served / (1 + float(rates.sum() * self._memory[port]))
        error = STANDARD_ERRORS * math.sqrt(variance / independent)
        low = 0.0 if totals.drops[port] else float(shares @ [wait.mean for wait in least]) - error
        high = predicted * (1 + float(self._bunching[port])) + error
        measured = mean_wait(self._samples, range(port, port + 1))
        if low <= measured <= high:
            return ""
        channel = self._channels[port]
        member = f" member {port - channel.first_port + 1}" if channel.members > 1 else ""
        return f"{channel.name}{member} waits {measured / US:.3g} µs, not {predicted / US:.3g}"

    def _pair(self, stream: Stream, statistic: str, verdict: PairVerdict) -> str | None:
        """Return the misfit of a pair, empty if it agrees; none if it cannot be compared."""
        decided = verdict.outcome is Outcome.MET or verdict.reason is Reason.LATENCY
        if not decided or verdict.estimate is None:
            return None
        most = self._most.statistic(stream, statistic)
        least = self._least.statistic(stream, statistic)
        if most is None or least is None:
            return None
        ports = sorted(set(chain(*stream.ports)))
        gamma = 0.0 if statistic == "mean" else GAMMA_ERROR
        bunching = float(self._bunching[ports].max())
        empty = min(route.latency for route in set(stream.routes))
        low = empty + (1 - gamma) * (least - empty) - ROUNDING
        high = most + (gamma + bunching) * (most - empty) + ROUNDING
        too_short = (verdict.high or math.inf) < low and not self._samples.totals.drops[ports].any()
        if not too_short and (verdict.low or 0.0) <= high:
            return ""
        return (
            f"{verdict.source}>{verdict.target} {statistic} is {verdict.estimate / US:.5g} µs, "
            f"not {most / US:.5g}"
        )
