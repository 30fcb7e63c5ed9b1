"""The shipped cost gate, with a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Outcome
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts

SHORT_WINDOW_SECONDS = 1.5


@pytest.mark.parametrize(
    ("factor", "outcome"),
    [(0.7, Outcome.PASS), (1.4, Outcome.PASS), (1.6, Outcome.INCONCLUSIVE), (2.0, Outcome.FAIL)],
    ids=lambda given: str(given),
)
def test_the_cost_of_a_request_is_compared_with_stables(
    live: Live, new: Agent, old: Agent, factor: float, outcome: Outcome
) -> None:
    live.publish(new.text(), old.text())
    new.answer(100, cost_usd=0.003 * factor)
    old.answer(1900, cost_usd=0.003)
    live.publish(new.text(), old.text())
    measured = live.measure("cost_per_request", new.release, old.release)
    assert measured.outcome is outcome
    assert measured.value == pytest.approx(factor, rel=0.02)


def test_a_cost_slightly_above_the_limit_needs_more_requests_to_fail(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(800, cost_usd=0.003 * 1.6)
    old.answer(4000, cost_usd=0.003)
    live.publish(new.text(), old.text())
    measured = live.measure("cost_per_request", new.release, old.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.evidence
    assert measured.evidence > 3


def test_fewer_than_100_requests_do_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(99)
    old.answer(1900)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_a_release_whose_requests_all_cost_nothing_does_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(200, cost_usd=0, outcome="error")
    old.answer(1900)
    live.publish(new.text(), old.text())
    measured = live.measure("cost_per_request", new.release, old.release)
    assert (measured.outcome, measured.value) == (Outcome.INCONCLUSIVE, 0)


def test_a_release_that_refuses_every_request_has_no_cost_and_does_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    for _ in range(200):
        new.metrics.request_seconds.observe(0.001)
    old.answer(1900)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("cost_usd", [0, 0.003])
def test_a_stable_that_costs_nothing_gives_no_comparison(live: Live, new: Agent, old: Agent, cost_usd: float) -> None:
    live.publish(new.text(), old.text())
    new.answer(100, cost_usd=cost_usd)
    old.answer(1900, cost_usd=0)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_without_stable_there_is_no_baseline_and_no_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text())
    new.answer(100)
    live.publish(new.text())
    for stable in (old.release, ""):
        assert live.measure("cost_per_request", new.release, stable).outcome is Outcome.INCONCLUSIVE


def test_a_loop_increases_the_tool_calls(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(80, tool_calls=4)
    new.answer(20, tool_calls=5)
    old.answer(1000, tool_calls=1)
    old.answer(900, tool_calls=2)
    live.publish(new.text(), old.text())
    measured = live.measure("tool_calls_per_run", new.release, old.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(4.2 / (2800 / 1900))


@pytest.mark.parametrize(
    ("factor", "outcome"), [(1.0, Outcome.PASS), (2.0, Outcome.FAIL)], ids=lambda given: str(given)
)
def test_at_100_percent_the_baseline_is_the_last_time_stable_had_traffic(
    live: Live, new: Agent, old: Agent, factor: float, outcome: Outcome
) -> None:
    live.publish(new.text(), old.text())
    old.answer(1000)
    stable_left = live.publish(new.text(), old.text())
    idle = f'sum(increase(agent_request_seconds_count{{release="{old.release}"}}[1500ms]))'
    live.wait_for(idle, 0)
    new.answer(100, cost_usd=0.003 * factor)
    live.publish(new.text(), old.text())

    def measure(ago_seconds: float) -> Outcome:
        asked = "cost_per_request", new.release, old.release
        return live.measure(*asked, window_seconds=SHORT_WINDOW_SECONDS, ago_seconds=ago_seconds).outcome

    assert measure(ago_seconds=0) is Outcome.INCONCLUSIVE
    assert measure(ago_seconds=time.monotonic() - stable_left) is outcome


def test_a_stable_that_restarted_within_the_window_is_still_a_baseline(live: Live, new: Agent, old: Agent) -> None:
    old.answer(5000, cost_usd=0.3)
    live.publish(new.text(), old.text())
    restarted = Agent(old.release)
    live.publish(new.text(), restarted.text())
    new.answer(100)
    restarted.answer(500)
    live.publish(new.text(), restarted.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.PASS
