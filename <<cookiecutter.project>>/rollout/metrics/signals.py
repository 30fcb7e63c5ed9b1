"""The five signals of a release, as the rules in monitoring/rules/ record them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of a signal: a recorded series, or the share of one in another (`of`)."""

    name: str
    record: str
    of: str | None = None


@dataclass(frozen=True)
class Signal:
    """The first line is the one that the alerts judge; `limit` is theirs, in the signal's unit. None: no alert compares
    the line with a fixed number."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    limit: float | None
    alerts: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.title.lower().replace(" ", "-")


SIGNALS = (
    Signal(
        "Latency",
        "seconds",
        tuple(Line(f"p{rank}", f"release:agent_request_seconds:p{rank}_5m") for rank in (99, 95, 50)),
        30.0,
        ("LatencyHigh", "AllReleasesSlow"),
    ),
    Signal("Traffic", "requests/s", (Line("requests", "release:agent_requests:rate5m"),), None, ("TrafficTripled",)),
    Signal(
        "Errors",
        "ratio",
        (Line("share of requests", "release:agent_errors:count5m", of="release:agent_answers:count5m"),),
        0.01,
        ("ErrorRateHigh",),
    ),
    Signal("Saturation", "requests", (Line("waiting", "release:agent_queue:depth"),), 500.0, ("QueueLong",)),
    Signal(
        "Context window",
        "ratio",
        (
            Line("fullest run", "release:agent_context_utilization:max10m"),
            Line("runs above 80 %", "release:agent_runs_nearly_full:share10m"),
        ),
        0.8,
        ("ContextRunNearlyFull", "ContextNearlyFull", "ContextTruncated"),
    ),
)

RECORDS = sorted({each for signal in SIGNALS for line in signal.lines for each in (line.record, line.of) if each})
