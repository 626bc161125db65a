"""Small scenarios for tests, written as a user writes them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from netplan.input.loader import load
from netplan.network.routing import Router
from netplan.network.topology import build_topology

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from netplan.input.scenario.scenario import Scenario

QUIET = """
traffic: {classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}}
"""


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is tested speak English, whatever the locale of the machine."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Scenario]:
    """Write a topology and a scenario as YAML and load them.

    The keys that every file must have are added; without traffic there is a class ``best``.
    """

    def load_text(topology: str, scenario: str = "", overrides: Sequence[str] = ()) -> Scenario:
        topology, scenario = textwrap.dedent(topology), textwrap.dedent(scenario)
        head = "netplan: scenario/1\nname: test\ntopology: topology.yaml\n"
        years = "" if "years:" in scenario else "years: [2024]\n"
        traffic = "" if "traffic:" in scenario else QUIET
        (tmp_path / "topology.yaml").write_text(
            f"netplan: topology/1\nname: test\n{topology}", encoding="utf-8"
        )
        (tmp_path / "scenario.yaml").write_text(head + years + traffic + scenario, encoding="utf-8")
        return load(tmp_path / "scenario.yaml", overrides=overrides)

    return load_text


@pytest.fixture
def router(write: Callable[..., Scenario]) -> Callable[..., Router]:
    """Write a topology and a scenario, and return the router of the first year."""

    def build(topology: str, scenario: str = "") -> Router:
        loaded = write(topology, scenario)
        return Router(build_topology(loaded, loaded.years[0]), loaded.routing)

    return build
