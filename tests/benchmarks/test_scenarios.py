"""Speed and memory of whole scenarios: drawing packets, engine and histograms together.

The JSON lines are those of `test_engines.py`. Every network runs one replication of its scenario's
first round, cut to a number of packets; SimPy and the idiomatic SimPy model get a small share of
them. The growth in nodes, load, rate and packets is read off the lines. `peak_mib` is what the run
itself allocates; the line of `memory` is that of a whole process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from tests.benchmarks.test_engines import Load, peak_mib, seconds, with_resources

from netplan.ground.rng import Streams
from netplan.ground.units import PS_PER_S
from netplan.input.loader import load
from netplan.judge.case import prepare
from netplan.judge.evaluation import evaluate
from netplan.judge.study import Study
from netplan.measure.engine.workload import Workload
from netplan.measure.replication import simulate

pytestmark = pytest.mark.benchmark(group="scenarios")

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SIDE_KM = 1000
NEIGHBOURS = 6
FLOWS_PER_NODE = 4
PROBED_PAIRS = 50
SHARES = {"fast": 1.0, "simpy": 0.02, "simpy resource": 0.005}
"""What runs, and on which share of the packets."""


@dataclass(frozen=True)
class Network:
    """Sites at random, linked to those nearby with 1, 10 or 100 Gbit/s; Poisson flows at random."""

    nodes: int
    busiest: float = 0.7
    times_rate: int = 1
    packets: int = 1_000_000


NETWORKS = {
    "geometric 500": Network(500),
    "geometric 2000": Network(2000),
    "geometric 500 at 0.9": Network(500, busiest=0.9),
    "geometric 500, tenfold rates": Network(500, times_rate=10),
    "geometric 500, four times the packets": Network(500, packets=4_000_000),
}


def topology_text(network: Network) -> str:
    """Write the topology file."""
    radius = np.sqrt((NEIGHBOURS + 1) / (np.pi * network.nodes))
    graph = nx.random_geometric_graph(network.nodes, radius, seed=1)
    places = nx.get_node_attributes(graph, "pos")
    parts = [sorted(part) for part in nx.connected_components(graph)]
    graph.add_edges_from((parts[0][0], part[0]) for part in parts[1:])
    rng = np.random.default_rng(1)
    links = []
    for a, b in graph.edges:
        km = max(1.0, SIDE_KM * np.hypot(*np.subtract(places[a], places[b])))
        gbps = network.times_rate * rng.choice([1, 10, 100])
        links.append(f"  n{a}--n{b}: {{ends: [n{a}, n{b}], length_km: {km:.3f}, ")
        links.append(f"capacity_gbps: {gbps}}}\n")
    nodes = "".join(f"  n{node}: {{role: core}}\n" for node in graph)
    head = """\
        netplan: topology/1
        name: geometric
        defaults:
          nodes: {core: {processing_us: 20}}
          spans: {fibre: g652}
          links: {buffer: {ms: 50}}
        """
    return f"{textwrap.dedent(head)}nodes:\n{nodes}links:\n{''.join(links)}"


def scenario_text(network: Network, gbps: float) -> str:
    """Write the scenario file; every flow carries so much."""
    rng = np.random.default_rng(2)
    ends = rng.integers(0, network.nodes, (FLOWS_PER_NODE * network.nodes, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    demands = "".join(
        f"    - {{class: any, from: n{a}, to: n{b}, rate_gbps: {gbps}}}\n" for a, b in ends
    )
    pairs = ", ".join(f"[n{a}, n{b}]" for a, b in np.unique(ends[:PROBED_PAIRS], axis=0))
    head = """\
        netplan: scenario/1
        name: geometric
        topology: topology.yaml
        years: [2026]
        simulation: {seed: 1}
        """
    target = f"""\
        targets:
          - {{name: far, between: {{pairs: [{pairs}]}}, layer: network, direction: one_way,
             statistic: p99, below_ms: 1000}}
        traffic:
          classes: {{any: {{arrivals: poisson, sizes: {{exponential: 1000}}}}}}
          demands:
        """
    return textwrap.dedent(head) + textwrap.dedent(target) + demands


def case_of(network: Network, folder: Path):
    """Load the network with the busiest port as busy as wanted."""
    (folder / "topology.yaml").write_text(topology_text(network))

    def prepared(gbps):
        (folder / "scenario.yaml").write_text(scenario_text(network, gbps))
        return prepare(load(folder / "scenario.yaml"), 2026)

    busy = prepared(0.001).load.utilisation.max()
    return prepared(0.001 * network.busiest / busy)


def job_of(case, packets: int):
    """Return a replication of a case's first round, cut to so many packets."""
    study = Study(case, "fast", 1)
    assert study.wants_more
    job = study.next_jobs()[0]
    rate = sum(source.packet_rate for source in job.sources)
    span = round(packets / rate * PS_PER_S)
    timing = replace(job.timing, warm_up=span // 10, measure=span, cool_down=0)
    return replace(job, timing=timing)


def shorter(job, share: float):
    timing = job.timing
    cut = replace(
        timing, warm_up=round(timing.warm_up * share), measure=round(timing.measure * share)
    )
    return replace(job, timing=cut)


def simulated_by(engine: str, job) -> int:
    return simulate(replace(job, engine=engine)).packet_hops


def modelled(job) -> int:
    """Run the idiomatic SimPy model on the same packets."""
    end = job.timing.warm_up + job.timing.measure
    blocks = list(Workload(job.sources, Streams(job.seed, 0)).blocks([end]))
    return with_resources(Load(job.network.ports, job.network.routes, len(blocks[0])), blocks)


RUNS = {
    "fast": lambda job: simulated_by("fast", job),
    "simpy": lambda job: simulated_by("simpy", job),
    "simpy resource": modelled,
}


def report(capsys, **line):
    with capsys.disabled():
        print(json.dumps(line))  # noqa: T201 # the line is what the benchmark is for


def compare(name: str, job, capsys) -> None:
    """Print a line for each way to simulate a job."""
    simulated_by("fast", shorter(job, 0.001))
    work = {subject: shorter(job, share) for subject, share in SHARES.items()}
    took = {subject: seconds(run, work[subject]) for subject, run in RUNS.items()}
    speed = {subject: hops / time for subject, (time, hops) in took.items()}
    for subject, (time, hops) in took.items():
        report(
            capsys,
            benchmark=name,
            engine=subject,
            packet_hops=hops,
            seconds=round(time, 3),
            mph_per_s=round(speed[subject] / 1e6, 3),
            times_simpy_resource=round(speed[subject] / speed["simpy resource"], 1),
            times_simpy_engine=round(speed[subject] / speed["simpy"], 1),
            peak_mib=round(peak_mib(RUNS[subject], shorter(work[subject], 0.5)), 1),
        )


@pytest.mark.parametrize("name", NETWORKS)
def test_random_networks(name, tmp_path, capsys):
    network = NETWORKS[name]
    compare(name, job_of(case_of(network, tmp_path), network.packets), capsys)


def test_a_year_of_liaoning(capsys):
    case = prepare(load(SCENARIOS / "liaoning-2026-no-build.yaml"), 2026)
    compare("liaoning 2026", job_of(case, 2_000_000), capsys)


def test_all_of_liaoning_without_building(capsys):
    """Three years, p99, from the file to the verdicts."""

    def run():
        found = evaluate(load(SCENARIOS / "liaoning-2026-no-build.yaml"), engine="fast")
        return sum(samples.packet_hops for samples in found.samples.values())

    time, hops = seconds(run)
    report(
        capsys,
        benchmark="liaoning no-build, whole",
        engine="fast",
        packet_hops=hops,
        seconds=round(time, 2),
        mph_per_s=round(hops / time / 1e6, 3),
    )


IN_A_PROCESS = """
import sys
from pathlib import Path
from tests.benchmarks.test_scenarios import job_of, prepare, load, SCENARIOS, simulate, shorter

def most():
    # Not ru_maxrss, which a process inherits from the one that starts it.
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))

libraries = most()
job = job_of(prepare(load(SCENARIOS / "liaoning-2024.yaml"), 2024), int(sys.argv[1]))
simulate(shorter(job, 1e-4))
compiled = most()
hops = simulate(job).packet_hops
print(hops, libraries, compiled, most())
"""


@pytest.mark.parametrize("packets", [4_000_000, 40_000_000])
def test_memory_of_a_long_run(packets, capsys):
    """A hundred million packet-hops of Liaoning with all histograms, in a process of its own."""
    command = [sys.executable, "-c", IN_A_PROCESS, str(packets)]
    folder = SCENARIOS.parent
    found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    hops, libraries, compiled, peak = map(int, found.stdout.split())
    report(
        capsys,
        benchmark="memory",
        engine="fast",
        packet_hops=hops,
        libraries_mib=libraries,
        with_compiled_code_mib=compiled,
        peak_mib=peak,
    )
