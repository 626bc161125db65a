"""More members on a link: how many would do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netplan.decide.cure.candidate import FULL, Candidate, Kind
from netplan.input.scenario.expansion import Change, Step
from netplan.network.routing import Route, member_ports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netplan.decide.cure.candidate import Missed
    from netplan.judge.case import Case
    from netplan.network.topology import Channel

__all__ = ["FILLS", "capacity_candidates", "capacity_step", "fitting_members"]

FILLS = (FULL, 0.7, 0.5)
"""Offered loads of the busiest member that a larger link is tried at."""
MOST_MEMBERS = 4
"""Times the members that the offered load needs at least; flows that hash worse are too large."""


def capacity_candidates(case: Case, missed: Sequence[Missed], year: int) -> Iterator[Candidate]:
    """Yield candidates for each link that alone stands in the way of a promise, small ones first.

    What fits may still wait too long where links are slow, so emptier links are candidates too.
    """
    alone = [one for one in missed if len(one.full) == 1 and one.fixed < one.limit]
    for link in sorted({name for one in alone for name in one.full}):
        now = case.topology.spec.links[link].members or 1
        counts = [fitting_members(case, link, at_least=now + 1, fill=fill) for fill in FILLS]
        for members in sorted({count for count in counts if count is not None}):
            yield Candidate(
                kind=Kind.CAPACITY,
                subject=link,
                amount=members - now,
                cures=frozenset(one.key for one in alone if link in one.full),
                steps=(capacity_step(link, members, year),),
            )


def capacity_step(link: str, members: int, year: int) -> Step:
    """Return the step that gives a link so many members."""
    return Step(by=year, set=Change(link=link, members=members))


def fitting_members(case: Case, link: str, at_least: int = 1, fill: float = FULL) -> int | None:
    """Return the fewest members of a link none of which is offered more than `fill`.

    Flows are hashed to members anew, so one member more may help more than its share, or less.
    None if no number does: a single flow is too large.
    """
    channels = [channel for channel in case.topology.channels if channel.link == link]
    crossing = {channel.source: list(_crossing(case, channel)) for channel in channels}
    rates = [sum(rate for _, rate in crossing[c.source]) / c.capacity for c in channels]
    first = max(at_least, 1, *(int(rate / fill) for rate in rates))
    for members in range(first, MOST_MEMBERS * (first + 1) + 1):
        if all(_fits(channel, members, crossing[channel.source], fill) for channel in channels):
            return members
    return None


def _crossing(case: Case, channel: Channel) -> Iterator[tuple[str, float]]:
    """Yield name and rate [bit/s] of every flow through a channel."""
    for item in case.carried:
        for number, flow in enumerate(item.flows):
            if channel in flow.route.channels:
                yield f"{item.demand.name}#{number}", flow.rate


def _fits(channel: Channel, members: int, flows: Iterable[tuple[str, float]], fill: float) -> bool:
    wider = Route((replace(channel, members=members, first_port=0),))
    offered = [0.0] * members
    for name, rate in flows:
        offered[member_ports(wider, name)[0]] += rate
    return max(offered) <= fill * channel.capacity
