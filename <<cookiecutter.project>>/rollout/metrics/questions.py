"""Several expressions asked in one go, since a look at a gate that counts asks a dozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rollout.errors import MetricsError, Unreachable


@dataclass(frozen=True)
class Question:
    """One expression; with `by`, for a number by each value of that label."""

    promql: str
    by: str | None = None


Answer: TypeAlias = Mapping[str, float] | MetricsError
"""Numbers by the values of the question's label, or under "" the only one; or why there is none."""


def one_by_one(
    questions: Mapping[str, Question],
    value: Callable[[str, float], float],
    values: Callable[[str, str, float], Mapping[str, float]],
    ago_seconds: float,
) -> dict[str, Answer]:
    """The same answers with a request for each. Raises Unreachable."""
    return {key: _answer(question, value, values, ago_seconds) for key, question in questions.items()}


def _answer(
    question: Question,
    value: Callable[[str, float], float],
    values: Callable[[str, str, float], Mapping[str, float]],
    ago_seconds: float,
) -> Answer:
    try:
        if question.by is None:
            return {"": value(question.promql, ago_seconds)}
        return values(question.promql, question.by, ago_seconds)
    except Unreachable:
        raise
    except MetricsError as error:
        return error
