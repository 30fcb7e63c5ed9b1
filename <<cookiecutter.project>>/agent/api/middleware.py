"""What is done to every request: it is measured, and its response names the release."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.routes import MEASURED_PATHS
from agent.metrics import Metrics


class MeasureRequests:
    """The outermost middleware, so that what any other one refuses is counted too.

    A request's clock starts when its body is complete: how slowly a client sends is no fault of the release.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in MEASURED_PATHS or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        status = 500  # what the server answers with when an exception gets this far
        complete_at: float | None = None

        async def receive_and_note() -> Message:
            nonlocal complete_at
            message = await receive()
            if complete_at is None and message["type"] == "http.request" and not message.get("more_body", False):
                complete_at = perf_counter()
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive_and_note, send_and_note)
            finally:
                seconds = None if complete_at is None else perf_counter() - complete_at
                self._metrics.count_request(status, seconds)


class ReleaseHeader:
    """Adds `x-release` to every response."""

    def __init__(self, app: ASGIApp, release: str) -> None:
        self._app = app
        self._header = (b"x-release", release.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), self._header]
            await send(message)

        await self._app(scope, receive, send_named if scope["type"] == "http" else send)
