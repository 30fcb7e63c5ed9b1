"""Stable is down: the canary that answers is held, and nothing is said to be on stable before stable has answered."""

from dataclasses import replace

import pytest

from rollout.errors import RouterError, SplitNotSaved
from rollout.journal.orders import Order
from rollout.router.split import Split, everybody_on
from tests.rollout.engine.test_loop import KEEP, STEP_1, STEP_2, STEP_3
from tests.rollout.fakes import DOWN, EPOCH, PLAN, SPEC, UP, World
from tests.rollout.lines import story

BACK_UP = replace(UP, downs=1)
AWAY_SECONDS = 12


@pytest.fixture
def world() -> World:
    return World()


def lose_stable(world: World, at: float, seconds: float | None = None) -> None:
    """Stable is down from `at` on, for so many seconds or for good."""
    world.clock.at(at, lambda: world.router.make("blue", DOWN))
    if seconds:
        world.clock.at(at + seconds, lambda: world.router.make("blue", BACK_UP))


@pytest.mark.parametrize("at", [STEP_1, STEP_2, STEP_3])
def test_the_rollout_waits_for_stable_and_goes_on_when_it_is_back(world: World, at: float) -> None:
    lose_stable(world, at + 3, AWAY_SECONDS)
    assert world.run() == "promoted"
    began, over = world.journal.all("held")
    assert (began["seconds"], began["why"]) == (None, f"stable's health check says {DOWN.check}")
    assert AWAY_SECONDS - 1 <= over["seconds"] <= AWAY_SECONDS + 2
    undisturbed = World()
    undisturbed.run()
    later = world.journal.only("promoted")["time"] - undisturbed.journal.only("promoted")["time"]
    assert AWAY_SECONDS - 1 <= later <= AWAY_SECONDS + 3


def test_a_gate_that_fails_meanwhile_takes_the_traffic_back_once_there_is_a_stable(world: World) -> None:
    lose_stable(world, STEP_2 + 3, AWAY_SECONDS)
    world.clock.at(STEP_2 + 5, lambda: world.metrics.say(errors=0.2))
    assert world.run() == "rolled_back"
    assert world.journal.only("verdict")["time"] - EPOCH >= STEP_2 + 3 + AWAY_SECONDS
    assert world.journal.only("restored")["slot"] == "blue"


def test_a_stable_that_stays_away_ends_it_in_doubt_and_the_canary_goes_on_to_serve(world: World) -> None:
    lose_stable(world, STEP_2 + 3)
    assert world.run() == "in_doubt"
    verdict = world.journal.only("verdict")
    assert verdict["reason"] == f"stable did not come back within {PLAN.decide_within_seconds:g} s"
    assert verdict["time"] - EPOCH >= STEP_2 + 3 + PLAN.decide_within_seconds
    unrestored = world.journal.only("unrestored")
    assert unrestored["answers"] == "green"
    assert unrestored["why"] == (
        f"blue does not answer requests, green answers instead; its health check says {DOWN.check}"
    )
    assert world.journal.all("restored") == []
    assert world.router.answering() == "green"
    assert story(world.journal.events).place == "unknown"


def test_a_person_may_go_on_without_stable(world: World) -> None:
    lose_stable(world, STEP_2 + 3)
    for seconds in range(0, 60, 2):
        world.clock.at(STEP_2 + 5 + seconds, lambda: world.orders.give(Order("promote", "maria", "it is gone")))
    assert world.run() == "promoted"


@pytest.mark.parametrize("order", ["abort", "rollback"])
def test_what_a_person_takes_back_is_in_doubt_when_stable_does_not_answer(world: World, order: str) -> None:
    lose_stable(world, STEP_2 + 3)
    world.clock.at(STEP_2 + 9, lambda: world.orders.give(Order(order, "maria", "it is bad")))  # type: ignore[arg-type]
    assert world.run() == "in_doubt"
    assert (world.journal.only("verdict")["verdict"], world.journal.only("ended")["verdict"]) == (
        "rolled_back",
        "in_doubt",
    )


def test_a_canary_that_dies_while_it_is_held_ends_it_at_once(world: World) -> None:
    lose_stable(world, STEP_2 + 3)
    world.clock.at(STEP_2 + 9, lambda: world.router.make("green", DOWN))
    assert world.run() == "in_doubt"
    assert world.journal.only("unrestored")["answers"] is None
    assert "nobody does" in world.journal.only("unrestored")["why"]


def test_a_stable_that_is_up_but_stuck_is_not_said_to_have_all_traffic(world: World) -> None:
    """Its health check has not failed yet."""
    world.metrics.say(errors=0.2)
    world.router.stuck = {"blue"}
    assert world.run() == "in_doubt"
    assert world.journal.all("restored") == []


def test_a_stable_that_answers_a_moment_later_is_waited_for(world: World) -> None:
    world.metrics.say(errors=0.2)
    world.router.stuck = {"blue"}
    world.clock.at(STEP_1 + 4, world.router.stuck.clear)
    assert world.run() == "rolled_back"
    assert world.journal.only("restored")["time"] - EPOCH >= STEP_1 + 4


@pytest.mark.parametrize("spec", [SPEC, replace(SPEC, at_once="a person said so")])
def test_a_canary_that_does_not_answer_as_the_stable_one_is_not_promoted(world: World, spec: object) -> None:
    world = World(spec=spec)  # type: ignore[arg-type]
    world.router.stuck = {"green"}
    assert world.run() == "in_doubt"
    assert world.journal.all("promoted") == []
    assert world.journal.all("verdict")[-1]["reason"].startswith("the canary was promoted, but green does not answer")
    assert world.router.split == everybody_on("blue")


def test_a_first_release_has_nothing_to_wait_for() -> None:
    world = World(spec=replace(SPEC, stable=None, at_once="the first"))
    world.router.make("blue", DOWN)
    assert world.run() == "promoted"
    assert world.journal.all("held") == []


def test_a_release_goes_live_at_once_though_stable_is_down() -> None:
    world = World(spec=replace(SPEC, at_once="a person said so"))
    world.router.make("blue", DOWN)
    assert world.run() == "promoted"


def test_while_the_old_release_is_kept_and_down_a_failing_gate_goes_back_when_it_is_up(world: World) -> None:
    lose_stable(world, KEEP + 1, 4)
    world.clock.at(KEEP + 2, lambda: world.metrics.say(errors=1))
    assert world.run() == "rolled_back"
    assert world.journal.all("verdict")[-1]["time"] - EPOCH >= KEEP + 5
    assert len(world.journal.all("held")) == 1


def test_while_the_old_release_is_kept_and_stays_down_a_failing_gate_ends_it_in_doubt(world: World) -> None:
    lose_stable(world, KEEP + 1)
    world.clock.at(KEEP + 2, lambda: world.metrics.say(errors=1))
    assert world.run() == "in_doubt"
    kept_seconds = world.journal.all("verdict")[-1]["time"] - world.journal.only("promoted")["time"]
    assert kept_seconds >= PLAN.keep_seconds
    assert world.router.answering() == "green"


def test_while_the_old_release_is_kept_its_end_alone_changes_nothing(world: World) -> None:
    lose_stable(world, KEEP + 1)
    assert world.run() == "promoted"
    assert world.journal.all("held") == []


def unsaved(_: Split) -> bool:
    raise SplitNotSaved("the router obeys, but split.map can't be written: read-only")


def test_a_folder_that_can_not_be_written_is_not_called_a_router_that_is_gone(world: World) -> None:
    world.clock.at(STEP_2 - 1, lambda: setattr(world.router, "refuses", unsaved))
    assert world.run() == "in_doubt"
    assert world.journal.only("verdict")["reason"].startswith("the split could not be saved for ")
    assert world.journal.only("restored")["slot"] == "blue"  # which has answered


def test_after_the_promotion_a_folder_that_can_not_be_written_would_undo_the_way_back(world: World) -> None:
    world.clock.at(KEEP + 2, lambda: setattr(world.router, "refuses", unsaved))
    world.clock.at(KEEP + 3, lambda: world.metrics.say(errors=1))
    assert world.run() == "in_doubt"
    assert "read-only" in world.journal.only("unrestored")["why"]


def test_a_probe_that_fails_is_no_answer(world: World) -> None:
    def silent() -> None:
        raise RouterError("probe.sock does not answer")

    world.metrics.say(errors=0.2)
    world.router.answering = silent  # type: ignore[method-assign]
    assert world.run() == "in_doubt"
    assert world.journal.only("unrestored")["why"] == "probe.sock does not answer"
