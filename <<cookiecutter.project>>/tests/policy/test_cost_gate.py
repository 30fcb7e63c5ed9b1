"""The shipped cost gate, on a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Outcome
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts

SHORT_WINDOW_SECONDS = 1.5


@pytest.mark.parametrize(
    ("factor", "outcome"), [(0.7, Outcome.PASS), (1.4, Outcome.PASS), (1.6, Outcome.FAIL)], ids=lambda given: str(given)
)
def test_the_cost_of_a_request_is_held_against_stable_s(
    live: Live, new: Agent, old: Agent, factor: float, outcome: Outcome
) -> None:
    live.publish(new.text(), old.text())
    new.answer(100, cost_usd=0.003 * factor)
    old.answer(1900, cost_usd=0.003)
    live.publish(new.text(), old.text())
    measured = live.measure("cost_per_request", new.release, old.release)
    assert measured.outcome is outcome
    assert measured.value == pytest.approx(factor, rel=0.02)


def test_fewer_than_100_requests_are_not_judged(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(99, cost_usd=1)
    old.answer(1900)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_a_stable_that_costs_nothing_is_inconclusive_and_no_endless_increase(
    live: Live, new: Agent, old: Agent
) -> None:
    live.publish(new.text(), old.text())
    new.answer(100)
    old.answer(1900, cost_usd=0)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_two_releases_that_cost_nothing_are_no_data(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(100, cost_usd=0)
    old.answer(1900, cost_usd=0)
    live.publish(new.text(), old.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.NO_DATA


def test_without_a_stable_there_is_no_baseline_and_no_data(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text())
    new.answer(100)
    live.publish(new.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    ("factor", "outcome"), [(1.0, Outcome.PASS), (1.6, Outcome.FAIL)], ids=lambda given: str(given)
)
def test_at_100_percent_the_baseline_is_the_last_window_in_which_stable_had_traffic(
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

    assert measure(ago_seconds=0) is Outcome.NO_DATA
    assert measure(ago_seconds=time.monotonic() - stable_left) is outcome


def test_a_stable_that_restarted_in_the_window_stays_a_baseline(live: Live, new: Agent, old: Agent) -> None:
    old.answer(5000, cost_usd=0.3)
    live.publish(new.text(), old.text())
    restarted = Agent(old.release)
    live.publish(new.text(), restarted.text())
    new.answer(100)
    restarted.answer(500)
    live.publish(new.text(), restarted.text())
    assert live.measure("cost_per_request", new.release, old.release).outcome is Outcome.PASS
