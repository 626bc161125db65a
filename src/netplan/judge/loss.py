"""The loss of a pair, with an interval: what its probes lose, and what others lose on its way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import PS_PER_S
from netplan.measure.statistics import Interval, batched_loss_interval, loss_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netplan.judge.case import Stream
    from netplan.judge.prediction import Prediction
    from netplan.measure.samples import Samples, StreamSamples
    from netplan.measure.sizing import PortView

__all__ = ["PairLoss"]

CALM = 0.25
"""Share of the time to send a full buffer that no packet waited for at a calm port."""


class PairLoss:
    """What is known of the loss of one pair.

    There are two witnesses. The packets of the pair itself are few, but counted batch by batch, so
    that clusters of losses show. The ports on its way count all packets that arrive, millions
    perhaps, but only in total: where n arrive at a rate λ they are worth ``n / (1 + λK)``
    independent ones (`_memory`). Where traffic comes in bursts nobody knows K, so that only the
    first witness is heard. If no port on the way lost
    anything, the way is as well known as the port that saw least: at most ``1 - (α/2)^(1/n)`` may
    be lost at ports that saw n_1, n_2 ... packets without a loss, since a loss p_i at each of them
    has a chance of Π (1 - p_i)^n_i, which is at most (1 - p)^n for n the least n_i and p the loss
    of all together.

    Of a *calm* port, where not one packet waited for a quarter of what a full buffer holds, more is
    known. There a share of at most ``u = 1 - (α/2)^(1/n)`` waits so long, and of these no larger a
    share waits as long again: the wait exceeds a level as a random walk does that falls on average,
    and a walk that has come to x begins anew there. So at most u² wait for half of the buffer. The
    other half is for what a walk jumps beyond x, and for packets smaller than the mean.

    Parameters
    ----------
    prediction
        What closed forms say of the ports.
    stream
        The measured packets of the pair, with their ways.
    measured
        What was measured of them.
    samples
        All that was measured.
    """

    def __init__(
        self,
        prediction: Prediction,
        stream: Stream,
        measured: StreamSamples,
        samples: Samples,
    ) -> None:
        self._dropped = measured.dropped
        self._packets = measured.counts.sum(axis=1) + measured.dropped
        totals = samples.totals
        offered = totals.sent_bits + totals.dropped_bits
        share = np.divide(
            totals.dropped_bits, offered, out=np.zeros(len(offered)), where=offered > 0
        )
        ports = np.array(sorted({port for way in stream.ports for port in way}))
        self._carried = 0.0
        if share[ports].any():
            kept = [np.prod(1 - share[list(way)]) for way in stream.ports]
            self._carried = float(1 - np.mean(kept))
        # A port whose buffer has no limit, or that only probes go over, loses nothing.
        limited = ports[np.isfinite(prediction.ports.hold_time[ports])]
        memory = _memory(prediction.ports)[limited] / samples.duration
        self._inflation = 1 + float(self._packets.sum() * memory.max(initial=0.0))
        arrivals = totals.arrivals[limited]
        bursty = np.isin(limited, list(prediction.bursty))
        worth = np.where(bursty, 0.0, arrivals / (1 + arrivals * memory))
        longest = totals.wait_max[limited] / PS_PER_S
        calm = longest < CALM * prediction.ports.hold_time[limited]
        self._calm = float(worth[calm].min(initial=math.inf))
        self._other = float(worth[~calm].min(initial=math.inf))
        self.estimate = max(measured.loss, self._carried)
        """The larger of what both witnesses say."""

    def interval(self, confidence: float) -> Interval:
        """Return the interval of the loss at a confidence, which both witnesses share.

        Both must be right with half of the error each, so each of its ends is where either of them
        says, but the upper one not below the estimate.
        """
        each = (1 + confidence) / 2
        own = batched_loss_interval(self._dropped, self._packets, each, self._inflation)
        low, high = self._of_ports(each)
        return Interval(
            estimate=self.estimate,
            low=max(own.low, low),
            high=max(min(own.high, high), self.estimate),
            confidence=confidence,
            trusted=True,
            effective=own.effective,
        )

    def _of_ports(self, confidence: float) -> tuple[float, float]:
        if self._carried:
            least = min(self._calm, self._other)
            found = loss_interval(self._carried, least if math.isfinite(least) else 0.0, confidence)
            return found.low, found.high
        calm, other = (
            0.0 if math.isinf(n) else loss_interval(0.0, n, confidence).high
            for n in (self._calm, self._other)
        )
        return 0.0, max(calm**2, other)


def _memory(ports: PortView) -> NDArray[np.float64]:
    """Time K with which packets at rate λ have a loss of the variance inflation 1 + λK [s].

    The packets of a port have the inflation 1 + (1 + c_s²) ρ / (1 - ρ), with c_s² the squared
    coefficient of variation of the sizes, but no more than the buffer holds: within 10 % of what
    M/M/1/K and M/D/1/K queues show that lose less than 0.5 %, and too large where they lose more
    (ρ from 0.3 to 1.1, 5 to 60 places, 20 million packets each). It is less than for delays, since
    a buffer that is full is soon not full any more.
    """
    rho = np.minimum(ports.utilisation, 1 - 1e-9)
    idle = np.zeros_like(rho)
    service = np.divide(rho, ports.packet_rate, out=idle, where=ports.packet_rate > 0)
    found: NDArray[np.float64] = ports.size_variation * service / (1 - rho)
    return np.minimum(found, ports.hold_time)
