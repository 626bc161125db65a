"""Annotations as a SARIF log, which code scanning services and editors show."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from netplan import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.ground.errors import Place
    from netplan.show.gate.annotation import Annotation

__all__ = ["sarif_log"]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RULES = {
    "target-missed": "A latency target is missed",
    "target-undecided": "A latency target could not be decided within the packet budget",
    "link-to-blame": "The link costs missed pairs more than any other hop",
}


def sarif_log(annotations: Iterable[Annotation]) -> dict[str, Any]:
    """Return a log with one result for each annotation.

    References
    ----------
    OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*, 2020.
    """
    driver = {
        "name": "netplan-sim",
        "version": __version__,
        "rules": [
            {"id": rule, "shortDescription": {"text": text}} for rule, text in _RULES.items()
        ],
    }
    results = [_result(annotation) for annotation in annotations]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(annotation: Annotation) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": annotation.rule,
        "ruleIndex": list(_RULES).index(annotation.rule),
        "level": annotation.level,
        "message": {"text": f"{annotation.title}\n{annotation.message}"},
        # The same finding stays the same alert when its numbers change.
        "partialFingerprints": {"netplan/v1": f"{annotation.rule}/{annotation.subject}"},
    }
    if annotation.place is not None:
        result["locations"] = [{"physicalLocation": _location(annotation.place)}]
    return result


def _location(place: Place) -> dict[str, Any]:
    file = PurePath(place.file)
    uri = file.as_uri() if file.is_absolute() else quote(file.as_posix())
    location: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.line:
        location["region"] = {"startLine": place.line, "startColumn": place.column}
    return location
