"""Measures the documented performance: `make bench` prints a table and writes build/bench.json."""
