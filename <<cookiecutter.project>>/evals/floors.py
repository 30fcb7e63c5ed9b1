"""The floors: the least share of its cases that each evaluator must pass."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evals.case import Expectations
from evals.errors import WrongFile

Share = Annotated[float, Field(gt=0, le=1, strict=False)]


class Shares(BaseModel):
    """One floor for each evaluator: a share above 0 and up to 1. `judge` may be missing if there is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    contains: Share
    format: Share
    tools: Share
    tokens: Share
    tool_calls: Share
    judge: Share | None = None


class Floors(BaseModel):
    """A file of floors. `every_task` holds for each task that does not say otherwise; `judge_kappa` is the least
    agreement of a judge with the labels."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    floors: Shares
    judge_kappa: Annotated[float, Field(gt=0, le=1, strict=False)] = 0.6
    every_task: Expectations = Expectations()

    def by_evaluator(self, *, with_judge: bool = False) -> dict[str, float]:
        """Each evaluator's floor, in the order of the table. Raises WrongFile: a judge has none."""
        floors: dict[str, float] = self.floors.model_dump(exclude=set() if with_judge else {"judge"})
        if with_judge and floors["judge"] is None:
            raise WrongFile("the floors need one for `judge`, such as judge: 0.8")
        return floors
