"""Metrics of a release and of the router, with numbers that a test chooses."""

from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from agent.metrics import Metrics

OF_THE_AGENT = ("agent_", "process_start_time")


@dataclass
class Agent:
    """One process of a release. It uses the service's own metrics, so a gate finds no name here that the service does
    not export."""

    release: str
    started: float = 1_764_000_000.0
    metrics: Metrics = field(default_factory=lambda: Metrics(tools=["calculate"]))

    def answer(
        self,
        requests: int,
        *,
        seconds: float = 0.05,
        cost_usd: float = 0.003,
        spread: float = 0.4,
        tool_calls: int = 1,
        outcome: str = "answered",
    ) -> None:
        """Answer this many requests, each taking the same time and tool calls. Half of them cost more by the fraction
        `spread`, half less."""
        for number in range(requests):
            self.metrics.request_seconds.observe(seconds)
            run_cost_usd = cost_usd * (1 + spread if number % 2 else 1 - spread)
            self.metrics.cost_usd.inc(run_cost_usd)
            self.metrics.tool_calls.labels("calculate").inc(tool_calls)
            self.metrics.count_run(outcome, run_cost_usd, tool_calls, tokens=0)

    def fail(self, error: type[Exception], times: int, *, of_the_vendor: bool = False) -> None:
        """Count exceptions that ended a request."""
        for _ in range(times):
            self.metrics.count_exception(error(), of_the_vendor=of_the_vendor)

    def text(self) -> str:
        """Its metrics as text, with the labels that Prometheus would add."""
        lines = []
        for family in text_string_to_metric_families(self.metrics.exposition().decode()):
            for name, labels, value, *_ in family.samples:
                if name.startswith(OF_THE_AGENT):
                    value = self.started if name == "process_start_time_seconds" else value
                    lines.append(series(name, value, **labels, release=self.release))
        return "".join(lines)


@dataclass
class Server:
    """One server of HAProxy. It counts since the router's start, whichever release is in the slot."""

    sessions: int = 0
    errors_5xx: int = 0
    response_errors: int = 0
    redispatches: int = 0
    connection_errors: int = 0
    refused: int = 0

    def text(self, slot: str = "green", **labels: str) -> str:
        """Its metrics as text. HAProxy only has the labels `proxy` and `server`; the others come from the target."""
        job = {"job": "router"} if "release" in labels else {}
        labels = {"proxy": "agent", "server": slot, **job, **labels}
        bad = self.errors_5xx + self.response_errors + self.redispatches + self.connection_errors
        ok = self.sessions - bad - self.refused
        lines = [
            series("haproxy_server_sessions_total", self.sessions, **labels),
            series("haproxy_server_http_responses_total", ok, **labels, code="2xx"),
            series("haproxy_server_http_responses_total", self.refused, **labels, code="4xx"),
            series("haproxy_server_http_responses_total", self.errors_5xx, **labels, code="5xx"),
            series("haproxy_server_response_errors_total", self.response_errors, **labels),
            series("haproxy_server_redispatch_warnings_total", self.redispatches, **labels),
            series("haproxy_server_connection_errors_total", self.connection_errors, **labels),
        ]
        return "".join(lines)


def series(name: str, value: float, **labels: str) -> str:
    """One line of metrics."""
    pairs = ",".join(f'{label}="{text}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value!r}\n"
