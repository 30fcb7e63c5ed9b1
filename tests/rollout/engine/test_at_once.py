"""A release that goes live without steps: the first one on a host, or one that a person restores at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from rollout.errors import Unreachable
from rollout.journal.orders import Order
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


def never_healthy(here: World) -> None:
    here.router.make("green", DOWN)


def aborted(here: World) -> None:
    here.router.make("green", DOWN)
    here.clock.at(2, lambda: here.orders.give(Order("abort", "maria", "the wrong release")))


def promoted_and_silent(here: World) -> None:
    here.router.stuck = {"green"}


AGAINST = {"never healthy": never_healthy, "aborted": aborted, "promoted, but silent": promoted_and_silent}


@pytest.mark.parametrize("fate", AGAINST.values(), ids=list(AGAINST))
@pytest.mark.parametrize("after_writing", [False, True])
def test_a_verdict_or_an_order_against_the_release_stands_when_the_engine_dies_before_the_end(
    fate: Callable[[World], None], after_writing: bool
) -> None:
    whole = world()
    fate(whole)
    verdict, names = whole.run(), whole.journal.names()
    first = next(number for number, event in enumerate(whole.journal.events) if event.get("verdict") == verdict)
    first = names.index("order") if "order" in names else first
    for number in range(first + (not after_writing), len(names) - 1):
        here = world(MemoryJournal(dies_at=number, dies_after_writing=after_writing))
        fate(here)
        with pytest.raises(Died):
            here.run()
        before, here.journal = list(here.journal.events), MemoryJournal()
        here.router.make("green", UP)  # it is well again, and the order's file is gone
        here.router.stuck, here.orders.order = set(), None
        assert here.engine().resume(story(before), here.router.split.stable) == verdict, names[number]
        assert here.router.split == everybody_on("blue"), names[number]
        assert here.journal.names() == ["recovered", "verdict", "restored", "drained", "ended"]
        assert here.journal.only("recovered")["choice"] == "back"
        assert here.journal.only("verdict")["reason"] == whole.journal.all("verdict")[-1]["reason"]


def test_an_order_to_go_on_does_not_end_it() -> None:
    here = world()
    before = [{"event": "started", "time": 0, "rollout": "r", "release": "agent@new"}]
    before += [{"event": "order", "time": 1, "order": "promote", "by": "maria"}]
    assert here.engine().resume(story(before), "blue") == "promoted"
