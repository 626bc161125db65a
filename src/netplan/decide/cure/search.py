"""Finds the smallest single changes that keep missed promises, and groups promises by them.

Candidates are found by closed forms and floors on the network as it stands. In the order of
`Kind`, the one that cures most for its size is tried: built into the scenario, and judged anew by
routes, offered load and closed forms, with all side effects (servers by a simulation, since no
closed form bounds their waits). What passes is simulated, and a cure unless that shows a miss; the
promises that it keeps are done with, and the search goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netplan.decide.cure.candidate import Candidate, Kind, Missed, missed_promises
from netplan.decide.cure.capacity import FILLS, capacity_candidates, capacity_step, fitting_members
from netplan.decide.cure.fibre import fibre_candidates
from netplan.decide.cure.need import Need
from netplan.decide.cure.places import Places
from netplan.decide.cure.pools import server_candidates
from netplan.decide.cure.shortcuts import Shortcuts
from netplan.decide.trial import (
    Key,
    Means,
    Screened,
    key_of,
    of_year,
    only,
    prepared,
    screened,
    simulated,
)
from netplan.ground.errors import InputError, Problem
from netplan.judge.prediction import predict
from netplan.judge.verdict import Outcome, combined
from netplan.network.failure import NORMAL, state_called

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Target
    from netplan.judge.case import Case

__all__ = ["Confirmed", "Cure", "Cures", "find_cures"]

Progress = Callable[[str, int, int], None]

TRIES = 6
"""Candidates of a kind that may fail one after the other before the next kind has its turn."""
MOST_CURES = 12
"""Of one kind."""
CONFIRMED_PAIRS = 3
"""Promises of a cure that are simulated, the slowest: the fewer, the sooner they are decided."""
ROOM = 64
"""Members of a new link while it is found out what it will carry."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a simulation says of the slowest of the promises that a cure keeps."""

    met: int
    missed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Cure:
    """A change, and the promises that it keeps on its own."""

    kind: Kind
    subject: str
    amount: float
    """Size in the unit of its kind."""
    steps: tuple[Step, ...]
    keys: tuple[Key, ...]
    """The promises that it keeps."""
    breaks: tuple[Key, ...] = ()
    """Promises that it breaks: it draws traffic."""
    confirmed: Confirmed | None = None
    """None if it was not asked for."""


@dataclass(frozen=True, slots=True)
class Cures:
    """All that was found for one year, in the normal state or a failure state."""

    year: int
    state: str
    missed: tuple[Missed, ...]
    undecided: tuple[Key, ...]
    cures: tuple[Cure, ...]
    """Each keeps promises on its own."""
    several: tuple[Step, ...] = ()
    """Changes that only together keep further promises: capacity on several links."""
    several_keys: tuple[Key, ...] = ()
    kept_together: tuple[Missed, ...] = ()
    """Further promises that everything proposed keeps as simulated, though no closed form says so
    of a single change."""
    left: tuple[Missed, ...] = ()
    """Promises that nothing of this keeps, of targets that need them."""
    spared: tuple[Missed, ...] = ()
    """Promises that stay missed because the coverage of their target is reached without them."""
    also_full: Mapping[str, float] = field(default_factory=dict)
    """Links that are offered more than they carry but that no missed promise goes over, with the
    offered load of their busiest member."""
    together: Mapping[str, tuple[Outcome, float]] = field(default_factory=dict)
    """Outcome and coverage of each target when everything proposed is built."""


@dataclass(frozen=True)
class _Search:
    """One year of a scenario in one state with its misses."""

    scenario: Scenario
    year: int
    state: str
    before: Screened
    missed: tuple[Missed, ...]
    need: Need
    means: Means
    confirms: bool
    progress: Progress

    def trial(self, steps: Iterable[Step]) -> Screened | None:
        """Judge the year with more steps built; none if the scenario then makes no sense."""
        expansion = (*self.scenario.expansion, *steps)
        try:
            return screened(self.scenario.replace(expansion=expansion), state=self.state)
        except InputError:
            return None

    def sized(self, candidate: Candidate) -> Candidate | None:
        """Give a new link as many members as its load needs."""
        if candidate.new_link is None:
            return candidate
        wide = replace(candidate, steps=tuple(_with_members(s, ROOM) for s in candidate.steps))
        scenario = self.scenario.replace(expansion=(*self.scenario.expansion, *wide.steps))
        try:
            members = fitting_members(prepared(scenario, self.state), candidate.new_link)
        except InputError:
            return None
        if members is None:
            return None
        return replace(wide, steps=tuple(_with_members(s, members) for s in wide.steps))

    def cure(self, candidate: Candidate, wanted: frozenset[Key]) -> Cure | None:
        """Return what a candidate really keeps of what is wanted.

        None if that is nothing, if it breaks as much, or if a simulation finds a miss.
        """
        ready = self.sized(candidate)
        tried = None if ready is None else self.trial(ready.steps)
        if ready is None or tried is None:
            return None
        outcomes, before = tried.outcomes, self.before.outcomes
        if ready.kind is Kind.SERVERS:
            outcomes |= self._simulated(tried, ready.cures & wanted)
        keeps = [one for one in self.missed if one.key in wanted and _is_met(outcomes, one.key)]
        breaks = [key for key, outcome in outcomes.items() if outcome is Outcome.MISSED]
        breaks = [key for key in breaks if _is_met(before, key)]
        if len(breaks) >= len(keeps):
            return None
        confirmed = self._confirmed(tried.case, keeps) if self.confirms else None
        if confirmed is not None and confirmed.missed:
            return None
        return Cure(
            kind=ready.kind,
            subject=ready.subject,
            amount=ready.amount,
            steps=ready.steps,
            keys=tuple(one.key for one in keeps),
            breaks=tuple(breaks),
            confirmed=confirmed,
        )

    def _confirmed(self, case: Case, kept: Iterable[Missed]) -> Confirmed:
        """Simulate the slowest promises that a change keeps; closed forms decide nothing here."""
        slowest = sorted(kept, key=lambda one: -one.fixed / one.limit)[:CONFIRMED_PAIRS]
        verdicts = simulated(only(case, frozenset(one.key for one in slowest)), self.means)
        outcomes = [pair.outcome for verdict in verdicts for pair in verdict.pairs]
        return Confirmed(*(outcomes.count(wanted) for wanted in Outcome))

    def _simulated(self, tried: Screened, keys: frozenset[Key]) -> dict[Key, Outcome]:
        """Judge promises of the service layer, whose waits no closed form bounds."""
        case = only(tried.case, keys)
        found: dict[Key, list[Outcome]] = {}
        both = zip(case.questions, simulated(case, self.means), strict=True)
        for question, verdict in both:
            for pair, judged in zip(question.pairs, verdict.pairs, strict=True):
                found.setdefault(key_of(question, pair), []).append(judged.outcome)
        return {key: combined(outcomes) for key, outcomes in found.items()}

    def candidates(self, kind: Kind, open_: tuple[Missed, ...]) -> list[Candidate]:
        """Return all candidates of a kind for what is still missed."""
        case, year = self.before.case, self.year
        spec = case.topology.spec
        down = self.state != NORMAL and state_called(self.scenario, spec, self.state).spans
        links = Shortcuts(case, open_, year, down or frozenset())
        find: dict[Kind, Callable[[], Iterable[Candidate]]] = {
            Kind.CAPACITY: lambda: capacity_candidates(case, open_, year),
            Kind.SERVERS: lambda: server_candidates(case, open_, year),
            Kind.BYPASS: links.bypasses,
            Kind.COMPUTE: Places(case, open_, year).candidates,
            Kind.HOLLOW_CORE: lambda: fibre_candidates(spec, open_, year),
            Kind.CABLE: links.cables,
        }
        return list(find[kind]())

    def open_promises(self, kept: frozenset[Key]) -> tuple[Missed, ...]:
        """Return the missed promises that are not kept yet, of targets that still need some."""
        met = self.need.fulfilled(kept)
        return tuple(one for one in self.missed if one.key not in kept and one.key[0] not in met)

    def of_kind(self, kind: Kind, kept: frozenset[Key]) -> list[Cure]:
        """Return the cures of a kind, the one that cures most for its size first."""
        found: list[Cure] = []
        open_, failed = self.open_promises(kept), 0
        candidates = self.candidates(kind, open_) if open_ else []
        while candidates and failed < TRIES and len(found) < MOST_CURES:
            wanted = frozenset(one.key for one in open_)
            best = max(candidates, key=lambda one: self._worth(one.cures & wanted) / one.amount)
            candidates.remove(best)
            if not best.cures & wanted:
                break
            self.progress(str(kind), len(kept), len(self.missed))
            cure = self.cure(best, wanted)
            if cure is None:
                failed += 1
                continue
            failed = 0
            found.append(cure)
            kept |= frozenset(cure.keys)
            open_ = self.open_promises(kept)
        return found

    def _worth(self, keys: frozenset[Key]) -> float:
        return sum(self.need.weights[key] for key in keys)

    def several(self, left: tuple[Missed, ...]) -> tuple[tuple[Step, ...], tuple[Key, ...]]:
        """Return capacity on several links at once, and the promises that only this keeps."""
        blocked = [one for one in left if len(one.full) > 1 and one.fixed < one.limit]
        best: tuple[tuple[Step, ...], tuple[Key, ...]] = ((), ())
        for fill in FILLS if blocked else ():
            steps = tuple(self._room_on({name for one in blocked for name in one.full}, fill))
            outcomes = tried.outcomes if (tried := self.trial(steps)) is not None else {}
            keys = tuple(one.key for one in blocked if outcomes.get(one.key) is Outcome.MET)
            best = (steps, keys) if len(keys) > len(best[1]) else best
            if len(keys) == len(blocked):
                break
        return best

    def _room_on(self, links: set[str], fill: float) -> Iterator[Step]:
        """Yield the steps that give links room for what they are offered."""
        for link in sorted(links):
            now = self.before.case.topology.spec.links[link].members or 1
            members = fitting_members(self.before.case, link, at_least=now, fill=fill)
            if members is not None and members > now:
                yield capacity_step(link, members, self.year)


def _is_met(outcomes: Mapping[Key, Outcome], key: Key) -> bool:
    return outcomes.get(key) is Outcome.MET


def _with_members(step: Step, members: int) -> Step:
    if step.add_link is not None:
        return step.replace(add_link=step.add_link.replace(members=members))
    if step.add_compute is not None:
        return step.replace(add_compute=step.add_compute.replace(members=members))
    return step


def find_cures(
    scenario: Scenario,
    *,
    year: int | None = None,
    state: str = NORMAL,
    targets: Iterable[str] | None = None,
    means: Means | None = None,
    confirm: bool = True,
    progress: Progress = lambda *_: None,
) -> Cures:
    """Find the smallest single changes that keep the missed promises of a year.

    Parameters
    ----------
    scenario
        As `netplan.load` returns it.
    year
        Left out: the last of the scenario.
    state
        A failure state, e.g. ``span a~b``: only targets that must hold in failure states count
        then.
    targets
        Names of the targets; left out: all.
    means
        What one simulation may cost, and the engine.
    confirm
        Whether every cure is simulated.
    progress
        Told of every change that is tried, and how many promises are kept by then.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network, or has no such state, or nothing need hold
        in it.
    """
    means = means or Means()
    year = scenario.years[-1] if year is None else year
    scenario = of_year(scenario, year, targets=_asked(scenario, targets, state))
    before = screened(scenario, state=state)
    verdicts = simulated(before.case, means, before.found)
    missed = tuple(missed_promises(before.case, verdicts, predict(before.case)))
    need = Need(before.case, verdicts)
    search = _Search(scenario, year, state, before, missed, need, means, confirm, progress)
    cures = _all_kinds(search)
    kept = frozenset(key for cure in cures for key in cure.keys)
    several, several_keys = search.several(search.open_promises(kept))
    kept |= frozenset(several_keys)
    left = search.open_promises(kept)
    proposed = [*(step for cure in cures for step in cure.steps), *several]
    built = _built(search, proposed, means) if proposed else None
    kept_together = tuple(one for one in left if built is not None and one.key in built.met)
    return Cures(
        year=year,
        state=state,
        missed=missed,
        undecided=search.need.undecided,
        cures=tuple(cures),
        several=several,
        several_keys=several_keys,
        kept_together=kept_together,
        left=tuple(one for one in left if one not in kept_together),
        spared=tuple(one for one in missed if one.key not in kept and one not in left),
        also_full=_also_full(search),
        together={} if built is None else _outcomes(built),
    )


def _asked(scenario: Scenario, names: Iterable[str] | None, state: str) -> list[Target]:
    wanted = [one for one in scenario.targets if names is None or one.name in set(names)]
    if state == NORMAL:
        return wanted
    found = [target for target in wanted if "failure" in target.holds_in]
    if not found:
        message = "no target must hold in failure states; say so with holds_in: [normal, failure]"
        path = ("targets",)
        raise InputError([Problem(path, message, scenario.origin.place(path))])
    return found


def _also_full(search: _Search) -> dict[str, float]:
    load = search.before.case.load
    blamed = {link for one in search.missed for link in one.full}
    found: dict[str, float] = {}
    for channel in load.full_channels:
        if channel.link not in blamed:
            known = found.get(channel.link, 0.0)
            found[channel.link] = max(known, load.busiest_port(channel))
    return found


def _all_kinds(search: _Search) -> list[Cure]:
    cures: list[Cure] = []
    for kind in Kind:
        cures += search.of_kind(kind, frozenset(key for cure in cures for key in cure.keys))
    return cures


def _built(search: _Search, steps: list[Step], means: Means) -> Need | None:
    """Judge all targets with everything proposed built."""
    tried = search.trial(steps)
    return None if tried is None else Need(tried.case, simulated(tried.case, means, tried.found))


def _outcomes(built: Need) -> dict[str, tuple[Outcome, float]]:
    return {verdict.name: (verdict.outcome, verdict.coverage) for verdict in built.verdicts}
