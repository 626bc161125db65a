"""What lies upstream: the part of a network that can delay the packets of some routes.

Packets wait for those that they share a port with, and these come as what they met before has let
them. Nothing that happens behind the last such port on their way matters, nor does anything at
ports that no such way leads through. Leaving both away changes no delay of the packets that remain,
by not a picosecond.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netplan.measure.engine.model import Routes
from netplan.measure.engine.workload import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from netplan.measure.engine.network import CompiledNetwork
    from netplan.measure.engine.workload import Source

__all__ = ["upstream_of"]


def upstream_of(
    network: CompiledNetwork, sources: Sequence[Source], routes: Iterable[int]
) -> tuple[CompiledNetwork, tuple[Source, ...], NDArray[np.int32]]:
    """Leave away what cannot delay the packets of some routes.

    Parameters
    ----------
    network, sources
        All that there is.
    routes
        Numbers of the routes that matter.

    Returns
    -------
    CompiledNetwork
        With all ports and fewer, shorter routes; what a route costs remains that of all of it.
    tuple of Source
        Those with packets that matter.
    array
        Shape (R,): new number of each route, or `NOWHERE` if nothing of it is left.
    """
    lengths = _lengths(network.routes, routes)
    kept = lengths > 0
    number = np.where(kept, np.cumsum(kept) - 1, NOWHERE).astype(np.int32)
    start, ports = network.routes.start, network.routes.ports
    place = np.arange(len(ports)) - np.repeat(start[:-1], np.diff(start))
    smaller = replace(
        network,
        routes=Routes(
            start=np.concatenate([[0], np.cumsum(lengths[kept])]),
            ports=ports[place < np.repeat(lengths, np.diff(start))],
        ),
        propagation=network.propagation[kept],
        equipment=network.equipment[kept],
        processing=network.processing[kept],
    )
    moved = (replace(s, routes=tuple(number[list(s.routes)].tolist())) for s in sources)
    return smaller, tuple(s for s in moved if max(s.routes) != NOWHERE), number


def _lengths(routes: Routes, wanted: Iterable[int]) -> NDArray[np.int64]:
    """Return how many ports of each route matter: up to the last that has to do with the wanted."""
    hops = np.diff(routes.start)
    place = np.arange(len(routes.ports)) - np.repeat(routes.start[:-1], hops)
    matters = np.zeros(int(routes.ports.max(initial=-1)) + 1, dtype=np.bool_)
    for route in wanted:
        matters[routes.of(route)] = True
    while True:
        up_to = np.where(matters[routes.ports], place + 1, 0)
        lengths: NDArray[np.int64] = np.maximum.reduceat(up_to, routes.start[:-1])
        before = routes.ports[place < np.repeat(lengths, hops)]
        if matters[before].all():
            return lengths
        matters[before] = True
