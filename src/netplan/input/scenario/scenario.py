"""A scenario file: a topology, its traffic, what is built, and what is promised."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, InstanceOf, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from netplan.ground.errors import Path, Place
from netplan.ground.notebook import facts_table
from netplan.input.scenario.expansion import Step
from netplan.input.scenario.failures import Failures
from netplan.input.scenario.fields import Count, Spec, Year
from netplan.input.scenario.network import Label, TopologySpec
from netplan.input.scenario.targets import Target
from netplan.input.scenario.traffic import Routing, Traffic

__all__ = ["Origin", "PacketBudget", "Scenario", "Simulation"]


class PacketBudget(Spec):
    """How many packets one year may cost."""

    at_least: Count = 200_000
    at_most: Count = 50_000_000
    """When it is spent, what is not decided is `undecided`. Every year is measured ten times as
    long as it warms up at least, even if that takes more."""


class Simulation(Spec):
    """How it is simulated."""

    engine: Literal["auto", "fast", "simpy"] = "auto"
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, strict=True)] = 0
    confidence: Annotated[float, Field(ge=0.5, lt=1, allow_inf_nan=False, strict=True)] = 0.95
    """Probability that all verdicts of one target and year are right."""
    packets: PacketBudget = Field(default_factory=PacketBudget)


class Origin:
    """Which files a scenario came from, and where in them each value stands."""

    def __init__(
        self,
        file: str = "",
        digest: str = "",
        places: Mapping[Path, Place] | None = None,
    ) -> None:
        self.file = file
        self.digest = digest
        """SHA-256 over all files that were read, in the order of reading [hex]."""
        self._places = {} if places is None else places

    def __eq__(self, other: object) -> bool:
        """Where a scenario stands is no part of what it says: scenarios are equal without it."""
        return isinstance(other, Origin)

    def place(self, path: Path) -> Place | None:
        """Where the value at `path` was written, or else the closest thing around it."""
        for length in range(len(path), -1, -1):
            if (found := self._places.get(path[:length])) is not None:
                return found
        return None


class Scenario(Spec):
    """A scenario file (``netplan: scenario/1``) with the topology that it names."""

    netplan: Literal["scenario/1"]
    name: Label
    topology: Annotated[
        TopologySpec, WithJsonSchema({"type": "string", "description": "Path of a topology file."})
    ]
    traffic: Traffic
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    targets: tuple[Target, ...] = ()
    description: str | None = None
    extends: str | None = None
    """A scenario file whose keys hold where this one says nothing; lists are replaced whole."""
    routing: Routing = Field(default_factory=Routing)
    expansion: tuple[Step, ...] = ()
    failures: Failures = Field(default_factory=Failures)
    simulation: Simulation = Field(default_factory=Simulation)
    origin: SkipJsonSchema[InstanceOf[Origin]] = Field(default_factory=Origin, repr=False)

    def __repr__(self) -> str:
        return f"<Scenario {self.name.en!r}: {'; '.join(fact for _, fact in self._facts())}>"

    def _repr_html_(self) -> str:
        promises = [(f"target {n}", _promise(target)) for n, target in enumerate(self.targets, 1)]
        return facts_table(self.name.en, [*self._facts(), *promises])

    def _facts(self) -> list[tuple[str, str]]:
        """Say what there is, in a few words each."""
        parts = self.topology
        traffic = self.traffic
        network = (
            _several(len(parts.nodes), "node"),
            _several(len(parts.links), "link"),
            _several(len(parts.spans), "span"),
        )
        load = _several(len(traffic.classes), "class", "classes")
        return [
            ("network", ", ".join(network)),
            ("traffic", f"{load}, {_several(len(traffic.demands), 'demand')}"),
            ("years", ", ".join(map(str, self.years))),
            ("expansion", _several(len(self.expansion), "step")),
            ("promises", _several(len(self.targets), "target")),
        ]


def _several(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _promise(target: Target) -> str:
    direction = target.direction.replace("_", " ")
    return (
        f"{target.name}: {target.statistic} {direction}, {target.layer} layer, "
        f"< {target.below_ms:g} ms"
    )
