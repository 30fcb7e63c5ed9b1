"""Fixtures that start a real Prometheus."""

from tests.policy.started import live, new, old, prometheus, steady

__all__ = ["live", "new", "old", "prometheus", "steady"]
