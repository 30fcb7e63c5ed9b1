"""Admission for tests of something else."""

from agent.metrics import Metrics
from agent.run import Admission, AdmissionLimits


def unlimited(metrics: Metrics) -> Admission:
    """Admits everything that a test sends."""
    return Admission(AdmissionLimits(running=1_000, queued=0, wait_seconds=0), metrics)
