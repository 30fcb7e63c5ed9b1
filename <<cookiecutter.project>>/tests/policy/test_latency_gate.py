"""The shipped latency gate, on a real Prometheus. Its limit of 60 s is 1.5 s at the speed of these tests."""

import pytest

from rollout.gates.judge import Outcome
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts

SLOW = 2.5


def test_a_release_that_answers_quickly_passes(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(101)
    live.publish(new.text())
    measured = live.measure("latency_p99", new.release)
    assert (measured.outcome, measured.samples) == (Outcome.PASS, 101)


def test_a_release_of_which_two_requests_in_101_are_slow_fails(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(99)
    new.answer(2, seconds=SLOW)
    live.publish(new.text())
    measured = live.measure("latency_p99", new.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(SLOW, abs=0.5)


def test_one_slow_request_alone_is_no_failure(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(100)
    new.answer(1, seconds=SLOW)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.PASS


def test_up_to_100_requests_are_not_judged_however_slow(live: Live, new: Agent) -> None:
    live.publish(new.text())
    new.answer(100, seconds=SLOW)
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.INCONCLUSIVE


def test_what_is_slow_in_stable_does_not_count(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(101)
    old.answer(1000, seconds=SLOW)
    live.publish(new.text(), old.text())
    assert live.measure("latency_p99", new.release, old.release).outcome is Outcome.PASS


def test_requests_of_which_none_has_ended_are_not_judged(live: Live, new: Agent) -> None:
    live.publish(new.text())
    live.publish(new.text())
    assert live.measure("latency_p99", new.release).outcome is Outcome.INCONCLUSIVE
