"""The routes of the service."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_ai.models import Model

from agent.metrics import Metrics
from agent.models import is_ready
from agent.run import Runner, RunRequest, Usage
from agent.settings import Settings

RUN_PATH = "/agent/run"
MOST_FIELDS = 20


class Task(BaseModel):
    """The request body of POST /agent/run."""

    model_config = ConfigDict(extra="forbid")

    task: Annotated[str, Field(min_length=1, max_length=20_000)]

    @model_validator(mode="before")
    @classmethod
    def has_few_fields(cls, body: object) -> object:
        """The most unknown fields: each is a mistake, and validating a body full of them would take half a second."""
        if isinstance(body, dict) and len(body) > MOST_FIELDS:
            raise ValueError(f"more than {MOST_FIELDS} fields")
        return body


class Answer(BaseModel):
    """The response body of POST /agent/run."""

    answer: str
    release: str
    usage: Usage


class Health(BaseModel):
    """The response body of GET /health when the service is healthy."""

    status: str
    release: str
    model: str


def make_router(settings: Settings, model: Model, runner: Runner, metrics: Metrics) -> APIRouter:
    """The service's three routes."""
    router = APIRouter()
    healthy = Health(status="ok", release=settings.release, model=settings.model)

    @router.get("/health")
    async def health() -> Health:
        if not is_ready(model):
            raise HTTPException(503, f"the model {settings.model} is not ready")
        return healthy

    @router.post(RUN_PATH)
    async def run(body: Task) -> Answer:
        result = await runner.run(RunRequest(task=body.task))
        return Answer(answer=result.answer, release=settings.release, usage=result.usage)

    @router.get("/metrics")
    async def export() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
