"""What the service says of itself: alive, ready, what it is, its metrics."""

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from agent.api.health import HEALTH_PATH, Condition, Health
from agent.api.task import MOST_TASK_CHARACTERS
from agent.budget import Budget
from agent.metrics import Metrics
from agent.settings import Settings


class Alive(BaseModel):
    """What GET /livez answers for as long as the process can answer anything."""

    status: Literal["alive"] = "alive"


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
    window_tokens: int | None,
    metrics: Metrics,
    budget: Budget | None,
    condition: Condition,
) -> APIRouter:
    """The routes that need no run."""
    router = APIRouter()
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

    @router.get(HEALTH_PATH)
    async def health() -> Health:  # AnswerHealth answers while all is well
        if (refused := condition.why_not_ready()) is not None:
            raise refused
        return condition.health()

    @router.get("/info")
    async def info() -> Info:
        return about

    @router.get("/metrics", response_class=PlainTextResponse)
    async def export() -> Response:
        if budget is not None:
            await budget.show()
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
