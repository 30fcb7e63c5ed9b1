"""An engine died, and a line of its journal can't be read: the next engine makes the safe choice."""

from collections.abc import Sequence

import pytest

from rollout.engine.recovery import AlreadyEnded, Promotion, choose
from rollout.gates.decide import GoBack
from rollout.journal import BadLine, Entry, Story, story_of
from rollout.router.split import everybody_on
from tests.rollout.engine.test_at_once import world as at_once
from tests.rollout.engine.test_recovery import BAD, PROMOTED, SHIFTED, STARTED, event
from tests.rollout.fakes import DOWN, Died, MemoryJournal, World
from tests.rollout.lines import Event, entries

KEPT_UP = event("measured", 5.0, keep=True)
NOISE = BadLine("r.jsonl", 9, "not JSON")


def fold(*lines: Event | BadLine) -> Story:
    return story_of(line if isinstance(line, BadLine) else entries([line])[0] for line in lines)


@pytest.mark.parametrize("stable_now", ["blue", "green"])
@pytest.mark.parametrize("name", [None, "verdict", "ended"])
@pytest.mark.parametrize("before", [[], [STARTED, SHIFTED], [STARTED, SHIFTED, PROMOTED, event("promoted")]], ids=len)
def test_an_unreadable_line_that_may_be_a_verdict_counts_against_the_release(
    before: list[Event], name: str | None, stable_now: str
) -> None:
    choice = choose(fold(*before, BadLine("r.jsonl", 9, "not JSON", name)), stable_now, "green")
    assert isinstance(choice, GoBack)
    assert choice.verdict == "in_doubt"
    assert "r.jsonl, line 9: not JSON" in choice.reason


def test_if_only_the_new_release_answers_the_engine_resumes_watching_it() -> None:
    choice = choose(fold(STARTED, SHIFTED, PROMOTED, NOISE), "green", "green", old_answers=False)
    assert choice == Promotion(began_at=0.0, stable_left_at=2.0, promoted_at=3.0, reason="all passed")
    assert isinstance(choose(fold(STARTED, SHIFTED, NOISE), "green", "green", old_answers=False), Promotion)
    assert isinstance(choose(fold(STARTED, SHIFTED, NOISE), "blue", "green", old_answers=False), GoBack)


@pytest.mark.parametrize("name", [None, "promoted"])
def test_an_unreadable_promoted_event_never_leads_to_a_promotion(name: str | None) -> None:
    """Neither if the router's file names the old slot, nor if the release may have been rolled back."""
    unread = BadLine("r.jsonl", 9, "not JSON", name)
    assert isinstance(choose(fold(STARTED, SHIFTED, PROMOTED, unread), "blue", "green"), GoBack)
    assert isinstance(choose(fold(STARTED, SHIFTED, PROMOTED, unread, BAD), "green", "green"), GoBack)
    assert isinstance(choose(fold(STARTED, SHIFTED, unread, event("promoted")), "blue", "green"), GoBack)


def test_a_readable_event_after_a_bad_line_settles_the_doubt() -> None:
    assert isinstance(choose(fold(STARTED, SHIFTED, PROMOTED, NOISE, KEPT_UP), "green", "green"), Promotion)
    assert isinstance(choose(fold(STARTED, SHIFTED, NOISE, event("promoted"), KEPT_UP), "green", "green"), Promotion)
    ended = choose(fold(STARTED, NOISE, event("ended", verdict="promoted"), NOISE), "blue", "green")
    assert ended == AlreadyEnded("promoted")
    kept = choose(fold(STARTED, SHIFTED, PROMOTED, event("promoted"), event("kept", 6.0), NOISE), "green", "green")
    assert isinstance(kept, Promotion)


def spoiled(events: Sequence[Event], number: int) -> list[Entry]:
    """A journal with one unreadable line: not even its beginning can be read."""
    found = entries(events)
    found[number] = BadLine("r.jsonl", number + 1, "not JSON")
    return found


@pytest.mark.parametrize("fails_at", [None, 30, 70], ids=["good", "bad in a step", "bad in the keep"])
def test_whichever_line_is_bad_traffic_ends_on_one_release_and_no_canary_is_newly_promoted(
    fails_at: float | None,
) -> None:
    def world(journal: MemoryJournal | None = None) -> World:
        made = World(journal=journal or MemoryJournal())
        if fails_at is not None:
            made.clock.at(fails_at, lambda: made.metrics.say(errors=0.2))
        return made

    whole = world()
    whole.run()
    last = len(whole.journal.events) - 1
    for died in range(1, last, 7):
        for number in {0, died // 2, died - 1, died}:
            here = world(MemoryJournal(dies_at=died, dies_after_writing=True))
            with pytest.raises(Died):
                here.run()
            stable, events = here.router.split.stable, here.journal.events
            here.clock.sleep(1)
            here.journal = MemoryJournal()
            verdict = here.engine().resume(story_of(spoiled(events, number)), stable)
            where = f"died at {died} ({events[-1]['event']}), line {number + 1} ({events[number]['event']}) is bad"
            assert here.router.split == everybody_on("green" if verdict == "promoted" else "blue"), where
            assert stable == "green" or verdict != "promoted", where


def test_a_canary_that_the_router_calls_stable_is_watched_if_the_old_release_is_down() -> None:
    world = World()
    world.router.split = everybody_on("green")
    world.router.make("blue", DOWN)
    assert world.engine().resume(fold(STARTED, PROMOTED, NOISE), "green") == "promoted"
    assert world.router.split == everybody_on("green")


def test_with_the_same_journal_traffic_goes_back_if_the_old_release_is_up() -> None:
    world = World()
    world.router.split = everybody_on("green")
    assert world.engine().resume(fold(STARTED, PROMOTED, NOISE), "green") == "in_doubt"
    assert world.router.split == everybody_on("blue")


def test_a_journal_without_a_readable_line_does_not_restart_the_rollout() -> None:
    world = World()
    assert not fold(NOISE).is_empty
    assert world.engine().resume(fold(NOISE), "blue") == "in_doubt"
    assert world.journal.all("shifted") == []


def test_at_once_a_release_that_the_router_calls_stable_is_not_promoted_again() -> None:
    here = at_once()
    here.router.split = everybody_on("green")
    assert here.engine().resume(fold(STARTED, PROMOTED, NOISE), "green") == "promoted"
    assert here.journal.names() == ["recovered", "ended"]
    assert here.router.splits == []
