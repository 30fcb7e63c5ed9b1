"""The floors: the least share of its cases that each evaluator must pass."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evals.case import Expectations

Share = Annotated[float, Field(gt=0, le=1, strict=False)]


class Shares(BaseModel):
    """One floor for each evaluator: a share above 0 and up to 1. None is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    contains: Share
    format: Share
    tools: Share
    tokens: Share
    tool_calls: Share


class Floors(BaseModel):
    """A file of floors. `every_task` holds for each task that does not say otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    floors: Shares
    every_task: Expectations = Expectations()

    def by_evaluator(self) -> dict[str, float]:
        """Each evaluator's floor, in the order of the table."""
        return self.floors.model_dump()
