"""The work ahead, as text of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.texts import Texts
from netplan.ground.texts.tables import TABLES
from netplan.judge.forecast import RATES
from netplan.show.tables.columns import padded, right, wrapped
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.ground.texts import Language
    from netplan.judge.forecast import Forecast

__all__ = ["forecast_line", "forecast_table"]


def forecast_table(plan: Forecast, language: Language = "en") -> str:
    """Return the first round year by year, and what all of it will take."""
    return "\n".join(line.rstrip() for line in _lines(Reader(Texts(language, TABLES)), plan)) + "\n"


def _lines(reader: Reader, plan: Forecast) -> Iterator[str]:
    if plan.loads:
        heads = (("runs", 6), ("streams", 9), ("packets", 16), ("hops", 18))
        yield padded(reader.texts["head.round"], 22) + "".join(
            right(reader.texts[f"head.{head}"], width) for head, width in heads
        )
    for load in plan.loads:
        yield (
            f"  {padded(load.name, 20)}{load.jobs:>6}{load.streams:>9}{load.packets:>16,.0f}"
            f"{load.packet_hops:>18,.0f}"
        )
    if plan.decided:
        yield from wrapped(reader.say("forecast.decided", count=plan.decided), indent=0)
    if plan.states:
        yield from wrapped(reader.say("forecast.states", count=plan.states), indent=0)
    if plan.loads:
        yield from wrapped(_time(reader, plan), indent=0)
        yield from wrapped(
            reader.say(
                "forecast.assumed",
                rate=RATES[plan.engine] / 1e6,
                engine=plan.engine,
                workers=plan.workers,
                memory=plan.memory / 1e6,
            ),
            indent=0,
        )


def forecast_line(plan: Forecast, language: Language = "en") -> str:
    """Return the time that it will take in one sentence."""
    return _time(Reader(Texts(language, TABLES)), plan)


def _time(reader: Reader, plan: Forecast) -> str:
    first, most = _duration(reader, plan.seconds), _duration(reader, plan.most_seconds)
    return reader.say("forecast.time", first=first, most=most)


def _duration(reader: Reader, seconds: float) -> str:
    if seconds < 100:
        return reader.say("duration.s", value=max(1.0, seconds))
    if seconds < 6000:
        return reader.say("duration.min", value=seconds / 60)
    return reader.say("duration.h", value=seconds / 3600)
