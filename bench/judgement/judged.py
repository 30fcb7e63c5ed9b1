"""The engine's own verdict on counts, without the sentence for people, which would take half of the bench's time."""

from __future__ import annotations

from collections.abc import Sequence

from rollout.gates.counts import Window
from rollout.gates.judge import Measurement
from rollout.gates.weigh import verdict
from rollout.policy.plan import Gate


def judged(gate: Gate, windows: Sequence[Window]) -> Measurement:
    """A measurement as `weigh` makes it, but of the outcome alone."""
    assert gate.weighed  # noqa: S101  only evidence is simulated
    outcome, _, why = verdict(gate, gate.weighed, windows)
    return Measurement(gate.name, outcome, None, None, why)
