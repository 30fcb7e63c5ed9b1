"""Prometheus: one instant query, and the targets that it is told of."""
