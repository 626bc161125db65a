"""Deciding: dates, cures, comparisons, circles, other targets for the same samples."""
