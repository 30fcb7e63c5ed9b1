"""An engine dies at any time, and another one is started."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rollout.engine.recovery import AlreadyEnded, Promotion, choose
from rollout.gates.decide import GoBack
from rollout.journal.orders import Order
from rollout.router.haproxy import ServerStats
from rollout.router.split import everybody_on
from tests.rollout.engine.test_loop import BACK, KEEP, STEP_2, STEP_3
from tests.rollout.fakes import DOWN, EPOCH, PLAN, PLAN_OF_TIMES, UP, AskedTimes, Died, MemoryJournal, World
from tests.rollout.lines import Event, last_of, story

Fate = Callable[[World], None]

NEEDED: dict[str, Event] = {
    "started": {"rollout": "r", "release": "agent@new"},
    "ready": {"seconds": 1},
    "measured": {"step": 3, "weight": 1.0, "gates": []},
    "extended": {"step": 3},
    "order": {"order": "promote"},
    "recovered": {"choice": "on"},
    "drained": {"seconds": 1},
    "kept": {"seconds": 1},
    "traffic": {"sent": 1, "answered": 1, "lost": 0},
}


def event(name: str, time: float = 0.0, **values: Any) -> Event:
    return {"time": time, "event": name, **NEEDED.get(name, {}), **values}


STARTED, READY, SHIFTED = event("started"), event("ready", 1.0), event("shifted", 2.0, step=3, weight=1.0)
PROMOTED = event("verdict", 3.0, verdict="promoted", reason="all passed", gate=None)
BAD = event("verdict", 4.0, verdict="rolled_back", reason="errors: too many", gate="errors")
DOUBT = event("verdict", 4.0, verdict="in_doubt", reason="no answer", gate="errors")
UNDECIDED = [STARTED, READY, SHIFTED, event("measured"), event("extended"), event("order"), event("recovered")]


@pytest.mark.parametrize("count", range(1, len(UNDECIDED) + 1))
@pytest.mark.parametrize("stable_now", ["blue", "green", None])
def test_without_a_verdict_the_engine_goes_back_in_doubt_and_names_the_last_event(
    count: int, stable_now: str | None
) -> None:
    choice = choose(story(UNDECIDED[:count]), stable_now, "green")
    assert isinstance(choice, GoBack)
    assert (choice.verdict, choice.gate) == ("in_doubt", None)
    assert choice.reason == f"the engine died after `{UNDECIDED[count - 1]['event']}`"


@pytest.mark.parametrize("verdict", [BAD, DOUBT])
@pytest.mark.parametrize("after", [[], [event("restored")], [event("restored"), event("drained")]])
@pytest.mark.parametrize("before", [[], [PROMOTED, event("promoted")]])
def test_a_verdict_against_the_release_stands(verdict: Event, after: list[Event], before: list[Event]) -> None:
    choice = choose(story([STARTED, SHIFTED, *before, verdict, *after]), "green", "green")
    assert isinstance(choice, GoBack)
    assert (choice.verdict, choice.reason, choice.gate) == (verdict["verdict"], verdict["reason"], "errors")


@pytest.mark.parametrize("stable_now", ["blue", None])
def test_a_promotion_that_the_routers_file_does_not_show_did_not_happen(stable_now: str | None) -> None:
    choice = choose(story([STARTED, SHIFTED, PROMOTED]), stable_now, "green")
    assert isinstance(choice, GoBack)
    assert (choice.verdict, choice.reason) == ("in_doubt", "the engine died before it could promote the canary")


@pytest.mark.parametrize("after", [[], [event("promoted")], [event("promoted"), event("kept")]])
def test_a_promotion_that_happened_is_resumed_from_its_own_time(after: list[Event]) -> None:
    choice = choose(story([STARTED, READY, SHIFTED, PROMOTED, *after]), "green", "green")
    assert choice == Promotion(began_at=0.0, stable_left_at=2.0, promoted_at=3.0, reason=PROMOTED["reason"])


@pytest.mark.parametrize("after", [[], [event("traffic")]])
def test_nothing_is_left_to_do_for_a_rollout_that_has_ended(after: list[Event]) -> None:
    ended = choose(story([STARTED, BAD, event("ended", verdict="rolled_back"), *after]), "blue", "green")
    assert ended == AlreadyEnded("rolled_back")


def errors_at(seconds: float) -> Fate:
    return lambda world: world.clock.at(seconds, lambda: world.metrics.say(errors=0.2))


FATES: dict[str, Fate] = {
    "a good release": lambda _: None,
    "errors at 25 %": errors_at(STEP_2 + 2),
    "errors at 100 %": errors_at(STEP_3 + 2),
    "errors after promotion": errors_at(KEEP + 2),
}


def killed_at(number: int, fate: Fate, *, after_writing: bool) -> tuple[World, list[Event]]:
    """The world and its journal after an engine died at its n-th event."""
    world = World(journal=MemoryJournal(dies_at=number, dies_after_writing=after_writing))
    fate(world)
    with pytest.raises(Died):
        world.run()
    return world, world.journal.events


@pytest.mark.parametrize("fate", FATES.values(), ids=FATES)
@pytest.mark.parametrize("after_writing", [False, True], ids=["before its event", "after its event"])
def test_wherever_an_engine_is_killed_the_next_one_leaves_the_canary_with_traffic_only_if_it_is_promoted(
    fate: Fate, after_writing: bool
) -> None:
    whole = World()
    fate(whole)
    whole.run()
    for number in range(1, len(whole.journal.events)):
        world, before = killed_at(number, fate, after_writing=after_writing)
        world.clock.sleep(1)  # a supervisor starts the next engine
        world.journal = MemoryJournal()
        verdict = world.engine().resume(story(before), world.router.split.stable)
        where = f"killed at {number}, {whole.journal.events[number]['event']}"
        assert world.router.split == everybody_on("green" if verdict == "promoted" else "blue"), where
        if verdict == "promoted":
            assert last_of(before, "verdict"), where
        elif not last_of(before, "ended"):
            assert world.journal.names()[-4:] == BACK, where


@pytest.mark.parametrize("second", range(len(BACK) + 1))
def test_an_engine_that_dies_during_recovery_is_recovered_by_the_next_one(second: int) -> None:
    world, events = killed_at(30, FATES["a good release"], after_writing=True)
    world.journal = MemoryJournal(dies_at=second, dies_after_writing=True)
    with pytest.raises(Died):
        world.engine().resume(story(events), world.router.split.stable)
    events, world.journal = events + world.journal.events, MemoryJournal()
    assert world.engine().resume(story(events), world.router.split.stable) == "in_doubt"
    assert world.router.split == everybody_on("blue")


def test_if_a_killed_engine_is_never_restarted_the_canary_loses_its_traffic_with_the_lease() -> None:
    world = World(journal=MemoryJournal(dies_at=30))
    with pytest.raises(Died):
        world.run()
    assert world.router.split.weight
    assert world.router.split.until_ms <= (world.clock.time() + PLAN.lease_seconds) * 1000


def picked_up(before: list[Event], stable_now: str, world: World | None = None) -> World:
    """The world after an engine resumed, 100 s after the rollout began; `before` has its times since then."""
    world = world or World()
    world.clock.sleep(100)
    events = [{**each, "time": EPOCH + each["time"]} for each in before]
    world.engine().resume(story(events), stable_now)
    return world


def after_promotion(promoted_at: float) -> list[Event]:
    return [event("started"), event("shifted", promoted_at - 20, step=3, weight=1.0), {**PROMOTED, "time": promoted_at}]


def test_the_verdict_of_the_next_engine_names_the_step_at_which_the_first_one_died() -> None:
    world = picked_up([event("started"), event("shifted", 1, step=2, weight=0.25), event("measured", 2)], "blue")
    assert world.journal.events[0]["after"] == "measured"
    assert world.journal.events[0]["choice"] == "back"
    verdict = world.journal.only("verdict")
    assert (verdict["step"], verdict["weight"]) == (2, 0.25)


def test_a_resumed_keep_does_not_start_from_the_beginning() -> None:
    world = picked_up(after_promotion(96), "green")
    assert world.journal.events[0]["choice"] == "on"
    assert world.journal.only("kept")["seconds"] == PLAN.keep_seconds - 4 - PLAN.lease_seconds


def test_a_keep_that_is_already_over_is_only_ended() -> None:
    world = picked_up(after_promotion(20), "green")
    assert world.journal.names() == ["recovered", "promoted", "kept", "ended"]
    assert world.journal.only("kept")["seconds"] == 0
    assert world.router.split == everybody_on("green")


def test_a_resumed_engine_knows_when_the_rollout_began_and_when_stable_last_had_traffic() -> None:
    asked = AskedTimes()
    world = World(plan=PLAN_OF_TIMES)
    world.metrics = asked
    picked_up(after_promotion(96), "green", world)
    asked_at = 100 + PLAN.lease_seconds + 1
    assert (asked.elapsed[0], asked.ago[0]) == (asked_at, asked_at - 76)


def test_time_down_before_the_engine_resumed_does_not_count_against_the_canary() -> None:
    world = World()
    world.router.make("green", replace(UP, downs=3))
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("green")


DOWN_ANEW = replace(DOWN, downs=1)
UP_ANEW = replace(UP, downs=1)


@pytest.mark.parametrize("back_after", [0.5, 3, 9], ids=lambda seconds: f"after {seconds:g} s")
@pytest.mark.parametrize("router_says_first", [UP, DOWN_ANEW], ids=["up, unasked", "down"])
def test_a_restart_of_the_host_does_not_count_against_a_release_that_comes_back_in_time(
    router_says_first: ServerStats, back_after: float
) -> None:
    world = World(plan=replace(PLAN, keep_seconds=60))
    world.router.make("green", router_says_first)
    world.clock.at(100.2, lambda: world.router.make("green", DOWN_ANEW))
    world.clock.at(100 + back_after, lambda: world.router.make("green", UP_ANEW))
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("green")
    assert world.journal.names() == ["recovered", "promoted", "kept", "ended"]


def test_a_restarted_host_may_start_its_router_last() -> None:
    world = World()
    world.router.silent = True
    world.clock.at(103, lambda: setattr(world.router, "silent", False))
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("green")


def test_a_release_that_does_not_come_back_is_rolled_back() -> None:
    world = World()
    world.router.make("green", DOWN_ANEW)
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("blue")
    assert world.clock.passed == pytest.approx(100 + PLAN.ready_within_seconds, abs=1)
    assert "the canary is down" in world.journal.only("verdict")["reason"]


def test_a_release_that_keeps_going_up_and_down_is_not_back() -> None:
    world = World()
    for second in range(100, 120, 2):
        world.clock.at(second, lambda: world.router.make("green", UP_ANEW))
        world.clock.at(second + 1, lambda: world.router.make("green", DOWN_ANEW))
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("blue")


def test_orders_are_obeyed_while_waiting_for_the_release() -> None:
    world = World()
    world.router.make("green", DOWN_ANEW)
    world.clock.at(102, lambda: world.orders.give(Order("rollback", "maria", "it is ill")))
    assert picked_up(after_promotion(96), "green", world).router.split == everybody_on("blue")
    assert "rolled back by maria" in world.journal.only("verdict")["reason"]
