"""Whether an answer passes its case."""

import pytest

from rollout.gates.evals import Result, failure, judge_case, score
from rollout.policy.plan import Eval, Evals
from rollout.router.task import Solved, Unsolved

SOLVED = Solved("The answer is 42.", tokens=500, tool_calls=1)
NO_TOKENS = Solved("The answer is 42.", tokens=None, tool_calls=None)


def case(**expected: object) -> Eval:
    return Eval("sum", "What is 40 + 2?", **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held_against", "solved", "why"),
    [
        (case(contains="42", matches=r"\.$", max_tokens=500, max_tool_calls=1), SOLVED, ""),
        (case(contains="43"), SOLVED, "'43' is not in 'The answer is 42.'"),
        (case(matches="^42"), SOLVED, "^42 is not in 'The answer is 42.'"),
        (case(max_tokens=499), SOLVED, "500 tokens, and at most 499 are allowed"),
        (case(max_tool_calls=0), SOLVED, "1 tool calls, and at most 0 are allowed"),
        (case(max_tokens=500), NO_TOKENS, "the answer does not say its tokens"),
        (case(max_tool_calls=1), NO_TOKENS, "the answer does not say its tool calls"),
        (case(contains="42"), Unsolved("HTTP 502"), "HTTP 502"),
        (case(contains="x"), Solved("y" * 5000, 1, 1), f"'x' is not in '{'y' * 200}'"),
    ],
)
def test_a_case_passes_only_without_a_reason_against_it(
    held_against: Eval, solved: Solved | Unsolved, why: str
) -> None:
    result = judge_case(held_against, solved)
    assert (result.passed, result.why, result.crashed) == (not why, why, isinstance(solved, Unsolved))


@pytest.mark.parametrize(("floor", "fails"), [(0.5, False), (0.51, True)])
def test_a_floor_is_met_by_exactly_its_share(floor: float, fails: bool) -> None:
    results = [Result("a", passed=True), Result("b", passed=False, why="wrong")]
    assert score(results) == 0.5
    assert (failure(Evals(floor, 10, ()), results) is not None) is fails


def test_no_results_meet_no_floor() -> None:
    assert failure(Evals(0.1, 10, ()), []) == "evals: 0 of 0 cases passed, 0 %, and the floor is 10 %"
