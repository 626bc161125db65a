"""What whole commands cost besides the simulation: starting, preparing, judging, saving.

Each line gives the best of a few runs of a command in a process of its own: user and system time of
all its threads, time by the clock, and the most memory it held (at least what the process that
starts it holds, which Linux counts too). What is compiled and what was simulated is kept from a
first run that does not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark(group="commands")

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FEW_PACKETS = (
    "--set",
    "simulation.packets.at_least=1000000",
    "--set",
    "simulation.packets.at_most=2000000",
)
COMMANDS = {
    "help": ("--help",),
    "validate two cities": ("validate", SCENARIOS / "two-cities.yaml"),
    "run two cities": ("run", SCENARIOS / "two-cities.yaml", "--set", "years=[2024]"),
    "validate Liaoning": ("validate", SCENARIOS / "liaoning-2026-no-build.yaml"),
    "run Liaoning again": (
        "run", SCENARIOS / "liaoning-2026-no-build.yaml", *FEW_PACKETS, "--out", "results",
    ),
}  # fmt: skip
TIMES = 3


def run(command: tuple[str | Path, ...], folder: Path) -> tuple[float, float, float]:
    """Return processor time [s], time by the clock [s] and peak memory [MiB] of a command."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "netplan", *command], cwd=folder, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return used.ru_utime + used.ru_stime, time.perf_counter() - begin, peak


@pytest.mark.parametrize("what", COMMANDS)
def test_commands(what, tmp_path):
    run(COMMANDS[what], tmp_path)
    costs = [run(COMMANDS[what], tmp_path) for _ in range(TIMES)]
    processor, clock, peak = (min(column) for column in zip(*costs, strict=True))
    line = {
        "command": what,
        "processor_s": round(processor, 2),
        "clock_s": round(clock, 2),
        "peak_mib": round(peak, 1),
    }
    print(json.dumps(line))  # noqa: T201 # the line is what the benchmark is for
