"""Annotations as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.show.gate.annotation import Annotation

__all__ = ["workflow_commands"]


def workflow_commands(annotations: Iterable[Annotation]) -> str:
    """Return a line for each annotation.

    References
    ----------
    GitHub Docs, "Workflow commands for GitHub Actions", setting an error message; what must be
    escaped: actions/toolkit, packages/core/src/command.ts.
    """
    return "".join(f"{_command(annotation)}\n" for annotation in annotations)


def _command(annotation: Annotation) -> str:
    place = annotation.place
    properties = {"title": annotation.title}
    if place is not None:
        properties = {"file": place.file, **_position(place.line, place.column), **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{annotation.level} {listed}::{_text(annotation.message)}"


def _position(line: int, column: int) -> dict[str, str]:
    return {"line": str(line), "col": str(column)} if line else {}


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
