"""Assembles the ASGI app."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from agent.api.bodies import LimitBodies
from agent.api.middleware import MeasureRequests, ReleaseHeader
from agent.api.problems import handle_problems
from agent.api.routes import make_router
from agent.metrics import Metrics
from agent.models import make_model
from agent.run import Runner, build_agent
from agent.settings import Settings
from agent.tools import TOOL_NAMES


def create_app(settings: Settings) -> FastAPI:
    """Create the ASGI app, with its own registry of metrics.

    Raises:
        StartError: the model can't be used.
    """
    model = make_model(settings.model)
    agent = build_agent(model)
    metrics = Metrics(TOOL_NAMES)
    runner = Runner(agent, model, metrics, settings.deadline_seconds)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        metrics.count_loop(get_running_loop())
        async with agent:
            yield

    app = FastAPI(title="agent", version=settings.release, lifespan=lifespan)
    app.include_router(make_router(settings, model, runner, metrics))
    app.add_middleware(LimitBodies)  # innermost: its errors become problems too
    handle_problems(app, metrics)
    app.add_middleware(ReleaseHeader, release=settings.release)
    app.add_middleware(MeasureRequests, metrics=metrics)  # outermost, because it is added last
    return app
