"""Verdicts as a JUnit report, which every pipeline can show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from netplan.ground.texts import Texts
from netplan.ground.texts.report import REPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["junit_report"]

_TEXTS = Texts("en", REPORT)
_ILLEGAL = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""Compiled when it is first needed, which takes longer than importing the module."""


def junit_report(documents: Sequence[Mapping[str, Any]]) -> str:
    """Return a report with a suite for each scenario and a case for each target, year and state.

    A missed target is a failure. An undecided one is an error: the check could not tell.

    Parameters
    ----------
    documents
        As `netplan.judge.results.to_document` returns them.
    """
    root = ElementTree.Element("testsuites", name="netplan-sim")
    for document in documents:
        targets = [*document["targets"], *document["failures"]]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_legal(document["scenario"]),
            tests=str(len(targets)),
            failures=str(sum(target["outcome"] == "missed" for target in targets)),
            errors=str(sum(target["outcome"] == "undecided" for target in targets)),
            skipped="0",
        )
        for target in targets:
            _case(suite, document["scenario"], target)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, scenario: str, target: Mapping[str, Any]) -> None:
    name = _legal(f"{target['name']} ({target['year']}, {target['state']})")
    case = ElementTree.SubElement(suite, "testcase", classname=_legal(scenario), name=name)
    kind = {"missed": "failure", "undecided": "error"}.get(target["outcome"])
    if kind is None:
        return
    message = (
        f"{target['coverage']:.1%} of {target['coverage_of']} below {target['limit_ms']:g} ms, "
        f"needed {target['coverage_needed']:.1%}"
    )
    element = ElementTree.SubElement(case, kind, type=target["reason"], message=message)
    pairs = [pair for pair in target["pairs"] if pair["outcome"] == target["outcome"]]
    element.text = "\n".join(map(_line, sorted(pairs, key=_size, reverse=True)))


def _size(pair: Mapping[str, Any]) -> float:
    return pair["estimate_ms"] or pair["floor_ms"] or 0.0


def _line(pair: Mapping[str, Any]) -> str:
    above = "" if pair["estimate_ms"] is not None else "above "
    because = _TEXTS[f"short.{pair['reason']}"]
    shown = f" {above}{_size(pair):.3f} ms," if _size(pair) else ""
    cure = f"; would cure it: {'; or '.join(pair['remedies'])}" if pair["remedies"] else ""
    return f"{pair['source']} > {pair['target'] or '?'}:{shown} {because}{cure}"


def _legal(text: str) -> str:
    """Replace what XML cannot hold (XML 1.0, fifth edition, production 2)."""
    return re.sub(_ILLEGAL, "\ufffd", text)
