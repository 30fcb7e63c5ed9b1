"""Which bad lines leave a verdict open, and which events settle it again."""

import pytest

from rollout.journal import BadLine, Event, story_of
from rollout.journal.events import KNOWN, Ended, Kept, Measured, Promoted, Ready, Restored, Shifted, Verdict
from rollout.journal.line import name

BEGINNING = b'{"time": 1764000000.123456, "event": "verdict", "verdi'
HARMLESS = sorted(set(KNOWN) - {"verdict", "promoted", "ended"})


def bad(event: str | None) -> BadLine:
    return BadLine("r.jsonl", 7, "not JSON", event)


def test_the_beginning_of_a_line_shows_its_event() -> None:
    assert name(BEGINNING) == "verdict"
    assert name(BEGINNING[:35]) is None
    assert name(b'{"event": "verdict", "time": 1}') is None


@pytest.mark.parametrize("event", ["verdict", "promoted", "ended", None, "from the future"])
def test_a_line_that_may_be_a_verdict_leaves_it_open(event: str | None) -> None:
    assert story_of([bad(event)]).doubt.line == bad(event)


@pytest.mark.parametrize("event", HARMLESS)
def test_a_line_that_is_certainly_no_verdict_does_not(event: str) -> None:
    assert story_of([bad(event)]).doubt.line is None


RULES_OUT: list[Event] = [
    Shifted(time=1, step=1, weight=0.05),
    Measured(time=1, step=1, weight=0.05, gates=()),
    Verdict(time=1, verdict="promoted"),
    Kept(time=1, seconds=1),
    Ended(time=1, verdict="promoted"),
]
LEAVES_OPEN: list[Event] = [Ready(time=1, seconds=1), Promoted(time=1), Restored(time=1)]


@pytest.mark.parametrize("event", RULES_OUT, ids=lambda event: event.event)
def test_an_event_that_can_only_precede_a_verdict_or_repeats_it_settles_the_doubt(event: Event) -> None:
    assert story_of([bad(None), event]).doubt.line is None
    assert story_of([event, bad(None)]).doubt.line is not None


@pytest.mark.parametrize("event", LEAVES_OPEN, ids=lambda event: event.event)
def test_any_other_event_does_not(event: Event) -> None:
    assert story_of([bad(None), event]).doubt.line is not None


def test_only_the_first_bad_lines_are_kept_and_all_are_counted() -> None:
    doubt = story_of([bad(None)] * 5000).doubt
    assert len(doubt.lines) == 20
    assert doubt.as_text(at_most=2) == (str(bad(None)), str(bad(None)), "and 4,998 more unreadable lines")


def test_a_promotion_followed_by_a_bad_line_is_uncertain() -> None:
    promoted: list[Event] = [Verdict(time=1, verdict="promoted"), Promoted(time=1)]
    assert story_of(promoted).stayed
    assert story_of(promoted).keeps
    assert not story_of([*promoted, bad("verdict")]).stayed
    assert not story_of([*promoted, bad("verdict")]).keeps
