"""Fixtures that start a real Prometheus."""

from tests.policy.started import live, new, old, prometheus

__all__ = ["live", "new", "old", "prometheus"]
