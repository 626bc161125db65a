"""What a pipeline reads: verdicts as JSON, JUnit, SARIF, Markdown and workflow commands."""

from netplan.gate.annotation import annotate
from netplan.gate.files import GateFiles
from netplan.gate.github import workflow_commands

__all__ = ["GateFiles", "annotate", "workflow_commands"]
