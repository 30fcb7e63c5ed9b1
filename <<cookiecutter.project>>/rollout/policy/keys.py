"""The types of values in rollout.yaml. Frozen and strict."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rollout.policy import quantity
from rollout.policy.placeholders import unknown_in
from rollout.policy.threshold import Threshold, threshold

Duration = Annotated[float, BeforeValidator(quantity.duration)]
PositiveDuration = Annotated[Duration, Field(gt=0)]
Ratio = Annotated[float, BeforeValidator(quantity.ratio)]
LimitText = Annotated[quantity.Limit, BeforeValidator(quantity.limit)]
ThresholdText = Annotated[Threshold, BeforeValidator(threshold)]
Certainty = Annotated[float, Field(ge=1, le=10, strict=False)]


def known_placeholders(promql: str) -> str:
    """Reject an unknown placeholder `$name`."""
    if problem := unknown_in(promql):
        raise ValueError(problem)
    return promql


PromQL = Annotated[str, Field(min_length=1), AfterValidator(known_placeholders)]


def rising(windows: list[float]) -> list[float]:
    """Reject windows that do not increase: the first detects sudden faults, the last decides what passes."""
    if any(after <= before for before, after in pairwise(windows)):
        raise ValueError("each window must be longer than the one before")
    return windows


Windows = Annotated[list[PositiveDuration], Field(min_length=1), AfterValidator(rising)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
