"""What the service says of itself: alive, ready, what it is, its metrics."""

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from pydantic_ai.models import Model

from agent.api.problem_types import NOT_READY, STOPPING, Refused
from agent.api.task import MOST_TASK_CHARACTERS
from agent.budget import Budget
from agent.metrics import Metrics
from agent.models import is_ready
from agent.place import Place, is_reachable
from agent.settings import Settings
from agent.stopping import Readiness


class Alive(BaseModel):
    """What GET /livez answers for as long as the process can answer anything."""

    status: Literal["alive"] = "alive"


class Health(BaseModel):
    """What GET /health answers when all is well."""

    status: str
    release: str
    model: str


class Limits(BaseModel):
    """What a request may ask for, and what its run may use. None means no limit; of the window, unknown."""

    task_characters: int
    deadline_seconds: float
    context_window_tokens: int | None
    run_requests: int
    run_tool_calls: int | None
    run_cost_usd: float | None
    budget_tokens: int | None
    budget_cost_usd: float | None
    caller_budget_tokens: int | None
    caller_budget_cost_usd: float | None


class Info(BaseModel):
    """What GET /info answers."""

    release: str
    model: str
    fallback_model: str | None
    limits: Limits


def make_router(
    settings: Settings,
    model: Model,
    window_tokens: int | None,
    metrics: Metrics,
    readiness: Readiness,
    budget: Budget | None,
    place: Place,
) -> APIRouter:
    """The routes that need no run."""
    router = APIRouter()
    # Written once: the router asks every second.
    healthy = Health(status="ok", release=settings.release, model=settings.model).model_dump_json().encode()
    limits = Limits(
        task_characters=MOST_TASK_CHARACTERS,
        deadline_seconds=settings.deadline_seconds,
        context_window_tokens=window_tokens,
        run_requests=settings.max_run_requests,
        run_tool_calls=settings.max_run_tool_calls,
        run_cost_usd=settings.max_run_cost_usd,
        budget_tokens=settings.budget_tokens,
        budget_cost_usd=settings.budget_cost_usd,
        caller_budget_tokens=settings.caller_budget_tokens,
        caller_budget_cost_usd=settings.caller_budget_cost_usd,
    )
    about = Info(
        release=settings.release, model=settings.model, fallback_model=settings.fallback_model or None, limits=limits
    )

    @router.get("/livez")
    async def livez() -> Alive:
        return Alive()

    @router.get("/health", response_model=Health)
    async def health() -> Response:
        if (refused := why_not_ready(settings.model, readiness, model, place)) is not None:
            raise refused
        return Response(healthy, media_type="application/json")

    @router.get("/info")
    async def info() -> Info:
        return about

    @router.get("/metrics", response_class=PlainTextResponse)
    async def export() -> Response:
        if budget is not None:
            await budget.show()
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router


def why_not_ready(name: str, readiness: Readiness, model: Model, place: Place) -> Refused | None:
    """What /health answers instead of 200; None if the service is ready for runs."""
    if readiness.stopping:
        return Refused(STOPPING, "the service got a signal to stop")
    if not is_ready(model):
        return Refused(NOT_READY, f"the model {name} is not ready")
    if not is_reachable(place):
        return Refused(NOT_READY, "the database that keeps conversations does not answer")
    return None
