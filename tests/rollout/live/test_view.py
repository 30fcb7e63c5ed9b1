import io
from collections.abc import Iterable

import pytest
from rich.console import Console

from rollout.journal import BadLine
from rollout.live.counts import Counts, ReleaseCounts
from rollout.live.view import LiveView, PlainView, view_on
from tests.rollout.lines import Event, entries
from tests.rollout.live.journals import PASSES, bad, ended, event, good, measured, shifted, started, verdict

COUNTS = Counts(
    sent=1104,
    answered=1102,
    lost=2,
    lost_by_kind={"connection reset": 2},
    releases={"v1": ReleaseCounts(1047, 3), "v2": ReleaseCounts(55, 12)},
)


def lines(events: Iterable[Event], counts: Counts | None = None) -> list[str]:
    """What the plain view writes."""
    written: list[str] = []
    with PlainView(written.append) as view:
        if counts:
            view.counts(counts)
        for entry in entries(events):
            view.entry(entry)
    return written


def drawn(events: Iterable[Event], counts: Counts | None = None, width: int = 100) -> str:
    """What the live view shows at the end, as text."""
    console = Console(record=True, width=width, file=io.StringIO())
    view = LiveView(console)
    for entry in entries(events):
        view.entry(entry)
    if counts:
        view.counts(counts)
    console.print(view.drawn())
    return console.export_text()


def test_a_good_rollout_is_told_in_one_line_an_event_with_the_time_since_its_start() -> None:
    told_lines = lines(good())
    assert told_lines[0].endswith("rollout 20251124-good: v2 (green) replaces v1 (blue), at 15x speed")
    assert told_lines[0].strip().startswith("0:00.0  ")
    assert [line for line in told_lines if line.strip().startswith("0:42.0")] == [
        "   0:42.0  step 2 of 2: 5 % -> 100 % of the traffic to v2 (green)"
    ]
    assert told_lines[-1] == "   1:12.0  ended: PROMOTED"


def test_a_bad_rollout_names_its_gate_with_value_and_limit() -> None:
    text = "\n".join(lines(bad()))
    assert "errors fail (21.3 % is above 5 %); latency_p99 inconclusive (7 of 20); " in text
    assert "ROLLED BACK at 5 %, step 1: errors: 21.3 % is above 5 %" in text
    assert "all traffic is on v1 (blue) again" in text


def test_measurements_are_told_every_5_seconds_or_when_a_gate_begins_to_fail() -> None:
    few = [("pass", 0.01, ""), ("inconclusive", None, "7 of 20")]
    broken = [("pass", 0.01, ""), ("error", None, "it does not answer")]
    events = [started(), shifted(0, 1, 0.05)]
    events += [measured(seconds, 1, 0.05, 40 - seconds, PASSES) for seconds in (1, 2, 3, 6)]
    events += [measured(7, 1, 0.05, 33, few), measured(8, 1, 0.05, 32, broken)]
    told_at = [line.split()[0] for line in lines(events)[2:]]
    assert told_at == ["0:01.0", "0:06.0", "0:08.0"]


def test_a_measurement_counts_the_loads_requests_and_says_which_were_lost() -> None:
    text = lines(good()[:4], COUNTS)[-1]
    assert text.endswith("1,047 requests to stable, 55 to the canary, 2 lost (2 x connection reset)")


def test_without_a_load_the_routers_own_counts_are_told() -> None:
    assert lines(good()[:4])[-1].endswith("95 requests to stable, 5 to the canary")


def test_a_reason_with_line_ends_still_is_one_line() -> None:
    events = [started(), shifted(1, 1, 0.05), verdict(2, "in_doubt", "Prometheus:\n  500\n\tinternal")]
    assert lines(events)[-1].endswith("IN DOUBT at 5 %, step 1: Prometheus: 500 internal")


def test_the_first_rollout_has_no_release_before() -> None:
    assert "v2 (green) is the first release" in lines([started(stable=None)])[0]
    assert "instead of" not in drawn([started(stable=None)], COUNTS)


def test_events_from_a_newer_engine_are_passed_over() -> None:
    assert len(lines([started(), event(1, "from the future")])) == 1


def test_a_bad_line_is_named_and_costs_nothing_else() -> None:
    named = "unreadable line in the journal: r.jsonl, line 3: not an object, but str"
    before, after = entries(bad())[:3], entries(bad())[3:]
    broken = BadLine("r.jsonl", 3, "not an object, but str")
    written: list[str] = []
    view = PlainView(written.append)
    live = LiveView(Console(record=True, width=100, file=io.StringIO()))
    for entry in [broken, *before, broken, *after]:
        view.entry(entry)
        live.entry(entry)
    assert written[0].endswith(named)
    assert [line for line in written if named not in line] == lines(bad())
    assert f"   0:12.0  {named}" in written


def test_the_picture_shows_the_steps_the_gates_and_the_requests() -> None:
    text = drawn(good()[:4], COUNTS)
    assert "v2 replaces v1" in text
    assert "● 5 %" in text
    assert "○ 100 %" in text
    assert "○ keep" in text
    for row in (("errors", "1 %", "5 %", "pass"), ("latency_p99", "0.42 s", "60 s", "pass")):
        assert in_one_line(text, *row)
    assert in_one_line(text, "v1 (blue)", "1,047 requests", "3 errors")
    assert in_one_line(text, "v2 (green)", "55 requests", "12 errors")
    assert "2 lost (2 x connection reset)" in text
    assert in_one_line(text, "0:02.0", "step 1 of 2: 0 % -> 5 % of the traffic to v2 (green)")


COUNTED: dict[str, object] = {
    "value": 7 / 60, "samples": 60, "bad": 7, "total": 60, "evidence": 1.8, "certainty": 3.8,
    "stable": 2 / 1140, "stable_bad": 2, "stable_total": 1140,
}  # fmt: skip


def weighed(outcome: str = "inconclusive", **values: object) -> list[Event]:
    """The first gate has counts, and a limit of its own and of stable's."""
    begun, found = started(), measured(12, 1, 0.05, 30)
    begun["policy"]["gates"][0] = {**begun["policy"]["gates"][0], "weighed": {"times_stable": 3}}
    found["gates"][0] |= {**COUNTED, "outcome": outcome, **values}
    return [begun, shifted(2, 1, 0.05), found]


def test_a_gate_that_counts_is_told_with_its_counts_both_limits_the_evidence_and_stables_value() -> None:
    told_as = (
        "30 s left: errors 11.7 % (7 of 60), limit 5 % and 3 x stable, evidence 1.8 of 3.8, "
        "stable 0.175 % (2 of 1,140): inconclusive, chance does that too; latency_p99 0.42 s pass; "
    )
    assert told_as in lines(weighed(why="chance does that too"))[-1]
    assert "errors 11.7 % (7 of 60) pass; " in lines(weighed("pass"))[-1]
    assert "(2 of 1,140): fail; " in lines(weighed("fail"))[-1]


def test_whose_value_it_is_and_what_people_want_to_see_besides_are_told() -> None:
    events = weighed(label_value="KeyError", vendor=3)
    assert ": errors KeyError 11.7 % (7 of 60), " in lines(events)[-1]
    assert ", 3 from the model's API, stable" in lines(events)[-1]
    assert "errors: KeyError, 3 from the model's API" in drawn(events)


def test_the_picture_has_the_counts_of_both_releases_the_limits_and_the_evidence_in_columns() -> None:
    text = drawn(weighed(why="chance does that too"), width=120)
    row = ("errors", "11.7 % (7 of 60)", "0.175 % (2 of 1,140)", "5 % and 3 x stable", "1.8 of 3.8", "inconclusive")
    assert in_one_line(text, *row)
    assert "errors: chance does that too" in text
    assert "errors: " not in drawn(weighed("pass"), width=120)


def in_one_line(text: str, *words: str) -> bool:
    return any(all(word in line for word in words) for line in text.splitlines())


@pytest.mark.parametrize(
    ("events", "word", "mark"),
    [
        (good(), " PROMOTED ", "✓ keep"),
        (bad(), " ROLLED BACK ", "✗ 5 %"),
        ([*bad()[:2], verdict(20, "in_doubt", "gone"), ended(21, "in_doubt")], " IN DOUBT ", "? 5 %"),
    ],
    ids=["promoted", "rolled_back", "in_doubt"],
)
def test_the_picture_ends_with_the_verdict_in_its_title_and_at_its_step(
    events: list[Event], word: str, mark: str
) -> None:
    text = drawn(events, COUNTS)
    assert word in text.splitlines()[0]
    assert mark in text


def test_the_picture_of_a_rollout_that_ended_stands_still() -> None:
    assert "0:12.0" in drawn(bad()).splitlines()[-1]
    assert drawn(bad()) == drawn(bad())


def test_before_the_rollout_starts_the_picture_says_what_is_awaited() -> None:
    assert drawn([]).strip() == "waiting for the rollout to start"


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_the_picture_is_never_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in drawn(bad(), COUNTS, width).splitlines()) <= width


def test_what_looks_like_markup_in_a_reason_is_shown_as_it_is() -> None:
    text = drawn([started(), shifted(1, 1, 0.05), verdict(2, "rolled_back", "said [red] and [/]")])
    assert "said [red] and [/]" in text


def test_only_the_last_sentences_are_kept_in_the_picture() -> None:
    events = [
        started(),
        *(event(second, "order", order="abort", by=f"user-{second}", reason="x") for second in range(9)),
    ]
    text = drawn(events)
    assert "user-8" in text
    assert "user-2" not in text


def test_output_that_is_no_terminal_gets_plain_lines_even_when_colours_are_forced() -> None:
    console = Console(file=io.StringIO(), force_terminal=True)
    assert isinstance(view_on(console), PlainView)


def test_plain_lines_are_written_whole_and_without_markup() -> None:
    output = io.StringIO()
    reason = "said [red] " + "and more " * 30
    with view_on(Console(file=output, width=40)) as view:
        for entry in entries([started(), shifted(1, 1, 0.05), verdict(2, "rolled_back", reason)]):
            view.entry(entry)
    assert output.getvalue().splitlines()[-1].endswith(f"step 1: {reason.strip()}")


def test_the_live_view_leaves_its_last_picture_on_the_screen() -> None:
    output = io.StringIO()
    with LiveView(Console(file=output, force_terminal=True, width=100)) as view:
        for entry in entries(bad()):
            view.entry(entry)
    assert "ROLLED BACK" in output.getvalue()


def test_the_evals_are_shown_with_score_and_floor() -> None:
    cases = [{"case": "sum", "passed": True}, {"case": "price", "passed": False, "why": "wrong"}]
    evaluated = event(3, "evaluated", score=0.5, floor=1, failed=True, cases=cases)
    assert lines([started(), evaluated])[-1].endswith("1 of 2 evals passed before the first user: 50 %, floor 100 %")
