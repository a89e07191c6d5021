"""Benchmarks: how fast, how good, how much memory, each measured by a script."""
