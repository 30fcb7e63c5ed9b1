"""The same agent behind bare FastAPI routes, and routes that do nothing: `python -m bench.service.bare PORT MODEL`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_ai import Agent, PartDeltaEvent, PartStartEvent

from agent.metrics import Metrics
from agent.models import make_model
from agent.run import TOOL_NAMES, build_agent, tools_of
from agent.settings import Settings
from bench.service.answers import STREAM_PATH


class Task(BaseModel):
    task: str


class Answer(BaseModel):
    answer: str
    release: str


def app(model: str) -> FastAPI:
    """Nothing but the framework: no authentication, limits, metrics, logs or errors of its own."""
    settings = Settings.model_construct()
    agent = build_agent(make_model(model), tools_of(settings, Metrics(TOOL_NAMES)))

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

    @bare.post(STREAM_PATH)
    async def stream(body: Task) -> StreamingResponse:
        return StreamingResponse(events(agent, body.task), media_type="text/event-stream")

    @bare.post("/nothing")
    async def nothing(body: Task) -> Answer:
        return Answer(answer=body.task, release="bare")

    return bare


async def events(agent: Agent[None, str], task: str) -> AsyncIterator[bytes]:
    """A run's tokens and its end, without their data."""
    async with agent.run_stream_events(task) as run:
        async for event in run:
            if isinstance(event, PartStartEvent | PartDeltaEvent):
                yield b"event: token\ndata: {}\n\n"
    yield b"event: done\ndata: {}\n\n"


if __name__ == "__main__":
    port, model = sys.argv[1:]
    uvicorn.run(app(model), port=int(port), http="httptools", loop="uvloop", access_log=False, log_level="warning")
