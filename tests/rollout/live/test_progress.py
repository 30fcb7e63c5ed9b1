from collections.abc import Iterable

import pytest

from rollout.live.progress import Progress, progress_of
from tests.rollout.lines import Event, story
from tests.rollout.live.journals import EPOCH, bad, ended, event, good, measured, shifted, started, verdict


def seen(events: Iterable[Event]) -> Progress:
    return progress_of(story(events))


def stages(progress: Progress) -> list[str]:
    """Of both steps and the keep."""
    return [progress.state(step) for step in (1, 2, 3)]


def test_before_anything_happened_there_is_no_rollout() -> None:
    assert seen([]).rollout == ""


def test_the_start_tells_the_releases_the_steps_and_the_gates_without_values() -> None:
    progress = seen([started()])
    assert (progress.release, progress.stable, progress.step, progress.weight) == ("v2", "v1", 0, 0)
    assert [step.weight for step in progress.steps] == [0.05, 1.0]
    assert [(gate.gate, gate.outcome, gate.canary, gate.limit) for gate in progress.gates] == [
        ("errors", "", "-", "5 %"),
        ("latency_p99", "", "-", "60 s"),
    ]
    assert stages(progress) == ["ahead", "ahead", "ahead"]


def test_a_shift_begins_the_steps_time() -> None:
    progress = seen([started(), shifted(2, 1, 0.05)])
    assert (progress.step, progress.weight) == (1, 0.05)
    assert progress.left_seconds(EPOCH + 12) == 30
    assert progress.part_done(1, EPOCH + 12) == 0.25
    assert stages(progress) == ["now", "ahead", "ahead"]


def test_what_the_engine_says_is_left_counts_more_than_the_shift() -> None:
    progress = seen([started(), shifted(2, 1, 0.05), measured(12, 1, 0.05, 35)])
    assert progress.left_seconds(EPOCH + 12) == 35


def test_time_that_is_over_is_never_negative_and_never_more_than_all() -> None:
    progress = seen([started(), shifted(2, 1, 0.05)])
    assert progress.left_seconds(EPOCH + 999) == 0
    assert progress.part_done(1, EPOCH + 999) == 1
    assert progress.part_done(1, EPOCH) == 0


def test_a_measurement_brings_the_gates_and_the_routers_counts() -> None:
    progress = seen(bad()[:3])
    errors, latency = progress.gates
    assert (errors.outcome, errors.canary, errors.why) == ("fail", "21.3 %", "21.3 % is above 5 %")
    assert (latency.outcome, latency.canary) == ("inconclusive", "-")
    assert progress.requests == {"stable": 95, "canary": 5}


def test_an_extended_step_is_undecided_until_the_next_one() -> None:
    extended = [started(), shifted(2, 1, 0.05), event(42, "extended", step=1, why="7 of 20 samples")]
    assert seen(extended).undecided
    assert not seen([*extended, shifted(50, 2, 1.0)]).undecided


def test_after_promotion_the_keep_runs_and_the_clock_goes_on() -> None:
    progress = seen(good()[:9])
    assert progress.keeping
    assert progress.weight == 1
    assert stages(progress) == ["done", "done", "now"]
    assert progress.part_done(3, EPOCH + 67) == 0.5


def test_at_its_good_end_everything_is_done_and_the_clock_stands() -> None:
    progress = seen(good())
    assert stages(progress) == ["done", "done", "done"]
    assert [progress.part_done(step, EPOCH + 999) for step in (1, 2, 3)] == [1, 1, 1]
    assert (progress.verdict, progress.stopped_at) == ("promoted", EPOCH + 72)


def test_a_rollback_stops_the_clock_at_the_verdict_and_marks_the_step() -> None:
    progress = seen(bad())
    assert stages(progress) == ["failed", "ahead", "ahead"]
    assert (progress.verdict, progress.gate, progress.weight) == ("rolled_back", "errors", 0)
    assert progress.stopped_at == EPOCH + 12
    assert progress.part_done(1, EPOCH + 999) == 0.25


def test_a_rollback_during_the_keep_marks_the_keep() -> None:
    progress = seen([*good()[:10], verdict(68, "rolled_back", "errors", "errors", step=2), ended(69, "rolled_back")])
    assert stages(progress) == ["done", "done", "failed"]


def test_a_rollout_in_doubt_is_neither_done_nor_failed() -> None:
    events = [started(), shifted(2, 1, 0.05), verdict(20, "in_doubt", "Prometheus is gone"), ended(21, "in_doubt")]
    assert stages(seen(events)) == ["in doubt", "ahead", "ahead"]


OTHERS = [
    event(20, "order", order="promote"),
    event(20, "left"),
    event(20, "drained", seconds=1),
    event(20, "recovered", choice="back"),
    event(20, "traffic", sent=1, answered=1, lost=0),
    event(20, "from the future"),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda event: event["event"])
def test_other_events_change_nothing(other: Event) -> None:
    assert seen([*bad()[:3], other]) == seen(bad()[:3])
