"""The span of each request for a run: part of its client's trace, if the client has one."""

from http import HTTPStatus

from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.routes import MEASURED_PATHS

PARENT = TraceContextTextMapPropagator()
PARENT_HEADERS = ("traceparent", "tracestate")


class TraceRequests:
    """Makes the span that the run's own spans belong to."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in MEASURED_PATHS:
            await self._app(scope, receive, send)
            return
        with self._tracer.start_as_current_span(
            f"{scope['method']} {scope['path']}",
            context=PARENT.extract(parent_of(scope)),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.path": scope["path"]},
            record_exception=False,  # its text may be a user's
        ) as span:

            async def send_recorded(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self._app(scope, receive, send_recorded)


def parent_of(scope: Scope) -> dict[str, str]:
    """The headers that say which trace a request is part of."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {name: headers[name] for name in PARENT_HEADERS if name in headers}
