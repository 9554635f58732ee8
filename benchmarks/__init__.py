"""Measurements beside the stock tools; each runs as `python -m benchmarks.NAME --json`."""
