"""The page: what its sections show, put into the template."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from netplan import __version__
from netplan.ground.texts.sentences import in_language, state_in_language
from netplan.input.loader.saved import load_saved
from netplan.judge.results import INPUTS, load_results, write_text
from netplan.measure.samples import COMPONENTS
from netplan.network.failure import NORMAL
from netplan.show.html.causes import blame_of, causes, cost, latency, worst_first
from netplan.show.html.channels import busiest, channels
from netplan.show.html.circles import circle_section
from netplan.show.html.failures import failure_section, links_down, why_none
from netplan.show.html.lengths import turning_error
from netplan.show.html.payload import payload, to_script
from netplan.show.html.places import Places
from netplan.show.html.servers import pools
from netplan.show.html.texts import Texts, kilometres, milliseconds, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from netplan.ground.texts import Language
    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.results import Results

__all__ = ["html_report", "write_report"]

SECTIONS = (
    *("verdicts", "years", "causes", "circles", "failures", "map", "pairs", "links", "servers"),
    *("lengths", "method", "inputs"),
)
LINKS_SHOWN = 25
SCRIPTS = ("tables.js", "figures.js", "map.js", "pairs.js")
SIGNS = {"met": "✓", "missed": "✗", "undecided": "?"}
"""Beside each outcome, for readers who see no colours."""


def write_report(folder: Path, out: Path, language: Language) -> None:
    """Write the report of a results folder.

    Raises
    ------
    InputError
        If the folder holds no results.
    """
    results = load_results(folder)
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("results.json", "samples.npz")
    }
    inputs = folder / INPUTS
    scenario = load_saved(inputs) if inputs.exists() else None
    write_text(out, html_report(results, language, digests, scenario))


def html_report(
    results: Results,
    language: Language = "en",
    digests: Mapping[str, str] | None = None,
    scenario: Scenario | None = None,
) -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    results
        A results folder.
    language
        ``en`` or ``zh``.
    digests
        SHA-256 of the files that the results were read from, by name.
    scenario
        What was judged. Without it the page has no circles and does not say what is down.
    """
    names = _names(results.document, language)
    results = replace(results, document=_titled(results.document, names))
    texts = Texts(language)
    places = Places(results.document.get("nodes", ()), language)
    components = _components(results.document["targets"])
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "ms": milliseconds,
        "km": kilometres,
        "people": texts.people,
        "translated": lambda sentence: _told(sentence, language, names),
    }
    environment.globals |= {
        "t": texts,
        "places": places,
        "signs": SIGNS,
        "components": components,
        "blame_of": blame_of,
        "cost": cost,
        "latency": latency,
        "hop_name": lambda hop: _hop_name(hop, places, texts),
        "promise": lambda target: _promise(target, texts),
        "state": lambda name: state_in_language(name, language),
        "loss_of": lambda pair: _loss(pair, texts),
    }
    down = links_down(scenario)
    classes = (
        {names.get(t.name, t.name): t.traffic_class for t in scenario.targets} if scenario else {}
    )
    return environment.get_template("page.html.j2").render(
        document=results.document,
        title=_title(results.document, language),
        digests=digests or {},
        reporter=__version__,
        charts=f"plotly.js {get_plotlyjs_version()} (MIT, Plotly, Inc.)",
        style=_asset("page.css"),
        plotly=Markup(get_plotlyjs()),
        scripts=[_asset(name) for name in SCRIPTS],
        data=Markup(to_script(payload(results, places, texts, components, classes, down))),
        circles=None if scenario is None else circle_section(scenario, places),
        no_circles="circles.none" if scenario else "circles.no_inputs",
        no_failures=why_none(scenario),
        down=down,
        **_sections(results.document, texts),
    )


def _names(document: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Return what targets are called in the reader's language, by their English names."""
    chinese = {target["name"]: target.get("name_zh") for target in document["targets"]}
    taken = Counter(chinese.values())
    return {
        name: local if language == "zh" and local and taken[local] == 1 else name
        for name, local in chinese.items()
    }


def _told(sentence: str, language: Language, names: Mapping[str, str]) -> str:
    """Say a sentence of the results in a language, with the names of targets in it."""
    told = in_language(sentence, language)
    for name, local in names.items():
        told = told.replace(f"“{name}”", f"“{local}”")
    return told.replace(" %", "\u202f%")


def _titled(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with targets called as the reader calls them.

    A target that was judged in a failure state alone is named after both.
    """

    def named(target: Mapping[str, Any], *, with_state: bool) -> dict[str, Any]:
        name = names.get(target["name"], target["name"])
        return {**target, "name": f"{name} ({target['state']})" if with_state else name}

    return {
        **document,
        "targets": [
            named(target, with_state=target["state"] != NORMAL) for target in document["targets"]
        ],
        "failures": [named(target, with_state=False) for target in document.get("failures", ())],
        "worst_states": [
            {**state, "targets": {names.get(k, k): n for k, n in state["targets"].items()}}
            for state in document.get("worst_states", ())
        ],
    }


def _components(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the delay components that some pair has."""
    found = {
        name for target in targets for pair in target["pairs"] for name in pair["components_ms"]
    }
    return [name for name in COMPONENTS if name in found]


def _title(document: Mapping[str, Any], language: Language) -> str:
    """Return the scenario's name in the reader's language, where it has one."""
    chinese = document.get("scenario_zh") if language == "zh" else None
    return str(chinese or document["scenario"])


def _source(name: str) -> str:
    return resources.files("netplan.show.html").joinpath(name).read_text(encoding="utf-8")


def _asset(name: str) -> Markup:
    """Return a file of this package that stands in the page as it is."""
    return Markup(_source(name))


def _sections(document: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """Return what each section of the template shows."""
    targets = document["targets"]
    found = channels(document["links"])
    loads = [channel.last["busiest_member"] for channel in found if channel.last is not None]
    full = sum(load >= 1 for load in loads)
    served = pools(document.get("servers", ()))
    return {
        "sections": SECTIONS,
        "years": sorted({target["year"] for target in targets}),
        "rows": _verdict_rows(targets),
        "lead": _whole_lead(document, texts),
        "causes": causes(targets),
        "failures": failure_section(document),
        "pools": served,
        "server_years": sorted({year for pool in served for year in pool.load}),
        "channels": busiest(found, LINKS_SHOWN),
        "channel_years": sorted({use["year"] for use in document["links"]}),
        "n_channels": len(loads),
        "n_full": full,
        "n_high": sum(load >= 0.8 for load in loads) - full,
        "lengths": [(target, turning_error(target)) for target in targets],
    }


def _verdict_rows(targets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each target: its verdicts by year, each with its worst pair."""
    rows: dict[str, dict[str, Any]] = {}
    for target in targets:
        row = rows.setdefault(target["name"], {"target": target, "cells": {}})
        worst = next(iter(worst_first(target["pairs"])), None)
        row["cells"][target["year"]] = {"target": target, "worst": worst}
    return list(rows.values())


def _lead(targets: Sequence[Mapping[str, Any]], texts: Texts) -> list[str]:
    """Say in a few sentences what was found: the last year, and when each target breaks."""
    if not targets:
        return [texts["verdicts.none"]]
    year = max(target["year"] for target in targets)
    outcomes = [target["outcome"] for target in targets if target["year"] == year]
    counts = {outcome: outcomes.count(outcome) for outcome in SIGNS}
    first = "lead.all_met" if counts["met"] == len(outcomes) else "lead.counts"
    lines = [texts.say(first, year=year, n=len(outcomes), **counts)]
    for name in dict.fromkeys(target["name"] for target in targets):
        by_year = {t["year"]: t["outcome"] for t in targets if t["name"] == name}
        missed = [year for year, outcome in by_year.items() if outcome == "missed"]
        open_ = [year for year, outcome in by_year.items() if outcome == "undecided"]
        if missed:
            lines.append(texts.say("lead.breach", target=name, year=min(missed)))
        elif open_:
            lines.append(texts.say("lead.doubt", target=name, year=min(open_)))
    return lines


def _whole_lead(document: Mapping[str, Any], texts: Texts) -> list[str]:
    """Say what was found in the normal state and, if something else was found there, in others."""
    lead = _lead(document["targets"], texts)
    outcomes = Counter(target["outcome"] for target in document["failures"])
    if not (outcomes["missed"] or outcomes["undecided"]):
        return lead
    states = len({(target["year"], target["state"]) for target in document["failures"]})
    counts = {outcome: outcomes[outcome] for outcome in ("missed", "undecided")}
    in_failures = texts.say("lead.failures", states=states, **counts)
    return [texts.say("lead.normal", lead=lead[0]), in_failures, *lead[1:]]


def _hop_name(hop: Mapping[str, Any], places: Places, texts: Texts) -> str:
    """Return the ends of a hop; servers and last miles stay at one site."""
    key = f"hop.{hop['link']}"
    if hop["from"] == hop["to"] and key in texts.catalogue:
        return texts.say(key, node=places.node(hop["from"]))
    return places.pair(hop["from"], hop["to"])


def _loss(pair: Mapping[str, Any], texts: Texts) -> str:
    """Say how much a pair loses and, while it is not decided, how much it may lose."""
    loss, most = percent(pair["loss"] or 0, 2), pair.get("loss_high") or 0
    if pair["reason"] == "budget" and round(most, 4):
        return texts.say("loss.open", loss=loss, most=percent(most, 2))
    return texts.say("loss.found", loss=loss) if pair["loss"] else ""


def _promise(target: Mapping[str, Any], texts: Texts) -> str:
    """Say what a target promises."""
    of = texts.of("of", target["coverage_of"])
    needed = target["coverage_needed"]
    share = (
        texts.say("promise.all", of=of)
        if needed == 1
        else texts.say("promise.share", share=percent(needed), of=of)
    )
    return texts.say(
        "promise",
        statistic=target["statistic"],
        direction=texts.of("direction", target["direction"]),
        layer=texts.of("layer", target["layer"]),
        limit=f"{target['limit_ms']:g}",
        share=share,
    )
