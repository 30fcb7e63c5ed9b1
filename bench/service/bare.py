"""The same agent behind a bare FastAPI route, and routes that do nothing: `python -m bench.service.bare PORT`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from agent.metrics import Metrics
from agent.models import make_model
from agent.run import TOOL_NAMES, build_agent, tools_of
from agent.settings import Settings


class Task(BaseModel):
    task: str


class Answer(BaseModel):
    answer: str
    release: str


def app() -> FastAPI:
    """Nothing but the framework: no authentication, limits, metrics, logs or errors of its own."""
    settings = Settings.model_construct()
    agent = build_agent(make_model("offline"), tools_of(settings, Metrics(TOOL_NAMES)))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with agent:
            yield

    bare = FastAPI(lifespan=lifespan)

    @bare.get("/health")
    async def health() -> Answer:
        return Answer(answer="ok", release="bare")

    @bare.post("/agent/run")
    async def run(body: Task) -> Answer:
        return Answer(answer=(await agent.run(body.task)).output, release="bare")

    @bare.post("/nothing")
    async def nothing(body: Task) -> Answer:
        return Answer(answer=body.task, release="bare")

    return bare


if __name__ == "__main__":
    uvicorn.run(app(), port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False, log_level="warning")
