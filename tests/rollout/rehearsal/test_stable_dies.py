"""A stable that dies in the middle of a rollout makes no canary guilty."""

import os
import re
import signal
from collections.abc import Callable

import pytest

from rollout.errors import MetricsError
from rollout.metrics.prometheus import Prometheus
from tests.rollout.lines import Event
from tests.rollout.rehearsal.running import Running
from tests.waiting import wait_until

pytestmark = [pytest.mark.parts, pytest.mark.faults]  # four minutes: stable stays away for `decide_within`

Rehearse = Callable[..., Running]
SLOW_ENOUGH = ("--speed", "10", "--load", "16")  # once it is slower by itself, stable would be alive again
FIRES = 'count(ALERTS{alertname="AgentDown",alertstate="firing",release="rehearsal-stable"})'
BESIDE_THE_ALERT = 5
"""Measurements, at least."""


def compared(events: list[Event]) -> bool:
    """Whether stable has had enough requests to be compared with."""
    gates = [gate for event in events if event["event"] == "measured" for gate in event["gates"]]
    return any(gate["gate"] == "cost_per_request" and gate["outcome"] == "pass" for gate in gates)


def fires(server: Prometheus) -> bool:
    try:
        return server.value(FIRES) > 0
    except MetricsError:
        return False


def test_a_stable_that_dies_at_25_percent_fails_no_gate_though_agentdown_fires_for_it(rehearse: Rehearse) -> None:
    running = rehearse("--first", "25%", "--hold", "8m", "--keep", "1s", *SLOW_ENOUGH)
    running.until(compared)
    (address,) = re.findall(r"Prometheus (http://\S+),", running.text())

    os.kill(running.child("AGENT_RELEASE=rehearsal-stable"), signal.SIGKILL)

    wait_until(lambda: fires(Prometheus(address)), 60, running.text)
    before = len(running.events())
    code, events = running.end(), running.events()
    gates = [gate for event in events if event["event"] == "measured" for gate in event["gates"]]
    assert [gate for gate in gates if gate["outcome"] == "fail"] == []
    assert sum(event["event"] == "measured" for event in events[before:]) >= BESIDE_THE_ALERT
    assert code in (0, 3), running.text()  # whether it goes on without a stable is not the gates' to say
    assert running.report()["verdict"] in ("promoted", "in_doubt")
