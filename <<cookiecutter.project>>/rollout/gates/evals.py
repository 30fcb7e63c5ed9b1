"""Whether an answer of the canary passes its case, and whether enough of them do. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rollout.policy.plan import Eval, Evals
from rollout.router.task import Solved, Unsolved
from rollout.text import number

LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Result:
    """One case: whether it passed, and if not, why. It `crashed` if there was no answer."""

    case: str
    passed: bool
    why: str = ""
    crashed: bool = False


def judge_case(case: Eval, solved: Solved | Unsolved) -> Result:
    """Hold an answer against its case."""
    if isinstance(solved, Unsolved):
        return Result(case.id, passed=False, why=solved.why, crashed=True)
    why = _why_not(case, solved)
    return Result(case.id, passed=not why, why=why)


def score(results: Sequence[Result]) -> float:
    """The share of the cases that passed; 0 without any."""
    return sum(result.passed for result in results) / len(results) if results else 0.0


def failure(evals: Evals, results: Sequence[Result]) -> str | None:
    """Why the evals end the rollout, with the first failed case and the score; None if they don't. A case without an
    answer ends it whatever the floor."""
    first = next((result for result in results if result.crashed), None)
    if score(results) < evals.floor and not first:
        first = next((result for result in results if not result.passed), None)
    elif not first:
        return None
    passed = sum(result.passed for result in results)
    scored = f"{passed} of {len(results)} cases passed, {number(score(results) * 100)} %"
    named = f"; {first.case}: {first.why}" if first else ""
    return f"evals: {scored}, and the floor is {number(evals.floor * 100)} %{named}"


def _why_not(case: Eval, solved: Solved) -> str:
    quoted = repr(solved.answer[:LONGEST_QUOTE])
    if case.contains is not None and case.contains not in solved.answer:
        return f"{case.contains!r} is not in {quoted}"
    if case.matches is not None and not re.search(case.matches, solved.answer):
        return f"{case.matches} is not in {quoted}"
    for what, used, most in (
        ("tokens", solved.tokens, case.max_tokens),
        ("tool calls", solved.tool_calls, case.max_tool_calls),
    ):
        if most is not None and used is None:
            return f"the answer does not say its {what}"
        if most is not None and used is not None and used > most:
            return f"{used} {what}, and at most {most} are allowed"
    return ""
