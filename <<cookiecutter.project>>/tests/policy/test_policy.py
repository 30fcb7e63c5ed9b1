"""rollout.yaml is valid, and Prometheus accepts the queries of its gates."""

import pytest

from agent.metrics import LATE_SECONDS
from rollout.gates import preflight
from rollout.policy.plan import plan
from tests.policy.live import Live, policy
from tests.policy.releases import Agent


def test_the_policy_is_valid_and_has_gates() -> None:
    assert plan(policy()).gates


def test_a_client_that_leaves_is_late_when_the_latency_gate_says_so() -> None:
    rule = next(gate.weighed for gate in plan(policy()).gates if gate.name == "latency_p99")
    assert rule is not None
    assert rule.slower_than_seconds == LATE_SECONDS


@pytest.mark.parts
def test_prometheus_accepts_the_gates_before_the_canary_has_any_series(live: Live, old: Agent) -> None:
    live.publish(old.text())
    preflight.check(plan(policy()).gates, "new", "old", live.server)
