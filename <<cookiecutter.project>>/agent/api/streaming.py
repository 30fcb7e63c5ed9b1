"""POST /agent/stream: a run as server-sent events, from its first token to its usage or its error."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agent.api.authentication import owner_of
from agent.api.leaving import ClientLeft, unless_left
from agent.api.problem_types import OF_RUNS, SLOW_CLIENT
from agent.api.problems import documented, example, report
from agent.api.relay import Remaining, Runs, events_of
from agent.api.request_log import note_run
from agent.api.task import ANSWER, Answer, Key, Task, answer_of
from agent.metrics import LEFT_STATUS, Metrics
from agent.run import BackgroundRuns, Event, RatedRuns, RunResult, Token, ToolCall, ToolResult
from agent.settings import Settings

STREAM_PATH = "/agent/stream"

LAST_EVENT_SECONDS = 3.0
"""How long after its deadline a stream may still take to send its end; a client that does not read is cut off then."""

NAMES = {Token: "token", ToolCall: "tool_call", ToolResult: "tool_result"}
EVENT_SCHEMA = {
    "type": "object",
    "description": "One event; its data is JSON",
    "properties": {
        "event": {"enum": [*NAMES.values(), "usage", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
EVENTS: dict[str, dict[str, Any]] = {
    "token": {"text": "The answer"},
    "tool_call": {"id": "call-1", "tool": "calculate"},
    "tool_result": {"id": "call-1", "tool": "calculate", "ok": True},
    "usage": ANSWER["usage"],
    "done": ANSWER,
    "error": example(SLOW_CLIENT),
}
EXAMPLES = {name: {"value": {"event": name, "data": json.dumps(data)}} for name, data in EVENTS.items()}
HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}


class EventStream(StreamingResponse):
    """A response that closes its events when it ends for any reason. The first one is sent before all that only the
    wait for the others needs."""

    media_type = "text/event-stream"

    def __init__(
        self, first: bytes, others: AsyncGenerator[bytes], events: AsyncGenerator[object], within_seconds: float
    ) -> None:
        super().__init__(others, headers=HEADERS)
        self._first, self._others, self._events = first, others, events
        self._within_seconds = within_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._within_seconds):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": self._first, "more_body": True})
                await super().__call__(scope, receive, send)
        finally:
            await self._others.aclose()
            await self._events.aclose()  # which the others leave open if they have not begun

    async def stream_response(self, send: Send) -> None:
        """Send what comes after the first event."""
        async for event in self._others:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def make_router(
    settings: Settings, runner: Runs, rated: RatedRuns, metrics: Metrics, background: BackgroundRuns
) -> APIRouter:
    """The route of streams."""
    router = APIRouter()

    @router.post(
        STREAM_PATH,
        status_code=200,
        response_class=EventStream,
        responses={
            200: {"content": {"text/event-stream": {"schema": EVENT_SCHEMA, "examples": EXAMPLES}}},
            **documented(*OF_RUNS),
        },
    )
    async def stream(body: Task, request: Request, key: Key = None) -> Response:
        asked = body.request(owner_of(request.scope), key)
        note_run(request.scope, asked)
        # Who sends a key may come back for the answer.
        ends = settings.cancel_on_disconnect and key is None
        events = events_of(runner, asked, None if ends else Remaining(background, metrics))
        try:
            first = await first_of(events, request.receive if ends else None)
        except ClientLeft:
            return Response(status_code=LEFT_STATUS)
        return EventStream(_frame_of(first), _frames(events), events, settings.deadline_seconds + LAST_EVENT_SECONDS)

    async def _frames(events: AsyncGenerator[Event | RunResult]) -> AsyncGenerator[bytes]:
        try:
            async for event in events:
                yield _frame_of(event)
        except Exception as error:
            yield frame("error", report(error, metrics).model_dump(exclude_none=True))

    def _frame_of(event: Event | RunResult) -> bytes:
        if not isinstance(event, RunResult):
            return frame(NAMES[type(event)], asdict(event))
        rated.add(event)
        answer: Answer = answer_of(event, settings.release)
        return frame("usage", answer.usage.model_dump()) + frame("done", answer.model_dump())

    return router


async def first_of(events: AsyncGenerator[Event | RunResult], receive: Receive | None) -> Event | RunResult:
    """The first event: what fails before it still has a status of its own. With `receive`, raises ClientLeft too."""
    try:
        return await (anext(events) if receive is None else unless_left(anext(events), receive))
    except BaseException:
        await events.aclose()
        raise


def frame(name: str, data: object) -> bytes:
    """One server-sent event. JSON has no line breaks, so that the data is one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
