"""The engine dies or hangs at any moment: traffic is on stable within the lease, and the next engine ends the
rollout."""

import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest

from rollout.journal.line import event_of
from rollout.router.split import Slot
from tests.rollout.lines import Event, last_of
from tests.rollout.router.backend import Backend
from tests.rollout.router.played import EngineProcess, rollout
from tests.rollout.router.scripted import TURNS, Fate, Kill, Place, place
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

AT_ONCE = 4  # the longest state of an engine
WHENS: tuple[Literal["before", "after"], ...] = ("before", "after")


def places(events: Sequence[Event]) -> list[Place]:
    """The events of a rollout, each once: of the similar measurements of a step, only the first."""
    return list(dict.fromkeys(place(event_of(event)) for event in events))


def check_kill(folder: Path, blue: Backend, green: Backend, fate: Fate, kill: Kill) -> None:
    """Kill the engine, see where the traffic goes, start another engine, and see where it ends."""
    with rollout(folder, blue, green, fate) as one:
        assert one.run(kill) == -signal.SIGKILL, one.events()
        stable, verdict = one.stable_on_disk(), last_of(one.events(), "verdict")
        assert stable == "blue" or verdict, "promoted without a word"
        one.all_on_within_a_lease(stable)
        assert one.run() == 0
        assert one.check_end() == expected_end(fate, kill, stable)


def expected_end(fate: Fate, kill: Kill, stable: Slot) -> Slot:
    """Rolled back, unless it was already promoted and is good, or had not started yet."""
    if fate != "good":
        return "blue"
    return "green" if kill == Kill("before", Place("started")) else stable


def test_an_engine_killed_at_any_event_leaves_traffic_on_stable_and_the_next_one_ends_the_rollout(
    tmp_path: Path, blue: Backend, green: Backend
) -> None:
    """At the events of a good rollout, and at those that only a bad or aborted rollout has."""
    fates: dict[Place, Fate] = {}
    for fate in TURNS:
        with rollout(tmp_path / fate, blue, green, fate) as whole:
            assert whole.run() == 0
            assert whole.check_end() == ("green" if fate == "good" else "blue")
            for where in places(whole.events()):
                fates.setdefault(where, fate)
    kills = [Kill(when, where) for where in fates for when in WHENS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checks = [
            pool.submit(check_kill, tmp_path / str(number), blue, green, fates[kill.place], kill)
            for number, kill in enumerate(kills)
        ]
    failures = [(kill, check.exception()) for kill, check in zip(kills, checks, strict=True) if check.exception()]
    assert not failures, "\n\n".join(f"{kill}: {failure}" for kill, failure in failures)
    assert len(kills) > 30


def test_an_engine_that_dies_during_recovery_is_recovered_too(tmp_path: Path, blue: Backend, green: Backend) -> None:
    with rollout(tmp_path, blue, green, "good") as one:
        for kill in (
            Kill("after", Place("shifted", step=2, weight=0.25)),
            Kill("after", Place("recovered")),
            Kill("before", Place("restored")),
        ):
            assert one.run(kill) == -signal.SIGKILL
            one.all_on_within_a_lease("blue")
        assert one.run() == 0
        assert one.check_end() == "blue"


@pytest.mark.parametrize(("fate", "end"), [("good", "green"), ("bad when promoted", "blue")])
def test_an_engine_that_hangs_loses_the_traffic_within_the_lease_and_resumes_when_it_continues(
    tmp_path: Path, blue: Backend, green: Backend, fate: Fate, end: str
) -> None:
    with rollout(tmp_path, blue, green, fate, hold_seconds=0.6) as one, EngineProcess(one.case) as engine:
        wait_until(lambda: one.sides() == {"green"}, seen=one.sides)
        engine.send(signal.SIGSTOP)
        one.all_on_within_a_lease("blue")
        assert last_of(one.events(), "verdict") is None
        engine.send(signal.SIGCONT)
        wait_until(lambda: one.sides() == {"green"}, seen=one.sides)
        assert engine.exit_code() == 0
        assert one.check_end() == end
