"""What the engine leaves for the alerts on a rollout in doubt."""

from dataclasses import replace

import pytest

from rollout.errors import Unreachable
from rollout.router.aftermath import Aftermath
from tests.rollout.engine.test_loop import KEEP, STEP_2
from tests.rollout.fakes import DOWN, EPOCH, SPEC, MemoryJournal, World
from tests.rollout.lines import story

BEFORE = Aftermath(1, 1)


@pytest.fixture
def world() -> World:
    """A world whose rollout before this one has ended in doubt."""
    found = World()
    found.router.aftermath = BEFORE
    return found


def ended_in(world: World) -> int:
    return round(float(world.journal.all("verdict")[-1]["time"]))


def test_a_rollout_in_doubt_says_when_it_ended(world: World) -> None:
    world.clock.at(STEP_2, lambda: world.metrics.say(errors=Unreachable("no answer")))
    assert world.run() == "in_doubt"
    assert world.router.aftermath == Aftermath(in_doubt_at=ended_in(world))
    assert world.router.aftermath.in_doubt_at > EPOCH


def test_a_stable_without_the_traffic_is_said_beside_the_doubt(world: World) -> None:
    world.clock.at(STEP_2 + 3, lambda: world.router.make("blue", DOWN))
    assert world.run() == "in_doubt"
    assert world.router.aftermath.unrestored_at == world.router.aftermath.in_doubt_at >= ended_in(world)


def test_nothing_is_left_by_a_verdict(world: World) -> None:
    assert world.run() == "promoted"
    assert world.router.aftermath == Aftermath()
    world.router.aftermath = BEFORE
    world.journal = MemoryJournal()
    world.metrics.say(errors=0.2)
    assert world.run() == "rolled_back"
    assert world.router.aftermath == Aftermath()


def test_the_doubt_of_the_rollout_before_ends_when_the_next_one_starts(world: World) -> None:
    seen = []
    world.clock.at(1, lambda: seen.append(world.router.aftermath))
    world.run()
    assert seen == [Aftermath()]


def test_a_release_that_is_restored_at_once_ends_it_too(world: World) -> None:
    world.spec = replace(SPEC, at_once="rollback")
    assert world.run() == "promoted"
    assert world.router.aftermath == Aftermath()


def test_an_engine_that_takes_over_does_not_call_its_own_rollout_one_before(world: World) -> None:
    world.run()
    world.router.aftermath = BEFORE
    before = story([event for event in world.journal.events if event["event"] not in ("kept", "ended")])
    world.journal = MemoryJournal()
    world.engine().resume(before, "green")
    assert world.router.aftermath == BEFORE


def test_a_router_that_does_not_take_it_changes_no_verdict(world: World) -> None:
    world.clock.at(KEEP, lambda: setattr(world.router, "silent", True))
    world.clock.at(KEEP + 1, lambda: world.metrics.say(errors=0.2))
    assert world.run() == "in_doubt"
    assert world.journal.names()[-2:] == ["drained", "ended"]
