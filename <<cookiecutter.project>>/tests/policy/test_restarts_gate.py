"""The shipped restarts gate, with a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Outcome
from tests.policy.live import Live
from tests.policy.releases import Agent

pytestmark = pytest.mark.parts


def test_a_release_that_restarted_during_the_rollout_fails(live: Live, new: Agent) -> None:
    live.publish(new.text())
    live.publish(Agent(new.release, started=new.started + 30).text())
    measured = live.measure("restarts", new.release)
    assert (measured.outcome, measured.value) == (Outcome.FAIL, 1)


def test_a_restart_without_a_scrape_in_between_is_detected(live: Live, new: Agent) -> None:
    live.publish(new.text())
    live.publish()
    live.publish(Agent(new.release, started=new.started + 30).text())
    assert live.measure("restarts", new.release).outcome is Outcome.FAIL


def test_a_release_that_keeps_running_passes_and_stable_may_restart(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    live.publish(new.text(), Agent(old.release, started=old.started + 30).text())
    assert live.measure("restarts", new.release, old.release).outcome is Outcome.PASS


def test_a_release_that_is_tried_again_does_not_fail_because_of_its_earlier_process(live: Live, new: Agent) -> None:
    live.publish(new.text())
    again = Agent(new.release, started=new.started + 30)
    began = live.publish(again.text())
    live.publish(again.text())
    measured = live.measure("restarts", new.release, elapsed_seconds=time.monotonic() - began)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)


def test_a_release_that_was_never_scraped_is_no_data(live: Live, new: Agent) -> None:
    assert live.measure("restarts", new.release).outcome is Outcome.NO_DATA
