"""Judging: from a scenario to a verdict for every target, pair by pair, and its reason."""
