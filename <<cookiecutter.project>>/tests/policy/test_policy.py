"""rollout.yaml: it can be read, and Prometheus can answer all that its gates ask."""

import pytest

from rollout.gates import preflight
from rollout.policy.plan import plan
from tests.policy.live import Live, policy
from tests.policy.releases import Agent


def test_the_policy_can_be_read_and_has_gates() -> None:
    assert plan(policy()).gates


@pytest.mark.parts
def test_the_gates_are_accepted_before_the_canary_has_a_single_series(live: Live, old: Agent) -> None:
    live.publish(old.text())
    preflight.check(plan(policy()).gates, "new", "old", live.server)
