"""Comparing configs under equal conditions; tools/benchmark.py drives it."""
