"""The shipped gate for new types of exceptions, with a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Outcome
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts


def publish(live: Live, new: Agent, old: Agent, *, requests: int = 100, stable_requests: int = 2000) -> None:
    """Publish both releases before and after these requests; a test adds exceptions in between."""
    new.answer(requests)
    old.answer(stable_requests)
    live.publish(new.text(), old.text())


def test_a_series_whose_first_value_is_4_counts_as_4(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.fail(LookupError, 4)
    publish(live, new, old)
    live.publish(new.text(), old.text())
    increase = Gate(
        "naive", 'sum(increase(agent_exceptions_total{release="$release"}[$window]))', None, None,
        Limit(0, "count"), fails_above=True, window_seconds=15,
    )  # fmt: skip
    assert live.measure(increase, new.release).value == 0, "increase() sees no birth"
    measured = live.measure("new_exceptions", new.release, old.release)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.FAIL, 4, 100)
    assert measured.detail.startswith("LookupError 4 % (4 of 100), limit 0.1 % and 1 x stable, evidence 4.3 of 4.2")


def test_a_release_without_any_exception_passes(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    publish(live, new, old)
    measured = live.measure("new_exceptions", new.release, old.release)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)


def test_a_type_that_is_as_frequent_on_stable_is_not_new(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.fail(LookupError, 5)
    old.fail(LookupError, 100)
    publish(live, new, old)
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_a_single_exception_on_stable_excuses_nothing(live: Live, new: Agent, old: Agent) -> None:
    old.fail(LookupError, 1)
    live.publish(new.text(), old.text())
    new.fail(LookupError, 5)
    old.fail(LookupError, 1)
    publish(live, new, old)
    measured = live.measure("new_exceptions", new.release, old.release)
    assert (measured.outcome, measured.stable_bad, measured.stable_total) == (Outcome.FAIL, 2, 2000)


def test_a_new_type_fails_although_another_type_is_on_stable_too(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.fail(LookupError, 50)
    old.fail(LookupError, 1000)
    new.fail(KeyError, 4)
    publish(live, new, old)
    measured = live.measure("new_exceptions", new.release, old.release)
    assert (measured.outcome, measured.bad) == (Outcome.FAIL, 4)
    assert measured.detail.startswith("KeyError 4 %")


def test_a_single_exception_of_each_type_does_not_fail(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.fail(LookupError, 1)
    new.fail(KeyError, 1)
    publish(live, new, old)
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_two_exceptions_of_4000_requests_are_below_the_limit(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    new.fail(LookupError, 2)
    publish(live, new, old, requests=4000)
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_fewer_than_25_good_requests_do_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    publish(live, new, old, requests=24)
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.INCONCLUSIVE


def test_a_restarted_stable_is_compared_by_its_exceptions_since_the_restart(live: Live, new: Agent, old: Agent) -> None:
    old.fail(LookupError, 5)
    live.publish(new.text(), old.text())
    again = Agent(old.release)
    live.publish(new.text(), again.text())
    new.fail(LookupError, 5)
    again.fail(LookupError, 100)
    publish(live, new, again)
    assert live.measure("new_exceptions", new.release, old.release).outcome is Outcome.PASS


def test_a_restarted_release_is_judged_by_its_exceptions_since_the_restart(live: Live, new: Agent, old: Agent) -> None:
    """A release that is tried again starts at 0 in the same series: from 50 to 4 must not count as -46."""
    new.answer(1000)
    new.fail(LookupError, 50)
    live.publish(new.text(), old.text())
    live.wait_for(f'sum(agent_exceptions_total{{release="{new.release}"}} offset 1500ms)', 50)
    again = Agent(new.release)
    live.publish(again.text(), old.text())
    again.fail(LookupError, 4)
    publish(live, again, old)
    measured = live.measure("new_exceptions", new.release, old.release, window_seconds=1.5)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.FAIL, 4, 100)


def test_a_release_that_is_no_longer_scraped_does_not_pass(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    publish(live, new, old)
    live.publish(old.text())
    live.wait_for(f'count(last_over_time(agent_request_seconds_count{{release="{new.release}"}}[1s])) or vector(0)', 0)
    measured = live.measure("new_exceptions", new.release, old.release, window_seconds=1)
    assert measured.outcome is Outcome.INCONCLUSIVE


def test_a_failed_scrape_does_not_make_all_earlier_exceptions_new(live: Live, new: Agent, old: Agent) -> None:
    """A scrape that fails ends the series for a moment; two minutes later that moment is the begin of the window."""
    new.answer(1000)
    new.fail(LookupError, 20)
    live.publish(new.text(), old.text())
    live.wait_for(f'sum(agent_exceptions_total{{release="{new.release}"}} offset 2s)', 20)
    live.publish(old.text())
    time.sleep(1)
    live.publish(new.text(), old.text())
    new.answer(200)
    live.publish(new.text(), old.text())
    live.wait_for(f'absent(agent_exceptions_total{{release="{new.release}"}} offset 2s)', 1)
    measured = live.measure("new_exceptions", new.release, old.release, window_seconds=2)
    assert (measured.bad, measured.total) == (0, 200)
