"""POST /feedback: a rating of a run's answer."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from agent.api.problem_types import RUN_NOT_FOUND, WITH_BODY, Refused
from agent.api.problems import documented
from agent.api.task import ANSWER, ID
from agent.experiments import Experiments
from agent.metrics import Metrics
from agent.run import RatedRuns, Rating


class Feedback(BaseModel):
    """What POST /feedback takes: the `run_id` of an answer, and what it was worth."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"run_id": ANSWER["run_id"], "rating": "good"}]},
    )

    run_id: Annotated[str, Field(pattern=ID)]
    rating: Rating


def make_router(rated: RatedRuns, metrics: Metrics, experiments: Experiments | None) -> APIRouter:
    """The route of feedback."""
    router = APIRouter()

    @router.post("/feedback", status_code=204, response_class=Response, responses=documented(*WITH_BODY, RUN_NOT_FOUND))
    async def feedback(body: Feedback) -> None:
        try:
            counts = rated.rate(body.run_id)
        except KeyError:
            raise Refused(RUN_NOT_FOUND) from None
        if counts:
            metrics.feedback.labels(body.rating).inc()
            if experiments is not None:
                await experiments.rated(body.run_id, body.rating)

    return router
