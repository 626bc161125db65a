"""The files that a check writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.judge.document import to_document, to_json
from netplan.judge.results import write_text
from netplan.show.gate.annotation import annotate
from netplan.show.gate.junit import junit_report
from netplan.show.gate.markdown import markdown_summary
from netplan.show.gate.sarif import sarif_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from netplan.judge.evaluation import Evaluation

__all__ = ["GateFiles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFiles:
    """Where each form of the verdicts goes; those that are left out are not written."""

    json: Path | None = None
    junit: Path | None = None
    sarif: Path | None = None
    markdown: Path | None = None

    def write(self, evaluations: Sequence[Evaluation]) -> None:
        """Write the files; several scenarios make a JSON list."""
        documents = [to_document(evaluation) for evaluation in evaluations]
        if self.json is not None:
            write_text(self.json, to_json(documents[0] if len(documents) == 1 else documents))
        if self.junit is not None:
            write_text(self.junit, junit_report(documents))
        if self.sarif is not None:
            found = [one for evaluation in evaluations for one in annotate(evaluation)]
            write_text(self.sarif, to_json(sarif_log(found)))
        if self.markdown is not None:
            write_text(self.markdown, markdown_summary(evaluations))
