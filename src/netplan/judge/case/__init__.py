"""One year of a scenario, made ready: what is simulated, and what is asked about it."""

from netplan.judge.case.model import Carried, Case, Question, Service, Stream
from netplan.judge.case.preparation import (
    FLOWS_PER_PROBE,
    FULL_FRAME,
    floor_route,
    prepare,
    prepare_all,
    probe_route,
)

__all__ = [
    "FLOWS_PER_PROBE",
    "FULL_FRAME",
    "Carried",
    "Case",
    "Question",
    "Service",
    "Stream",
    "floor_route",
    "prepare",
    "prepare_all",
    "probe_route",
]
