"""Prometheus: instant queries, and its list of targets."""
