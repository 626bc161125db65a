"""Compiling before the first run, so that a person is told what takes so long."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from netplan.ground.distributions import fixed_size
from netplan.measure.engine.arrivals import Periodic
from netplan.measure.engine.compiled import is_stored
from netplan.measure.engine.gathering import arrange, gather
from netplan.measure.engine.model import Ports, Routes
from netplan.measure.engine.network import CompiledNetwork
from netplan.measure.engine.sweep import run, take
from netplan.measure.engine.workload import Source
from netplan.measure.replication import Job, Timing, simulate
from netplan.measure.tally import tally

__all__ = ["compile_all", "compile_apart", "is_compiled"]


def is_compiled() -> bool:
    """Tell whether a run starts at once; otherwise its first block waits for the compiler."""
    return all(is_stored(function) for function in (gather, arrange, take, run, tally))


def compile_apart() -> None:
    """Compile in a process of its own, so that the compiler's memory goes with it.

    Where the result cannot be stored, a run compiles when it meets its first block.
    """
    code = f"from {__name__} import compile_all; compile_all()"
    subprocess.run([sys.executable, "-c", code], check=False, stderr=subprocess.DEVNULL)


def compile_all() -> None:
    """Simulate a handful of packets on one port, for which everything is compiled."""
    nothing = np.zeros(1, dtype=np.int64)
    ports = Ports(np.ones(1), nothing, nothing, nothing, nothing)
    routes = Routes(np.array([0, 1]), np.zeros(1, dtype=np.int32))
    job = Job(
        network=CompiledNetwork(ports, routes, nothing, nothing, nothing),
        sources=(Source("one", Periodic(1e9), fixed_size(1), (0,), stream=0),),
        streams=("one",),
        stream_routes=((0,),),
        engine="fast",
        seed=0,
        replication=0,
        timing=Timing(warm_up=1000, measure=10_000, cool_down=1000, n_batches=1),
    )
    simulate(job)
