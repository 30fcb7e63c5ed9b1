"""The shipped latency gate, with a real Prometheus. Its limit of 60 s is 1.5 s at the speed of these tests."""

import pytest

from rollout.gates import preflight
from rollout.gates.judge import Outcome
from rollout.policy.plan import plan
from tests.policy.live import Live, policy
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts

SLOW = 2.5
BETWEEN = 48.0
"""At this speed, 60 s are 1.25 s, which is not a bucket boundary; the boundary below is 1 s."""


def test_a_fast_release_passes_and_its_percentile_is_shown(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(100)
    live.publish(new.text())
    measured = live.measure("latency_p99", new.release)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.PASS, 0, 100)
    assert measured.shown == pytest.approx(0.05, abs=0.01)
    assert ", latency_p99 0.0" in measured.detail


def test_a_release_with_eight_slow_requests_in_a_hundred_fails(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(92)
    new.answer(8, seconds=SLOW)
    live.publish(new.text())
    measured = live.measure("latency_p99", new.release)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.FAIL, 8, 100)
    assert measured.shown == pytest.approx(SLOW, abs=0.6)


def test_two_slow_requests_in_a_hundred_are_above_the_limit_but_may_be_chance(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(98)
    new.answer(2, seconds=SLOW)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.INCONCLUSIVE


def test_a_single_slow_request_does_not_fail(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(100)
    new.answer(1, seconds=SLOW)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.PASS


def test_a_few_requests_that_are_all_slow_fail(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(4, seconds=SLOW)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.FAIL


def test_fewer_than_100_requests_do_not_pass(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(99)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.INCONCLUSIVE


def test_slow_requests_of_stable_do_not_count(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(101)
    old.answer(1000, seconds=SLOW)
    live.publish(new.text(), old.text())
    measured = live.measure("latency_p99", new.release, old.release)
    assert (measured.outcome, measured.stable) == (Outcome.PASS, 1)


@pytest.mark.parametrize(
    ("of_stable", "outcome"), [(80, Outcome.INCONCLUSIVE), (1, Outcome.FAIL)], ids=["as slow", "faster"]
)
def test_what_is_slow_on_stable_too_neither_fails_nor_passes(
    live: Live, new: Agent, old: Agent, of_stable: int, outcome: Outcome
) -> None:
    live.publish(new.text(), old.text())
    for agent, slow, requests in ((new, 20, 100), (old, of_stable, 400)):
        agent.answer(requests - slow)
        agent.answer(slow, seconds=SLOW)
    live.publish(new.text(), old.text())
    live.wait_for(f'sum(agent_request_seconds_count{{release="{new.release}"}} offset 1s)', 100)
    assert live.measure("latency_p99", new.release, old.release).outcome is outcome


def test_without_a_finished_request_nothing_is_judged(live: Live, new: Agent) -> None:
    live.publish(new.text())
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.INCONCLUSIVE


def test_at_another_speed_the_bucket_boundary_below_is_the_limit(live: Live, old: Agent) -> None:
    live.publish(old.text())
    gates = preflight.at_bucket_boundaries(plan(policy(), BETWEEN).gates, live.server)
    rules = [gate.weighed for gate in gates if gate.weighed]
    assert [rule.slower_than_seconds for rule in rules if rule.slower_than_seconds] == [1.0]


def test_a_limit_between_two_bucket_boundaries_can_not_be_counted_and_never_passes(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(100, seconds=SLOW)
    live.publish(new.text())
    between = next(gate for gate in plan(policy(), BETWEEN).gates if gate.name == "latency_p99")
    assert live.measure(between, new.release).outcome is Outcome.NO_DATA
