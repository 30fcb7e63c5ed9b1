"""Middleware: measures requests, and adds the release to every response."""

from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.routes import MEASURED_PATHS
from agent.metrics import Metrics


class MeasureRequests:
    """Counts and times requests. It is the outermost middleware, so it also counts requests that others reject.

    The time starts when the body is complete, and leaves out what the client takes to read, so a slow client does not
    count against the release.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in MEASURED_PATHS or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        status = 500  # the server's answer if an exception gets this far
        complete_at: float | None = None
        reading_seconds = 0.0

        async def receive_timed() -> Message:
            nonlocal complete_at
            message = await receive()
            if complete_at is None and message["type"] == "http.request" and not message.get("more_body", False):
                complete_at = self._clock()
            return message

        async def send_recorded(message: Message) -> None:
            nonlocal status, reading_seconds
            if message["type"] == "http.response.start":
                status = message["status"]
            began = self._clock()  # the server waits in `send` while the client has not read enough
            try:
                await send(message)
            finally:
                reading_seconds += self._clock() - began

        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive_timed, send_recorded)
            finally:
                seconds = None if complete_at is None else self._clock() - complete_at - reading_seconds
                self._metrics.count_request(status, seconds)


class ReleaseHeader:
    """Adds `x-release` to every response."""

    def __init__(self, app: ASGIApp, release: str) -> None:
        self._app = app
        self._header = (b"x-release", release.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_release(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), self._header]
            await send(message)

        await self._app(scope, receive, send_with_release if scope["type"] == "http" else send)
