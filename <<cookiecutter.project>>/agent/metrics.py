"""Every metric this service exports. Gates and alerts are written against these names."""

from asyncio import AbstractEventLoop
from collections.abc import Sequence
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from pydantic_ai import ModelMessage, ModelResponse, ToolCallPart
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.event_loop import BusySeconds, MeteredLoop
from agent.usage import Usage

RUN_PATH = "/agent/run"
# Zero from the start, so that the first error is an increase and not a new series.
KNOWN_STATUSES = ("200", "422", "500", "502", "504")
# Past the largest limit a gate may have: a quantile can't say more than the last finite bucket.
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 90, 120, 300)
RATIO_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5)
UNKNOWN_TOOL = "unknown"

# One more series for each metric, which no query uses.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """One registry for one app."""

    def __init__(self, tools: Sequence[str]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter("agent_requests", "POST /agent/run by HTTP status", ["status"], registry=registry)
        self.request_seconds = Histogram(
            "agent_request_seconds", "Time to answer", buckets=SECONDS_BUCKETS, registry=registry
        )
        self.in_flight = Gauge("agent_requests_in_flight", "Requests being answered", registry=registry)
        self.exceptions = Counter(
            "agent_exceptions", "Exceptions that ended a request, by class", ["type"], registry=registry
        )
        self.cost_usd = Counter("agent_cost_usd", "Cost of all model requests", registry=registry)
        self.tokens = Counter("agent_tokens", "Tokens of all model requests", ["kind"], registry=registry)
        self.tool_calls = Counter("agent_tool_calls", "Tool calls of the model", ["tool"], registry=registry)
        self.context_utilization_ratio = Histogram(
            "agent_context_utilization_ratio",
            "Share of the context window in use at the end of a run; nothing where it is unknown",
            buckets=RATIO_BUCKETS,
            registry=registry,
        )
        self._start_at_zero(tools)

    def count_loop(self, loop: AbstractEventLoop) -> None:
        """Export how busy this loop is; any other than ours has no meter, as in a test client."""
        if isinstance(loop, MeteredLoop):
            self.registry.register(BusySeconds(loop.meter))

    def _start_at_zero(self, tools: Sequence[str]) -> None:
        for status in KNOWN_STATUSES:
            self.requests.labels(status)
        for kind in ("input", "output"):
            self.tokens.labels(kind)
        for tool in tools:
            self.tool_calls.labels(tool)
        self._tools = frozenset(tools)

    def count_run(self, usage: Usage, messages: Sequence[ModelMessage]) -> None:
        """Count what one run used, finished or not."""
        self.tokens.labels("input").inc(usage.input_tokens)
        self.tokens.labels("output").inc(usage.output_tokens)
        if usage.cost_usd is not None:
            self.cost_usd.inc(usage.cost_usd)
        if usage.context_utilization_ratio is not None:
            self.context_utilization_ratio.observe(usage.context_utilization_ratio)
        for message in messages:
            if isinstance(message, ModelResponse):
                for part in message.parts:
                    if isinstance(part, ToolCallPart):
                        # A model can invent names without end; a label must not grow with them.
                        name = part.tool_name if part.tool_name in self._tools else UNKNOWN_TOOL
                        self.tool_calls.labels(name).inc()

    def count_exception(self, error: BaseException) -> None:
        """Count an exception that ended a request."""
        self.exceptions.labels(type(error).__name__).inc()

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class MeasureRequests:
    """The outermost middleware, so that what any other one refuses is counted too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != RUN_PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        status = "500"  # what the server answers with when an exception gets this far

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        started = perf_counter()
        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                self._metrics.requests.labels(status).inc()
                self._metrics.request_seconds.observe(perf_counter() - started)
