"""The key `evals` of rollout.yaml: tasks that the canary must solve before its first user."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from rollout.policy.keys import Part, PositiveDuration, Ratio

MOST_CASES = 50


def regular(text: str) -> str:
    """Reject what is not a regular expression."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"must be a regular expression: {error}") from None
    return text


def above_zero(floor: float) -> float:
    """Reject a floor that nothing can miss."""
    if not floor:
        raise ValueError("must be above 0%")
    return floor


Text = Annotated[str, Field(min_length=1)]
Limit = Annotated[int, Field(ge=0)]


class EvalPolicy(Part):
    """One task, and what its answer and its run are held against."""

    id: Text
    task: Text
    contains: Text | None = None
    matches: Annotated[Text, AfterValidator(regular)] | None = None
    max_tokens: Limit | None = None
    max_tool_calls: Limit | None = None

    @model_validator(mode="after")
    def holds_it_against_something(self) -> "EvalPolicy":
        if (self.contains, self.matches, self.max_tokens, self.max_tool_calls) == (None,) * 4:
            raise ValueError("needs contains, matches, max_tokens or max_tool_calls")
        return self


def differ(cases: list[EvalPolicy]) -> list[EvalPolicy]:
    """Reject two cases with one id."""
    if len({case.id for case in cases}) != len(cases):
        raise ValueError("each id must be unique")
    return cases


class EvalsPolicy(Part):
    """`floor` is the share of the cases that must pass; `within` the time for all of them together."""

    floor: Annotated[Ratio, AfterValidator(above_zero)]
    within: PositiveDuration
    cases: Annotated[list[EvalPolicy], Field(min_length=1, max_length=MOST_CASES), AfterValidator(differ)]
