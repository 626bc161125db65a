"""Measuring: the engines and closed forms, samples and their statistics, runs and their store."""
