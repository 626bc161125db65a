"""The work ahead, as text of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.judge.forecast import RATES
from netplan.show.tables.columns import padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.judge.forecast import Forecast

__all__ = ["forecast_line", "forecast_table"]


def forecast_table(plan: Forecast) -> str:
    """Return the first round year by year, and what all of it will take."""
    return "\n".join(line.rstrip() for line in _lines(plan)) + "\n"


def _lines(plan: Forecast) -> Iterator[str]:
    if plan.loads:
        yield f"{'first round':<22}{'runs':>6}{'streams':>9}{'packets':>16}{'packet-hops':>18}"
    for load in plan.loads:
        yield (
            f"  {padded(load.name, 20)}{load.jobs:>6}{load.streams:>9}{load.packets:>16,.0f}"
            f"{load.packet_hops:>18,.0f}"
        )
    if plan.decided:
        yield from wrapped(f"{plan.decided} of the years need no simulation", indent=0)
    if plan.states:
        yield from wrapped(
            f"{plan.states} failure states; what their routes and loads do not decide is simulated "
            "on top",
            indent=0,
        )
    if plan.loads:
        yield from wrapped(forecast_line(plan), indent=0)
        yield from wrapped(
            f"Assumed: {RATES[plan.engine] / 1e6:g} million packet-hops a second and core "
            f"({plan.engine} engine, drawing and recording included), {plan.workers} at a time; "
            f"about {plan.memory / 1e6:,.0f} MB of memory",
            indent=0,
        )


def forecast_line(plan: Forecast) -> str:
    """Return the time that it will take in one sentence."""
    return (
        f"about {_duration(plan.seconds)} for the first round, at most "
        f"{_duration(plan.most_seconds)} if all packet budgets are spent"
    )


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1.0, seconds):.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
