"""The engine with fakes: a canary, router or disk that fails, and the time after the promotion."""

import math
from dataclasses import replace
from itertools import dropwhile

import pytest

from rollout.engine.record import Record
from rollout.errors import NoData, QueryRejected, Unreachable
from rollout.journal.events import Kept
from rollout.router.split import everybody_on
from tests.rollout.engine.test_loop import BACK, KEEP, STEP_1, STEP_2, STEP_3
from tests.rollout.fakes import DOWN, EPOCH, PLAN, UP, FakeClock, MemoryJournal, World
from tests.rollout.lines import story


@pytest.fixture
def world() -> World:
    return World()


def hush(world: World, at: float, seconds: float) -> None:
    """The router is silent for a while."""
    world.clock.at(at, lambda: setattr(world.router, "silent", True))
    world.clock.at(at + seconds, lambda: setattr(world.router, "silent", False))


def test_a_canary_that_never_becomes_ready_gets_no_traffic(world: World) -> None:
    world.router.make("green", DOWN)
    assert world.run() == "rolled_back"
    assert world.journal.names() == ["started", *BACK]
    verdict = world.journal.only("verdict")
    assert verdict["reason"] == "the canary never got ready: its health check says L4CON connection refused"
    assert verdict["time"] - EPOCH >= PLAN.ready_within_seconds
    assert world.router.weights() == [0]


def test_a_slow_canary_may_take_until_the_deadline_to_become_ready(world: World) -> None:
    world.router.make("green", DOWN)
    world.clock.at(9, lambda: world.router.make("green", replace(UP, downs=1)))
    assert world.run() == "promoted"
    assert 9 <= world.journal.only("ready")["seconds"] < 10


def test_a_canary_that_prometheus_does_not_scrape_yet_gets_no_traffic(world: World) -> None:
    world.metrics.say(sees=0)
    world.clock.at(6, lambda: world.metrics.say(sees=1))
    assert world.run() == "promoted"
    assert 6 <= world.journal.only("ready")["seconds"] < 7


@pytest.mark.parametrize("answer", [0, Unreachable("no answer")])
def test_a_canary_that_prometheus_never_scrapes_gets_no_traffic(world: World, answer: float | Unreachable) -> None:
    world.metrics.say(sees=answer)
    assert world.run() == "in_doubt"
    assert world.journal.only("verdict")["reason"].startswith("Prometheus never found the canary: ")
    assert world.router.weights() == [0]


@pytest.mark.parametrize("at", [STEP_1, STEP_2, STEP_3, KEEP])
def test_a_canary_that_is_down_is_rolled_back_at_the_next_beat(world: World, at: float) -> None:
    world.clock.at(at + 3, lambda: world.router.make("green", DOWN))
    assert world.run() == "rolled_back"
    verdict = world.journal.all("verdict")[-1]
    assert (
        verdict["reason"]
        == "the canary is down: its health check says L4CON connection refused; stable's health check says L7OK"
    )
    assert verdict["time"] - EPOCH <= at + 3 + PLAN.beat_seconds
    assert world.router.split == everybody_on("blue")


def test_a_canary_that_went_down_and_up_between_two_beats_is_rolled_back(world: World) -> None:
    world.clock.at(STEP_2, lambda: world.router.make("green", replace(UP, downs=1)))
    assert world.run() == "rolled_back"
    assert (
        world.journal.only("verdict")["reason"]
        == "the canary went down and came back up; stable's health check says L7OK"
    )


def test_a_router_that_is_silent_for_less_than_the_lease_is_tolerated(world: World) -> None:
    hush(world, STEP_1 + 3, PLAN.lease_seconds - 1)
    hush(world, KEEP + 3, PLAN.lease_seconds - 1)
    assert world.run() == "promoted"


def test_a_router_that_is_silent_for_longer_than_the_lease_puts_the_rollout_in_doubt(world: World) -> None:
    hush(world, STEP_2, PLAN.lease_seconds + 1)
    assert world.run() == "in_doubt"
    assert world.journal.only("verdict")["reason"].startswith("the router has not answered for ")
    assert world.journal.names()[-4:] == BACK
    assert world.router.split == everybody_on("blue")


def test_a_router_that_never_comes_back_is_not_reported_as_restored(world: World) -> None:
    hush(world, STEP_2, 900)
    assert world.run() == "in_doubt"
    assert world.journal.only("unrestored")["why"] == "the router is silent"
    assert world.journal.all("restored") == []
    assert world.router.split.until_ms < world.clock.time() * 1000


def test_the_rollout_ends_when_the_canary_has_answered_its_requests(world: World) -> None:
    world.metrics.say(errors=0.2)
    world.router.make("green", replace(UP, running=7))
    world.clock.at(4, lambda: world.router.make("green", UP))
    world.run()
    drained = world.journal.only("drained")
    assert drained["in_flight"] == 0
    assert 0 < drained["seconds"] < PLAN.drain_within_seconds


def test_waiting_for_a_canarys_answers_has_a_limit(world: World) -> None:
    world.metrics.say(errors=0.2)
    world.router.make("green", replace(UP, running=7))
    world.run()
    drained = world.journal.only("drained")
    assert (drained["in_flight"], drained["seconds"]) == (7, PLAN.drain_within_seconds)
    assert world.router.split == everybody_on("blue")


def test_behind_a_silent_router_no_answers_are_waited_for(world: World) -> None:
    """Otherwise an engine that is stopped together with its router would delay the stop of the Docker engine."""
    world.router.make("green", replace(UP, running=7))
    hush(world, STEP_2, 900)
    assert world.run() == "in_doubt"
    assert world.journal.only("drained")["seconds"] == 0


def test_an_unexpected_exception_sends_the_traffic_back_in_doubt(world: World) -> None:
    world.clock.at(STEP_2, world.metrics.answers.clear)
    assert world.run() == "in_doubt"
    assert world.journal.only("verdict")["reason"] == "the engine failed: KeyError('requests()')"
    assert world.router.split == everybody_on("blue")


def test_a_full_disk_goes_back_before_the_promotion_and_changes_nothing_after_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.run()
    events = [event["event"] for event in world.journal.events]
    for full_at in range(1, len(events)):
        other = World(journal=MemoryJournal(full_at=full_at))
        after = full_at > events.index("verdict")
        expected = ("promoted", everybody_on("green")) if after else ("in_doubt", everybody_on("blue"))
        assert (other.run(), other.router.split) == expected
        assert "the journal can't be written ([Errno 28] No space left on device): ended" in capsys.readouterr().err


def test_a_promotion_that_is_resumed_after_its_keep_is_still_judged_once(world: World) -> None:
    world.run()
    world.metrics.say(errors=1)
    promoted = [event for event in world.journal.events if event["event"] not in ("kept", "ended")]
    world.clock.passed += 100
    assert world.engine().resume(story(promoted), "green") == "rolled_back"
    assert world.router.split == everybody_on("blue")


def test_during_keep_a_silent_router_changes_nothing(world: World) -> None:
    world.clock.at(KEEP + 1, lambda: setattr(world.router, "silent", True))
    assert world.run() == "promoted"
    assert world.router.split == everybody_on("green")


@pytest.mark.parametrize("gate", ["errors", "alerts"])
def test_during_keep_a_failed_gate_restores_the_old_release(world: World, gate: str) -> None:
    world.clock.at(KEEP + 3, lambda: world.metrics.say(**{gate: 1}))
    assert world.run() == "rolled_back"
    assert [event["verdict"] for event in world.journal.all("verdict")] == ["promoted", "rolled_back"]
    assert world.journal.names()[-5:] == ["promoted", *BACK]
    assert world.router.split == everybody_on("blue")


@pytest.mark.parametrize("error", [Unreachable("no answer"), QueryRejected("no"), NoData("nothing")])
def test_during_keep_a_query_without_an_answer_does_not_count_against_the_release(
    world: World, error: Unreachable | QueryRejected | NoData
) -> None:
    world.clock.at(KEEP, lambda: world.metrics.say(errors=error, requests=error, alerts=error))
    assert world.run() == "promoted"
    assert world.router.split == everybody_on("green")


def test_measurements_after_the_promotion_are_marked_as_keep(world: World) -> None:
    world.run()
    promoted, ended = world.journal.only("promoted"), world.journal.only("ended")
    kept = [event for event in world.journal.all("measured") if event["time"] > promoted["time"]]
    assert {event["keep"] for event in kept} == {True}
    assert ended["time"] - promoted["time"] >= PLAN.keep_seconds
    assert world.journal.only("kept")["seconds"] == PLAN.keep_seconds


def test_after_the_promotion_no_lease_is_needed(world: World) -> None:
    world.run()
    after = dropwhile(lambda split: split.stable == "blue", [split for _, split in world.router.splits])
    assert list(after) == [everybody_on("green")]


def test_an_event_that_the_journal_cant_store_is_printed_and_does_not_stop_the_way_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Record(MemoryJournal(), FakeClock(), []).try_write(Kept, time=1.0, seconds=math.nan)
    assert "the journal can't store" in capsys.readouterr().err
