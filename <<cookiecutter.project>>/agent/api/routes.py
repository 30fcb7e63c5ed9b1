"""POST /agent/run, and the router with all routes."""

from fastapi import APIRouter, Request, Response

from agent.api import conversations, feedback, page, status, streaming
from agent.api.authentication import is_loopback, owner_of
from agent.api.health import Condition
from agent.api.leaving import ClientLeft, unless_left
from agent.api.problem_types import OF_RUNS
from agent.api.problems import documented
from agent.api.request_log import note_run
from agent.api.task import REPLAYED, Answer, Key, Task, answer_of
from agent.budget import Budget
from agent.conversations import Conversations
from agent.experiments import Experiments
from agent.metrics import LEFT_STATUS, Metrics
from agent.run import BackgroundRuns, KeyedRunner, RatedRuns
from agent.settings import Settings

RUN_PATH = "/agent/run"
MEASURED_PATHS = frozenset({RUN_PATH, streaming.STREAM_PATH})


def make_router(
    settings: Settings,
    window_tokens: int | None,
    runner: KeyedRunner,
    metrics: Metrics,
    kept: Conversations | None,
    background: BackgroundRuns,
    budget: Budget | None,
    experiments: Experiments | None,
    condition: Condition,
) -> APIRouter:
    """The service's routes."""
    router = APIRouter()
    rated = RatedRuns()

    @router.post(RUN_PATH, response_model=Answer, responses=documented(*OF_RUNS))
    async def run(body: Task, request: Request, response: Response, key: Key = None) -> Answer | Response:
        asked = body.request(owner_of(request.scope), key)
        note_run(request.scope, asked)
        running = runner.run(asked)
        # Who sends a key may come back for the answer.
        ends = settings.cancel_on_disconnect and key is None
        try:
            result = await (unless_left(running, request.receive) if ends else running)
        except ClientLeft:
            return Response(status_code=LEFT_STATUS)
        rated.add(result)
        if result.replayed_from is not None:
            response.headers[REPLAYED] = "true"
        return answer_of(result, settings.release)

    router.include_router(streaming.make_router(settings, runner, rated, metrics, background))
    router.include_router(feedback.make_router(rated, metrics, experiments))
    router.include_router(status.make_router(settings, window_tokens, metrics, budget, condition))
    if page.is_shown(settings, is_loopback(settings.host)):
        router.include_router(page.make_router())
    if kept is not None:
        router.include_router(conversations.make_router(kept, runner.answers))
    return router
