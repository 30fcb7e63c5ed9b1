"""Writes docs/reference/metrics.md from agent/metrics.py: `python -m tests.metrics_page`."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from agent.metrics import Metrics

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "metrics.md"
COMMAND = "python -m tests.metrics_page"

HEAD = f"""\
# Metrics of the service

<!-- Written by `{COMMAND}`: change agent/metrics.py instead. -->

`GET /metrics` also has `process_…`, and `agent_event_loop_busy_seconds_total`: the seconds in which the event loop was
busy. `agent_disk_size_bytes` and `agent_disk_free_bytes` are of the disk of `/`: in a container, Docker's on the host.
Names in brackets are OpenTelemetry's for the same.

| Metric | Type | Labels | What |
|---|---|---|---|"""

TAIL = """\
The share of the input that came from the prompt cache: `rate(agent_cache_read_input_tokens_total[10m])` divided by
`rate(agent_tokens_total{kind="input"}[10m])`, both summed."""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *rows(), "", TAIL]) + "\n"


def rows() -> Iterator[str]:
    metrics = Metrics([])
    metrics.show_context_window(1)
    for found in metrics.registry._collector_to_names:
        if isinstance(found, Counter | Gauge | Histogram):
            name = found._name + ("_total" if isinstance(found, Counter) else "")
            labels = ", ".join(f"`{label}`" for label in found._labelnames)
            yield f"| `{name}` | {found._type} | {labels} | {found._documentation} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
