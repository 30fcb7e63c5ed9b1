"""Compaction follows the rule in docs/reference/journal.md, and loses nothing that decisions depend on."""

from dataclasses import replace
from pathlib import Path

import pytest

from rollout import report
from rollout.journal import read, story_of
from rollout.journal.compaction import MOST_AT_ONCE, NEWEST_WHOLE, OLD_SECONDS, compact
from rollout.journal.outline import outline
from tests.rollout.journal.day import kept_for_a_day, write
from tests.rollout.lines import Event
from tests.rollout.lines import read as objects

BEGAN = 1_764_000_000.0
LATER = BEGAN + OLD_SECONDS + 10 * 86_400
SHORT = [event for event in kept_for_a_day(BEGAN) if event["event"] != "measured"]


def keep(folder: Path, number: int, events: list[Event]) -> Path:
    return write(folder / f"r{number:03}.jsonl", events)


def changed(events: list[Event], minute: int, **values: object) -> list[Event]:
    """The first gate has another outcome in one minute of the keep."""
    number = kept_at(events, minute)
    first, *rest = events[number]["gates"]
    return [*events[:number], {**events[number], "gates": [{**first, **values}, *rest]}, *events[number + 1 :]]


def kept_at(events: list[Event], minute: int) -> int:
    return next(index for index, event in enumerate(events) if event.get("keep")) + minute


def test_a_day_of_keep_becomes_small_and_its_report_does_not_change(tmp_path: Path) -> None:
    events = changed(kept_for_a_day(BEGAN), minute=500, outcome="inconclusive", value=None)
    events = changed(events, minute=721, value=0.04)
    old = keep(tmp_path, 1, events)
    newest = keep(tmp_path, 2, kept_for_a_day(BEGAN + 86_400))
    before = report.gather(story_of(read(old)), alive=False)
    assert old.stat().st_size > 1_500_000
    assert compact([old, newest], LATER).paths == [old]
    assert old.stat().st_size < 80_000
    after = report.gather(story_of(read(old)), alive=False)
    assert replace(after, gates=()) == replace(before, gates=())
    assert [(gate.outcome, gate.worst) for gate in after.gates] == [(gate.outcome, gate.worst) for gate in before.gates]
    assert [event for event in objects(old) if not event.get("keep")] == [
        event for event in events if not event.get("keep")
    ]
    for minute in (0, 499, 500, 501, 721, 1438):  # the first and last measurement of each run, and the worst
        assert events[kept_at(events, minute)] in objects(old), minute
    assert compact([old, newest], LATER).paths == []


def test_the_newest_one_without_an_end_and_one_with_a_bad_line_are_not_changed(tmp_path: Path) -> None:
    whole = kept_for_a_day(BEGAN)
    unended = keep(tmp_path, 1, [event for event in whole if event["event"] != "ended"])
    bad = keep(tmp_path, 2, whole)
    bad.write_bytes(bad.read_bytes() + b"}{\n")
    newest = keep(tmp_path, 3, whole)
    assert compact([unended, bad, newest], LATER).paths == []


def test_beyond_the_newest_50_and_90_days_measurements_are_removed_and_decisions_stay(tmp_path: Path) -> None:
    old = keep(tmp_path, 0, kept_for_a_day(BEGAN, release="agent@old"))
    others = [keep(tmp_path, number, SHORT) for number in range(1, NEWEST_WHOLE + 1)]
    before = outline(old)
    assert compact([old, *others], LATER).paths == [old]
    assert outline(old) == before
    assert old.stat().st_size < 10_000
    assert compact([old, *others], LATER).paths == []


@pytest.mark.parametrize(("others", "now"), [(NEWEST_WHOLE - 1, LATER), (NEWEST_WHOLE, BEGAN + OLD_SECONDS)])
def test_a_journal_among_the_newest_50_or_younger_than_90_days_is_not_changed(
    tmp_path: Path, others: int, now: float
) -> None:
    old = keep(tmp_path, 0, SHORT)
    paths = [old, *(keep(tmp_path, number, SHORT) for number in range(1, others + 1))]
    assert compact(paths, now).paths == []


def test_an_old_journal_is_removed_only_if_its_release_has_a_newer_rollout(tmp_path: Path) -> None:
    """So it stays known whether a release was rolled back last."""
    started, *rest = SHORT
    twice, once = {**started, "release": "agent@twice"}, {**started, "release": "agent@once"}
    first, only, second = (keep(tmp_path, number, [event, *rest]) for number, event in enumerate((twice, once, twice)))
    others = [keep(tmp_path, number, SHORT) for number in range(3, NEWEST_WHOLE + 3)]
    assert compact([first, only, second, *others], LATER).paths == [first]
    assert not first.exists()
    assert only.exists()
    assert second.exists()


def test_a_hundred_journals_do_not_delay_a_start(tmp_path: Path) -> None:
    events = [event for event in kept_for_a_day(BEGAN) if not event.get("keep") or event["time"] < BEGAN + 5 * 3600]
    paths = [keep(tmp_path, number, events) for number in range(MOST_AT_ONCE + 3)]
    assert len(compact(paths, LATER).paths) == MOST_AT_ONCE
    assert len(compact(paths, LATER).paths) == 2


def test_a_journal_that_cant_be_rewritten_does_not_affect_the_others(tmp_path: Path) -> None:
    oldest, old, newest = (keep(tmp_path, number, kept_for_a_day(BEGAN)) for number in (1, 2, 3))
    before = old.read_bytes()
    (tmp_path / f".{old.name}.tmp").mkdir()  # the path of the temporary file
    done = compact([oldest, old, newest], LATER)
    assert done.paths == [oldest]
    assert "Is a directory" in done.troubles[0]
    assert old.read_bytes() == before
