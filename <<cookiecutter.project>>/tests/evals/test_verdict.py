"""When an evaluation passes: with runs that end as a test wants, through the real pydantic-evals."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from evals.__main__ import dataset
from evals.case import Task
from evals.floors import Floors
from evals.subject import Run
from evals.table import table
from evals.verdict import Score, Verdict, verdict_of

EVERY = {"matches": r"\.$", "tools": ["calculate"], "max_tokens": 100, "max_tool_calls": 2}
NAMES = ("contains", "format", "tools", "tokens", "tool_calls")
GOOD = Run(answer="The answer is 2.", tools=("calculate", "calculate"), tokens=100)


def floors(floor: float = 1, **every_task: object) -> Floors:
    return Floors.model_validate({"floors": dict.fromkeys(NAMES, floor), "every_task": every_task or EVERY})


def task(number: int = 0, **expected: object) -> Task:
    return Task.model_validate({"id": f"sum-{number}", "task": f"sum {number}", "expects": "2"} | expected)


def evaluate(runs: Sequence[Run | Exception], given: Floors, tasks: Sequence[Task] = (), trials: int = 1) -> Verdict:
    """The verdict when the tasks end with these runs, one each."""
    tasks = tasks or [task(number) for number in range(len(runs))]
    ends = dict(zip((each.task for each in tasks), runs, strict=True))

    async def solve(text: str) -> Run:
        end = ends[text]
        if isinstance(end, Exception):
            raise end
        return end

    report = asyncio.run(dataset(tasks, given).evaluate(solve, progress=False, repeat=trials))
    return verdict_of(report, given.by_evaluator())


def test_an_agent_that_reaches_every_floor_passes() -> None:
    verdict = evaluate([GOOD], floors())
    assert verdict.scores == tuple(Score(name, 1, 1, 1.0) for name in NAMES)
    assert verdict.why_not is None


@pytest.mark.parametrize(
    ("run", "why_not", "reason"),
    [
        (
            replace(GOOD, answer="It is three."),
            "contains is 0.000, below its floor of 1.000",
            "sum-0: contains: '2' is not in 'It is three.'",
        ),
        (
            replace(GOOD, answer="2"),
            "format is 0.000, below its floor of 1.000",
            r"sum-0: format: \.$ is not in '2'",
        ),
        (
            replace(GOOD, tools=("convert",)),
            "tools is 0.000, below its floor of 1.000",
            "sum-0: tools: it called convert, not calculate",
        ),
        (
            replace(GOOD, tokens=101),
            "tokens is 0.000, below its floor of 1.000",
            "sum-0: tokens: it used 101 tokens, and may use 100",
        ),
        (
            replace(GOOD, tools=("calculate",) * 3),
            "tool_calls is 0.000, below its floor of 1.000",
            "sum-0: tool_calls: it made 3 tool calls, and may make 2",
        ),
    ],
    ids=NAMES,
)
def test_each_evaluator_fails_alone(run: Run, why_not: str, reason: str) -> None:
    verdict = evaluate([run], floors())
    assert (verdict.why_not, verdict.failed) == (why_not, (reason,))


@pytest.mark.parametrize(("floor", "passes"), [(0.75, True), (0.76, False)])
def test_a_floor_is_met_by_exactly_its_share(floor: float, passes: bool) -> None:
    verdict = evaluate([GOOD, GOOD, GOOD, replace(GOOD, answer="I can't.")], floors(floor))
    assert verdict.scores[0] == Score("contains", 3, 4, floor)
    assert (verdict.why_not is None) is passes


def test_a_crashed_case_fails_however_low_the_floors_are() -> None:
    verdict = evaluate([GOOD, GOOD, LookupError("no such customer")], floors(0.1))
    assert all(score.is_met for score in verdict.scores)
    assert verdict.why_not is not None
    assert verdict.why_not.startswith("1 crashed, the first case sum-2: LookupError: no such customer")


def test_a_crashed_evaluator_fails_too() -> None:
    verdict = evaluate([GOOD, replace(GOOD, answer=None)], floors(0.1))  # type: ignore[arg-type]
    assert verdict.why_not is not None
    assert verdict.why_not.startswith("2 crashed, the first evaluator contains of case sum-1: TypeError: ")


def test_an_evaluator_that_measured_nothing_fails() -> None:
    verdict = evaluate([GOOD], floors(0.1, **{name: value for name, value in EVERY.items() if name != "tools"}))
    assert verdict.why_not == "tools measured nothing"


def test_no_task_at_all_fails() -> None:
    assert evaluate([], floors()).why_not == "; ".join(f"{name} measured nothing" for name in NAMES)


def test_a_task_is_held_against_its_own_expectation_first() -> None:
    verdict = evaluate([GOOD], floors(), tasks=[task(max_tokens=99)])
    assert verdict.failed == ("sum-0: tokens: it used 100 tokens, and may use 99",)


def test_each_trial_counts() -> None:
    assert evaluate([GOOD], floors(), trials=3).scores[0] == Score("contains", 3, 3, 1.0)


def test_the_table_shows_each_score_beside_its_floor() -> None:
    verdict = Verdict(
        (Score("contains", 3, 4, 0.9), Score("format", 4, 4, 1.0), Score("tools", 0, 0, 1.0)),
        ("case sum: LookupError: x",),
        ("sum: contains: '2' is not in '3'",),
    )
    assert table(verdict).splitlines() == [
        "evaluator     cases  passed   score   floor",
        "contains          4       3   0.750   0.900  FAILED",
        "format            4       4   1.000   1.000",
        "tools             0       0       -   1.000  FAILED",
        "crashed: case sum: LookupError: x",
        "failed: sum: contains: '2' is not in '3'",
    ]


def test_a_long_list_of_failures_is_cut() -> None:
    lines = table(Verdict((), (), tuple(f"sum-{number}" for number in range(25)))).splitlines()
    assert lines[-2:] == ["failed: sum-19", "and 5 more"]
