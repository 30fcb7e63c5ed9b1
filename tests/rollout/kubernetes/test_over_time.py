"""Shipped gates that look back: to before the rollout, to when stable had traffic, past an earlier attempt. Both
engines judge them on the same real Prometheus."""

import time
from dataclasses import replace

import pytest

from rollout.gates.judge import Outcome
from rollout.kubernetes.expression import Reach
from rollout.kubernetes.gate import queries
from rollout.policy.plan import Gate
from tests.policy.live import Live
from tests.policy.releases import Agent, Server
from tests.rollout.kubernetes.argo import verdict
from tests.rollout.kubernetes.over_time import earlier_attempts, new_alerts

pytestmark = pytest.mark.parts

REACH = Reach(elapsed_seconds=60, idle_seconds=60)
SHORT, IDLE = 2.0, 3.5
LATER = 0.6
"""Some scrapes are between the start and the first request, as in production: counts begin at the first scrape."""


def argo(live: Live, gate: Gate, release: str = "new", stable: str = "old", started: int = 1) -> str:
    arguments = {"release": release, "stable": stable, "started": str(started)}
    return verdict(live.server.url, queries(gate, REACH), arguments)[0]


def with_windows(gate: Gate, longest_seconds: float) -> Gate:
    assert gate.weighed
    return replace(gate, weighed=replace(gate.weighed, windows_seconds=(SHORT, longest_seconds)))


def test_a_stable_without_traffic_is_compared_as_it_was_before(live: Live, new: Agent, old: Agent) -> None:
    gate, bad = with_windows(live.gates["cost_per_request"], 3.0), Agent(f"{new.release}-bad")
    live.publish(new.text(), bad.text(), old.text())
    old.answer(1900)
    at_100_percent = live.publish(new.text(), bad.text(), old.text())
    time.sleep(IDLE)
    new.answer(100, cost_usd=0.003)
    bad.answer(100, cost_usd=0.006)
    live.publish(new.text(), bad.text(), old.text())
    ago_seconds = time.monotonic() - at_100_percent
    for canary, outcome in ((new, Outcome.PASS), (bad, Outcome.FAIL)):
        assert live.measure(gate, canary.release, old.release, ago_seconds=ago_seconds).outcome is outcome
        assert argo(live, gate, canary.release, old.release) == outcome


def test_a_baseline_from_before_the_rollout_is_that_of_when_it_started(live: Live, new: Agent, old: Agent) -> None:
    bad = f"{new.release}-bad"

    def publish(canary: Server, refusing: Server, stable: Server) -> None:
        slots = (canary, "green", new.release), (refusing, "red", bad), (stable, "blue", old.release)
        live.publish(*(server.text(slot, release=release) for server, slot, release in slots), new.text(), old.text())

    publish(Server(), Server(), Server())
    publish(Server(), Server(), Server(sessions=3000, refused=6))
    time.sleep(IDLE)
    started = int(time.time())
    time.sleep(LATER)
    publish(Server(sessions=25), Server(sessions=25, refused=25), Server(sessions=3475, refused=400))
    gate = with_windows(live.gates["refusals"], 15.0)  # without stable's requests from before the rollout
    for canary, outcome in ((new.release, Outcome.PASS), (bad, Outcome.FAIL)):
        measured = live.measure(gate, canary, old.release, judged_seconds=time.time() - started)
        assert (measured.outcome, measured.stable_bad) == (outcome, 6)
        assert argo(live, gate, canary, old.release, started) == outcome


def test_only_an_alert_that_starts_to_fire_during_the_rollout_counts(live: Live) -> None:
    new_alerts(live, lambda *asked: argo(live, *asked))


def test_an_earlier_attempt_does_not_count(live: Live, new: Agent, old: Agent) -> None:
    earlier_attempts(live, new, old, lambda *asked: argo(live, *asked))
