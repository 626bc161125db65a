"""The load of links by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Channel", "busiest", "channels"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One direction of a link."""

    link: str
    source: str
    target: str
    load: Mapping[int, float]
    """Offered load over capacity of the busiest member, by year."""
    last: Mapping[str, Any] | None
    """What it carried in the last year, as in ``results.json``; None if it is not there then."""


def channels(uses: Iterable[Mapping[str, Any]]) -> list[Channel]:
    """Return every channel of any year, in the order of the results."""
    found: dict[tuple[str, str], dict[int, Mapping[str, Any]]] = {}
    for use in uses:
        found.setdefault((use["link"], use["from"]), {})[use["year"]] = use
    last = max((year for by_year in found.values() for year in by_year), default=0)
    return [
        Channel(
            link=link,
            source=source,
            target=next(iter(by_year.values()))["to"],
            load={year: use["busiest_member"] for year, use in by_year.items()},
            last=by_year.get(last),
        )
        for (link, source), by_year in found.items()
    ]


def busiest(found: Sequence[Channel], n: int) -> list[Channel]:
    """Return the n busiest channels of the last year."""
    present = [channel for channel in found if channel.last is not None]
    return sorted(present, key=lambda channel: -load_of(channel))[:n]


def load_of(channel: Channel) -> float:
    """Return the load in the last year, 0 where the channel is not there."""
    return 0.0 if channel.last is None else float(channel.last["busiest_member"])
