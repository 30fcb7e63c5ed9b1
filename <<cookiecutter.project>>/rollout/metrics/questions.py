"""Several queries in one request: measuring one gate by evidence takes about twelve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rollout.errors import MetricsError, Unreachable


@dataclass(frozen=True)
class Question:
    """One expression; with `by`, it returns a number for each value of that label."""

    promql: str
    by: str | None = None


Answer: TypeAlias = Mapping[str, float] | MetricsError
"""A number for each value of the question's label, or one number under ""; or the error."""


def one_by_one(
    questions: Mapping[str, Question],
    value: Callable[[str, float], float],
    values: Callable[[str, str, float], Mapping[str, float]],
    ago_seconds: float,
) -> dict[str, Answer]:
    """Answer the questions with one request for each. Raises Unreachable."""
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
