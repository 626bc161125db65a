"""The page: what its sections show, put into the template."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from netplan import __version__
from netplan.ground.texts.sentences import in_language
from netplan.judge.results import load_results, write_text
from netplan.measure.samples import COMPONENTS
from netplan.show.html.causes import blame_of, causes, cost, latency, worst_first
from netplan.show.html.channels import busiest, channels
from netplan.show.html.lengths import turning_error
from netplan.show.html.payload import payload, to_script
from netplan.show.html.places import Places
from netplan.show.html.texts import Texts, kilometres, milliseconds, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from netplan.ground.texts import Language
    from netplan.judge.results import Results

__all__ = ["html_report", "write_report"]

SECTIONS = ("verdicts", "years", "causes", "map", "pairs", "links", "lengths", "method", "inputs")
ABOUT_TARGETS = ("years", "causes", "pairs", "lengths")
"""Sections that say nothing without a target."""
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
    write_text(out, html_report(results, language, digests))


def html_report(
    results: Results, language: Language = "en", digests: Mapping[str, str] | None = None
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
    """
    results = replace(results, document=_titled(results.document))
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
        "translated": lambda sentence: in_language(sentence, language),
    }
    environment.globals |= {
        "t": texts,
        "places": places,
        "signs": SIGNS,
        "components": components,
        "blame_of": blame_of,
        "cost": cost,
        "latency": latency,
        "promise": lambda target: _promise(target, texts),
    }
    return environment.get_template("page.html.j2").render(
        document=results.document,
        title=_title(results.document, language),
        digests=digests or {},
        reporter=__version__,
        charts=f"plotly.js {get_plotlyjs_version()} (MIT, Plotly, Inc.)",
        style=_asset("page.css"),
        plotly=Markup(get_plotlyjs()),
        scripts=[_asset(name) for name in SCRIPTS],
        data=Markup(to_script(payload(results, places, texts, components))),
        **_sections(results.document, texts),
    )


def _titled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with targets in failure states named after both."""
    targets = [
        target
        if target["state"] == "normal"
        else {**target, "name": f"{target['name']} ({target['state']})"}
        for target in document["targets"]
    ]
    return {**document, "targets": targets}


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
    return {
        "sections": [name for name in SECTIONS if targets or name not in ABOUT_TARGETS],
        "years": sorted({target["year"] for target in targets}),
        "rows": _verdict_rows(targets),
        "lead": _lead(targets, texts),
        "causes": causes(targets),
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
