"""What a pipeline reads: verdicts as JSON, JUnit, SARIF, Markdown and workflow commands."""

from netplan.show.gate.annotation import annotate
from netplan.show.gate.files import GateFiles
from netplan.show.gate.github import workflow_commands

__all__ = ["GateFiles", "annotate", "workflow_commands"]
