"""Mistakes that are reported before a rollout starts, with a real Prometheus that knows a stable release."""

import pytest

from rollout.errors import PolicyError, Refused
from rollout.gates import preflight
from rollout.metrics.prometheus import Prometheus
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal.process import free_port
from tests.policy.live import Live
from tests.policy.releases import Agent
from tests.rollout import policies

pytestmark = pytest.mark.parts

MISTAKES = {
    "a time that is not a bucket boundary": (
        "slower_than: 60s",
        "slower_than: 45s",
        [
            "gates.latency_p99.slower_than: ",
            "45 s is not a bucket boundary of agent_request_seconds_bucket",
            "10, 30, 60",
        ],
    ),
    "a limit above the highest finite bucket": (
        "  restarts:",
        "  slow:\n    query: histogram_quantile(0.99, sum by (le) (rate(agent_request_seconds_bucket[2m])))\n"
        "    fail_above: 10m\n\n  restarts:",
        ["gates.slow.fail_above: ", "600 s can never be exceeded", "agent_request_seconds_bucket is 300"],
    ),
    "a histogram that nobody exports": (
        "agent_request_seconds_bucket",
        "agent_request_duration_bucket",
        ["gates.latency_p99.bad: ", "no series agent_request_duration_bucket"],
    ),
    "a query that is no PromQL": (
        "query: sum(changes(",
        "query: sum(changes((",
        ["gates.restarts.query: ", "unclosed left parenthesis"],
    ),
    "a count that is no PromQL": (
        "total: >-\n      sum(last_over_time(haproxy",
        "total: >-\n      sum(latest_over_time(haproxy",
        ["gates.errors.total: ", 'unknown function with name "latest_over_time"'],
    ),
    "a range where a value is needed": (
        'query: sum(changes(process_start_time_seconds{release="$release"}[$elapsed]))',
        "query: process_start_time_seconds[5m]",
        ["gates.restarts.query: ", "returns a range vector"],
    ),
}


def check(text: str, server: Prometheus) -> None:
    preflight.check(plan(policy_file.parse(text, "rollout.yaml")).gates, "new", "old", server)


@pytest.mark.parametrize(("before", "after", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_gate_that_could_never_be_judged_is_rejected_with_its_key(
    live: Live, old: Agent, before: str, after: str, said: list[str]
) -> None:
    live.publish(old.text())
    text = policies.shipped().replace(before, after, 1)
    assert text != policies.shipped()
    with pytest.raises(PolicyError) as refused:
        check(text, live.server)
    for words in said:
        assert words in str(refused.value)


def test_without_a_prometheus_the_rollout_is_refused() -> None:
    with pytest.raises(Refused, match="no gate can be judged"):
        check(policies.shipped(), Prometheus(f"http://127.0.0.1:{free_port()}"))
