"""A release that goes live without steps: the first one on a host, or one that a person restores at once."""

from dataclasses import replace

import pytest

from rollout.errors import Unreachable
from rollout.router.split import everybody_on
from tests.rollout.fakes import DOWN, SPEC, UP, Died, MemoryJournal, World
from tests.rollout.lines import story

WHY = "the first release on this host"


def world(journal: MemoryJournal | None = None) -> World:
    return World(journal or MemoryJournal(), spec=replace(SPEC, at_once=WHY, stable=None))


def test_it_goes_live_as_soon_as_it_is_healthy_and_says_why() -> None:
    here = world()
    here.router.make("green", DOWN)
    here.clock.at(3, lambda: here.router.make("green", replace(UP, downs=1)))
    assert here.run() == "promoted"
    assert here.journal.names() == ["started", "ready", "verdict", "promoted", "ended"]
    assert here.journal.only("verdict")["reason"] == here.journal.only("ended")["reason"] == WHY
    assert here.router.weights() == [0]
    assert here.router.split == everybody_on("green")


def test_does_not_need_prometheus() -> None:
    here = world()
    here.metrics.say(sees=Unreachable("no answer"))
    assert here.run() == "promoted"


def test_a_release_that_never_becomes_healthy_does_not_go_live() -> None:
    here = world()
    here.router.make("green", DOWN)
    assert here.run() == "rolled_back"
    assert here.router.split == everybody_on("blue")
    assert here.journal.only("restored")["release"] is None


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("after_writing", [False, True])
def test_when_an_engine_dies_at_any_event_the_next_one_continues(number: int, after_writing: bool) -> None:
    here = world(MemoryJournal(dies_at=number, dies_after_writing=after_writing))
    with pytest.raises(Died):
        here.run()
    before = list(here.journal.events)
    if not before:  # nothing was started
        return
    here.journal = MemoryJournal()
    assert here.engine().resume(story(before), here.router.split.stable) == "promoted"
    assert here.router.split == everybody_on("green")
