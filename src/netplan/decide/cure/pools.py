"""More servers at one compute node: how many would do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netplan.decide.cure.candidate import Candidate, Kind
from netplan.decide.cure.capacity import FILLS
from netplan.input.scenario.expansion import Change, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.cure.candidate import Missed
    from netplan.judge.case import Case

__all__ = ["server_candidates"]


def server_candidates(case: Case, missed: Sequence[Missed], year: int) -> Iterator[Candidate]:
    """Yield candidates for each pool whose waits cost missed promises most, small ones first.

    By the offered load alone: no closed form tells the share of requests that wait too long, so
    what is tried is simulated. Pools whose service alone reaches the limit are left out.
    """
    blamed = [one for one in missed if one.servers is not None]
    for node in sorted({one.servers for one in blamed if one.servers is not None}):
        pool, spec = case.topology.pools[node], case.topology.spec.nodes[node].compute
        helped = [one for one in blamed if one.servers == node]
        cures = frozenset(one.key for one in helped if one.fixed + pool.mean < one.limit)
        if spec is None or not cures:
            continue
        busy = case.requests[node] * pool.service.mean
        counts = {max(pool.servers + 1, math.ceil(busy / fill)) for fill in FILLS}
        for servers in sorted(counts):
            change = Change(node=node, compute=spec.replace(servers=servers))
            yield Candidate(
                kind=Kind.SERVERS,
                subject=node,
                amount=servers - pool.servers,
                cures=cures,
                steps=(Step(by=year, set=change),),
            )
