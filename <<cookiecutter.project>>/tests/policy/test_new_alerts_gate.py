"""The shipped alerts gate, with a real Prometheus that evaluates real rules."""

import time

import pytest

from rollout.gates.judge import Outcome
from tests.policy.live import Live
from tests.policy.releases import series

pytestmark = pytest.mark.parts

FIRING = 'count(ALERTS{alertname="Trouble",alertstate="firing"}) or vector(0)'
LONG_BEFORE_THE_WATCHDOG_SECONDS = 3600.0


def trouble(where: str, **labels: str) -> str:
    return series("trouble", 1, where=where, **labels)


def be_quiet_for_longer_than_a_window(live: Live) -> None:
    longer_ms = round((live.gates["new_alerts"].window_seconds + 1) * 1000)
    live.wait_for(f'absent_over_time(ALERTS{{alertname="Trouble",alertstate="firing"}}[{longer_ms}ms])', 1)


@pytest.fixture(autouse=True)
def quiet(live: Live) -> None:
    """No alert of the previous test."""
    live.publish()
    live.wait_for(FIRING, 0)


def test_only_an_alert_that_starts_to_fire_during_the_rollout_counts(live: Live) -> None:
    live.publish(trouble("before"))
    live.wait_for(FIRING, 1)
    began = time.monotonic()
    live.publish(trouble("before"))
    before = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert (before.outcome, before.value) == (Outcome.PASS, 0)

    live.publish(trouble("before"), trouble("during"))
    live.wait_for(FIRING, 2)
    during = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert (during.outcome, during.value) == (Outcome.FAIL, 1)
    assert during.detail == "1 is above 0 (Trouble)"


def test_an_alert_that_ended_before_the_rollout_does_not_count_when_it_returns(live: Live) -> None:
    live.publish(trouble("flapping"))
    live.wait_for(FIRING, 1)
    live.publish()
    live.wait_for(FIRING, 0)
    began = time.monotonic()
    live.publish(trouble("flapping"))
    live.wait_for(FIRING, 1)
    assert live.measure("new_alerts", elapsed_seconds=time.monotonic() - began).outcome is Outcome.PASS


def test_an_alert_that_was_quiet_for_longer_than_a_window_does_not_count_either(live: Live) -> None:
    live.publish(trouble("flapping"))
    live.wait_for(FIRING, 1)
    live.publish()
    be_quiet_for_longer_than_a_window(live)
    began = time.monotonic()
    live.publish(trouble("flapping"))
    live.wait_for(FIRING, 1)
    assert live.measure("new_alerts", elapsed_seconds=time.monotonic() - began).outcome is Outcome.PASS


def test_an_alert_of_an_earlier_rollout_of_this_release_counts_unless_it_still_fired(live: Live) -> None:
    live.publish(trouble("again", release="new"))
    live.wait_for(FIRING, 1)
    began = time.monotonic()
    live.publish(trouble("again", release="new"))
    still = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert still.outcome is Outcome.PASS

    live.publish()
    be_quiet_for_longer_than_a_window(live)
    began = time.monotonic()
    live.publish(trouble("again", release="new"))
    live.wait_for(FIRING, 1)
    again = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert (again.outcome, again.value) == (Outcome.FAIL, 1)


def test_alerts_about_stable_or_other_releases_do_not_count(live: Live) -> None:
    began = time.monotonic()
    live.publish(trouble("there", release="old"), trouble("elsewhere", release="older"))
    live.wait_for(FIRING, 2)
    about_others = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert (about_others.outcome, about_others.value) == (Outcome.PASS, 0)

    live.publish(trouble("there", release="old"), trouble("here", release="new"))
    live.wait_for(FIRING.replace("}", ',release="new"}'), 1)
    about_this = live.measure("new_alerts", elapsed_seconds=time.monotonic() - began)
    assert (about_this.outcome, about_this.value) == (Outcome.FAIL, 1)


def test_the_watchdog_always_fires_and_never_counts(live: Live) -> None:
    live.wait_for('count(ALERTS{alertname="Watchdog",alertstate="firing"})', 1)
    measured = live.measure("new_alerts", elapsed_seconds=LONG_BEFORE_THE_WATCHDOG_SECONDS)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)
