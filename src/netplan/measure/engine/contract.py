"""What both engines refuse, said alike: a wrong index would corrupt compiled code silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from netplan.measure.engine.model import PacketBlock, Ports, Routes

__all__ = ["END_OF_TIME", "check_block", "check_network"]

END_OF_TIME: Final = 1 << 61
"""Up to when the engines count [ps], 26 days: two such times still have a sum."""
LARGEST_PACKET: Final = 1 << 31
"""Packets are smaller than this [bit], 268 MB."""
MOST_STREAMS: Final = 1 << 23
"""So many streams can be measured at a time."""
LONGEST_SERVICE: Final = 1 << 50
"""Service of a packet is below this [ps], 18 minutes."""


def check_network(ports: Ports, routes: Routes, priorities: int) -> None:
    """Refuse a network that no engine can simulate.

    Raises
    ------
    ValueError
        If arrays disagree in length, a route is empty or names an unknown port, or a duration or
        a limit is negative.
    """
    _check_ports(ports)
    if routes.start[0] != 0 or routes.start[-1] != len(routes.ports):
        raise ValueError("Routes.start must begin with 0 and end with the number of ports")
    if np.any(np.diff(routes.start) < 1):
        raise ValueError("a route has no port; every route has at least one")
    if len(routes.ports) and not _within(routes.ports, len(ports)):
        raise ValueError(f"a route names a port outside 0..{len(ports) - 1}")
    if _most_pools(ports, routes) > 1:
        raise ValueError("a route passes more than one pool of servers")
    if not 1 <= priorities <= 128:
        raise ValueError(f"priorities must lie in 1..128, got {priorities}")


def _check_ports(ports: Ports) -> None:
    limits = (ports.buffer_packets, ports.buffer_bits)
    servers = np.zeros(len(ports), np.int64) if ports.servers is None else ports.servers
    columns = (ports.processing, ports.latency, *limits, servers)
    if any(len(column) != len(ports) for column in columns):
        raise ValueError("the arrays of Ports differ in length")
    if any(np.any(column < 0) for column in (*columns, ports.ps_per_bit)):
        raise ValueError("a duration, rate or limit in Ports is negative")
    if any(np.any(limit[servers > 0]) for limit in limits):
        raise ValueError("a pool of servers has a limit; it turns nobody away")


def _most_pools(ports: Ports, routes: Routes) -> int:
    """Return the largest number of pools on one route."""
    if ports.servers is None or not len(routes):
        return 0
    pools = np.add.reduceat(ports.servers[routes.ports] > 0, routes.start[:-1], dtype=np.int64)
    return int(pools.max())


def check_block(block: PacketBlock, routes: int, priorities: int, clock: int) -> None:
    """Refuse a block that does not fit the network or comes too late.

    Parameters
    ----------
    block
        The block.
    routes, priorities
        How many there are. A network of one priority ignores the packets' priorities.
    clock
        Time up to which the engine has simulated [ps].

    Raises
    ------
    ValueError
        If the packets are out of order, enter before `clock` or from ``block.until`` on, or name
        an unknown route or priority.
    """
    if not clock <= block.until <= END_OF_TIME:
        raise ValueError(f"the block ends at {block.until} ps, outside of [{clock}, {END_OF_TIME}]")
    if not len(block):
        return
    if np.any(block.entry[1:] < block.entry[:-1]):
        raise ValueError("the packets of a block must be ordered by entry")
    if block.entry[0] < clock or block.entry[-1] >= block.until:
        raise ValueError(
            f"packets enter from {block.entry[0]} to {block.entry[-1]} ps, "
            f"outside of [{clock}, {block.until}) ps"
        )
    if not _within(block.route, routes):
        raise ValueError(f"a packet names a route outside 0..{routes - 1}")
    if priorities > 1 and not _within(block.priority, priorities):
        raise ValueError(f"a packet names a priority outside 0..{priorities - 1}")
    _check_work(block)


def _check_work(block: PacketBlock) -> None:
    if not _within(block.bits, LARGEST_PACKET):
        raise ValueError(f"the size of a packet is negative, or {LARGEST_PACKET} bit or more")
    if block.stream.max() >= MOST_STREAMS:
        raise ValueError(f"a packet names a stream from {MOST_STREAMS} on")
    if block.service is not None and not _within(np.abs(block.service), LONGEST_SERVICE):
        raise ValueError(f"a packet asks for {LONGEST_SERVICE} ps of service or more")


def _within(indices: np.ndarray[tuple[int], np.dtype[np.integer]], size: int) -> bool:
    """Tell whether all lie in 0..size - 1; read without sign, negative ones are the largest."""
    return bool(indices.view(f"u{indices.itemsize}").max() < size)
