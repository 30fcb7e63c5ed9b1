"""What the service says of itself: alive, ready, what it is, its metrics."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict

from agent.api.health import HEALTH_PATH, Condition, Health
from agent.api.problem_types import ANYWHERE, NOT_READY, STOPPING
from agent.api.problems import documented
from agent.api.task import MOST_TASK_CHARACTERS
from agent.budget import Budget
from agent.metrics import Metrics
from agent.settings import Settings


class Alive(BaseModel):
    """What GET /livez answers for as long as the process can answer anything."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})

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


# FastAPI leaves a None out of an example.
INFO: dict[str, Any] = {
    "release": "v1.2.0",
    "model": "anthropic:claude-sonnet-5",
    "fallback_model": "openai:gpt-5",
    "limits": {
        "task_characters": 20000,
        "deadline_seconds": 120,
        "context_window_tokens": 200000,
        "run_requests": 50,
        "run_tool_calls": 100,
        "run_cost_usd": 0.5,
        "budget_tokens": 500000000,
        "budget_cost_usd": 100,
        "caller_budget_tokens": 1000000,
        "caller_budget_cost_usd": 5,
    },
}
METRICS = """\
# HELP agent_requests_in_flight Requests being answered
# TYPE agent_requests_in_flight gauge
agent_requests_in_flight 3.0
"""


class Info(BaseModel):
    """What GET /info answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [INFO]})

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

    @router.get("/livez", responses=documented(*ANYWHERE))
    async def livez() -> Alive:
        return Alive()

    @router.get(HEALTH_PATH, responses=documented(*ANYWHERE, STOPPING, NOT_READY))
    async def health() -> Health:  # AnswerHealth answers while all is well
        if (refused := condition.why_not_ready()) is not None:
            raise refused
        return condition.health()

    @router.get("/info", responses=documented(*ANYWHERE))
    async def info() -> Info:
        return about

    @router.get(
        "/metrics",
        response_class=PlainTextResponse,
        responses={200: {"content": {"text/plain": {"example": METRICS}}}, **documented(*ANYWHERE)},
    )
    async def export() -> Response:
        if budget is not None:
            await budget.show()
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
