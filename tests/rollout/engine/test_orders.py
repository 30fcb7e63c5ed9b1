"""Orders to a running engine, from people and from signals."""

import pytest

from rollout.journal.orders import Order, UnknownOrder
from rollout.router.split import everybody_on
from tests.rollout.engine.test_loop import BACK, KEEP, STEP_1, STEP_2, STEP_3
from tests.rollout.fakes import EPOCH, PLAN, World
from tests.rollout.lines import Event, story

HURRY = Order("promote", by="maria", reason="the queue is long")
TOLD_TO_END = Order("end", by="SIGTERM", reason="the engine was told to end")


@pytest.fixture
def world() -> World:
    return World()


def test_promote_skips_the_rest_of_the_current_hold_only(world: World) -> None:
    world.clock.at(STEP_2 + 3, lambda: world.orders.give(HURRY))
    assert world.run() == "promoted"
    first, second, third = (event["time"] for event in world.journal.all("shifted"))
    assert 20 <= second - first < 22
    assert 3 <= third - second < 3 + 2 * PLAN.every_seconds
    assert world.journal.only("verdict")["time"] - third >= 20


def test_a_verdict_after_a_skipped_hold_names_who_skipped_it(world: World) -> None:
    world.clock.at(STEP_2 + 3, lambda: world.orders.give(HURRY))
    world.run()
    said = "the hold at 25 % was cut short by maria: the queue is long"
    assert world.journal.only("verdict")["reason"] == world.journal.only("ended")["reason"] == said
    assert world.journal.only("order")["by"] == "maria"


def test_promote_does_not_prevent_a_rollback_by_a_failed_gate(world: World) -> None:
    world.metrics.say(errors=0.213)
    world.clock.at(0.9, lambda: world.orders.give(HURRY))
    assert world.run() == "rolled_back"
    assert world.router.split == everybody_on("blue")


def test_promote_after_the_promotion_ends_the_keep(world: World) -> None:
    world.clock.at(KEEP + 2, lambda: world.orders.give(HURRY))
    assert world.run() == "promoted"
    assert world.journal.only("kept")["seconds"] < 5
    assert world.router.split == everybody_on("green")


def test_rollback_after_the_promotion_restores_the_old_release(world: World) -> None:
    world.clock.at(KEEP + 2, lambda: world.orders.give(Order("rollback", by="jan", reason="answers in French")))
    assert world.run() == "rolled_back"
    assert world.journal.all("verdict")[-1]["reason"] == "rolled back by jan: answers in French"
    assert world.router.split == everybody_on("blue")


@pytest.mark.parametrize("at", [0.2, STEP_1, STEP_2, STEP_3])
def test_a_signal_before_the_promotion_rolls_back_first(world: World, at: float) -> None:
    world.clock.at(at, lambda: world.orders.give(TOLD_TO_END))
    assert world.run() == "rolled_back"
    assert world.journal.names()[-4:] == BACK
    assert world.router.split == everybody_on("blue")


def test_a_signal_after_the_promotion_stops_the_engine_and_the_next_one_resumes_the_keep(
    world: World,
) -> None:
    world.clock.at(KEEP + 2, lambda: world.orders.give(TOLD_TO_END))
    assert world.run() == "left"
    assert world.router.split == everybody_on("green")
    assert world.journal.names()[-2:] == ["promoted", "left"]
    before: list[Event] = list(world.journal.events)
    world.orders.done()
    assert world.engine().resume(story(before), "green") == "promoted"
    assert world.journal.names()[-4:] == ["recovered", "promoted", "kept", "ended"]
    assert world.journal.only("kept")["time"] - EPOCH >= world.journal.all("promoted")[0]["time"] - EPOCH + 10


@pytest.mark.parametrize("stuck", [False, True], ids=["file removed", "file stays"])
@pytest.mark.parametrize("at", [0.2, STEP_2 + 3, KEEP + 2])
def test_an_order_of_a_later_version_is_named_once_and_changes_nothing(world: World, at: float, stuck: bool) -> None:
    world.orders.stuck = stuck
    world.clock.at(at, lambda: world.orders.give(UnknownOrder("unknown order 'pause', by jan: lunch")))
    assert world.run() == "promoted"
    assert world.journal.only("ignored")["why"] == "unknown order 'pause', by jan: lunch"
    assert not world.journal.all("order")


def test_after_an_order_that_is_ignored_the_next_one_is_obeyed(world: World) -> None:
    world.clock.at(3, lambda: world.orders.give(UnknownOrder("not JSON")))
    world.clock.at(STEP_2 + 3, lambda: world.orders.give(Order("abort", by="jan", reason="the wrong prompt")))
    assert world.run() == "rolled_back"
    assert world.journal.all("verdict")[-1]["reason"] == "aborted by jan: the wrong prompt"


def test_after_the_promotion_only_changes_and_every_twelfth_measurement_are_written(world: World) -> None:
    world.run()
    assert len([event for event in world.journal.all("measured") if event["keep"]]) == 1


@pytest.mark.parametrize(
    ("order", "outcomes"),
    [(HURRY, ["passed", "failed"]), (Order("abort", "jan", "why"), ["aborted"]), (TOLD_TO_END, ["aborted"])],
    ids=lambda each: each.order if isinstance(each, Order) else "",
)
def test_a_step_was_aborted_only_by_an_order_to_go_back(world: World, order: Order, outcomes: list[str]) -> None:
    world.clock.at(STEP_1 + 3, lambda: world.orders.give(order))
    world.clock.at(STEP_1 + 8, lambda: world.metrics.say(errors=0.213))
    assert world.run() == "rolled_back"
    assert [run.outcome for run in story(world.journal.events).runs.done] == outcomes
