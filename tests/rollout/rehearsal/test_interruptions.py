"""Whatever is killed during a rollout, the traffic ends on stable and nothing is left behind."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rollout.rehearsal import routed
from tests.processes import processes_with
from tests.rollout.lines import last_of
from tests.rollout.rehearsal.running import Running, rollout, shifted_to
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

Rehearse = Callable[..., Running]
STEADY = ("--load", "30", "--speed", "10")
"""For what is no matter of pace: nothing is set up again at a slower one."""


def test_ctrl_c_moves_the_traffic_first_and_leaves_no_process_and_no_folder(rehearse: Rehearse) -> None:
    running = rehearse(*STEADY)
    running.until(shifted_to(0.05))
    stage = str(running.stage())

    running.process.send_signal(signal.SIGINT)

    assert running.end(120) == 1, running.text()
    assert [event["event"] for event in running.events()][-5:] == ["verdict", "restored", "drained", "ended", "traffic"]
    assert processes_with(stage) == []
    assert list(running.temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interruption_after_the_verdict_leaves_no_process_and_no_folder(rehearse: Rehearse, number: int) -> None:
    running = rehearse("--fault", "errors=0.5", "--first", "25%", *STEADY)
    running.until(lambda events: last_of(events, "ended") is not None)
    stage = str(running.stage())

    running.process.send_signal(number)

    assert running.end(60) in (1, 3), running.text()
    assert processes_with(stage) == []
    assert list(running.temporary.iterdir()) == []


def test_a_killed_rehearsal_leaves_no_process_not_even_an_engine_that_is_stopped(rehearse: Rehearse) -> None:
    running = rehearse(*STEADY)
    running.until(shifted_to(0.05))
    stage = str(running.stage())
    os.kill(running.child(" engine "), signal.SIGSTOP)

    running.process.kill()

    wait_until(lambda: not processes_with(stage), 60, lambda: processes_with(stage))


def test_a_second_rollout_is_refused_and_abort_takes_the_first_one_back(rehearse: Rehearse) -> None:
    first = rehearse(*STEADY)
    first.until(shifted_to(0.05))

    second = rehearse("--load", "5", "--speed", "10", state=first.state)

    assert second.end(300) == 2, second.text()
    assert "is running, by " in second.text()
    assert first.process.poll() is None
    assert "is running" in rollout(first.state, "status").stdout

    assert rollout(first.state, "abort", "--reason", "the log looks odd").returncode == 0

    assert first.end(120) == 1, first.text()
    assert "the log looks odd" in first.report()["reason"]


def test_a_killed_engine_returns_all_traffic_within_the_lease(rehearse: Rehearse) -> None:
    running = rehearse("--first", "25%", *STEADY)
    running.until(shifted_to(0.25))
    log = running.stage() / "router.log"
    wait_until(lambda: any(line["slot"] == "green" for line in routed.lines(log)), 60, running.text)

    killed = time.time()
    os.kill(running.child(" engine "), signal.SIGKILL)

    kept = Path(log.parent.parent / "kept.log")
    lease_seconds = running.events()[0]["policy"]["lease_seconds"]

    def blue_gets_requests_after_the_lease() -> bool:
        with suppress(FileNotFoundError):
            kept.write_text(log.read_text())  # the stage and its log end a little later
        return bool(routed.last_after(kept, "blue", killed) > lease_seconds + 0.7)

    wait_until(blue_gets_requests_after_the_lease, 60, running.text)
    assert 0 < routed.last_after(kept, "green", killed) <= lease_seconds + 0.1
    assert running.end(120) == 3, running.text()
    assert running.report()["verdict"] == "in_doubt"
    assert "died" in running.report()["reason"]


def test_an_engine_that_hangs_loses_the_traffic_and_is_stopped(rehearse: Rehearse) -> None:
    running = rehearse(
        "--first", "25%", "--load", "30", "--speed", "20"
    )  # its silence is measured in the policy's time
    running.until(shifted_to(0.25))
    stage = str(running.stage())

    os.kill(running.child(" engine "), signal.SIGSTOP)

    assert running.end(240) == 3, running.text()
    assert running.report()["verdict"] == "in_doubt"
    assert processes_with(stage) == []


def test_without_prometheus_the_weight_is_held_and_then_everybody_is_on_stable(rehearse: Rehearse) -> None:
    running = rehearse(*STEADY)
    running.until(shifted_to(0.05))

    running.kill_9("prometheus.yml")

    assert running.end(300) == 3, running.text()
    assert running.report()["verdict"] == "in_doubt"
    weights = [event["weight"] for event in running.events() if event["event"] in ("shifted", "measured")]
    assert set(weights) == {0.05}


def test_a_canary_that_hangs_is_a_failure_and_not_silence(rehearse: Rehearse) -> None:
    running = rehearse("--first", "25%", *STEADY)
    running.until(shifted_to(0.25))

    canary = running.child("AGENT_RELEASE=rehearsal-good")
    os.kill(canary, signal.SIGSTOP)
    running.until(lambda events: last_of(events, "restored") is not None)
    os.kill(canary, signal.SIGCONT)  # its requests would be waited for

    assert running.end(300) in (1, 3), running.text()  # 3: stable was slow too, since other work took the machine
    assert running.report()["verdict"] == "rolled_back"
