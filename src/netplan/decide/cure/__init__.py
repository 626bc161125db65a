"""Cures: the smallest single changes that keep missed promises."""

from netplan.decide.cure.candidate import UNITS, Kind
from netplan.decide.cure.search import Confirmed, Cure, Cures, find_cures

__all__ = ["UNITS", "Confirmed", "Cure", "Cures", "Kind", "find_cures"]
