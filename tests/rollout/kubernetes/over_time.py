"""Shipped gates over time, judged by the engine and by something that judges for Argo Rollouts."""

import time
from collections.abc import Callable
from dataclasses import replace

from rollout.gates.judge import Outcome
from rollout.policy.plan import Gate
from tests.policy.live import Live
from tests.policy.releases import Agent, Server, series
from tests.rollout.kubernetes.argo import UNDECIDED

Argo = Callable[[Gate, str, str, int], str]
"""A gate, the names of the canary and of stable, and when the rollout started -> the verdict."""

FIRING = 'count(ALERTS{alertname="Trouble",alertstate="firing"}) or vector(0)'
LONG_SECONDS = 300.0


def new_alerts(live: Live, argo: Argo) -> None:
    """Only an alert that starts to fire during the rollout counts."""
    gate = live.gates["new_alerts"]
    live.publish(series("trouble", 1, where="before"))
    live.wait_for(FIRING, 1)
    time.sleep(1 + 2 * live.every_seconds)
    started = int(time.time())
    assert live.measure(gate, elapsed_seconds=time.time() - started).outcome is Outcome.PASS
    assert argo(gate, "new", "old", started) == Outcome.PASS

    live.publish(series("trouble", 1, where="before"), series("trouble", 1, where="during"))
    live.wait_for(FIRING, 2)
    assert live.measure(gate, elapsed_seconds=time.time() - started).outcome is Outcome.FAIL
    assert argo(gate, "new", "old", started) == Outcome.FAIL


def earlier_attempts(live: Live, new: Agent, old: Agent, argo: Argo) -> None:
    """An earlier attempt does not count, because each attempt is a release of its own."""
    found = live.gates["errors"]
    assert found.weighed
    gate = replace(found, weighed=replace(found.weighed, windows_seconds=(LONG_SECONDS,)))
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, errors_5xx=60).text(release=new.release))
    time.sleep(4 * live.every_seconds)
    live.publish(Server(sessions=100, errors_5xx=60).text(release=new.release))
    measured = live.measure(gate, new.release, old.release, judged_seconds=3 * live.every_seconds)
    assert measured.outcome is Outcome.INCONCLUSIVE
    assert argo(gate, f"{new.release}-again", old.release, 1) == UNDECIDED
    assert argo(gate, new.release, old.release, 1) == Outcome.FAIL
