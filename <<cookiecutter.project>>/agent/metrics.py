"""Every metric that this service exports. Gates and alerts use these names."""

from asyncio import AbstractEventLoop
from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from agent.disk import Disk
from agent.event_loop import BusySeconds, MeteredLoop

# Exported as 0 from the start, so that the first error increases a series instead of creating one.
KNOWN_STATUSES = ("200", "401", "408", "413", "422", "429", "500", "502", "503", "504")
LEFT_STATUS = 499
"""Of a request whose client has left before its answer: nobody gets it. It is nginx' number for the same."""

LATE_SECONDS = 60
"""The limit of the gate `latency_p99`. A client that left before may have had a fast answer or a slow one."""

# Goes beyond the highest limit of a gate: a quantile can't exceed the last finite bucket. Has the limits of the gate
# and of the alert at the speeds of a rehearsal too: 60 s and 30 s divided by 20 or 12.
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60, 90, 120, 300)
TOOL_SECONDS_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120)
TOOL_OUTCOMES = ("success", "failure", "timeout", "error", "cancelled")
"""`failure` is what a tool tells the model, `error` any other exception: it ends the run."""

RATIO_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5)
UNKNOWN_TOOL = "unknown"
REFUSALS = ("queue_full", "waited")
RATINGS = ("good", "bad")
UNITS = ("user", "conversation", "anonymous_conversation")
OUTCOMES = (
    "answered",
    "truncated",
    "filtered",
    "usage_limit",
    "context_full",
    "deadline",
    "vendor_error",
    "error",
    "cancelled",
    "client_deadline",
    "client_context_full",
    "client_conversation",
)
"""How a run ends. `truncated` is at the model's limit on output tokens, with a part of an answer or none, `filtered` at
the content filter of its API. A client that closes its stream cancels its run. `client_…` is what a client alone can
cause: the gate `completion` leaves it out."""

# `_created` would be one more series for each metric, and no query uses it.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one app, in its own registry."""

    def __init__(self, tools: Sequence[str]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(Disk())
        self.requests = Counter(
            "agent_requests", "POST /agent/run and /agent/stream by HTTP status", ["status"], registry=registry
        )
        self.request_seconds = Histogram(
            "agent_request_seconds",
            "Time from the last byte of a request to the last byte of its answer, except for 4xx and 503; of a client "
            "that left, only if it had waited for over a minute",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.abandoned_seconds = Histogram(
            "agent_abandoned_request_seconds",
            "How long clients had waited that left before their answer",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge("agent_requests_in_flight", "Requests being answered", registry=registry)
        self.exceptions = Counter(
            "agent_exceptions", "Exceptions that ended a request, by class", ["type"], registry=registry
        )
        self.vendor_errors = Counter(
            "agent_vendor_errors",
            "The part of agent_exceptions that the model's API caused, by class",
            ["type"],
            registry=registry,
        )
        self.runs = Counter("agent_runs", "Runs of the agent by outcome", ["outcome"], registry=registry)
        self.cost_usd = Counter("agent_cost_usd", "Cost of all model requests", registry=registry)
        # From sum, count and sum of squares, a gate computes how much a mean varies by chance.
        self.run_cost_usd_squared = Counter(
            "agent_run_cost_usd_squared", "Sum of the squares of each run's cost", registry=registry
        )
        self.run_tool_calls_squared = Counter(
            "agent_run_tool_calls_squared", "Sum of the squares of each run's tool calls", registry=registry
        )
        self.run_tokens_squared = Counter(
            "agent_run_tokens_squared", "Sum of the squares of each run's tokens, input and output", registry=registry
        )
        self.tokens = Counter(
            "agent_tokens",
            "Tokens of all model requests; input includes cache reads (OpenTelemetry: gen_ai.client.token.usage)",
            ["kind"],
            registry=registry,
        )
        self.cache_read_tokens = Counter(
            "agent_cache_read_input_tokens",
            "The part of the input tokens that the model's API read from its prompt cache "
            "(gen_ai.usage.cache_read.input_tokens)",
            registry=registry,
        )
        self.cache_creation_tokens = Counter(
            "agent_cache_creation_input_tokens",
            "Input tokens that the model's API wrote to its prompt cache (gen_ai.usage.cache_creation.input_tokens)",
            registry=registry,
        )
        self.time_to_first_token_seconds = Histogram(
            "agent_time_to_first_token_seconds",
            "Time from the start of a stream, with its wait for a slot, to the first piece of text "
            "(gen_ai.server.time_to_first_token)",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.tool_calls = Counter("agent_tool_calls", "Tool calls of the model", ["tool"], registry=registry)
        self.tool_seconds = Histogram(
            "agent_tool_seconds",
            "Time of each tool call, by how it ended",
            ["tool", "outcome"],
            buckets=TOOL_SECONDS_BUCKETS,
            registry=registry,
        )
        self.context_utilization_ratio = Histogram(
            "agent_context_utilization_ratio",
            "Ratio of the context window in use at the end of a run, if known",
            buckets=RATIO_BUCKETS,
            registry=registry,
        )
        self.model_request_context_utilization_ratio = Histogram(
            "agent_model_request_context_utilization_ratio",
            "Share of the context window in use after each model request, as reported; nothing where it is unknown",
            buckets=RATIO_BUCKETS,
            registry=registry,
        )
        self.context_compactions = Counter(
            "agent_context_compactions",
            "Times that older turns or tool results were left out of what is sent to the model",
            registry=registry,
        )
        self.feedback = Counter("agent_feedback", "Ratings of answered runs", ["rating"], registry=registry)
        self.queue_depth = Gauge("agent_queue_depth", "Runs that wait for a slot", registry=registry)
        self.queue_seconds = Histogram(
            "agent_queue_seconds",
            "How long runs waited that found no free slot, also in vain",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.refused_runs = Counter(
            "agent_refused_runs", "Runs that were refused with 503, by reason", ["reason"], registry=registry
        )
        self.units = Counter(
            "agent_units",
            "Users with a token, their named conversations, and those of anonymous callers, each once a day (UTC)",
            ["kind"],
            registry=registry,
        )
        self.experiment_troubles = Gauge(
            "agent_experiment_troubles",
            "1 while an experiment does not run as it was started (`model`, `definition`, `changed`, `not_released`), "
            "or the log of all can't be used (`log_read`, `log_write`); without a log there is none",
            ["experiment", "reason"],
            registry=registry,
        )
        self.replays = Counter(
            "agent_replays", "Requests that got the stored answer to their Idempotency-Key", registry=registry
        )
        self.budget_limit = Gauge(
            "agent_budget_limit",
            "Limit of the day's budget (UTC) of the service or of each caller, in tokens or USD; nothing if unlimited",
            ["scope", "unit"],
            registry=registry,
        )
        self.budget_used = Gauge(
            "agent_budget_used",
            "What of it is used, by all releases that share the file; of callers, the most that one has used",
            ["scope", "unit"],
            registry=registry,
        )
        self.budget_refusals = Counter(
            "agent_budget_refusals",
            "Runs that were refused with 429 because a budget was used up, by whose",
            ["scope"],
            registry=registry,
        )
        self.model_request_seconds = Histogram(
            "agent_model_request_seconds",
            "Time of each model request, also of failed ones; of a stream, until all of it is read "
            "(gen_ai.client.operation.duration)",
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self.model_answers = Counter(
            "agent_model_answers",
            "Model requests that were answered, by model and by its role: `first` or `fallback`",
            ["model", "role"],
            registry=registry,
        )
        self.model_price_known = Gauge(
            "agent_model_price_known",
            "1 for a model with a known price; 0 for one without: its cost is in no metric and no limit",
            ["model", "role"],
            registry=registry,
        )
        self.unpriced_model_requests = Counter(
            "agent_unpriced_model_requests",
            "Model requests, answered or cut in their answer, of unknown cost, which agent_cost_usd does not have",
            registry=registry,
        )
        self._start_at_zero(tools)

    def show_context_window(self, tokens: int | None) -> None:
        """Export the size of the model's context window; nothing where it is unknown."""
        if tokens:
            size = Gauge("agent_context_window_tokens", "Size of the model's context window", registry=self.registry)
            size.set(tokens)

    def count_loop(self, loop: AbstractEventLoop) -> None:
        """Export how busy the event loop is. Only our own loop has a meter; a test client's has none."""
        if isinstance(loop, MeteredLoop):
            self.registry.register(BusySeconds(loop.meter))

    def _start_at_zero(self, tools: Sequence[str]) -> None:
        for status in KNOWN_STATUSES:
            self.requests.labels(status)
        for outcome in OUTCOMES:
            self.runs.labels(outcome)
        for kind in ("input", "output"):
            self.tokens.labels(kind)
        for reason in REFUSALS:
            self.refused_runs.labels(reason)
        for unit in UNITS:
            self.units.labels(unit)
        for rating in RATINGS:
            self.feedback.labels(rating)
        self._tools: frozenset[str] = frozenset()
        self.know_tools(tools)

    def know_tools(self, names: Sequence[str]) -> None:
        """Count the calls of these tools by name from now on."""
        for tool in names:
            self.tool_calls.labels(tool)
        self._tools |= frozenset(names)

    def count_request(self, status: int, seconds: float | None) -> None:
        """Count a request by the status of its answer; `seconds` is None if its body was incomplete. The time of a 4xx
        or a 503 is not recorded: rejected requests are fast, and would hide a slow release. If the client left,
        the answer would have taken longer: nobody knows how much, but late is late."""
        self.requests.labels(str(status)).inc()
        if seconds is None:
            return
        if status == LEFT_STATUS:
            self.abandoned_seconds.observe(seconds)
        is_late = status == LEFT_STATUS and seconds > LATE_SECONDS
        if is_late or not (400 <= status < 500 or status == 503):
            self.request_seconds.observe(seconds)

    def count_tool_call(self, tool: str) -> None:
        """Count a tool call. A model can invent names, so unknown tools share one label value."""
        self.tool_calls.labels(self._label(tool)).inc()

    def count_tool_seconds(self, tool: str, outcome: str, seconds: float) -> None:
        """Record how long a tool call took, and how it ended: one of TOOL_OUTCOMES."""
        self.tool_seconds.labels(self._label(tool), outcome).observe(seconds)

    def _label(self, tool: str) -> str:
        return tool if tool in self._tools else UNKNOWN_TOOL

    def count_exception(self, error: BaseException, *, of_the_vendor: bool = False) -> None:
        """Count an exception that ended a request."""
        self.exceptions.labels(type(error).__name__).inc()
        if of_the_vendor:
            self.vendor_errors.labels(type(error).__name__).inc()

    def count_run(self, outcome: str, cost_usd: float, tool_calls: int, tokens: int) -> None:
        """Count a run by its outcome (one of OUTCOMES), with its cost, its tool calls and its tokens."""
        self.runs.labels(outcome).inc()
        self.run_cost_usd_squared.inc(cost_usd**2)
        self.run_tool_calls_squared.inc(tool_calls**2)
        self.run_tokens_squared.inc(tokens**2)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)
