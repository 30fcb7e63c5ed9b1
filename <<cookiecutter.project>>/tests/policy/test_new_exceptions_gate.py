"""The shipped gate on new types of exceptions, on a real Prometheus."""

import pytest

from rollout.gates.judge import Outcome
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts


def test_a_series_that_is_born_at_3_is_seen(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(300)
    new.fail(LookupError, 3)
    live.publish(new.text(), old.text())
    live.publish(new.text(), old.text())
    increase = Gate(
        "naive", 'sum(increase(agent_exceptions_total{release="$release"}[$window]))', None, None,
        Limit(0, "count"), fails_above=True, window_seconds=15,
    )  # fmt: skip
    assert live.measure(increase, new.release).value == 0, "increase() sees no birth"
    measured = live.measure("new_exceptions", new.release, old.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(0.01)
    assert measured.detail.endswith("(LookupError)")


def test_a_release_without_any_exception_passes(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(100)
    live.publish(new.text(), old.text())
    measured = live.measure("new_exceptions", new.release, old.release)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)


def test_a_type_that_stable_has_too_is_not_new(live: Live, new: Agent, old: Agent) -> None:
    old.fail(LookupError, 1)
    live.publish(new.text(), old.text())
    new.answer(100)
    new.fail(LookupError, 50)
    live.publish(new.text(), old.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_a_new_type_fails_beside_one_that_stable_has_too(live: Live, new: Agent, old: Agent) -> None:
    old.fail(LookupError, 1)
    live.publish(new.text(), old.text())
    new.answer(100)
    new.fail(LookupError, 50)
    new.fail(KeyError, 2)
    live.publish(new.text(), old.text())
    measured = live.measure("new_exceptions", new.release, old.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(0.02)
    assert "KeyError" in measured.detail
    assert "LookupError" not in measured.detail


def test_one_single_exception_is_not_enough(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(100)
    new.fail(LookupError, 1)
    new.fail(KeyError, 1)
    live.publish(new.text(), old.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_two_exceptions_of_4000_requests_are_below_the_limit(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(4000)
    new.fail(LookupError, 2)
    live.publish(new.text(), old.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_fewer_than_25_requests_are_not_judged(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(24)
    new.fail(LookupError, 24)
    live.publish(new.text(), old.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_a_scrape_of_stable_that_was_missed_does_not_make_its_exceptions_new(
    live: Live, new: Agent, old: Agent
) -> None:
    old.fail(LookupError, 5)
    live.publish(new.text(), old.text())
    new.answer(100)
    new.fail(LookupError, 3)
    live.publish(new.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_a_stable_that_restarted_still_had_its_exceptions(live: Live, new: Agent, old: Agent) -> None:
    old.fail(LookupError, 5)
    live.publish(new.text(), old.text())
    new.answer(100)
    new.fail(LookupError, 3)
    live.publish(new.text(), Agent(old.release).text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_exceptions_of_a_release_that_restarted_are_counted_from_its_restart(
    live: Live, new: Agent, old: Agent
) -> None:
    """A release that is tried again begins at 0 in the same series: 3 less than the 50 of last time is no -47."""
    new.answer(1000)
    new.fail(LookupError, 50)
    live.publish(new.text(), old.text())
    live.wait_for(f'sum(agent_exceptions_total{{release="{new.release}"}} offset 1500ms)', 50)
    again = Agent(new.release)
    live.publish(again.text(), old.text())
    again.answer(100)
    again.fail(LookupError, 3)
    live.publish(again.text(), old.text())
    measured = live.measure("new_exceptions", new.release, old.release, window_seconds=1.5)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(0.03)


def test_a_release_that_was_not_scraped_just_now_does_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.answer(100)
    live.publish(new.text(), old.text())
    live.publish(old.text())
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.NO_DATA
